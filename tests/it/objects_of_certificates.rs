//! Keys and secrets that belong to certificates, disabled ones too, and answers that lack what names
//! an object: errors in words, and no panic.

use std::sync::Arc;

use azvault::{Error, ErrorKind, KeyVaultClient, secrets::SecretClient};
use azvault_keys::{KeyClient, KeyCurve, SignatureAlgorithm};

use azvault_tests::{Answer, Clerk, KNOWN, Script};
use serde_json::{Value, json};

const VERSION: &str = "0123456789abcdef0123456789abcdef";

fn clients(script: &Arc<Script>) -> (KeyClient, SecretClient) {
    let builder = KeyVaultClient::builder(Clerk::rotating()).transport(script.transport());
    let vaults = builder.build().unwrap();
    (vaults.keys(KNOWN).unwrap(), vaults.secrets(KNOWN).unwrap())
}

fn disabled(member: &str, collection: &str) -> Value {
    json!({
        member: format!("{KNOWN}/{collection}/c"), "managed": true,
        "attributes": {"enabled": false, "nbf": 1_422_864_000, "exp": 2_527_401_600_u32},
    })
}

/// A vault with a disabled certificate, whose key can be read and whose secret cannot.
fn vault() -> Arc<Script> {
    Script::by(|seen| match seen.url.path() {
        "/keys" => Answer::ok(&json!({"value": [disabled("kid", "keys")]})),
        "/secrets" => Answer::ok(&json!({"value": [disabled("id", "secrets")]})),
        "/keys/c" => {
            let mut bundle = disabled("kid", "keys");
            bundle["key"] = json!({
                "kid": format!("{KNOWN}/keys/c/{VERSION}"), "kty": "EC", "crv": "P-256",
                "key_ops": ["sign", "verify"],
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            });
            Answer::ok(&bundle)
        }
        path if path.starts_with("/keys/c/") => {
            Answer::new(403, refusal("key", "KeyDisabled", "sign").to_string())
        }
        _ => Answer::new(403, refusal("secret", "SecretDisabled", "get").to_string()),
    })
}

fn refusal(noun: &str, code: &str, verb: &str) -> Value {
    let message = format!("Operation {verb} is not allowed on a disabled {noun}.");
    json!({"error": {"code": "Forbidden", "message": message, "innererror": {"code": code}}})
}

#[tokio::test(start_paused = true)]
async fn the_key_and_the_secret_of_a_disabled_certificate_are_listed_and_their_use_is_refused() {
    let script = vault();
    let (keys, secrets) = clients(&script);
    let listed = keys.list_key_properties().try_collect().await.unwrap();
    assert!(matches!(&listed[..], [key] if key.managed() && !key.enabled()));
    let listed = secrets.list_secret_properties().try_collect().await.unwrap();
    assert!(matches!(&listed[..], [secret] if secret.managed() && !secret.enabled()));

    let key = keys.get_key("c").await.unwrap();
    assert_eq!(key.jwk().curve(), Some(&KeyCurve::P256));
    assert!(key.properties().managed() && !key.properties().enabled());
    let crypto = keys.cryptography_client_for(&key).unwrap();
    let sign = crypto.sign(SignatureAlgorithm::ES256, [1; 32]).await.unwrap_err();
    let get = secrets.get_secret("c").await.unwrap_err();
    for (error, code) in [(sign, "KeyDisabled"), (get, "SecretDisabled")] {
        assert_eq!((error.kind(), error.inner_code()), (ErrorKind::Disabled, Some(code)));
        assert!(error.explain().is_some_and(|said| said.contains("enabled")), "{error:?}");
    }
    // One disabled object does not end the reading of many.
    let read = secrets.load_all(|_| true).await;
    assert!(read.secrets().is_empty() && read.is_complete(), "{read:?}");
}

/// The answers to what reads keys, with `model` for all of them.
async fn of_keys(model: &Value) -> Vec<(&'static str, Error)> {
    let one = Script::always(Answer::ok(model));
    let page = Script::always(Answer::ok(&json!({"value": [model]})));
    let ((one, _), (page, _)) = (clients(&one), clients(&page));
    let mut errors = vec![
        ("get", one.get_key("c").await.map(drop)),
        ("create", one.create_ec_key("c").await.map(drop)),
        ("update", one.update_key_properties("c").enabled(true).await.map(drop)),
        ("deleted", one.get_deleted_key("c").await.map(drop)),
    ];
    errors.push(("list", page.list_key_properties().try_collect().await.map(drop)));
    errors.push(("versions", page.list_key_properties_versions("c").try_collect().await.map(drop)));
    errors.push(("deleted ones", page.list_deleted_key_properties().try_collect().await.map(drop)));
    refusals(errors)
}

