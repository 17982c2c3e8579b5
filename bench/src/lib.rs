//! Benches that put azvault beside other ways to do the same; `cargo xtask bench` builds and runs them.
//!
//! `harness` is for every bench: rounds, clocks, rows, bars. `client` is the bench of the clients,
//! `contenders` who takes part in it and `server` what they talk to, in a process of its own; `cache`
//! is the bench of the cache of secrets, `crypto` that of cryptography, `management` that of
//! provisioning, `emulator` that of the emulator.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks on standard output and reports errors beside it"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a bench reads the machine's clock, waits as a network would, and runs tasks side by side"
)]

mod cache;
mod client;
mod contenders;
mod crypto;
mod emulator;
mod harness;
mod management;
mod server;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Benches of the azvault workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Cli {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// The client of secrets beside a bare reqwest loop and the official crate.
    Client(harness::Options),
    /// A hit in the cache of secrets beside a bare moka.
    Cache(harness::Options),
    /// Local cryptography beside bare aws-lc-rs and `openssl speed`, and a remote signature.
    Crypto(harness::Options),
    /// A fleet of vaults beside Resource Manager's own limits and the official Python client.
    Management(harness::Options),
    /// The emulator beside a bare server, a bare loop of signatures and SQLite alone.
    Emulator(harness::Options),
    /// One contender's warm calls alone, for a profiler.
    Loop(client::Loop),
    /// Counts the allocations of warm calls; for the program whose allocator counts.
    #[command(hide = true)]
    Count(client::Loops),
    /// Counts the allocations of hits; for the program whose allocator counts.
    #[command(hide = true)]
    CountCache,
    /// Counts what an apply of a fleet holds; for the program whose allocator counts.
    #[command(hide = true)]
    CountFleet(management::Loads),
    /// The other process: an emulator.
    #[command(hide = true)]
    Emulate(management::Settings),
    /// The other process: what the clients talk to.
    #[command(hide = true)]
    Serve(server::Settings),
    /// The other process: what the emulator is measured beside.
    #[command(hide = true)]
    ServeBare(emulator::Settings),
}

/// What a piece of work allocates.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the programs of this package make it")]
pub struct Counted {
    /// How often it asks for memory; a reallocation counts too.
    pub allocations: u64,
    /// The most bytes that it holds at a time.
    pub most_bytes: u64,
}

/// Counts what a piece of work allocates on this thread.
pub type Count = fn(work: &mut dyn FnMut()) -> Counted;

/// The program; `count` is there in the one whose allocator counts.
pub fn main(count: Option<Count>) -> ExitCode {
    let result = match Cli::parse().bench {
        Bench::Client(options) => harness::run("client", &options, client::groups()),
        Bench::Cache(options) => harness::run("cache", &options, cache::groups()),
        Bench::Crypto(options) => harness::run("crypto", &options, crypto::groups()),
        Bench::Management(options) => harness::run("management", &options, management::groups()),
        Bench::Emulator(options) => harness::run("emulator", &options, emulator::groups()),
        Bench::Loop(one) => one.run().map(|()| true),
        Bench::Count(loops) => loops.count(count).map(|()| true),
        Bench::CountCache => cache::count(count).map(|()| true),
        Bench::CountFleet(loads) => management::count(loads, count).map(|()| true),
        Bench::Emulate(settings) => management::emulate(&settings).map(|()| true),
        Bench::Serve(settings) => server::serve(&settings).map(|()| true),
        Bench::ServeBare(settings) => emulator::serve(&settings).map(|()| true),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
