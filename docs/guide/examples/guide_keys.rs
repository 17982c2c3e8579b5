//! The program of docs/guide/src/quickstart-keys.md; `cargo xtask guide bless` wrote it.
#![expect(clippy::print_stdout, reason = "it shows what it does")]

use azvault_emulator::Emulator;
use azvault_keys::{KeyClient, KeyCurve, SignatureAlgorithm::ES256};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A vault in this process. It is gone when `emulator` is.
    let emulator = Emulator::start().await?;
    let client = KeyClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;

    // A key pair; the private part stays in the vault.
    let key = client.create_ec_key("signing").curve(KeyCurve::P256).await?;
    println!("made {}", key.id());

    // A client of this one key. The message is hashed here, and signed there.
    let crypto = client.cryptography_client("signing")?;
    let signed = crypto.sign_data(ES256, b"a contract").await?;
    println!("a signature of {} bytes", signed.signature.len());

    // Verifying takes the public part alone, so it is done here, without a request.
    let verified = crypto.verify_data(ES256, b"a contract", signed.signature.clone()).await?;
    println!("the contract: {}", verified.is_valid());
    let forged = crypto.verify_data(ES256, b"another contract", signed.signature).await?;
    println!("another one: {}", forged.is_valid());

    // Each rotation makes a new version; the old one goes on verifying what it signed.
    let rotated = client.rotate_key("signing").await?;
    println!("another version: {}", rotated.version() != key.version());
    Ok(())
}
