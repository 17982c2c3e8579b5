//! From where a vault can be reached.

use std::{collections::BTreeSet, str::FromStr};

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

use super::lenient::or_default;

azvault_core::service_enum! {
    /// What becomes of traffic that no rule matches.
    pub enum NetworkRuleAction ignoring case {
        /// It is let in.
        Allow = "Allow",
        /// It is refused with 403.
        Deny = "Deny",
    }
}

azvault_core::service_enum! {
    /// Whose traffic skips the rules.
    pub enum NetworkRuleBypass ignoring case {
        /// That of trusted Microsoft services.
        AzureServices = "AzureServices",
        /// Nobody's.
        None = "None",
    }
}

/// The network rules of a vault or a managed HSM.
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
    #[serde(default, deserialize_with = "or_default")]
    ip_rules: Vec<IpRule>,
    #[serde(default, deserialize_with = "or_default")]
    virtual_network_rules: Vec<VirtualNetworkRule>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    service_tags: Vec<ServiceTagRule>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct IpRule {
    value: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ServiceTagRule {
    tag: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VirtualNetworkRule {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ignore_missing_vnet_service_endpoint: Option<bool>,
}

/// Rules in the one form that can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NormalRules {
    pub(crate) default_action: NetworkRuleAction,
    pub(crate) bypass: NetworkRuleBypass,
    pub(crate) ip_rules: BTreeSet<String>,
    pub(crate) virtual_network_rules: BTreeSet<String>,
}

impl Default for NormalRules {
    /// A vault without rules is open to all networks.
    fn default() -> Self {
        NetworkRuleSet::new(NetworkRuleAction::Allow).normal()
    }
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
            service_tags: Vec::new(),
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

    /// The same rules however they are written: an address is a range of one, order does not
    /// matter, and trusted services skip rules that say nothing of them.
    pub(crate) fn normal(&self) -> NormalRules {
        let range = |rule: &str| match Ipv4Net::from_str(rule) {
            Ok(net) if net.prefix_len() < 32 => net.trunc().to_string(),
            Ok(net) => net.addr().to_string(),
            Err(_) => rule.to_owned(),
        };
        NormalRules {
            default_action: self.default_action.clone().unwrap_or(NetworkRuleAction::Allow),
            bypass: self.bypass.clone().unwrap_or(NetworkRuleBypass::AzureServices),
            ip_rules: self.ip_rules().map(range).collect(),
            virtual_network_rules: self
                .virtual_network_rules()
                .map(str::to_ascii_lowercase)
                .collect(),
        }
    }

    /// What `live` says of the subnets that both let in: whether each needs Key Vault as a service
    /// endpoint. Without it the service would refuse a subnet that it let in before.
    pub(crate) fn keeping_exemptions(mut self, live: &Self) -> Self {
        for rule in &mut self.virtual_network_rules {
            let had =
                live.virtual_network_rules.iter().find(|it| it.id.eq_ignore_ascii_case(&rule.id));
            let had = had.and_then(|it| it.ignore_missing_vnet_service_endpoint);
            rule.ignore_missing_vnet_service_endpoint =
                rule.ignore_missing_vnet_service_endpoint.or(had);
        }
        self
    }

    /// Lets in a subnet by its resource id, even if Key Vault is no service endpoint of it yet.
    #[must_use]
    pub fn virtual_network_rule_without_endpoint(mut self, subnet_id: impl Into<String>) -> Self {
        let ignore_missing_vnet_service_endpoint = Some(true);
        let id = subnet_id.into();
        self.virtual_network_rules
            .push(VirtualNetworkRule { id, ignore_missing_vnet_service_endpoint });
        self
    }

    /// Lets in the addresses of a service by its tag; of managed HSMs alone.
    #[must_use]
    pub fn service_tag_rule(mut self, tag: impl Into<String>) -> Self {
        self.service_tags.push(ServiceTagRule { tag: tag.into() });
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

    /// The tags of the services whose addresses are let in; of managed HSMs alone.
    pub fn service_tag_rules(&self) -> impl Iterator<Item = &str> {
        self.service_tags.iter().map(|rule| rule.tag.as_str())
    }
}
