//! What Resource Manager says of vaults, and what it is told.

mod access_policy;
mod accessors;
mod availability;
mod deleted_managed_hsm;
mod deleted_vault;
mod identity;
mod key;
mod key_parameters;
mod key_words;
mod lenient;
mod managed_hsm;
mod managed_hsm_parameters;
mod managed_hsm_words;
mod network;
mod parameters;
mod permissions;
mod presets;
mod private_endpoint;
mod private_link_resource;
mod provider;
mod provider_operation;
mod resource;
mod resource_group;
mod role;
mod rotation;
mod secret;
mod subscription;
mod vault;
mod words;

pub(crate) use accessors::{
    accessors, object_accessors, resource_accessors, resource_group_accessor, tracked_accessors,
};
pub use deleted_managed_hsm::DeletedManagedHsm;
pub use identity::{ManagedServiceIdentity, ManagedServiceIdentityType, UserAssignedIdentity};
pub use key::{Key, KeyReleasePolicy};
pub use key_parameters::KeyCreateParameters;
pub use key_words::{KeyCurve, KeyOperation, KeyRotationAction, KeyType};
pub use managed_hsm::{GeoReplicatedRegion, ManagedHsm, ManagedHsmSku};
pub(crate) use managed_hsm_parameters::ManagedHsmPatch;
pub use managed_hsm_parameters::{ManagedHsmCreateOrUpdateParameters, ManagedHsmUpdateParameters};
pub use managed_hsm_words::{
    ActivationStatus, GeoReplicationProvisioningState, ManagedHsmProvisioningState,
    ManagedHsmSkuFamily, ManagedHsmSkuName,
};
pub use private_endpoint::{
    ActionsRequired, PrivateEndpointConnection, PrivateEndpointProvisioningState,
    PrivateEndpointStatus, PrivateLinkConnectionState,
};
pub use private_link_resource::PrivateLinkResource;
pub use provider_operation::{
    LogSpecification, MetricDimension, MetricSpecification, OperationDisplay, ProviderOperation,
    ServiceSpecification,
};
pub(crate) use resource::Base;
pub use resource::{IdentityType, Resource, SystemData};
pub use rotation::{LifetimeAction, RotationPolicy};
pub use secret::Secret;

pub use access_policy::AccessPolicyEntry;
pub(crate) use access_policy::PolicyList;
pub use availability::{NameAvailability, UnavailableReason};
pub use deleted_vault::DeletedVault;
pub(crate) use network::NormalRules;
pub use network::{NetworkRuleAction, NetworkRuleBypass, NetworkRuleSet};
pub use parameters::VaultCreateOrUpdateParameters;
pub(crate) use parameters::{Settings, Sku, check_tags, settings_setters};
pub use permissions::{CertificatePermission, KeyPermission, SecretPermission, StoragePermission};
pub use provider::{Provider, RegistrationState};
pub use resource_group::ResourceGroup;
pub use role::{PrincipalType, RoleAssignment, RoleDefinition, RolePermissions};
pub use subscription::{Subscription, SubscriptionState};
pub use vault::Vault;
pub use words::{
    AccessPolicyUpdateKind, CreateMode, ProvisioningState, PublicNetworkAccess, SkuFamily, SkuName,
};
