//! Encrypting and wrapping by the service.

use azvault_core::{
    Base64Url, Call, Operation, SecretBase64Url, SecretBytes, call::CallOptions, call_builder,
    object::Target, retry::Charge, version_setter,
};
use serde::Serialize;

use super::cryptography::post;
use crate::{
    EncryptResult, EncryptionAlgorithm, WrapResult, client::advice, models::OperationResult,
};

static ENCRYPT: Operation =
    Operation::idempotent("encrypt").charging(Charge::UsesKey).with_advice(advice);
static WRAP: Operation =
    Operation::idempotent("wrap_key").charging(Charge::UsesKey).with_advice(advice);

#[derive(Clone, Debug, Serialize)]
struct Parameters {
    alg: EncryptionAlgorithm,
    value: SecretBase64Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    iv: Option<Base64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aad: Option<Base64Url>,
}

impl Parameters {
    fn new(alg: EncryptionAlgorithm, value: SecretBytes) -> Self {
        Self { alg, value: SecretBase64Url(value), iv: None, aad: None }
    }
}

/// Encrypts; made by [`KeyClient::encrypt`](crate::KeyClient::encrypt).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Encrypt {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

impl Encrypt {
    pub(crate) fn new(
        target: Target,
        algorithm: EncryptionAlgorithm,
        plaintext: SecretBytes,
    ) -> Self {
        let parameters = Parameters::new(algorithm, plaintext);
        Self { target, parameters, options: CallOptions::default() }
    }

    /// The initialisation vector for AES-CBC, 16 bytes, new for each message. AES-GCM makes its
    /// own and gives it back.
    pub fn iv(mut self, iv: impl Into<Vec<u8>>) -> Self {
        self.parameters.iv = Some(Base64Url(iv.into()));
        self
    }

    /// Data to authenticate with AES-GCM without encrypting it.
    pub fn additional_authenticated_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.parameters.aad = Some(Base64Url(data.into()));
        self
    }

    fn call(self) -> Call<EncryptResult> {
        post::<OperationResult, _>(&self.target, &ENCRYPT, "encrypt", Ok(&self.parameters))
    }
}

/// Wraps a key; made by [`KeyClient::wrap_key`](crate::KeyClient::wrap_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct WrapKey {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

impl WrapKey {
    pub(crate) fn new(target: Target, algorithm: EncryptionAlgorithm, key: SecretBytes) -> Self {
        let parameters = Parameters::new(algorithm, key);
        Self { target, parameters, options: CallOptions::default() }
    }

    /// The initialisation vector, for symmetric algorithms that take one.
    pub fn iv(mut self, iv: impl Into<Vec<u8>>) -> Self {
        self.parameters.iv = Some(Base64Url(iv.into()));
        self
    }

    /// Data to authenticate with AES-GCM without encrypting it.
    pub fn additional_authenticated_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.parameters.aad = Some(Base64Url(data.into()));
        self
    }

    fn call(self) -> Call<WrapResult> {
        post::<OperationResult, _>(&self.target, &WRAP, "wrapkey", Ok(&self.parameters))
    }
}

version_setter!(Encrypt, WrapKey);
call_builder!(Encrypt => EncryptResult);
call_builder!(WrapKey => WrapResult);
