//! Sets, reads, lists, deletes and recovers a secret, and at last purges it.
//!
//! `cargo run --example secrets_quickstart` runs it on a vault in this process. With
//! `KEY_VAULT_NAME=my-vault` and the argument `--live` it runs on that vault in Azure, as whoever
//! `DefaultAzureCredential` finds. It **deletes and purges** what it made there, under a name of its
//! own, and needs the permissions get, list, set, delete, recover and purge on secrets.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "an example may read the environment and the time")]

use std::{error::Error, time::SystemTime};

use azvault_core::credentials::DefaultAzureCredential;
use azvault_emulator::Emulator;
use azvault_secrets::{SecretClient, SecretProperties};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // 1. A client. The emulator lives as long as this variable.
    let (client, emulator) = connect().await?;
    let place = if emulator.is_some() { "an emulator in this process" } else { "Azure" };
    println!("Vault {} ({place})", client.vault_url());

    // 2. A secret. A call is sent when it is awaited.
    let name = name("db-password", emulator.is_some());
    println!("\nSet '{name}'");
    let first = client
        .set_secret(&name, "correct horse battery staple")
        .content_type("text/plain")
        .tag("database", "orders")
        .await?;
    describe(first.properties());

    // 3. The same secret, read back. `expose()` is the only way to its text: look for that word to
    // find every use of a secret in a program. Nothing prints it by accident.
    println!("\nGet '{name}'");
    let secret = client.get_secret(&name).await?;
    describe(secret.properties());
    println!(
        "  the value prints {:?}; its text has {} bytes",
        secret.value(),
        secret.value().expose().len()
    );

    // 4. Lists have no values, so they need another permission than reading does.
    println!("\nList the vault's secrets");
    for properties in client.list_secret_properties().try_collect().await? {
        if properties.name() == name {
            describe(&properties);
        }
    }

    // 5. Setting a name again makes a new version. It has nothing of the old one.
    println!("\nSet '{name}' again");
    let second = client.set_secret(&name, "a better password").await?;
    describe(second.properties());
    let versions = client.list_secret_properties_versions(&name).try_collect().await?;
    println!("  it has {} versions", versions.len());

    // 6. A version can be read by its number, or by its identifier.
    println!("\nGet the first version of '{name}', by version and by id");
    let old = client.get_secret(&name).version(first.version().unwrap_or_default()).await?;
    describe(old.properties());
    let same = client.get_secret_by_id(first.id()).await?;
    println!("  the same value: {}", same.value().expose() == old.value().expose());

    // 7. Deleting takes the service a while; the poller waits for the end.
    println!("\nDelete '{name}' with all its versions");
    let deleted = client.begin_delete_secret(&name).await?.wait().await?;
    if let (Some(id), Some(at)) = (deleted.recovery_id(), deleted.scheduled_purge_on()) {
        println!("  recovery id {id}\n  will be purged on {}", at.date());
    }

    // 8. Until then it can be recovered, with all its versions.
    println!("\nRecover '{name}'");
    let recovered = client.begin_recover_deleted_secret(&name).await?.wait().await?;
    describe(&recovered);
    let latest = client.get_secret(&name).await?;
    println!("  the latest version is back: {}", latest.id() == second.id());

    // 9. Purging cannot be undone. Nothing is left behind, and the name is free.
    println!("\nDelete and purge '{name}'");
    client.begin_delete_secret(&name).await?.wait().await?;
    client.purge_deleted_secret(&name).await?;
    println!("  gone for good");
    Ok(())
}

/// The vault that `KEY_VAULT_NAME` names, if the caller agrees to it, or one in this process.
async fn connect() -> Result<(SecretClient, Option<Emulator>), Box<dyn Error>> {
    if let Ok(vault) = std::env::var("KEY_VAULT_NAME") {
        if !std::env::args().any(|argument| argument == "--live") {
            return Err(format!(
                "KEY_VAULT_NAME is '{vault}': this example sets, deletes and purges a secret in that vault. \
                 Run it with `-- --live` if that is right, or unset KEY_VAULT_NAME. Nothing was touched"
            )
            .into());
        }
        let credential = DefaultAzureCredential::new()?;
        let client = SecretClient::new(&format!("https://{vault}.vault.azure.net"), credential)?;
        return Ok((client, None));
    }
    let emulator = Emulator::start().await?;
    let client = SecretClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    Ok((client, Some(emulator)))
}

/// A name that no earlier run has left in a vault in Azure.
fn name(base: &str, emulated: bool) -> String {
    let seconds = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs());
    if emulated { base.to_owned() } else { format!("{base}-{seconds}") }
}

fn describe(secret: &SecretProperties) {
    let kind = secret.content_type().unwrap_or("no content type");
    let tags: Vec<String> = secret.tags().iter().map(|(k, v)| format!("{k}={v}")).collect();
    let tags = if tags.is_empty() { "no tags".to_owned() } else { tags.join(", ") };
    println!("  {kind}, {tags}\n  {}", secret.id());
}
