//! Keys as ARM resources: over the vault's own keys.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::{Answer, Vault, base64url, member_order},
};

const DAY: Duration = Duration::from_secs(86_400);

fn path(arm: &Arm, rest: &str) -> String {
    format!("{}/keys{rest}", arm.vault_path("rg", "Kv-1"))
}

async fn with_vault() -> (Arm, Vault) {
    let arm = Arm::new().await;
    let data = arm.open_vault("Kv-1", json!({})).await;
    (arm, data)
}

async fn put(arm: &Arm, name: &str, properties: Value) -> Answer {
    let body = json!({"tags": {"a": "b"}, "properties": properties});
    arm.send("PUT", &path(arm, &format!("/{name}")), Some(body)).await
}

#[tokio::test]
async fn a_key_made_through_arm_is_the_data_planes() {
    let (arm, data) = with_vault().await;
    let properties = json!({
        "kty": "EC", "curveName": "P-384", "keyOps": ["sign"],
        "attributes": {"enabled": true, "exp": 4_000_000_000_u64},
    });
    let made = put(&arm, "K-1", properties).await;
    member_order(made.text(), &["attributes", "kty", "keyOps", "curveName", "keyUri"]);
    let made = made.ok();
    let bundle = data.get("/keys/k-1").await.ok();
    assert_eq!(bundle["key"]["crv"], "P-384");
    let now = bundle["attributes"]["created"].clone();
    assert_eq!(
        made,
        json!({
            "id": path(&arm, "/K-1"), "name": "K-1", "type": "Microsoft.KeyVault/vaults/keys",
            "location": "westus", "tags": {"a": "b"},
            "properties": {
                "attributes": {
                    "enabled": true, "exp": 4_000_000_000_u64, "created": now, "updated": now,
                    "recoveryLevel": "Recoverable+Purgeable", "exportable": false,
                },
                "kty": "EC", "keyOps": ["sign"], "curveName": "P-384",
                "keyUri": "https://kv-1.vault.localhost:8443/keys/K-1",
                "keyUriWithVersion": bundle["key"]["kid"],
            },
        })
    );
    assert_eq!(arm.get(&path(&arm, "/k-1")).await.ok(), made);
}