/// The answers to what reads secrets.
async fn of_secrets(model: &Value) -> Vec<(&'static str, Error)> {
    let one = Script::always(Answer::ok(model));
    let page = Script::always(Answer::ok(&json!({"value": [model]})));
    let ((_, one), (_, page)) = (clients(&one), clients(&page));
    let mut errors = vec![
        ("get", one.get_secret("c").await.map(drop)),
        ("set", one.set_secret("c", "v").await.map(drop)),
        ("update", one.update_secret_properties("c").enabled(true).await.map(drop)),
        ("deleted", one.get_deleted_secret("c").await.map(drop)),
    ];
    errors.push(("list", page.list_secret_properties().try_collect().await.map(drop)));
    let versions = page.list_secret_properties_versions("c").try_collect().await;
    errors.push(("versions", versions.map(drop)));
    let deleted = page.list_deleted_secret_properties().try_collect().await;
    errors.push(("deleted ones", deleted.map(drop)));
    refusals(errors)
}

fn refusals(results: Vec<(&'static str, azvault::Result<()>)>) -> Vec<(&'static str, Error)> {
    results.into_iter().filter_map(|(what, result)| Some((what, result.err()?))).collect()
}

fn key(kid: Value) -> Value {
    // As an item and as a bundle.
    json!({"kid": kid, "key": {"kid": kid, "kty": "oct-HSM"}, "attributes": {"enabled": true}})
}

fn secret(id: Value) -> Value {
    json!({"id": id, "value": "v", "attributes": {"enabled": true}})
}

fn without(mut model: Value, member: &str) -> Value {
    model.as_object_mut().unwrap().remove(member);
    if let Some(key) = model.get_mut("key") {
        key.as_object_mut().unwrap().remove(member);
    }
    model
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_the_id_of_its_object_is_an_error_of_every_operation() {
    let (kid, id) = (json!(format!("{KNOWN}/keys/c")), json!(format!("{KNOWN}/secrets/c")));
    assert!(of_keys(&key(kid.clone())).await.is_empty());
    assert!(of_secrets(&secret(id.clone())).await.is_empty());
    let odd = [json!(null), json!(""), json!(7), json!("c"), json!({}), json!(KNOWN)];
    let keys = odd.iter().cloned().map(key).chain([without(key(kid), "kid")]);
    let secrets = odd.iter().cloned().map(secret).chain([without(secret(id), "id")]);
    let mut all = Vec::new();
    for model in keys {
        all.push((model.to_string(), of_keys(&model).await));
    }
    for model in secrets {
        all.push((model.to_string(), of_secrets(&model).await));
    }
    for (model, errors) in all {
        assert_eq!(errors.len(), 7, "{model}: {errors:?}");
        for (what, error) in errors {
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{what} of {model}");
            assert!(error.to_string().contains("not of the form expected"), "{what}: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn attributes_may_be_absent_and_what_is_none_is_an_error() {
    let (kid, id) = (json!(format!("{KNOWN}/keys/c")), json!(format!("{KNOWN}/secrets/c")));
    let keys = without(key(kid.clone()), "attributes");
    let secrets = without(secret(id.clone()), "attributes");
    assert!(of_keys(&keys).await.is_empty() && of_secrets(&secrets).await.is_empty());
    // What no calendar has must not hide the object.
    let (mut keys, mut secrets) = (key(kid.clone()), secret(id.clone()));
    keys["attributes"] = json!({ "exp": i64::MAX });
    secrets["attributes"] = json!({ "exp": i64::MAX });
    assert!(of_keys(&keys).await.is_empty() && of_secrets(&secrets).await.is_empty());
    for attributes in [json!(null), json!("x"), json!([7]), json!({"enabled": "yes"})] {
        let (mut keys, mut secrets) = (key(kid.clone()), secret(id.clone()));
        keys["attributes"] = attributes.clone();
        secrets["attributes"] = attributes.clone();
        for errors in [of_keys(&keys).await, of_secrets(&secrets).await] {
            assert_eq!(errors.len(), 7, "{attributes}: {errors:?}");
            let kinds = errors.iter().map(|(_, error)| error.kind());
            assert!(kinds.into_iter().all(|kind| kind == ErrorKind::InvalidResponse));
        }
    }
}
