//! Changing what is known of a key besides its material.

use std::collections::BTreeMap;

use azure_core::http::Method;
use azvault_core::{Call, Operation, call::CallOptions, call_builder};
use serde::Serialize;

use super::{
    attribute_setters,
    target::{Target, version_setter},
};
use crate::{KeyBundle, KeyOperation, client::advice, models::WireAttributes};

static UPDATE: Operation = Operation::idempotent("update_key_properties").with_advice(advice);

/// Changes a key's properties; made by
/// [`KeyClient::update_key_properties`](crate::KeyClient::update_key_properties).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct UpdateKeyProperties {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<KeyOperation>>,
    #[serde(skip_serializing_if = "WireAttributes::is_unset")]
    attributes: WireAttributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
}

impl UpdateKeyProperties {
    pub(crate) fn new(target: Target) -> Self {
        let (parameters, options) = (Parameters::default(), CallOptions::default());
        Self { target, parameters, options }
    }

    fn call(self) -> Call<KeyBundle> {
        let request = self.target.request(Method::Patch, None, &self.parameters);
        Call::json(self.target.client.pipeline().clone(), &UPDATE, request)
    }
}

version_setter!(UpdateKeyProperties);
attribute_setters!(UpdateKeyProperties);
call_builder!(UpdateKeyProperties => KeyBundle);
