//! A policy as callers send it: every part may be absent, `null` or empty, which is all the same.

use serde::Deserialize;

use super::{Constraints, Sans};

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct PolicyBody {
    pub(super) key_props: Option<KeyPropsBody>,
    pub(super) secret_props: Option<SecretPropsBody>,
    pub(super) x509_props: Option<X509PropsBody>,
    pub(super) lifetime_actions: Option<Vec<LifetimeActionBody>>,
    pub(super) issuer: Option<IssuerBody>,
    pub(super) attributes: Option<PolicyAttributesBody>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct KeyPropsBody {
    pub(super) exportable: Option<bool>,
    pub(super) kty: Option<String>,
    pub(super) key_size: Option<u32>,
    pub(super) reuse_key: Option<bool>,
    pub(super) crv: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct SecretPropsBody {
    #[serde(rename = "contentType")]
    pub(super) content_type: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct X509PropsBody {
    pub(super) subject: Option<String>,
    pub(super) sans: Option<Sans>,
    pub(super) ekus: Option<Vec<String>>,
    pub(super) key_usage: Option<Vec<String>>,
    pub(super) validity_months: Option<u32>,
    pub(super) basic_constraints: Option<ConstraintsBody>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ConstraintsBody {
    pub(super) ca: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct LifetimeActionBody {
    pub(super) trigger: Option<TriggerBody>,
    pub(super) action: Option<ActionBody>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct TriggerBody {
    pub(super) lifetime_percentage: Option<u32>,
    pub(super) days_before_expiry: Option<u32>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct ActionBody {
    pub(super) action_type: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct IssuerBody {
    pub(super) name: Option<String>,
    pub(super) cty: Option<String>,
    pub(super) cert_transparency: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct PolicyAttributesBody {
    pub(super) enabled: Option<bool>,
}

impl PolicyBody {
    /// The form of the certificate's file, if it says one.
    pub(in crate::certificates) fn wants_pem(&self) -> Option<bool> {
        let content_type = self.secret_props.as_ref()?.content_type.as_deref()?;
        Some(content_type.eq_ignore_ascii_case(super::PEM))
    }

    /// Whether it asks for hardware to keep the key in.
    pub(in crate::certificates) fn wants_hsm(&self) -> bool {
        let kty = self.key_props.as_ref().and_then(|props| props.kty.as_deref());
        kty.is_some_and(|kty| kty.ends_with("-HSM"))
    }

    /// Whether the private key may leave the vault, if it says so.
    pub(in crate::certificates) fn exportable(&self) -> Option<bool> {
        self.key_props.as_ref()?.exportable
    }
}

impl From<ConstraintsBody> for Constraints {
    fn from(body: ConstraintsBody) -> Self {
        Self { ca: body.ca.unwrap_or(false) }
    }
}
