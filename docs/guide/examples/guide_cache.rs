//! The program of docs/guide/src/secrets.md; `cargo xtask guide bless` wrote it.
#![expect(clippy::print_stdout, reason = "it shows what it does")]

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_secrets::{SecretCache, SecretClient};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let client = SecretClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    client.set_secret("db-password", "one").await?;

    // Clones of the cache share what it keeps.
    let cache = SecretCache::builder(client.clone()).ttl(Duration::from_secs(600)).build();
    for _ in 0..1000 {
        cache.get_secret("db-password").await?;
    }
    println!("requests for a thousand gets: {}", gets(&emulator));

    // The password was changed elsewhere, and the database refuses the old one: ask anew.
    client.set_secret("db-password", "two").await?;
    println!("kept: {}", cache.get_secret("db-password").await?.value().expose());
    cache.refresh_now("db-password").await?;
    println!("after refresh_now: {}", cache.get_secret("db-password").await?.value().expose());
    println!("requests: {}", gets(&emulator));
    Ok(())
}

fn gets(emulator: &Emulator) -> usize {
    emulator.journal().operation("GetSecret").status(200).count()
}
