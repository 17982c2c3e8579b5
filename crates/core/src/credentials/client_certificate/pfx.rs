//! PFX (PKCS#12, RFC 7292), by the crate `p12-keystore`. What it decrypts passes through memory
//! that it does not wipe.

use p12_keystore::{Pkcs12Archive, error::Error};
use zeroize::Zeroizing;

use super::{certificate::Problem, contents::Contents};

/// The keys and certificates of all bags.
pub(super) fn parse(file: &[u8], password: Option<&str>) -> Result<Contents, Problem> {
    let archive = Pkcs12Archive::from_pkcs12(file, password.unwrap_or_default())
        .map_err(|error| problem(&error, password.is_some()))?;
    let keys = archive.keys.iter().map(|bag| Zeroizing::new(bag.key.as_der().to_vec())).collect();
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect();
    Ok(Contents { keys, certificates })
}

fn problem(error: &Error, has_password: bool) -> Problem {
    match error {
        // Without a code of authentication it is the padding, or the key, that comes out wrong.
        Error::MacError(_)
        | Error::UnpadError
        | Error::Pkcs5Error(_)
        | Error::InvalidPrivateKey => {
            if has_password {
                Problem::WrongPassword
            } else {
                Problem::NoPassword
            }
        }
        Error::UnsupportedEncryptionScheme
        | Error::UnsupportedMacAlgorithm
        | Error::InvalidParameters => Problem::UnknownEncryption,
        _ => Problem::Malformed,
    }
}
