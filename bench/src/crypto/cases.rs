//! RSA and EC: the same key, digest and ciphertext for both contenders.

use std::{hint::black_box, rc::Rc, sync::Arc};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::{
    digest::{Digest, SHA256, SHA384, SHA512},
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{
        KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, OaepPublicEncryptingKey,
        PrivateDecryptingKey,
    },
    signature::{
        self, EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, KeyPair,
        ParsedPublicKey, RsaKeyPair,
    },
};
use azvault_core::SecretBytes;
use azvault_crypto::{EncryptionAlgorithm as E, JsonWebKey, LocalKey, SignatureAlgorithm as S};

use super::{Case, openssl::Speed};

/// An RSA key, and the same for aws-lc-rs alone.
struct Rsa {
    ours: LocalKey,
    pair: RsaKeyPair,
    decrypting: OaepPrivateDecryptingKey,
    encrypting: OaepPublicEncryptingKey,
    rs256: ParsedPublicKey,
    ps256: ParsedPublicKey,
    len: usize,
}

impl Rsa {
    fn generate(size: KeySize) -> Result<Rc<Self>> {
        let pair = RsaKeyPair::generate(size)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
        let private = PrivateDecryptingKey::from_pkcs8(der.as_ref())?;
        let public = KeyPair::public_key(&pair).as_ref();
        Ok(Rc::new(Self {
            ours: LocalKey::new(&JsonWebKey::from_der(der.as_ref())?)?,
            encrypting: OaepPublicEncryptingKey::new(private.public_key())?,
            decrypting: OaepPrivateDecryptingKey::new(private)?,
            rs256: ParsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public)?,
            ps256: ParsedPublicKey::new(&signature::RSA_PSS_2048_8192_SHA256, public)?,
            len: pair.public_modulus_len(),
            pair,
        }))
    }

    fn signs(self: &Rc<Self>, alg: S, name: &'static str) -> Case {
        let (a, b) = (Rc::clone(self), Rc::clone(self));
        let encoding: &signature::RsaSignatureEncoding =
            if alg == S::RS256 { &signature::RSA_PKCS1_SHA256 } else { &signature::RSA_PSS_SHA256 };
        Case::new(
            name,
            move || Ok(a.ours.sign(&alg, &DIGEST).map(drop)?),
            move || {
                let digest = Digest::import_less_safe(&DIGEST, &SHA256)?;
                let mut signature = vec![0; b.len];
                Ok(b.pair.sign_digest(encoding, &digest, &mut signature)?)
            },
        )
    }

    fn verifies(self: &Rc<Self>, alg: S, name: &'static str) -> Result<Case> {
        let signed = self.ours.sign(&alg, &DIGEST)?;
        let (a, b, theirs) = (Rc::clone(self), Rc::clone(self), signed.clone());
        let rs256 = alg == S::RS256;
        Ok(Case::new(
            name,
            move || {
                ensure!(a.ours.verify(&alg, &DIGEST, &signed)?, "not verified");
                Ok(())
            },
            move || {
                let digest = Digest::import_less_safe(&DIGEST, &SHA256)?;
                let key = if rs256 { &b.rs256 } else { &b.ps256 };
                Ok(key.verify_digest_sig(&digest, &theirs)?)
            },
        ))
    }

    fn encrypts(self: &Rc<Self>) -> Case {
        let (a, b) = (Rc::clone(self), Rc::clone(self));
        Case::new(
            "oaep256-encrypt",
            move || Ok(a.ours.encrypt(&E::RsaOaep256, &PLAIN, None, b"").map(drop)?),
            move || {
                let mut text = vec![0; b.encrypting.ciphertext_size()];
                let oaep = &OAEP_SHA256_MGF1SHA256;
                Ok(b.encrypting.encrypt(oaep, &PLAIN, &mut text, None).map(drop)?)
            },
        )
    }

    fn decrypts(self: &Rc<Self>) -> Result<Case> {
        let text = self.ours.encrypt(&E::RsaOaep256, &PLAIN, None, b"")?.ciphertext;
        let (a, b, theirs) = (Rc::clone(self), Rc::clone(self), text.clone());
        Ok(Case::new(
            "oaep256-decrypt",
            move || Ok(a.ours.decrypt(&E::RsaOaep256, &text, None, None, b"").map(drop)?),
            move || {
                // What was decrypted is wiped by either.
                let mut plain = vec![0; b.decrypting.min_output_size()];
                let oaep = &OAEP_SHA256_MGF1SHA256;
                b.decrypting.decrypt(oaep, &theirs, &mut plain, None)?;
                drop(black_box(SecretBytes::new(plain)));
                Ok(())
            },
        ))
    }
}

