//! Setting secrets.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Error, Operation, Result, SecretValue, attribute_setters,
    call::CallOptions,
    call_builder,
    object::{AttributesUpdate, Tags, Target},
    retry::Charge,
};
use serde::{Serialize, Serializer};

use super::{content_type_setter, validate_content_type};
use crate::{SecretBundle, client::advice};

static SET: Operation =
    Operation::makes_version("set_secret").charging(Charge::CreatesSecret).with_advice(advice);

/// Sets a secret; made by [`SecretClient::set_secret`](crate::SecretClient::set_secret).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct SetSecret {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(serialize_with = "expose")]
    value: SecretValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(skip_serializing_if = "AttributesUpdate::is_empty")]
    attributes: AttributesUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
}

/// Writes the value into the body, which is wiped; nothing else writes it anywhere.
fn expose<S: Serializer>(value: &SecretValue, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.expose())
}

impl SetSecret {
    pub(crate) fn new(target: Target, value: SecretValue) -> Self {
        let parameters = Parameters {
            value,
            content_type: None,
            attributes: AttributesUpdate::default(),
            tags: None,
        };
        Self { target, parameters, options: CallOptions::default() }
    }

    fn request(&self) -> Result<Request> {
        let length = self.parameters.value.expose().len();
        if length > VALUE_BYTES {
            return Err(Error::invalid_input(format!(
                "the secret's value has {length} bytes: it may have at most {VALUE_BYTES}"
            )));
        }
        validate_content_type(self.parameters.content_type.as_deref())?;
        self.target.request_json(Method::Put, None, &self.parameters)
    }

    fn call(self) -> Call<SecretBundle> {
        Call::json(self.target.client().pipeline().clone(), &SET, self.request())
    }
}

content_type_setter!(SetSecret);
attribute_setters!(SetSecret);
call_builder!(SetSecret => SecretBundle);

// 25 KB of octets: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const VALUE_BYTES: usize = 25 * 1024;
