//! Deleted vaults: recovery and purge, and what becomes of their keys and secrets.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::{
    arm::{Arm, code, refused},
    support::member_order,
};

const DAY: Duration = Duration::from_secs(86_400);

/// A vault `Kv-1` with a secret and a key, deleted.
async fn with_deleted(arm: Arm) -> Arm {
    let data = arm.open_vault("Kv-1", json!({"softDeleteRetentionInDays": 7})).await;
    data.set("s", json!({"value": "v"})).await;
    data.create("k", json!({"kty": "EC"})).await;
    let deleted = arm.delete("kv-1").await;
    assert_eq!((deleted.status(), deleted.text()), (200, ""));
    arm
}

#[tokio::test]
async fn a_deleted_vault_is_gone_at_once_in_the_recorded_words() {
    let arm = with_deleted(Arm::new().await).await;
    assert_eq!(
        arm.get_vault("kv-1").await.refusal(),
        (
            404,
            "ResourceNotFound".to_owned(),
            None,
            "The Resource 'Microsoft.KeyVault/vaults/kv-1' under resource group 'rg' was not found. For more details \
             please go to https://aka.ms/ARMResourceNotFoundFix"
                .to_owned()
        )
    );
    assert_eq!(arm.delete("kv-1").await.status(), 204);
    assert_eq!(arm.delete("never").await.status(), 204);
}

#[tokio::test]
async fn the_data_plane_of_a_deleted_vault_is_gone_for_everyone() {
    let arm = with_deleted(Arm::new().await).await;
    let mut data = arm.data("kv-1").await;
    assert_eq!(code(&data.get("/secrets/s").await), refused(404, "VaultNotFound"));
    let put = data.send("PUT", "/secrets/s", Some(json!({"value": "new"}))).await;
    assert_eq!(code(&put), refused(404, "VaultNotFound"));
    data.token = None;
    let answer = data.get("/secrets").await;
    assert_eq!((answer.status(), answer.header("www-authenticate")), (404, None));
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
}

#[tokio::test]
async fn a_deleted_vault_is_listed_and_read_with_its_dates() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({"enablePurgeProtection": true})).await.ok();
    arm.emulator().clock().set("2020-07-21T08:21:35Z".parse_time());
    arm.delete("kv-1").await;
    let answer = arm.get(&arm.provider("locations/West%20US/deletedVaults/KV-1")).await;
    member_order(
        answer.text(),
        &["id", "name", "type", "properties", "vaultId", "location", "tags", "deletionDate"],
    );
    let deleted = answer.ok();
    assert_eq!(
        deleted,
        json!({
            "id": arm.provider("locations/westus/deletedVaults/kv-1"), "name": "kv-1",
            "type": "Microsoft.KeyVault/deletedVaults",
            "properties": {
                "vaultId": arm.vault_path("rg", "kv-1"), "location": "westus", "tags": {},
                "deletionDate": "2020-07-21T08:21:35Z",
                "scheduledPurgeDate": "2020-10-19T08:21:35Z", "purgeProtectionEnabled": true,
            },
        })
    );
    let list = arm.get(&arm.provider("deletedVaults")).await.ok();
    assert_eq!(list, json!({"value": [deleted]}));
    let own = arm.emulator().subscription_id();
    let abroad =
        |path: &str| arm.provider(path).replace(own, "11111111-2222-3333-4444-555555555555");
    assert_eq!(arm.get(&abroad("deletedVaults")).await.ok(), json!({"value": []}));
    for path in [
        arm.provider("locations/eastus/deletedVaults/kv-1"),
        arm.provider("locations/westus/deletedVaults/none"),
        abroad("locations/westus/deletedVaults/kv-1"),
    ] {
        let answer = arm.get(&path).await;
        assert_eq!(code(&answer), refused(404, "DeletedVaultNotFound"), "{path}");
    }
}

trait ParseTime {
    fn parse_time(&self) -> time::OffsetDateTime;
}

impl ParseTime for str {
    fn parse_time(&self) -> time::OffsetDateTime {
        let format = &time::format_description::well_known::Rfc3339;
        time::OffsetDateTime::parse(self, format).unwrap()
    }
}

#[tokio::test]
async fn recovery_brings_contents_and_policies_back() {
    let arm = with_deleted(Arm::new().await).await;
    arm.emulator().clock().advance(DAY);
    let mut body = arm.body(json!({"createMode": "recover", "accessPolicies": []}));
    body["location"] = json!("West US");
    let vault = arm.send("PUT", &arm.vault_path("RG", "kv-1"), Some(body)).await.ok();
    let properties = &vault["properties"];
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert_eq!(properties["accessPolicies"].as_array().unwrap().len(), 1);
    assert!(properties.get("createMode").is_none());
    let dates = &vault["systemData"];
    assert_ne!(dates["createdAt"], dates["lastModifiedAt"]);
    let data = arm.data("kv-1").await;
    assert_eq!(data.get("/secrets/s").await.ok()["value"], "v");
    assert_eq!(data.get("/keys/k").await.status(), 200);
    assert_eq!(arm.get(&arm.provider("deletedVaults")).await.ok(), json!({"value": []}));
}

