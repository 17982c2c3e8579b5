//! What a managed HSM does otherwise than a vault.

use serde_json::json;

use crate::support::{Vault, base64url, from_base64url, member_order};

#[tokio::test]
async fn its_challenge_has_no_json() {
    let mut hsm = Vault::hsm().await;
    hsm.token = None;
    let post = hsm.send("POST", "/keys/k/create", None).await;
    assert_eq!((post.status(), post.text()), (401, ""));
    let get = hsm.get("/keys").await;
    assert_eq!((get.status(), get.text()), (401, "OK"));
    let expected = format!(
        r#"Bearer authorization="https://localhost:8443/{}", resource="https://managedhsm.localhost:8443""#,
        hsm.emulator.tenant_id()
    );
    for answer in [post, get] {
        assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
        assert_eq!(answer.header("x-frame-options"), Some("SAMEORIGIN"));
        assert_eq!(answer.header("x-ms-keyvault-region"), None);
    }
}

#[tokio::test]
async fn members_are_alphabetical_and_every_key_is_in_hardware() {
    let hsm = Vault::hsm().await;
    for (kty, made) in [("RSA", "RSA-HSM"), ("EC-HSM", "EC-HSM"), ("oct", "oct-HSM")] {
        let answer = hsm.post(&format!("/keys/{made}/create"), json!({"kty": kty})).await;
        member_order(answer.text(), &["attributes", "key", "key_ops", "kid", "kty"]);
        member_order(
            answer.text(),
            &["created", "enabled", "exportable", "recoverableDays", "recoveryLevel", "updated"],
        );
        let bundle = answer.ok();
        assert_eq!(bundle["key"]["kty"], made);
        assert_eq!(bundle["attributes"]["exportable"], false);
    }
    // One leading zero less than a premium vault writes.
    assert_eq!(hsm.get("/keys/RSA-HSM").await.ok()["key"]["e"], "AQAB");
}

#[tokio::test]
async fn its_headers_are_its_own() {
    let hsm = Vault::hsm().await;
    let answer = hsm.get("/keys").await;
    assert_eq!(
        answer.header("strict-transport-security"),
        Some("max-age=31536000; includeSubDomains")
    );
    assert_eq!(answer.header("content-security-policy"), Some("default-src 'self'"));
    assert!(answer.header("x-ms-server-latency").is_some());
    assert!(answer.header("x-ms-build-version").is_some());
    for absent in ["pragma", "expires", "x-ms-keyvault-service-version"] {
        assert_eq!(answer.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn symmetric_keys_wrap_and_encrypt_in_every_size() {
    let hsm = Vault::hsm().await;
    let plain = base64url(&[7; 32]);
    let iv = base64url(&[9; 16]);
    for bits in [128, 192, 256] {
        hsm.create("k", json!({"kty": "oct-HSM", "key_size": bits})).await;
        let kw = format!("A{bits}KW");
        let wrapped = hsm.post("/keys/k/wrapkey", json!({"alg": kw, "value": plain})).await.ok();
        assert_eq!(from_base64url(&wrapped["value"]).len(), 40);
        let back =
            hsm.post("/keys/k/unwrapkey", json!({"alg": kw, "value": wrapped["value"]})).await.ok();
        assert_eq!(back["value"], json!(plain));

        for mode in ["CBC", "CBCPAD"] {
            let alg = format!("A{bits}{mode}");
            let body = json!({"alg": alg, "value": plain, "iv": iv});
            let sealed = hsm.post("/keys/k/encrypt", body).await.ok();
            assert_eq!(sealed["iv"], json!(iv));
            let body = json!({"alg": alg, "value": sealed["value"], "iv": iv});
            assert_eq!(
                hsm.post("/keys/k/decrypt", body).await.ok()["value"],
                json!(plain),
                "{alg}"
            );
        }

        let gcm = format!("A{bits}GCM");
        let aad = base64url(b"header");
        let answer =
            hsm.post("/keys/k/encrypt", json!({"alg": gcm, "value": plain, "aad": aad})).await;
        member_order(answer.text(), &["aad", "iv", "kid", "tag", "value"]);
        let sealed = answer.ok();
        assert_eq!(from_base64url(&sealed["iv"]).len(), 12);
        let mut body = json!({
            "alg": gcm, "value": sealed["value"], "iv": sealed["iv"], "tag": sealed["tag"], "aad": aad,
        });
        assert_eq!(hsm.post("/keys/k/decrypt", body.clone()).await.ok()["value"], json!(plain));
        body["aad"] = json!(base64url(b"other"));
        let (status, code, ..) = hsm.post("/keys/k/decrypt", body).await.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"));
    }
}

#[tokio::test]
async fn a_symmetric_key_refuses_what_does_not_fit_it() {
    let hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "oct-HSM", "key_size": 256})).await;
    let value = base64url(&[1; 16]);
    for (operation, body) in [
        ("encrypt", json!({"alg": "A128GCM", "value": value})),
        ("encrypt", json!({"alg": "RSA-OAEP", "value": value})),
        ("encrypt", json!({"alg": "A256KW", "value": value})),
        ("wrapkey", json!({"alg": "A256GCM", "value": value})),
        ("wrapkey", json!({"alg": "A256KW", "value": base64url(&[1; 17])})),
        ("encrypt", json!({"alg": "A256CBC", "value": base64url(&[1; 15]), "iv": value})),
        ("encrypt", json!({"alg": "A256CBC", "value": value})),
        ("decrypt", json!({"alg": "A256GCM", "value": value, "iv": base64url(&[1; 12])})),
        ("unwrapkey", json!({"alg": "A256KW", "value": base64url(&[1; 24])})),
    ] {
        let (status, code, ..) =
            hsm.post(&format!("/keys/k/{operation}"), body.clone()).await.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"), "{operation} {body}");
    }
    let (status, _, inner, _) = hsm
        .post("/keys/k/sign", json!({"alg": "ES256", "value": base64url(&[0; 32])}))
        .await
        .refusal();
    assert_eq!((status, inner.as_deref()), (403, Some("KeyOperationForbidden")));
}

#[tokio::test]
async fn a_pool_and_a_vault_of_the_same_name_are_apart() {
    let hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "EC"})).await;
    let emulator = hsm.emulator.clone();
    let url = emulator.vault_url("pool");
    let vault = Vault::at(emulator, url, "https://vault.azure.net/.default").await;
    assert_eq!(vault.get("/keys/k").await.status(), 404);
}
