//! What an algorithm takes beside the text: refused where it would be dropped, asked for where it
//! is needed, before anything is done here or sent.

use azvault_core::{Error, Result};

use super::work::{Decryption, Encryption};
use crate::EncryptionAlgorithm;

/// The length of AES's blocks, and of the IV of its CBC mode, in bytes.
const BLOCK: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Rsa,
    Cbc,
    Gcm,
    /// For the service to judge.
    Other,
}

impl Mode {
    fn of(algorithm: &EncryptionAlgorithm) -> Self {
        use EncryptionAlgorithm::{
            A128Cbc, A128CbcPad, A128Gcm, A192Cbc, A192CbcPad, A192Gcm, A256Cbc, A256CbcPad,
            A256Gcm, Rsa1_5, RsaOaep, RsaOaep256,
        };
        match algorithm {
            RsaOaep | RsaOaep256 | Rsa1_5 => Self::Rsa,
            A128Cbc | A192Cbc | A256Cbc | A128CbcPad | A192CbcPad | A256CbcPad => Self::Cbc,
            A128Gcm | A192Gcm | A256Gcm => Self::Gcm,
            _ => Self::Other,
        }
    }
}

pub(super) fn check_encryption(work: &Encryption) -> Result<()> {
    let Encryption { algorithm, iv, aad, .. } = work;
    let mode = Mode::of(algorithm);
    match (mode, iv) {
        // The same twice gives away both messages, and lets others forge.
        (Mode::Gcm, Some(_)) => {
            return refused(algorithm, "takes no IV: one is made for each message, and given back");
        }
        (Mode::Rsa, Some(_)) => return refused(algorithm, "takes no IV"),
        (Mode::Cbc, Some(iv)) => check_block(algorithm, iv)?,
        _ => {}
    }
    check_data(algorithm, mode, aad)
}

pub(super) fn check_decryption(work: &Decryption) -> Result<()> {
    let Decryption { algorithm, iv, tag, aad, .. } = work;
    let mode = Mode::of(algorithm);
    match (mode, iv) {
        (Mode::Rsa, Some(_)) => return refused(algorithm, "takes no IV"),
        (Mode::Cbc | Mode::Gcm, None) => {
            return refused(algorithm, "needs the IV that encrypting gave: set it by iv(…)");
        }
        (Mode::Cbc, Some(iv)) => check_block(algorithm, iv)?,
        _ => {}
    }
    match (mode, tag) {
        (Mode::Rsa | Mode::Cbc, Some(_)) => refused(algorithm, "takes no authentication tag"),
        (Mode::Gcm, None) => refused(
            algorithm,
            "needs the tag that encrypting gave: set it by authentication_tag(…)",
        ),
        _ => check_data(algorithm, mode, aad),
    }
}

fn check_block(algorithm: &EncryptionAlgorithm, iv: &[u8]) -> Result<()> {
    if iv.len() == BLOCK {
        return Ok(());
    }
    refused(algorithm, &format!("takes an IV of {BLOCK} bytes, and this one has {}", iv.len()))
}

/// Refuses data that nothing would authenticate.
fn check_data(algorithm: &EncryptionAlgorithm, mode: Mode, aad: &[u8]) -> Result<()> {
    if aad.is_empty() || !matches!(mode, Mode::Rsa | Mode::Cbc) {
        return Ok(());
    }
    refused(algorithm, "authenticates no additional data: AES-GCM does")
}

fn refused(algorithm: &EncryptionAlgorithm, why: &str) -> Result<()> {
    Err(Error::invalid_input(format!("algorithm {algorithm} {why}")))
}
