//! Keeps secrets in memory: a thousand gets cost one request, and a rotation is seen all the same.
//!
//! `cargo run --example secret_cache` runs it in this process. It is not for Azure: it has the vault
//! fail, to show what a program notices of that.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "a program may spawn; the cache itself does not")]

use std::{error::Error, time::Duration};

use azvault_emulator::Emulator;
use azvault_secrets::{RetryPolicy, SecretCache, SecretClient};
use futures::StreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // 1. A cache over a client. Clones of it share what they keep.
    let emulator = Emulator::start().await?;
    let client = SecretClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .retry(RetryPolicy::none()) // only so that the failure below is quick
        .build()?;
    client.set_secret("db-password", "correct horse battery staple").await?;
    let cache = SecretCache::builder(client.clone())
        .ttl(Duration::from_secs(600)) // a rotation is seen within that time
        .stale_if_error(Duration::from_secs(3600)) // and an outage bridged for this long after it
        .build();

    // 2. Ask for the secret wherever it is needed. A fresh one is there at once.
    emulator.clear_journal();
    for _ in 0..1000 {
        cache.get_secret("db-password").await?;
    }
    println!("A thousand gets: {} request", requests(&emulator));

    // 3. That there is no such secret is remembered as well, for some seconds.
    emulator.clear_journal();
    for _ in 0..1000 {
        let missing = cache.get_secret("no-such-secret").await;
        assert!(missing.is_err(), "it should not be there");
    }
    println!("A thousand gets of one that is not there: {} request", requests(&emulator));

    // 4. Somebody else rotates the secret. Whoever must know soon watches it: a stream of versions.
    let mut versions = cache.watch("db-password", Duration::from_millis(200));
    let first = versions.next().await.ok_or("a watch does not end")??;
    client.set_secret("db-password", "a better password").await?;
    let second = versions.next().await.ok_or("a watch does not end")??;
    println!("\nRotated: another version: {}", first.version() != second.version());
    let now = cache.get_secret("db-password").await?;
    println!("  and the cache has it: {}", now.version() == second.version());

    // 5. Or one's own program does, through the cache: then the next get has it.
    cache.set(client.set_secret("db-password", "the best password")).await?;
    let now = cache.get_secret("db-password").await?;
    println!("  set through the cache: {}", now.value().expose() == "the best password");

    // 6. The vault fails. Asking for the secret right now shows it; the program goes on with what it
    // has. `refresh_now` is also what to call when a password that is kept is refused.
    emulator.faults().next(1).on("GET", "/secrets/db-password").status(503);
    println!("\nThe vault fails");
    if let Err(error) = cache.refresh_now("db-password").await {
        println!("  refresh_now: {:?}", error.kind());
    }
    println!("  get_secret: {:?}", cache.get_secret("db-password").await?.value());

    // 7. Nothing runs in the background. A program that wants what it uses to be renewed ahead of
    // its time gives that a task. It ends soon after the last handle of the cache, or when stopped.
    let renewing = tokio::spawn(cache.refresher());

    // 8. What to look at, to see whether it is worth its while.
    let counters = cache.counters();
    println!(
        "\nHits for each miss: more than a hundred: {}",
        counters.hits > 100 * counters.misses
    );
    println!("Reads that failed: {}", counters.errors);
    renewing.abort();
    Ok(())
}

/// How many requests the vault answered with 200 or 404: the first get's 401 asks for a token.
fn requests(emulator: &Emulator) -> usize {
    emulator.journal().iter().filter(|request| request.status() != Some(401)).count()
}
