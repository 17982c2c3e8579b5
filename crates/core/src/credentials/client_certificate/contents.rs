//! What a file holds, whichever form it has.

use zeroize::Zeroizing;

use super::{certificate::Problem, pem, pfx};

/// Keys and certificates in the order of the file.
#[derive(Default)]
pub(super) struct Contents {
    /// In DER: PKCS#8, PKCS#1 or SEC1.
    pub(super) keys: Vec<Zeroizing<Vec<u8>>>,
    /// In DER.
    pub(super) certificates: Vec<Vec<u8>>,
}

impl Contents {
    pub(super) fn parse(file: &[u8], password: Option<&str>) -> Result<Self, Problem> {
        if pem::is_pem(file) {
            pem::parse(file, password)
        } else if file.first() == Some(&DER_SEQUENCE) {
            pfx::parse(file, password)
        } else {
            Err(Problem::NeitherFormat)
        }
    }
}

const DER_SEQUENCE: u8 = 0x30;
