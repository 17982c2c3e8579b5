//! What Resource Manager says of vaults, and what it is told.

mod access_policy;
mod availability;
mod deleted_vault;
mod network;
mod parameters;
mod permissions;
mod presets;
mod provider;
mod resource_group;
mod role;
mod subscription;
mod vault;
mod words;

pub use access_policy::AccessPolicyEntry;
pub(crate) use access_policy::PolicyList;
pub use availability::{NameAvailability, UnavailableReason};
pub use deleted_vault::DeletedVault;
pub(crate) use network::NormalRules;
pub use network::{NetworkRuleAction, NetworkRuleBypass, NetworkRuleSet};
pub use parameters::VaultCreateOrUpdateParameters;
pub(crate) use parameters::{Settings, Sku, settings_setters};
pub use permissions::{CertificatePermission, KeyPermission, SecretPermission, StoragePermission};
pub use provider::{Provider, RegistrationState};
pub use resource_group::ResourceGroup;
pub use role::{PrincipalType, RoleAssignment, RoleDefinition, RolePermissions};
pub use subscription::{Subscription, SubscriptionState};
pub use vault::Vault;
pub use words::{
    AccessPolicyUpdateKind, CreateMode, ProvisioningState, PublicNetworkAccess, SkuName,
};
