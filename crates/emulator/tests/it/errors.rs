//! Refusals before any key is looked at, and the headers that every answer carries.

use serde_json::json;

use crate::support::Vault;

const INVALID_VALUE: &str = "Property  has invalid value\r\n";

#[tokio::test]
async fn an_unknown_key_is_not_found_in_the_recorded_words() {
    let vault = Vault::new().await;
    let long = |id: &str| {
        format!(
            "A key with (name/id) {id} was not found in this key vault. If you recently deleted this key you may be \
             able to recover it using the correct recovery command. For help resolving this issue, please see \
             https://go.microsoft.com/fwlink/?linkid=2125182"
        )
    };
    let sign = json!({"alg": "ES256", "value": "AA"});
    for (method, path, body) in [
        ("GET", "/keys/non-existing", None),
        ("GET", "/keys/non-existing/0123456789abcdef0123456789abcdef", None),
        ("PATCH", "/keys/non-existing/", Some(json!({}))),
        ("DELETE", "/keys/non-existing", None),
        ("GET", "/deletedkeys/non-existing", None),
        ("DELETE", "/deletedkeys/non-existing", None),
        ("POST", "/deletedkeys/non-existing/recover", None),
        ("POST", "/keys/non-existing/sign", Some(sign)),
    ] {
        let answer = vault.send(method, path, body).await;
        let expected = (404, "KeyNotFound".to_owned(), None, long("non-existing"));
        assert_eq!(answer.refusal(), expected, "{method} {path}");
        assert_eq!(answer.text().len(), 300, "the recorded Content-Length");
    }
    vault.create("k", json!({"kty": "EC"})).await;
    let version = "0123456789abcdef0123456789abcdef";
    let (_, _, _, message) = vault.get(&format!("/keys/k/{version}")).await.refusal();
    assert_eq!(message, long(&format!("k/{version}")));
}

#[tokio::test]
async fn a_missing_or_unknown_kty_crv_or_key_op_has_the_services_nameless_text() {
    let vault = Vault::new().await;
    for body in [
        json!({}),
        json!({"kty": "oct-HSM"}),
        json!({"kty": "rsa"}),
        json!({"kty": "EC", "crv": "P-255"}),
        json!({"kty": "EC", "key_ops": ["sign", "fly"]}),
    ] {
        let refusal = vault.post("/keys/k/create", body.clone()).await.refusal();
        assert_eq!(
            refusal,
            (400, "BadParameter".to_owned(), None, INVALID_VALUE.to_owned()),
            "{body}"
        );
    }
}

#[tokio::test]
async fn bad_bodies_are_refused_without_repeating_them() {
    let vault = Vault::new().await;
    let url = format!("{}/keys/k/create?api-version=7.6", vault.base);
    for body in ["", "{", "[]", r#"{"kty": "EC", "key_size": "canary"}"#] {
        let answer = vault.send_to("POST", &url, body, &[]).await;
        assert_eq!((answer.status(), answer.refusal().1.as_str()), (400, "BadParameter"), "{body}");
        assert!(!answer.text().contains("canary"));
    }
    for (path, most) in [("/keys/k/create", 1 << 20), ("/secrets/restore", 48 << 20)] {
        let url = format!("{}{path}?api-version=7.6", vault.base);
        for (len, status) in [(most, 400), (most + 1, 413)] {
            let answer = vault.send_to("POST", &url, vec![b' '; len], &[]).await;
            assert_eq!(answer.status(), status, "{len} bytes to {path}");
        }
    }
}

