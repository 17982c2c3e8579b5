//! Keys and secrets through Resource Manager: what is sent of them, what is told, and what never is.

use std::sync::Arc;

use azvault::management::{
    ErrorKind, KeyCreateParameters, KeyOperation, KeyReleasePolicy, KeyType,
    KeyVaultManagementClient, LifetimeAction, OffsetDateTime, RotationPolicy,
};
use azvault_core::transport::TransportErrorKind;
use azvault_tests::{Answer, Clerk, Script};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "7f1c7e1a-1111-4c4c-9d9d-0123456789ab";
const VAULT: &str = "/subscriptions/7f1c7e1a-1111-4c4c-9d9d-0123456789ab/resourceGroups/my-rg/providers/Microsoft.KeyVault/vaults/my-vault";
const VERSION: &str = "0123456789abcdef0123456789ABCDEF";

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn key() -> Value {
    json!({
        "id": format!("{VAULT}/keys/my-key"), "name": "my-key", "location": "eastus",
        "properties": {"kty": "RSA", "keySize": 2048,
            "keyUriWithVersion": format!("https://my-vault.vault.azure.net/keys/my-key/{VERSION}"),
            "attributes": {"enabled": true, "exp": 1_900_000_000}},
    })
}

fn secret() -> Value {
    json!({
        "id": format!("{VAULT}/secrets/my-secret"), "name": "my-secret", "location": "eastus",
        "tags": {"team": "payments"},
        "properties": {"contentType": "text/plain", "attributes": {"enabled": true, "nbf": 1},
            "secretUriWithVersion":
                format!("https://my-vault.vault.azure.net/secrets/my-secret/{VERSION}")},
    })
}

fn last(script: &Script) -> String {
    let seen = script.seen();
    let last = seen.last().unwrap();
    format!("{} {}?{}", last.method, last.url.path(), last.url.query().unwrap())
}

const QUERY: &str = "?api-version=2026-05-15";

