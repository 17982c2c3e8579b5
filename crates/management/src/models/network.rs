//! From where a vault can be reached.

use serde::{Deserialize, Serialize};

azvault_core::service_enum! {
    /// What becomes of traffic that no rule matches.
    pub enum NetworkRuleAction {
        /// It is let in.
        Allow = "Allow",
        /// It is refused with 403.
        Deny = "Deny",
    }
}

azvault_core::service_enum! {
    /// Whose traffic skips the rules.
    pub enum NetworkRuleBypass {
        /// That of trusted Microsoft services.
        AzureServices = "AzureServices",
        /// Nobody's.
        None = "None",
    }
}

/// The network rules of a vault.
///
/// # Examples
/// ```
/// use azvault_management::{NetworkRuleAction, NetworkRuleSet};
///
/// let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("203.0.113.0/24");
/// assert_eq!(rules.ip_rules().collect::<Vec<_>>(), ["203.0.113.0/24"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkRuleSet {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bypass: Option<NetworkRuleBypass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_action: Option<NetworkRuleAction>,
    #[serde(default)]
    ip_rules: Vec<IpRule>,
    #[serde(default)]
    virtual_network_rules: Vec<VirtualNetworkRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct IpRule {
    value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VirtualNetworkRule {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ignore_missing_vnet_service_endpoint: Option<bool>,
}

impl NetworkRuleSet {
    /// Rules with what becomes of traffic that none matches; trusted Microsoft services skip them
    /// unless [`bypass`](Self::bypass) says otherwise.
    pub fn new(default_action: NetworkRuleAction) -> Self {
        Self {
            bypass: Some(NetworkRuleBypass::AzureServices),
            default_action: Some(default_action),
            ip_rules: Vec::new(),
            virtual_network_rules: Vec::new(),
        }
    }

    /// Whose traffic skips the rules.
    #[must_use]
    pub fn bypass(mut self, bypass: NetworkRuleBypass) -> Self {
        self.bypass = Some(bypass);
        self
    }

    /// Lets in an IPv4 address, or a range in CIDR notation.
    #[must_use]
    pub fn ip_rule(mut self, range: impl Into<String>) -> Self {
        self.ip_rules.push(IpRule { value: range.into() });
        self
    }

    /// Lets in a subnet by its resource id.
    #[must_use]
    pub fn virtual_network_rule(mut self, subnet_id: impl Into<String>) -> Self {
        self.virtual_network_rules.push(VirtualNetworkRule {
            id: subnet_id.into(),
            ignore_missing_vnet_service_endpoint: None,
        });
        self
    }

    /// What becomes of traffic that no rule matches.
    pub fn default_action(&self) -> Option<&NetworkRuleAction> {
        self.default_action.as_ref()
    }

    /// Whose traffic skips the rules.
    pub fn bypassed_by(&self) -> Option<&NetworkRuleBypass> {
        self.bypass.as_ref()
    }

    /// The addresses and ranges that are let in.
    pub fn ip_rules(&self) -> impl Iterator<Item = &str> {
        self.ip_rules.iter().map(|rule| rule.value.as_str())
    }

    /// The resource ids of the subnets that are let in.
    pub fn virtual_network_rules(&self) -> impl Iterator<Item = &str> {
        self.virtual_network_rules.iter().map(|rule| rule.id.as_str())
    }
}
