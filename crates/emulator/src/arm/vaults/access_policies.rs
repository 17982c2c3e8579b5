//! `accessPolicies/{add|replace|remove}`: changes to the policies of some principals.

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    super::{Context, error::ArmError, names::VaultId, reply::Reply},
    policy_rules,
};
use crate::vault::{AccessPolicy, Permissions};

#[derive(Deserialize)]
struct Body {
    properties: PoliciesBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PoliciesBody {
    access_policies: Vec<AccessPolicy>,
}

#[derive(Serialize)]
struct View<'a> {
    id: String,
    r#type: &'static str,
    properties: PoliciesView<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PoliciesView<'a> {
    access_policies: &'a [AccessPolicy],
}

/// Answers with all policies that the vault has afterwards.
pub(in crate::arm) fn change(
    context: &Context<'_>,
    id: &VaultId,
    verb: &str,
) -> Result<Reply, ArmError> {
    let apply = match verb {
        "add" => add,
        "replace" => replace,
        "remove" => remove,
        _ => {
            return Err(ArmError::bad_request(
                "An operation on access policies is 'add', 'replace' or 'remove'.",
            ));
        }
    };
    let Body { properties: PoliciesBody { access_policies } } = context.json()?;
    let mut state = context.state();
    let vault = state.live_mut(id)?;
    vault.check_unchanged(context)?;
    let mut properties = vault.properties.clone();
    policy_rules::check(&access_policies, &properties.tenant_id)?;
    for policy in access_policies {
        apply(&mut properties.access_policies, policy);
    }
    policy_rules::check(&properties.access_policies, &properties.tenant_id)?;
    vault.change(context, properties);
    let view = View {
        id: format!("{}/accessPolicies/", vault.id.path()),
        r#type: "Microsoft.KeyVault/vaults/accessPolicies",
        properties: PoliciesView { access_policies: &vault.properties.access_policies },
    };
    Ok(Reply::json(StatusCode::OK, &view)?.by_provider())
}

/// The principal keeps what it has and gets the rest.
fn add(policies: &mut Vec<AccessPolicy>, mut new: AccessPolicy) {
    let Some(policy) = find(policies, &new) else {
        policies.push(new);
        return;
    };
    let groups = policy.permissions.groups_mut();
    for (group, added) in groups.into_iter().zip(new.permissions.groups_mut()) {
        for permission in added.take().into_iter().flatten() {
            let group = group.get_or_insert_default();
            if !group.iter().any(|held| held.eq_ignore_ascii_case(&permission)) {
                group.push(permission);
            }
        }
    }
}

/// The principal has these permissions and no others; other principals keep theirs.
fn replace(policies: &mut Vec<AccessPolicy>, new: AccessPolicy) {
    match find(policies, &new) {
        Some(policy) => policy.permissions = new.permissions,
        None => policies.push(new),
    }
}

/// The principal loses these permissions; one named without any, or left without any, loses its entry.
fn remove(policies: &mut Vec<AccessPolicy>, mut old: AccessPolicy) {
    let Some(policy) = find(policies, &old) else {
        return;
    };
    if old.permissions.is_empty() {
        policy.permissions = Permissions::default();
    }
    let groups = policy.permissions.groups_mut();
    for (group, removed) in groups.into_iter().zip(old.permissions.groups_mut()) {
        let removed = removed.take().unwrap_or_default();
        if let Some(group) = group {
            group.retain(|held| !removed.iter().any(|gone| gone.eq_ignore_ascii_case(held)));
        }
    }
    policies
        .retain(|policy| !policy.is_of_the_same_principal(&old) || !policy.permissions.is_empty());
}

fn find<'a>(policies: &'a mut [AccessPolicy], like: &AccessPolicy) -> Option<&'a mut AccessPolicy> {
    policies.iter_mut().find(|policy| policy.is_of_the_same_principal(like))
}
