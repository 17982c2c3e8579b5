//! The rules of one vault, but for its name's.

use super::{Problems, check_home, contents, guid, key, network, repeated, said_first};
use crate::model::{DesiredVault, Home};

pub(super) fn check(vault: &DesiredVault, defaults: &Home, problems: &mut Problems) {
    check_home(vault, defaults, problems);
    if let Some(days) = &vault.retention_days
        && !(7..=90).contains(&days.value)
    {
        let message = format!("is {}: it must be 7 to 90", days.value);
        problems.add(key(&vault.name, "retention_days"), message, days.place);
    }
    policies(vault, problems);
    roles(vault, problems);
    if let Some(wanted) = &vault.network {
        network::check(&vault.name, wanted, problems);
    }
    contents::check(vault, problems);
}

fn policies(vault: &DesiredVault, problems: &mut Problems) {
    let key = key(&vault.name, "policy");
    let principals = vault.policies.iter();
    let principals = principals.map(|it| (it.principal.object_id.as_str(), it.place));
    for (id, place, first) in repeated(principals) {
        let message = format!(
            "the principal {id} has two policies{}: put its permissions into one",
            said_first(first)
        );
        problems.add(&key, message, place);
    }
    for policy in &vault.policies {
        problems.rule(&key, policy.place, guid(&policy.principal.object_id));
        if policy.permits_nothing() {
            let message = "permits nothing: name permissions in keys, secrets or certificates";
            problems.add(&key, message, policy.place);
        }
    }
    let first = vault.policies.first().and_then(|policy| policy.place);
    if vault.policies.len() > MOST_POLICIES {
        let message = format!(
            "{} policies: a vault has {MOST_POLICIES} at most; use groups, or roles",
            vault.policies.len()
        );
        problems.add(&key, message, first);
    }
    if let Some(roles) = &vault.roles_decide
        && roles.value
        && !vault.policies.is_empty()
    {
        let message = "the vault goes by roles, and would ignore its policies: set authorization to policies, or give roles instead";
        problems.add(&key, message, first.or(roles.place));
    }
}

/// <https://learn.microsoft.com/azure/key-vault/general/assign-access-policy>
const MOST_POLICIES: usize = 1024;

fn roles(vault: &DesiredVault, problems: &mut Problems) {
    let key = key(&vault.name, "role");
    let pairs: Vec<_> = vault
        .roles
        .iter()
        .map(|it| (format!("{} {}", it.principal.object_id, it.role.value.id()), it.role.place))
        .collect();
    for (_, place, first) in repeated(pairs.iter().map(|(pair, place)| (pair.as_str(), *place))) {
        let message = format!("the same role for the same principal twice{}", said_first(first));
        problems.add(&key, message, place);
    }
    for role in &vault.roles {
        problems.rule(&key, role.role.place, guid(&role.principal.object_id));
        problems.rule(&key, role.role.place, guid(role.role.value.id()));
    }
}