#[tokio::test]
async fn sizes_exponents_tags_and_export_are_checked() {
    let vault = Vault::new().await;
    let many: serde_json::Map<_, _> = (0..16).map(|n| (n.to_string(), json!("x"))).collect();
    for (body, part) in [
        (json!({"kty": "RSA", "key_size": 1024}), "Unsupported key size (1024)"),
        (json!({"kty": "RSA", "public_exponent": 3}), "public exponent 65537 only"),
        (json!({"kty": "EC", "tags": many}), "At most 15 tags"),
        (json!({"kty": "EC", "tags": {"a": "x".repeat(257)}}), "at most 256 characters"),
        (
            json!({"kty": "EC", "attributes": {"exportable": true}}),
            "AKV.SKR.1004: Exportable keys must have",
        ),
        (json!({"kty": "EC", "release_policy": {"data": "e30"}}), "release policy is not valid"),
    ] {
        let (status, code, _, message) = vault.post("/keys/k/create", body).await.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"));
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test]
async fn paths_that_name_no_operation_are_refused_as_recorded() {
    let vault = Vault::new().await;
    for (method, path, expected) in [
        ("POST", "/keys//create", (400, "BadParameter", "Operation not specified")),
        ("PUT", "/keys", (405, "MethodNotAllowed", "HTTP PUT not allowed")),
        ("PUT", "/keys/", (405, "MethodNotAllowed", "HTTP PUT not allowed")),
        ("DELETE", "/deletedkeys", (405, "MethodNotAllowed", "HTTP DELETE not allowed")),
        (
            "GET",
            "/keys/not_a_name",
            (400, "BadParameter", "The request URI contains an invalid name: not_a_name"),
        ),
    ] {
        let (status, code, _, message) = vault.send(method, path, Some(json!({}))).await.refusal();
        assert_eq!((status, code.as_str(), message.as_str()), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn what_a_vault_has_no_operation_for_is_not_supported() {
    let vault = Vault::new().await;
    for (method, path) in [("GET", "/certificates/c/v/x"), ("POST", "/backup"), ("GET", "/storage")]
    {
        let (status, code, _, message) = vault.send(method, path, Some(json!({}))).await.refusal();
        assert_eq!((status, code.as_str()), (405, "NotSupportedByEmulator"), "{method} {path}");
        assert!(message.contains("is not supported by this emulator"), "{message}");
    }
}

#[tokio::test]
async fn an_api_version_is_required_and_any_is_accepted() {
    let vault = Vault::new().await;
    for query in ["", "?api-version=", "?other=1"] {
        let answer = vault.send_to("GET", &format!("{}/keys{query}", vault.base), "", &[]).await;
        let (status, code, _, message) = answer.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"), "{query}");
        assert_eq!(message, "api-version must be specified");
    }
    for query in ["api-version=2016-10-01", "api-version=9999-12-31-preview", "api%2Dversion=7.4"] {
        let answer = vault.send_to("GET", &format!("{}/keys?{query}", vault.base), "", &[]).await;
        assert_eq!(answer.status(), 200, "{query}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_services_headers() {
    let mut vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let mut answers = vec![vault.get("/keys/k").await, vault.get("/keys/none").await];
    vault.token = None;
    answers.push(vault.get("/keys/k").await);
    for answer in &answers {
        for (name, value) in [
            ("cache-control", "no-cache"),
            ("pragma", "no-cache"),
            ("expires", "-1"),
            ("content-type", "application/json; charset=utf-8"),
            ("strict-transport-security", "max-age=31536000;includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            (
                "x-ms-keyvault-network-info",
                "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;",
            ),
            ("x-ms-keyvault-region", "westus2"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} of {}", answer.status());
        }
        assert!(answer.header("x-ms-keyvault-service-version").is_some());
    }
    let ids: std::collections::HashSet<_> =
        answers.iter().map(|answer| answer.header("x-ms-request-id")).collect();
    assert_eq!(ids.len(), answers.len(), "every answer has an id of its own");
}

#[tokio::test]
async fn the_clients_request_id_is_echoed_when_asked() {
    let vault = Vault::new().await;
    let url = format!("{}/keys?api-version=7.6", vault.base);
    let id = ("x-ms-client-request-id", "abc");
    let asked =
        vault.send_to("GET", &url, "", &[id, ("x-ms-return-client-request-id", "true")]).await;
    assert_eq!(asked.header(id.0), Some("abc"));
    let silent = vault.send_to("GET", &url, "", &[id]).await;
    assert_eq!(silent.header(id.0), None);
}

#[tokio::test]
async fn a_host_that_is_not_served_is_misdirected() {
    let vault = Vault::new().await;
    assert_eq!(vault.send_to("GET", "https://example.com/keys", "", &[]).await.status(), 421);
}
