//! What callers send becomes a complete policy: over an older one, or over the service's defaults.

use super::{
    AUTO_RENEW, Action, Constraints, IssuerRef, KeyProps, LifetimeAction, PKCS12, Policy,
    PolicyAttributes, PolicyBody, SecretProps, Trigger, UNKNOWN, USAGES, X509Props,
    body::{KeyPropsBody, LifetimeActionBody, X509PropsBody},
};
use crate::{crypto::Curve, vault::ServiceError};

const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";

impl Policy {
    /// The policy that `body` asks for; parts that it leaves out are those of `base`, or the defaults.
    pub(in crate::certificates) fn of(
        body: PolicyBody,
        base: Option<&Self>,
        now: i64,
    ) -> Result<Self, ServiceError> {
        let issuer = body.issuer.unwrap_or_default();
        let old = base.map(|base| base.issuer.clone()).unwrap_or_default();
        let named = issuer.name.filter(|name| !name.is_empty());
        let issuer = IssuerRef {
            name: named
                .or_else(|| Some(old.name).filter(|name| !name.is_empty()))
                .unwrap_or_else(|| UNKNOWN.to_owned()),
            cty: issuer.cty.or(old.cty),
            cert_transparency: issuer.cert_transparency.or(old.cert_transparency),
        };
        let content_type = body.secret_props.and_then(|props| props.content_type);
        let enabled = body.attributes.and_then(|attributes| attributes.enabled);
        let mut policy = Self {
            key_props: key_props(
                body.key_props.unwrap_or_default(),
                base.map(|base| &base.key_props),
            )?,
            secret_props: SecretProps {
                content_type: content_type
                    .or_else(|| base.map(|base| base.secret_props.content_type.clone()))
                    .unwrap_or_else(|| PKCS12.to_owned()),
            },
            x509_props: x509_props(
                body.x509_props.unwrap_or_default(),
                base.map(|base| &base.x509_props),
            ),
            lifetime_actions: Vec::new(),
            issuer,
            attributes: PolicyAttributes {
                enabled: enabled.or(base.map(|base| base.attributes.enabled)).unwrap_or(true),
                created: base.map_or(now, |base| base.attributes.created),
                updated: now,
            },
        };
        policy.lifetime_actions = match (body.lifetime_actions, base) {
            (Some(actions), _) => actions.into_iter().map(LifetimeAction::from).collect(),
            (None, Some(base)) => base.lifetime_actions.clone(),
            (None, None) => vec![policy.default_action()],
        };
        policy.check()?;
        Ok(policy)
    }

    /// Near its end a certificate is renewed, or, where nobody here can do that, somebody is told.
    pub(in crate::certificates) fn default_action(&self) -> LifetimeAction {
        let action_type =
            if self.is_signed_elsewhere() { "EmailContacts" } else { AUTO_RENEW }.to_owned();
        LifetimeAction {
            trigger: Trigger { lifetime_percentage: Some(80), days_before_expiry: None },
            action: Action { action_type },
        }
    }
}

/// The policy of a certificate that somebody brings.
impl Policy {
    pub(in crate::certificates) fn of_import(
        body: PolicyBody,
        key_props: KeyProps,
        x509_props: X509Props,
        pem: bool,
        now: i64,
    ) -> Result<Self, ServiceError> {
        let found = Self {
            key_props: key_props.clone(),
            secret_props: SecretProps {
                content_type: if pem { super::PEM } else { PKCS12 }.to_owned(),
            },
            x509_props: x509_props.clone(),
            lifetime_actions: Vec::new(),
            issuer: IssuerRef::default(),
            attributes: PolicyAttributes { enabled: true, created: now, updated: now },
        };
        let actions_sent = body.lifetime_actions.is_some();
        let mut policy = Self::of(
            // What the certificate is, it says itself.
            PolicyBody { key_props: None, x509_props: None, ..body },
            Some(&found),
            now,
        )?;
        if !actions_sent {
            policy.lifetime_actions = vec![policy.default_action()];
        }
        Ok(policy)
    }
}

