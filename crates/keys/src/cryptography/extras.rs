//! What an algorithm takes beside the text: refused where it would be dropped, asked for where it
//! is needed, before anything is done here or sent.

use azvault_core::{Error, Result};

use super::work::{Decryption, Encryption};
use crate::{EncryptionAlgorithm, EncryptionMode as Mode};

/// The length of AES's blocks, and of the IV of its CBC mode, in bytes.
const BLOCK: usize = 16;

pub(super) fn check_encryption(work: &Encryption) -> Result<()> {
    let Encryption { algorithm, iv, aad, .. } = work;
    let mode = algorithm.mode();
    match (mode, iv) {
        // The same twice gives away both messages, and lets others forge.
        (Some(Mode::Gcm), Some(_)) => {
            return refused(algorithm, "takes no IV: one is made for each message, and given back");
        }
        (Some(Mode::Rsa), Some(_)) => return refused(algorithm, "takes no IV"),
        (Some(Mode::Cbc | Mode::CbcPad), Some(iv)) => check_block(algorithm, iv)?,
        _ => {}
    }
    check_data(algorithm, mode, aad)
}

pub(super) fn check_decryption(work: &Decryption) -> Result<()> {
    let Decryption { algorithm, iv, tag, aad, .. } = work;
    let mode = algorithm.mode();
    match (mode, iv) {
        (Some(Mode::Rsa), Some(_)) => return refused(algorithm, "takes no IV"),
        (Some(Mode::Cbc | Mode::CbcPad | Mode::Gcm), None) => {
            return refused(algorithm, "needs the IV that encrypting gave: set it by iv(…)");
        }
        (Some(Mode::Cbc | Mode::CbcPad), Some(iv)) => check_block(algorithm, iv)?,
        _ => {}
    }
    match (mode, tag) {
        (Some(Mode::Rsa | Mode::Cbc | Mode::CbcPad), Some(_)) => {
            refused(algorithm, "takes no authentication tag")
        }
        (Some(Mode::Gcm), None) => refused(
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
fn check_data(algorithm: &EncryptionAlgorithm, mode: Option<Mode>, aad: &[u8]) -> Result<()> {
    if aad.is_empty() || !matches!(mode, Some(Mode::Rsa | Mode::Cbc | Mode::CbcPad)) {
        return Ok(());
    }
    refused(algorithm, "authenticates no additional data: AES-GCM does")
}

fn refused(algorithm: &EncryptionAlgorithm, why: &str) -> Result<()> {
    Err(Error::invalid_input(format!("algorithm {algorithm} {why}")))
}
