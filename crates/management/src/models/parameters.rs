//! What a vault is made or changed to be.

use std::collections::{BTreeMap, BTreeSet};

use azvault_core::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::{
    AccessPolicyEntry, CreateMode, NetworkRuleSet, PublicNetworkAccess, SkuFamily, SkuName,
    validate,
};

/// The tier on the wire, with the only family there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sku {
    #[serde(default = "family")]
    pub(crate) family: SkuFamily,
    pub(crate) name: SkuName,
}

impl Sku {
    pub(crate) fn new(name: SkuName) -> Self {
        Self { family: family(), name }
    }
}

fn family() -> SkuFamily {
    SkuFamily::A
}

/// What making and changing a vault have in common.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Settings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sku: Option<Sku>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_policies: Option<Vec<AccessPolicyEntry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enabled_for_deployment: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enabled_for_disk_encryption: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enabled_for_template_deployment: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enable_rbac_authorization: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enable_purge_protection: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) network_acls: Option<NetworkRuleSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) public_network_access: Option<PublicNetworkAccess>,
}

impl Settings {
    /// Gives policies their effect: a vault that goes by roles ignores them, and since API version
    /// 2026-02-01 a new vault goes by roles unless it is told otherwise.
    ///
    /// # Errors
    /// `InvalidInput` for ids that cannot be, or policies for a vault that is to go by roles.
    pub(crate) fn settle(&mut self) -> Result<()> {
        let policies = self.access_policies.as_deref().unwrap_or_default();
        validate::access_policies(policies)?;
        if let Some(rules) = &self.network_acls {
            validate::network_rules(rules, self.public_network_access.as_ref())?;
            refuse_service_tags(rules)?;
        }
        if policies.is_empty() {
            return Ok(());
        }
        match self.enable_rbac_authorization {
            Some(true) => Err(Error::invalid_input(
                "access policies together with rbac_authorization(true): a vault that goes by roles ignores its policies; leave out one of the two",
            )),
            Some(false) => Ok(()),
            None => {
                self.enable_rbac_authorization = Some(false);
                Ok(())
            }
        }
    }
}

/// Refuses tags of which Resource Manager would keep one alone, whichever.
pub(crate) fn check_tags(tags: Option<&BTreeMap<String, String>>) -> Result<()> {
    let mut names = BTreeSet::new();
    let twice = tags.into_iter().flatten().find(|it| !names.insert(it.0.to_lowercase()));
    twice.map_or(Ok(()), |(name, _)| {
        Err(Error::invalid_input(format!(
            "the tag {name:?} is given twice, since the names of tags have no case: leave out one of the two"
        )))
    })
}

/// Vaults have no rules for the addresses of services; managed HSMs do.
fn refuse_service_tags(rules: &NetworkRuleSet) -> Result<()> {
    rules.service_tag_rules().next().map_or(Ok(()), |tag| {
        Err(Error::invalid_input(format!(
            "the network rules name the service tag {tag:?}, which a vault cannot have: let trusted Microsoft services in by bypass"
        )))
    })
}

/// The setters of what making and changing a vault have in common, for types with a field
/// `settings` and a field `tags`.
macro_rules! settings_setters {
    ($type:ident, $($settings:ident).+, $($tags:ident).+) => {
        impl $type {
            /// The tier of the vault.
            pub fn sku(mut self, name: $crate::SkuName) -> Self {
                self.$($settings).+.sku = Some($crate::models::Sku::new(name));
                self
            }

            /// Adds an access policy. Giving policies means that the vault goes by them: it is
            /// told so, unless [`rbac_authorization`](Self::rbac_authorization) is set.
            pub fn access_policy(mut self, policy: $crate::AccessPolicyEntry) -> Self {
                self.$($settings).+.access_policies.get_or_insert_default().push(policy);
                self
            }

            /// Sets all access policies. An existing vault's policies are replaced by them.
            pub fn access_policies(
                mut self,
                policies: impl IntoIterator<Item = $crate::AccessPolicyEntry>,
            ) -> Self {
                self.$($settings).+.access_policies = Some(policies.into_iter().collect());
                self
            }

            /// Whether the vault goes by Azure roles (`true`) or by access policies (`false`). A
            /// vault that is changed keeps its policies: without effect while it goes by roles,
            /// and **with their old effect** once it goes by policies again.
            ///
            /// Changing a vault in this needs `Microsoft.Authorization/roleAssignments/write` for
            /// it, too, without a condition.
            ///
            /// Source: [Enable Azure RBAC permissions](https://learn.microsoft.com/azure/key-vault/general/rbac-guide#enable-azure-rbac-permissions-on-key-vault).
            pub fn rbac_authorization(mut self, roles: bool) -> Self {
                self.$($settings).+.enable_rbac_authorization = Some(roles);
                self
            }

            /// Turns purge protection on, which cannot be undone.
            pub fn purge_protection(mut self) -> Self {
                self.$($settings).+.enable_purge_protection = Some(true);
                self
            }

            /// From where the vault can be reached.
            pub fn network_rules(mut self, rules: $crate::NetworkRuleSet) -> Self {
                self.$($settings).+.network_acls = Some(rules);
                self
            }

            /// Whether the vault can be reached from public networks at all.
            pub fn public_network_access(mut self, access: $crate::PublicNetworkAccess) -> Self {
                self.$($settings).+.public_network_access = Some(access);
                self
            }

            /// Whether virtual machines may read certificates that are kept as secrets.
            pub fn enabled_for_deployment(mut self, enabled: bool) -> Self {
                self.$($settings).+.enabled_for_deployment = Some(enabled);
                self
            }

            /// Whether Azure Disk Encryption may read secrets and unwrap keys.
            pub fn enabled_for_disk_encryption(mut self, enabled: bool) -> Self {
                self.$($settings).+.enabled_for_disk_encryption = Some(enabled);
                self
            }

            /// Whether Resource Manager may read secrets for templates.
            pub fn enabled_for_template_deployment(mut self, enabled: bool) -> Self {
                self.$($settings).+.enabled_for_template_deployment = Some(enabled);
                self
            }

            /// Adds a tag to those that are sent: **they take the place of all** that a vault has.
            /// [`ensure_vault`](crate::VaultsClient::ensure_vault) adds them to those instead.
            pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.$($tags).+.get_or_insert_default().insert(name.into(), value.into());
                self
            }
        }
    };
}
pub(crate) use settings_setters;

