//! A service on axum that takes its database password and its signing key from the vault, sees both
//! rotate while it serves, and goes on while the vault is out.
//!
//! `cargo run --example axum_service` is a tour: it starts the service on an emulator and a database
//! in this process, and does to it what happens in a year. With `-- --serve` it serves there until
//! it is interrupted. With `KEY_VAULT_NAME=my-vault` and `DATABASE_URL=postgres://user@host/database`
//! it serves on these, as whoever `DefaultAzureCredential` finds, who needs the permissions get on
//! secrets, and get, list and sign on keys; the vault must have the secret `db-password` and the key
//! `tokens` on the curve P-256. It makes a table `orders` in that database, and changes nothing in
//! the vault. `README.md` says what else can be set, what is looked after, and what is not.
//!
//! Begin with `service.rs`; `database.rs` is the rotation of the password, `keyring.rs` that of the key.

mod config;
mod database;
mod failure;
mod keyring;
mod service;
mod stand_in;
mod standing;
mod surroundings;
#[cfg(test)]
mod tests;
mod tls;
mod tour;
mod user;
mod web;

use std::{io::IsTerminal, process::ExitCode};

use tracing_subscriber::filter::LevelFilter;

use self::{config::Config, surroundings::Surroundings};

#[tokio::main]
#[expect(clippy::print_stderr, reason = "whoever starts a program is told why it ends")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the service cannot run: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a program reads its environment")]
async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument != "--serve") {
        return Err("it takes no argument but --serve: see README.md beside its source".into());
    }
    let config = Config::read(|name| std::env::var(name).ok());
    let serve = config.as_ref().is_ok_and(|config| config.vault.is_some()) || !arguments.is_empty();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_max_level(if serve { LevelFilter::INFO } else { LevelFilter::OFF })
        .init();
    let config = config?;
    if serve { Surroundings::of(config).await?.serve().await } else { tour::run(config).await }
}
