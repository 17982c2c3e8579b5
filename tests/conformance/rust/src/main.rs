//! The official Rust clients judge the emulator. What each line of the output means, and which variables
//! tell where the emulator is, is in the README beside this folder.

mod crypto;
mod identity;
mod keys;
mod place;
mod secrets;
mod suite;

use std::process::ExitCode;

use place::Place;
use suite::Suite;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let place = Place::of_environment()?;
    let mut suite = Suite::default();
    if std::env::var_os(identity::MACHINE_ALONE).is_some() {
        identity::machine(&mut suite, &place).await;
        return Ok(suite.verdict());
    }
    identity::check(&mut suite, &place).await;
    keys::check(&mut suite, &place).await;
    crypto::check(&mut suite, &place).await;
    secrets::check(&mut suite, &place).await;
    println!("{} passed, {} failed", suite.passed, suite.failed);
    Ok(suite.verdict())
}
