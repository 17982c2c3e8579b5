//! A program that applies a fleet is killed with SIGKILL, and another one goes on by planning again.
//!
//! `crates/fleet/tests/it/kill.rs` cuts a future at each of its requests; here a process ends, with
//! its connections, its tokens and all that it had in memory.

use std::{collections::BTreeSet, os::unix::process::ExitStatusExt};

use azvault_emulator::{Emulator, RecordedRequest};
use azvault_fleet::{Env, Fleet, Provisioner};

use crate::{
    fleet_process::{API_TOKEN, Azure},
    fleet_state::{State, fleet, leave_a_deleted_vault, vault_id},
};

/// How often it is killed.
const KILLS: usize = 20;

#[test]
fn a_program_killed_at_any_of_twenty_requests_is_followed_by_one_that_loses_and_repeats_nothing() {
    let seed = seed();
    let (first, all) = requests_of_an_apply();
    let points = points(seed, first, all);
    let mut partly = 0;
    for (n, at) in points.into_iter().enumerate() {
        let shown = format!("when killed at request {at} of {all}, {n} of seed {seed}");
        let azure = Azure::start();
        azure.runtime.block_on(leave_a_deleted_vault(&azure.emulator));
        let fleet = fleet(&azure.emulator);
        let ended = azure.killed(&fleet, at);
        assert_eq!(ended.signal(), Some(9), "{ended} {shown}");
        let before = azure.runtime.block_on(State::of(&azure.emulator));
        azure.emulator.clear_journal();
        let (ended, printed) = azure.apply(&fleet);
        assert!(ended.success(), "{ended} {printed} {shown}");
        let journal = azure.emulator.journal();
        let after = azure.runtime.block_on(State::of(&azure.emulator));
        assert_nothing_repeated(&azure.emulator, &journal, (&before, &after), &shown);
        after.assert_whole(&azure.emulator, &shown);
        for (name, versions) in &before.secrets {
            assert_eq!(after.secrets.get(name), Some(versions), "{name:?} {shown}");
        }
        for (name, versions) in &before.keys {
            assert_eq!(after.keys.get(name), Some(versions), "{name:?} {shown}");
        }
        azure.runtime.block_on(assert_nothing_left(&azure, &fleet, &shown));
        partly += usize::from(before != State::default() && before != after);
    }
    assert!(partly > KILLS * 3 / 4, "only {partly} kills left anything half done: seed {seed}");
}

/// The second program writes nothing that the first had done.
fn assert_nothing_repeated(
    emulator: &Emulator,
    journal: &[RecordedRequest],
    (before, after): (&State, &State),
    shown: &str,
) {
    let writes: Vec<String> = journal
        .iter()
        .filter(|it| it.method() != "GET")
        .map(|it| format!("https://{}{}", it.host(), it.path()).to_ascii_lowercase())
        .collect();
    let arm = emulator.management_url();
    let vaults = before.complete.iter().map(|it| arm.clone() + &vault_id(emulator, it));
    let objects = before.secrets.keys().chain(before.keys.keys());
    let objects = objects.map(|(vault, path)| {
        let create = if path.starts_with("/keys/") { "/create" } else { "" };
        emulator.vault_url(vault) + path + create
    });
    for done in vaults.chain(objects) {
        assert!(!writes.contains(&done.to_ascii_lowercase()), "{done} is done again {shown}");
    }
    let assigned = writes.iter().filter(|it| it.contains("/roleassignments/")).count();
    assert_eq!(assigned, after.roles.len() - before.roles.len(), "{writes:?} {shown}");
}

async fn assert_nothing_left(azure: &Azure, fleet: &str, shown: &str) {
    let provisioner = Provisioner::builder(azure.emulator.credential_for(Azure::principal()))
        .endpoint(azure.emulator.management_url())
        .transport(azure.emulator.in_memory_transport())
        .env(Env::from_pairs([("API_TOKEN", API_TOKEN)]))
        .build()
        .unwrap();
    let plan = provisioner.plan(&Fleet::from_toml("fleet.toml", fleet).unwrap()).await.unwrap();
    assert!(plan.is_empty(), "{plan} {shown}");
}

/// The number of the first request that changes something, and how many there are.
fn requests_of_an_apply() -> (usize, usize) {
    let azure = Azure::start();
    azure.runtime.block_on(leave_a_deleted_vault(&azure.emulator));
    azure.emulator.clear_journal();
    let fleet = fleet(&azure.emulator);
    let (ended, printed) = azure.apply(&fleet);
    assert!(ended.success(), "{printed}");
    let journal = azure.emulator.journal();
    let writes = |it: &RecordedRequest| it.method() == "PUT" && !it.path().contains("/oauth2/");
    let first = journal.iter().position(writes).unwrap() + 1;
    (first, journal.len())
}

/// Different numbers of requests, from the first that writes to the last but one.
fn points(seed: u64, first: usize, all: usize) -> BTreeSet<usize> {
    let span = u64::try_from(all - first).unwrap();
    assert!(span > 40, "an apply has {span} requests");
    let mut state = seed;
    let mut points = BTreeSet::new();
    while points.len() < KILLS {
        points.insert(first + usize::try_from(splitmix(&mut state) % span).unwrap());
    }
    points
}

/// Another one each time, unless `AZVAULT_KILL_SEED` names one that has failed.
#[expect(clippy::disallowed_methods, reason = "it decides where the test looks, not what it wants")]
fn seed() -> u64 {
    if let Ok(seed) = std::env::var("AZVAULT_KILL_SEED") {
        return seed.parse().unwrap();
    }
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes)
}

/// Source: <https://prng.di.unimi.it/splitmix64.c>.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
