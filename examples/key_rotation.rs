//! Rotates a key, reads what its older version encrypted, and has the service rotate it by a policy.
//!
//! `cargo run --example key_rotation` runs it on a vault in this process, where 18 months pass at
//! once. It does not run in Azure: there they take 18 months.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::{error::Error, time::Duration};

use azvault_emulator::Emulator;
use azvault_keys::{
    EncryptionAlgorithm::RsaOaep256, KeyClient, KeyRotationPolicy, LifetimeAction, Period,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let client = KeyClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;

    // 1. Something encrypted with the first version of a key. The answer says which one it was:
    // keep that identifier beside the ciphertext.
    client.create_rsa_key("my-key").await?;
    let encrypted = client.encrypt("my-key", RsaOaep256, *b"the quick brown fox").await?;
    let id = encrypted.key_id.ok_or("a vault's key has an identifier")?;
    println!("Encrypted by {id}");

    // 2. Rotated: a new version with new material, which is the latest from now on.
    let rotated = client.rotate_key("my-key").await?;
    println!("\nRotate the key\n  the latest version is {}", rotated.id());

    // 3. The older version still decrypts what it encrypted.
    let version = id.version().ok_or("the identifier has a version")?;
    let ciphertext = encrypted.ciphertext.clone();
    let decrypted = client.decrypt("my-key", RsaOaep256, ciphertext).version(version).await?;
    let text = String::from_utf8_lossy(decrypted.plaintext.expose()).into_owned();
    println!("\nDecrypt with the older version\n  {text}");

    // The new version cannot: it has other material.
    println!("Decrypt with the latest version");
    match client.decrypt("my-key", RsaOaep256, encrypted.ciphertext).await {
        Err(error) => println!("  refused: {error}"),
        Ok(_) => return Err("expected a refusal".into()),
    }

    // 4. A policy: the service makes a new version every 18 months, each of which expires after two
    // years, and tells by Event Grid when one is about to.
    let policy = KeyRotationPolicy::new()
        .expires_after(Period::years(2))
        .lifetime_action(LifetimeAction::rotate_after_create(Period::months(18)))
        .lifetime_action(LifetimeAction::notify_before_expiry(Period::days(60)));
    let kept = client.update_key_rotation_policy("my-key", &policy).await?;
    println!("\nSet a rotation policy");
    for action in kept.lifetime_actions() {
        let when = match (action.time_after_create(), action.time_before_expiry()) {
            (Some(time), _) => format!("{time} after its creation"),
            (None, Some(time)) => format!("{time} before its expiry"),
            (None, None) => "at no time".to_owned(),
        };
        println!("  {} a version {when}", action.action());
    }

    // 5. The emulator's clock goes on by 18 months and a few days: the key has rotated by itself.
    let before = client.list_key_properties_versions("my-key").try_collect().await?.len();
    emulator.clock().advance(DAY * 555);
    let latest = client.get_key("my-key").await?;
    let after = client.list_key_properties_versions("my-key").try_collect().await?.len();
    println!("\n18 months later\n  versions: {before} before, {after} now");
    if let (Some(made), Some(ends)) =
        (latest.properties().created_on(), latest.properties().expires_on())
    {
        println!("  the latest expires {} years after it was made", ends.year() - made.year());
    }
    Ok(())
}
