//! Rules of network rules: what the service refuses, and what would have no effect.

use std::{collections::BTreeSet, net::Ipv4Addr, str::FromStr};

use azvault_core::{Error, Result};
use ipnet::Ipv4Net;

use crate::{NetworkRuleAction, NetworkRuleSet, PublicNetworkAccess};

/// The most rules for addresses that a vault takes.
///
/// Source: [Network security](https://learn.microsoft.com/azure/key-vault/general/network-security).
const MOST_IP_RULES: usize = 1000;

/// The ranges of RFC 1918, section 3, which the service takes no rules for.
const PRIVATE: [(Ipv4Addr, u8); 3] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// Rules that are given together with `access`, if it is given.
pub(crate) fn network_rules(
    rules: &NetworkRuleSet,
    access: Option<&PublicNetworkAccess>,
) -> Result<()> {
    let wrong = |what: String| Err(Error::invalid_input(format!("the network rules {what}")));
    let (ips, subnets) = (rules.ip_rules().count(), rules.virtual_network_rules().count());
    let open = rules.default_action() == Some(&NetworkRuleAction::Allow);
    if open && ips + subnets > 0 {
        return wrong(
            "allow what no rule matches, and so everything: the rules have no effect; set the default action to Deny, or leave the rules out".to_owned(),
        );
    }
    if access == Some(&PublicNetworkAccess::Disabled) && (open || ips + subnets > 0) {
        return wrong(
            "let somebody in from public networks, from which nobody gets in with PublicNetworkAccess::Disabled: leave out one of the two".to_owned(),
        );
    }
    if ips > MOST_IP_RULES {
        return wrong(format!("name {ips} addresses: a vault takes {MOST_IP_RULES} at most"));
    }
    let mut seen = BTreeSet::new();
    for rule in rules.ip_rules() {
        let range = range(rule)?;
        if !seen.insert(range) {
            return wrong(format!("name {rule} twice"));
        }
    }
    let mut seen = BTreeSet::new();
    for id in rules.virtual_network_rules() {
        if !is_subnet(id) {
            return wrong(format!(
                "name {id:?}, which is no subnet: its id is /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…"
            ));
        }
        if !seen.insert(id.to_ascii_lowercase()) {
            return wrong(format!("name the subnet {id} twice"));
        }
    }
    Ok(())
}

/// An address, or a range in CIDR notation, as a range.
fn range(rule: &str) -> Result<Ipv4Net> {
    let wrong = |what: &str| Err(Error::invalid_input(format!("the network rule {rule:?} {what}")));
    if rule.contains(':') {
        return wrong("is of IPv6: a vault takes rules of IPv4 alone");
    }
    let range = match Ipv4Addr::from_str(rule) {
        Ok(address) => Ipv4Net::from(address),
        Err(_) => match Ipv4Net::from_str(rule) {
            Ok(range) => range.trunc(),
            Err(_) => {
                return wrong(
                    "is no address and no range in CIDR notation, like 203.0.113.7 or 203.0.113.0/24",
                );
            }
        },
    };
    let within = |&(start, length): &(Ipv4Addr, u8)| {
        Ipv4Net::new(start, length).is_ok_and(|private| private.contains(&range))
    };
    if PRIVATE.iter().any(within) {
        return wrong(
            "is of a private network (RFC 1918), which the service refuses: let its subnet in by virtual_network_rule, or use a private endpoint",
        );
    }
    Ok(range)
}

fn is_subnet(id: &str) -> bool {
    const NAMES: [&str; 5] =
        ["subscriptions", "resourceGroups", "providers", "virtualNetworks", "subnets"];
    let segments: Vec<&str> = id.trim_start_matches('/').split('/').collect();
    let names: Vec<&str> = segments.iter().copied().step_by(2).collect();
    id.starts_with('/')
        && segments.len() == 10
        && segments.iter().all(|segment| !segment.is_empty())
        && names.iter().zip(NAMES).all(|(name, right)| name.eq_ignore_ascii_case(right))
        && segments.get(5).is_some_and(|it| it.eq_ignore_ascii_case("Microsoft.Network"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBNET: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/a";

    fn deny() -> NetworkRuleSet {
        NetworkRuleSet::new(NetworkRuleAction::Deny)
    }

    #[test]
    fn addresses_ranges_and_subnets_are_taken() {
        let rules = deny().ip_rule("203.0.113.7").ip_rule("198.51.100.0/24").ip_rule("172.32.0.1");
        assert!(network_rules(&rules.virtual_network_rule(SUBNET), None).is_ok());
        assert!(network_rules(&NetworkRuleSet::new(NetworkRuleAction::Allow), None).is_ok());
        assert!(network_rules(&deny(), Some(&PublicNetworkAccess::Disabled)).is_ok());
    }

    #[test]
    fn rules_that_cannot_be_are_refused_with_what_would_be_right() {
        for (rule, says) in [
            ("", "CIDR"),
            ("203.0.113", "CIDR"),
            ("203.0.113.0/33", "CIDR"),
            ("203.0.113.0/", "CIDR"),
            ("203.0.113.256", "CIDR"),
            ("2001:db8::/32", "IPv6"),
            ("10.1.2.3", "private"),
            ("172.16.0.0/12", "private"),
            ("192.168.1.0/24", "private"),
        ] {
            let error = network_rules(&deny().ip_rule(rule), None).unwrap_err().to_string();
            assert!(error.contains(says), "{rule}: {error}");
        }
        for id in ["", "subnet", "/subscriptions/s", &SUBNET.replace("subnets", "nets")] {
            let error = network_rules(&deny().virtual_network_rule(id), None).unwrap_err();
            assert!(error.to_string().contains("no subnet"), "{id}: {error}");
        }
    }

    #[test]
    fn rules_that_contradict_each_other_or_have_no_effect_are_refused() {
        let open = NetworkRuleSet::new(NetworkRuleAction::Allow);
        let disabled = Some(&PublicNetworkAccess::Disabled);
        for (rules, access, says) in [
            (open.clone().ip_rule("203.0.113.7"), None, "no effect"),
            (open.clone().virtual_network_rule(SUBNET), None, "no effect"),
            (open, disabled, "leave out one"),
            (deny().ip_rule("203.0.113.7"), disabled, "leave out one"),
            (deny().ip_rule("203.0.113.7").ip_rule("203.0.113.7/32"), None, "twice"),
            (deny().ip_rule("203.0.113.0/24").ip_rule("203.0.113.9/24"), None, "twice"),
            (
                deny().virtual_network_rule(SUBNET).virtual_network_rule(SUBNET.to_uppercase()),
                None,
                "twice",
            ),
        ] {
            let error = network_rules(&rules, access).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let many = |count: u32| {
            (0..count)
                .fold(deny(), |rules, n| rules.ip_rule(Ipv4Addr::from(0xCB00_0000 + n).to_string()))
        };
        assert!(network_rules(&many(1000), None).is_ok());
        let error = network_rules(&many(1001), None).unwrap_err().to_string();
        assert!(error.contains("1000 at most"), "{error}");
    }
}
