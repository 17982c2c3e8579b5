//! What `cargo xtask bench instructions` counts: hot paths, each run often enough in one function, `counted`,
//! that callgrind is told to look into. What is prepared or warmed up is outside of it.
//!
//! `azvault-instructions` names the paths, and `azvault-instructions NAME` runs one and prints how often;
//! `azvault-instructions NAME TIMES` does so that often.
#![expect(clippy::print_stdout, reason = "another program reads what this says")]

mod client;
mod crypto;
mod emulator;
mod fleet;

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};

/// Something to count, prepared: done once by each call.
type Work = Box<dyn FnMut() -> Result<()>>;

/// A path with its name.
struct Path {
    name: &'static str,
    /// How often it is done before counting, and how often while.
    times: (u32, u32),
    prepare: fn() -> Result<Work>,
}

const fn path(name: &'static str, prepare: fn() -> Result<Work>) -> Path {
    Path { name, times: (10, 200), prepare }
}

/// What takes long is done less often.
const fn long(name: &'static str, times: u32, prepare: fn() -> Result<Work>) -> Path {
    Path { name, times: (1, times), prepare }
}

const PATHS: [Path; 15] = [
    path("client-get-secret-request", client::request),
    path("client-get-secret", client::get_secret),
    path("client-sign", client::sign),
    path("client-list-page-25", client::page),
    path("cache-hit-awaited", client::cache_awaited),
    path("cache-hit-tried", client::cache_tried),
    path("local-es256-sign", crypto::sign),
    path("local-es256-verify", crypto::verify),
    path("local-a256gcm-encrypt", crypto::encrypt),
    path("local-a256kw-wrap", crypto::wrap),
    path("local-client-es256-verify", crypto::client_verify),
    path("emulator-get-secret", emulator::get_secret),
    path("emulator-set-secret", emulator::set_secret),
    path("emulator-sign-es256", emulator::sign),
    long("fleet-plan-200", 2, fleet::plan),
];

fn main() -> Result<()> {
    let Some(name) = std::env::args().nth(1) else {
        PATHS.iter().for_each(|path| println!("{}", path.name));
        return Ok(());
    };
    let path = PATHS.iter().find(|path| path.name == name).context("no path has this name")?;
    let mut work = (path.prepare)()?;
    let (before, while_counted) = path.times;
    let asked = std::env::args().nth(2).map(|times| times.parse()).transpose()?;
    let while_counted = asked.unwrap_or(while_counted);
    for _ in 0..before {
        work()?;
    }
    counted(&mut work, while_counted)?;
    println!("{while_counted}");
    Ok(())
}

/// Callgrind counts between this function's beginning and its end.
#[inline(never)]
fn counted(work: &mut Work, times: u32) -> Result<()> {
    for _ in 0..times {
        work()?;
    }
    Ok(())
}

/// One thread, on which everything happens.
fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}
