//! The rules of paths, queries, methods and bodies: what clients write differently and mean alike.

use serde_json::json;

use super::rules::{CALLS, call};
use crate::support::{Vault, token};

const DIGEST: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

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
    for row in CALLS.into_iter().flatten().copied().chain([
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
                let shown = |member: &str| attributes.get(member).is_some();
                assert_eq!(shown("exportable"), exportable, "{name} {version} {attributes}");
                assert_eq!(shown("hsmPlatform"), platform, "{name} {version} {attributes}");
            }
        }
    }
}
