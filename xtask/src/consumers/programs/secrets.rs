//! Sets and gets a secret, by `azvault-secrets` alone.

use std::error::Error;

use azvault_emulator::Emulator;
use azvault_secrets::{ErrorKind, SecretClient};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let client = SecretClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;

    let set = client.set_secret("my-secret", "correct horse battery staple").await?;
    let secret = client.get_secret("my-secret").await?;
    assert_eq!(secret.value().expose(), "correct horse battery staple");
    assert_eq!(secret.id(), set.id());

    let second = client.set_secret("my-secret", "a better one").await?;
    assert_ne!(second.version(), set.version());
    assert_eq!(client.list_secret_properties_versions("my-secret").try_collect().await?.len(), 2);

    let missing = client.get_secret("no-such-secret").await;
    assert_eq!(missing.map(drop).map_err(|error| error.kind()), Err(ErrorKind::NotFound));

    let journal = emulator.journal();
    assert!(journal.iter().any(|request| request.operation() == Some("SetSecret")));
    for request in &journal {
        println!("User-Agent: {}", request.user_agent().unwrap_or_default());
    }
    Ok(())
}
