//! The emulator's behaviour, spoken to in raw HTTP: no client library that could share its mistakes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, in its helpers too"
)]

mod admin;
mod admin_state;
mod api_versions;
mod arm;
mod arm_access;
mod arm_account;
mod arm_connections;
mod arm_deleted_vaults;
mod arm_groups;
mod arm_keys;
mod arm_limits;
mod arm_lists;
mod arm_lookups;
mod arm_malformed;
mod arm_managed_hsm_parts;
mod arm_managed_hsms;
mod arm_policy_words;
mod arm_registration;
mod arm_secrets;
mod arm_vaults;
mod attested_keys;
mod authentication;
mod backups;
#[cfg(feature = "cli")]
mod binary;
#[cfg(feature = "cli")]
mod binary_refusals;
mod byok;
mod certificate_access;
mod certificate_edges;
mod certificate_files;
mod certificate_imports;
mod certificate_lifecycle;
mod certificate_operations;
mod certificate_races;
#[cfg(feature = "durable")]
mod certificate_restarts;
mod certificate_restores;
mod certificate_support;
mod certificate_wire;
mod certificate_wire_beside;
mod certificates;
mod clocks;
mod data_plane_rights;
mod deviations;
#[cfg(feature = "durable")]
mod durable;
#[cfg(feature = "durable")]
mod durable_refusals;
mod entra;
mod entra_assertions;
mod entra_principals;
mod entra_users;
mod env_command;
mod environment;
mod errors;
mod extreme_times;
mod fault_orders;
mod faults_and_journal;
mod faults_on_the_wire;
#[cfg(feature = "cli")]
mod foreign_tokens;
mod graph;
mod imports;
mod installations;
mod journal_questions;
mod key_crypto;
mod key_lifecycle;
mod key_lists;
mod keys;
#[cfg(feature = "cli")]
mod kills;
mod known_tokens;
mod latency;
mod ledger;
mod managed_hsm;
mod network_rules;
#[cfg(feature = "cli")]
mod operation;
mod parallel_changes;
mod private_members;
mod program;
mod proxy;
mod races;
mod redaction;
mod release_policies;
mod releases;
mod role_definitions;
mod roles;
mod rotation;
mod run_command;
mod secret_lifecycle;
mod secrets;
mod seeding;
mod service_times;
mod support;
mod test_certificates;
mod test_keys;
mod tls;
mod vault_limits;
mod walks;
mod whole_state;
mod wire;
