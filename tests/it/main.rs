//! Behaviour tests: one module a behaviour, over doubles and paused time.

#[cfg(test)]
mod answers_that_are_wrong;
#[cfg(test)]
mod arm;
#[cfg(test)]
mod authentication_first_contact;
#[cfg(test)]
mod authentication_origin;
#[cfg(test)]
mod authentication_rejection;
#[cfg(test)]
mod broken_connections;
#[cfg(test)]
mod call_identity;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod callbacks_astray;
#[cfg(test)]
mod calls_at_their_limits;
#[cfg(test)]
mod cancellation;
#[cfg(test)]
mod challenges_of_strangers;
#[cfg(test)]
mod clocks;
#[cfg(test)]
mod clouds;
#[cfg(test)]
mod conflicts_of_disabled;
#[cfg(test)]
mod credential_chain;
#[cfg(test)]
mod credential_device_code;
#[cfg(test)]
mod credential_sources;
#[cfg(test)]
mod credential_tools;
#[cfg(test)]
mod credential_turns;
#[cfg(test)]
mod credentials_half_set_up;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod facade;
#[cfg(test)]
#[cfg(unix)]
mod fleet_killed;
#[cfg(test)]
#[cfg(unix)]
mod fleet_process;
#[cfg(test)]
#[cfg(unix)]
mod fleet_state;
#[cfg(test)]
mod key_conflicts;
#[cfg(test)]
mod key_restores;
#[cfg(test)]
mod key_tokens;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod lists_ahead;
#[cfg(test)]
mod lists_and_polls_held_up;
#[cfg(test)]
mod lists_with_oddities;
#[cfg(test)]
mod lists_without_end;
#[cfg(test)]
mod lost_answers;
#[cfg(test)]
mod managed_hsms;
#[cfg(test)]
mod managed_hsms_on_the_emulator;
#[cfg(test)]
mod managed_hsms_read;
#[cfg(test)]
mod management;
#[cfg(test)]
mod management_lists;
#[cfg(test)]
mod management_objects;
#[cfg(test)]
mod management_waits;
#[cfg(test)]
mod objects_of_certificates;
#[cfg(test)]
mod polling;
#[cfg(test)]
mod polling_locations;
#[cfg(test)]
mod polling_provisioning;
#[cfg(test)]
mod polling_status;
#[cfg(test)]
mod private_endpoints;
#[cfg(test)]
mod resource_manager;
#[cfg(test)]
mod restore_conflicts;
#[cfg(test)]
mod retry_ambiguity;
#[cfg(test)]
mod retry_delays;
#[cfg(test)]
mod retry_limits;
#[cfg(test)]
mod reviewed;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod roles_in_effect;
#[cfg(test)]
mod runtimes;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod secrets_cache;
#[cfg(test)]
mod secrets_cache_bounds;
#[cfg(test)]
mod secrets_cache_failures;
#[cfg(test)]
mod secrets_cache_races;
#[cfg(test)]
mod secrets_many;
#[cfg(test)]
mod spans;
#[cfg(test)]
mod storms;
#[cfg(test)]
mod throttling;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod tls_distrust;
#[cfg(test)]
mod token_cache;
#[cfg(test)]
mod token_renewal;
#[cfg(test)]
mod tokens_refused;
#[cfg(test)]
mod vaults_conflicts;
#[cfg(test)]
mod vaults_recovered;
#[cfg(test)]
mod vaults_registered;
#[cfg(test)]
mod wire;
