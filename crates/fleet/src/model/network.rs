//! From where a vault can be reached.

use azvault_management::{
    NetworkRuleAction, NetworkRuleBypass, NetworkRuleSet, PublicNetworkAccess,
};

use crate::{Place, place::Placed};

/// The network rules that a vault must have. They are compared and replaced as a set: a rule that is
/// not named here goes.
///
/// # Examples
/// ```
/// use azvault_fleet::DesiredNetwork;
///
/// let office_only = DesiredNetwork::deny().ip_rule("203.0.113.0/24");
/// # let _ = office_only;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct DesiredNetwork {
    pub(crate) default_action: Option<NetworkRuleAction>,
    pub(crate) bypass: Option<NetworkRuleBypass>,
    pub(crate) ip_rules: Vec<Placed<String>>,
    pub(crate) subnets: Vec<Placed<String>>,
    pub(crate) public_access: Option<PublicNetworkAccess>,
    pub(crate) place: Option<Place>,
}

impl DesiredNetwork {
    /// Everybody may reach the vault.
    pub fn allow() -> Self {
        Self { default_action: Some(NetworkRuleAction::Allow), ..Self::default() }
    }

    /// Only those whom a rule lets in may reach it, and trusted Microsoft services.
    pub fn deny() -> Self {
        Self { default_action: Some(NetworkRuleAction::Deny), ..Self::default() }
    }

    /// Nobody may reach it from public networks: through private endpoints alone.
    pub fn private() -> Self {
        Self { public_access: Some(PublicNetworkAccess::Disabled), ..Self::default() }
    }

    /// Lets in an IPv4 address, or a range in CIDR notation.
    pub fn ip_rule(mut self, range: impl Into<String>) -> Self {
        self.ip_rules.push(range.into().into());
        self
    }

    /// Lets in a subnet by its resource id.
    pub fn subnet(mut self, id: impl Into<String>) -> Self {
        self.subnets.push(id.into().into());
        self
    }

    /// Whose traffic skips the rules: that of trusted Microsoft services, unless set.
    pub fn bypass(mut self, bypass: NetworkRuleBypass) -> Self {
        self.bypass = Some(bypass);
        self
    }

    /// The rules as the vault is told them, if there are any.
    pub(crate) fn rules(&self) -> Option<NetworkRuleSet> {
        let mut rules = NetworkRuleSet::new(self.default_action.clone()?);
        if let Some(bypass) = &self.bypass {
            rules = rules.bypass(bypass.clone());
        }
        let rules = self.ip_rules.iter().fold(rules, |rules, ip| rules.ip_rule(&ip.value));
        let subnets = self.subnets.iter();
        Some(subnets.fold(rules, |rules, id| rules.virtual_network_rule(&id.value)))
    }
}
