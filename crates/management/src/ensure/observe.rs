//! What there is of a vault: live, deleted, or nothing.

use azvault_core::{Error, ErrorKind, Result};

use super::EnsureVault;
use crate::{DeletedVault, NameAvailability, Vault, providers::is_missing};

/// What there is of a vault's name. Who manages many vaults makes these from a list of all
/// ([`list_by_subscription`](crate::VaultsClient::list_by_subscription),
/// [`list_deleted`](crate::VaultsClient::list_deleted)) and plans by
/// [`plan_from`](EnsureVault::plan_from), without a request for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    pub(super) live: Option<Vault>,
    pub(super) deleted: Option<DeletedVault>,
    pub(super) availability: Option<NameAvailability>,
}

impl Observed {
    /// A vault of the subscription, in whichever resource group.
    pub fn live(vault: Vault) -> Self {
        Self { live: Some(vault), deleted: None, availability: None }
    }

    /// A deleted vault of the subscription, in whichever region.
    pub fn deleted(vault: DeletedVault) -> Self {
        Self { live: None, deleted: Some(vault), availability: None }
    }

    /// No vault of the subscription, live or deleted, has the name. Somebody else's may:
    /// [`with_availability`](Self::with_availability) tells.
    pub fn absent() -> Self {
        Self { live: None, deleted: None, availability: None }
    }

    /// Adds what the service says of the name.
    #[must_use]
    pub fn with_availability(mut self, availability: NameAvailability) -> Self {
        self.availability = Some(availability);
        self
    }
}

/// How far to look where no vault is live.
///
/// Whether a name is free is asked by a POST, and Resource Manager counts that as a write, of which
/// it lets few pass: who is about to write asks only once the creation was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Whether it can be recovered, where it is wanted: a plain creation there brings it back, too,
    /// and replaces what it had.
    Deleted,
    /// Who has the name, wherever it is.
    Name,
}

impl EnsureVault {
    /// Looks by as few requests as it takes: one for a vault that is there.
    pub(super) async fn observe(&self, look: Look) -> Result<Observed> {
        match self.vaults.get(&self.resource_group, &self.name).await {
            Ok(vault) => return Ok(Observed::live(vault)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        match look {
            Look::Deleted => {
                Ok(self.deleted_here().await?.map_or_else(Observed::absent, Observed::deleted))
            }
            Look::Name => self.observe_name().await,
        }
    }

    async fn observe_name(&self) -> Result<Observed> {
        let availability = match self.vaults.check_name_availability(&self.name).await {
            // Where there are no vaults yet nobody is asked about names; a creation will tell.
            Err(error) if is_missing(&error) => return Ok(Observed::absent()),
            // A role in the group alone: names are the subscription's. A creation will tell.
            Err(error) if is_forbidden(&error) => {
                return Ok(self
                    .deleted_here()
                    .await?
                    .map_or_else(Observed::absent, Observed::deleted));
            }
            outcome => outcome?,
        };
        if availability.is_available() {
            return Ok(Observed::absent().with_availability(availability));
        }
        Ok(match self.find_deleted().await? {
            Some(deleted) => Observed::deleted(deleted),
            None => match self.find_in_other_groups().await? {
                Some(vault) => Observed::live(vault),
                None => Observed::absent(),
            },
        }
        .with_availability(availability))
    }

    /// Where it is wanted: there it can be recovered.
    async fn deleted_here(&self) -> Result<Option<DeletedVault>> {
        match self.vaults.get_deleted(&self.parameters.location, &self.name).await {
            Ok(deleted) => Ok(Some(deleted)),
            Err(error) if error.kind() == ErrorKind::NotFound || is_forbidden(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn find_deleted(&self) -> Result<Option<DeletedVault>> {
        if let Some(deleted) = self.deleted_here().await? {
            return Ok(Some(deleted));
        }
        let all = seen(self.vaults.list_deleted().try_collect().await)?;
        Ok(all.into_iter().find(|vault| vault.name().eq_ignore_ascii_case(&self.name)))
    }

    async fn find_in_other_groups(&self) -> Result<Option<Vault>> {
        let all = seen(self.vaults.list_by_subscription().try_collect().await)?;
        Ok(all.into_iter().find(|vault| vault.name().eq_ignore_ascii_case(&self.name)))
    }
}

/// What may not be listed is not seen.
fn seen<T>(list: Result<Vec<T>>) -> Result<Vec<T>> {
    match list {
        Err(error) if is_forbidden(&error) => Ok(Vec::new()),
        list => list,
    }
}

/// Whether no role of the caller's lets it look: one in a resource group alone lets nobody look at
/// what is the subscription's.
fn is_forbidden(error: &Error) -> bool {
    error.kind() == ErrorKind::ForbiddenByRbac
}
