//! Changing what is known of a secret besides its value.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Operation, Result, attribute_setters,
    call::CallOptions,
    call_builder,
    object::{AttributesUpdate, Tags, Target},
    version_setter,
};
use serde::Serialize;

use super::{content_type_setter, validate_content_type, validate_tags};
use crate::{SecretProperties, client::advice};

static UPDATE: Operation = Operation::idempotent("update_secret_properties").with_advice(advice);

/// Changes a secret's properties; made by
/// [`SecretClient::update_secret_properties`](crate::SecretClient::update_secret_properties).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct UpdateSecretProperties {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "AttributesUpdate::is_empty")]
    attributes: AttributesUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
}

impl UpdateSecretProperties {
    pub(crate) fn new(target: Target) -> Self {
        let (parameters, options) = (Parameters::default(), CallOptions::default());
        Self { target, parameters, options }
    }

    fn request(&self) -> Result<Request> {
        validate_content_type(self.parameters.content_type.as_deref())?;
        validate_tags(self.parameters.tags.as_ref())?;
        self.target.request_json(Method::Patch, None, &self.parameters)
    }

    fn call(self) -> Call<SecretProperties> {
        Call::json(self.target.client().pipeline().clone(), &UPDATE, self.request())
    }
}

version_setter!(UpdateSecretProperties);
content_type_setter!(UpdateSecretProperties);
attribute_setters!(UpdateSecretProperties);
call_builder!(UpdateSecretProperties => SecretProperties);
