//! Rotation policies: what they may say, and how they are shown.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{KeyContent, KeyObject, period::Period};
use crate::{
    host::VaultKind,
    locks::lock,
    objects::{Content, check_unmanaged, json},
    vault::{Action, Context, Reply, ServiceError},
};

const WEEK: Duration = Duration::days(7);
/// The shortest life of a version.
const SHORTEST_EXPIRY: Duration = Duration::days(28);
/// A managed HSM does not rotate more often.
const SHORTEST_HSM_ROTATION: Duration = Duration::days(28);
/// When the holder is told of an expiry, unless the policy says so.
const NOTIFY: &str = "P30D";

/// What somebody set for a key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RotationPolicy {
    rotate: Option<Trigger>,
    /// Before expiry. Kept and shown: nobody is told anything here.
    notify: Option<Period>,
    expiry: Option<Period>,
    created: i64,
    updated: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum Trigger {
    AfterCreate(Period),
    BeforeExpiry(Period),
}

#[derive(Deserialize)]
struct PolicyBody {
    #[serde(rename = "lifetimeActions")]
    actions: Option<Vec<ActionBody>>,
    attributes: Option<PolicyAttributesBody>,
}

#[derive(Deserialize)]
struct PolicyAttributesBody {
    #[serde(rename = "expiryTime")]
    expiry_time: Option<String>,
}

#[derive(Deserialize)]
struct ActionBody {
    trigger: Option<TriggerView>,
    action: Option<ActionType>,
}

#[derive(Default, Serialize, Deserialize)]
struct TriggerView {
    #[serde(rename = "timeAfterCreate", skip_serializing_if = "Option::is_none")]
    time_after_create: Option<String>,
    #[serde(rename = "timeBeforeExpiry", skip_serializing_if = "Option::is_none")]
    time_before_expiry: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ActionType {
    #[serde(rename = "type")]
    name: Option<String>,
}

/// A policy that was never set has no id, and its attributes are `null`.
#[derive(Serialize)]
struct PolicyView {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(rename = "lifetimeActions")]
    actions: Vec<ActionView>,
    attributes: Option<PolicyAttributesView>,
}

#[derive(Serialize)]
struct ActionView {
    trigger: TriggerView,
    action: ActionType,
}

#[derive(Serialize)]
struct PolicyAttributesView {
    #[serde(rename = "expiryTime", skip_serializing_if = "Option::is_none")]
    expiry_time: Option<String>,
    created: i64,
    updated: i64,
}

pub(super) fn get(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::GetRotationPolicy, Some(name))?;
    let mut store = lock(&context.vault.keys);
    let object = store.readable(name, context.now())?;
    Reply::json(context.site.kind, &view(context, object))
}

/// Replaces the whole policy; the date of its first setting stays.
pub(super) fn set(context: &Context<'_>, name: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::SetRotationPolicy, Some(name))?;
    let now = context.now();
    let mut policy = RotationPolicy::parse(body, context.site.kind, now.unix_timestamp())?;
    let mut store = lock(&context.vault.keys);
    let object = store.writable(name, now)?;
    check_unmanaged(object, "setrotationpolicy")?;
    if let Some(old) = &object.settings.rotation {
        policy.created = old.created;
    }
    object.settings.rotation = Some(policy);
    Reply::json(context.site.kind, &view(context, object))
}

/// Refuses a policy that no key of this vault could have.
pub(crate) fn check(context: &Context<'_>, body: &[u8]) -> Result<(), ServiceError> {
    let now = context.now();
    RotationPolicy::parse(body, context.site.kind, now.unix_timestamp()).map(|_| ())
}

fn view(context: &Context<'_>, object: &KeyObject) -> PolicyView {
    let default_notify = || match context.site.kind {
        VaultKind::Vault => vec![notify(NOTIFY.to_owned())],
        VaultKind::ManagedHsm => Vec::new(),
    };
    let Some(policy) = &object.settings.rotation else {
        return PolicyView { id: None, actions: default_notify(), attributes: None };
    };
    let rotate = policy.rotate.as_ref().map(|trigger| ActionView {
        trigger: match trigger {
            Trigger::AfterCreate(period) => TriggerView {
                time_after_create: Some(period.text.clone()),
                ..TriggerView::default()
            },
            Trigger::BeforeExpiry(period) => TriggerView {
                time_before_expiry: Some(period.text.clone()),
                ..TriggerView::default()
            },
        },
        action: ActionType { name: Some("Rotate".to_owned()) },
    });
    let told = match &policy.notify {
        Some(period) => vec![notify(period.text.clone())],
        None => default_notify(),
    };
    PolicyView {
        id: Some(context.url(&format!("keys/{}/rotationpolicy", object.name))),
        actions: rotate.into_iter().chain(told).collect(),
        attributes: Some(PolicyAttributesView {
            expiry_time: policy.expiry.as_ref().map(|period| period.text.clone()),
            created: policy.created,
            updated: policy.updated,
        }),
    }
}

