//! The program of docs/guide/src/quickstart-secrets.md; `cargo xtask guide bless` wrote it.
#![expect(clippy::print_stdout, reason = "it shows what it does")]

use azvault_emulator::Emulator;
use azvault_secrets::{ErrorKind, SecretClient};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A vault in this process. It is gone when `emulator` is.
    let emulator = Emulator::start().await?;
    let client = SecretClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;

    // Write, and read back.
    client.set_secret("db-password", "correct horse battery staple").await?;
    let secret = client.get_secret("db-password").await?;
    println!("{}", secret.id());
    println!("printed: {:?}", secret.value());
    println!("its text has {} bytes", secret.value().expose().len());

    // What is in the vault: names and properties, never values.
    for properties in client.list_secret_properties().try_collect().await? {
        println!("in the list: {}", properties.name());
    }

    // What is not there is an error with a kind, and often with a way out.
    match client.get_secret("no-such-secret").await {
        Err(error) if error.kind() == ErrorKind::NotFound => println!("not found: {error}"),
        other => println!("unexpected: {other:?}"),
    }
    Ok(())
}
