//! Secrets as ARM resources: over the vault's own secrets, and never with a value.

use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::{Answer, Vault, member_order},
};

fn path(arm: &Arm, rest: &str) -> String {
    format!("{}/secrets{rest}", arm.vault_path("rg", "Kv-1"))
}

/// A vault whose policies let nobody in but the default principal.
async fn with_vault() -> (Arm, Vault) {
    let arm = Arm::new().await;
    let data = arm.open_vault("Kv-1", json!({})).await;
    (arm, data)
}

async fn put(arm: &Arm, name: &str, body: Value) -> Answer {
    arm.send("PUT", &path(arm, &format!("/{name}")), Some(body)).await
}

#[tokio::test]
async fn a_secret_made_through_arm_is_the_data_planes_and_its_value_is_never_told() {
    let (arm, data) = with_vault().await;
    let body = json!({
        "tags": {"a": "b"},
        "properties": {"value": "hidden", "contentType": "text", "attributes": {"exp": 4_000_000_000_u64}},
    });
    let made = put(&arm, "S-1", body).await;
    assert!(!made.text().contains("hidden"), "{}", made.text());
    member_order(
        made.text(),
        &["id", "name", "type", "location", "tags", "properties", "secretUri"],
    );
    assert_eq!(made.header("x-ms-keyvault-service-version"), Some("1.5.372.0"));
    let made = made.ok();
    let bundle = data.get("/secrets/S-1").await.ok();
    assert_eq!(bundle["value"], "hidden");
    assert_eq!(bundle["tags"], json!({"a": "b"}));
    let now = bundle["attributes"]["created"].clone();
    let uri = "https://kv-1.vault.localhost:8443/secrets/S-1";
    assert_eq!(
        made,
        json!({
            "id": path(&arm, "/S-1"), "name": "S-1", "type": "Microsoft.KeyVault/vaults/secrets",
            "location": "westus", "tags": {"a": "b"},
            "properties": {
                "contentType": "text",
                "attributes": {"enabled": true, "exp": 4_000_000_000_u64, "created": now, "updated": now},
                "secretUri": uri, "secretUriWithVersion": bundle["id"],
            },
        })
    );
    assert_eq!(arm.get(&path(&arm, "/s-1")).await.ok(), made);
    assert_eq!(arm.get(&path(&arm, "")).await.ok(), json!({"value": [made]}));
}

#[tokio::test]
async fn each_put_makes_a_version_and_a_patch_does_so_only_with_a_value() {
    let (arm, data) = with_vault().await;
    let version = |body: &Value| body["properties"]["secretUriWithVersion"].clone();
    let body = json!({"properties": {"value": "1", "contentType": "text"}});
    let first = put(&arm, "s", body.clone()).await.ok();
    assert!(first.get("tags").is_none());
    let second = put(&arm, "s", body).await.ok();
    assert_ne!(version(&first), version(&second));

    let patch = async |body: Value| arm.send("PATCH", &path(&arm, "/s"), Some(body)).await;
    let disable = json!({"tags": {"a": "b"}, "properties": {"attributes": {"enabled": false}}});
    let changed = patch(disable).await.ok();
    assert_eq!(version(&changed), version(&second));
    assert_eq!(changed["tags"], json!({"a": "b"}));
    assert_eq!(changed["properties"]["contentType"], "text", "what is left out stays");
    assert_eq!(
        arm.get(&path(&arm, "/s")).await.ok(),
        changed,
        "a disabled secret can be looked at"
    );

    let third = patch(json!({"properties": {"value": "3", "attributes": {"enabled": true}}})).await;
    let third = third.ok();
    assert_ne!(version(&third), version(&second));
    assert_eq!(third["tags"], json!({"a": "b"}));
    assert_eq!(third["properties"]["contentType"], "text");
    assert_eq!(data.get("/secrets/s").await.ok()["value"], "3");
}

#[tokio::test]
async fn top_limits_a_page_of_secrets() {
    let (arm, data) = with_vault().await;
    for name in ["c", "A", "b"] {
        data.set(name, json!({"value": "v"})).await;
    }
    let first = arm.get(&path(&arm, "?$top=2")).await.ok();
    let names = |page: &Value| -> Vec<String> {
        page["value"].as_array().unwrap().iter().map(|item| item["name"].to_string()).collect()
    };
    assert_eq!(names(&first), ["\"A\"", "\"b\""]);
    let link = first["nextLink"].as_str().unwrap();
    assert!(link.starts_with("https://localhost:8443/subscriptions/"), "{link}");
    let second = arm.http.send_to("GET", link, "", &[]).await.ok();
    assert_eq!(names(&second), ["\"c\""]);
    assert!(second.get("nextLink").is_none());
}

#[tokio::test]
async fn what_cannot_be_a_secret_is_refused() {
    let (arm, data) = with_vault().await;
    let ok = json!({"properties": {"value": "hidden"}});
    assert_eq!(code(&put(&arm, "a_b", ok.clone()).await), refused(400, "BadRequest"));
    let none = put(&arm, "s", json!({"properties": {}})).await;
    assert_eq!(code(&none), refused(400, "BadParameter"));
    let bare = put(&arm, "s", json!({"value": "hidden"})).await;
    assert_eq!(code(&bare), refused(400, "InvalidRequestContent"));
    assert!(!bare.text().contains("hidden"));
    assert_eq!(code(&arm.get(&path(&arm, "/s")).await), refused(404, "SecretNotFound"));
    let patch = arm.send("PATCH", &path(&arm, "/s"), Some(ok.clone())).await;
    assert_eq!(code(&patch), refused(404, "SecretNotFound"));
    put(&arm, "s", ok.clone()).await.ok();
    data.delete("/secrets/s").await.ok();
    assert_eq!(code(&put(&arm, "s", ok.clone()).await), refused(409, "Conflict"));
    arm.delete("kv-1").await;
    assert_eq!(code(&put(&arm, "t", ok).await), refused(404, "ResourceNotFound"));
}

#[tokio::test]
async fn arm_asks_no_access_policy_for_a_secret() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({"enableRbacAuthorization": true})).await.ok();
    put(&arm, "s", json!({"properties": {"value": "v"}})).await.ok();
    assert_eq!(arm.get(&path(&arm, "/s")).await.ok()["name"], "s");
    let data = arm.data("kv-1").await;
    assert_eq!(data.get("/secrets/s").await.status(), 403, "the data plane does");
}
