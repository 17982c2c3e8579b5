//! Vaults, as Resource Manager tells of them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Base, Sku, accessors, resource_accessors, resource_group_accessor, tracked_accessors};
use crate::{
    AccessPolicyEntry, NetworkRuleSet, PrivateEndpointConnection, ProvisioningState,
    PublicNetworkAccess, SkuFamily, SkuName,
};

/// A vault.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Vault {
    #[serde(flatten)]
    base: Base,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
    properties: Properties,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    tenant_id: String,
    sku: Sku,
    #[serde(default)]
    access_policies: Option<Vec<AccessPolicyEntry>>,
    #[serde(default)]
    vault_uri: Option<String>,
    #[serde(default)]
    enabled_for_deployment: Option<bool>,
    #[serde(default)]
    enabled_for_disk_encryption: Option<bool>,
    #[serde(default)]
    enabled_for_template_deployment: Option<bool>,
    #[serde(default)]
    enable_soft_delete: Option<bool>,
    #[serde(default)]
    soft_delete_retention_in_days: Option<u32>,
    #[serde(default)]
    enable_rbac_authorization: Option<bool>,
    #[serde(default)]
    enable_purge_protection: Option<bool>,
    #[serde(default)]
    network_acls: Option<NetworkRuleSet>,
    #[serde(default)]
    provisioning_state: Option<ProvisioningState>,
    #[serde(default)]
    public_network_access: Option<PublicNetworkAccess>,
    #[serde(default)]
    hsm_pool_resource_id: Option<String>,
    #[serde(default)]
    private_endpoint_connections: Option<Vec<PrivateEndpointConnection>>,
}

resource_accessors!(Vault);
tracked_accessors!(Vault);
resource_group_accessor!(Vault);
accessors!(Vault {
    /// The resource id of the HSM pool that it is in, if it is in one.
    hsm_pool_resource_id: [text] = properties.hsm_pool_resource_id;
    /// The private endpoints that are, or want to be, connected to it.
    private_endpoint_connections: [list PrivateEndpointConnection] =
        properties.private_endpoint_connections;
});

impl Vault {
    /// The address that clients of its keys and secrets take, without a slash at its end.
    pub fn vault_uri(&self) -> &str {
        self.properties.vault_uri.as_deref().unwrap_or_default().trim_end_matches('/')
    }

    /// The tenant whose principals may use it.
    pub fn tenant_id(&self) -> &str {
        &self.properties.tenant_id
    }

    /// Its tier.
    pub fn sku(&self) -> &SkuName {
        &self.properties.sku.name
    }

    /// The family of tiers that its own is of.
    pub fn sku_family(&self) -> &SkuFamily {
        &self.properties.sku.family
    }

    /// Whether it can be recovered when deleted: every vault that was made since 2020 can.
    pub fn soft_delete(&self) -> bool {
        self.properties.enable_soft_delete.unwrap_or(true)
    }

    /// Who may do what with its contents; ignored by a vault that goes by roles.
    pub fn access_policies(&self) -> &[AccessPolicyEntry] {
        self.properties.access_policies.as_deref().unwrap_or_default()
    }

    /// Whether it goes by Azure roles instead of access policies.
    pub fn rbac_authorization(&self) -> bool {
        self.properties.enable_rbac_authorization.unwrap_or(false)
    }

    /// Whether what is deleted cannot be purged before its time, by anybody.
    pub fn purge_protection(&self) -> bool {
        self.properties.enable_purge_protection.unwrap_or(false)
    }

    /// For how many days it, and what is in it, can be recovered when deleted.
    pub fn retention_days(&self) -> u32 {
        self.properties.soft_delete_retention_in_days.unwrap_or(90)
    }

    /// From where it can be reached.
    pub fn network_rules(&self) -> Option<&NetworkRuleSet> {
        self.properties.network_acls.as_ref()
    }

    /// Whether it can be reached from public networks at all.
    pub fn public_network_access(&self) -> Option<&PublicNetworkAccess> {
        self.properties.public_network_access.as_ref()
    }

    /// Whether virtual machines may read certificates that are kept as secrets.
    pub fn enabled_for_deployment(&self) -> bool {
        self.properties.enabled_for_deployment.unwrap_or(false)
    }

    /// Whether Azure Disk Encryption may read secrets and unwrap keys.
    pub fn enabled_for_disk_encryption(&self) -> bool {
        self.properties.enabled_for_disk_encryption.unwrap_or(false)
    }

    /// Whether Resource Manager may read secrets for templates.
    pub fn enabled_for_template_deployment(&self) -> bool {
        self.properties.enabled_for_template_deployment.unwrap_or(false)
    }

    /// How far its making has come.
    pub fn provisioning_state(&self) -> Option<&ProvisioningState> {
        self.properties.provisioning_state.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vault_is_read_as_recorded() {
        let vault: Vault = serde_json::from_str(
            r#"{"id":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v","name":"v","type":"Microsoft.KeyVault/vaults","location":"westus","tags":{},"properties":{"sku":{"family":"A","name":"standard"},"tenantId":"6819f86e-5d41-47b0-9297-334f33d7922d","accessPolicies":[],"enabledForDeployment":false,"enableSoftDelete":true,"vaultUri":"https://v.vault.azure.net/","provisioningState":"Succeeded"}}"#,
        )
        .unwrap();
        assert_eq!(vault.vault_uri(), "https://v.vault.azure.net");
        assert_eq!(vault.resource_group().unwrap(), "rg");
        assert_eq!(vault.sku(), &SkuName::Standard);
        assert_eq!(vault.retention_days(), 90);
        assert!(!vault.rbac_authorization() && !vault.purge_protection());
        assert!(vault.soft_delete() && vault.system_data().is_none());
    }

    #[test]
    fn a_vault_of_which_all_is_told_tells_all() {
        let vault: Vault = serde_json::from_str(
            r#"{"id":null,"name":"v","type":"Microsoft.KeyVault/vaults","tags":null,"systemData":{"createdBy":"ann"},"properties":{"sku":{"family":"a","name":"Premium"},"tenantId":"t","accessPolicies":null,"hsmPoolResourceId":"/hsm","publicNetworkAccess":"disabled","provisioningState":"registeringDns","networkAcls":{"defaultAction":"deny","ipRules":null},"privateEndpointConnections":[{"id":"/c","properties":{"privateLinkServiceConnectionState":{"status":"Pending"}}}],"vaultUri":null,"somethingNew":{}}}"#,
        )
        .unwrap();
        assert_eq!((vault.id(), vault.location(), vault.vault_uri()), ("", "", ""));
        assert_eq!((vault.sku(), vault.sku_family()), (&SkuName::Premium, &SkuFamily::A));
        assert_eq!(vault.hsm_pool_resource_id(), Some("/hsm"));
        assert_eq!(vault.public_network_access(), Some(&PublicNetworkAccess::Disabled));
        assert_eq!(vault.provisioning_state(), Some(&ProvisioningState::RegisteringDns));
        assert_eq!(vault.network_rules().unwrap().ip_rules().count(), 0);
        assert_eq!(vault.system_data().unwrap().created_by(), Some("ann"));
        let [connection] = vault.private_endpoint_connections() else { panic!("{vault:?}") };
        assert_eq!(connection.status().unwrap().as_str(), "Pending");
    }
}
