//! All of a plan: some vaults at a time, each once its group is there.

use std::{collections::BTreeMap, sync::Arc};

use azvault_core::{Error, ErrorKind, Result};
use azvault_management::VaultAction;
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Shared},
    stream,
};

use super::{FleetReport, Progress, Teller, vault};
use crate::{FleetPlan, PlannedResourceGroup, PlannedVault, Provisioner};

/// The making of a missing group, once for all vaults that wait for it; it holds up no other. Gives
/// the error if the group cannot be made.
#[derive(Clone)]
struct Group(Shared<BoxFuture<'static, Option<Arc<Error>>>>);

pub(super) async fn run(provisioner: Provisioner, plan: FleetPlan, tell: Teller) -> FleetReport {
    let FleetPlan { groups, vaults, deletions } = plan;
    // By subscription and name in lower case.
    let groups: BTreeMap<(String, String), Group> = groups
        .into_iter()
        .map(|group| {
            let key = key(&group.subscription, &group.name);
            (key, Group(make(provisioner.clone(), group, tell.clone()).boxed().shared()))
        })
        .collect();
    let group_of = |vault: &PlannedVault| {
        // One that is refused needs no group, and has reasons of its own.
        let needs = vault.action() != VaultAction::Refused;
        let group = groups.get(&key(vault.subscription(), vault.vault().resource_group()));
        group.filter(|_| needs).cloned()
    };
    // Those that wait take up places that others can use before. Each is taken out of the plan when its
    // turn comes, so that nothing is held twice.
    let waits: Vec<bool> = vaults.iter().map(|vault| group_of(vault).is_some()).collect();
    let mut order: Vec<usize> = (0..vaults.len()).collect();
    order.sort_by_key(|n| waits.get(*n));
    let (count, mut vaults) = (order.len(), vaults.into_iter().map(Some).collect::<Vec<_>>());
    let converge = order.into_iter().filter_map(|n| {
        let vault = vaults.get_mut(n)?.take()?;
        Some((n, group_of(&vault), vault::Work::Converge(Box::new(vault))))
    });
    let delete = |(n, it)| (count + n, None, vault::Work::Delete(it));
    let work = converge.chain(deletions.into_iter().enumerate().map(delete));
    let work = work.map(|(n, group, work)| {
        let (provisioner, tell) = (&provisioner, &tell);
        async move {
            let failed = match group {
                Some(Group(made)) => made.await,
                None => None,
            };
            (n, vault::work(provisioner, work, failed, tell).await)
        }
    });
    // In whatever order they end: a slow vault must not hold up those behind it.
    let done = stream::iter(work).buffer_unordered(provisioner.concurrency());
    let mut reports: Vec<_> = done.collect().await;
    reports.sort_by_key(|(n, _)| *n);
    FleetReport { vaults: reports.into_iter().map(|(_, report)| report).collect() }
}

fn key(subscription: &str, group: &str) -> (String, String) {
    (subscription.to_ascii_lowercase(), group.to_lowercase())
}

/// Makes a group; gives the error if it cannot be made.
async fn make(
    provisioner: Provisioner,
    group: PlannedResourceGroup,
    tell: Teller,
) -> Option<Arc<Error>> {
    match ensure(&provisioner, &group).await {
        Ok(made) => {
            if made {
                tell.tell(Progress::ResourceGroupCreated { name: group.name });
            }
            None
        }
        Err(error) => Some(Arc::new(error)),
    }
}

/// Gives whether it was made. Looks first: making a group that somebody else has made since the plan
/// would take away its tags.
async fn ensure(provisioner: &Provisioner, group: &PlannedResourceGroup) -> Result<bool> {
    let groups = provisioner.management(&group.subscription)?.resource_groups();
    match groups.get(&group.name).await {
        Ok(_) => Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            groups.create_or_update(&group.name, &group.location).await.map(|_| true)
        }
        Err(error) => Err(error),
    }
}
