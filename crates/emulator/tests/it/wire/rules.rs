//! The rules behind the rows, on what the record does not name: every operation in every state.

use serde_json::json;

use crate::support::{Answer, Vault};

/// Method, path and body of an operation on the key or the secret `x`.
pub(super) type Call = (&'static str, &'static str, Option<&'static str>);

const DIGEST: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// What needs the key `x`, but for what makes it.
const KEY_CALLS: [Call; 16] = [
    ("GET", "/keys/x", None),
    ("GET", "/keys/x/0123456789abcdef0123456789abcdef", None),
    ("PATCH", "/keys/x", Some("{}")),
    ("DELETE", "/keys/x", None),
    ("POST", "/keys/x/backup", None),
    ("POST", "/keys/x/rotate", None),
    ("GET", "/keys/x/rotationpolicy", None),
    ("PUT", "/keys/x/rotationpolicy", Some("{}")),
    ("POST", "/keys/x/encrypt", Some(r#"{"alg":"RSA-OAEP","value":"AQ"}"#)),
    ("POST", "/keys/x/decrypt", Some(r#"{"alg":"RSA-OAEP","value":"AQ"}"#)),
    ("POST", "/keys/x/wrapkey", Some(r#"{"alg":"RSA-OAEP","value":"AQ"}"#)),
    ("POST", "/keys/x/unwrapkey", Some(r#"{"alg":"RSA-OAEP","value":"AQ"}"#)),
    ("POST", "/keys/x/sign", Some(r#"{"alg":"RS256","value":"AQ"}"#)),
    ("POST", "/keys/x/verify", Some(r#"{"alg":"RS256","digest":"AQ","value":"AQ"}"#)),
    ("POST", "/keys/x/release", Some(r#"{"target":"AQ"}"#)),
    ("GET", "/keys/x/attestation", None),
];

const SECRET_CALLS: [Call; 5] = [
    ("GET", "/secrets/x", None),
    ("GET", "/secrets/x/0123456789abcdef0123456789abcdef", None),
    ("PATCH", "/secrets/x", Some("{}")),
    ("DELETE", "/secrets/x", None),
    ("POST", "/secrets/x/backup", None),
];

const DELETED_CALLS: [Call; 6] = [
    ("GET", "/deletedkeys/x", None),
    ("DELETE", "/deletedkeys/x", None),
    ("POST", "/deletedkeys/x/recover", None),
    ("GET", "/deletedsecrets/x", None),
    ("DELETE", "/deletedsecrets/x", None),
    ("POST", "/deletedsecrets/x/recover", None),
];

/// All of them.
pub(super) const CALLS: [&[Call]; 3] = [&KEY_CALLS, &SECRET_CALLS, &DELETED_CALLS];

/// The long sentence for a name of which nothing is known.
fn unknown(noun: &str, id: &str) -> (u16, String, Option<String>, String) {
    let code = if noun == "key" { "KeyNotFound" } else { "SecretNotFound" };
    let message = format!(
        "A {noun} with (name/id) {id} was not found in this key vault. If you recently deleted this {noun} you may be \
         able to recover it using the correct recovery command. For help resolving this issue, please see \
         https://go.microsoft.com/fwlink/?linkid=2125182"
    );
    (404, code.to_owned(), None, message)
}

fn noun(path: &str) -> &'static str {
    if path.contains("secrets") { "secret" } else { "key" }
}

pub(super) async fn call(vault: &Vault, (method, path, body): Call) -> Answer {
    vault.send(method, path, body.map(|body| serde_json::from_str(body).unwrap())).await
}

#[tokio::test]
async fn every_operation_on_an_unknown_name_says_so_in_the_long_sentence() {
    let vault = Vault::new().await;
    for row in KEY_CALLS.into_iter().chain(SECRET_CALLS).chain(DELETED_CALLS) {
        let expected = unknown(noun(row.1), "x");
        assert_eq!(call(&vault, row).await.refusal(), expected, "{row:?}");
    }
}

/// A deleted name is as unknown as one that never was, to what needs a live object; a live one, to what needs a
/// deleted one.
#[tokio::test]
async fn what_needs_the_other_state_says_so_in_the_long_sentence() {
    let vault = Vault::new().await;
    vault.create("x", json!({"kty": "RSA"})).await;
    vault.set("x", json!({"value": "v"})).await;
    for row in DELETED_CALLS {
        assert_eq!(call(&vault, row).await.refusal(), unknown(noun(row.1), "x"), "{row:?}");
    }
    vault.delete("/keys/x").await.ok();
    vault.delete("/secrets/x").await.ok();
    for row in KEY_CALLS.into_iter().chain(SECRET_CALLS) {
        assert_eq!(call(&vault, row).await.refusal(), unknown(noun(row.1), "x"), "{row:?}");
    }
}

#[tokio::test]
async fn an_unknown_version_of_a_known_name_is_named_with_it() {
    let vault = Vault::new().await;
    vault.create("x", json!({"kty": "RSA"})).await;
    vault.set("x", json!({"value": "v"})).await;
    let version = "0123456789abcdef0123456789abcdef";
    for (method, path, body) in [
        ("GET", format!("/keys/x/{version}"), json!(null)),
        ("PATCH", format!("/keys/x/{version}"), json!({})),
        ("POST", format!("/keys/x/{version}/sign"), json!({"alg": "RS256", "value": DIGEST})),
        ("POST", format!("/keys/x/{version}/encrypt"), json!({"alg": "RSA-OAEP", "value": "AQ"})),
        ("GET", format!("/secrets/x/{version}"), json!(null)),
        ("PATCH", format!("/secrets/x/{version}"), json!({})),
    ] {
        let answer = vault.send(method, &path, Some(body)).await;
        let id = format!("x/{version}");
        assert_eq!(answer.refusal(), unknown(noun(&path), &id), "{method} {path}");
    }
}

/// All lists of what is not there are empty, and none is a refusal.
#[tokio::test]
async fn lists_of_nothing_are_empty_and_end() {
    let vault = Vault::new().await;
    for path in [
        "/keys",
        "/secrets",
        "/deletedkeys",
        "/deletedsecrets",
        "/keys/x/versions",
        "/secrets/x/versions",
    ] {
        let answer = vault.get(path).await;
        assert_eq!(
            (answer.status(), answer.text()),
            (200, r#"{"value":[],"nextLink":null}"#),
            "{path}"
        );
    }
}

/// While a deletion runs: short words for the deleted object, a conflict for a change, and the name is taken.
#[tokio::test]
async fn while_a_deletion_runs_each_operation_answers_by_its_kind() {
    let builder =
        azvault_emulator::Emulator::builder().deletion_lag(std::time::Duration::from_secs(5));
    let vault = Vault::of(builder).await;
    vault.create("x", json!({"kty": "RSA"})).await;
    vault.set("x", json!({"value": "v"})).await;
    vault.delete("/keys/x").await.ok();
    vault.delete("/secrets/x").await.ok();
    for (collection, title, code) in
        [("keys", "Key", "KeyNotFound"), ("secrets", "Secret", "SecretNotFound")]
    {
        let refusal = vault.get(&format!("/deleted{collection}/x")).await.refusal();
        let short = format!("Deleted {title} not found: x");
        assert_eq!(refusal, (404, code.to_owned(), None, short));
        let conflict = (
            409,
            "Conflict".to_owned(),
            Some("ObjectIsBeingDeleted".to_owned()),
            format!("{title} is currently being deleted."),
        );
        for (method, path) in [
            ("DELETE", format!("/deleted{collection}/x")),
            ("POST", format!("/deleted{collection}/x/recover")),
            ("PATCH", format!("/{collection}/x")),
            ("DELETE", format!("/{collection}/x")),
        ] {
            let answer = vault.send(method, &path, Some(json!({}))).await;
            assert_eq!(answer.refusal(), conflict, "{method} {path}");
        }
    }
    let made = vault.post("/keys/x/create", json!({"kty": "EC"})).await;
    assert_eq!((made.status(), made.refusal().2.as_deref()), (409, Some("ObjectIsBeingDeleted")));
}

/// Only reading a secret's value and using a private key are refused; everything else is open to a disabled object.
#[tokio::test]
async fn a_disabled_object_refuses_its_value_and_its_private_key_alone() {
    let vault = Vault::new().await;
    let off = json!({"enabled": false});
    vault.create("x", json!({"kty": "RSA", "attributes": off})).await;
    let set = vault.set("x", json!({"value": "v", "attributes": off})).await;
    let version = set["id"].as_str().unwrap().strip_prefix(&vault.base).unwrap().to_owned();
    let forbidden = |inner: &str, message: &str| {
        (403, "Forbidden".to_owned(), Some(inner.to_owned()), message.to_owned())
    };
    for path in ["/secrets/x", "/secrets/x/", version.as_str()] {
        let words = "Operation get is not allowed on a disabled secret.";
        assert_eq!(vault.get(path).await.refusal(), forbidden("SecretDisabled", words), "{path}");
    }
    for (path, operation, body) in [
        ("/keys/x/decrypt", "decrypt", json!({"alg": "RSA1_5", "value": "AQ"})),
        ("/keys/x/unwrapkey", "unwrapKey", json!({"alg": "RSA-OAEP-256", "value": "AQ"})),
        ("/keys/x/sign", "sign", json!({"alg": "PS256", "value": DIGEST})),
    ] {
        let words = format!("Operation {operation} is not allowed on a disabled key.");
        let refusal = vault.post(path, body).await.refusal();
        assert_eq!(refusal, forbidden("KeyDisabled", &words), "{path}");
    }
    for (method, path, body) in [
        ("GET", "/keys/x", json!(null)),
        ("GET", "/keys", json!(null)),
        ("GET", "/keys/x/versions", json!(null)),
        ("GET", "/secrets", json!(null)),
        ("GET", "/secrets/x/versions", json!(null)),
        ("POST", "/keys/x/backup", json!(null)),
        ("POST", "/secrets/x/backup", json!(null)),
        ("GET", "/keys/x/rotationpolicy", json!(null)),
        ("POST", "/keys/x/encrypt", json!({"alg": "RSA1_5", "value": "AQ"})),
        ("POST", "/keys/x/wrapkey", json!({"alg": "RSA-OAEP", "value": "AQ"})),
        ("POST", "/keys/x/verify", json!({"alg": "RS256", "digest": DIGEST, "value": "AQ"})),
        ("PATCH", "/keys/x", json!({"tags": {"a": "b"}})),
        ("PATCH", "/secrets/x", json!({"tags": {"a": "b"}})),
        ("DELETE", "/keys/x", json!(null)),
        ("DELETE", "/secrets/x", json!(null)),
        ("GET", "/deletedkeys/x", json!(null)),
        ("GET", "/deletedkeys", json!(null)),
        ("GET", "/deletedsecrets", json!(null)),
        ("POST", "/deletedkeys/x/recover", json!(null)),
        ("POST", "/deletedsecrets/x/recover", json!(null)),
    ] {
        let answer = vault.send(method, path, Some(body)).await;
        assert_eq!(answer.status(), 200, "{method} {path}: {}", answer.text());
    }
}
