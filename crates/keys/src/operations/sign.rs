//! Signing and verifying by the service.

use azvault_core::{
    Base64Url, Call, Error, Operation, Result, call::CallOptions, call_builder, object::Target,
    retry::Charge, version_setter,
};
use serde::Serialize;

use super::cryptography::post;
use crate::{
    SignResult, SignatureAlgorithm, VerifyResult,
    client::advice,
    models::{OperationResult, VerificationResult},
};

static SIGN: Operation =
    Operation::idempotent("sign").charging(Charge::UsesKey).with_advice(advice);
static VERIFY: Operation =
    Operation::idempotent("verify").charging(Charge::UsesKey).with_advice(advice);

/// Signs a digest; made by [`KeyClient::sign`](crate::KeyClient::sign).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Sign {
    target: Target,
    parameters: SignParameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
struct SignParameters {
    alg: SignatureAlgorithm,
    value: Base64Url,
}

impl Sign {
    pub(crate) fn new(target: Target, alg: SignatureAlgorithm, digest: Vec<u8>) -> Self {
        let parameters = SignParameters { alg, value: Base64Url(digest) };
        Self { target, parameters, options: CallOptions::default() }
    }

    fn call(self) -> Call<SignResult> {
        post::<OperationResult, _>(
            &self.target,
            &SIGN,
            "sign",
            check_digest(&self.parameters.alg, &self.parameters.value.0).map(|()| &self.parameters),
        )
    }
}

/// Verifies a signature; made by [`KeyClient::verify`](crate::KeyClient::verify).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Verify {
    target: Target,
    parameters: VerifyParameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
struct VerifyParameters {
    alg: SignatureAlgorithm,
    digest: Base64Url,
    value: Base64Url,
}

impl Verify {
    pub(crate) fn new(
        target: Target,
        alg: SignatureAlgorithm,
        digest: Vec<u8>,
        signature: Vec<u8>,
    ) -> Self {
        let parameters =
            VerifyParameters { alg, digest: Base64Url(digest), value: Base64Url(signature) };
        Self { target, parameters, options: CallOptions::default() }
    }

    fn call(self) -> Call<VerifyResult> {
        post::<VerificationResult, _>(
            &self.target,
            &VERIFY,
            "verify",
            check_digest(&self.parameters.alg, &self.parameters.digest.0)
                .map(|()| &self.parameters),
        )
    }
}

pub(crate) fn check_digest(algorithm: &SignatureAlgorithm, digest: &[u8]) -> Result<()> {
    match algorithm.digest_len() {
        Some(len) if len != digest.len() => Err(Error::invalid_input(format!(
            "the digest has {} bytes: {algorithm} takes the {len} bytes of a SHA-{} hash, not the message",
            digest.len(),
            len * 8
        ))),
        _ => Ok(()),
    }
}

version_setter!(Sign, Verify);
call_builder!(Sign => SignResult);
call_builder!(Verify => VerifyResult);
