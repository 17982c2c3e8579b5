//! Vaults through Resource Manager: what names and answers cannot do.

use std::{sync::Arc, time::Duration};

use azvault::management::{ErrorKind, KeyVaultManagementClient, VaultCreateOrUpdateParameters};
use azvault_tests::{Answer, Clerk, Script};
use futures::TryStreamExt;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "7f1c7e1a-1111-4c4c-9d9d-0123456789ab";
const TENANT: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn vault(state: &str) -> Value {
    json!({
        "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/my-vault",
        "name": "my-vault", "location": "eastus",
        "properties": {
            "tenantId": TENANT, "sku": {"family": "A", "name": "standard"},
            "provisioningState": state,
        },
    })
}

#[tokio::test(start_paused = true)]
async fn no_name_leaves_its_place_in_the_path() {
    let script = Script::always(Answer::fine());
    let client = client(&script);
    let vaults = client.vaults();
    for name in ["", ".", "..", "../x", "a/b", "a%2fb", "a?b", "a#b", "a\\b", "a\nb", "a;b"] {
        for error in [
            vaults.get(name, "my-vault").await.unwrap_err(),
            vaults.get("my-rg", name).await.unwrap_err(),
            vaults.delete("my-rg", name).await.unwrap_err(),
            vaults.get_deleted(name, "my-vault").await.unwrap_err(),
            vaults.begin_purge_deleted("eastus", name).await.unwrap_err(),
            client.resource_groups().get(name).await.unwrap_err(),
            client.resource_groups().begin_delete(name).await.unwrap_err(),
            vaults.list_by_resource_group(name).try_next().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?}");
        }
    }
    for subscription in ["", "s", "../../x", "7f1c7e1a-1111-4c4c-9d9d-0123456789ab/x"] {
        let error = KeyVaultManagementClient::new(subscription, Clerk::rotating()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{subscription:?}");
    }
    assert_eq!(script.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_region_and_a_group_are_escaped_whole() {
    let script = Script::always(Answer::error(404, "NotFound", ""));
    let vaults = client(&script).vaults();
    let _ = vaults.get_deleted("East US", "my-vault").await;
    let _ = vaults.get("gräup_(1).x", "my-vault").await;
    let paths: Vec<String> = script.seen().iter().map(|seen| seen.url.path().to_owned()).collect();
    assert!(paths[0].ends_with("/locations/East%20US/deletedVaults/my-vault"), "{paths:?}");
    assert!(paths[1].contains("/resourceGroups/gr%C3%A4up_(1).x/providers/"), "{paths:?}");
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_is_made_is_looked_at_on_its_own_address() {
    let script = Script::of([
        Answer::new(201, vault("RegisteringDns").to_string())
            .header("location", "https://evil.example"),
        Answer::ok(&vault("Succeeded")),
    ]);
    let parameters = VaultCreateOrUpdateParameters::new("eastus", TENANT);
    let made = client(&script).vaults().create_or_update("my-rg", "my-vault", parameters);
    assert_eq!(made.await.unwrap().name(), "my-vault");
    let seen = script.seen();
    assert_eq!(seen[0].url, seen[1].url);
    assert_eq!(seen[1].token(), Some("token-0"));
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_failed_is_an_error() {
    let script = Script::of([Answer::ok(&vault("Creating")), Answer::ok(&vault("Failed"))]);
    let parameters = VaultCreateOrUpdateParameters::new("eastus", TENANT);
    let made = client(&script).vaults().create_or_update("my-rg", "my-vault", parameters);
    assert_eq!(made.await.unwrap_err().kind(), ErrorKind::OperationFailed);
}

#[tokio::test(start_paused = true)]
async fn another_api_version_is_of_the_vaults_and_not_of_resource_groups() {
    let script = Script::always(Answer::error(404, "NotFound", ""));
    let client = KeyVaultManagementClient::builder(SUBSCRIPTION)
        .api_version("2023-07-01")
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap();
    let _ = client.vaults().get("my-rg", "my-vault").await;
    let _ = client.resource_groups().get("my-rg").await;
    let queries: Vec<_> = script.seen().iter().map(|s| s.url.query().unwrap().to_owned()).collect();
    assert_eq!(queries, ["api-version=2023-07-01", "api-version=2024-11-01"]);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_vault_ends_in_time() {
    let script = Script::always(Answer::ok(&vault("RegisteringDns")));
    let parameters = VaultCreateOrUpdateParameters::new("eastus", TENANT);
    let made = client(&script).vaults().create_or_update("my-rg", "my-vault", parameters);
    let error = made.with_timeout(Duration::from_secs(9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(script.clock().elapsed() < Duration::from_secs(11));
}

#[tokio::test(start_paused = true)]
async fn making_a_vault_ends_in_time_even_where_its_first_call_hangs() {
    let script = Script::always(Answer::hang());
    let parameters = VaultCreateOrUpdateParameters::new("eastus", TENANT);
    let made = client(&script).vaults().create_or_update("my-rg", "my-vault", parameters);
    let error = made.with_timeout(Duration::from_secs(9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(script.clock().elapsed() < Duration::from_secs(11), "{:?}", script.clock().elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_callback_serves_the_management_client() {
    let script = Script::by(|seen| match seen.token() {
        None => Answer::status(401).header(
            "www-authenticate",
            r#"Bearer authorization_uri="https://login.example/t1", error="invalid_token""#,
        ),
        Some(_) => Answer::ok(&vault("Succeeded")),
    });
    let credential = azvault::CallbackCredential::new(|challenge| async move {
        Ok::<_, std::io::Error>(format!("{}|{}", challenge.authority(), challenge.scope()))
    });
    let client = KeyVaultManagementClient::builder(SUBSCRIPTION)
        .transport(script.transport())
        .credential(credential)
        .build()
        .unwrap();
    client.vaults().get("my-rg", "my-vault").await.unwrap();
    let token = "https://login.example/t1|https://management.azure.com/.default";
    assert_eq!(script.seen()[1].token(), Some(token));
}