const DIGEST: [u8; 32] = [7; 32];
const PLAIN: [u8; 32] = [9; 32];

pub(super) fn rsa2048() -> Result<Vec<Case>> {
    let key = Rsa::generate(KeySize::Rsa2048)?;
    Ok(vec![
        key.signs(S::RS256, "rs256-sign").beside(Speed::Sign("rsa2048")),
        key.signs(S::PS256, "ps256-sign"),
        key.verifies(S::RS256, "rs256-verify")?.beside(Speed::Verify("rsa2048")),
        key.verifies(S::PS256, "ps256-verify")?,
        key.encrypts(),
        key.decrypts()?,
    ])
}

pub(super) fn rsa3072() -> Result<Vec<Case>> {
    let key = Rsa::generate(KeySize::Rsa3072)?;
    Ok(vec![
        key.signs(S::RS256, "rs256-sign").beside(Speed::Sign("rsa3072")),
        key.verifies(S::RS256, "rs256-verify")?.beside(Speed::Verify("rsa3072")),
        key.encrypts(),
    ])
}

pub(super) fn rsa4096() -> Result<Vec<Case>> {
    let key = Rsa::generate(KeySize::Rsa4096)?;
    Ok(vec![
        key.signs(S::RS256, "rs256-sign").beside(Speed::Sign("rsa4096")),
        key.verifies(S::RS256, "rs256-verify")?.beside(Speed::Verify("rsa4096")),
        key.encrypts(),
    ])
}

/// A curve, as both contenders need it.
struct Curve {
    alg: S,
    names: [&'static str; 2],
    signing: &'static EcdsaSigningAlgorithm,
    verification: &'static EcdsaVerificationAlgorithm,
    hash: &'static aws_lc_rs::digest::Algorithm,
    openssl: Option<&'static str>,
}

pub(super) fn ec() -> Result<Vec<Case>> {
    let curves = [
        Curve {
            alg: S::ES256,
            names: ["es256-sign", "es256-verify"],
            signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            verification: &signature::ECDSA_P256_SHA256_FIXED,
            hash: &SHA256,
            openssl: Some("ecdsap256"),
        },
        Curve {
            alg: S::ES384,
            names: ["es384-sign", "es384-verify"],
            signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
            verification: &signature::ECDSA_P384_SHA384_FIXED,
            hash: &SHA384,
            openssl: Some("ecdsap384"),
        },
        Curve {
            alg: S::ES512,
            names: ["es512-sign", "es512-verify"],
            signing: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
            verification: &signature::ECDSA_P521_SHA512_FIXED,
            hash: &SHA512,
            openssl: Some("ecdsap521"),
        },
        Curve {
            alg: S::ES256K,
            names: ["es256k-sign", "es256k-verify"],
            signing: &signature::ECDSA_P256K1_SHA256_FIXED_SIGNING,
            verification: &signature::ECDSA_P256K1_SHA256_FIXED,
            hash: &SHA256,
            openssl: None,
        },
    ];
    let mut cases = Vec::new();
    for curve in curves {
        cases.extend(on(curve)?);
    }
    Ok(cases)
}

fn on(curve: Curve) -> Result<[Case; 2]> {
    let Curve { alg, names: [sign, verify], signing, verification, hash, openssl } = curve;
    let pair = Arc::new(EcdsaKeyPair::generate(signing)?);
    let der = pair.to_pkcs8v1()?;
    let ours = LocalKey::new(&JsonWebKey::from_der(der.as_ref())?)?;
    let public = ParsedPublicKey::new(verification, KeyPair::public_key(&*pair).as_ref())?;
    let digest = vec![7; alg.digest_len().context("no digest")?];
    let signed = ours.sign(&alg, &digest)?;
    let (theirs, their_digest) = (signed.clone(), digest.clone());
    let (ours_too, alg_too, digest_too, raw_digest) =
        (ours.clone(), alg.clone(), digest.clone(), digest.clone());
    let signs = Case::new(
        sign,
        move || Ok(ours.sign(&alg, &digest).map(drop)?),
        move || {
            let digest = Digest::import_less_safe(&raw_digest, hash)?;
            black_box(pair.sign_digest(&digest)?.as_ref().to_vec());
            Ok(())
        },
    );
    let verifies = Case::new(
        verify,
        move || {
            ensure!(ours_too.verify(&alg_too, &digest_too, &signed)?, "not verified");
            Ok(())
        },
        move || {
            let digest = Digest::import_less_safe(&their_digest, hash)?;
            Ok(public.verify_digest_sig(&digest, &theirs)?)
        },
    );
    Ok(match openssl {
        Some(name) => [signs.beside(Speed::Sign(name)), verifies.beside(Speed::Verify(name))],
        None => [signs, verifies],
    })
}
