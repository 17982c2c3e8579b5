//! What is told while a plan is carried out.

use std::{fmt, sync::Arc};

use azvault_core::Error;
use azvault_management::KeyVaultRole;

use crate::objects::ObjectKind;

/// Something that happened while a plan was carried out. It holds no value of a secret.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Progress {
    /// A resource group was made.
    ResourceGroupCreated {
        /// Its name.
        name: String,
    },
    /// The work on a vault begins.
    Begun {
        /// The vault's name.
        vault: String,
    },
    /// A step was done.
    Done {
        /// The vault's name.
        vault: String,
        /// What was done.
        step: Step,
    },
    /// A vault was given up.
    Failed {
        /// The vault's name.
        vault: String,
        /// What failed, if that is in the vault.
        at: Option<String>,
        /// Why.
        error: Arc<Error>,
    },
    /// A vault, and what is in it, is what it is to be.
    Finished {
        /// The vault's name.
        vault: String,
    },
}

/// Something that was done about a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The vault was made.
    VaultCreated,
    /// The deleted vault was brought back, and made what it is to be.
    VaultRecovered,
    /// The vault was changed.
    VaultUpdated,
    /// The vault was deleted.
    VaultDeleted,
    /// A role was assigned.
    RoleAssigned {
        /// The role.
        role: KeyVaultRole,
        /// The object id of the principal.
        principal: String,
    },
    /// A secret or a key was made.
    ObjectCreated {
        /// Which of them.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
    /// A deleted secret or key was brought back.
    ObjectRecovered {
        /// Which of them.
        kind: ObjectKind,
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VaultCreated => f.write_str("created"),
            Self::VaultRecovered => f.write_str("recovered"),
            Self::VaultUpdated => f.write_str("updated"),
            Self::VaultDeleted => f.write_str("deleted"),
            Self::RoleAssigned { role, principal } => write!(f, "gave {role} to {principal}"),
            Self::ObjectCreated { kind, name } => write!(f, "made the {kind} {name}"),
            Self::ObjectRecovered { kind, name } => write!(f, "recovered the {kind} {name}"),
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResourceGroupCreated { name } => write!(f, "resource group {name}: created"),
            Self::Begun { vault } => write!(f, "{vault}: begun"),
            Self::Done { vault, step } => write!(f, "{vault}: {step}"),
            Self::Failed { vault, at: Some(at), error } => {
                write!(f, "{vault}: failed at {at}: {error}")
            }
            Self::Failed { vault, at: None, error } => write!(f, "{vault}: failed: {error}"),
            Self::Finished { vault } => write!(f, "{vault}: done"),
        }
    }
}