#[tokio::test(start_paused = true)]
async fn a_key_is_made_of_what_was_set_alone() {
    let script = Script::always(Answer::ok(&key()));
    let keys = client(&script).keys();
    let policy = RotationPolicy::new()
        .expiry_time("P2Y")
        .action(LifetimeAction::rotate_after("P18M"))
        .action(LifetimeAction::notify_before_expiry("P30D"));
    let parameters = KeyCreateParameters::new(KeyType::Rsa)
        .size(2048)
        .operations([KeyOperation::WrapKey, KeyOperation::UnwrapKey])
        .expires_on(OffsetDateTime::from_unix_timestamp(1_900_000_000).unwrap())
        .exportable(KeyReleasePolicy::new("{}"))
        .rotation_policy(policy)
        .tag("a", "1");
    let made = keys.create_if_not_exist("my-rg", "my-vault", "my-key", parameters).await.unwrap();
    assert_eq!((made.version(), made.size()), (Some(VERSION), Some(2048)));
    assert_eq!(last(&script), format!("PUT {VAULT}/keys/my-key{QUERY}"));
    let sent: Value = serde_json::from_str(&script.seen()[0].text()).unwrap();
    assert_eq!(
        sent,
        json!({
            "tags": {"a": "1"},
            "properties": {
                "attributes": {"exp": 1_900_000_000, "exportable": true},
                "kty": "RSA", "keyOps": ["wrapKey", "unwrapKey"], "keySize": 2048,
                "rotationPolicy": {
                    "attributes": {"expiryTime": "P2Y"},
                    "lifetimeActions": [
                        {"trigger": {"timeAfterCreate": "P18M"}, "action": {"type": "rotate"}},
                        {"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "notify"}},
                    ],
                },
                "release_policy":
                    {"contentType": "application/json; charset=utf-8", "data": "e30"},
            },
        })
    );
}

#[tokio::test(start_paused = true)]
async fn keys_and_their_versions_are_read_and_listed() {
    let script = Script::by(|seen| match seen.url.path().rsplit('/').next() {
        Some("keys" | "versions") => Answer::ok(&json!({"value": [key(), key()]})),
        _ => Answer::ok(&key()),
    });
    let keys = client(&script).keys();
    let latest = keys.get("my-rg", "my-vault", "my-key").await.unwrap();
    assert_eq!(last(&script), format!("GET {VAULT}/keys/my-key{QUERY}"));
    assert!(latest.enabled() && latest.expires_on().is_some());
    let version = keys.get_version("my-rg", "my-vault", "my-key", VERSION).await.unwrap();
    assert_eq!(last(&script), format!("GET {VAULT}/keys/my-key/versions/{VERSION}{QUERY}"));
    let listed = keys.list("my-rg", "my-vault").try_collect().await.unwrap();
    assert_eq!(last(&script), format!("GET {VAULT}/keys{QUERY}"));
    let versions = keys.list_versions("my-rg", "my-vault", "my-key").try_collect().await.unwrap();
    assert_eq!(last(&script), format!("GET {VAULT}/keys/my-key/versions{QUERY}"));
    assert_eq!((listed, versions), (vec![latest.clone(), version], vec![latest.clone(), latest]));
}

#[tokio::test(start_paused = true)]
async fn making_a_key_twice_is_making_it_once_so_a_lost_answer_is_asked_for_again() {
    let script = Script::of([Answer::broken(TransportErrorKind::Interrupted), Answer::ok(&key())]);
    let parameters = KeyCreateParameters::new(KeyType::Ec);
    let keys = client(&script).keys();
    keys.create_if_not_exist("my-rg", "my-vault", "my-key", parameters).await.unwrap();
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_set_and_its_value_is_seen_nowhere_else() {
    let script = Script::always(Answer::new(201, secret().to_string()));
    let secrets = client(&script).secrets();
    let set = secrets
        .create_or_update("my-rg", "my-vault", "my-secret", "canary")
        .content_type("text/plain")
        .enabled(true)
        .tag("team", "payments");
    assert!(!format!("{set:?}").contains("canary"), "{set:?}");
    assert!(!format!("{:?}", set.clone().into_call()).contains("canary"));
    let secret = set.await.unwrap();
    assert_eq!((secret.version(), secret.content_type()), (Some(VERSION), Some("text/plain")));
    assert_eq!(last(&script), format!("PUT {VAULT}/secrets/my-secret{QUERY}"));
    assert_eq!(
        script.seen()[0].text(),
        r#"{"tags":{"team":"payments"},"properties":{"value":"canary","contentType":"text/plain","attributes":{"enabled":true}}}"#
    );
}

#[tokio::test(start_paused = true)]
async fn a_failure_to_set_a_secret_does_not_tell_its_value() {
    let script = Script::always(Answer::error(409, "Conflict", "it is deleted"));
    let secrets = client(&script).secrets();
    let error =
        secrets.create_or_update("my-rg", "my-vault", "my-secret", "canary").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(!format!("{error} {error:?} {:?}", error.explain()).contains("canary"));
    let long = "canary".repeat(5000);
    let error = secrets.update("my-rg", "my-vault", "my-secret").value(long).await.unwrap_err();
    assert!(error.to_string().contains("30000 bytes"), "{error}");
    assert!(!format!("{error:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn a_value_is_not_sent_twice_where_that_would_make_two_versions() {
    let broken = || Answer::broken(TransportErrorKind::Interrupted);
    let script = Script::of([broken(), Answer::ok(&secret())]);
    let secrets = client(&script).secrets();
    let set = secrets.create_or_update("my-rg", "my-vault", "my-secret", "v");
    assert!(set.await.unwrap_err().may_have_been_sent());
    assert_eq!(script.count(), 1);
    let script = Script::of([broken(), Answer::ok(&secret())]);
    let secrets = client(&script).secrets();
    let change = secrets.update("my-rg", "my-vault", "my-secret").value("v");
    assert!(change.await.unwrap_err().may_have_been_sent());
    assert_eq!(script.count(), 1);
    let script = Script::of([broken(), Answer::ok(&secret())]);
    let secrets = client(&script).secrets();
    secrets.update("my-rg", "my-vault", "my-secret").enabled(false).await.unwrap();
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_secret_sends_only_what_was_set() {
    let script = Script::always(Answer::ok(&secret()));
    let secrets = client(&script).secrets();
    secrets.update("my-rg", "my-vault", "my-secret").await.unwrap();
    assert_eq!(last(&script), format!("PATCH {VAULT}/secrets/my-secret{QUERY}"));
    let none: [(&str, &str); 0] = [];
    let change = secrets.update("my-rg", "my-vault", "my-secret").content_type("x").tags(none);
    change.await.unwrap();
    let sent: Vec<String> = script.seen().iter().map(|seen| seen.text()).collect();
    assert_eq!(sent, [r#"{"properties":{}}"#, r#"{"tags":{},"properties":{"contentType":"x"}}"#]);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_read_and_listed_without_values() {
    let script = Script::by(|seen| match seen.url.path().ends_with("/secrets") {
        true => Answer::ok(&json!({"value": [secret()]})),
        false => Answer::ok(&secret()),
    });
    let secrets = client(&script).secrets();
    let read = secrets.get("my-rg", "my-vault", "my-secret").await.unwrap();
    assert_eq!(last(&script), format!("GET {VAULT}/secrets/my-secret{QUERY}"));
    assert_eq!(read.tags().collect::<Vec<_>>(), [("team", "payments")]);
    let listed = secrets.list("my-rg", "my-vault").page_size(7).try_collect().await.unwrap();
    assert_eq!(listed, [read]);
    assert_eq!(last(&script), format!("GET {VAULT}/secrets{QUERY}&%24top=7"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reaches_no_request() {
    let script = Script::always(Answer::ok(&key()));
    let client = client(&script);
    let (keys, secrets) = (client.keys(), client.secrets());
    let ec = || KeyCreateParameters::new(KeyType::Ec);
    for name in ["", ".", "a_b", "a/b", "a?b", "ü", &"n".repeat(128)] {
        for error in [
            keys.get("my-rg", "my-vault", name).await.unwrap_err(),
            keys.create_if_not_exist("my-rg", "my-vault", name, ec()).await.unwrap_err(),
            keys.list_versions("my-rg", "my-vault", name).try_collect().await.unwrap_err(),
            keys.get_version("my-rg", "my-vault", name, VERSION).await.unwrap_err(),
            secrets.get("my-rg", "my-vault", name).await.unwrap_err(),
            secrets.create_or_update("my-rg", "my-vault", name, "v").await.unwrap_err(),
            secrets.update("my-rg", "my-vault", name).await.unwrap_err(),
            secrets.list("my-rg", name).try_collect().await.unwrap_err(),
            keys.list(name.replace('_', "/"), "my-vault!").try_collect().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?}");
        }
    }
    for version in ["", "latest", "0123456789abcdef0123456789abcde", "../../x"] {
        let error = keys.get_version("my-rg", "my-vault", "k", version).await.unwrap_err();
        assert!(error.to_string().contains("32 hexadecimal digits"), "{error}");
    }
    let policy = RotationPolicy::new().action(LifetimeAction::rotate_after("30 days"));
    for (parameters, says) in
        [(ec().size(256), "its curve is its size"), (ec().rotation_policy(policy), "30 days")]
    {
        let made = keys.create_if_not_exist("my-rg", "my-vault", "k", parameters);
        let error = made.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(script.count(), 0);
}
