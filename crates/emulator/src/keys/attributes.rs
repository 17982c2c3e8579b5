//! A key version's attributes: what callers set, and how the service shows them.

use serde::{Deserialize, Serialize};

use crate::{host::VaultKind, vault::Context};

/// What is kept of a version's attributes; times in whole seconds since 1970.
#[derive(Clone, Debug)]
pub(super) struct Attributes {
    pub(super) enabled: bool,
    pub(super) nbf: Option<i64>,
    pub(super) exp: Option<i64>,
    pub(super) created: i64,
    pub(super) updated: i64,
}

/// What a caller may send; `null` is the same as nothing.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AttributesBody {
    enabled: Option<bool>,
    nbf: Option<i64>,
    exp: Option<i64>,
    pub(super) exportable: Option<bool>,
}

/// What the service answers, in its order of members.
#[derive(Debug, Serialize)]
pub(super) struct AttributesView {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    created: i64,
    updated: i64,
    #[serde(rename = "recoveryLevel")]
    recovery_level: &'static str,
    #[serde(rename = "recoverableDays")]
    recoverable_days: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    exportable: Option<bool>,
}

impl Attributes {
    pub(super) fn new(now: i64, body: &AttributesBody) -> Self {
        let mut attributes =
            Self { enabled: true, nbf: None, exp: None, created: now, updated: now };
        body.apply(&mut attributes);
        attributes
    }

    pub(super) fn view(&self, context: &Context<'_>) -> AttributesView {
        let properties = &context.vault.properties;
        let shows_exportable =
            context.vault.kind == VaultKind::ManagedHsm || context.query.is_at_least_7_4();
        AttributesView {
            enabled: self.enabled,
            nbf: self.nbf,
            exp: self.exp,
            created: self.created,
            updated: self.updated,
            recovery_level: properties.recovery_level(),
            recoverable_days: properties.retention_days,
            // Exportable keys need a release policy, which this emulator refuses.
            exportable: shows_exportable.then_some(false),
        }
    }
}

impl AttributesBody {
    pub(super) fn apply(&self, attributes: &mut Attributes) {
        attributes.enabled = self.enabled.unwrap_or(attributes.enabled);
        attributes.nbf = self.nbf.or(attributes.nbf);
        attributes.exp = self.exp.or(attributes.exp);
    }
}
