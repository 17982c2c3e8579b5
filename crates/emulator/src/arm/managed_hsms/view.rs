//! Managed HSMs as ARM shows them, members in the recorded order.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    super::{
        Context,
        vaults::{SystemData, connections::ConnectionItem},
    },
    KIND,
    model::{ChangeKind, ManagedHsm, Sku},
    network::HsmNetworkAcls,
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HsmView<'a> {
    sku: &'a Sku,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a Value>,
    id: String,
    name: &'a str,
    r#type: &'static str,
    location: &'a str,
    tags: &'a BTreeMap<String, String>,
    system_data: SystemData<'a>,
    properties: PropertiesView<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesView<'a> {
    tenant_id: &'a str,
    hsm_uri: String,
    initial_admin_object_ids: &'a [String],
    enable_soft_delete: bool,
    soft_delete_retention_in_days: u16,
    enable_purge_protection: bool,
    provisioning_state: &'static str,
    status_message: &'static str,
    network_acls: &'a HsmNetworkAcls,
    public_network_access: &'a str,
    regions: Vec<RegionView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    private_endpoint_connections: Vec<ConnectionItem<'a>>,
    security_domain_properties: SecurityDomain,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegionView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    provisioning_state: &'static str,
    is_primary: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SecurityDomain {
    activation_status: &'static str,
    activation_status_message: &'static str,
}

/// As recorded of a new one; nothing activates it here, and nothing needs that.
const NOT_ACTIVATED: SecurityDomain = SecurityDomain {
    activation_status: "NotActivated",
    activation_status_message: "Your HSM has been provisioned, but cannot be used for cryptographic operations until it \
        is activated. To activate the HSM, download the security domain.",
};

impl<'a> HsmView<'a> {
    pub(super) fn of(context: &Context<'_>, hsm: &'a ManagedHsm) -> Self {
        let properties = &hsm.properties;
        let (provisioning_state, status_message) = status(context, hsm);
        let name = hsm.id.name.to_ascii_lowercase();
        Self {
            sku: &properties.sku,
            identity: properties.identity.as_ref(),
            id: hsm.id.path(),
            name: &hsm.id.name,
            r#type: KIND,
            location: &hsm.location,
            tags: &hsm.tags,
            system_data: SystemData::of(&hsm.created, &hsm.modified),
            properties: PropertiesView {
                tenant_id: &properties.tenant_id,
                hsm_uri: format!("https://{name}.{}/", context.site.hsm_suffix),
                initial_admin_object_ids: &properties.administrators,
                enable_soft_delete: true,
                soft_delete_retention_in_days: properties.retention_days,
                enable_purge_protection: properties.purge_protection,
                provisioning_state,
                status_message,
                network_acls: &properties.network_acls,
                public_network_access: &properties.public_network_access,
                regions: regions(hsm),
                private_endpoint_connections: ConnectionItem::all(&hsm.connections),
                security_domain_properties: NOT_ACTIVATED,
            },
        }
    }
}

/// The last of them is on record, the first from the specification's examples.
fn status(context: &Context<'_>, hsm: &ManagedHsm) -> (&'static str, &'static str) {
    if hsm.deletion.is_some() {
        return ("Deleting", "The Managed HSM is being deleted.");
    }
    if hsm.change.done > context.times.of(&hsm.id.key()) {
        return match hsm.change.kind {
            ChangeKind::Provisioning => ("Provisioning", "Allocating hardware"),
            ChangeKind::Updating => ("Updating", "The Managed HSM is being updated."),
        };
    }
    ("Succeeded", "The Managed HSM is provisioned and ready to use.")
}

pub(super) fn regions(hsm: &ManagedHsm) -> Vec<RegionView<'_>> {
    let regions = hsm.properties.regions.iter();
    regions
        .map(|region| RegionView {
            name: region.name.as_deref(),
            provisioning_state: "Succeeded",
            is_primary: region.is_primary == Some(true),
        })
        .collect()
}
