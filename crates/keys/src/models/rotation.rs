//! When a key gets a new version by itself, and when somebody is told that it expires.

use azure_core::time::OffsetDateTime;
use azvault_core::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize};

use super::Period;

azvault_core::service_enum! {
    /// What is done at a point in a key's life.
    pub enum KeyRotationPolicyAction {
        /// A new version of the key is made.
        Rotate = "Rotate",
        /// An event that the key is near its expiry is sent by Event Grid.
        Notify = "Notify",
    }
}

/// An action, and when it is taken: counted from the creation of a version, or back from its expiry.
///
/// # Examples
/// ```
/// use azvault_keys::{LifetimeAction, Period};
///
/// let action = LifetimeAction::rotate_after_create(Period::months(18));
/// assert_eq!(action.time_after_create().map(Period::as_str), Some("P18M"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifetimeAction {
    #[serde(default)]
    trigger: Trigger,
    action: Action,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    #[serde(skip_serializing_if = "Option::is_none")]
    time_after_create: Option<Period>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_before_expiry: Option<Period>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Action {
    #[serde(rename = "type", deserialize_with = "in_any_case")]
    kind: KeyRotationPolicyAction,
}

/// The service has written `rotate`, too.
fn in_any_case<'de, D: Deserializer<'de>>(from: D) -> Result<KeyRotationPolicyAction, D::Error> {
    let read = KeyRotationPolicyAction::deserialize(from)?;
    let known = [KeyRotationPolicyAction::Rotate, KeyRotationPolicyAction::Notify];
    let same = known.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(read.as_str()));
    Ok(same.unwrap_or(read))
}

impl LifetimeAction {
    /// Rotates the key that long after a version was created: 7 days or more.
    pub fn rotate_after_create(time: Period) -> Self {
        let trigger = Trigger { time_after_create: Some(time), time_before_expiry: None };
        Self { trigger, action: Action { kind: KeyRotationPolicyAction::Rotate } }
    }

    /// Rotates the key that long before a version expires: 7 days or more. The policy needs an
    /// [`expires_after`](KeyRotationPolicy::expires_after) for that.
    pub fn rotate_before_expiry(time: Period) -> Self {
        Self::before_expiry(KeyRotationPolicyAction::Rotate, time)
    }

    /// Sends an event that long before a version expires. The service adds one 30 days before if a
    /// policy has none.
    pub fn notify_before_expiry(time: Period) -> Self {
        Self::before_expiry(KeyRotationPolicyAction::Notify, time)
    }

    fn before_expiry(kind: KeyRotationPolicyAction, time: Period) -> Self {
        let trigger = Trigger { time_after_create: None, time_before_expiry: Some(time) };
        Self { trigger, action: Action { kind } }
    }

    /// What is done.
    pub fn action(&self) -> &KeyRotationPolicyAction {
        &self.action.kind
    }

    /// How long after the creation of a version.
    pub fn time_after_create(&self) -> Option<&Period> {
        self.trigger.time_after_create.as_ref()
    }

    /// How long before the expiry of a version.
    pub fn time_before_expiry(&self) -> Option<&Period> {
        self.trigger.time_before_expiry.as_ref()
    }
}

/// When a key is rotated, and what new versions of it expire after.
///
/// Source: [KeyRotationPolicy](https://learn.microsoft.com/rest/api/keyvault/keys/update-key-rotation-policy/update-key-rotation-policy#keyrotationpolicy).
///
/// # Examples
/// ```
/// use azvault_keys::{KeyRotationPolicy, LifetimeAction, Period};
///
/// let policy = KeyRotationPolicy::new()
///     .expires_after(Period::days(90))
///     .lifetime_action(LifetimeAction::rotate_before_expiry(Period::days(30)))
///     .lifetime_action(LifetimeAction::notify_before_expiry(Period::days(14)));
/// assert_eq!(policy.expiry_time().map(Period::as_str), Some("P90D"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "WirePolicy")]
pub struct KeyRotationPolicy {
    id: Option<String>,
    lifetime_actions: Vec<LifetimeAction>,
    expiry_time: Option<Period>,
    created_on: Option<OffsetDateTime>,
    updated_on: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WirePolicy {
    id: Option<String>,
    lifetime_actions: Option<Vec<LifetimeAction>>,
    attributes: Option<WireAttributes>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAttributes {
    expiry_time: Option<Period>,
    created: Option<i64>,
    updated: Option<i64>,
}

impl From<WirePolicy> for KeyRotationPolicy {
    fn from(wire: WirePolicy) -> Self {
        let time = |seconds: Option<i64>| OffsetDateTime::from_unix_timestamp(seconds?).ok();
        let attributes = wire.attributes.unwrap_or_default();
        Self {
            id: wire.id,
            lifetime_actions: wire.lifetime_actions.unwrap_or_default(),
            expiry_time: attributes.expiry_time,
            created_on: time(attributes.created),
            updated_on: time(attributes.updated),
        }
    }
}

/// What an update sends: the rest is the service's to say.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyUpdate<'a> {
    lifetime_actions: &'a [LifetimeAction],
    attributes: AttributesUpdate<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributesUpdate<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_time: Option<&'a Period>,
}

impl KeyRotationPolicy {
    /// A policy without a rotation.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an action: one that rotates and one that notifies at most.
    #[must_use]
    pub fn lifetime_action(mut self, action: LifetimeAction) -> Self {
        self.lifetime_actions.push(action);
        self
    }

    /// Takes these actions in the place of those it has.
    #[must_use]
    pub fn with_lifetime_actions(
        mut self,
        actions: impl IntoIterator<Item = LifetimeAction>,
    ) -> Self {
        self.lifetime_actions = actions.into_iter().collect();
        self
    }

