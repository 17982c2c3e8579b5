//! A token that was checked before is judged by each request again, and each request finds the vault as it is.

use serde_json::json;

use crate::{
    arm::{Arm, code, refused},
    support::Vault,
};

const OTHER: &str = "11111111-2222-3333-4444-555555555555";

async fn value(vault: &Vault) -> u16 {
    vault.get("/secrets/s").await.status()
}

#[tokio::test]
async fn a_known_token_does_not_count_in_a_vault_that_went_to_another_tenant() {
    let arm = Arm::new().await;
    let vault = arm.open_vault("kv-1", json!({})).await;
    vault.set("s", json!({"value": "v"})).await;
    assert_eq!(value(&vault).await, 200);
    let policies = json!([arm.policy(json!({"secrets": ["all"]}))]);
    let moved = json!({"tenantId": OTHER, "accessPolicies": []});
    arm.put("kv-1", moved).await.ok();
    let refused = vault.get("/secrets/s").await;
    assert_eq!(refused.status(), 401);
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(challenge.contains("AKV10032") && challenge.contains(OTHER), "{challenge}");
    // Elsewhere it counts on.
    let mut other = arm.open_vault("kv-2", json!({})).await;
    other.token.clone_from(&vault.token);
    assert_eq!(value(&other).await, 404);
    arm.put("kv-1", json!({"accessPolicies": policies})).await.ok();
    assert_eq!(value(&vault).await, 200);
    other.token = Some("nonsense".to_owned());
    assert_eq!(value(&other).await, 401);
}

#[tokio::test]
async fn a_vault_is_gone_for_a_known_token_and_comes_back_with_its_recovery() {
    let arm = Arm::new().await;
    let vault = arm.open_vault("kv-1", json!({})).await;
    vault.set("s", json!({"value": "v"})).await;
    assert_eq!(value(&vault).await, 200);
    arm.delete("kv-1").await;
    assert_eq!(code(&vault.get("/secrets/s").await), refused(404, "VaultNotFound"));
    arm.put("kv-1", json!({"createMode": "recover"})).await.ok();
    assert_eq!(value(&vault).await, 200);
}

#[tokio::test]
async fn a_known_token_finds_the_same_vault_in_any_case() {
    let vault = Vault::new().await;
    vault.set("S", json!({"value": "v"})).await;
    for (host, name) in [("kv", "s"), ("KV", "S"), ("Kv", "s")] {
        let url = format!("https://{host}.Vault.localhost:8443/secrets/{name}?api-version=7.6");
        let found = vault.send_to("GET", &url, "", &[]).await.ok();
        assert_eq!(found["value"], "v", "{url}");
    }
}

#[tokio::test]
async fn a_vaults_region_is_told_as_it_is_now() {
    let arm = Arm::new().await;
    let first = arm.data("kv-1").await;
    let region =
        |answer: &crate::support::Answer| answer.header("x-ms-keyvault-region").map(str::to_owned);
    assert_eq!(region(&first.get("/secrets").await).as_deref(), Some("westus2"));
    let made = arm.open_vault("kv-1", json!({})).await;
    assert_eq!(region(&made.get("/secrets").await).as_deref(), Some("westus"));
    assert_eq!(region(&first.get("/secrets").await).as_deref(), Some("westus"));
}
