//! How a certificate is made and renewed, as the service keeps and shows it.

mod body;
mod check;
mod merge;

use serde::{Deserialize, Serialize};

pub(super) use body::PolicyBody;

use crate::{
    crypto::{Curve, KeySpec},
    vault::Context,
};

/// Signs its own certificates.
const SELF: &str = "Self";
/// Somebody outside the vault, whose certificate is merged.
const UNKNOWN: &str = "Unknown";
const PKCS12: &str = "application/x-pkcs12";
const PEM: &str = "application/x-pem-file";
const AUTO_RENEW: &str = "AutoRenew";

/// What usages a key may have, in the order of their bits (RFC 5280), and what the key may then do.
pub(super) const USAGES: [(&str, &[&str]); 9] = [
    ("digitalSignature", &["sign", "verify"]),
    ("nonRepudiation", &["sign", "verify"]),
    ("keyEncipherment", &["wrapKey", "unwrapKey"]),
    ("dataEncipherment", &["encrypt", "decrypt"]),
    ("keyAgreement", &[]),
    ("keyCertSign", &["sign", "verify"]),
    ("cRLSign", &["sign", "verify"]),
    ("encipherOnly", &["encrypt"]),
    ("decipherOnly", &["decrypt"]),
];

/// A complete policy; members in the order of the service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) key_props: KeyProps,
    pub(super) secret_props: SecretProps,
    pub(super) x509_props: X509Props,
    pub(super) lifetime_actions: Vec<LifetimeAction>,
    pub(super) issuer: IssuerRef,
    pub(super) attributes: PolicyAttributes,
}

/// A policy with its identifier.
#[derive(Debug, Serialize)]
pub(super) struct PolicyView<'a> {
    id: String,
    #[serde(flatten)]
    policy: &'a Policy,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct KeyProps {
    pub(super) exportable: bool,
    pub(super) kty: String,
    /// In bits.
    pub(super) key_size: u32,
    pub(super) reuse_key: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) crv: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct SecretProps {
    #[serde(rename = "contentType")]
    pub(super) content_type: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct X509Props {
    pub(super) subject: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sans: Option<Sans>,
    pub(super) ekus: Vec<String>,
    pub(super) key_usage: Vec<String>,
    pub(super) validity_months: u32,
    pub(super) basic_constraints: Constraints,
}

/// Subject alternative names.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Sans {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) emails: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) dns_names: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) upns: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) uris: Option<Vec<String>>,
    #[serde(default, rename = "ipAddresses", skip_serializing_if = "Option::is_none")]
    pub(super) ip_addresses: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Constraints {
    pub(super) ca: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct LifetimeAction {
    pub(super) trigger: Trigger,
    pub(super) action: Action,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Trigger {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lifetime_percentage: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) days_before_expiry: Option<u32>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Action {
    pub(super) action_type: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct IssuerRef {
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cert_transparency: Option<bool>,
}

/// Times in seconds since 1970.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct PolicyAttributes {
    pub(super) enabled: bool,
    pub(super) created: i64,
    pub(super) updated: i64,
}

impl Policy {
    pub(super) fn view(&self, context: &Context<'_>, name: &str) -> PolicyView<'_> {
        PolicyView { id: context.url(&format!("certificates/{name}/policy")), policy: self }
    }

    /// The key that the next version gets.
    pub(super) fn key_spec(&self) -> KeySpec {
        match self.key_props.crv.as_deref().and_then(Curve::parse) {
            Some(curve) => KeySpec::Ec(curve),
            None => KeySpec::Rsa { bits: self.key_props.key_size },
        }
    }

    /// Kept in hardware, as far as its answers tell.
    pub(super) fn hsm(&self) -> bool {
        self.key_props.kty.ends_with("-HSM")
    }

    pub(super) fn is_pem(&self) -> bool {
        self.secret_props.content_type == PEM
    }

    pub(super) fn is_self_signed(&self) -> bool {
        self.issuer.name.eq_ignore_ascii_case(SELF)
    }

    /// Nobody here signs: the certificate is merged.
    pub(super) fn is_signed_elsewhere(&self) -> bool {
        self.issuer.name.eq_ignore_ascii_case(UNKNOWN)
    }

    /// When the certificate is renewed by itself, if it is.
    pub(super) fn renewal(&self) -> Option<&Trigger> {
        self.lifetime_actions
            .iter()
            .find(|action| action.action.action_type.eq_ignore_ascii_case(AUTO_RENEW))
            .map(|action| &action.trigger)
            .filter(|_| !self.is_signed_elsewhere())
    }

    /// What the key may do: what the usages of its certificate name, or all that it can.
    pub(super) fn key_ops(&self) -> Vec<String> {
        let possible: &[&str] = match self.key_spec() {
            KeySpec::Ec(_) => &["sign", "verify"],
            _ => &["sign", "verify", "wrapKey", "unwrapKey", "encrypt", "decrypt"],
        };
        let usages = &self.x509_props.key_usage;
        let named: Vec<&str> = USAGES
            .iter()
            .filter(|(usage, _)| usages.iter().any(|wanted| wanted == usage))
            .flat_map(|(_, operations)| operations.iter().copied())
            .collect();
        let wanted = |operation: &&&str| usages.is_empty() || named.contains(operation);
        possible.iter().filter(wanted).map(|operation| (*operation).to_owned()).collect()
    }
}

impl Trigger {
    /// When it goes off for a certificate that is valid between these, in seconds since 1970.
    pub(super) fn due(&self, nbf: i64, exp: i64) -> Option<i64> {
        const DAY: i64 = 86_400;
        match (self.lifetime_percentage, self.days_before_expiry) {
            (Some(percentage), _) => {
                let lived = exp.checked_sub(nbf)?.checked_mul(i64::from(percentage))?;
                nbf.checked_add(lived / 100)
            }
            (None, Some(days)) => exp.checked_sub(i64::from(days).checked_mul(DAY)?),
            (None, None) => None,
        }
    }
}
