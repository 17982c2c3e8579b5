//! A vault of a checked fleet, with nothing left open.

use azvault_management::VaultCreateOrUpdateParameters;

use super::{DesiredVault, Home};

/// Where a vault is to be, and what it is to be told.
#[derive(Clone, Debug)]
pub(crate) struct Resolved<'a> {
    pub(crate) vault: &'a DesiredVault,
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) location: String,
    pub(crate) parameters: VaultCreateOrUpdateParameters,
}

impl<'a> Resolved<'a> {
    /// `None` for a vault that no check would let pass.
    pub(crate) fn of(vault: &'a DesiredVault, defaults: &Home) -> Option<Self> {
        let home = vault.home.or(defaults);
        let (location, tenant) = (home.location?.value, home.tenant?.value);
        let mut parameters = VaultCreateOrUpdateParameters::new(&location, &tenant);
        for (name, value) in home.tags {
            parameters = parameters.tag(name, value);
        }
        if let Some(sku) = &vault.sku {
            parameters = parameters.sku(sku.clone());
        }
        if let Some(days) = &vault.retention_days {
            parameters = parameters.retention_days(days.value);
        }
        parameters = match vault.purge_protection {
            Some(true) => parameters.purge_protection(),
            Some(false) => parameters.without_purge_protection(),
            None => parameters,
        };
        if let Some(roles) = &vault.roles_decide {
            parameters = parameters.rbac_authorization(roles.value);
        }
        for policy in &vault.policies {
            parameters = parameters.access_policy(policy.entry(&tenant));
        }
        if let Some(network) = &vault.network {
            if let Some(rules) = network.rules() {
                parameters = parameters.network_rules(rules);
            }
            if let Some(access) = &network.public_access {
                parameters = parameters.public_network_access(access.clone());
            }
        }
        if let Some(enabled) = vault.deployment {
            parameters = parameters.enabled_for_deployment(enabled);
        }
        if let Some(enabled) = vault.disk_encryption {
            parameters = parameters.enabled_for_disk_encryption(enabled);
        }
        if let Some(enabled) = vault.template_deployment {
            parameters = parameters.enabled_for_template_deployment(enabled);
        }
        Some(Self {
            vault,
            subscription: home.subscription?.value,
            resource_group: home.resource_group?.value,
            location,
            parameters,
        })
    }
}
