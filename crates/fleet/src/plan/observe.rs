//! What there is of a fleet in one subscription.

use std::collections::{BTreeMap, BTreeSet};

use azvault_core::{ErrorKind, Result};
use azvault_management::{DeletedVault, KeyVaultManagementClient, Observed, Vault};
use futures::{StreamExt, TryStreamExt, future::try_join3, stream};

use crate::{Provisioner, roles::Assigned};

/// What there is of those that were asked for; names in lower case.
#[derive(Debug, Default)]
pub(super) struct Subscription {
    live: BTreeMap<String, Vault>,
    deleted: BTreeMap<String, DeletedVault>,
    pub(super) missing_groups: BTreeSet<String>,
    pub(super) assigned: Assigned,
}

/// What to look for in a subscription; names in lower case.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) vaults: BTreeSet<String>,
    pub(super) groups: BTreeSet<String>,
    pub(super) roles: bool,
}

impl Subscription {
    pub(super) fn observed(&self, name: &str) -> Observed {
        let name = name.to_ascii_lowercase();
        match (self.live.get(&name), self.deleted.get(&name)) {
            (Some(vault), _) => Observed::live(vault.clone()),
            (None, Some(vault)) => Observed::deleted(vault.clone()),
            (None, None) => Observed::absent(),
        }
    }

    pub(super) fn live(&self, name: &str) -> Option<&Vault> {
        self.live.get(&name.to_ascii_lowercase())
    }

    /// Looks. Of the lists only what was asked for is kept.
    pub(super) async fn look(
        provisioner: &Provisioner,
        client: &KeyVaultManagementClient,
        question: Question,
    ) -> Result<Self> {
        let wanted = |name: &str| {
            let name = name.to_ascii_lowercase();
            question.vaults.contains(&name).then_some(name)
        };
        let live = client
            .vaults()
            .list_by_subscription()
            .page_size(PAGE)
            .try_filter_map(|it| std::future::ready(Ok(wanted(it.name()).map(|name| (name, it)))))
            .try_collect();
        let deleted = client
            .vaults()
            .list_deleted()
            .try_filter_map(|it| std::future::ready(Ok(wanted(it.name()).map(|name| (name, it)))))
            .try_collect();
        let missing_groups = missing(provisioner, client, &question.groups);
        let (live, deleted, missing_groups) = try_join3(live, deleted, missing_groups).await?;
        let assigned = match question.roles {
            true => Assigned::of(client, &question.vaults).await?,
            false => Assigned::default(),
        };
        Ok(Self { live, deleted, missing_groups, assigned })
    }
}

/// The most vaults that a page has.
const PAGE: u32 = 1000;

/// Those of the resource groups that are not there.
async fn missing(
    provisioner: &Provisioner,
    client: &KeyVaultManagementClient,
    groups: &BTreeSet<String>,
) -> Result<BTreeSet<String>> {
    let look = |name: String| async move {
        match client.resource_groups().get(&name).await {
            Ok(_) => Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Some(name)),
            Err(error) => Err(error),
        }
    };
    stream::iter(groups.iter().cloned().map(look))
        .buffer_unordered(provisioner.concurrency())
        .try_filter_map(|missing| std::future::ready(Ok(missing)))
        .try_collect()
        .await
}
