//! The bodies that make and change a vault, checked as far as that needs no other vault.

use std::collections::BTreeMap;

use serde::Deserialize;
use uuid::Uuid;

use super::{
    super::{Context, error::ArmError},
    model::{Properties, Sku},
    network::{NetworkAcls, check_public_access},
    policy_rules,
};
use crate::vault::AccessPolicy;

/// From this api-version on a new vault is on Azure RBAC unless told otherwise.
const RBAC_BY_DEFAULT: &str = "2026-02-01";

/// A vault as sent; `null` is the same as nothing, and what only the service sets is not read.
#[derive(Deserialize)]
pub(super) struct VaultBody {
    pub(super) location: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(super) properties: Option<PropertiesBody>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PropertiesBody {
    sku: Option<SkuBody>,
    tenant_id: Option<String>,
    network_acls: Option<NetworkAcls>,
    access_policies: Option<Vec<AccessPolicy>>,
    enabled_for_deployment: Option<bool>,
    enabled_for_disk_encryption: Option<bool>,
    enabled_for_template_deployment: Option<bool>,
    enable_soft_delete: Option<bool>,
    soft_delete_retention_in_days: Option<i64>,
    enable_rbac_authorization: Option<bool>,
    create_mode: Option<String>,
    enable_purge_protection: Option<bool>,
    public_network_access: Option<String>,
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
    /// Their defaults: a PUT, which sends the whole vault.
    Reset,
}

impl PropertiesBody {
    /// Whether a deleted vault is to be recovered.
    pub(super) fn recovers(&self) -> Result<bool, ArmError> {
        match self.create_mode.as_deref() {
            None => Ok(false),
            Some(mode) if mode.eq_ignore_ascii_case("default") => Ok(false),
            Some(mode) if mode.eq_ignore_ascii_case("recover") => Ok(true),
            Some(_) => Err(ArmError::bad_request("The createMode must be 'default' or 'recover'.")),
        }
    }

    /// The properties of a new vault.
    pub(super) fn create(self, context: &Context<'_>) -> Result<Properties, ArmError> {
        self.check_switches()?;
        let rbac = context.query.is_since(RBAC_BY_DEFAULT).then_some(true);
        let required =
            |name| ArmError::bad_request(format!("The parameter {name} is not specified."));
        checked(Properties {
            soft_delete_retention_in_days: self.retention_days()?,
            sku: self.sku.ok_or_else(|| required("sku"))?.known()?,
            tenant_id: self.tenant_id.ok_or_else(|| required("tenantId"))?,
            network_acls: self.network_acls,
            access_policies: self.access_policies.unwrap_or_default(),
            enabled_for_deployment: self.enabled_for_deployment,
            enabled_for_disk_encryption: self.enabled_for_disk_encryption,
            enabled_for_template_deployment: self.enabled_for_template_deployment,
            enable_rbac_authorization: self.enable_rbac_authorization.or(rbac),
            purge_protection: self.enable_purge_protection == Some(true),
            public_network_access: self.public_network_access,
        })
    }

    /// The properties of a vault that was there; what cannot be changed back stays as it is.
    pub(super) fn update(self, old: &Properties, absent: Absent) -> Result<Properties, ArmError> {
        self.check_switches()?;
        if self.retention_days()?.is_some_and(|days| days != old.retention_days()) {
            return Err(ArmError::bad_request(
                "The property \"softDeleteRetentionInDays\" has been set already and it can't be modified.",
            ));
        }
        let keep = absent == Absent::Keep;
        let flag = |new: Option<bool>, old: Option<bool>| if keep { new.or(old) } else { new };
        checked(Properties {
            sku: self.sku.map_or_else(|| Ok(old.sku.clone()), SkuBody::known)?,
            tenant_id: self.tenant_id.unwrap_or_else(|| old.tenant_id.clone()),
            network_acls: self
                .network_acls
                .or_else(|| if keep { old.network_acls.clone() } else { None }),
            access_policies: self.access_policies.unwrap_or_else(|| old.access_policies.clone()),
            enabled_for_deployment: flag(self.enabled_for_deployment, old.enabled_for_deployment),
            enabled_for_disk_encryption: flag(
                self.enabled_for_disk_encryption,
                old.enabled_for_disk_encryption,
            ),
            enabled_for_template_deployment: flag(
                self.enabled_for_template_deployment,
                old.enabled_for_template_deployment,
            ),
            soft_delete_retention_in_days: old.soft_delete_retention_in_days,
            enable_rbac_authorization: self
                .enable_rbac_authorization
                .or(old.enable_rbac_authorization),
            purge_protection: old.purge_protection || self.enable_purge_protection == Some(true),
            public_network_access: self
                .public_network_access
                .or_else(|| if keep { old.public_network_access.clone() } else { None }),
        })
    }

    /// Neither can be turned off.
    fn check_switches(&self) -> Result<(), ArmError> {
        if self.enable_soft_delete == Some(false) {
            return Err(ArmError::bad_request(
                "The property \"enableSoftDelete\" cannot be set to false: every vault has soft delete.",
            ));
        }
        if self.enable_purge_protection == Some(false) {
            return Err(ArmError::bad_request(
                "The property \"enablePurgeProtection\" cannot be set to false. Enabling the purge protection for a \
                 vault is an irreversible action.",
            ));
        }
        Ok(())
    }

    fn retention_days(&self) -> Result<Option<u16>, ArmError> {
        let Some(days) = self.soft_delete_retention_in_days else {
            return Ok(None);
        };
        u16::try_from(days).ok().filter(|days| (7..=90).contains(days)).map(Some).ok_or_else(|| {
            ArmError::bad_request(
                "The property \"softDeleteRetentionInDays\" must be between 7 and 90.",
            )
        })
    }
}

impl SkuBody {
    fn known(self) -> Result<Sku, ArmError> {
        let family = self.family.unwrap_or_else(|| "A".to_owned());
        let name = self
            .name
            .filter(|name| {
                name.eq_ignore_ascii_case("standard") || name.eq_ignore_ascii_case("premium")
            })
            .ok_or_else(|| {
                ArmError::bad_request("The sku's name must be 'standard' or 'premium'.")
            })?;
        if family.eq_ignore_ascii_case("A") {
            Ok(Sku { family, name: name.to_ascii_lowercase() })
        } else {
            Err(ArmError::bad_request("The sku's family must be 'A'."))
        }
    }
}

/// What must hold of any vault.
fn checked(properties: Properties) -> Result<Properties, ArmError> {
    if Uuid::try_parse(&properties.tenant_id).is_err() {
        return Err(ArmError::bad_request("The tenantId must be a GUID."));
    }
    policy_rules::check(&properties.access_policies, &properties.tenant_id)?;
    if let Some(acls) = &properties.network_acls {
        acls.check()?;
    }
    if let Some(access) = &properties.public_network_access {
        check_public_access(access)?;
    }
    Ok(properties)
}
