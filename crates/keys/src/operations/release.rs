//! Releasing keys, and wrapping in hardware, for environments that attest what they are.

use azvault_core::{
    Base64Url, Call, Error, Operation, Result, SecretValue, call::CallOptions, call_builder,
    object::Target, retry::Charge, version_setter,
};
use serde::{Serialize, Serializer};

use super::cryptography::post;
use crate::{
    KeyExportEncryptionAlgorithm, KeyWrapAlgorithm, ReleaseResult, SecureUnwrapResult,
    SecureWrapResult,
    client::advice,
    models::{WireRelease, WireSecureResult},
};

static RELEASE: Operation =
    Operation::idempotent("release_key").charging(Charge::CreatesKey).with_advice(advice);
static WRAP: Operation =
    Operation::idempotent("secure_wrap_key").charging(Charge::UsesKey).with_advice(advice);
static UNWRAP: Operation =
    Operation::idempotent("secure_unwrap_key").charging(Charge::UsesKey).with_advice(advice);

/// An attestation's token, which is nobody else's to see.
#[derive(Clone, Debug)]
struct Token(SecretValue);

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl Token {
    fn check(&self) -> Result<()> {
        if self.0.expose().is_empty() {
            return Err(Error::invalid_input(
                "the target is empty: it is the token that the attestation service gave",
            ));
        }
        Ok(())
    }
}

/// Releases a key; made by [`KeyClient::release_key`](crate::KeyClient::release_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct ReleaseKey {
    target: Target,
    parameters: ReleaseParameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
struct ReleaseParameters {
    target: Token,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enc: Option<KeyExportEncryptionAlgorithm>,
}

impl ReleaseKey {
    pub(crate) fn new(target: Target, token: SecretValue) -> Self {
        let parameters = ReleaseParameters { target: Token(token), nonce: None, enc: None };
        Self { target, parameters, options: CallOptions::default() }
    }

    /// A text of the caller's that comes back in the answer, to know that it is new.
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.parameters.nonce = Some(nonce.into());
        self
    }

    /// How the released key is wrapped; the service chooses unless it is set.
    pub fn enc(mut self, algorithm: KeyExportEncryptionAlgorithm) -> Self {
        self.parameters.enc = Some(algorithm);
        self
    }

    fn call(self) -> Call<ReleaseResult> {
        let parameters = self.parameters.target.check().map(|()| &self.parameters);
        post::<WireRelease, _>(&self.target, &RELEASE, "release", parameters)
    }
}

/// Makes and wraps a key in the HSM; made by
/// [`KeyClient::secure_wrap_key`](crate::KeyClient::secure_wrap_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct SecureWrapKey {
    target: Target,
    parameters: WrapParameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
struct WrapParameters {
    alg: KeyWrapAlgorithm,
}

impl SecureWrapKey {
    pub(crate) fn new(target: Target, alg: KeyWrapAlgorithm) -> Self {
        Self { target, parameters: WrapParameters { alg }, options: CallOptions::default() }
    }

    fn call(self) -> Call<SecureWrapResult> {
        post::<WireSecureResult, _>(&self.target, &WRAP, "securewrapkey", Ok(&self.parameters))
    }
}

/// Unwraps a key for an attested environment; made by
/// [`KeyClient::secure_unwrap_key`](crate::KeyClient::secure_unwrap_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct SecureUnwrapKey {
    target: Target,
    parameters: UnwrapParameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
struct UnwrapParameters {
    alg: KeyWrapAlgorithm,
    value: Base64Url,
    target: Token,
}

impl SecureUnwrapKey {
    pub(crate) fn new(
        target: Target,
        alg: KeyWrapAlgorithm,
        encrypted_key: Vec<u8>,
        token: SecretValue,
    ) -> Self {
        let parameters =
            UnwrapParameters { alg, value: Base64Url(encrypted_key), target: Token(token) };
        Self { target, parameters, options: CallOptions::default() }
    }

    fn call(self) -> Call<SecureUnwrapResult> {
        let parameters = self.parameters.target.check().map(|()| &self.parameters);
        post::<WireSecureResult, _>(&self.target, &UNWRAP, "secureunwrapkey", parameters)
    }
}

version_setter!(ReleaseKey, SecureWrapKey, SecureUnwrapKey);
call_builder!(ReleaseKey => ReleaseResult);
call_builder!(SecureWrapKey => SecureWrapResult);
call_builder!(SecureUnwrapKey => SecureUnwrapResult);
