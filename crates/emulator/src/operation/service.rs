//! Which of the emulator's services answers a request.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    arm, attestation, graph,
    host::{Site, VaultKind},
    router::Port,
};

/// A service that the emulator plays, as a fault may single it out and the journal tells it.
///
/// ```
/// use azvault_emulator::{Emulator, Service};
///
/// let emulator = Emulator::in_memory();
/// emulator.faults().next(1).service(Service::Entra).status(503);
/// assert_eq!(Service::Entra.to_string(), "entra");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Service {
    /// The data plane of a vault.
    Vault,
    /// The data plane of a managed HSM.
    ManagedHsm,
    /// Resource Manager.
    Arm,
    /// Entra: who signs in, and discovery.
    Entra,
    /// Microsoft Graph.
    Graph,
    /// Managed identity, in the forms of a virtual machine and of App Service.
    Imds,
    /// The authority that keys are released to.
    Attestation,
    /// A host that nothing answers at.
    Unknown,
}

impl Service {
    /// Who answers a request for `path` at `host` that came in at `port`.
    pub(crate) fn of(port: Port, host: &str, path: &str) -> Self {
        let is_identity = |path: &str| path.trim_matches('/') == "msi/token";
        match Site::of(host) {
            _ if port == Port::Plain => Self::Imds,
            Site::Local if attestation::is_attestation(path) => Self::Attestation,
            Site::Local | Site::Authority if is_identity(path) => Self::Imds,
            Site::Local if arm::is_management(path) => Self::Arm,
            Site::Local if graph::is_graph(path) => Self::Graph,
            Site::Graph => Self::Graph,
            Site::Management => Self::Arm,
            Site::Local | Site::Authority => Self::Entra,
            Site::Vault(site) => match site.kind {
                VaultKind::Vault => Self::Vault,
                VaultKind::ManagedHsm => Self::ManagedHsm,
            },
            Site::Unknown => Self::Unknown,
        }
    }

    /// As JSON and messages spell it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::ManagedHsm => "managed_hsm",
            Self::Arm => "arm",
            Self::Entra => "entra",
            Self::Graph => "graph",
            Self::Imds => "imds",
            Self::Attestation => "attestation",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
