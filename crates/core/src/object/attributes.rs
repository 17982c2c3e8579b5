//! Attributes: whether and when an object may be used, and what becomes of it when deleted.

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, PrimitiveDateTime};

crate::service_enum! {
    /// What becomes of a deleted object: whether it can be recovered, and purged before its time.
    pub enum RecoveryLevel {
        /// Deleting is for good.
        Purgeable = "Purgeable",
        /// Recoverable for 90 days, and may be purged before.
        RecoverablePurgeable = "Recoverable+Purgeable",
        /// Recoverable for 90 days; purge protection is on.
        Recoverable = "Recoverable",
        /// Recoverable for 90 days; the subscription is protected too.
        RecoverableProtectedSubscription = "Recoverable+ProtectedSubscription",
        /// Recoverable for 7 to 89 days, and may be purged before.
        CustomizedRecoverablePurgeable = "CustomizedRecoverable+Purgeable",
        /// Recoverable for 7 to 89 days; purge protection is on.
        CustomizedRecoverable = "CustomizedRecoverable",
        /// Recoverable for 7 to 89 days; the subscription is protected too.
        CustomizedRecoverableProtectedSubscription = "CustomizedRecoverable+ProtectedSubscription",
    }
}

impl RecoveryLevel {
    /// Whether a deleted object may be purged before its retention ends.
    pub fn allows_purge(&self) -> bool {
        self.as_str().ends_with("Purgeable")
    }
}

/// The attributes of a version of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireAttributes")]
#[non_exhaustive]
pub struct Attributes {
    /// Whether the object may be used.
    pub enabled: bool,
    /// The time before which it is not meant to be used.
    pub not_before: Option<OffsetDateTime>,
    /// The time after which it is not meant to be used.
    pub expires_on: Option<OffsetDateTime>,
    /// When this version was created.
    pub created_on: Option<OffsetDateTime>,
    /// When these attributes were last changed.
    pub updated_on: Option<OffsetDateTime>,
    /// What becomes of the object when it is deleted.
    pub recovery_level: Option<RecoveryLevel>,
    /// For how many days it can be recovered then: 7 to 90, or 0.
    pub recoverable_days: Option<u32>,
}

/// Attributes on the wire, as the service writes them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireAttributes {
    enabled: Option<bool>,
    nbf: Option<i64>,
    exp: Option<i64>,
    created: Option<i64>,
    updated: Option<i64>,
    recovery_level: Option<RecoveryLevel>,
    recoverable_days: Option<u32>,
}

/// A time as the service writes it, in seconds since 1970. One that no calendar has, milliseconds that
/// somebody set by mistake for instance, is as late or as early as can be: it must not hide the rest of
/// the object, nor the list that it stands in.
pub(super) fn time(seconds: Option<i64>) -> Option<OffsetDateTime> {
    let (first, last) = (PrimitiveDateTime::MIN.assume_utc(), PrimitiveDateTime::MAX.assume_utc());
    let bounded = seconds?.clamp(first.unix_timestamp(), last.unix_timestamp());
    OffsetDateTime::from_unix_timestamp(bounded).ok()
}

impl TryFrom<WireAttributes> for Attributes {
    type Error = &'static str;

    fn try_from(wire: WireAttributes) -> Result<Self, Self::Error> {
        Ok(Self {
            enabled: wire.enabled.unwrap_or(true),
            not_before: time(wire.nbf),
            expires_on: time(wire.exp),
            created_on: time(wire.created),
            updated_on: time(wire.updated),
            recovery_level: wire.recovery_level,
            recoverable_days: wire.recoverable_days,
        })
    }
}

/// The attributes that a caller sets; what is not set is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AttributesUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

impl AttributesUpdate {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Sets whether the object may be used.
    pub fn set_enabled(&mut self, enabled: bool) {
        self.enabled = Some(enabled);
    }

    /// Sets the time before which it is not meant to be used, in whole seconds.
    pub fn set_not_before(&mut self, time: OffsetDateTime) {
        self.nbf = Some(time.unix_timestamp());
    }

    /// Sets the time after which it is not meant to be used, in whole seconds.
    pub fn set_expires_on(&mut self, time: OffsetDateTime) {
        self.exp = Some(time.unix_timestamp());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_beyond_all_calendars_does_not_hide_the_rest() {
        let json =
            r#"{"enabled":false,"exp":32503680000000,"nbf":-99999999999999,"created":1644459396}"#;
        let read: Attributes = serde_json::from_str(json).unwrap();
        assert!(!read.enabled && read.created_on.is_some());
        assert_eq!(read.expires_on.map(OffsetDateTime::year), Some(9999));
        assert_eq!(read.not_before.map(OffsetDateTime::year), Some(-9999));
    }

    #[test]
    fn attributes_are_read_as_recorded() {
        let read: Attributes = serde_json::from_str(
            r#"{"enabled":true,"exp":2537049600,"created":1644459396,"updated":1644459396,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90,"new":1}"#,
        )
        .unwrap();
        assert_eq!(read.expires_on.map(OffsetDateTime::unix_timestamp), Some(2_537_049_600));
        assert_eq!(read.recovery_level, Some(RecoveryLevel::RecoverablePurgeable));
        assert!(read.recovery_level.unwrap().allows_purge());
        assert_eq!(read.not_before, None);
    }

    #[test]
    fn only_what_was_set_is_written() {
        let mut update = AttributesUpdate::default();
        assert!(update.is_empty());
        update.set_enabled(false);
        assert_eq!(serde_json::to_string(&update).unwrap(), r#"{"enabled":false}"#);
    }
}
