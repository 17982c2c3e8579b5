//! What a managed HSM is made or changed to be.

use std::{collections::BTreeMap, net::Ipv4Addr};

use azvault_core::{Error, Result};
use ipnet::Ipv4Net;
use serde::{Serialize, Serializer};

use crate::{
    CreateMode, GeoReplicatedRegion, ManagedHsmSku, ManagedHsmSkuName, ManagedServiceIdentity,
    NetworkRuleSet, PublicNetworkAccess, validate,
};

/// What making and changing a managed HSM have in common, and send alike.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct ManagedHsmPatch {
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<ManagedHsmSku>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<ManagedServiceIdentity>,
    properties: Properties,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_admin_object_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    soft_delete_retention_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_purge_protection: Option<bool>,
    #[serde(skip_serializing_if = "is_default", serialize_with = "capital")]
    create_mode: Option<CreateMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    network_acls: Option<NetworkRuleSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    regions: Option<Vec<GeoReplicatedRegion>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_network_access: Option<PublicNetworkAccess>,
}

fn is_default(mode: &Option<CreateMode>) -> bool {
    matches!(mode, None | Some(CreateMode::Default))
}

/// The service compares this word with its case where managed HSMs are concerned, unlike a vault's.
fn capital<S: Serializer>(mode: &Option<CreateMode>, serializer: S) -> Result<S::Ok, S::Error> {
    match mode {
        Some(CreateMode::Recover) => serializer.serialize_str("Recover"),
        other => other.serialize(serializer),
    }
}

impl ManagedHsmPatch {
    /// Refuses what cannot be.
    ///
    /// # Errors
    /// `InvalidInput`, naming what is wrong.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(location) = &self.location {
            validate::location(location)?;
        }
        let properties = &self.properties;
        if let Some(tenant) = &properties.tenant_id {
            validate::guid("tenant id", tenant)?;
        }
        if let Some(days) = properties.soft_delete_retention_in_days {
            validate::retention(days)?;
        }
        if let Some(admins) = &properties.initial_admin_object_ids {
            check_admins(admins)?;
        }
        for region in properties.regions.iter().flatten() {
            validate::location(region.name().unwrap_or_default())?;
        }
        let rules = properties.network_acls.as_ref();
        rules.map_or(Ok(()), |rules| rules.ip_rules().try_for_each(check_range))
    }
}

fn check_admins(admins: &[String]) -> Result<()> {
    if admins.is_empty() {
        return Err(Error::invalid_input(
            "a managed HSM without an initial administrator: nobody could ever use it",
        ));
    }
    for (place, admin) in admins.iter().enumerate() {
        validate::guid("object id of an initial administrator", admin)?;
        if admins.iter().take(place).any(|before| before.eq_ignore_ascii_case(admin)) {
            return Err(Error::invalid_input(format!(
                "the initial administrator {admin} is named twice"
            )));
        }
    }
    Ok(())
}

/// An IPv4 address, or a range in CIDR notation.
fn check_range(range: &str) -> Result<()> {
    if range.parse::<Ipv4Addr>().is_ok() || range.parse::<Ipv4Net>().is_ok() {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "the IP rule {range:?} is no IPv4 address and no range in CIDR notation like 203.0.113.0/24"
    )))
}

/// The setters of what making and changing a managed HSM have in common.
macro_rules! managed_hsm_setters {
    ($($type:ident),+) => {$(
        impl $type {
            /// Its size.
            pub fn sku(mut self, name: ManagedHsmSkuName) -> Self {
                self.0.sku = Some(ManagedHsmSku::new(name));
                self
            }

            /// Its managed identities.
            pub fn identity(mut self, identity: ManagedServiceIdentity) -> Self {
                self.0.identity = Some(identity);
                self
            }

            /// Whether what is deleted can be purged before its time. `true` cannot be undone.
            pub fn purge_protection(mut self, enabled: bool) -> Self {
                self.0.properties.enable_purge_protection = Some(enabled);
                self
            }

            /// From where it can be reached.
            pub fn network_rules(mut self, rules: NetworkRuleSet) -> Self {
                self.0.properties.network_acls = Some(rules);
                self
            }

            /// Whether it can be reached from public networks at all.
            pub fn public_network_access(mut self, access: PublicNetworkAccess) -> Self {
                self.0.properties.public_network_access = Some(access);
                self
            }

            /// Sets all regions that it is in.
            pub fn regions(mut self, all: impl IntoIterator<Item = GeoReplicatedRegion>) -> Self {
                self.0.properties.regions = Some(all.into_iter().collect());
                self
            }

            /// Adds a tag to those that are sent: **they take the place of all** that a managed HSM
            /// has.
            pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.0.tags.get_or_insert_default().insert(name.into(), value.into());
                self
            }
        }
    )+};
}

/// What a managed HSM is made to be, or an existing one as a whole. The size `Standard_B1`, unless
/// set.
///
/// # Examples
/// ```
/// use azvault_management::ManagedHsmCreateOrUpdateParameters;
///
/// let (tenant, admin) =
///     ("6819f86e-5d41-47b0-9297-334f33d7922d", "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90");
/// let parameters = ManagedHsmCreateOrUpdateParameters::new("eastus", tenant, [admin])
///     .retention_days(30)
///     .purge_protection(true);
/// # let _ = parameters;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ManagedHsmCreateOrUpdateParameters(pub(crate) ManagedHsmPatch);

