//! Reading keys.

use azure_core::http::Method;
use azvault_core::{
    Call, Operation, call::CallOptions, call_builder, object::Target, retry::Charge, version_setter,
};

use crate::{KeyBundle, client::advice};

static GET: Operation =
    Operation::idempotent("get_key").charging(Charge::UsesKey).with_advice(advice);

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

version_setter!(GetKey);
call_builder!(GetKey => KeyBundle);
