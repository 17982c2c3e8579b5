//! What the service refuses because of a key's attributes, applied before anything is computed here.

use azure_core::time::OffsetDateTime;
use azvault_core::{Error, ErrorKind, Result};

use crate::{JsonWebKey, KeyOperation, KeyProperties};

/// The attributes that decide. A key that no vault holds has none, and is always usable.
#[derive(Clone, Debug, Default)]
pub(super) struct Validity {
    disabled: bool,
    not_before: Option<OffsetDateTime>,
    expires: Option<OffsetDateTime>,
}

impl Validity {
    pub(super) fn of(properties: &KeyProperties) -> Self {
        Self {
            disabled: !properties.enabled(),
            not_before: properties.not_before(),
            expires: properties.expires_on(),
        }
    }

    /// Refuses what the service would: with a disabled key, what needs its private part; outside
    /// its time, what protects anew. Reading what was protected stays possible.
    pub(super) fn check(&self, operation: &KeyOperation, now: OffsetDateTime) -> Result<()> {
        use KeyOperation::{Decrypt, Encrypt, Sign, UnwrapKey, WrapKey};
        if self.disabled && matches!(operation, Decrypt | Sign | UnwrapKey) {
            let message = format!("operation {operation} is not allowed on a disabled key");
            return Err(Error::new(ErrorKind::Disabled, message));
        }
        if !matches!(operation, Encrypt | Sign | WrapKey) {
            return Ok(());
        }
        if self.not_before.is_some_and(|time| now < time) {
            return Err(forbidden(operation, "its time has not come (`nbf`)"));
        }
        if self.expires.is_some_and(|time| now >= time) {
            return Err(forbidden(operation, "it has expired (`exp`)"));
        }
        Ok(())
    }
}

/// Refuses what `key_ops` does not name.
pub(super) fn check_key_ops(key: &JsonWebKey, operation: &KeyOperation) -> Result<()> {
    if key.permits(operation) {
        return Ok(());
    }
    let named: Vec<&str> = key.key_ops().iter().map(KeyOperation::as_str).collect();
    let named = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
    Err(forbidden(operation, &format!("its key_ops are {named}")))
}

fn forbidden(operation: &KeyOperation, why: &str) -> Error {
    let message = format!("operation {operation} is not permitted on this key: {why}");
    Error::new(ErrorKind::OperationForbidden, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use KeyOperation::{Decrypt, Encrypt, Sign, UnwrapKey, Verify, WrapKey};

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;
    const ALL: [KeyOperation; 6] = [Encrypt, Decrypt, Sign, Verify, WrapKey, UnwrapKey];

    fn refused(validity: &Validity) -> Vec<KeyOperation> {
        ALL.into_iter().filter(|operation| validity.check(operation, NOW).is_err()).collect()
    }

    #[test]
    fn a_disabled_key_refuses_what_needs_its_private_part() {
        let validity = Validity { disabled: true, ..Validity::default() };
        assert_eq!(refused(&validity), [Decrypt, Sign, UnwrapKey]);
        assert_eq!(validity.check(&Sign, NOW).unwrap_err().kind(), ErrorKind::Disabled);
    }

    #[test]
    fn outside_its_time_a_key_still_reads_what_it_protected() {
        let second = azure_core::time::Duration::seconds(1);
        for validity in [
            Validity { not_before: Some(NOW + second), ..Validity::default() },
            Validity { expires: Some(NOW), ..Validity::default() },
        ] {
            assert_eq!(refused(&validity), [Encrypt, Sign, WrapKey], "{validity:?}");
        }
        let within =
            Validity { not_before: Some(NOW), expires: Some(NOW + second), disabled: false };
        assert!(refused(&within).is_empty());
    }

    #[test]
    fn operations_that_a_key_does_not_name_are_refused_with_those_it_names() {
        let key = |named: &[KeyOperation]| JsonWebKey::oct([7; 16]).with_key_ops(named.to_vec());
        let error = check_key_ops(&key(&[Sign, Verify]), &Encrypt).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OperationForbidden);
        assert!(error.to_string().contains("sign, verify"), "{error}");
        let error = check_key_ops(&key(&[]), &Encrypt).unwrap_err();
        assert!(error.to_string().contains("none"), "{error}");
        assert!(check_key_ops(&JsonWebKey::oct([7; 16]), &Encrypt).is_ok());
        assert!(check_key_ops(&key(&[Encrypt]), &Encrypt).is_ok());
    }
}
