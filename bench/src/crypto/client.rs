//! The same through `CryptographyClient`, as a program uses it: what a future and its owned
//! arguments add.

use anyhow::{Result, ensure};
use aws_lc_rs::{
    digest::{Digest, SHA256},
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeySize, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PrivateDecryptingKey},
    signature::{self, KeyPair, ParsedPublicKey, RsaKeyPair},
};
use azvault_keys::{
    CryptographyClient, EncryptionAlgorithm as E, JsonWebKey, SignatureAlgorithm as S,
};

use super::Case;
use crate::harness::runtime;

pub(super) fn cases() -> Result<Vec<Case>> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
    let private = PrivateDecryptingKey::from_pkcs8(der.as_ref())?;
    let encrypting = OaepPublicEncryptingKey::new(private.public_key())?;
    let public = KeyPair::public_key(&pair).as_ref();
    let verifying = ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public)?;
    let crypto = CryptographyClient::from_jwk(&JsonWebKey::from_der(der.as_ref())?)?;
    let (verifier, encrypter) = (runtime()?, runtime()?);
    let signed = verifier.block_on(crypto.sign(S::RS256, [7; 32]).send())?.signature;
    let (theirs, crypto_too) = (signed.clone(), crypto.clone());
    Ok(vec![
        Case::new(
            "rs256-verify",
            move || {
                let verified = crypto.verify(S::RS256, [7; 32], signed.as_slice()).into_future();
                ensure!(verifier.block_on(verified)?.is_valid(), "not verified");
                Ok(())
            },
            move || {
                let digest = Digest::import_less_safe(&[7; 32], &SHA256)?;
                Ok(verifying.verify_digest_sig(&digest, &theirs)?)
            },
        ),
        Case::new(
            "oaep256-encrypt",
            move || {
                let encrypted = crypto_too.encrypt(E::RsaOaep256, [9; 32]).into_future();
                Ok(encrypter.block_on(encrypted).map(drop)?)
            },
            move || {
                let mut text = vec![0; encrypting.ciphertext_size()];
                let oaep = &OAEP_SHA256_MGF1SHA256;
                Ok(encrypting.encrypt(oaep, &[9; 32], &mut text, None).map(drop)?)
            },
        ),
    ])
}
