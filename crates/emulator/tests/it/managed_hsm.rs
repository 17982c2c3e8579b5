//! What a managed HSM does otherwise than a vault.

use azvault_emulator::Principal;
use serde_json::json;

use crate::support::{Vault, base64url, from_base64url, member_order, token};

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

/// As recorded by azure-sdk-for-js in 2021 and 2022, for keys and roles alike: the id of the request ends the sentence,
/// and neither the region nor the network is told.
#[tokio::test]
async fn its_refusals_end_with_the_id_of_the_request() {
    let mut hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "EC-HSM"})).await;
    for (method, path, body, status) in [
        ("GET", "/keys/none", json!(null), 404),
        ("DELETE", "/deletedkeys/k", json!(null), 404),
        ("POST", "/keys/x/create", json!({"kty": "RSA", "release_policy": {"data": "e30"}}), 400),
        ("PUT", "/keys", json!({}), 405),
        ("POST", "/rng", json!({"count": -1}), 400),
    ] {
        let answer = hsm.send(method, path, Some(body)).await;
        assert_eq!(answer.status(), status, "{method} {path}");
        let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
        let id = answer.header("x-ms-request-id").unwrap();
        let end = format!(" (Activity ID: {id})");
        assert_eq!(message.matches("(Activity ID: ").count(), 1, "{message}");
        assert!(message.ends_with(&end), "{message}: {id}");
        for absent in ["x-ms-keyvault-region", "x-ms-keyvault-network-info"] {
            assert_eq!(answer.header(absent), None, "{method} {path}");
        }
    }
    // A token for somebody else is told in JSON (Azure/azure-sdk-for-java#33659), unlike none at all.
    let arm = "https://management.azure.com/.default";
    hsm.token = Some(token(&hsm.emulator, Principal::default(), arm).await);
    let answer = hsm.get("/keys").await;
    let (status, code, _, message) = answer.refusal();
    assert_eq!((status, code.as_str()), (401, "Unauthorized"));
    let start = "Found token with aud=https://management.azure.com, but expected aud=https://managedhsm.localhost:8443";
    assert_eq!(message, start);
}

