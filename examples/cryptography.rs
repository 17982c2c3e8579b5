//! Encrypts, signs and issues tokens with a vault's keys: what needs the private part happens in the
//! vault, all else in this process.
//!
//! `cargo run --example cryptography` runs it on a vault in this process, whose journal shows which
//! steps were a request. It does not run in Azure, where there is no such journal; the calls are the
//! same.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::error::Error;

use azvault_emulator::Emulator;
use azvault_keys::{
    EncryptionAlgorithm::RsaOaep256,
    JwtEncoder, JwtVerifier, KeyClient,
    SignatureAlgorithm::{ES256, PS256},
};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let client = KeyClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;

    // 1. Encrypt here, decrypt there. The first use reads the public part of the key; from then on
    // encrypting is no request at all.
    client.create_rsa_key("documents").await?;
    let crypto = client.cryptography_client("documents")?;
    crypto.prepare().await?;
    emulator.clear_journal();
    let encrypted = crypto.encrypt(RsaOaep256, *b"the quick brown fox").await?;
    println!("Encrypt: {} requests", requests(&emulator));
    let decrypted = crypto.decrypt(RsaOaep256, encrypted.ciphertext).await?;
    println!("Decrypt: {} request", requests(&emulator));
    println!("  {}", String::from_utf8_lossy(decrypted.plaintext.expose()));

    // 2. Sign there, verify here. The message is hashed in this process and never leaves it.
    emulator.clear_journal();
    let signed = crypto.sign_data(PS256, b"a contract").await?;
    println!("\nSign: {} request", requests(&emulator));
    let verified = crypto.verify_data(PS256, b"a contract", signed.signature.clone()).await?;
    let changed = crypto.verify_data(PS256, b"another contract", signed.signature).await?;
    println!("Verify: {} more requests", requests(&emulator) - 1);
    println!("  the contract: {}, another: {}", verified.is_valid(), changed.is_valid());

    // 3. Tokens. Each is signed by the vault, and names the version of the key that signed it.
    client.create_ec_key("tokens").await?;
    let old = client.cryptography_client("tokens")?;
    let claims = json!({ "sub": "me", "aud": "you", "exp": 4_000_000_000_u64 });
    let token = JwtEncoder::new(old.clone(), ES256)?.encode(&claims).await?;
    println!("\nIssue a token: {} parts", token.split('.').count());

    // 4. The key is rotated: new tokens by the new version, and the old ones hold until they expire.
    client.rotate_key("tokens").await?;
    let new = old.latest()?;
    let newer = JwtEncoder::new(new.clone(), ES256)?.encode(&claims).await?;
    let verifier = JwtVerifier::new([ES256])?.key(new).key(old).audience("you");
    emulator.clear_journal();
    for (which, token) in [("old", &token), ("new", &newer)] {
        let jwt = verifier.verify::<Value>(token).await?;
        println!("  the {which} one holds for {}", jwt.claims()["sub"]);
    }
    println!("Verify both: {} requests", requests(&emulator));

    // 5. What must not be trusted is refused, with the reason.
    println!("\nFor somebody else, or changed on the way");
    let elsewhere = JwtVerifier::new([ES256])?.key(client.cryptography_client("tokens")?);
    let elsewhere = elsewhere.audience("somebody else");
    let spoilt = token.replacen('.', ".x", 1);
    for (verifier, token) in [(&elsewhere, &newer), (&verifier, &spoilt)] {
        match verifier.verify::<Value>(token).await {
            Err(error) => println!("  refused: {error}"),
            Ok(_) => return Err("expected a refusal".into()),
        }
    }
    Ok(())
}

/// How many requests the vault answered; a first one without a token does not count.
fn requests(emulator: &Emulator) -> usize {
    emulator.journal().iter().filter(|request| request.status() != Some(401)).count()
}
