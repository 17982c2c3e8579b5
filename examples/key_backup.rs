//! Backs a key up, restores it elsewhere, and restores it over what became of the original.
//!
//! `cargo run --example key_backup` runs it on vaults in this process. It does not run in Azure: it
//! deletes and purges keys, and needs two vaults.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use azvault_emulator::Emulator;
use azvault_keys::{ErrorKind, KeyBackup, KeyClient};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let connect = |vault: &str| {
        KeyClient::builder(&emulator.vault_url(vault))
            .credential(emulator.credential())
            .transport(emulator.transport())
            .build()
    };
    let (client, other) = (connect("my-vault")?, connect("other-vault")?);

    // 1. A key with two versions, backed up. The backup is encrypted by the service and of use in
    // vaults of the same subscription and geography alone; still, keep it as you keep a key.
    let first = client.create_ec_key("my-key").tag("purpose", "releases").await?;
    let second = client.rotate_key("my-key").await?;
    let backup = client.backup_key("my-key").await?;
    println!("Backed up two versions of 'my-key': {backup:?}");

    // 2. As a file would hold it, and back.
    let bytes = backup.as_bytes().to_vec();
    let backup = KeyBackup::from_bytes(bytes);

    // 3. Restored in another vault: the same versions, with the same material.
    let restored = other.restore_key_backup(&backup).await?;
    println!("\nRestore it in {}", other.vault_url());
    println!("  the latest version is the same: {}", restored.version() == second.version());
    println!("  its public point is the same: {}", restored.jwk().x() == second.jwk().x());
    println!("  its tags: {:?}", restored.properties().tags());

    // 4. Where a key holds the name, a restore is refused.
    let third = client.rotate_key("my-key").await?;
    println!("\nRestore it over the original, which has a third version now");
    match client.restore_key_backup(&backup).await {
        Err(error) if error.kind() == ErrorKind::Conflict => println!("  refused: {error}"),
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    }

    // 5. Unless that key is to go: it is deleted and purged first. From the purge to the end the key
    // exists in the backup alone, so `backup` must be kept until this has succeeded.
    client.restore_replace("my-key", &backup).await?;
    let versions = client.list_key_properties_versions("my-key").try_collect().await?;
    let has = |key: &azvault_keys::KeyBundle| versions.iter().any(|it| it.id() == key.id());
    println!("\nReplace it by the backup\n  versions: {}", versions.len());
    println!(
        "  the first: {}, the second: {}, the third: {}",
        has(&first),
        has(&second),
        has(&third)
    );

    // 6. A key that is to begin anew, under the same name and without the old versions.
    let anew = client.create_ec_key("my-key").recreate().await?;
    let versions = client.list_key_properties_versions("my-key").try_collect().await?;
    let all_new = versions.iter().all(|it| it.id() == anew.id());
    println!("\nRecreate the key\n  versions: {}, all new: {all_new}", versions.len());

    // 7. And gone for good. The deletion need not be waited for: purging does.
    let _deletion = client.begin_delete_key("my-key").await?;
    client.purge_and_wait("my-key").await?;
    println!("\nDelete and purge it\n  gone for good");
    Ok(())
}