    /// What new versions of the key expire after: 28 days or more. Those that there are do not
    /// change.
    #[must_use]
    pub fn expires_after(mut self, time: Period) -> Self {
        self.expiry_time = Some(time);
        self
    }

    /// The policy's identifier; none if the key has only the service's default policy.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What is done in the life of each version.
    pub fn lifetime_actions(&self) -> &[LifetimeAction] {
        &self.lifetime_actions
    }

    /// What new versions of the key expire after.
    pub fn expiry_time(&self) -> Option<&Period> {
        self.expiry_time.as_ref()
    }

    /// When the policy was made.
    pub fn created_on(&self) -> Option<OffsetDateTime> {
        self.created_on
    }

    /// When the policy was last changed.
    pub fn updated_on(&self) -> Option<OffsetDateTime> {
        self.updated_on
    }

    /// What an update sends, unless it contradicts itself.
    pub(crate) fn update(&self) -> Result<PolicyUpdate<'_>> {
        let refused = |why: &str| Err(Error::invalid_input(format!("the rotation policy {why}")));
        let known = [KeyRotationPolicyAction::Rotate, KeyRotationPolicyAction::Notify];
        for kind in &known {
            if self.lifetime_actions.iter().filter(|it| it.action() == kind).count() > 1 {
                return refused(&format!("has more than one action {kind}: it can have one"));
            }
        }
        for action in &self.lifetime_actions {
            let kind = action.action();
            match (action.time_after_create(), action.time_before_expiry()) {
                (Some(_), None) if *kind == KeyRotationPolicyAction::Notify => {
                    return refused("notifies after the creation: it can before the expiry alone");
                }
                (None, Some(_))
                    if *kind == KeyRotationPolicyAction::Rotate && self.expiry_time.is_none() =>
                {
                    return refused(
                        "rotates before an expiry that it does not have: set expires_after, or rotate after the creation",
                    );
                }
                (None, None) if known.contains(kind) => {
                    return refused(&format!("has an action {kind} without a time"));
                }
                (Some(_), Some(_)) => {
                    return refused(&format!("has an action {kind} with two times: one is taken"));
                }
                _ => {}
            }
        }
        let attributes = AttributesUpdate { expiry_time: self.expiry_time.as_ref() };
        Ok(PolicyUpdate { lifetime_actions: &self.lifetime_actions, attributes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(json: &str) -> KeyRotationPolicy {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_default_policy_is_read_as_recorded() {
        // The service's recorded answers for a key that never had a policy, of 2022 and of 2021.
        let read = policy(
            r#"{"lifetimeActions":[{"trigger":{"timeBeforeExpiry":"P30D"},"action":{"type":"Notify"}}],"attributes":null}"#,
        );
        let action = LifetimeAction::notify_before_expiry(Period::days(30));
        assert_eq!((read.lifetime_actions(), read.id()), (&[action][..], None));
        assert_eq!(
            policy(r#"{"lifetimeActions":null,"attributes":null}"#),
            KeyRotationPolicy::new()
        );
    }

    #[test]
    fn what_is_not_known_survives_a_change() {
        let read = policy(
            r#"{"id":"x","lifetimeActions":[{"trigger":{"timeAfterCreate":"P1Y2M3DT4H"},"action":{"type":"rotate"}},{"trigger":{},"action":{"type":"Archive"}}],"attributes":{"expiryTime":"P2Y","created":1,"updated":2}}"#,
        );
        assert_eq!(read.lifetime_actions()[0].action(), &KeyRotationPolicyAction::Rotate);
        assert_eq!(read.updated_on().map(OffsetDateTime::unix_timestamp), Some(2));
        let sent = serde_json::to_string(&read.update().unwrap()).unwrap();
        assert_eq!(
            sent,
            r#"{"lifetimeActions":[{"trigger":{"timeAfterCreate":"P1Y2M3DT4H"},"action":{"type":"Rotate"}},{"trigger":{},"action":{"type":"Archive"}}],"attributes":{"expiryTime":"P2Y"}}"#
        );
    }

    #[test]
    fn a_policy_that_contradicts_itself_is_refused() {
        let days = Period::days;
        let rotate = LifetimeAction::rotate_after_create(days(30));
        let late = |kind: &str| -> LifetimeAction {
            let json = format!(
                r#"{{"trigger":{{"timeAfterCreate":"P9D"}},"action":{{"type":"{kind}"}}}}"#
            );
            serde_json::from_str(&json).unwrap()
        };
        let no_time: LifetimeAction =
            serde_json::from_str(r#"{"action":{"type":"Rotate"}}"#).unwrap();
        let two_times: LifetimeAction = serde_json::from_str(
            r#"{"trigger":{"timeAfterCreate":"P9D","timeBeforeExpiry":"P9D"},"action":{"type":"Rotate"}}"#,
        )
        .unwrap();
        for (actions, why) in [
            (vec![rotate.clone(), rotate.clone()], "more than one action Rotate"),
            (vec![late("Notify")], "notifies after the creation"),
            (vec![LifetimeAction::rotate_before_expiry(days(30))], "set expires_after"),
            (vec![no_time], "without a time"),
            (vec![two_times], "with two times"),
        ] {
            let policy = KeyRotationPolicy::new().with_lifetime_actions(actions);
            let error = policy.update().err().unwrap();
            assert!(error.to_string().contains(why), "{error}");
        }
        assert!(KeyRotationPolicy::new().lifetime_action(rotate).update().is_ok());
    }
}
