//! Provisions a vault with a secret and a key in it, by `azvault-fleet` alone.

use std::error::Error;

use azvault_emulator::{Emulator, Principal};
use azvault_fleet::{Fleet, Provisioner};

const DEPLOYER: &str = "5b7c2ea8-1d0f-4b6a-8f3c-9e2d4a6c8b10";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let text = format!(
        r#"
        [defaults]
        subscription = "{}"
        tenant = "{}"
        location = "eastus"
        resource_group = "payments"
        [[vault]]
        name = "pay-prod"
        authorization = "policies"
        [[vault.policy]]
        principal = "{DEPLOYER}"
        secrets = ["list", "set", "recover"]
        keys = ["list", "create", "recover"]
        [vault.secrets.db-password]
        generate = {{ length = 32 }}
        [vault.keys.signing]
        type = "EC"
        curve = "P-256"
        "#,
        emulator.subscription_id(),
        emulator.tenant_id(),
    );
    let fleet = Fleet::from_toml("fleet.toml", &text)?;
    let provisioner = Provisioner::builder(emulator.credential_for(Principal::new(DEPLOYER)))
        .endpoint(emulator.management_url())
        .transport(emulator.transport())
        .build()?;

    let plan = provisioner.plan(&fleet).await?;
    assert!(!plan.is_empty());
    let report = provisioner.apply(plan).await;
    assert!(!report.has_failures(), "{report}");
    assert!(provisioner.plan(&fleet).await?.is_empty());

    let journal = emulator.journal();
    for operation in ["Vaults_CreateOrUpdate", "SetSecret", "CreateKey"] {
        assert!(journal.iter().any(|request| request.operation() == Some(operation)), "{operation}");
    }
    for request in &journal {
        println!("User-Agent: {}", request.user_agent().unwrap_or_default());
    }
    Ok(())
}
