//! Setting secrets.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Endpoint, Error, Operation, Result, SecretBytes, SecretValue, attribute_setters,
    call::CallOptions,
    call_builder,
    object::{AttributesUpdate, Recreate, Tags, Target},
    retry::Charge,
};
use serde::{Serialize, Serializer};

use super::{content_type_setter, validate_content_type, validate_tags};
use crate::{SecretBundle, client::advice, models::Encoding};

static SET: Operation =
    Operation::makes_version("set_secret").charging(Charge::CreatesSecret).with_advice(advice);

/// Sets a secret; made by [`SecretClient::set_secret`](crate::SecretClient::set_secret).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct SetSecret {
    target: Target,
    parameters: Parameters,
    /// What the value is the base64 of, which the content type must then say.
    bytes: Option<SecretBytes>,
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
        Self { target, parameters, bytes: None, options: CallOptions::default() }
    }

    pub(crate) fn of_bytes(target: Target, bytes: SecretBytes) -> Self {
        let value = SecretValue::from_base64_of(bytes.expose());
        let set = Self { bytes: Some(bytes), ..Self::new(target, value) };
        set.content_type("application/octet-stream")
    }

    /// Deletes and purges the secret that holds the name, if there is one, and then sets this one.
    ///
    /// Whatever became of the old secret so far (live, being deleted, deleted, being recovered,
    /// purged a moment ago), it goes on from there, and sees the service's conflicts through: 5 min
    /// at most unless [`with_timeout`](Recreate::with_timeout) says otherwise. **All versions of the
    /// old secret are lost.** In a vault with purge protection nothing is deleted; the error says
    /// so.
    ///
    /// Needs the permissions `secrets/get`, `secrets/delete`, `secrets/purge` and `secrets/set`.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?;
    /// let secret = client.set_secret("db-password", "hunter3").recreate().await?;
    /// assert_eq!(secret.value().expose(), "hunter3");
    /// # Ok(())
    /// # }
    /// ```
    pub fn recreate(self) -> Recreate<SecretBundle> {
        Recreate::new(self.target.clone(), self.options.clone(), move || self.clone().into_call())
    }

    /// The vault that the secret is set in.
    pub(crate) fn vault_url(&self) -> &Endpoint {
        self.target.client().endpoint()
    }

    /// The secret's name, if it can be one.
    pub(crate) fn name(&self) -> Result<String> {
        Ok(self.target.id()?.name().to_owned())
    }

    fn request(&self) -> Result<Request> {
        let length = self.parameters.value.expose().len();
        if length > VALUE_BYTES {
            let of = match &self.bytes {
                Some(bytes) => format!(", the base64 of {}", bytes.expose().len()),
                None => String::new(),
            };
            return Err(Error::invalid_input(format!(
                "the secret's value has {length} bytes{of}: it may have at most {VALUE_BYTES}"
            )));
        }
        validate_content_type(self.parameters.content_type.as_deref())?;
        validate_tags(self.parameters.tags.as_ref())?;
        self.target.request_json(Method::Put, None, &self.parameters)
    }

    fn call(mut self) -> Call<SecretBundle> {
        let Parameters { value, content_type, .. } = &mut self.parameters;
        if let (Some(bytes), Some(content_type)) = (&self.bytes, content_type) {
            match Encoding::of(Some(content_type)) {
                Encoding::Base64 => {}
                Encoding::Base64Url => *value = SecretValue::from_base64url_of(bytes.expose()),
                Encoding::Text => content_type.push_str(";base64"),
            }
        }
        Call::json(self.target.client().pipeline().clone(), &SET, self.request())
    }
}

content_type_setter!(SetSecret);
attribute_setters!(SetSecret);
call_builder!(SetSecret => SecretBundle);

// 25 KB of octets: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const VALUE_BYTES: usize = 25 * 1024;
