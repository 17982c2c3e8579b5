#![doc = include_str!("../README.md")]

mod client;
mod ensure;
mod keys;
mod managed_hsms;
mod models;
mod operations;
mod patience;
mod place;
mod policies;
mod private_endpoint_connections;
mod private_link_resources;
mod providers;
mod resource_groups;
mod roles;
mod secrets;
mod settling;
mod subscriptions;
mod validate;
mod vaults;

pub use azure_core::{credentials::TokenCredential, http::Transport, time::OffsetDateTime};
pub use azvault_core::{
    Call, CallOptions, ClientBuilder, Credential, Endpoint, Error, ErrorKind, Pager, Poller,
    Response, Result,
    auth::Cloud,
    credentials,
    pager::{Continuation, Page},
    poller::{PollState, ResumeToken},
    retry::{RetryPolicy, StopReason},
    transport::TransportOptions,
};
pub use azvault_core::{SecretValue, object::RecoveryLevel};
pub use client::KeyVaultManagementClient;
pub use ensure::{
    Difference, EnsureVault, Observed, PermissionKind, Refusal, RefusalReason, VaultAction,
    VaultField, VaultPlan,
};
pub use keys::KeysClient;
pub use managed_hsms::ManagedHsmsClient;
pub use models::{
    AccessPolicyEntry, AccessPolicyUpdateKind, CertificatePermission, CreateMode, DeletedVault,
    KeyPermission, NameAvailability, NetworkRuleAction, NetworkRuleBypass, NetworkRuleSet,
    ProvisioningState, PublicNetworkAccess, ResourceGroup, SecretPermission, SkuName,
    StoragePermission, UnavailableReason, Vault, VaultCreateOrUpdateParameters,
};
pub use models::{
    ActionsRequired, ActivationStatus, DeletedManagedHsm, GeoReplicatedRegion,
    GeoReplicationProvisioningState, IdentityType, Key, KeyCreateParameters, KeyCurve,
    KeyOperation, KeyReleasePolicy, KeyRotationAction, KeyType, LifetimeAction, LogSpecification,
    ManagedHsm, ManagedHsmCreateOrUpdateParameters, ManagedHsmProvisioningState, ManagedHsmSku,
    ManagedHsmSkuFamily, ManagedHsmSkuName, ManagedHsmUpdateParameters, ManagedServiceIdentity,
    ManagedServiceIdentityType, MetricDimension, MetricSpecification, OperationDisplay,
    PrivateEndpointConnection, PrivateEndpointProvisioningState, PrivateEndpointStatus,
    PrivateLinkConnectionState, PrivateLinkResource, ProviderOperation, Resource, RotationPolicy,
    Secret, ServiceSpecification, SkuFamily, SystemData, UserAssignedIdentity,
};
pub use models::{
    PrincipalType, Provider, RegistrationState, RoleAssignment, RoleDefinition, RolePermissions,
    Subscription, SubscriptionState,
};
pub use operations::OperationsClient;
pub use policies::{EnsureAccessPolicy, RemoveAccessPolicy, SetAccessPolicies};
pub use private_endpoint_connections::PrivateEndpointConnectionsClient;
pub use private_link_resources::PrivateLinkResourcesClient;
pub use providers::ProvidersClient;
pub use resource_groups::{CreateResourceGroup, ResourceGroupsClient};
pub use roles::{
    CreateRoleAssignment, EnsureRoleAssignment, KeyVaultRole, ObjectCollection,
    RoleAssignmentsClient, RoleDefinitionsClient, Scope,
};
pub use secrets::{SecretsClient, SetSecret, UpdateSecret};
pub use settling::Waiting;
pub use subscriptions::SubscriptionsClient;
pub use vaults::{
    BeginCreateOrUpdate, BeginPurgeDeleted, CreateOrUpdate, UpdateVault, VaultsClient,
};
