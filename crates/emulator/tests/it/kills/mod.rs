//! `kill -9` at any moment loses nothing that was acknowledged, and damages nothing.
//!
//! Clients write to the program, each to objects of its own, until it is killed; then it is started again and asked.
//! `AZVAULT_KILLS` says how often instead of 100 times, and `AZVAULT_KILLS_SEED` repeats a run: both are set by
//! `cargo xtask kills`.

#![cfg(unix)]

mod chance;
mod client;
mod model;
mod raw;
mod running;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use chance::Chance;
use client::Client;
use running::Running;

const KILLS: usize = 100;
/// After so many a new directory is begun, so that its age differs and its checks stay short.
const KILLS_OF_A_DIRECTORY: usize = 10;
const CLIENTS: usize = 4;
/// The most requests that are answered between two kills.
const REQUESTS: usize = 60;

/// When the program is to be killed: counted down by all clients.
pub(crate) struct Fuse {
    left: AtomicUsize,
    at_sending: bool,
    burnt: Notify,
}

impl Fuse {
    fn new(chance: &mut Chance) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicUsize::new(1 + chance.below(REQUESTS)),
            at_sending: chance.below(2) == 0,
            burnt: Notify::new(),
        })
    }

    /// To be told of each request that is sent, and of each answer that came.
    pub(crate) fn burn(&self, sending: bool) {
        if sending == self.at_sending && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.burnt.notify_one();
        }
    }
}

/// A folder with an installation and a data directory, gone at the end.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("azvault-kills-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Of a run that failed it is the evidence.
        if !std::thread::panicking() {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a longer run is asked for from outside")]
fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[expect(clippy::print_stdout, reason = "what repeats a run that fails, and what one has done")]
#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_at_any_moment_and_nothing_is_there_by_halves() {
    let kills = number("AZVAULT_KILLS").map_or(KILLS, |kills| usize::try_from(kills).unwrap());
    let seed = number("AZVAULT_KILLS_SEED").unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    println!("AZVAULT_KILLS_SEED={seed}");
    let mut chance = Chance::of(seed);
    let (mut left, mut acknowledged, mut open) = (kills, 0, 0);
    while left > 0 {
        let place = Place::new();
        // The one that waits for the disk is killed as often.
        let durability = if chance.below(2) == 0 { "normal" } else { "full" };
        let mut clients: Vec<Client> =
            (0..CLIENTS).map(|number| Client::new(number, chance.fork())).collect();
        let mut running = Running::start(&place.0, durability).await;
        for kill in (0..left.min(KILLS_OF_A_DIRECTORY)).rev() {
            let fuse = Fuse::new(&mut chance);
            let caller = running.caller();
            let working = std::mem::take(&mut clients).into_iter();
            let working = working.map(|client| client.work(caller.clone(), Arc::clone(&fuse)));
            let moment = chance.below(400);
            let killing = async {
                fuse.burnt.notified().await;
                for _ in 0..moment {
                    tokio::task::yield_now().await;
                }
                running.kill();
            };
            (clients, ()) =
                futures::future::join(futures::future::join_all(working), killing).await;
            raw::check(&place.0.join("data"));
            running = Running::start(&place.0, durability).await;
            for client in &mut clients {
                open += client.settle(&running.caller(), kill == 0).await;
                acknowledged += std::mem::take(&mut client.acknowledged);
            }
            left -= 1;
        }
        running.kill();
    }
    println!("{kills} kills, {acknowledged} answers, {open} requests under way");
    assert!(acknowledged >= kills, "there was hardly anything to lose: {acknowledged}");
}
