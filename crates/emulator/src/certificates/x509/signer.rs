//! A key of the vault as the crate's builders know keys.

use signature::Keypair;
use x509_cert::{
    der::{Any, Document, Tag},
    spki::{
        AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
        ObjectIdentifier,
    },
};

use crate::crypto::{CryptoError, KeyMaterial, Signed};

const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");

pub(super) struct Signer {
    public: PublicKey,
    signed: Signed,
}

/// A SubjectPublicKeyInfo.
#[derive(Clone)]
pub(super) struct PublicKey(Vec<u8>);

impl Signer {
    pub(super) fn of(key: &KeyMaterial) -> Result<Self, CryptoError> {
        Ok(Self { public: PublicKey(key.public_der()?), signed: key.signed()? })
    }
}

impl Keypair for Signer {
    type VerifyingKey = PublicKey;

    fn verifying_key(&self) -> PublicKey {
        self.public.clone()
    }
}

impl EncodePublicKey for PublicKey {
    fn to_public_key_der(&self) -> x509_cert::spki::Result<Document> {
        Ok(Document::try_from(self.0.as_slice())?)
    }
}

impl DynSignatureAlgorithmIdentifier for Signer {
    fn signature_algorithm_identifier(&self) -> x509_cert::spki::Result<AlgorithmIdentifierOwned> {
        let (oid, parameters) = match self.signed {
            Signed::RsaSha256 => (RSA_SHA256, Some(Any::new(Tag::Null, Vec::new())?)),
            Signed::EcdsaSha256 => (ECDSA_SHA256, None),
            Signed::EcdsaSha384 => (ECDSA_SHA384, None),
            Signed::EcdsaSha512 => (ECDSA_SHA512, None),
        };
        Ok(AlgorithmIdentifierOwned { oid, parameters })
    }
}