/// As recorded by azure-sdk-for-js between 2021 and 2022: the algorithm is told, by a verification the key too, and an
/// IV only by an encryption.
#[tokio::test]
async fn its_results_tell_the_algorithm() {
    let hsm = Vault::hsm().await;
    let kid = |bundle: &crate::support::Body| bundle["key"]["kid"].as_str().unwrap().to_owned();
    let made = hsm.create("ed", json!({"kty": "OKP"})).await;
    assert_eq!((&made["key"]["crv"], &made["key"]["kty"]), (&json!("Ed25519"), &json!("OKP-HSM")));
    let digest = "MV9b23bQeMQ7isAGTkoBZGErH853yGk0W_yUx1iU7dM";
    let signed = hsm.post("/keys/ed//sign", json!({"alg": "EdDSA", "value": digest})).await;
    let signature = signed.json()["value"].as_str().unwrap().to_owned();
    let expected =
        |value: String| format!(r#"{{"alg":"EdDSA","kid":"{}","value":{value}}}"#, kid(&made));
    assert_eq!(signed.text(), expected(format!("{signature:?}")));
    let body = json!({"alg": "EdDSA", "digest": digest, "value": signature});
    let verified = hsm.post("/keys/ed//verify", body).await;
    assert_eq!(verified.text(), expected("true".to_owned()));

    let made = hsm.create("aes", json!({"kty": "oct-HSM"})).await;
    assert_eq!(made["key"]["key_ops"], json!(["wrapKey", "unwrapKey", "decrypt", "encrypt"]));
    let (plain, iv) = ("ZW5jcnlwdHMgYW5kIGRlY3J5cHRzIHVzaW5nIEFFUy1DQkM", "eHh4eHh4eHh4eHh4eHh4eA");
    let body = json!({"alg": "A256CBCPAD", "value": plain, "iv": iv});
    let sealed = hsm.post("/keys/aes/encrypt", body).await;
    let start = format!(r#"{{"alg":"A256CBCPAD","iv":"{iv}","kid":"{}","value":""#, kid(&made));
    assert!(sealed.text().starts_with(&start), "{}", sealed.text());
    let body = json!({"alg": "A256CBCPAD", "value": sealed.json()["value"], "iv": iv});
    let opened = hsm.post("/keys/aes/decrypt", body).await;
    let expected = format!(r#"{{"alg":"A256CBCPAD","kid":"{}","value":"{plain}"}}"#, kid(&made));
    assert_eq!(opened.text(), expected);
    let sealed = hsm.post("/keys/aes/encrypt", json!({"alg": "A256GCM", "value": plain})).await;
    let members = sealed.ok().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members, ["alg", "iv", "kid", "tag", "value"]);
}

/// As somebody's program printed one in 2021 (version 7.2): nothing follows the items.
#[tokio::test]
async fn the_last_page_of_its_lists_has_no_link() {
    let hsm = Vault::hsm().await;
    for path in ["/keys", "/deletedkeys", "/keys/none/versions"] {
        assert_eq!(hsm.get(path).await.text(), r#"{"value":[]}"#, "{path}");
    }
    for name in ["a", "b"] {
        hsm.create(name, json!({"kty": "EC-HSM"})).await;
    }
    let first = hsm.get("/keys?maxresults=1").await;
    member_order(first.text(), &["nextLink", "value", "attributes", "kid"]);
    let link = first.ok()["nextLink"].as_str().unwrap().to_owned();
    let last = hsm.send_to("GET", &link, "", &[]).await.ok();
    assert_eq!(last.as_object().unwrap().keys().collect::<Vec<_>>(), ["value"]);
    assert_eq!(last["value"][0]["kid"], format!("{}/keys/b", hsm.base));
}

#[tokio::test]
async fn a_purge_has_a_type_though_no_body() {
    let hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "EC-HSM"})).await;
    hsm.delete("/keys/k").await.ok();
    let purged = hsm.delete("/deletedkeys/k").await;
    assert_eq!((purged.status(), purged.text()), (204, ""));
    assert_eq!(purged.header("content-type"), Some("application/json; charset=utf-8"));
    assert!(purged.header("x-ms-keyvault-region").is_some());
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

#[tokio::test]
async fn random_bytes_are_as_many_as_asked_for_within_limits() {
    let hsm = Vault::hsm().await;
    let mut seen = Vec::new();
    for count in [1, 8, 128] {
        let answer = hsm.post("/rng", json!({"count": count})).await;
        let body = answer.ok();
        assert_eq!(body.as_object().unwrap().len(), 1, "value alone");
        let bytes = from_base64url(&body["value"]);
        assert_eq!(bytes.len(), count);
        seen.push(bytes);
    }
    let again = hsm.post("/rng", json!({"count": 128})).await.ok();
    assert_ne!(from_base64url(&again["value"]), seen[2]);
    for count in [-1, 0, 129] {
        let (status, code, _, message) = hsm.post("/rng", json!({"count": count})).await.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"));
        let recorded = "GetRandomBytesRequest: count cannot be greater than 128 or less than 1";
        assert_eq!(message, recorded);
    }
    assert_eq!(hsm.post("/rng", json!({})).await.refusal().0, 400);
    assert_eq!(hsm.get("/rng").await.refusal().0, 405);
    let vault = Vault::new().await;
    assert_eq!(vault.post("/rng", json!({"count": 8})).await.refusal().0, 400);
}

#[tokio::test]
async fn a_symmetric_key_signs_with_hmac_when_its_operations_say_so() {
    let hsm = Vault::hsm().await;
    // RFC 4231, section 4.2 has a key of 20 bytes, which an HSM does not take: this one has 32.
    let key = json!({"kty": "oct-HSM", "k": base64url(&[0x0B; 32]), "key_ops": ["sign", "verify"]});
    hsm.send("PUT", "/keys/k", Some(json!({"key": key}))).await.ok();
    for (alg, len) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let digest = base64url(&vec![7; len]);
        let signed = hsm.post("/keys/k/sign", json!({"alg": alg, "value": digest})).await.ok();
        let tag = from_base64url(&signed["value"]);
        assert_eq!(tag.len(), len);
        let algorithm = match len {
            32 => aws_lc_rs::hmac::HMAC_SHA256,
            48 => aws_lc_rs::hmac::HMAC_SHA384,
            _ => aws_lc_rs::hmac::HMAC_SHA512,
        };
        let expected = aws_lc_rs::hmac::sign(
            &aws_lc_rs::hmac::Key::new(algorithm, &[0x0B; 32]),
            &vec![7; len],
        );
        assert_eq!(tag, expected.as_ref());
        let verify = |tag: &[u8]| {
            let body = json!({"alg": alg, "digest": digest, "value": base64url(tag)});
            hsm.send("POST", "/keys/k/verify", Some(body))
        };
        assert_eq!(verify(&tag).await.ok()["value"], true);
        let mut changed = tag.clone();
        changed[0] ^= 1;
        assert_eq!(verify(&changed).await.ok()["value"], false);
        let short = json!({"alg": alg, "value": base64url(&[7; 10])});
        let message = hsm.post("/keys/k/sign", short).await.refusal().3;
        let expected = format!(
            "Invalid length of 'value': 10 bytes. {alg} requires {len} bytes, encoded with base64url."
        );
        assert_eq!(message, expected);
    }
    hsm.create("rsa", json!({"kty": "RSA"})).await;
    let body = json!({"alg": "HS256", "value": base64url(&[7; 32])});
    let (status, code, ..) = hsm.post("/keys/rsa/sign", body).await.refusal();
    assert_eq!((status, code.as_str()), (400, "BadParameter"));
    let body = json!({"alg": "ES256", "value": base64url(&[7; 32])});
    assert_eq!(hsm.post("/keys/k/sign", body).await.refusal().0, 400);
}

