//! One vault of a fleet.

use std::collections::BTreeMap;

use azvault_management::{KeyVaultRole, SkuName};

use super::{DesiredKey, DesiredNetwork, DesiredPolicy, DesiredSecret, Principal, principal};
use crate::{Place, check::same, place::Placed};

/// What a vault must be, and what must be in it. What is not said stays as it is.
///
/// # Examples
/// ```
/// use azvault_fleet::{DesiredKey, DesiredSecret, DesiredVault, KeyVaultRole, SkuName};
///
/// let vault = DesiredVault::new("pay-prod")
///     .sku(SkuName::Premium)
///     .retention_days(30)
///     .purge_protection()
///     .role("9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90", KeyVaultRole::SecretsUser)
///     .secret("db-password", DesiredSecret::generated(32))
///     .key("signing", DesiredKey::rsa().size(3072));
/// # let _ = vault;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DesiredVault {
    pub(crate) name: String,
    pub(crate) home: Home,
    pub(crate) sku: Option<SkuName>,
    pub(crate) retention_days: Option<Placed<u32>>,
    pub(crate) purge_protection: Option<bool>,
    pub(crate) roles_decide: Option<Placed<bool>>,
    pub(crate) policies: Vec<DesiredPolicy>,
    pub(crate) roles: Vec<principal::DesiredRole>,
    pub(crate) network: Option<DesiredNetwork>,
    pub(crate) deployment: Option<bool>,
    pub(crate) disk_encryption: Option<bool>,
    pub(crate) template_deployment: Option<bool>,
    pub(crate) secrets: BTreeMap<String, DesiredSecret>,
    pub(crate) keys: BTreeMap<String, DesiredKey>,
    pub(crate) place: Option<Place>,
}

/// Where vaults are, and what they are tagged with: a vault's own, or what holds for those that say
/// nothing.
///
/// # Examples
/// ```
/// use azvault_fleet::Defaults;
///
/// let defaults = Defaults::new().location("eastus").tag("team", "payments");
/// # let _ = defaults;
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Defaults(pub(crate) Home);

/// Where a vault is, and its tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) subscription: Option<Placed<String>>,
    pub(crate) tenant: Option<Placed<String>>,
    pub(crate) location: Option<Placed<String>>,
    pub(crate) resource_group: Option<Placed<String>>,
    pub(crate) tags: BTreeMap<String, String>,
}

impl Home {
    /// These, and `defaults` where there are none; tags of both, these first, whatever the case of
    /// their names.
    pub(crate) fn or(&self, defaults: &Self) -> Self {
        let either = |own: &Option<Placed<String>>, other: &Option<Placed<String>>| {
            own.clone().or_else(|| other.clone())
        };
        let mut tags = defaults.tags.clone();
        // Names of tags have no case: one of both, twice, would never settle.
        tags.retain(|name, _| !self.tags.keys().any(|own| same(own, name)));
        tags.extend(self.tags.clone());
        Self {
            subscription: either(&self.subscription, &defaults.subscription),
            tenant: either(&self.tenant, &defaults.tenant),
            location: either(&self.location, &defaults.location),
            resource_group: either(&self.resource_group, &defaults.resource_group),
            tags,
        }
    }
}

/// The setters of a [`Home`], for what has one.
macro_rules! home_setters {
    ($type:ident, $($home:tt).+) => {
        impl $type {
            /// The subscription's id, a GUID.
            pub fn subscription(mut self, id: impl Into<String>) -> Self {
                self.$($home).+.subscription = Some(id.into().into());
                self
            }

            /// The tenant's id, a GUID.
            pub fn tenant(mut self, id: impl Into<String>) -> Self {
                self.$($home).+.tenant = Some(id.into().into());
                self
            }

            /// The region, `eastus` for instance.
            pub fn location(mut self, region: impl Into<String>) -> Self {
                self.$($home).+.location = Some(region.into().into());
                self
            }

            /// The resource group's name. A group that is missing is made, in the vault's region.
            pub fn resource_group(mut self, name: impl Into<String>) -> Self {
                self.$($home).+.resource_group = Some(name.into().into());
                self
            }

            /// Adds a tag. Other tags that a vault has stay.
            pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.$($home).+.tags.insert(name.into(), value.into());
                self
            }
        }
    };
}

home_setters!(Defaults, 0);
home_setters!(DesiredVault, home);

impl Defaults {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl DesiredVault {
    /// A vault of which nothing is said but its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            home: Home::default(),
            sku: None,
            retention_days: None,
            purge_protection: None,
            roles_decide: None,
            policies: Vec::new(),
            roles: Vec::new(),
            network: None,
            deployment: None,
            disk_encryption: None,
            template_deployment: None,
            secrets: BTreeMap::new(),
            keys: BTreeMap::new(),
            place: None,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The tier: standard, where a vault is made and nothing is said.
    pub fn sku(mut self, name: SkuName) -> Self {
        self.sku = Some(name);
        self
    }

    /// For how many days what is deleted can be recovered, 7 to 90; cannot be changed later.
    pub fn retention_days(mut self, days: u32) -> Self {
        self.retention_days = Some(days.into());
        self
    }

    /// Nothing that is deleted can be purged before its time. Cannot be undone.
    pub fn purge_protection(mut self) -> Self {
        self.purge_protection = Some(true);
        self
    }

    /// The vault must be without purge protection: one that has it is refused, since it stays on.
    pub fn without_purge_protection(mut self) -> Self {
        self.purge_protection = Some(false);
        self
    }

    /// Whether the vault goes by Azure roles (`true`) or by access policies (`false`). Unless set, a
    /// vault for which policies are given goes by them, and a new one without any by roles.
    pub fn rbac_authorization(mut self, roles: bool) -> Self {
        self.roles_decide = Some(roles.into());
        self
    }

    /// Adds an access policy. Other principals, and what else this one may do, stay.
    pub fn policy(mut self, policy: DesiredPolicy) -> Self {
        self.policies.push(policy);
        self
    }

    /// Gives a principal a role at the vault's own scope. A role that it has by the vault's resource
    /// group or subscription is another one.
    pub fn role(mut self, principal: impl Into<Principal>, role: KeyVaultRole) -> Self {
        let role = principal::DesiredRole { principal: principal.into(), role: role.into() };
        self.roles.push(role);
        self
    }

    /// From where the vault can be reached.
    pub fn network(mut self, network: DesiredNetwork) -> Self {
        self.network = Some(network);
        self
    }

    /// Whether virtual machines may read certificates that are kept as secrets.
    pub fn enabled_for_deployment(mut self, enabled: bool) -> Self {
        self.deployment = Some(enabled);
        self
    }

    /// Whether Azure Disk Encryption may read secrets and unwrap keys.
    pub fn enabled_for_disk_encryption(mut self, enabled: bool) -> Self {
        self.disk_encryption = Some(enabled);
        self
    }

    /// Whether Resource Manager may read secrets for templates.
    pub fn enabled_for_template_deployment(mut self, enabled: bool) -> Self {
        self.template_deployment = Some(enabled);
        self
    }

    /// A secret that must exist.
    pub fn secret(mut self, name: impl Into<String>, secret: DesiredSecret) -> Self {
        self.secrets.insert(name.into(), secret);
        self
    }

    /// A key that must exist.
    pub fn key(mut self, name: impl Into<String>, key: DesiredKey) -> Self {
        self.keys.insert(name.into(), key);
        self
    }
}
