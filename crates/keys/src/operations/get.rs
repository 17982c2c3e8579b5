//! Reading keys, by name or by identifier.

use azure_core::http::Method;
use azvault_core::{
    Call, Client, Operation,
    call::CallOptions,
    call_builder,
    object::{ObjectKind, Target},
    retry::Charge,
    version_setter,
};

use crate::{KeyBundle, client::advice};

static GET: Operation =
    Operation::idempotent("get_key").charging(Charge::UsesKey).with_advice(advice);
static GET_BY_ID: Operation =
    Operation::idempotent("get_key_by_id").charging(Charge::UsesKey).with_advice(advice);
static GET_ATTESTATION: Operation =
    Operation::idempotent("get_key_attestation").charging(Charge::UsesKey).with_advice(advice);

/// Gets a key; made by [`KeyClient::get_key`](crate::KeyClient::get_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct GetKey {
    target: Target,
    options: CallOptions,
}

impl GetKey {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, options: CallOptions::default() }
    }

    fn call(self) -> Call<KeyBundle> {
        let request = self.target.request(Method::Get, None);
        Call::json(self.target.client().pipeline().clone(), &GET, request)
    }
}

/// Gets a key with its attestation; made by
/// [`KeyClient::get_key_attestation`](crate::KeyClient::get_key_attestation).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct GetKeyAttestation {
    target: Target,
    options: CallOptions,
}

impl GetKeyAttestation {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, options: CallOptions::default() }
    }

    fn call(self) -> Call<KeyBundle> {
        let request = self.target.request(Method::Get, Some("attestation"));
        Call::json(self.target.client().pipeline().clone(), &GET_ATTESTATION, request)
    }
}

version_setter!(GetKey, GetKeyAttestation);
call_builder!(GetKey => KeyBundle);
call_builder!(GetKeyAttestation => KeyBundle);

/// Gets the key, of this kind and in this client's vault, that an identifier names.
pub(crate) fn by_id(client: &Client, kind: &'static ObjectKind, id: &str) -> Call<KeyBundle> {
    let request = Target::of_id(client.clone(), kind, id)
        .and_then(|target| target.request(Method::Get, None));
    Call::json(client.pipeline().clone(), &GET_BY_ID, request)
}
