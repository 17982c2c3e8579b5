//! Decrypting and unwrapping by the service.

use azvault_core::{
    Base64Url, Call, Operation, call::CallOptions, call_builder, object::Target, retry::Charge,
    version_setter,
};
use serde::Serialize;

use super::cryptography::post;
use crate::{
    DecryptResult, EncryptionAlgorithm, UnwrapResult, client::advice, models::OperationResult,
};

static DECRYPT: Operation =
    Operation::idempotent("decrypt").charging(Charge::UsesKey).with_advice(advice);
static UNWRAP: Operation =
    Operation::idempotent("unwrap_key").charging(Charge::UsesKey).with_advice(advice);

#[derive(Clone, Debug, Serialize)]
struct Parameters {
    alg: EncryptionAlgorithm,
    value: Base64Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    iv: Option<Base64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aad: Option<Base64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<Base64Url>,
}

impl Parameters {
    fn new(alg: EncryptionAlgorithm, value: Vec<u8>) -> Self {
        Self { alg, value: Base64Url(value), iv: None, aad: None, tag: None }
    }
}

/// Decrypts; made by [`KeyClient::decrypt`](crate::KeyClient::decrypt).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Decrypt {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

impl Decrypt {
    pub(crate) fn new(target: Target, algorithm: EncryptionAlgorithm, ciphertext: Vec<u8>) -> Self {
        let parameters = Parameters::new(algorithm, ciphertext);
        Self { target, parameters, options: CallOptions::default() }
    }

    fn call(self) -> Call<DecryptResult> {
        post::<OperationResult, _>(&self.target, &DECRYPT, "decrypt", Ok(&self.parameters))
    }
}

/// Unwraps a key; made by [`KeyClient::unwrap_key`](crate::KeyClient::unwrap_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct UnwrapKey {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

impl UnwrapKey {
    pub(crate) fn new(
        target: Target,
        algorithm: EncryptionAlgorithm,
        encrypted_key: Vec<u8>,
    ) -> Self {
        let parameters = Parameters::new(algorithm, encrypted_key);
        Self { target, parameters, options: CallOptions::default() }
    }

    fn call(self) -> Call<UnwrapResult> {
        post::<OperationResult, _>(&self.target, &UNWRAP, "unwrapkey", Ok(&self.parameters))
    }
}

/// What AES needs besides the key to undo what it did, for both builders.
macro_rules! symmetric_setters {
    ($($builder:ident),+) => {$(
        impl $builder {
            /// The initialisation vector or nonce that encrypting or wrapping used, for AES.
            pub fn iv(mut self, iv: impl Into<Vec<u8>>) -> Self {
                self.parameters.iv = Some(Base64Url(iv.into()));
                self
            }

            /// The data that was authenticated besides, for AES-GCM.
            pub fn additional_authenticated_data(mut self, data: impl Into<Vec<u8>>) -> Self {
                self.parameters.aad = Some(Base64Url(data.into()));
                self
            }

            /// The tag that encrypting or wrapping gave, for AES-GCM.
            pub fn authentication_tag(mut self, tag: impl Into<Vec<u8>>) -> Self {
                self.parameters.tag = Some(Base64Url(tag.into()));
                self
            }
        }
    )+};
}

symmetric_setters!(Decrypt, UnwrapKey);
version_setter!(Decrypt, UnwrapKey);
call_builder!(Decrypt => DecryptResult);
call_builder!(UnwrapKey => UnwrapResult);