#[tokio::test]
async fn pkcs11_names_of_key_wrap_work_in_every_size_and_pad_when_asked() {
    let hsm = Vault::hsm().await;
    for bits in [128, 192, 256] {
        hsm.create("k", json!({"kty": "oct-HSM", "key_size": bits})).await;
        let plain = base64url(&[7; 32]);
        let (named, pkcs11) = (format!("A{bits}KW"), "CKM_AES_KEY_WRAP");
        let wrap = json!({"alg": pkcs11, "value": plain});
        let wrapped = hsm.post("/keys/k/wrapkey", wrap).await.ok();
        let unwrap = json!({"alg": named, "value": wrapped["value"]});
        let back = hsm.post("/keys/k/unwrapkey", unwrap).await.ok();
        assert_eq!(back["value"], json!(plain), "the same algorithm by another name");
        for len in [1, 20, 32] {
            let plain = base64url(&vec![7; len]);
            let wrap = json!({"alg": "CKM_AES_KEY_WRAP_PAD", "value": plain});
            let wrapped = hsm.post("/keys/k/wrapkey", wrap).await.ok();
            let unwrap = json!({"alg": "CKM_AES_KEY_WRAP_PAD", "value": wrapped["value"]});
            let back = hsm.post("/keys/k/unwrapkey", unwrap).await.ok();
            assert_eq!(back["value"], json!(plain), "{bits} {len}");
            let other = json!({"alg": "CKM_AES_KEY_WRAP", "value": wrapped["value"]});
            assert_eq!(hsm.post("/keys/k/unwrapkey", other).await.refusal().0, 400);
        }
        // Padding by size is for secure wrap alone.
        let wrap = json!({"alg": format!("A{bits}KWPAD"), "value": plain});
        assert_eq!(hsm.post("/keys/k/wrapkey", wrap).await.refusal().0, 400);
        let odd = json!({"alg": pkcs11, "value": base64url(&[7; 20])});
        assert_eq!(hsm.post("/keys/k/wrapkey", odd).await.refusal().0, 400);
    }
}

#[tokio::test]
async fn the_size_of_a_symmetric_key_is_shown_since_2026_04_01() {
    let mut hsm = Vault::hsm().await;
    hsm.create("o", json!({"kty": "oct-HSM", "key_size": 192})).await;
    hsm.create("e", json!({"kty": "EC-HSM"})).await;
    for (version, size) in [("2025-07-01", json!(null)), ("2026-04-01", json!(192))] {
        hsm.api_version = version;
        assert_eq!(hsm.get("/keys/o").await.ok()["attributes"]["key_size"], size, "{version}");
        assert!(hsm.get("/keys/e").await.ok()["attributes"].get("key_size").is_none());
    }
}

#[tokio::test]
async fn a_key_of_an_hsm_has_a_hundred_versions_at_most() {
    let hsm = Vault::hsm().await;
    for _ in 0..100 {
        hsm.create("k", json!({"kty": "EC-HSM"})).await;
    }
    for answer in [
        hsm.post("/keys/k/create", json!({"kty": "EC-HSM"})).await,
        hsm.send("POST", "/keys/k/rotate", None).await,
    ] {
        let (status, code, ..) = answer.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"));
    }
    let action = json!({"trigger": {"timeAfterCreate": "P28D"}, "action": {"type": "Rotate"}});
    let policy = json!({"lifetimeActions": [action], "attributes": {}});
    hsm.send("PUT", "/keys/k/rotationpolicy", Some(policy)).await.ok();
    let latest = hsm.get("/keys/k").await.ok();
    hsm.emulator.clock().advance(std::time::Duration::from_secs(40 * 86_400));
    assert_eq!(hsm.get("/keys/k").await.ok(), latest, "a full key does not rotate");
}
