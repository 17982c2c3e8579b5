//! Setting a secret.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Error, Operation, Result, SecretValue, attribute_setters,
    call::CallOptions,
    call_builder,
    object::{AttributesUpdate, Tags},
};
use serde::{Serialize, Serializer};

use super::{Target, advice};
use crate::Secret;

static SET: Operation = Operation::makes_version("secrets.create_or_update").with_advice(advice);

/// Sets a secret; made by [`SecretsClient::create_or_update`](crate::SecretsClient::create_or_update).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct SetSecret {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

/// What is set of a secret.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    pub(super) attributes: AttributesUpdate,
    pub(super) tags: Option<Tags>,
    pub(super) content_type: Option<String>,
    pub(super) value: Option<SecretValue>,
}

#[derive(Serialize)]
struct Wire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a Tags>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose")]
    value: Option<&'a SecretValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    #[serde(skip_serializing_if = "AttributesUpdate::is_empty")]
    attributes: &'a AttributesUpdate,
}

/// Writes the value into the body, which is wiped; nothing else writes it anywhere.
fn expose<S: Serializer>(value: &Option<&SecretValue>, serializer: S) -> Result<S::Ok, S::Error> {
    value.map(SecretValue::expose).serialize(serializer)
}

impl Parameters {
    /// What is sent of them.
    ///
    /// # Errors
    /// `InvalidInput` for a value that is too long.
    pub(super) fn wire(&self) -> Result<impl Serialize + '_> {
        let length = self.value.as_ref().map_or(0, |value| value.expose().len());
        if length > VALUE_BYTES {
            return Err(Error::invalid_input(format!(
                "the secret's value has {length} bytes: it may have at most {VALUE_BYTES}"
            )));
        }
        let properties = Properties {
            value: self.value.as_ref(),
            content_type: self.content_type.as_deref(),
            attributes: &self.attributes,
        };
        Ok(Wire { tags: self.tags.as_ref(), properties })
    }
}

impl SetSecret {
    pub(super) fn new(target: Target, value: SecretValue) -> Self {
        let parameters = Parameters { value: Some(value), ..Parameters::default() };
        Self { target, parameters, options: CallOptions::default() }
    }

    /// What the value is, `text/plain` or `application/json` for instance.
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.parameters.content_type = Some(content_type.into());
        self
    }

    fn request(&self) -> Result<Request> {
        self.target.request_json(Method::Put, &self.parameters.wire()?)
    }

    fn call(self) -> Call<Secret> {
        Call::json(self.target.place.client.pipeline().clone(), &SET, self.request())
    }
}

attribute_setters!(SetSecret);
call_builder!(SetSecret => Secret);

// 25 KB of octets: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const VALUE_BYTES: usize = 25 * 1024;
