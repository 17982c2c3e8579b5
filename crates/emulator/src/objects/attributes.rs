//! A version's attributes: what callers set, and how the service shows them.

use serde::{Deserialize, Serialize};

use crate::vault::Context;

/// What is kept of a version's attributes; times in whole seconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Attributes {
    pub(crate) enabled: bool,
    pub(crate) nbf: Option<i64>,
    pub(crate) exp: Option<i64>,
    pub(crate) created: i64,
    pub(crate) updated: i64,
}

/// What a caller may send; `null` is the same as nothing.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct AttributesBody {
    enabled: Option<bool>,
    nbf: Option<i64>,
    exp: Option<i64>,
    /// Of keys only.
    pub(crate) exportable: Option<bool>,
}

/// What the service answers, in its order of members.
#[derive(Debug, Serialize)]
pub(crate) struct AttributesView {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    created: i64,
    updated: i64,
    #[serde(rename = "recoveryLevel")]
    recovery_level: &'static str,
    /// Since 7.1.
    #[serde(rename = "recoverableDays", skip_serializing_if = "Option::is_none")]
    recoverable_days: Option<u16>,
}

impl Attributes {
    pub(crate) fn new(now: i64, body: &AttributesBody) -> Self {
        let mut attributes =
            Self { enabled: true, nbf: None, exp: None, created: now, updated: now };
        body.apply(&mut attributes);
        attributes
    }

    pub(crate) fn view(&self, context: &Context<'_>) -> AttributesView {
        AttributesView {
            enabled: self.enabled,
            nbf: self.nbf,
            exp: self.exp,
            created: self.created,
            updated: self.updated,
            recovery_level: context.properties.recovery_level(),
            recoverable_days: context
                .query
                .is_at_least_7_1()
                .then_some(context.properties.retention_days),
        }
    }
}

impl AttributesBody {
    /// Whether the caller says so.
    pub(crate) fn enabled(&self) -> Option<bool> {
        self.enabled
    }

    /// The same without what a certificate alone decides.
    pub(crate) fn without_times(self) -> Self {
        Self { nbf: None, exp: None, ..self }
    }

    pub(crate) fn apply(&self, attributes: &mut Attributes) {
        attributes.enabled = self.enabled.unwrap_or(attributes.enabled);
        attributes.nbf = self.nbf.or(attributes.nbf);
        attributes.exp = self.exp.or(attributes.exp);
    }
}
