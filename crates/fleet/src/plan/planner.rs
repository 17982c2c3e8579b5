//! Looks at what there is, and says what differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use azvault_core::{Error, Result};
use azvault_management::{Observed, Vault, VaultAction};
use futures::{StreamExt, TryStreamExt, future::join, stream};

use super::{
    FleetPlan, ObjectAction, PlannedDeletion, PlannedObject, PlannedResourceGroup, PlannedRole,
    PlannedVault,
    observe::{Question, Subscription},
};
use crate::{
    Fleet, Provisioner,
    model::Resolved,
    objects::{Found, Shelf, Wanted},
    provisioner::MANAGEMENT_LIMIT,
};

/// What was seen, by subscription; ids in lower case.
type Seen = BTreeMap<String, Subscription>;

pub(crate) async fn plan(provisioner: &Provisioner, fleet: &Fleet) -> Result<FleetPlan> {
    fleet.check_with(provisioner.env())?;
    let vaults: Vec<Resolved<'_>> =
        fleet.vaults.iter().filter_map(|vault| Resolved::of(vault, &fleet.defaults)).collect();
    for vault in &vaults {
        check(provisioner, vault)?;
    }
    let seen = look(provisioner, fleet, &vaults).await?;
    let deletions = deletions(fleet, &seen)?;
    let planned: Vec<PlannedVault> =
        stream::iter(vaults.iter().map(|vault| one(provisioner, vault, &seen)))
            .buffered(provisioner.concurrency())
            .try_collect()
            .await?;
    // A vault that is refused needs no group.
    let wanted = vaults.iter().zip(&planned);
    let wanted = wanted.filter(|(_, planned)| planned.action() != VaultAction::Refused);
    let groups = groups(wanted.map(|(vault, _)| vault), &seen);
    Ok(FleetPlan { groups, vaults: planned, deletions })
}

/// What the management crate refuses of its own accord, before any request.
fn check(provisioner: &Provisioner, vault: &Resolved<'_>) -> Result<()> {
    let vaults = provisioner.management(&vault.subscription)?.vaults();
    let ensure = vaults.ensure_vault(
        vault.resource_group.as_str(),
        vault.vault.name(),
        vault.parameters.clone(),
    );
    match ensure.plan_from(Observed::absent()) {
        Ok(_) => Ok(()),
        Err(error) => {
            let place = vault.vault.place.map(|place| format!(" (line {})", place.line));
            let place = place.unwrap_or_default();
            let name = vault.vault.name();
            Err(Error::invalid_input(format!("vault {name:?}{place}: {}", error.message())))
        }
    }
}

async fn look(provisioner: &Provisioner, fleet: &Fleet, vaults: &[Resolved<'_>]) -> Result<Seen> {
    let mut questions: BTreeMap<String, Question> = BTreeMap::new();
    for vault in vaults {
        let question = questions.entry(vault.subscription.to_ascii_lowercase()).or_default();
        question.vaults.insert(vault.vault.name().to_ascii_lowercase());
        question.groups.insert(vault.resource_group.to_lowercase());
        question.roles |= !vault.vault.roles.is_empty();
    }
    for (subscription, name) in wanted_deletions(fleet) {
        questions.entry(subscription).or_default().vaults.insert(name.to_ascii_lowercase());
    }
    stream::iter(questions.into_iter().map(|(subscription, question)| async move {
        let client = provisioner.management(&subscription)?;
        let seen = Subscription::look(provisioner, &client, question).await?;
        Ok::<_, Error>((subscription, seen))
    }))
    .buffer_unordered(provisioner.concurrency())
    .try_collect()
    .await
}

/// The groups that are missing, each in the region of its first vault.
fn groups<'a>(
    vaults: impl Iterator<Item = &'a Resolved<'a>>,
    seen: &Seen,
) -> Vec<PlannedResourceGroup> {
    let mut planned = BTreeMap::new();
    for vault in vaults {
        let subscription = vault.subscription.to_ascii_lowercase();
        let name = vault.resource_group.to_lowercase();
        let missing = seen.get(&subscription).is_some_and(|it| it.missing_groups.contains(&name));
        if missing {
            planned.entry((subscription, name)).or_insert_with(|| PlannedResourceGroup {
                subscription: vault.subscription.clone(),
                name: vault.resource_group.clone(),
                location: vault.location.clone(),
            });
        }
    }
    planned.into_values().collect()
}

/// Subscriptions in lower case, and names.
fn wanted_deletions(fleet: &Fleet) -> impl Iterator<Item = (String, &str)> {
    fleet.deletions.iter().filter_map(|deletion| {
        let subscription =
            deletion.subscription.as_ref().or(fleet.defaults.subscription.as_ref())?;
        Some((subscription.value.to_ascii_lowercase(), deletion.name.value.as_str()))
    })
}

