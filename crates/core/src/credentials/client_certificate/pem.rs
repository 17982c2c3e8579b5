//! PEM: blocks of base64 between markers (RFC 7468), with whatever text around them.

use pkcs8::{EncryptedPrivateKeyInfoRef, der::pem::decode_vec};
use zeroize::Zeroizing;

use super::{certificate::Problem, contents::Contents};

pub(super) fn is_pem(file: &[u8]) -> bool {
    file.windows(BEGIN.len()).any(|window| window == BEGIN)
}

/// The keys and certificates of all blocks.
pub(super) fn parse(file: &[u8], password: Option<&str>) -> Result<Contents, Problem> {
    let mut contents = Contents::default();
    for block in blocks(file)? {
        let (label, der) = decode_vec(&block).map_err(|_| damage(&block))?;
        let der = Zeroizing::new(der);
        match label {
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                contents.certificates.push(der.to_vec());
            }
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => contents.keys.push(der),
            "ENCRYPTED PRIVATE KEY" => contents.keys.push(decrypt(&der, password)?),
            // Parameters of a curve, requests, public keys.
            _ => {}
        }
    }
    Ok(contents)
}

/// The blocks, one line after another, without the blanks and the returns at their ends.
fn blocks(file: &[u8]) -> Result<Vec<Zeroizing<Vec<u8>>>, Problem> {
    let mut blocks = Vec::new();
    let mut open: Option<Zeroizing<Vec<u8>>> = None;
    for line in file.split(|byte| *byte == b'\n') {
        let line = line.trim_ascii();
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        if line.starts_with(BEGIN) {
            // Room for all of it: a buffer that grows leaves copies behind.
            open = Some(Zeroizing::new(Vec::with_capacity(file.len() + 1)));
        }
        if let Some(block) = &mut open {
            block.extend_from_slice(line);
            block.push(b'\n');
        }
        if line.starts_with(END) {
            blocks.extend(open.take());
        }
    }
    if open.is_some() { Err(Problem::Malformed) } else { Ok(blocks) }
}

fn damage(block: &[u8]) -> Problem {
    // RFC 1421's headers, by which OpenSSL encrypted keys before there was PKCS#8.
    match block.windows(OLD_ENCRYPTION.len()).any(|window| window == OLD_ENCRYPTION) {
        true => Problem::OldEncryption,
        false => Problem::Malformed,
    }
}

fn decrypt(der: &[u8], password: Option<&str>) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let password = password.ok_or(Problem::NoPassword)?;
    let encrypted =
        EncryptedPrivateKeyInfoRef::try_from(der).map_err(|_| Problem::UnknownEncryption)?;
    match encrypted.decrypt(password) {
        Ok(key) => Ok(key.to_bytes()),
        Err(pkcs8::Error::EncryptedPrivateKey(error)) if error != DECRYPT_FAILED => {
            Err(Problem::UnknownEncryption)
        }
        // With a wrong password, one time in 256 it is not the padding that is wrong but the key.
        Err(_) => Err(Problem::WrongPassword),
    }
}

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const OLD_ENCRYPTION: &[u8] = b"Proc-Type:";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const DECRYPT_FAILED: pkcs8::pkcs5::Error = pkcs8::pkcs5::Error::DecryptFailed;
