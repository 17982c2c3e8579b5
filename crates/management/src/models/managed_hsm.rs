//! Managed HSMs, as Resource Manager tells of them.

use std::collections::BTreeMap;

use azure_core::time::OffsetDateTime;
use serde::{Deserialize, Serialize};

use super::{
    Base, accessors, lenient, resource_accessors, resource_group_accessor, tracked_accessors,
};
use crate::{
    ActivationStatus, GeoReplicationProvisioningState, ManagedHsmProvisioningState,
    ManagedHsmSkuFamily, ManagedHsmSkuName, ManagedServiceIdentity, NetworkRuleSet,
    PrivateEndpointConnection, PublicNetworkAccess,
    settling::{Settles, Standing},
};

/// The size of a managed HSM, with its family.
///
/// # Examples
/// ```
/// use azvault_management::{ManagedHsmSku, ManagedHsmSkuFamily, ManagedHsmSkuName};
///
/// let sku = ManagedHsmSku::new(ManagedHsmSkuName::CustomC42);
/// assert_eq!(sku.family(), &ManagedHsmSkuFamily::C);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedHsmSku {
    family: ManagedHsmSkuFamily,
    name: ManagedHsmSkuName,
}

impl ManagedHsmSku {
    /// A size, with the family that its name tells.
    pub fn new(name: ManagedHsmSkuName) -> Self {
        let family = match name.as_str().rsplit_once('_') {
            Some((_, size)) if size.starts_with(['C', 'c']) => ManagedHsmSkuFamily::C,
            _ => ManagedHsmSkuFamily::B,
        };
        Self { family, name }
    }

    /// The family.
    pub fn family(&self) -> &ManagedHsmSkuFamily {
        &self.family
    }

    /// The size.
    pub fn name(&self) -> &ManagedHsmSkuName {
        &self.name
    }
}

/// A managed HSM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ManagedHsm {
    #[serde(flatten)]
    base: Base,
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    sku: Option<ManagedHsmSku>,
    identity: Option<ManagedServiceIdentity>,
    #[serde(deserialize_with = "lenient::or_default")]
    properties: Properties,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    tenant_id: Option<String>,
    initial_admin_object_ids: Option<Vec<String>>,
    hsm_uri: Option<String>,
    enable_soft_delete: Option<bool>,
    soft_delete_retention_in_days: Option<u32>,
    enable_purge_protection: Option<bool>,
    status_message: Option<String>,
    provisioning_state: Option<ManagedHsmProvisioningState>,
    network_acls: Option<NetworkRuleSet>,
    regions: Option<Vec<GeoReplicatedRegion>>,
    private_endpoint_connections: Option<Vec<PrivateEndpointConnection>>,
    public_network_access: Option<PublicNetworkAccess>,
    #[serde(deserialize_with = "lenient::time")]
    scheduled_purge_date: Option<OffsetDateTime>,
    #[serde(deserialize_with = "lenient::or_default")]
    security_domain_properties: SecurityDomain,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SecurityDomain {
    activation_status: Option<ActivationStatus>,
    activation_status_message: Option<String>,
}

resource_accessors!(ManagedHsm);
tracked_accessors!(ManagedHsm);
resource_group_accessor!(ManagedHsm);
accessors!(ManagedHsm {
    /// Its size.
    sku: [ref ManagedHsmSku] = sku;
    /// Its managed identities.
    identity: [ref ManagedServiceIdentity] = identity;
    /// The tenant whose principals may use it.
    tenant_id: [text] = properties.tenant_id;
    /// The object ids of its first administrators.
    initial_admins: [list String] = properties.initial_admin_object_ids;
    /// What its state means, in the service's words.
    status_message: [text] = properties.status_message;
    /// How it is doing.
    provisioning_state: [ref ManagedHsmProvisioningState] = properties.provisioning_state;
    /// From where it can be reached.
    network_rules: [ref NetworkRuleSet] = properties.network_acls;
    /// Whether it can be reached from public networks at all.
    public_network_access: [ref PublicNetworkAccess] = properties.public_network_access;
    /// The regions it is in, if it is in several.
    regions: [list GeoReplicatedRegion] = properties.regions;
    /// The private endpoints that are, or want to be, connected to it.
    private_endpoint_connections: [list PrivateEndpointConnection] =
        properties.private_endpoint_connections;
    /// When the service will purge it, if it is deleted.
    scheduled_purge_on: [copy OffsetDateTime] = properties.scheduled_purge_date;
    /// Whether it has been activated, without which it does nothing.
    activation_status: [ref ActivationStatus] =
        properties.security_domain_properties.activation_status;
    /// What to do about that, in the service's words.
    activation_status_message: [text] =
        properties.security_domain_properties.activation_status_message;
});

impl ManagedHsm {
    /// The address that clients of its keys take, without a slash at its end.
    pub fn hsm_uri(&self) -> &str {
        self.properties.hsm_uri.as_deref().unwrap_or_default().trim_end_matches('/')
    }

