//! Provisions the vaults of [`fleet.toml`](fleet.toml): prints what differs, applies it, prints what
//! was done, and plans again to find nothing left.
//!
//! `cargo run --example provision_fleet` runs it in this process. With `AZURE_FLEET_FILE`, the path of
//! a file of your own, and the argument `--live`, it runs in Azure as whoever `DefaultAzureCredential`
//! finds: it makes and changes what the file says there, and **deletes the vaults that the file names
//! under `[[delete]]`**.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "an example may read the environment")]

use std::{error::Error, process::ExitCode};

use azvault_emulator::{Emulator, Principal};
use azvault_fleet::{Env, Fleet, Provisioner, credentials::DefaultAzureCredential};
use futures::StreamExt;

#[tokio::main]
async fn main() -> ExitCode {
    match provision().await {
        Ok(()) => ExitCode::SUCCESS,
        // Printed as it is meant to be read: what is wrong with a file, a line each.
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn provision() -> Result<(), Box<dyn Error>> {
    let (fleet, provisioner, emulator) = find_fleet().await?;

    // 1. What differs. Nothing is changed by this, and a fleet that cannot be ends here.
    let plan = provisioner.plan(&fleet).await?;
    println!("{plan}");

    // 2. Apply it, and tell of each step. One vault at a time here, so that the order is always the
    //    same; unless told otherwise it is 64.
    println!("\nApply it");
    let mut apply = provisioner.apply(plan);
    while let Some(progress) = apply.next().await {
        println!("  {progress}");
    }

    // 3. What became of it, vault by vault.
    let report = apply.await;
    println!("\n{report}");
    if report.has_failures() {
        return Err("some vaults are not what they are to be".into());
    }

    // 4. Somebody changes something by hand.
    if let Some(emulator) = &emulator {
        println!("\nSomebody turns a tag");
        let client = azvault_management::KeyVaultManagementClient::builder(SUBSCRIPTION)
            .endpoint(emulator.management_url())
            .credential(emulator.credential())
            .transport(emulator.transport())
            .build()?;
        client.vaults().update("payments", "pay-prod").tag("team", "fraud").await?;
        let plan = provisioner.plan(&fleet).await?;
        println!("{plan}\n");
        println!("{}", provisioner.apply(plan).await);
    }

    // 5. Applied, nothing is left: the same after a crash, a second run, or by somebody else.
    let plan = provisioner.plan(&fleet).await?;
    println!("\n{plan}");
    if plan.is_empty() { Ok(()) } else { Err("something is left to do".into()) }
}

/// The subscription, the tenant and the deployer of `fleet.toml`.
const SUBSCRIPTION: &str = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
const TENANT: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";
const DEPLOYER: &str = "5b7c2ea8-1d0f-4b6a-8f3c-9e2d4a6c8b10";

/// The file that the environment names, if the caller agrees to it, or the one beside this.
async fn find_fleet() -> Result<(Fleet, Provisioner, Option<Emulator>), Box<dyn Error>> {
    if let Ok(path) = std::env::var("AZURE_FLEET_FILE") {
        if !std::env::args().any(|argument| argument == "--live") {
            return Err(format!(
                "AZURE_FLEET_FILE is {path}: this example makes and changes vaults in Azure. Run it \
                 with `-- --live` if that is right, or unset it. Nothing was touched"
            )
            .into());
        }
        let fleet = Fleet::from_toml(path.as_str(), &std::fs::read_to_string(&path)?)?;
        let provisioner = Provisioner::new(DefaultAzureCredential::new()?)?;
        return Ok((fleet, provisioner, None));
    }
    let emulator =
        Emulator::builder().subscription_id(SUBSCRIPTION).tenant_id(TENANT).start().await?;
    let fleet = Fleet::from_toml("fleet.toml", include_str!("fleet.toml"))?;
    let provisioner = Provisioner::builder(emulator.credential_for(Principal::new(DEPLOYER)))
        .endpoint(emulator.management_url())
        .transport(emulator.transport())
        .env(Env::from_pairs([("API_TOKEN", "correct horse battery staple")]))
        .concurrency(1)
        .build()?;
    Ok((fleet, provisioner, Some(emulator)))
}
