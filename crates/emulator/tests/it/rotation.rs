//! Rotation: on demand, and by policy on the vaults' clock.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Vault, base64url, from_base64url, member_order};

const DAY: Duration = Duration::from_secs(86_400);
const PATH: &str = "/keys/k/rotationpolicy";

fn rotate_after(period: &str) -> Value {
    json!({"trigger": {"timeAfterCreate": period}, "action": {"type": "Rotate"}})
}

fn rotate_before(period: &str) -> Value {
    json!({"trigger": {"timeBeforeExpiry": period}, "action": {"type": "Rotate"}})
}

fn notify_before(period: &str) -> Value {
    json!({"trigger": {"timeBeforeExpiry": period}, "action": {"type": "Notify"}})
}

async fn with_key() -> Vault {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    vault
}

async fn set(vault: &Vault, actions: Value, attributes: Value) -> Value {
    let body = json!({"lifetimeActions": actions, "attributes": attributes});
    vault.send("PUT", PATH, Some(body)).await.ok().clone()
}

async fn versions(vault: &Vault) -> Vec<Value> {
    vault.get("/keys/k/versions").await.ok()["value"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_key_without_a_policy_shows_the_recorded_default() {
    let vault = with_key().await;
    let answer = vault.get(PATH).await;
    assert_eq!(answer.status(), 200);
    let recorded = r#"{"lifetimeActions":[{"trigger":{"timeBeforeExpiry":"P30D"},"action":{"type":"Notify"}}],"attributes":null}"#;
    assert_eq!(answer.text(), recorded);
    assert_eq!(answer.text().len(), 106, "the recorded Content-Length");
    let (status, code, ..) = vault.get("/keys/missing/rotationpolicy").await.refusal();
    assert_eq!((status, code.as_str()), (404, "KeyNotFound"));
}

#[tokio::test]
async fn a_policy_is_replaced_whole_and_keeps_its_first_date() {
    let vault = with_key().await;
    let created = vault.emulator.clock().now().unix_timestamp();
    let dates = |updated: i64| json!({"created": created, "updated": updated});
    let id = format!("{}{PATH}", vault.base);
    let notify = notify_before("P30D");
    assert_eq!(
        set(&vault, json!([]), json!({})).await,
        json!({"id": id, "lifetimeActions": [notify], "attributes": dates(created)})
    );
    vault.emulator.clock().advance(DAY);
    assert_eq!(
        set(&vault, json!([rotate_after("P2M")]), json!({})).await,
        json!({
            "id": id, "lifetimeActions": [rotate_after("P2M"), notify],
            "attributes": dates(created + 86_400),
        })
    );
    let body =
        json!({"lifetimeActions": [notify_before("P60D")], "attributes": {"expiryTime": "P90D"}});
    let answer = vault.send("PUT", PATH, Some(body)).await;
    member_order(
        answer.text(),
        &[
            "id",
            "lifetimeActions",
            "trigger",
            "action",
            "attributes",
            "expiryTime",
            "created",
            "updated",
        ],
    );
    let set = answer.ok();
    assert_eq!(set["lifetimeActions"], json!([notify_before("P60D")]));
    assert_eq!(set["attributes"]["expiryTime"], "P90D");
    assert_eq!(set["attributes"]["created"], created);
    assert_eq!(vault.get(PATH).await.ok(), set);
}

#[tokio::test]
async fn policies_that_cannot_be_kept_are_refused() {
    let vault = with_key().await;
    let expiry = |period: &str| json!({"expiryTime": period});
    for (actions, attributes) in [
        (json!([]), expiry("P27D")),
        (json!([]), expiry("28 days")),
        (json!([rotate_after("P6D")]), json!({})),
        (json!([rotate_before("P30D")]), json!({})),
        (json!([rotate_before("P6D")]), expiry("P90D")),
        (json!([rotate_before("P84D")]), expiry("P90D")),
        (json!([rotate_after("P84D")]), expiry("P90D")),
        (json!([notify_before("P6D")]), json!({})),
        (json!([rotate_after("P30D"), rotate_after("P60D")]), json!({})),
        (json!([notify_before("P30D"), notify_before("P60D")]), json!({})),
        (
            json!([{"trigger": {"timeAfterCreate": "P30D"}, "action": {"type": "Notify"}}]),
            json!({}),
        ),
        (json!([{"trigger": {}, "action": {"type": "Rotate"}}]), json!({})),
        (json!([{"trigger": {"timeAfterCreate": "P30D"}, "action": {"type": "Fly"}}]), json!({})),
        (json!([{"action": {"type": "Rotate"}}]), json!({})),
    ] {
        let body = json!({"lifetimeActions": actions, "attributes": attributes});
        let (status, code, ..) = vault.send("PUT", PATH, Some(body.clone())).await.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"), "{body}");
    }
    assert_eq!(vault.get(PATH).await.ok()["attributes"], Value::Null, "nothing was set");
    for (actions, attributes) in [
        (json!([rotate_after("P7D")]), json!({})),
        (json!([rotate_after("P83D")]), expiry("P90D")),
        (json!([rotate_before("P7D"), notify_before("P7D")]), expiry("P28D")),
        (
            json!([{"trigger": {"timeAfterCreate": "P1Y"}, "action": {"type": "rotate"}}]),
            expiry("P2Y"),
        ),
    ] {
        set(&vault, actions, attributes).await;
    }
}

#[tokio::test]
async fn a_rotation_answers_the_new_version_and_leaves_the_old_usable() {
    let vault = Vault::new().await;
    let body = json!({"kty": "RSA", "key_size": 3072, "key_ops": ["wrapKey", "unwrapKey"], "tags": {"a": "1"}});
    let first = vault.create("k", body).await;
    let plain = base64url(&[7; 32]);
    let wrap = json!({"alg": "RSA-OAEP-256", "value": plain});
    let wrapped = vault.post("/keys/k/wrapkey", wrap).await.ok();
    vault.emulator.clock().advance(DAY);
    let answer = vault.send("POST", "/keys/k/rotate", None).await;
    member_order(answer.text(), &["key", "kid", "kty", "key_ops", "n", "e", "attributes", "tags"]);
    let second = answer.ok();
    assert_ne!(second["key"]["kid"], first["key"]["kid"]);
    assert_ne!(second["key"]["n"], first["key"]["n"]);
    assert_eq!(from_base64url(&second["key"]["n"]).len(), 384);
    assert_eq!(second["key"]["key_ops"], first["key"]["key_ops"]);
    assert_eq!(second["tags"], first["tags"]);
    let now = vault.emulator.clock().now().unix_timestamp();
    assert_eq!(second["attributes"]["created"], now);
    assert_eq!(vault.get("/keys/k").await.ok(), second);
    // What was wrapped before is unwrapped with the version that wrapped it, and no other.
    let version = first["key"]["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap();
    let unwrap = json!({"alg": "RSA-OAEP-256", "value": wrapped["value"]});
    let old = vault.post(&format!("{version}/unwrapkey"), unwrap.clone()).await.ok();
    assert_eq!(old["value"], json!(plain));
    assert_eq!(old["kid"], first["key"]["kid"]);
    assert_eq!(vault.post("/keys/k/unwrapkey", unwrap).await.status(), 400);
    let (status, code, ..) = vault.send("POST", "/keys/missing/rotate", None).await.refusal();
    assert_eq!((status, code.as_str()), (404, "KeyNotFound"));
}

/// What the service takes over of these is not on record.
#[tokio::test]
async fn a_rotated_version_is_enabled_and_has_no_times_of_the_one_before() {
    let vault = Vault::new().await;
    let now = vault.emulator.clock().now().unix_timestamp();
    let times = json!({"enabled": false, "nbf": now - 9, "exp": now + 999});
    vault.create("k", json!({"kty": "EC", "attributes": times})).await;
    let attributes = vault.send("POST", "/keys/k/rotate", None).await.ok()["attributes"].clone();
    assert_eq!(attributes["enabled"], true);
    assert_eq!((attributes.get("nbf"), attributes.get("exp")), (None, None));
}

#[tokio::test]
async fn two_rotations_at_once_make_two_versions() {
    let vault = Vault::new().await;
    let first = vault.create("k", json!({"kty": "RSA"})).await;
    let (one, two) = tokio::join!(
        vault.send("POST", "/keys/k/rotate", None),
        vault.send("POST", "/keys/k/rotate", None)
    );
    let (one, two) = (one.ok(), two.ok());
    let latest = vault.get("/keys/k").await.ok();
    assert!(latest == one || latest == two);
    let mut kids = [&first, &one, &two].map(|bundle| bundle["key"]["kid"].clone());
    let mut listed: Vec<_> =
        versions(&vault).await.iter().map(|item| item["kid"].clone()).collect();
    kids.sort_by_key(Value::to_string);
    listed.sort_by_key(Value::to_string);
    assert_eq!(listed, kids);
}

#[tokio::test]
async fn a_signature_made_while_the_key_rotates_names_the_version_that_made_it() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA"})).await;
    let digest = base64url(&[1; 32]);
    let sign = || vault.post("/keys/k/sign", json!({"alg": "PS256", "value": digest}));
    // The rotation is polled first: it waits for its RSA key when the signature is made.
    let (rotated, during) = tokio::join!(vault.send("POST", "/keys/k/rotate", None), sign());
    let (rotated, during, after) = (rotated.ok(), during.ok(), sign().await.ok());
    assert_ne!(during["kid"], rotated["key"]["kid"]);
    assert_eq!(after["kid"], rotated["key"]["kid"]);
    for signed in [&during, &after] {
        let version = signed["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap();
        let verify = json!({"alg": "PS256", "digest": digest, "value": signed["value"]});
        let verified = vault.post(&format!("{version}/verify"), verify).await.ok();
        assert_eq!(verified["value"], true);
    }
}

#[tokio::test]
async fn a_key_deleted_while_it_rotates_stays_deleted() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA"})).await;
    let (rotated, deleted) =
        tokio::join!(vault.send("POST", "/keys/k/rotate", None), vault.delete("/keys/k"));
    assert_eq!(deleted.status(), 200);
    assert_eq!(rotated.refusal().1, "KeyNotFound");
    assert_eq!(vault.get("/keys/k").await.status(), 404);
}

#[tokio::test]
async fn the_clock_rotates_a_key_by_its_policy() {
    let vault = with_key().await;
    let first = vault.get("/keys/k").await.ok();
    let created = first["attributes"]["created"].as_i64().unwrap();
    let attributes = json!({"expiryTime": "P90D"});
    set(&vault, json!([rotate_after("P30D"), notify_before("P10D")]), attributes).await;
    vault.emulator.clock().advance(DAY * 30 - Duration::from_secs(1));
    assert_eq!(vault.get("/keys/k").await.ok(), first, "not yet");
    vault.emulator.clock().advance(Duration::from_secs(1));
    let second = vault.get("/keys/k").await.ok();
    assert_ne!(second["key"]["kid"], first["key"]["kid"]);
    assert_eq!(second["attributes"]["created"], created + 30 * 86_400);
    assert_eq!(second["attributes"]["exp"], created + 120 * 86_400, "of new versions only");
    assert!(first["attributes"].get("exp").is_none());
    // Three more periods, and a list of keys is a look too.
    vault.emulator.clock().advance(DAY * 95);
    let list = vault.get("/keys").await.ok();
    assert_eq!(list["value"][0]["attributes"]["created"], created + 120 * 86_400);
    assert_eq!(versions(&vault).await.len(), 5);
}

#[tokio::test]
async fn a_policy_may_rotate_ahead_of_expiry() {
    let vault = Vault::new().await;
    let now = vault.emulator.clock().now().unix_timestamp();
    let exp = now + 40 * 86_400;
    vault.create("k", json!({"kty": "EC", "attributes": {"exp": exp}})).await;
    set(&vault, json!([rotate_before("P10D")]), json!({"expiryTime": "P60D"})).await;
    vault.emulator.clock().advance(DAY * 30 - Duration::from_secs(1));
    assert_eq!(versions(&vault).await.len(), 1);
    vault.emulator.clock().advance(Duration::from_secs(1));
    let latest = vault.get("/keys/k").await.ok();
    assert_eq!(latest["attributes"]["exp"], now + 90 * 86_400);
    vault.emulator.clock().advance(DAY * 50);
    assert_eq!(versions(&vault).await.len(), 3, "its own versions follow the same rule");
}

#[tokio::test]
async fn years_of_a_jumping_clock_make_a_dozen_versions_and_the_last_is_current() {
    let vault = with_key().await;
    let created = vault.emulator.clock().now().unix_timestamp();
    set(&vault, json!([rotate_after("P7D")]), json!({})).await;
    vault.emulator.clock().advance(DAY * 7 * 1000);
    let latest = vault.get("/keys/k").await.ok();
    assert_eq!(latest["attributes"]["created"], created + 7000 * 86_400);
    assert_eq!(versions(&vault).await.len(), 13);
}

#[tokio::test]
async fn a_deleted_key_does_not_rotate() {
    let vault = with_key().await;
    set(&vault, json!([rotate_after("P7D")]), json!({})).await;
    vault.delete("/keys/k").await.ok();
    vault.emulator.clock().advance(DAY * 20);
    vault.send("POST", "/deletedkeys/k/recover", None).await.ok();
    // Once it is back it catches up.
    assert_eq!(versions(&vault).await.len(), 3);
}

#[tokio::test]
async fn an_hsm_rotates_every_28_days_at_most_and_tells_nobody() {
    let hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "oct-HSM", "key_size": 192})).await;
    let default = hsm.get(PATH).await;
    assert_eq!(default.text(), r#"{"attributes":null,"lifetimeActions":[]}"#);
    for actions in [json!([rotate_after("P27D")]), json!([notify_before("P30D")])] {
        let body = json!({"lifetimeActions": actions, "attributes": {}});
        assert_eq!(hsm.send("PUT", PATH, Some(body)).await.refusal().0, 400, "{actions}");
    }
    let set = set(&hsm, json!([rotate_after("P28D")]), json!({})).await;
    assert_eq!(set["lifetimeActions"], json!([rotate_after("P28D")]));
    let rotated = hsm.send("POST", "/keys/k/rotate", None).await.ok();
    assert_eq!(rotated["key"]["kty"], "oct-HSM");
    // Still 192 bits.
    let wrap = json!({"alg": "A192KW", "value": base64url(&[1; 16])});
    assert_eq!(hsm.post("/keys/k/wrapkey", wrap).await.status(), 200);
}
