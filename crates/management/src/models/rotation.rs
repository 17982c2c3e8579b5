//! When new versions of a key are made by themselves.

use azure_core::time::OffsetDateTime;
use azvault_core::{Error, Result};
use serde::{Deserialize, Serialize};

use super::{accessors, lenient};
use crate::{KeyRotationAction, validate};

/// When new versions of a key are made, and how long each is valid. Durations are ISO 8601's, `P90D`
/// or `P1Y6M` for instance.
///
/// Source: [Configure key auto-rotation](https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation).
///
/// # Examples
/// ```
/// use azvault_management::{LifetimeAction, RotationPolicy};
///
/// let policy = RotationPolicy::new()
///     .expiry_time("P2Y")
///     .action(LifetimeAction::rotate_after("P18M"))
///     .action(LifetimeAction::notify_before_expiry("P30D"));
/// assert_eq!(policy.lifetime_actions().len(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RotationPolicy {
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Attributes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lifetime_actions: Option<Vec<LifetimeAction>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Attributes {
    #[serde(skip_serializing, deserialize_with = "lenient::seconds")]
    created: Option<OffsetDateTime>,
    #[serde(skip_serializing, deserialize_with = "lenient::seconds")]
    updated: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_time: Option<String>,
}

/// What a rotation policy does, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LifetimeAction {
    #[serde(deserialize_with = "lenient::or_default")]
    trigger: Trigger,
    #[serde(deserialize_with = "lenient::or_default")]
    action: Action,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Trigger {
    #[serde(skip_serializing_if = "Option::is_none")]
    time_after_create: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_before_expiry: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Action {
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<KeyRotationAction>,
}

impl RotationPolicy {
    /// A policy that does nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// For how long each new version is valid.
    #[must_use]
    pub fn expiry_time(mut self, lifetime: impl Into<String>) -> Self {
        self.attributes.get_or_insert_default().expiry_time = Some(lifetime.into());
        self
    }

    /// Adds something that is done when its time has come.
    #[must_use]
    pub fn action(mut self, action: LifetimeAction) -> Self {
        self.lifetime_actions.get_or_insert_default().push(action);
        self
    }

    /// For how long each new version is valid.
    pub fn version_lifetime(&self) -> Option<&str> {
        self.attributes.as_ref()?.expiry_time.as_deref()
    }

    /// When the policy was made.
    pub fn created_on(&self) -> Option<OffsetDateTime> {
        self.attributes.as_ref()?.created
    }

    /// When the policy was changed last.
    pub fn updated_on(&self) -> Option<OffsetDateTime> {
        self.attributes.as_ref()?.updated
    }

    /// Refuses what is no duration, and a notification that is told by the time of creation.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(lifetime) = self.version_lifetime() {
            validate::duration("lifetime of a key's versions", lifetime)?;
        }
        self.lifetime_actions().iter().try_for_each(LifetimeAction::check)
    }
}

accessors!(RotationPolicy {
    /// What is done, and when.
    lifetime_actions: [list LifetimeAction] = lifetime_actions;
});

impl LifetimeAction {
    /// Makes a new version when the newest is this old.
    pub fn rotate_after(age: impl Into<String>) -> Self {
        let trigger = Trigger { time_after_create: Some(age.into()), time_before_expiry: None };
        Self { trigger, action: Action { r#type: Some(KeyRotationAction::Rotate) } }
    }

    /// Makes a new version this long before the newest expires.
    pub fn rotate_before_expiry(time: impl Into<String>) -> Self {
        Self::before_expiry(KeyRotationAction::Rotate, time.into())
    }

    /// Tells those who listen this long before the newest version expires.
    pub fn notify_before_expiry(time: impl Into<String>) -> Self {
        Self::before_expiry(KeyRotationAction::Notify, time.into())
    }

    fn before_expiry(action: KeyRotationAction, time: String) -> Self {
        let trigger = Trigger { time_after_create: None, time_before_expiry: Some(time) };
        Self { trigger, action: Action { r#type: Some(action) } }
    }

    fn check(&self) -> Result<()> {
        let times = [&self.trigger.time_after_create, &self.trigger.time_before_expiry];
        for time in times.into_iter().flatten() {
            validate::duration("time of a rotation policy's action", time)?;
        }
        if times.into_iter().flatten().count() != 1 {
            return Err(Error::invalid_input(
                "an action of a rotation policy has one time: after the creation or before the expiry",
            ));
        }
        Ok(())
    }
}

accessors!(LifetimeAction {
    /// What is done.
    action: [ref KeyRotationAction] = action.r#type;
    /// How old the newest version is then.
    time_after_create: [text] = trigger.time_after_create;
    /// How long before the newest version's expiry that is.
    time_before_expiry: [text] = trigger.time_before_expiry;
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_written_in_lower_case_and_without_what_the_service_decides() {
        let read: RotationPolicy = serde_json::from_str(
            r#"{"attributes":{"created":1644459396,"updated":1644459396,"expiryTime":"P1Y"},"lifetimeActions":[{"trigger":{"timeAfterCreate":"P90D"},"action":{"type":"Rotate"}}]}"#,
        )
        .unwrap();
        assert!(read.created_on().is_some());
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            r#"{"attributes":{"expiryTime":"P1Y"},"lifetimeActions":[{"trigger":{"timeAfterCreate":"P90D"},"action":{"type":"rotate"}}]}"#
        );
    }

    #[test]
    fn times_that_are_none_are_refused() {
        let refused = |policy: RotationPolicy| policy.check().unwrap_err().to_string();
        assert!(refused(RotationPolicy::new().expiry_time("2 years")).contains("2 years"));
        let action = LifetimeAction::rotate_after("30");
        assert!(refused(RotationPolicy::new().action(action)).contains("P90D"));
        let nothing = RotationPolicy::new().action(LifetimeAction::default());
        assert!(refused(nothing).contains("one time"));
    }
}
