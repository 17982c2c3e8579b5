#![doc = include_str!("../README.md")]

mod client;
mod ensure;
mod models;
mod patience;
mod policies;
mod providers;
mod resource_groups;
mod roles;
mod subscriptions;
mod validate;
mod vaults;

pub use azure_core::{credentials::TokenCredential, http::Transport, time::OffsetDateTime};
pub use azvault_core::{
    Call, CallOptions, ClientBuilder, Credential, Endpoint, Error, ErrorKind, Pager, Poller,
    Response, Result, credentials,
    pager::{Continuation, Page},
    poller::{PollState, ResumeToken},
    retry::{RetryPolicy, StopReason},
    transport::TransportOptions,
};
pub use client::KeyVaultManagementClient;
pub use ensure::{
    Difference, EnsureVault, Observed, PermissionKind, Refusal, RefusalReason, VaultAction,
    VaultField, VaultPlan,
};
pub use models::{
    AccessPolicyEntry, AccessPolicyUpdateKind, CertificatePermission, CreateMode, DeletedVault,
    KeyPermission, NameAvailability, NetworkRuleAction, NetworkRuleBypass, NetworkRuleSet,
    ProvisioningState, PublicNetworkAccess, ResourceGroup, SecretPermission, SkuName,
    StoragePermission, UnavailableReason, Vault, VaultCreateOrUpdateParameters,
};
pub use models::{
    PrincipalType, Provider, RegistrationState, RoleAssignment, RoleDefinition, RolePermissions,
    Subscription, SubscriptionState,
};
pub use policies::{EnsureAccessPolicy, RemoveAccessPolicy, SetAccessPolicies};
pub use providers::ProvidersClient;
pub use resource_groups::{CreateResourceGroup, ResourceGroupsClient};
pub use roles::{
    CreateRoleAssignment, EnsureRoleAssignment, KeyVaultRole, ObjectCollection,
    RoleAssignmentsClient, RoleDefinitionsClient, Scope,
};
pub use subscriptions::SubscriptionsClient;
pub use vaults::{
    BeginCreateOrUpdate, BeginPurgeDeleted, CreateOrUpdate, UpdateVault, VaultsClient,
};
