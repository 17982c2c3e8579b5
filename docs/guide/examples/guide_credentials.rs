//! The program of docs/guide/src/credentials.md; `cargo xtask guide bless` wrote it.
#![expect(clippy::print_stdout, reason = "it shows what it does")]

use azvault_secrets::SecretClient;
use azvault_secrets::credentials::{DefaultAzureCredential, Env};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // As if the process had this variable, and no other. `DefaultAzureCredential::new()` looks at
    // the process's own.
    let env = Env::from_pairs([("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")]);
    let credential = DefaultAzureCredential::builder().env(env).build()?;
    let client = SecretClient::new("https://my-vault.vault.azure.net", credential.clone())?;

    if let Err(error) = client.get_secret("db-password").await {
        println!("{:?}: {error}", error.kind());
        println!("sent: {}", error.may_have_been_sent());
    }
    for outcome in credential.outcomes() {
        println!("{}: {}", outcome.link, outcome.skipped.as_deref().unwrap_or("gave a token"));
    }
    Ok(())
}