fn notify(period: String) -> ActionView {
    ActionView {
        trigger: TriggerView { time_before_expiry: Some(period), ..TriggerView::default() },
        action: ActionType { name: Some("Notify".to_owned()) },
    }
}

impl RotationPolicy {
    fn parse(body: &[u8], kind: VaultKind, now: i64) -> Result<Self, ServiceError> {
        let body: PolicyBody = json(body)?;
        let expiry_time = body.attributes.and_then(|attributes| attributes.expiry_time);
        let expiry = expiry_time.map(|text| period("expiryTime", &text)).transpose()?;
        let mut policy = Self { rotate: None, notify: None, expiry, created: now, updated: now };
        for action in body.actions.unwrap_or_default() {
            policy.add(action)?;
        }
        policy.check(kind)?;
        Ok(policy)
    }

    fn add(&mut self, body: ActionBody) -> Result<(), ServiceError> {
        let name = body.action.and_then(|action| action.name).unwrap_or_default();
        let trigger = body.trigger.unwrap_or_default();
        let rotates = name.eq_ignore_ascii_case("Rotate");
        if !rotates && !name.eq_ignore_ascii_case("Notify") {
            return Err(ServiceError::invalid_value());
        }
        let taken = if rotates { self.rotate.is_some() } else { self.notify.is_some() };
        if taken {
            return Err(invalid("There can be one lifetime action of each type."));
        }
        match (trigger.time_after_create, trigger.time_before_expiry) {
            (Some(text), None) if rotates => {
                self.rotate = Some(Trigger::AfterCreate(period("timeAfterCreate", &text)?));
            }
            (None, Some(text)) => {
                let before = period("timeBeforeExpiry", &text)?;
                if rotates {
                    self.rotate = Some(Trigger::BeforeExpiry(before));
                } else {
                    self.notify = Some(before);
                }
            }
            _ if rotates => {
                return Err(invalid("Rotate takes either timeAfterCreate or timeBeforeExpiry."));
            }
            _ => return Err(invalid("Notify takes timeBeforeExpiry, and nothing else.")),
        }
        Ok(())
    }

    fn check(&self, kind: VaultKind) -> Result<(), ServiceError> {
        let expiry = self.expiry.as_ref().map(Period::roughly);
        if expiry.is_some_and(|expiry| expiry < SHORTEST_EXPIRY) {
            return Err(invalid("The expiry time must be 28 days or more."));
        }
        if kind == VaultKind::ManagedHsm && self.notify.is_some() {
            return Err(invalid("A managed HSM takes no Notify."));
        }
        if self.notify.as_ref().is_some_and(|period| period.roughly() < WEEK) {
            return Err(invalid("Notify must be 7 days or more before expiry."));
        }
        // Between the creation of a version and the next.
        let distance = match (&self.rotate, expiry) {
            (None, _) => return Ok(()),
            (Some(Trigger::BeforeExpiry(_)), None) => {
                return Err(invalid("timeBeforeExpiry needs an expiry time."));
            }
            (Some(Trigger::BeforeExpiry(before)), Some(expiry)) => {
                if before.roughly() < WEEK {
                    return Err(invalid("Rotate must be 7 days or more before expiry."));
                }
                expiry - before.roughly()
            }
            (Some(Trigger::AfterCreate(after)), expiry) => {
                if expiry.is_some_and(|expiry| expiry - after.roughly() < WEEK) {
                    return Err(invalid("Rotate must be 7 days or more before expiry."));
                }
                after.roughly()
            }
        };
        let shortest = match kind {
            VaultKind::Vault => WEEK,
            VaultKind::ManagedHsm => SHORTEST_HSM_ROTATION,
        };
        if distance < shortest {
            return Err(invalid(match kind {
                VaultKind::Vault => "Rotate must be 7 days or more after creation.",
                VaultKind::ManagedHsm => "Rotate must be 28 days or more after creation.",
            }));
        }
        Ok(())
    }

    /// When a version made at `created` that expires at `exp` is to be followed by the next.
    pub(super) fn due(
        &self,
        created: OffsetDateTime,
        exp: Option<OffsetDateTime>,
    ) -> Option<OffsetDateTime> {
        match self.rotate.as_ref()? {
            Trigger::AfterCreate(period) => period.after(created),
            Trigger::BeforeExpiry(period) => period.before(exp?),
        }
    }

    /// When a version made at `created` expires; only a rotation's versions do so by policy.
    pub(super) fn expiry(&self, created: OffsetDateTime) -> Option<OffsetDateTime> {
        self.expiry.as_ref()?.after(created)
    }
}

fn period(property: &str, text: &str) -> Result<Period, ServiceError> {
    Period::parse(text).ok_or_else(|| {
        ServiceError::bad_parameter(format!("The value of '{property}' is no ISO 8601 duration."))
    })
}

fn invalid(message: &'static str) -> ServiceError {
    ServiceError::bad_parameter(message)
}
