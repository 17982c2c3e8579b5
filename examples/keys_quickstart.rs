//! Creates, reads and deletes keys, meets the conflict that a deleted key leaves behind, and
//! finds the two ways out of it.
//!
//! `cargo run --example keys_quickstart` runs it on a vault in this process. With
//! `KEY_VAULT_NAME=my-vault` and the argument `--live` it runs on that vault in Azure, as whoever
//! `DefaultAzureCredential` finds. It **deletes and purges** what it made there, under names of its
//! own, and needs the permissions get, create, delete, recover and purge on keys.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "an example may read the environment and the time")]

use std::{error::Error, time::SystemTime};

use azvault_core::credentials::DefaultAzureCredential;
use azvault_emulator::Emulator;
use azvault_keys::{ErrorKind, KeyBundle, KeyClient, KeyCurve, KeyOperation, KeyType};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // 1. A client. The emulator lives as long as this variable.
    let (client, emulator) = connect().await?;
    let place = if emulator.is_some() { "an emulator in this process" } else { "Azure" };
    println!("Vault {} ({place})", client.vault_url());

    // 2. An RSA key of 2048 bits. A call is sent when it is awaited.
    let rsa = name("my-rsa-key", emulator.is_some());
    println!("\nCreate the RSA key '{rsa}'");
    let key = client.create_rsa_key(&rsa).size(2048).await?;
    describe(&key);

    // 3. The same key, read back: the latest version unless one is asked for.
    println!("\nGet '{rsa}'");
    let same = client.get_key(&rsa).await?;
    describe(&same);
    assert_eq!(same, key);

    // 4. Deleting takes the service a while; the poller waits for the end.
    println!("\nDelete '{rsa}'");
    let deleted = client.begin_delete_key(&rsa).await?.wait().await?;
    if let (Some(id), Some(at)) = (deleted.recovery_id(), deleted.scheduled_purge_on()) {
        println!("  recovery id {id}\n  will be purged on {}", at.date());
    }

    // 5. A deleted key keeps its name: the error says so, and says what to do.
    println!("\nCreate '{rsa}' again");
    match client.create_rsa_key(&rsa).await {
        Err(error) if error.kind() == ErrorKind::SoftDeleted => {
            println!("  refused: {error}");
            println!("  way out: {}", error.explain().unwrap_or("none is known"));
        }
        other => return Err(format!("expected a conflict, got {other:?}").into()),
    }

    // 6. The first way out: recover it, with all its versions.
    println!("\nRecover '{rsa}'");
    let recovered = client.begin_recover_deleted_key(&rsa).await?.wait().await?;
    describe(&recovered);

    // 7. The second: purge it, which cannot be undone; then the name is free.
    println!("\nDelete and purge '{rsa}'");
    client.begin_delete_key(&rsa).await?.wait().await?;
    client.purge_deleted_key(&rsa).await?;
    println!("  gone for good");

    // 8. Any kind of key, limited to what it is for.
    let signing = name("my-signing-key", emulator.is_some());
    println!("\nCreate '{signing}', an RSA key that only signs and verifies");
    let operations = [KeyOperation::Sign, KeyOperation::Verify];
    let key = client
        .create_key(&signing, KeyType::Rsa)
        .size(3072)
        .key_ops(operations)
        .tag("made-by", "keys_quickstart")
        .await?;
    describe(&key);

    // 9. An elliptic curve key.
    let ec = name("my-ec-key", emulator.is_some());
    println!("\nCreate the EC key '{ec}'");
    let key = client.create_ec_key(&ec).curve(KeyCurve::P256).await?;
    describe(&key);

    // 10. Nothing is left behind.
    println!("\nDelete and purge '{signing}' and '{ec}'");
    for name in [&signing, &ec] {
        client.begin_delete_key(name).await?.wait().await?;
        client.purge_deleted_key(name).await?;
    }
    println!("  done");
    Ok(())
}

/// The vault that `KEY_VAULT_NAME` names, or one in this process.
async fn connect() -> Result<(KeyClient, Option<Emulator>), Box<dyn Error>> {
    if let Ok(vault) = std::env::var("KEY_VAULT_NAME") {
        if !std::env::args().any(|argument| argument == "--live") {
            return Err(format!(
                "KEY_VAULT_NAME is set, so this would make, delete and purge keys in '{vault}'. \
                 Run it with `-- --live` if that is right, or unset KEY_VAULT_NAME. Nothing was touched"
            )
            .into());
        }
        let credential = DefaultAzureCredential::new()?;
        let client = KeyClient::new(&format!("https://{vault}.vault.azure.net"), credential)?;
        return Ok((client, None));
    }
    let emulator = Emulator::start().await?;
    let client = KeyClient::builder(&emulator.vault_url("my-vault"))
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

fn describe(key: &KeyBundle) {
    let size = match (key.jwk().rsa_bits(), key.jwk().curve()) {
        (Some(bits), _) => format!("{bits} bits"),
        (None, Some(curve)) => curve.to_string(),
        (None, None) => "size not told".to_owned(),
    };
    let operations: Vec<&str> = key.key_ops().iter().map(KeyOperation::as_str).collect();
    println!("  {} key, {size}, for {}", key.key_type(), operations.join(", "));
    println!("  {}", key.id());
}
