//! Network rules that contradict themselves, or that the service refuses.

use std::net::Ipv4Addr;

use azvault_management::{NetworkRuleAction, PublicNetworkAccess};

use super::{Problems, key, repeated, said_first};
use crate::model::DesiredNetwork;

pub(super) fn check(vault: &str, network: &DesiredNetwork, problems: &mut Problems) {
    let key = key(vault, "network");
    let rules = || network.ip_rules.iter().chain(&network.subnets);
    for rule in &network.ip_rules {
        problems.rule(&format!("{key}.ip_rules"), rule.place, ip_rule(&rule.value));
    }
    for subnet in &network.subnets {
        problems.rule(&format!("{key}.subnets"), subnet.place, subnet_id(&subnet.value));
    }
    // A range of one address is that address.
    let plain = |rule: &'_ str| rule.strip_suffix("/32").unwrap_or(rule).to_owned();
    let meant: Vec<_> = rules().map(|rule| (plain(&rule.value), rule)).collect();
    let meant = meant.iter().map(|(plain, rule)| (plain.as_str(), rule.place));
    for (rule, place, first) in repeated(meant) {
        problems.add(&key, format!("{rule:?} is there twice{}", said_first(first)), place);
    }
    let some = rules().next().is_some();
    let closed = network.public_access == Some(PublicNetworkAccess::Disabled);
    let contradiction = match (&network.default_action, some) {
        _ if closed && (some || network.default_action == Some(NetworkRuleAction::Allow)) => Some(
            "public access is disabled, so that rules let nobody in: leave out the rules, or enable it",
        ),
        (Some(NetworkRuleAction::Allow), true) => Some(
            "the default action is to allow, so that the rules have no effect: set default_action to deny, or leave out the rules",
        ),
        (None, true) => Some("there are rules, but no default_action: set it to deny"),
        (None, false) if network.bypass.is_some() => {
            Some("there is a bypass, but no default_action: add it")
        }
        _ => None,
    };
    if let Some(message) = contradiction {
        problems.add(&key, message, network.place);
    }
    for (name, count, most) in
        [("ip_rules", network.ip_rules.len(), 1000), ("subnets", network.subnets.len(), 200)]
    {
        if count > most {
            let message = format!("{count} rules: a vault has {most} at most");
            problems.add(format!("{key}.{name}"), message, network.place);
        }
    }
}

/// Public IPv4 addresses and ranges.
/// <https://learn.microsoft.com/azure/key-vault/general/network-security>
fn ip_rule(rule: &str) -> Result<(), String> {
    let (address, prefix) = rule.split_once('/').unwrap_or((rule, "32"));
    let digits = prefix.bytes().all(|byte| byte.is_ascii_digit());
    let (Ok(address), Ok(prefix @ 0..=32), true) =
        (address.parse::<Ipv4Addr>(), prefix.parse::<u32>(), digits)
    else {
        return Err(format!(
            "{rule:?} is no IPv4 address or range like 203.0.113.7 or 203.0.113.0/24"
        ));
    };
    let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
    let base = Ipv4Addr::from(address.to_bits() & mask);
    if base != address {
        return Err(format!("{rule:?} has bits beyond its prefix: write {base}/{prefix}"));
    }
    if address.is_private() {
        return Err(format!(
            "{rule:?} is a private range, which a rule cannot let in: use a private endpoint, or a subnet"
        ));
    }
    Ok(())
}

fn subnet_id(id: &str) -> Result<(), String> {
    let segments: Vec<String> =
        id.trim_start_matches('/').split('/').map(str::to_ascii_lowercase).collect();
    let names: Vec<&str> = segments.iter().map(String::as_str).collect();
    match names.as_slice() {
        [
            "subscriptions",
            _,
            "resourcegroups",
            _,
            "providers",
            "microsoft.network",
            "virtualnetworks",
            _,
            "subnets",
            _,
        ] if id.starts_with('/') && !names.contains(&"") => Ok(()),
        _ => Err(format!(
            "{id:?} is no subnet's id like /subscriptions/…/resourceGroups/…/providers/Microsoft.Network/virtualNetworks/…/subnets/…"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_ipv4_ranges_are_rules() {
        for rule in ["203.0.113.7", "203.0.113.0/24", "0.0.0.0/0"] {
            assert_eq!(ip_rule(rule), Ok(()), "{rule}");
        }
        for (rule, says) in [
            ("2001:db8::/32", "IPv4"),
            ("203.0.113.0/33", "IPv4"),
            ("203.0.113.7/24", "write 203.0.113.0/24"),
            ("10.1.0.0/16", "private"),
            ("office", "IPv4"),
        ] {
            assert!(ip_rule(rule).unwrap_err().contains(says), "{rule}");
        }
    }
}
