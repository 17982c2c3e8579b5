//! Creating keys.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Error, Operation, Result, attribute_setters,
    call::CallOptions,
    call_builder,
    object::{Recreate, Tags, Target},
    retry::Charge,
};
use serde::Serialize;

use super::setters::{check, key_ops_setter, release_setters};
use crate::{
    KeyBundle, KeyCurve, KeyOperation, KeyReleasePolicy, KeyType, client::advice,
    models::KeyAttributesUpdate,
};

static CREATE: Operation =
    Operation::makes_version("create_key").charging(Charge::CreatesKey).with_advice(advice);

/// Creates a key; made by [`KeyClient::create_key`](crate::KeyClient::create_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct CreateKey {
    target: Target,
    parameters: Parameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
struct Parameters {
    kty: KeyType,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_exponent: Option<u32>,
    #[serde(rename = "crv", skip_serializing_if = "Option::is_none")]
    curve: Option<KeyCurve>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<KeyOperation>>,
    #[serde(skip_serializing_if = "KeyAttributesUpdate::is_empty")]
    attributes: KeyAttributesUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Tags>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_policy: Option<KeyReleasePolicy>,
}

impl CreateKey {
    pub(crate) fn new(target: Target, key_type: KeyType) -> Self {
        let parameters = Parameters {
            kty: key_type,
            key_size: None,
            public_exponent: None,
            curve: None,
            key_ops: None,
            attributes: KeyAttributesUpdate::default(),
            tags: None,
            release_policy: None,
        };
        Self { target, parameters, options: CallOptions::default() }
    }

    /// The size in bits: 2048, 3072 or 4096 for RSA; 128, 192 or 256 for symmetric keys.
    pub fn size(mut self, bits: u32) -> Self {
        self.parameters.key_size = Some(bits);
        self
    }

    /// The curve of an elliptic curve key.
    pub fn curve(mut self, curve: KeyCurve) -> Self {
        self.parameters.curve = Some(curve);
        self
    }

    /// The public exponent of an RSA key in a managed HSM; vaults always use 65537.
    pub fn public_exponent(mut self, exponent: u32) -> Self {
        self.parameters.public_exponent = Some(exponent);
        self
    }

    /// Makes the key of the one with this id in a key manager outside of Azure, which the managed
    /// HSM is connected to: 1 to 64 letters, digits and hyphens.
    pub fn external_key(mut self, id: impl Into<String>) -> Self {
        self.parameters.attributes.set_external_key(id.into());
        self
    }

    /// Keeps the key in hardware: in a vault of the premium tier, or a managed HSM.
    pub fn hardware_protected(mut self) -> Self {
        self.parameters.kty = self.parameters.kty.in_hardware();
        self
    }

    /// Deletes and purges the key that holds the name, if there is one, and then creates this one.
    ///
    /// Whatever became of the old key so far (live, being deleted, deleted, being recovered,
    /// purged a moment ago), it goes on from there, and sees the service's conflicts through: 5 min
    /// at most unless [`with_timeout`](Recreate::with_timeout) says otherwise. **What was encrypted
    /// with the old key is lost.** In a vault with purge protection nothing is deleted; the error
    /// says so.
    ///
    /// Needs the permissions `keys/get`, `keys/delete`, `keys/purge` and `keys/create`.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_rsa_key("my-key").await?;
    /// let key = client.create_ec_key("my-key").recreate().await?;
    /// let versions = client.list_key_properties_versions("my-key").try_collect().await?;
    /// assert_eq!((versions.len(), versions[0].id()), (1, key.id()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn recreate(self) -> Recreate<KeyBundle> {
        Recreate::new(self.target.clone(), self.options.clone(), move || self.clone().into_call())
    }

    fn request(&self) -> Result<Request> {
        let Parameters { kty, key_size, curve, public_exponent, .. } = &self.parameters;
        let misplaced = |what: &str, right: &str| {
            Err(Error::invalid_input(format!("a key of the kind {kty} has no {what}: {right}")))
        };
        if curve.is_some() && !kty.is_ec() {
            return misplaced("curve", "set its size, or create an EC key");
        }
        if key_size.is_some() && kty.is_ec() {
            return misplaced("size", "set its curve, or create an RSA key");
        }
        if public_exponent.is_some() && !kty.is_rsa() {
            return misplaced("public exponent", "only RSA keys have one");
        }
        let sizes: &[u32] = match kty {
            kty if kty.is_rsa() => &[2048, 3072, 4096],
            kty if kty.is_oct() => &[128, 192, 256],
            _ => &[],
        };
        if let Some(bits) = key_size.filter(|bits| !sizes.is_empty() && !sizes.contains(bits)) {
            return Err(Error::invalid_input(format!(
                "a key of the kind {kty} cannot have {bits} bits: it has one of {sizes:?}"
            )));
        }
        check(&self.parameters.attributes, self.parameters.tags.as_ref())?;
        self.target.request_json(Method::Post, Some("create"), &self.parameters)
    }

    fn call(self) -> Call<KeyBundle> {
        Call::json(self.target.client().pipeline().clone(), &CREATE, self.request())
    }
}

key_ops_setter!(CreateKey);
release_setters!(CreateKey);
attribute_setters!(CreateKey);
call_builder!(CreateKey => KeyBundle);
