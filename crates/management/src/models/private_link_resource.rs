//! What of a vault or a managed HSM a private endpoint can be connected to.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Base, accessors, resource_accessors, tracked_accessors};
use crate::{ManagedHsmSku, ManagedServiceIdentity};

/// What of a vault or a managed HSM a private endpoint can be connected to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PrivateLinkResource {
    #[serde(flatten)]
    base: Base,
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    sku: Option<ManagedHsmSku>,
    identity: Option<ManagedServiceIdentity>,
    #[serde(deserialize_with = "super::lenient::or_default")]
    properties: Properties,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    group_id: Option<String>,
    required_members: Option<Vec<String>>,
    required_zone_names: Option<Vec<String>>,
}

resource_accessors!(PrivateLinkResource);
tracked_accessors!(PrivateLinkResource);
accessors!(PrivateLinkResource {
    /// The group to name when the endpoint is made, `vault` or `managedhsm`.
    group_id: [text] = properties.group_id;
    /// The members that the endpoint needs an address for.
    required_members: [list String] = properties.required_members;
    /// The private DNS zones that the endpoint's names belong to.
    required_zone_names: [list String] = properties.required_zone_names;
    /// The size of the managed HSM; none of a vault.
    managed_hsm_sku: [ref ManagedHsmSku] = sku;
    /// The managed HSM's identity; none of a vault.
    identity: [ref ManagedServiceIdentity] = identity;
});
