//! What is done about a vault, or why nothing can be. Pure.

use super::{EnsureVault, Observed, Refusal, RefusalReason, VaultAction, changes::Changes};
use crate::{DeletedVault, SkuName, Vault, VaultCreateOrUpdateParameters, validate::MOST_POLICIES};

/// What was decided on an observation.
#[derive(Clone, Debug)]
pub(super) struct Decision {
    pub(super) action: VaultAction,
    pub(super) changes: Changes,
    pub(super) refusals: Vec<Refusal>,
}

impl EnsureVault {
    pub(super) fn decide(&self, observed: &Observed) -> Decision {
        let mut refusals = Vec::new();
        let (action, changes) = match observed {
            Observed { live: Some(vault), .. } => {
                self.refuse_live(vault, &mut refusals);
                let changes = Changes::of(&self.parameters, vault);
                let action =
                    if changes.is_empty() { VaultAction::Nothing } else { VaultAction::Update };
                (action, changes)
            }
            Observed { deleted: Some(vault), .. } => {
                self.refuse_deleted(vault, &mut refusals);
                (VaultAction::Recover, Changes::default())
            }
            Observed { availability, .. } => {
                if let Some(availability) = availability.as_ref().filter(|it| !it.is_available()) {
                    refusals.push(self.taken(availability));
                }
                let settled = self.parameters.clone().settled();
                let changes = settled.as_ref().map(Changes::of_new).unwrap_or_default();
                (VaultAction::Create, changes)
            }
        };
        let action = if refusals.is_empty() { action } else { VaultAction::Refused };
        Decision { action, changes, refusals }
    }

    fn refuse_live(&self, vault: &Vault, refusals: &mut Vec<Refusal>) {
        let mut refuse = |reason, text: String| refusals.push(Refusal::new(reason, text));
        let VaultCreateOrUpdateParameters { location, properties, .. } = &self.parameters;
        let group = vault.resource_group().unwrap_or_default();
        if !group.eq_ignore_ascii_case(&self.resource_group) {
            refuse(
                RefusalReason::ResourceGroup,
                format!(
                    "it is in the resource group {group}, not in {}: name that group, or move the vault there first",
                    self.resource_group
                ),
            );
        }
        if !same_region(location, vault.location()) {
            refuse(
                RefusalReason::Location,
                format!(
                    "it is in {}, not in {location}: a vault stays in its region; name that one, or make a vault of another name",
                    vault.location()
                ),
            );
        }
        if !vault.tenant_id().eq_ignore_ascii_case(&properties.tenant_id) {
            refuse(
                RefusalReason::Tenant,
                format!(
                    "it is of the tenant {}, not of {}: name that one; a vault is not moved to another by the way",
                    vault.tenant_id(),
                    properties.tenant_id
                ),
            );
        }
        if properties.without_purge_protection && vault.purge_protection() {
            refuse(
                RefusalReason::PurgeProtection,
                "it has purge protection, which nothing takes away: leave out without_purge_protection(), or make a vault of another name".to_owned(),
            );
        }
        if let Some(days) = properties.soft_delete_retention_in_days
            && days != vault.retention_days()
        {
            refuse(
                RefusalReason::Retention,
                format!(
                    "its retention is {} days, not {days}, and cannot be changed: name those, or none",
                    vault.retention_days()
                ),
            );
        }
        let settings = &properties.settings;
        let wants_standard = settings.sku.as_ref().is_some_and(|sku| sku.name == SkuName::Standard);
        if wants_standard && *vault.sku() == SkuName::Premium {
            refuse(
                RefusalReason::SkuDowngrade,
                "it is of the premium tier, and keys in hardware would be of no use in the standard one: name premium, or no tier; where there are no such keys, update(…).sku(SkuName::Standard) does it".to_owned(),
            );
        }
        let policies = settings.access_policies.as_deref().unwrap_or_default();
        if !policies.is_empty()
            && vault.rbac_authorization()
            && settings.enable_rbac_authorization.is_none()
        {
            refuse(
                RefusalReason::GoesByRoles,
                "it goes by Azure roles, and access policies would have no effect: assign roles, or say rbac_authorization(false) to make it go by policies".to_owned(),
            );
        }
        let live = vault.access_policies();
        let new = policies
            .iter()
            .filter(|policy| !live.iter().any(|it| it.is_of_same_principal(policy)))
            .count();
        if new > 0 && live.len() + new > MOST_POLICIES {
            refuse(
                RefusalReason::TooManyAccessPolicies,
                format!(
                    "it has {} access policies and {new} more are wanted: a vault has {MOST_POLICIES} at most; give groups access, or use Azure roles",
                    live.len()
                ),
            );
        }
    }

    fn refuse_deleted(&self, vault: &DeletedVault, refusals: &mut Vec<Refusal>) {
        let location = &self.parameters.location;
        // What protects it from being purged is back when it is, and not taken away then.
        if self.parameters.properties.without_purge_protection && vault.purge_protection() {
            refusals.push(Refusal::new(
                RefusalReason::PurgeProtection,
                "a deleted vault with purge protection has the name, and nothing takes that away: leave out without_purge_protection(), or choose another name",
            ));
        }
        let or_purge = or_purge(vault);
        if !same_region(location, vault.location()) {
            refusals.push(Refusal::new(
                RefusalReason::DeletedElsewhere,
                format!(
                    "a deleted vault in {} has the name, and is recovered there alone: name that region{or_purge}",
                    vault.location()
                ),
            ));
        }
        let mut segments = vault.vault_id().split('/');
        segments.find(|segment| segment.eq_ignore_ascii_case("resourceGroups"));
        let group = segments.next().unwrap_or_default();
        if !group.eq_ignore_ascii_case(&self.resource_group) {
            refusals.push(Refusal::new(
                RefusalReason::ResourceGroup,
                format!(
                    "a deleted vault of the resource group {group} has the name, and is recovered there alone: name that group{or_purge}"
                ),
            ));
        }
    }

    fn taken(&self, availability: &crate::NameAvailability) -> Refusal {
        use crate::UnavailableReason::AccountNameInvalid;
        let said = availability.message().unwrap_or("the name cannot be had");
        if availability.reason() == Some(&AccountNameInvalid) {
            return Refusal::new(RefusalReason::NameInvalid, said);
        }
        let text = format!(
            "somebody else has the name, since no vault of this subscription has it, live or deleted: choose another (the service says: {said})"
        );
        Refusal::new(RefusalReason::NameTaken, text)
    }
}

/// The other way out of a name that a deleted vault has, if there is one.
fn or_purge(vault: &DeletedVault) -> String {
    if !vault.purge_protection() {
        return ", or purge it with begin_purge_deleted, which cannot be undone".to_owned();
    }
    let end = vault.scheduled_purge_on().map(|end| end.date().to_string());
    let end = end.as_deref().unwrap_or("its time is over");
    format!(", or choose another name: purge protection keeps it until {end}")
}

/// Whether two spellings name one region: `East US` is `eastus`.
fn same_region(a: &str, b: &str) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    plain(a) == plain(b)
}