    /// Whether it can be recovered when deleted: every managed HSM can.
    pub fn soft_delete(&self) -> bool {
        self.properties.enable_soft_delete.unwrap_or(true)
    }

    /// For how many days it, and what is in it, can be recovered when deleted.
    pub fn retention_days(&self) -> u32 {
        self.properties.soft_delete_retention_in_days.unwrap_or(90)
    }

    /// Whether what is deleted cannot be purged before its time, by anybody.
    pub fn purge_protection(&self) -> bool {
        self.properties.enable_purge_protection.unwrap_or(false)
    }
}

impl Settles for ManagedHsm {
    fn standing(&self) -> Standing<'_> {
        use ManagedHsmProvisioningState as State;
        match self.provisioning_state() {
            Some(State::Provisioning | State::Updating) => Standing::UnderWay,
            Some(State::Failed) => Standing::Failed(self.status_message()),
            // `Activated` and the waits for a restore are as ready as it gets.
            _ => Standing::Ready,
        }
    }
}

/// A region that a managed HSM is in.
///
/// # Examples
/// ```
/// use azvault_management::GeoReplicatedRegion;
///
/// assert_eq!(GeoReplicatedRegion::new("westus").name(), Some("westus"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GeoReplicatedRegion {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing)]
    provisioning_state: Option<GeoReplicationProvisioningState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_primary: Option<bool>,
}

impl GeoReplicatedRegion {
    /// A region beside the primary one.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }

    /// The region that the managed HSM was made in.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.is_primary = Some(true);
        self
    }

    /// Whether the managed HSM was made in it.
    pub fn is_primary(&self) -> bool {
        self.is_primary.unwrap_or(false)
    }
}

accessors!(GeoReplicatedRegion {
    /// Its name, `westus` for instance.
    name: [text] = name;
    /// How it is doing.
    provisioning_state: [ref GeoReplicationProvisioningState] = provisioning_state;
});

#[cfg(test)]
mod tests {
    use super::*;

    // https://github.com/Azure/azure-powershell, a recording of 2023 with other ids.
    const RECORDED: &str = r#"{"sku":{"family":"B","name":"Standard_B1"},"id":"/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/managedHSMs/h","name":"h","type":"Microsoft.KeyVault/managedHSMs","location":"East Asia","tags":{},"systemData":{"createdByType":"Application","createdAt":"2023-08-25T04:23:03.015Z"},"properties":{"tenantId":"t","hsmUri":"https://h.managedhsm.azure.net/","initialAdminObjectIds":["a"],"enableSoftDelete":true,"softDeleteRetentionInDays":7,"enablePurgeProtection":true,"provisioningState":"Succeeded","statusMessage":"The Managed HSM is provisioned and ready to use.","networkAcls":{"bypass":"AzureServices","defaultAction":"Allow","ipRules":[],"virtualNetworkRules":[]},"publicNetworkAccess":"Enabled","regions":[],"securityDomainProperties":{"activationStatus":"NotActivated","activationStatusMessage":"Your HSM has been provisioned"}}}"#;

    #[test]
    fn a_managed_hsm_is_read_as_recorded() {
        let hsm: ManagedHsm = serde_json::from_str(RECORDED).unwrap();
        assert_eq!(hsm.hsm_uri(), "https://h.managedhsm.azure.net");
        assert_eq!(hsm.resource_group().unwrap(), "rg");
        assert_eq!(hsm.sku().unwrap().name(), &ManagedHsmSkuName::StandardB1);
        assert_eq!((hsm.retention_days(), hsm.purge_protection()), (7, true));
        assert_eq!(hsm.initial_admins(), ["a"]);
        assert_eq!(hsm.activation_status(), Some(&ActivationStatus::NotActivated));
        assert_eq!(hsm.standing(), Standing::Ready);
    }

    #[test]
    fn states_that_end_by_themselves_are_waited_for_and_no_others() {
        for (state, standing) in [
            ("Provisioning", Standing::UnderWay),
            ("Updating", Standing::UnderWay),
            ("Activated", Standing::Ready),
            ("SecurityDomainRestore", Standing::Ready),
            ("SomethingNew", Standing::Ready),
            ("Failed", Standing::Failed(Some("no room"))),
        ] {
            let hsm = format!(
                r#"{{"properties":{{"provisioningState":"{state}","statusMessage":"no room"}}}}"#
            );
            let hsm: ManagedHsm = serde_json::from_str(&hsm).unwrap();
            assert_eq!(hsm.standing(), standing, "{state}");
        }
    }

    #[test]
    fn the_state_of_a_region_is_not_sent() {
        let region: GeoReplicatedRegion = serde_json::from_str(
            r#"{"name":"westus","provisioningState":"Succeeded","isPrimary":true}"#,
        )
        .unwrap();
        let sent = serde_json::to_string(&region).unwrap();
        assert_eq!(sent, r#"{"name":"westus","isPrimary":true}"#);
    }
}