fn key_props(body: KeyPropsBody, base: Option<&KeyProps>) -> Result<KeyProps, ServiceError> {
    let kty = body
        .kty
        .or_else(|| base.map(|base| base.kty.clone()))
        .unwrap_or_else(|| if body.crv.is_some() { "EC" } else { "RSA" }.to_owned());
    // The size of another type of key says nothing of this one.
    let base = base.filter(|base| base.kty == kty);
    let hsm = kty.ends_with("-HSM");
    let exportable = body.exportable.or(base.map(|base| base.exportable)).unwrap_or(!hsm);
    let reuse_key = body.reuse_key.or(base.map(|base| base.reuse_key)).unwrap_or(false);
    let (key_size, crv) = match kty.as_str() {
        "RSA" | "RSA-HSM" => {
            let size = body.key_size.or(base.map(|base| base.key_size)).unwrap_or(2048);
            (size, None)
        }
        "EC" | "EC-HSM" => {
            let curve = match (body.crv.as_deref(), body.key_size) {
                (Some(name), _) => Curve::parse(name).ok_or_else(ServiceError::invalid_value)?,
                (None, Some(size)) => curve_of(size)?,
                (None, None) => base
                    .and_then(|base| base.crv.as_deref())
                    .and_then(Curve::parse)
                    .unwrap_or(Curve::P256),
            };
            if let Some(size) = body.key_size.filter(|size| *size != curve.bits()) {
                return Err(match curve_of(size) {
                    Err(unknown) => unknown,
                    Ok(_) => ServiceError::bad_parameter(format!(
                        "A key on the curve {} has {} bits, not {size}.",
                        curve.name(),
                        curve.bits()
                    )),
                });
            }
            (curve.bits(), Some(curve.name().to_owned()))
        }
        _ => return Err(ServiceError::invalid_value()),
    };
    Ok(KeyProps { exportable, kty, key_size, reuse_key, crv })
}

fn curve_of(size: u32) -> Result<Curve, ServiceError> {
    [Curve::P256, Curve::P384, Curve::P521]
        .into_iter()
        .find(|curve| curve.bits() == size)
        .ok_or_else(|| super::check::unsupported_size(size, "256, 384, 521"))
}

fn x509_props(body: X509PropsBody, base: Option<&X509Props>) -> X509Props {
    let default_usage = || vec!["digitalSignature".to_owned(), "keyEncipherment".to_owned()];
    let default_ekus = || vec![SERVER_AUTH.to_owned(), CLIENT_AUTH.to_owned()];
    let mut usage = body
        .key_usage
        .or_else(|| base.map(|base| base.key_usage.clone()))
        .unwrap_or_else(default_usage);
    // In the order of their bits, each once; what is unknown stays in front, to be refused.
    usage.sort_by_key(|usage| USAGES.iter().position(|(known, _)| known == usage));
    usage.dedup();
    X509Props {
        subject: body.subject.or_else(|| base.map(|base| base.subject.clone())).unwrap_or_default(),
        sans: body.sans.or_else(|| base.and_then(|base| base.sans.clone())),
        ekus: body.ekus.or_else(|| base.map(|base| base.ekus.clone())).unwrap_or_else(default_ekus),
        key_usage: usage,
        validity_months: body
            .validity_months
            .or(base.map(|base| base.validity_months))
            .unwrap_or(12),
        basic_constraints: body
            .basic_constraints
            .map(Constraints::from)
            .or_else(|| base.map(|base| base.basic_constraints.clone()))
            .unwrap_or_default(),
    }
}

impl From<LifetimeActionBody> for LifetimeAction {
    fn from(body: LifetimeActionBody) -> Self {
        let trigger = body.trigger.unwrap_or_default();
        Self {
            trigger: Trigger {
                lifetime_percentage: trigger.lifetime_percentage,
                days_before_expiry: trigger.days_before_expiry,
            },
            action: Action {
                action_type: body.action.and_then(|action| action.action_type).unwrap_or_default(),
            },
        }
    }
}