/// What a vault is made to be, or an existing one as a whole.
///
/// A vault that is made is of the standard tier, unless set. One without access policies goes by
/// Azure roles, as the service has it since API version 2026-02-01.
///
/// # Examples
/// ```
/// use azvault_management::{SkuName, VaultCreateOrUpdateParameters};
///
/// let tenant = "6819f86e-5d41-47b0-9297-334f33d7922d";
/// let parameters = VaultCreateOrUpdateParameters::new("eastus", tenant)
///     .sku(SkuName::Premium)
///     .retention_days(30)
///     .tag("team", "payments");
/// # let _ = parameters;
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use]
pub struct VaultCreateOrUpdateParameters {
    pub(crate) location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<BTreeMap<String, String>>,
    pub(crate) properties: Properties,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Properties {
    pub(crate) tenant_id: String,
    #[serde(flatten)]
    pub(crate) settings: Settings,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) soft_delete_retention_in_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) create_mode: Option<CreateMode>,
    /// The service takes no `false`: what is off is not mentioned to it.
    #[serde(skip)]
    pub(crate) without_purge_protection: bool,
}

impl VaultCreateOrUpdateParameters {
    /// A vault in a region, for the principals of a tenant.
    pub fn new(location: impl Into<String>, tenant_id: impl Into<String>) -> Self {
        let properties = Properties {
            tenant_id: tenant_id.into(),
            settings: Settings::default(),
            soft_delete_retention_in_days: None,
            create_mode: None,
            without_purge_protection: false,
        };
        Self { location: location.into(), tags: None, properties }
    }

    /// For how many days the vault, and what is in it, can be recovered when deleted: 7 to 90;
    /// 90 unless set, and not to be changed later.
    pub fn retention_days(mut self, days: u32) -> Self {
        self.properties.soft_delete_retention_in_days = Some(days);
        self
    }

    /// Whether a vault is made, or the deleted one of that name brought back with its contents
    /// and its policies as they were.
    pub fn create_mode(mut self, mode: CreateMode) -> Self {
        self.properties.create_mode = Some(mode);
        self
    }

    /// The vault must be without purge protection. Nothing is sent for it, since the service
    /// takes no such word and a vault has none unless told;
    /// [`ensure_vault`](crate::VaultsClient::ensure_vault) refuses a vault that has it, since it
    /// cannot be taken away.
    pub fn without_purge_protection(mut self) -> Self {
        self.properties.without_purge_protection = true;
        self
    }

    /// Checks the parameters.
    pub(crate) fn check(&self) -> Result<()> {
        self.clone().settled().map(drop)
    }

    /// Checks and completes the parameters.
    pub(crate) fn settled(mut self) -> Result<Self> {
        validate::location(&self.location)?;
        check_tags(self.tags.as_ref())?;
        let Properties {
            tenant_id,
            settings,
            soft_delete_retention_in_days,
            create_mode,
            without_purge_protection,
        } = &mut self.properties;
        validate::guid("tenant id", tenant_id)?;
        if let Some(days) = soft_delete_retention_in_days {
            validate::retention(*days)?;
        }
        if *without_purge_protection && settings.enable_purge_protection == Some(true) {
            return Err(Error::invalid_input(
                "purge_protection() together with without_purge_protection(): leave out one of the two",
            ));
        }
        settings.sku.get_or_insert_with(|| Sku::new(SkuName::Standard));
        settings.settle()?;
        if let Some(stranger) = settings
            .access_policies
            .iter()
            .flatten()
            .find(|policy| !policy.tenant_id().eq_ignore_ascii_case(tenant_id))
        {
            return Err(Error::invalid_input(format!(
                "the access policy for {} is for the tenant {}: it must be the vault's, {tenant_id}",
                stranger.object_id(),
                stranger.tenant_id()
            )));
        }
        // Required of a vault that is made; one that is recovered has its own.
        if *create_mode != Some(CreateMode::Recover) {
            settings.access_policies.get_or_insert_default();
        }
        Ok(self)
    }
}

settings_setters!(VaultCreateOrUpdateParameters, properties.settings, tags);