#[tokio::test]
async fn a_plain_put_over_a_deleted_vault_recovers_it_with_what_was_sent() {
    let arm = with_deleted(Arm::new().await).await;
    arm.emulator().clock().advance(DAY);
    let policies = json!([arm.policy(json!({"secrets": ["get"]}))]);
    let vault = arm.put("kv-1", json!({"accessPolicies": policies})).await.ok();
    assert_eq!(vault["properties"]["accessPolicies"], policies);
    assert_eq!(vault["properties"]["provisioningState"], "Succeeded");
    assert_ne!(vault["systemData"]["createdAt"], vault["systemData"]["lastModifiedAt"]);
    let data = arm.data("kv-1").await;
    assert_eq!(data.get("/secrets/s").await.ok()["value"], "v");
    assert_eq!(data.get("/keys/k").await.status(), 403);
}

#[tokio::test]
async fn a_deleted_name_is_taken_elsewhere() {
    let arm = with_deleted(Arm::new().await).await;
    arm.put_group("rg2").await;
    for mode in ["default", "recover"] {
        let body = arm.body(json!({"createMode": mode}));
        let answer = arm.send("PUT", &arm.vault_path("rg2", "kv-1"), Some(body)).await;
        assert_eq!(code(&answer), refused(409, "VaultAlreadyExists"), "{mode}");
    }
    let mut body = arm.body(json!({}));
    body["location"] = json!("eastus");
    let answer = arm.send("PUT", &arm.vault_path("rg", "kv-1"), Some(body)).await;
    assert_eq!(code(&answer), refused(409, "VaultAlreadyExists"));
    let answer = arm.put("none", json!({"createMode": "recover"})).await;
    assert_eq!(code(&answer), refused(404, "DeletedVaultNotFound"));
}

#[tokio::test]
async fn a_purge_is_polled_until_it_is_done() {
    let lag = Duration::from_secs(90);
    let arm = with_deleted(Arm::of(Emulator::builder().purge_lag(lag)).await).await;
    let accepted = arm.purge("kv-1").await;
    assert_eq!((accepted.status(), accepted.text()), (202, ""));
    let location = accepted.header("location").unwrap().to_owned();
    let start =
        format!("https://localhost:8443{}", arm.provider("locations/westus/operationResults/"));
    assert!(location.starts_with(&start), "{location}");
    assert!(location.ends_with("?api-version=2023-07-01"), "{location}");
    arm.emulator().clock().advance(lag / 2);
    let running = arm.http.send_to("GET", &location, "", &[]).await;
    assert_eq!((running.status(), running.header("location")), (202, Some(location.as_str())));
    assert_eq!(running.header("retry-after"), Some("1"));
    let body = running.json();
    assert_eq!(body["status"], "NotStarted");
    assert_eq!(body["createdDateTime"].as_str().unwrap().len(), "2020-07-21 08:21:45Z".len());
    assert_eq!(code(&arm.put("kv-1", json!({})).await), refused(409, "VaultAlreadyExists"));
    arm.emulator().clock().advance(lag / 2);
    let done = arm.http.send_to("GET", &location, "", &[]).await;
    assert_eq!(done.header("location"), None);
    member_order(done.text(), &["createdDateTime", "lastActionDateTime", "status"]);
    assert_eq!(done.ok()["status"], "Succeeded");
    for (part, other) in [
        ("operationResults/", "operationResults/X"),
        (arm.emulator().subscription_id(), "11111111-2222-3333-4444-555555555555"),
    ] {
        let made_up = location.replace(part, other);
        assert_eq!(arm.http.send_to("GET", &made_up, "", &[]).await.status(), 404, "{made_up}");
    }
}

#[tokio::test]
async fn a_purge_frees_the_name_and_loses_the_contents() {
    let arm = with_deleted(Arm::new().await).await;
    let accepted = arm.purge("KV-1").await;
    let location = accepted.header("location").unwrap();
    assert_eq!(arm.http.send_to("GET", location, "", &[]).await.ok()["status"], "Succeeded");
    assert_eq!(code(&arm.purge("kv-1").await), refused(404, "DeletedVaultNotFound"));
    let data = arm.data("kv-1").await;
    assert_eq!(code(&data.get("/secrets/s").await), refused(404, "VaultNotFound"));
    let data = arm.open_vault("kv-1", json!({})).await;
    assert_eq!(code(&data.get("/secrets/s").await), refused(404, "SecretNotFound"));
    assert_eq!(code(&data.get("/deletedsecrets/s").await), refused(404, "SecretNotFound"));
}

#[tokio::test]
async fn purge_protection_refuses_to_purge_a_vault() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({"enablePurgeProtection": true})).await.ok();
    arm.delete("kv-1").await;
    let answer = arm.purge("kv-1").await;
    assert_eq!(code(&answer), refused(405, "MethodNotAllowed"));
    assert_eq!(answer.refusal().3, "Operation 'DeletedVaultPurge' is not allowed.");
}

#[tokio::test]
async fn a_deleted_vault_is_purged_when_the_clock_says_so() {
    let arm = with_deleted(Arm::new().await).await;
    arm.emulator().clock().advance(DAY * 7 - Duration::from_secs(1));
    let deleted = arm.provider("locations/westus/deletedVaults/kv-1");
    assert_eq!(arm.get(&deleted).await.status(), 200);
    arm.emulator().clock().advance(Duration::from_secs(1));
    assert_eq!(arm.get(&deleted).await.status(), 404);
    let answer = arm.put("kv-1", json!({"createMode": "recover"})).await;
    assert_eq!(code(&answer), refused(404, "DeletedVaultNotFound"));
}
