//! The program of docs/guide/src/keys.md; `cargo xtask guide bless` wrote it.
#![expect(clippy::print_stdout, reason = "it shows what it does")]

use azvault_emulator::Emulator;
use azvault_keys::{JwtEncoder, JwtVerifier, KeyClient, SignatureAlgorithm::RS256};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    exp: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let emulator = Emulator::start().await?;
    let client = KeyClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    client.create_rsa_key("tokens").size(2048).await?;
    let key = client.cryptography_client("tokens")?;

    // Each token is one signature by the vault.
    let issuer = JwtEncoder::new(key.clone(), RS256)?;
    let claims = Claims { sub: "ada".into(), aud: "orders".into(), exp: 4_000_000_000 };
    let token = issuer.encode(&claims).await?;
    println!("a token of {} parts", token.split('.').count());

    // Only these algorithms, only this audience, and not after `exp`.
    let verifier = JwtVerifier::new([RS256])?.key(key.clone()).audience("orders");
    println!("for {}", verifier.verify::<Claims>(&token).await?.claims().sub);

    // Anything else is refused, and the error says why.
    let elsewhere = JwtVerifier::new([RS256])?.key(key).audience("invoices");
    if let Err(error) = elsewhere.verify::<Claims>(&token).await {
        println!("refused: {error}");
    }

    // Who verifies tokens in another program needs the public part alone.
    let public = client.get_key("tokens").await?;
    println!("public part: {}", public.key_type());
    Ok(())
}
