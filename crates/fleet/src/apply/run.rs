//! All of a plan: the groups first, then the vaults, some at a time.

use std::{collections::BTreeMap, sync::Arc};

use azvault_core::{Error, ErrorKind, Result};
use futures::{StreamExt, stream};

use super::{FleetReport, Progress, Teller, vault};
use crate::{FleetPlan, PlannedResourceGroup, Provisioner};

/// The groups that could not be made, by subscription and name in lower case.
pub(super) type FailedGroups = BTreeMap<(String, String), Arc<Error>>;

pub(super) async fn run(provisioner: Provisioner, plan: FleetPlan, tell: Teller) -> FleetReport {
    let FleetPlan { groups, vaults, deletions } = plan;
    let concurrency = provisioner.concurrency();
    let failed: FailedGroups = stream::iter(groups)
        .map(|group| make(&provisioner, group, &tell))
        .buffer_unordered(concurrency)
        .filter_map(std::future::ready)
        .collect()
        .await;
    let work = vaults.into_iter().map(|it| vault::Work::Converge(Box::new(it)));
    let work = work.chain(deletions.into_iter().map(vault::Work::Delete));
    let mut reports: Vec<_> = stream::iter(work.enumerate())
        .map(|(n, work)| {
            let done = vault::work(&provisioner, work, &failed, &tell);
            async move { (n, done.await) }
        })
        // In whatever order they end: a slow vault must not hold up those behind it.
        .buffer_unordered(concurrency)
        .collect()
        .await;
    reports.sort_by_key(|(n, _)| *n);
    FleetReport { vaults: reports.into_iter().map(|(_, report)| report).collect() }
}

/// Makes a group; gives the error if it cannot be made.
async fn make(
    provisioner: &Provisioner,
    group: PlannedResourceGroup,
    tell: &Teller,
) -> Option<((String, String), Arc<Error>)> {
    match ensure(provisioner, &group).await {
        Ok(made) => {
            if made {
                tell.tell(Progress::ResourceGroupCreated { name: group.name });
            }
            None
        }
        Err(error) => {
            let key = (group.subscription.to_ascii_lowercase(), group.name.to_lowercase());
            Some((key, Arc::new(error)))
        }
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
