#![doc = include_str!("../README.md")]

mod check;
mod file;
mod model;
mod place;
mod problem;
mod roles;

pub use azvault_core::{
    Credential, Error, ErrorKind, Result,
    credentials::{self, Env},
};
pub use azvault_keys::KeyCurve;
pub use azvault_management::{
    CertificatePermission, KeyPermission, NetworkRuleBypass, SecretPermission, SkuName,
};
pub use model::{
    Alphabet, Defaults, DesiredKey, DesiredNetwork, DesiredPolicy, DesiredSecret, DesiredVault,
    Fleet, Principal,
};
pub use place::Place;
pub use problem::{InvalidFleet, Problem};
