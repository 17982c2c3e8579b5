#![doc = include_str!("../README.md")]

mod admin;
mod arm;
mod attestation;
mod backup;
mod builder;
mod certificates;
mod clock;
mod credential;
mod crypto;
mod emulator;
mod entra;
mod error;
mod faults;
mod graph;
mod heavy;
mod host;
mod installation;
mod journal;
mod journal_file;
mod keys;
mod limits;
mod locks;
mod message;
mod moment;
mod objects;
mod operation;
mod principal;
mod roles;
mod router;
mod secrets;
mod seed;
mod server;
mod snapshot;
mod state;
mod transport;
mod vault;
mod whole;

pub use attestation::Attestation;
pub use builder::EmulatorBuilder;
pub use clock::{Clock, VaultClock};
pub use emulator::Emulator;
pub use entra::{Application, ManagedIdentity, Principals, User};
pub use error::Error;
pub use faults::{
    Fault, FaultBody, FaultBuilder, FaultHandle, FaultOrder, FaultReport, FaultSelector,
    FaultShare, Faults, Latency, RetryAfter,
};
/// For the program alone, which is a crate of its own.
#[doc(hidden)]
pub use host::public_subtrees;
pub use journal::{Journal, JournalFilter, JournalQuery, RecordedRequest};
pub use limits::{RateLimit, ResourceManagerLimits, ThrottleState};
pub use operation::Service;
pub use principal::Principal;
pub use seed::{Seed, SeedReport};
pub use snapshot::Snapshot;
#[cfg(feature = "durable")]
pub use state::disk::Durability;
pub use vault::VaultLimits;
