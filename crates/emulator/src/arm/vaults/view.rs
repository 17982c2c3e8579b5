//! Vaults as ARM shows them, members in its order and by the api-version asked for.

use std::collections::BTreeMap;

use serde::Serialize;
use time::{OffsetDateTime, macros::format_description};

use super::{
    super::Context,
    connections::ConnectionItem,
    model::{ArmVault, Sku, Stamp},
    network::NetworkAcls,
};
use crate::vault::AccessPolicy;

/// From here on there is `systemData` and `publicNetworkAccess`.
const SYSTEM_DATA: &str = "2021-06-01";

/// From here on there are network rules, connections and the protection from being purged.
const NETWORK: &str = "2018-02-14";

/// From here on the days of retention are told, and whether roles decide.
const RETENTION: &str = "2019-09-01";

/// The oldest version tells neither soft delete nor the provisioning state.
const PROVISIONING_STATE: &str = "2016-01-01";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProvisioningState {
    /// The answer to the making: the vault's URI is not settled yet.
    Created,
    RegisteringDns,
    Succeeded,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct VaultView<'a> {
    id: String,
    name: &'a str,
    r#type: &'static str,
    location: &'a str,
    tags: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system_data: Option<SystemData<'a>>,
    properties: PropertiesView<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arm) struct SystemData<'a> {
    created_by: &'a str,
    created_by_type: &'static str,
    created_at: String,
    last_modified_by: &'a str,
    last_modified_by_type: &'static str,
    last_modified_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesView<'a> {
    sku: &'a Sku,
    tenant_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_acls: Option<&'a NetworkAcls>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    private_endpoint_connections: Vec<ConnectionItem<'a>>,
    access_policies: &'a [AccessPolicy],
    enabled_for_deployment: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled_for_disk_encryption: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled_for_template_deployment: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_soft_delete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    soft_delete_retention_in_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_rbac_authorization: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_purge_protection: Option<bool>,
    vault_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioning_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_network_access: Option<&'a str>,
}

impl<'a> VaultView<'a> {
    pub(super) fn of(context: &Context<'_>, vault: &'a ArmVault, state: ProvisioningState) -> Self {
        Self {
            id: vault.id.path(),
            name: &vault.id.name,
            r#type: "Microsoft.KeyVault/vaults",
            location: &vault.location,
            tags: &vault.tags,
            system_data: context
                .query
                .is_since(SYSTEM_DATA)
                .then(|| SystemData::of(&vault.created, &vault.modified)),
            properties: PropertiesView::of(context, vault, state),
        }
    }
}

impl<'a> SystemData<'a> {
    /// Whoever calls here is an application.
    pub(in crate::arm) fn of(created: &'a Stamp, modified: &'a Stamp) -> Self {
        Self {
            created_by: &created.by,
            created_by_type: "Application",
            created_at: milliseconds(created.at),
            last_modified_by: &modified.by,
            last_modified_by_type: "Application",
            last_modified_at: milliseconds(modified.at),
        }
    }
}

impl<'a> PropertiesView<'a> {
    fn of(context: &Context<'_>, vault: &'a ArmVault, state: ProvisioningState) -> Self {
        let properties = &vault.properties;
        let (name, suffix) = (&vault.id.name, &context.site.vault_suffix);
        let since = |date| context.query.is_since(date);
        Self {
            sku: &properties.sku,
            tenant_id: &properties.tenant_id,
            network_acls: properties.network_acls.as_ref().filter(|_| since(NETWORK)),
            private_endpoint_connections: if since(NETWORK) {
                ConnectionItem::all(&vault.connections)
            } else {
                Vec::new()
            },
            access_policies: &properties.access_policies,
            enabled_for_deployment: properties.enabled_for_deployment.unwrap_or(false),
            enabled_for_disk_encryption: properties.enabled_for_disk_encryption,
            enabled_for_template_deployment: properties.enabled_for_template_deployment,
            enable_soft_delete: since(PROVISIONING_STATE).then_some(true),
            soft_delete_retention_in_days: properties
                .soft_delete_retention_in_days
                .filter(|_| since(RETENTION)),
            enable_rbac_authorization: properties
                .enable_rbac_authorization
                .filter(|_| since(RETENTION)),
            enable_purge_protection: (properties.purge_protection && since(NETWORK))
                .then_some(true),
            vault_uri: match state {
                ProvisioningState::Created => format!("https://{name}.{suffix}"),
                _ => format!("https://{}.{suffix}/", name.to_ascii_lowercase()),
            },
            provisioning_state: since(PROVISIONING_STATE).then_some(match state {
                ProvisioningState::Succeeded => "Succeeded",
                _ => "RegisteringDns",
            }),
            public_network_access: since(SYSTEM_DATA)
                .then_some(properties.public_network_access.as_deref().unwrap_or("Enabled")),
        }
    }
}

fn milliseconds(at: OffsetDateTime) -> String {
    at.format(format_description!(
        "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"
    ))
    .unwrap_or_default()
}
