//! The rules behind the rows, on what the record does not name: every operation, every form of its path, every state.

use serde_json::{Value, json};

use crate::support::{Answer, Vault, token};

/// Method, path and body of an operation on the key or the secret `x`.
type Call = (&'static str, &'static str, Option<&'static str>);

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

async fn call(vault: &Vault, (method, path, body): Call) -> Answer {
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

/// The forms in which clients write one and the same path.
#[tokio::test]
async fn slashes_case_and_escapes_do_not_change_what_a_path_names() {
    let vault = Vault::new().await;
    vault.create("a-b", json!({"kty": "RSA"})).await;
    vault.set("a-b", json!({"value": "v"})).await;
    let body = json!({"alg": "RS256", "value": DIGEST});
    for (plain, forms) in [
        ("/keys/a-b", ["/keys/a-b/", "//keys//a-b//", "/keys/A-B", "/keys/a%2Db"]),
        ("/secrets/a-b", ["/secrets/a-b/", "//secrets/a-b", "/Secrets/A-b", "/secrets/%61-b/"]),
        ("/keys", ["/keys/", "//keys", "/KEYS", "/%6Beys"]),
        ("/deletedkeys", ["/deletedkeys/", "//deletedkeys//", "/deletedKeys", "/DeletedKeys/"]),
        (
            "/keys/a-b/versions",
            [
                "/keys/a-b/versions/",
                "/keys//a-b//versions",
                "/keys/A-b/versions",
                "/keys/a-b/ve%72sions",
            ],
        ),
        (
            "/keys/a-b/rotationpolicy",
            [
                "/keys/a-b/rotationpolicy/",
                "/keys/a-b//rotationpolicy",
                "/keys/a-b/rotationPolicy",
                "/keys/a-b/RotationPolicy",
            ],
        ),
    ] {
        let expected = vault.get(plain).await.ok();
        for form in forms {
            let answer = vault.get(form).await.ok();
            assert_eq!(answer, expected, "{form}");
        }
    }
    for form in ["/keys/a-b//sign", "/keys/a-b/sign/", "/keys/a-b/Sign", "/keys/a-b///SIGN"] {
        assert_eq!(vault.post(form, body.clone()).await.status(), 200, "{form}");
    }
    for form in ["/keys/a-b//wrapkey", "/keys/a-b/wrapKey", "/keys/a-b/WRAPKEY/"] {
        let body = json!({"alg": "RSA-OAEP", "value": "AQ"});
        assert_eq!(vault.post(form, body).await.status(), 200, "{form}");
    }
    for form in ["/keys/a-b/Backup", "/keys//a-b//backup/"] {
        assert_eq!(vault.post(form, json!({})).await.status(), 200, "{form}");
    }
}

#[tokio::test]
async fn query_keys_may_be_escaped_and_in_any_case() {
    let vault = Vault::new().await;
    for name in ["a", "b"] {
        vault.set(name, json!({"value": "v"})).await;
    }
    let first = vault.get("/secrets?maxresults=1").await.ok();
    let link = first["nextLink"].as_str().unwrap();
    let token = link.split("$skiptoken=").nth(1).unwrap().split('&').next().unwrap();
    for query in [
        format!("api-version=7.4&$skiptoken={token}"),
        format!("api%2Dversion=7.4&%24skiptoken={token}"),
        format!("API-Version=7.4&%24SkipToken={token}"),
        format!("%24skiptoken={token}&%61pi-version=7.4"),
        format!("unknown=1&api-version=7.4&%24skiptoken={token}&_=2"),
    ] {
        let url = format!("{}/secrets?{query}", vault.base);
        let page = vault.send_to("GET", &url, "", &[]).await.ok();
        assert_eq!(page["value"].as_array().unwrap().len(), 1, "{query}");
        assert!(page["value"][0]["id"].as_str().unwrap().ends_with("/secrets/b"), "{query}");
    }
}

/// Methods that a collection or an object does not take.
#[tokio::test]
async fn methods_that_are_not_there_are_refused_as_recorded() {
    let vault = Vault::new().await;
    for (path, methods) in [
        ("/keys", ["PUT", "POST", "PATCH", "DELETE"].as_slice()),
        ("/secrets", &["PUT", "POST", "PATCH", "DELETE"]),
        ("/deletedkeys", &["PUT", "POST", "PATCH", "DELETE"]),
        ("/deletedsecrets", &["PUT", "POST", "PATCH", "DELETE"]),
        ("/deletedkeys/x", &["PUT", "POST", "PATCH"]),
        ("/deletedsecrets/x", &["PUT", "POST", "PATCH"]),
        ("/secrets/x", &["POST"]),
        ("/keys/x/versions", &["PUT", "DELETE"]),
        ("/secrets/x/versions", &["PUT", "DELETE", "POST"]),
        ("/rng", &["GET", "PUT", "PATCH", "DELETE"]),
    ] {
        for method in methods {
            let answer = vault.send(method, path, Some(json!({}))).await;
            let expected =
                (405, "MethodNotAllowed".to_owned(), None, format!("HTTP {method} not allowed"));
            assert_eq!(answer.refusal(), expected, "{method} {path}");
            assert_eq!(answer.header("allow"), None, "{method} {path}");
        }
    }
    for path in ["/keys", "/keys/x", "/secrets/x", "/deletedkeys/x"] {
        let answer = vault.send("HEAD", path, None).await;
        assert_eq!((answer.status(), answer.text()), (405, ""), "HEAD {path}");
    }
}

/// What only a socket can send.
#[tokio::test]
async fn options_are_refused_like_any_method_that_is_not_there() {
    let emulator = azvault_emulator::Emulator::builder().start().await.unwrap();
    let url = format!("{}/keys/x?api-version=7.6", emulator.vault_url("kv"));
    let principal = emulator.default_principal();
    let token = token(&emulator, principal, "https://vault.azure.net/.default").await;
    let client = emulator.http_client();
    let bare = client.request(reqwest::Method::OPTIONS, &url).send().await.unwrap();
    assert_eq!(bare.status(), 401);
    let asked =
        client.request(reqwest::Method::OPTIONS, &url).bearer_auth(token).send().await.unwrap();
    assert_eq!(asked.status(), 405);
    assert!(asked.text().await.unwrap().contains("HTTP OPTIONS not allowed"));
}

#[tokio::test]
async fn a_post_that_names_no_operation_of_a_key_says_so() {
    let vault = Vault::new().await;
    for path in
        ["/keys/x", "/keys//create", "/keys/x/fly", "/keys/x/0123456789abcdef0123456789abcdef"]
    {
        let expected = (400, "BadParameter".to_owned(), None, "Operation not specified".to_owned());
        assert_eq!(vault.post(path, json!({})).await.refusal(), expected, "{path}");
    }
}

/// Before anything else a caller is asked who it is: even for what is not there, is malformed, or is too large.
#[tokio::test]
async fn without_a_token_everything_is_a_challenge() {
    let mut vault = Vault::new().await;
    vault.token = None;
    for row in KEY_CALLS.into_iter().chain(SECRET_CALLS).chain(DELETED_CALLS).chain([
        ("PUT", "/secrets/", None),
        ("PUT", "/keys", None),
        ("GET", "/", None),
        ("GET", "/nothing/there", None),
        ("GET", "/keys/not_a_name", None),
        ("POST", "/rng", None),
        ("HEAD", "/keys", None),
    ]) {
        let answer = call(&vault, row).await;
        assert_eq!(answer.status(), 401, "{row:?}");
        assert!(answer.header("www-authenticate").is_some(), "{row:?}");
    }
    let huge = vec![b'x'; 2 * 1024 * 1024];
    let url = format!("{}/keys/x/create", vault.base);
    assert_eq!(vault.send_to("POST", &url, huge, &[]).await.status(), 401);
}

/// What JavaScript's clients send for what is not set, and what newer clients may add.
#[tokio::test]
async fn nulls_and_empty_objects_mean_nothing_and_unknown_members_are_ignored() {
    let vault = Vault::new().await;
    let plain = |kty: &str| json!({"kty": kty});
    let key = vault.create("plain", plain("EC")).await;
    for (n, body) in [
        json!({"kty": "EC", "attributes": {}, "tags": {}, "key_ops": null, "crv": null}),
        json!({"kty": "EC", "attributes": null, "tags": null, "key_size": null, "public_exponent": null}),
        json!({"kty": "EC", "release_policy": null, "attributes": {"enabled": null, "exp": null, "nbf": null}}),
        json!({"kty": "EC", "release_policy": {}, "attributes": {"exportable": null}}),
        json!({"kty": "EC", "unknown": {"a": [1, null]}, "attributes": {"unknown": 1, "recoveryLevel": "x"}}),
    ]
    .into_iter()
    .enumerate()
    {
        let made = vault.create(&format!("k{n}"), body.clone()).await;
        assert_eq!(made["attributes"], key["attributes"], "{body}");
        assert_eq!(made["key"]["key_ops"], key["key"]["key_ops"], "{body}");
        assert_eq!(made.get("tags"), None, "{body}");
        assert_eq!(made.get("release_policy"), None, "{body}");
    }
    let secret = vault.set("plain", json!({"value": "v"})).await;
    for body in [
        json!({"value": "v", "attributes": {}, "tags": {}}),
        json!({"value": "v", "attributes": null, "tags": null, "contentType": null}),
        json!({"value": "v", "attributes": {"enabled": null, "exp": null}, "id": null, "new": true}),
    ] {
        let made = vault.set("s", body.clone()).await;
        assert_eq!(made["attributes"], secret["attributes"], "{body}");
        assert_eq!((made.get("tags"), made.get("contentType")), (None, None), "{body}");
    }
    let tagged = vault.create("t", json!({"kty": "EC", "tags": {"a": "b"}})).await;
    for body in
        [json!({}), json!({"attributes": {}, "key_ops": null, "tags": null}), json!({"new": 1})]
    {
        let kept = vault.send("PATCH", "/keys/t/", Some(body.clone())).await.ok();
        assert_eq!((&kept["tags"], &kept["key"]), (&tagged["tags"], &tagged["key"]), "{body}");
    }
    let policy = json!({"lifetimeActions": null, "attributes": null, "id": "x"});
    let set = vault.send("PUT", "/keys/t/rotationpolicy", Some(policy)).await.ok();
    assert_eq!(set["lifetimeActions"][0]["action"]["type"], "Notify");
}

/// Whatever it is said to be, a body is read as JSON.
#[tokio::test]
async fn the_content_type_of_a_request_does_not_matter() {
    let vault = Vault::new().await;
    let url = format!("{}/secrets/s?api-version=7.6", vault.base);
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "application/octet-stream",
        "text/plain",
    ] {
        let body = json!({"value": kind}).to_string();
        let set = vault.send_to("PUT", &url, body, &[("content-type", kind)]).await.ok();
        assert_eq!(set["value"], kind);
    }
    // A byte order mark is no JSON, and neither is a form.
    for body in ["\u{feff}{\"value\":\"v\"}", "value=v"] {
        assert_eq!(vault.send_to("PUT", &url, body, &[]).await.status(), 400, "{body}");
    }
}

/// Members that came with a version are left out for clients of an older one.
#[tokio::test]
async fn what_a_version_brought_is_not_shown_before_it() {
    let mut vault = Vault::new().await;
    vault.create("soft", json!({"kty": "EC"})).await;
    vault.create("hard", json!({"kty": "EC-HSM"})).await;
    for (version, soft, hard, platform) in [
        ("7.0", false, false, false),
        ("7.2", false, false, false),
        ("7.3", false, true, false),
        ("7.4", true, true, false),
        ("7.5", true, true, true),
        ("2025-07-01", true, true, true),
    ] {
        vault.api_version = version;
        for (name, exportable) in [("soft", soft), ("hard", hard)] {
            let answers = [
                vault.get(&format!("/keys/{name}")).await.ok()["attributes"].clone(),
                vault.get(&format!("/keys/{name}/versions")).await.ok()["value"][0]["attributes"]
                    .clone(),
            ];
            for attributes in answers {
                let shown = |member: &str| attributes.get(member) != None::<&Value>;
                assert_eq!(shown("exportable"), exportable, "{name} {version} {attributes}");
                assert_eq!(shown("hsmPlatform"), platform, "{name} {version} {attributes}");
            }
        }
    }
}
