//! Changing a secret.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Operation, Result, SecretValue, attribute_setters, call::CallOptions, call_builder,
};

use super::{Target, advice, set::Parameters};
use crate::Secret;

static UPDATE: Operation = Operation::idempotent("secrets.update").with_advice(advice);
/// The same with a new value, which makes a version each time.
static UPDATE_VALUE: Operation = Operation::makes_version("secrets.update").with_advice(advice);

/// Changes a secret; made by [`SecretsClient::update`](crate::SecretsClient::update).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct UpdateSecret {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

impl UpdateSecret {
    pub(super) fn new(target: Target) -> Self {
        let (parameters, options) = (Parameters::default(), CallOptions::default());
        Self { target, parameters, options }
    }

    /// The new value.
    pub fn value(mut self, value: impl Into<SecretValue>) -> Self {
        self.parameters.value = Some(value.into());
        self
    }

    /// What the value is, `text/plain` or `application/json` for instance.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.parameters.content_type = Some(content_type.into());
        self
    }

    fn request(&self) -> Result<Request> {
        self.target.request_json(Method::Patch, &self.parameters.wire()?)
    }

    fn call(self) -> Call<Secret> {
        let operation = match self.parameters.value {
            Some(_) => &UPDATE_VALUE,
            None => &UPDATE,
        };
        Call::json(self.target.place.client.pipeline().clone(), operation, self.request())
    }
}

attribute_setters!(UpdateSecret);
call_builder!(UpdateSecret => Secret);
