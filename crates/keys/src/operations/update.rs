//! Changing what is known of a key besides its material.

use azure_core::http::Method;
use azvault_core::{
    Call, Operation, attribute_setters,
    call::CallOptions,
    call_builder,
    object::{Tags, Target},
    retry::Charge,
    version_setter,
};
use serde::Serialize;

use super::setters::{check, key_ops_setter, release_setters};
use crate::{
    KeyBundle, KeyOperation, KeyReleasePolicy, client::advice, models::KeyAttributesUpdate,
};

static UPDATE: Operation =
    Operation::idempotent("update_key_properties").charging(Charge::UsesKey).with_advice(advice);

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
    #[serde(skip_serializing_if = "KeyAttributesUpdate::is_empty")]
    attributes: KeyAttributesUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_policy: Option<KeyReleasePolicy>,
}

impl UpdateKeyProperties {
    pub(crate) fn new(target: Target) -> Self {
        let (parameters, options) = (Parameters::default(), CallOptions::default());
        Self { target, parameters, options }
    }

    fn call(self) -> Call<KeyBundle> {
        let request = check(&self.parameters.attributes, self.parameters.tags.as_ref())
            .and_then(|()| self.target.request_json(Method::Patch, None, &self.parameters));
        Call::json(self.target.client().pipeline().clone(), &UPDATE, request)
    }
}

version_setter!(UpdateKeyProperties);
key_ops_setter!(UpdateKeyProperties);
release_setters!(UpdateKeyProperties);
attribute_setters!(UpdateKeyProperties);
call_builder!(UpdateKeyProperties => KeyBundle);
