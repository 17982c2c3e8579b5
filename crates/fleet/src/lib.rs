#![doc = include_str!("../README.md")]

mod apply;
mod check;
mod file;
mod model;
mod objects;
mod pace;
mod place;
mod plan;
mod problem;
mod provisioner;
mod roles;

pub use apply::{Apply, FleetReport, Outcome, Progress, Step, VaultReport};
pub use azure_core::{credentials::TokenCredential, http::Transport};
pub use azvault_core::{
    Credential, Error, ErrorKind, Result,
    auth::Cloud,
    credentials::{self, Env},
};
pub use azvault_keys::KeyCurve;
pub use azvault_management::{
    CertificatePermission, KeyPermission, KeyVaultRole, NetworkRuleBypass, PrincipalType,
    SecretPermission, SkuName, VaultAction, VaultPlan,
};
pub use model::{
    Alphabet, Defaults, DesiredKey, DesiredNetwork, DesiredPolicy, DesiredSecret, DesiredVault,
    Fleet, Principal,
};
pub use objects::ObjectKind;
pub use place::Place;
pub use plan::{
    FleetPlan, ObjectAction, PlannedDeletion, PlannedObject, PlannedResourceGroup, PlannedRole,
    PlannedVault,
};
pub use problem::{InvalidFleet, Problem};
pub use provisioner::{Provisioner, ProvisionerBuilder};
