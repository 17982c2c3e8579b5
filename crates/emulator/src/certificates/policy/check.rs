//! What a policy may say. The service's texts for most of this are not on record.

use x509_cert::der::asn1::ObjectIdentifier;

use super::{AUTO_RENEW, LifetimeAction, PEM, PKCS12, Policy, USAGES};
use crate::{certificates::x509, vault::ServiceError};

/// A century; the service's own limit is not documented.
const MAX_MONTHS: u32 = 1200;

impl Policy {
    pub(super) fn check(&self) -> Result<(), ServiceError> {
        self.check_key()?;
        self.check_x509()?;
        if ![PKCS12, PEM].contains(&self.secret_props.content_type.as_str()) {
            return Err(bad(format!(
                "The content type '{}' is not one of {PKCS12} and {PEM}.",
                self.secret_props.content_type
            )));
        }
        if self.lifetime_actions.len() > 1 {
            // As reported: https://github.com/Azure/azure-sdk-for-net/issues/15633
            return Err(bad("At most one action is allowed".to_owned()));
        }
        self.lifetime_actions.iter().try_for_each(|action| self.check_action(action))
    }

    fn check_key(&self) -> Result<(), ServiceError> {
        let key = &self.key_props;
        if key.crv.is_none() && ![2048, 3072, 4096].contains(&key.key_size) {
            return Err(unsupported_size(key.key_size, "2048, 3072, 4096"));
        }
        if key.exportable && self.hsm() {
            return Err(bad(format!("A key of the type {} cannot be exported.", key.kty)));
        }
        Ok(())
    }

    fn check_x509(&self) -> Result<(), ServiceError> {
        let props = &self.x509_props;
        let names = props.sans.as_ref().map_or(Ok(Vec::new()), x509::names).map_err(|_| {
            bad("A subject alternative name in x509_props.sans is not valid.".to_owned())
        })?;
        if props.subject.trim().is_empty() && names.is_empty() {
            return Err(ServiceError::required("subject"));
        }
        x509::subject(&props.subject).map_err(|_| {
            bad(format!("The subject '{}' is not a distinguished name.", props.subject))
        })?;
        for eku in &props.ekus {
            if ObjectIdentifier::new(eku).is_err() {
                return Err(bad(format!("The extended key usage '{eku}' is not an OID.")));
            }
        }
        for usage in &props.key_usage {
            if !USAGES.iter().any(|(known, _)| known == usage) {
                return Err(ServiceError::invalid_value());
            }
        }
        if !(1..=MAX_MONTHS).contains(&props.validity_months) {
            return Err(bad(format!(
                "The validity of {} months is not between 1 and {MAX_MONTHS}.",
                props.validity_months
            )));
        }
        Ok(())
    }

    fn check_action(&self, action: &LifetimeAction) -> Result<(), ServiceError> {
        let most_days = self.x509_props.validity_months.saturating_mul(27);
        match (action.trigger.lifetime_percentage, action.trigger.days_before_expiry) {
            (Some(1..=99), None) => {}
            (None, Some(days)) if (1..=most_days).contains(&days) => {}
            _ => {
                return Err(bad(format!(
                    "A lifetime action goes off at a lifetime_percentage of 1 to 99 or at days_before_expiry of 1 to \
                     {most_days}."
                )));
            }
        }
        match action.action.action_type.as_str() {
            "EmailContacts" => Ok(()),
            AUTO_RENEW if self.is_signed_elsewhere() => Err(bad(format!(
                "The action {AUTO_RENEW} is not possible with the issuer {}.",
                self.issuer.name
            ))),
            AUTO_RENEW => Ok(()),
            _ => Err(ServiceError::invalid_value()),
        }
    }
}

pub(super) fn unsupported_size(size: u32, supported: &str) -> ServiceError {
    bad(format!("Unsupported key size ({size}). Supported sizes are [{supported}]"))
}

fn bad(message: String) -> ServiceError {
    ServiceError::bad_parameter(message)
}
