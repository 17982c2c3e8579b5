//! Importing keys that were made elsewhere.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Error, Operation, Result, attribute_setters,
    call::CallOptions,
    call_builder,
    object::{Recreate, Tags, Target},
    retry::Charge,
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::setters::{check, release_setters};
use crate::{
    JsonWebKey, KeyBundle, KeyOperation, KeyReleasePolicy, client::advice,
    models::KeyAttributesUpdate,
};

static IMPORT: Operation =
    Operation::makes_version("import_key").charging(Charge::CreatesSecret).with_advice(advice);

/// Imports a key; made by [`KeyClient::import_key`](crate::KeyClient::import_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct ImportKey {
    target: Target,
    key: JsonWebKey,
    parameters: Parameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Parameters {
    #[serde(rename = "Hsm", skip_serializing_if = "Option::is_none")]
    hsm: Option<bool>,
    #[serde(skip_serializing_if = "KeyAttributesUpdate::is_empty")]
    attributes: KeyAttributesUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_policy: Option<KeyReleasePolicy>,
}

#[derive(Serialize)]
struct Body<'a> {
    key: &'a RawValue,
    #[serde(flatten)]
    parameters: &'a Parameters,
}

impl ImportKey {
    pub(crate) fn new(target: Target, key: JsonWebKey) -> Self {
        let (parameters, options) = (Parameters::default(), CallOptions::default());
        Self { target, key, parameters, options }
    }

    /// What the key may be used for; unless set, what the JSON web key says, or else all that its
    /// kind allows.
    pub fn key_ops(mut self, operations: impl IntoIterator<Item = KeyOperation>) -> Self {
        self.key = self.key.with_key_ops(operations);
        self
    }

    /// Keeps the key in hardware: in a vault of the premium tier. A managed HSM always does.
    pub fn hardware_protected(mut self) -> Self {
        self.parameters.hsm = Some(true);
        self
    }

    /// Deletes and purges the key that holds the name, if there is one, and then imports this one:
    /// as [`CreateKey::recreate`](crate::CreateKey::recreate), with the permission `keys/import`
    /// in the place of `keys/create`.
    pub fn recreate(self) -> Recreate<KeyBundle> {
        Recreate::new(self.target.clone(), self.options.clone(), move || self.clone().into_call())
    }

    fn request(&self) -> Result<Request> {
        check(&self.parameters.attributes, self.parameters.tags.as_ref())?;
        let unwritten = |_| Error::invalid_input("the key cannot be written as JSON");
        let json = self.key.to_private_json()?;
        let public = serde_json::to_string(&self.key.to_public()).map_err(unwritten)?;
        if json.expose().len() == public.len() {
            return Err(Error::invalid_input(
                "the key has no private part: only what the vault can use can be imported; keep a public key as it is, or set it as a secret",
            ));
        }
        // Borrowed: the private part is copied into the request's body alone, which is wiped.
        let key: &RawValue = serde_json::from_str(json.expose()).map_err(unwritten)?;
        let body = Body { key, parameters: &self.parameters };
        self.target.request_json(Method::Put, None, &body)
    }

    fn call(self) -> Call<KeyBundle> {
        Call::json(self.target.client().pipeline().clone(), &IMPORT, self.request())
    }
}

release_setters!(ImportKey);
attribute_setters!(ImportKey);
call_builder!(ImportKey => KeyBundle);
