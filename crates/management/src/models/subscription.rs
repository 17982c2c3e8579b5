//! Subscriptions.

use std::collections::BTreeMap;

use serde::Deserialize;

azvault_core::service_enum! {
    /// Whether a subscription can be used.
    pub enum SubscriptionState {
        /// It can.
        Enabled = "Enabled",
        /// It can, but will be disabled soon.
        Warned = "Warned",
        /// It is not paid for, and can still be used.
        PastDue = "PastDue",
        /// It can be read, and not be written to.
        Disabled = "Disabled",
        /// It is gone.
        Deleted = "Deleted",
    }
}

/// A subscription.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    id: String,
    subscription_id: String,
    #[serde(default)]
    tenant_id: Option<String>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    state: Option<SubscriptionState>,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
}

impl Subscription {
    /// Its resource id: `/subscriptions/{id}`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its id, which a client of its vaults takes.
    pub fn subscription_id(&self) -> &str {
        &self.subscription_id
    }

    /// The tenant it trusts.
    pub fn tenant_id(&self) -> Option<&str> {
        self.tenant_id.as_deref()
    }

    /// How people call it.
    pub fn display_name(&self) -> Option<&str> {
        self.display_name.as_deref()
    }

    /// Whether it can be used.
    pub fn state(&self) -> Option<&SubscriptionState> {
        self.state.as_ref()
    }

    /// Its tags.
    pub fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tags.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
