//! The bodies that make and change a managed HSM, checked as far as that needs no other.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    super::{error::ArmError, vaults::check_public_access},
    model::{Properties, Region, Sku},
    network::HsmNetworkAcls,
};

const DEFAULT_RETENTION_DAYS: u16 = 90;

/// Those of the specification; what comes after them is taken too, since the list grows.
const SKU_FAMILIES: [&str; 2] = ["B", "C"];

/// A managed HSM as sent; `null` is the same as nothing, and what only the service sets is not read.
#[derive(Deserialize)]
pub(super) struct HsmBody {
    pub(super) location: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    #[serde(flatten)]
    pub(super) settings: SettingsBody,
}

#[derive(Deserialize)]
pub(super) struct SettingsBody {
    sku: Option<SkuBody>,
    identity: Option<Value>,
    properties: Option<PropertiesBody>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesBody {
    tenant_id: Option<String>,
    initial_admin_object_ids: Option<Vec<String>>,
    enable_soft_delete: Option<bool>,
    soft_delete_retention_in_days: Option<Days>,
    enable_purge_protection: Option<bool>,
    create_mode: Option<String>,
    network_acls: Option<HsmNetworkAcls>,
    regions: Option<Vec<Region>>,
    public_network_access: Option<String>,
}

/// The Azure CLI sends a managed HSM's retention as a text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Days {
    Number(i64),
    Text(String),
}

#[derive(Deserialize)]
struct SkuBody {
    family: Option<String>,
    name: Option<String>,
}

/// What a body's absent properties become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// What they were: a PATCH.
    Keep,
    /// Their defaults: a PUT, which sends the whole managed HSM.
    Reset,
}

impl SettingsBody {
    /// Whether a deleted managed HSM is to be recovered.
    pub(super) fn recovers(&self) -> Result<bool, ArmError> {
        let mode =
            self.properties.as_ref().and_then(|properties| properties.create_mode.as_deref());
        match mode {
            None => Ok(false),
            Some(mode) if mode.eq_ignore_ascii_case("default") => Ok(false),
            Some(mode) if mode.eq_ignore_ascii_case("recover") => Ok(true),
            Some(_) => Err(ArmError::bad_request("The createMode must be 'default' or 'recover'.")),
        }
    }

    /// The properties of a new managed HSM.
    pub(super) fn create(self) -> Result<Properties, ArmError> {
        let required =
            |name| ArmError::bad_request(format!("The parameter {name} is not specified."));
        let Self { sku, identity, properties } = self;
        let sku = sku.ok_or_else(|| required("sku"))?.checked()?;
        let body = properties.ok_or_else(|| required("properties"))?;
        body.check_soft_delete()?;
        let retention_days = body.retention_days()?.unwrap_or(DEFAULT_RETENTION_DAYS);
        checked(Properties {
            sku,
            identity,
            tenant_id: body.tenant_id.ok_or_else(|| required("tenantId"))?,
            administrators: body
                .initial_admin_object_ids
                .ok_or_else(|| required("initialAdminObjectIds"))?,
            retention_days,
            purge_protection: body.enable_purge_protection == Some(true),
            network_acls: HsmNetworkAcls::completed(body.network_acls)?,
            public_network_access: body.public_network_access.unwrap_or_else(enabled),
            regions: body.regions.unwrap_or_default(),
        })
    }

    /// The properties of a managed HSM that was there; what cannot be changed back stays as it is.
    pub(super) fn update(self, old: &Properties, absent: Absent) -> Result<Properties, ArmError> {
        let old = match absent {
            Absent::Keep => old.clone(),
            Absent::Reset => Properties {
                identity: None,
                network_acls: HsmNetworkAcls::completed(None)?,
                public_network_access: enabled(),
                regions: Vec::new(),
                ..old.clone()
            },
        };
        let Self { sku, identity, properties } = self;
        let body = properties.unwrap_or_default();
        body.check_soft_delete()?;
        let fixed = |property: &str| {
            ArmError::bad_request(format!(
                "The property \"{property}\" has been set already and it can't be modified."
            ))
        };
        if body.retention_days()?.is_some_and(|days| days != old.retention_days) {
            return Err(fixed("softDeleteRetentionInDays"));
        }
        if body.tenant_id.is_some_and(|tenant| !tenant.eq_ignore_ascii_case(&old.tenant_id)) {
            return Err(fixed("tenantId"));
        }
        if old.purge_protection && body.enable_purge_protection == Some(false) {
            return Err(fixed("enablePurgeProtection"));
        }
        checked(Properties {
            sku: sku.map_or(Ok(old.sku), SkuBody::checked)?,
            identity: identity.or(old.identity),
            tenant_id: old.tenant_id,
            administrators: body.initial_admin_object_ids.unwrap_or(old.administrators),
            retention_days: old.retention_days,
            purge_protection: old.purge_protection || body.enable_purge_protection == Some(true),
            network_acls: match body.network_acls {
                None => old.network_acls,
                sent => HsmNetworkAcls::completed(sent)?,
            },
            public_network_access: body.public_network_access.unwrap_or(old.public_network_access),
            regions: body.regions.unwrap_or(old.regions),
        })
    }
}

impl PropertiesBody {
    fn check_soft_delete(&self) -> Result<(), ArmError> {
        if self.enable_soft_delete == Some(false) {
            return Err(ArmError::bad_request(
                "The property \"enableSoftDelete\" cannot be set to false: every managed HSM has soft delete.",
            ));
        }
        Ok(())
    }

    fn retention_days(&self) -> Result<Option<u16>, ArmError> {
        let days = match &self.soft_delete_retention_in_days {
            None => return Ok(None),
            Some(Days::Number(days)) => u16::try_from(*days).ok(),
            Some(Days::Text(text)) => text.parse().ok(),
        };
        days.filter(|days| (7..=90).contains(days)).map(Some).ok_or_else(|| {
            ArmError::bad_request(
                "The property \"softDeleteRetentionInDays\" must be between 7 and 90.",
            )
        })
    }
}

impl SkuBody {
    fn checked(self) -> Result<Sku, ArmError> {
        let is_family = |family: &String| SKU_FAMILIES.contains(&family.as_str());
        let family = self
            .family
            .filter(is_family)
            .ok_or_else(|| ArmError::bad_request("The sku's family must be 'B' or 'C'."))?;
        let name = self.name.filter(|name| !name.is_empty()).ok_or_else(|| {
            ArmError::bad_request("The sku's name is not specified: 'Standard_B1', for one.")
        })?;
        Ok(Sku { family, name })
    }
}

fn enabled() -> String {
    "Enabled".to_owned()
}

/// What must hold of any managed HSM.
fn checked(properties: Properties) -> Result<Properties, ArmError> {
    let is_guid = |id: &str| Uuid::try_parse(id).is_ok();
    if !is_guid(&properties.tenant_id) {
        return Err(ArmError::bad_request("The tenantId must be a GUID."));
    }
    let administrators = &properties.administrators;
    if administrators.is_empty() || !administrators.iter().all(|id| is_guid(id)) {
        return Err(ArmError::bad_request(
            "The initialAdminObjectIds must be GUIDs, one at least: nobody else can use the managed HSM.",
        ));
    }
    check_public_access(&properties.public_network_access)?;
    Ok(properties)
}