/// Those that are there. What is not there, or deleted already, need not be deleted.
fn deletions(fleet: &Fleet, seen: &Seen) -> Result<Vec<PlannedDeletion>> {
    let live = |(subscription, name): (String, &str)| {
        let vault = seen.get(&subscription)?.live(name)?;
        let planned = |group: &str| PlannedDeletion {
            subscription,
            resource_group: group.to_owned(),
            name: vault.name().to_owned(),
        };
        Some(vault.resource_group().map(planned))
    };
    wanted_deletions(fleet).filter_map(live).collect()
}

async fn one(
    provisioner: &Provisioner,
    wanted: &Resolved<'_>,
    seen: &Seen,
) -> Result<PlannedVault> {
    let name = wanted.vault.name();
    let vaults = provisioner.management(&wanted.subscription)?.vaults();
    let ensure = vaults
        .ensure_vault(wanted.resource_group.as_str(), name, wanted.parameters.clone())
        .with_timeout(MANAGEMENT_LIMIT);
    let subscription = seen.get(&wanted.subscription.to_ascii_lowercase());
    let mut observed = subscription.map_or_else(Observed::absent, |seen| seen.observed(name));
    let absent = observed == Observed::absent();
    if absent && provisioner.checks_names() {
        observed = observed.with_availability(vaults.check_name_availability(name).await?);
    }
    let vault = ensure.plan_from(observed)?;
    // A vault loses its roles when it is deleted.
    let live = vault.live().filter(|_| *vault.action() != VaultAction::Refused);
    let assigned = subscription.map(|seen| &seen.assigned);
    let missing = |role: &&crate::model::DesiredRole| {
        let there = live.zip(assigned).is_some_and(|(vault, it)| it.has(vault.id(), role));
        !there
    };
    let role = |role: &crate::model::DesiredRole| PlannedRole {
        role: role.role.value.clone(),
        principal: role.principal.clone(),
    };
    let roles = wanted.vault.roles.iter().filter(missing).map(role).collect();
    let objects = match (vault.action(), live) {
        (VaultAction::Refused, _) => Vec::new(),
        (VaultAction::Create, _) => all(wanted, || ObjectAction::Create),
        (_, Some(live)) => objects(provisioner, wanted, live).await,
        (_, None) => all(wanted, || ObjectAction::LookOnceBack),
    };
    let grants = !(wanted.vault.policies.is_empty() && wanted.vault.roles.is_empty());
    let by_policies = match &wanted.vault.roles_decide {
        Some(roles) => !roles.value,
        None => {
            !wanted.vault.policies.is_empty()
                || vault.live().is_some_and(|live| !live.rbac_authorization())
        }
    };
    let subscription = wanted.subscription.clone();
    Ok(PlannedVault { subscription, vault, roles, objects, grants, by_policies })
}

fn secrets(vault: &Resolved<'_>) -> impl Iterator<Item = (String, Wanted)> {
    vault.vault.secrets.iter().map(|(name, it)| (name.clone(), Wanted::Secret(it.clone())))
}

fn keys(vault: &Resolved<'_>) -> impl Iterator<Item = (String, Wanted)> {
    vault.vault.keys.iter().map(|(name, it)| (name.clone(), Wanted::Key(it.clone())))
}

fn all(vault: &Resolved<'_>, action: impl Fn() -> ObjectAction) -> Vec<PlannedObject> {
    let planned = |(name, wanted)| PlannedObject { name, wanted, action: action() };
    secrets(vault).chain(keys(vault)).map(planned).collect()
}

/// What is missing in a live vault.
async fn objects(
    provisioner: &Provisioner,
    wanted: &Resolved<'_>,
    live: &Vault,
) -> Vec<PlannedObject> {
    let url = live.vault_uri();
    let shelves = join(
        shelf(provisioner.secrets(url).map(Shelf::Secrets), secrets(wanted).collect()),
        shelf(provisioner.keys(url).map(Shelf::Keys), keys(wanted).collect()),
    );
    let (mut secrets, keys) = shelves.await;
    secrets.extend(keys);
    secrets
}

async fn shelf(shelf: Result<Shelf>, wanted: Vec<(String, Wanted)>) -> Vec<PlannedObject> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let names: BTreeSet<String> = wanted.iter().map(|(name, _)| name.clone()).collect();
    let found = match shelf {
        Ok(shelf) => shelf.find(&names).await,
        Err(error) => Err(error),
    };
    let found = found.map_err(Arc::new);
    let planned = |(name, wanted): (String, Wanted)| {
        let action = match &found {
            Ok(Found { live, .. }) if live.contains(&name) => return None,
            Ok(Found { deleted, .. }) if deleted.contains(&name) => ObjectAction::Recover,
            Ok(_) => ObjectAction::Create,
            // One vault that cannot be looked into must not keep the others from being planned.
            Err(error) => ObjectAction::LookAgain(error.clone()),
        };
        Some(PlannedObject { name, wanted, action })
    };
    wanted.into_iter().filter_map(planned).collect()
}