#[tokio::test]
async fn a_key_that_is_there_is_answered_as_it_is() {
    let (arm, data) = with_vault().await;
    let first = put(&arm, "k", json!({"kty": "RSA", "keySize": 2048})).await.ok();
    assert_eq!(first["properties"]["keySize"], 2048);
    assert_eq!(put(&arm, "k", json!({"kty": "EC"})).await.ok(), first);
    let versions = data.get("/keys/k/versions").await.ok();
    assert_eq!(versions["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn two_who_make_a_key_at_once_get_the_same_version() {
    let (arm, _) = with_vault().await;
    let properties = json!({"kty": "RSA"});
    let (one, two) =
        tokio::join!(put(&arm, "k", properties.clone()), put(&arm, "k", properties.clone()));
    assert_eq!(one.ok(), two.ok());
}

#[tokio::test]
async fn versions_of_the_data_plane_are_listed_and_read_by_their_ids() {
    let (arm, data) = with_vault().await;
    put(&arm, "k", json!({"kty": "EC"})).await.ok();
    data.create("k", json!({"kty": "EC"})).await;
    let latest = data.create("k", json!({"kty": "EC", "crv": "P-521"})).await;
    let kid = latest["key"]["kid"].as_str().unwrap();
    let id = kid.rsplit('/').next().unwrap();

    let one = arm.get(&path(&arm, &format!("/k/versions/{id}"))).await.ok();
    assert_eq!(one["id"], path(&arm, &format!("/k/versions/{id}")));
    assert_eq!((&one["name"], &one["properties"]["curveName"]), (&json!(id), &json!("P-521")));
    assert_eq!(one["properties"]["keyUriWithVersion"], kid);

    let mut found = Vec::new();
    let mut page = arm.get(&path(&arm, "/k/versions?$top=2")).await.ok();
    loop {
        for item in page["value"].as_array().unwrap() {
            assert!(item["properties"].get("kty").is_none(), "a list tells no more: {item}");
            found.push(item["properties"]["keyUriWithVersion"].as_str().unwrap().to_owned());
        }
        let Some(link) = page["nextLink"].as_str().map(str::to_owned) else { break };
        page = arm.http.send_to("GET", &link, "", &[]).await.ok();
    }
    assert_eq!(found.len(), 3);
    assert!(found.contains(&kid.to_owned()));

    let none = arm.get(&path(&arm, &format!("/k/versions/{}", "0".repeat(32)))).await;
    assert_eq!(code(&none), refused(404, "KeyNotFound"));
}

#[tokio::test]
async fn the_list_of_keys_tells_their_attributes_and_uris() {
    let (arm, data) = with_vault().await;
    data.create("b", json!({"kty": "EC"})).await;
    data.create("a", json!({"kty": "EC"})).await;
    let keys = arm.get(&path(&arm, "")).await.ok();
    let uris: Vec<_> =
        keys["value"].as_array().unwrap().iter().map(|key| &key["properties"]["keyUri"]).collect();
    let base = "https://kv-1.vault.localhost:8443/keys";
    assert_eq!(uris, [&json!(format!("{base}/a")), &json!(format!("{base}/b"))]);
    assert!(keys.get("nextLink").is_none(), "there is one page");
}

#[tokio::test]
async fn a_rotation_policy_goes_in_and_out_in_lower_case_and_rotates() {
    let (arm, _) = with_vault().await;
    let policy = json!({
        "attributes": {"expiryTime": "P90D"},
        "lifetimeActions": [
            {"trigger": {"timeAfterCreate": "P30D"}, "action": {"type": "rotate"}},
            {"trigger": {"timeBeforeExpiry": "P10D"}, "action": {"type": "notify"}},
        ],
    });
    let made = put(&arm, "k", json!({"kty": "EC", "rotationPolicy": policy})).await.ok();
    let told = &made["properties"]["rotationPolicy"];
    assert_eq!(told["lifetimeActions"], policy["lifetimeActions"]);
    assert_eq!(told["attributes"]["expiryTime"], "P90D");
    assert_eq!(told["attributes"]["created"], made["properties"]["attributes"]["created"]);
    arm.emulator().clock().advance(31 * DAY);
    let later = arm.get(&path(&arm, "/k")).await.ok();
    let version = |key: &Value| key["properties"]["keyUriWithVersion"].clone();
    assert_ne!(version(&later), version(&made), "the clock has rotated the key");
    let list = arm.get(&path(&arm, "/k/versions")).await.ok();
    assert_eq!(list["value"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_release_policy_is_spelled_in_snake_case() {
    let arm = Arm::new().await;
    let premium = json!({"sku": {"family": "A", "name": "premium"}});
    let data = arm.open_vault("Kv-1", premium).await;
    let authority = arm.emulator().attestation().url().to_owned();
    let rules = json!({"version": "1.0.0", "anyOf": [
        {"authority": authority, "allOf": [{"claim": "sdk-test", "equals": "true"}]},
    ]});
    let policy = json!({"data": base64url(rules.to_string().as_bytes())});
    let properties = json!({
        "kty": "RSA-HSM", "keyOps": ["sign", "release"], "attributes": {"exportable": true},
        "release_policy": policy,
    });
    let made = put(&arm, "k", properties).await.ok();
    assert_eq!(made["properties"]["release_policy"]["data"], policy["data"]);
    assert_eq!(made["properties"]["keyOps"], json!(["sign", "release"]));
    assert_eq!(made["properties"]["attributes"]["exportable"], true);
    let bundle = data.get("/keys/k").await.ok();
    assert_eq!(bundle["key"]["key_ops"], json!(["sign", "export"]));
    assert_eq!(bundle["release_policy"]["data"], policy["data"]);
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused_and_leaves_none() {
    let (arm, data) = with_vault().await;
    let policy = json!({"lifetimeActions": [{"trigger": {}, "action": {"type": "rotate"}}]});
    for properties in [
        json!({}),
        json!({"kty": "oct-HSM"}),
        json!({"kty": "RSA", "keySize": 1024}),
        json!({"kty": "EC", "rotationPolicy": policy}),
    ] {
        let answer = put(&arm, "k", properties.clone()).await;
        assert_eq!(code(&answer), refused(400, "BadParameter"), "{properties}");
    }
    assert_eq!(code(&put(&arm, "a_b", json!({"kty": "EC"})).await), refused(400, "BadRequest"));
    assert_eq!(data.get("/keys").await.ok()["value"], json!([]));
    assert_eq!(code(&arm.get(&path(&arm, "/k")).await), refused(404, "KeyNotFound"));
    assert_eq!(code(&arm.get(&path(&arm, "/k/versions")).await), refused(404, "KeyNotFound"));
    put(&arm, "k", json!({"kty": "EC"})).await.ok();
    data.delete("/keys/k").await.ok();
    assert_eq!(code(&put(&arm, "k", json!({"kty": "EC"})).await), refused(409, "Conflict"));
    let answer = arm.send("DELETE", &path(&arm, "/k"), None).await;
    assert_eq!(code(&answer), refused(405, "NotSupportedByEmulator"));
}
