//! Who may have a key: `exportable`, and the policies that go with it.

use serde_json::{Value, json};

use crate::{
    environment::{
        Environment, NOT_ADMITTED, bad, encoded, exportable, forbidden, policy, refused,
    },
    support::{Vault, member_order},
};

#[tokio::test]
async fn an_exportable_key_shows_its_policy() {
    let vault = Vault::new().await;
    let body = json!({
        "kty": "EC-HSM", "attributes": {"exportable": true}, "tags": {"a": "1"},
        "release_policy": encoded(&policy(&vault)),
    });
    let answer = vault.post("/keys/k/create", body.clone()).await;
    member_order(answer.text(), &["key", "attributes", "exportable", "tags", "release_policy"]);
    let bundle = answer.ok();
    assert_eq!(bundle["attributes"]["exportable"], true);
    let shown = json!({
        "contentType": "application/json; charset=utf-8", "data": body["release_policy"]["data"],
        "immutable": false,
    });
    assert_eq!(bundle["release_policy"], shown);
    assert_eq!(vault.get("/keys/k").await.ok(), bundle);
    assert_eq!(vault.get("/keys").await.ok()["value"][0]["attributes"]["exportable"], true);
    // A new version is as the key is.
    let second = vault.create("k", json!({"kty": "EC-HSM"})).await;
    assert_eq!(second["release_policy"], shown);
}

#[tokio::test]
async fn export_is_refused_where_the_service_refuses_it() {
    let vault = Vault::new().await;
    let good = encoded(&policy(&vault));
    let create = async |name: &str, body: Value| {
        refused(&vault.post(&format!("/keys/{name}/create"), body).await)
    };
    let exportable = json!({"exportable": true});
    assert_eq!(
        create("k", json!({"kty": "RSA-HSM", "attributes": exportable})).await,
        bad("AKV.SKR.1004: Exportable keys must have release policy.")
    );
    assert_eq!(
        create("k", json!({"kty": "EC-HSM", "release_policy": good})).await,
        bad("AKV.SKR.1005: Non-exportable keys must not have release policy.")
    );
    assert_eq!(
        create("k", json!({"kty": "EC", "attributes": exportable, "release_policy": good})).await,
        bad("AKV.SKR.1006: Exportable keys must be HSM keys.")
    );
    for authority in ["", "https://example.com", "http://localhost:8443/attestation"] {
        let mut policy = policy(&vault);
        policy["anyOf"][0]["authority"] = json!(authority);
        let body = json!({
            "kty": "EC-HSM", "attributes": exportable, "release_policy": encoded(&policy),
        });
        let message = format!(
            "AKV.SKR.1012: The specified attestation service {authority} cannot be reached."
        );
        assert_eq!(create("k", body).await, bad(&message));
    }
    vault.create("plain", json!({"kty": "EC-HSM"})).await;
    let changed = "AKV.SKR.1003: The exportable attribute of an existing key cannot be changed.";
    assert_eq!(
        create("plain", json!({"kty": "EC-HSM", "attributes": exportable, "release_policy": good}))
            .await,
        bad(changed)
    );
    let update =
        async |path: &str, body: Value| refused(&vault.send("PATCH", path, Some(body)).await);
    assert_eq!(update("/keys/plain", json!({"attributes": exportable})).await, bad(changed));
    assert_eq!(
        update("/keys/plain", json!({"release_policy": good})).await,
        bad("AKV.SKR.1005: Non-exportable keys must not have release policy.")
    );
}

#[tokio::test]
async fn a_policy_changes_on_the_key_as_a_whole_until_it_is_immutable() {
    let vault = Vault::new().await;
    let bundle = exportable(&vault, "EC-HSM").await;
    let version = bundle["key"]["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap();
    let mut changed = policy(&vault);
    changed["anyOf"][0]["anyOf"][0]["equals"] = json!(false);
    let update = async |path: &str, policy: &Value| {
        vault.send("PATCH", path, Some(json!({"release_policy": policy}))).await
    };
    let mut changed = encoded(&changed);
    assert_eq!(
        refused(&update(version, &changed).await),
        bad("AKV.SKR.1016: Key Release Policy can only be set on versionless key.")
    );
    changed["immutable"] = json!(true);
    let frozen = update("/keys/k", &changed).await.ok();
    assert_eq!(frozen["release_policy"]["data"], changed["data"]);
    assert_eq!(frozen["release_policy"]["immutable"], true);
    assert_eq!(
        refused(&update("/keys/k", &encoded(&policy(&vault))).await),
        bad("AKV.SKR.1020: Immutable Key Release Policy cannot be modified.")
    );
    assert_eq!(update("/keys/k", &changed).await.status(), 200, "the same again");
}

#[tokio::test]
async fn a_policy_for_azures_own_authority_can_be_set_but_not_met() {
    let vault = Vault::new().await;
    let mut policy = policy(&vault);
    policy["anyOf"][0]["authority"] = json!("https://sharedeus.eus.attest.azure.net");
    let body = json!({
        "kty": "RSA-HSM", "attributes": {"exportable": true}, "release_policy": encoded(&policy),
    });
    vault.create("k", body).await;
    let target = Environment::new().token(&vault, json!({"sdk-test": true}));
    let answer = vault.post("/keys/k/release", json!({"target": target})).await;
    assert_eq!(refused(&answer), forbidden(NOT_ADMITTED));
}