impl ManagedHsmCreateOrUpdateParameters {
    /// A managed HSM in a region, for the principals of a tenant; its first administrators by their
    /// object ids.
    pub fn new<A: Into<String>>(
        location: impl Into<String>,
        tenant_id: impl Into<String>,
        initial_admins: impl IntoIterator<Item = A>,
    ) -> Self {
        let mut parameters = Self::of(location.into(), tenant_id.into());
        let admins = initial_admins.into_iter().map(Into::into).collect();
        parameters.0.properties.initial_admin_object_ids = Some(admins);
        parameters
    }

    /// Brings back the deleted managed HSM of that name, with what was in it and its administrators.
    pub fn recovering(location: impl Into<String>, tenant_id: impl Into<String>) -> Self {
        let mut parameters = Self::of(location.into(), tenant_id.into());
        parameters.0.properties.create_mode = Some(CreateMode::Recover);
        parameters
    }

    fn of(location: String, tenant_id: String) -> Self {
        Self(ManagedHsmPatch {
            location: Some(location),
            sku: Some(ManagedHsmSku::new(ManagedHsmSkuName::StandardB1)),
            properties: Properties { tenant_id: Some(tenant_id), ..Properties::default() },
            ..ManagedHsmPatch::default()
        })
    }

    /// For how many days the managed HSM, and what is in it, can be recovered when deleted: 7 to
    /// 90; 90 unless set, and not to be changed later.
    pub fn retention_days(mut self, days: u32) -> Self {
        self.0.properties.soft_delete_retention_in_days = Some(days);
        self
    }
}

/// What is changed of a managed HSM: what is not set stays.
///
/// # Examples
/// ```
/// use azvault_management::{ManagedHsmUpdateParameters, PublicNetworkAccess};
///
/// let parameters = ManagedHsmUpdateParameters::new()
///     .public_network_access(PublicNetworkAccess::Disabled)
///     .tag("team", "payments");
/// # let _ = parameters;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ManagedHsmUpdateParameters(pub(crate) ManagedHsmPatch);

impl ManagedHsmUpdateParameters {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

managed_hsm_setters!(ManagedHsmCreateOrUpdateParameters, ManagedHsmUpdateParameters);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NetworkRuleAction;

    const ID: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";

    fn sent(patch: &ManagedHsmPatch) -> String {
        serde_json::to_string(patch).unwrap()
    }

    #[test]
    fn recovering_is_written_with_a_capital_and_without_administrators() {
        let recovering = ManagedHsmCreateOrUpdateParameters::recovering("eastus", ID);
        assert_eq!(
            sent(&recovering.0),
            format!(
                r#"{{"location":"eastus","sku":{{"family":"B","name":"Standard_B1"}},"properties":{{"tenantId":"{ID}","createMode":"Recover"}}}}"#
            )
        );
        assert!(recovering.0.check().is_ok());
    }

    #[test]
    fn a_change_sends_only_what_was_set() {
        let rules = NetworkRuleSet::new(NetworkRuleAction::Deny)
            .ip_rule("203.0.113.7")
            .service_tag_rule("AzureCloud.eastus");
        let change = ManagedHsmUpdateParameters::new()
            .network_rules(rules)
            .regions([GeoReplicatedRegion::new("westus")]);
        assert_eq!(
            sent(&change.0),
            r#"{"properties":{"networkAcls":{"bypass":"AzureServices","defaultAction":"Deny","ipRules":[{"value":"203.0.113.7"}],"virtualNetworkRules":[],"serviceTags":[{"tag":"AzureCloud.eastus"}]},"regions":[{"name":"westus"}]}}"#
        );
        assert_eq!(sent(&ManagedHsmUpdateParameters::new().0), r#"{"properties":{}}"#);
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_is_wrong() {
        let new = |admins: &[&str]| {
            ManagedHsmCreateOrUpdateParameters::new("eastus", ID, admins.iter().copied())
        };
        let with_rule = |range: &str| {
            new(&[ID]).network_rules(NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule(range))
        };
        for (parameters, says) in [
            (new(&[]), "without an initial administrator"),
            (new(&["bob"]), "object id of an initial administrator"),
            (new(&[ID, &ID.to_uppercase()]), "named twice"),
            (new(&[ID]).retention_days(6), "7 to 90"),
            (new(&[ID]).regions([GeoReplicatedRegion::new("")]), "not a region"),
            (with_rule("::1"), "no IPv4 address"),
            (with_rule("10.0.0.0/33"), "no IPv4 address"),
            (with_rule("10.0.0.0/+8"), "no IPv4 address"),
            (with_rule("10.0.0/8"), "no IPv4 address"),
            (ManagedHsmCreateOrUpdateParameters::recovering("eastus", "t"), "tenant id"),
            (ManagedHsmCreateOrUpdateParameters::recovering("a/b", ID), "not a region"),
        ] {
            let error = parameters.0.check().unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        assert!(with_rule("10.0.0.0/8").0.check().is_ok());
    }
}
