//! No private member of a key in any answer, whatever is asked of whichever key: members by name, and the bytes of keys
//! that were brought along wherever they could hide.

use serde_json::{Value, json};

use crate::{
    arm::Arm,
    environment::{Environment, encoded, policy},
    support::{Answer, Vault, base64url},
    test_keys::{EC_P256, RSA_2048},
};

const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];
const DIGEST: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

/// The private parts of a key in JSON, decoded.
fn private_parts(jwk: &Value) -> Vec<Vec<u8>> {
    let parts = PRIVATE.iter().filter_map(|name| jwk.get(name));
    parts.map(crate::support::from_base64url).collect()
}

/// Fails when `answer` has a private member, or one of `secrets` in whatever is base64 in it.
fn scan(what: &str, answer: &Answer, secrets: &[Vec<u8>]) {
    let text = answer.text();
    for secret in secrets {
        assert!(!text.contains(&base64url(secret)), "{what}: {text}");
    }
    if let Ok(body) = serde_json::from_str(text) {
        scan_value(what, &body, secrets);
    }
}

fn scan_value(what: &str, value: &Value, secrets: &[Vec<u8>]) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!PRIVATE.contains(&name.as_str()), "{what}: {name} in {members:?}");
                scan_value(what, value, secrets);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| scan_value(what, value, secrets)),
        // Tokens have parts, and each may be JSON again.
        Value::String(text) => {
            text.split('.').for_each(|part| scan_bytes(what, part, secrets));
        }
        _ => {}
    }
}

fn scan_bytes(what: &str, text: &str, secrets: &[Vec<u8>]) {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else {
        return;
    };
    for secret in secrets {
        let hidden = bytes.windows(secret.len()).any(|window| window == secret);
        assert!(!hidden, "{what}: a private part in {text}");
    }
    if let Ok(inner @ Value::Object(_)) = serde_json::from_slice(&bytes) {
        scan_value(what, &inner, secrets);
    }
}

/// Every operation that names the key `name`, and every list, on a key with these algorithms.
async fn walk(vault: &Vault, name: &str, algorithms: [&str; 2], secrets: &[Vec<u8>]) {
    let [encryption, signature] = algorithms;
    let target = Environment::new().token(vault, json!({"sdk-test": true}));
    let cipher =
        |value: &str| json!({"alg": encryption, "value": value, "iv": "AQEBAQEBAQEBAQEBAQEBAQ"});
    let bundle = vault.get(&format!("/keys/{name}")).await;
    scan(name, &bundle, secrets);
    let bundle = bundle.ok();
    let version = bundle["key"]["kid"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let key = format!("/keys/{name}");
    let wrapped = vault.post(&format!("{key}/encrypt"), cipher(DIGEST)).await;
    scan("encrypt", &wrapped, secrets);
    let text = wrapped.json()["value"].as_str().unwrap_or("AQ").to_owned();
    let signed =
        vault.post(&format!("{key}/sign"), json!({"alg": signature, "value": DIGEST})).await;
    scan("sign", &signed, secrets);
    let by = signed.json()["value"].as_str().unwrap_or("AQ").to_owned();
    let verify = json!({"alg": signature, "digest": DIGEST, "value": by});
    let backup = vault.post(&format!("{key}/backup"), json!({})).await;
    scan("backup", &backup, secrets);
    let blob = backup.ok()["value"].clone();
    for (method, path, body) in [
        ("GET", format!("{key}/{version}"), json!(null)),
        ("GET", format!("{key}/versions"), json!(null)),
        ("GET", "/keys".to_owned(), json!(null)),
        ("PATCH", key.clone(), json!({"tags": {"a": "b"}})),
        ("PATCH", format!("{key}/{version}"), json!({})),
        ("POST", format!("{key}/decrypt"), cipher(&text)),
        ("POST", format!("{key}/wrapkey"), cipher(DIGEST)),
        ("POST", format!("{key}/unwrapkey"), cipher(&text)),
        ("POST", format!("{key}/verify"), verify),
        ("POST", format!("{key}/release"), json!({"target": target})),
        (
            "POST",
            format!("{key}/securewrapkey"),
            json!({"alg": encryption, "value": DIGEST, "target": target}),
        ),
        (
            "POST",
            format!("{key}/secureunwrapkey"),
            json!({"alg": encryption, "value": text, "target": target}),
        ),
        ("GET", format!("{key}/{version}/attestation"), json!(null)),
        ("GET", format!("{key}/rotationpolicy"), json!(null)),
        ("PUT", format!("{key}/rotationpolicy"), json!({"lifetimeActions": []})),
        ("POST", format!("{key}/rotate"), json!({})),
        ("POST", "/keys/restore".to_owned(), json!({"value": blob})),
        ("DELETE", key.clone(), json!(null)),
        ("GET", format!("/deletedkeys/{name}"), json!(null)),
        ("GET", "/deletedkeys".to_owned(), json!(null)),
        ("POST", format!("/deletedkeys/{name}/recover"), json!(null)),
        ("DELETE", key.clone(), json!(null)),
        ("DELETE", format!("/deletedkeys/{name}"), json!(null)),
        ("POST", "/keys/restore".to_owned(), json!({"value": blob})),
        (
            "POST",
            format!("{key}/create"),
            json!({"kty": bundle["key"]["kty"], "crv": bundle["key"]["crv"]}),
        ),
        ("POST", format!("{key}/sign"), json!({"alg": "none", "value": DIGEST})),
    ] {
        let answer = vault.send(method, &path, Some(body)).await;
        let refused = answer.status() >= 400;
        scan(&format!("{method} {path} {}", answer.status()), &answer, secrets);
        // What could tell a key has to have been done, or nothing was looked at.
        let tells =
            path.ends_with("/restore") || path.ends_with("/rotate") || path.contains("deleted");
        let releases = path.ends_with("/release") && bundle.get("release_policy").is_some();
        let conflicts = answer.status() == 409;
        assert!(
            !refused || conflicts || !(tells || releases),
            "{method} {path}: {}",
            answer.text()
        );
    }
}

fn jwk(text: &str, kty: &str) -> Value {
    let mut jwk: Value = serde_json::from_str(text).unwrap();
    jwk["kty"] = json!(kty);
    jwk
}

/// Imports `jwk`, exportable where that can be, and walks it.
async fn import_and_walk(vault: &Vault, name: &str, jwk: Value, algorithms: [&str; 2]) {
    let secrets = private_parts(&jwk);
    assert!(!secrets.is_empty(), "{name}");
    let hardware = jwk["kty"].as_str().unwrap().ends_with("-HSM");
    let mut body = json!({"key": jwk});
    if hardware {
        body["attributes"] = json!({"exportable": true});
        body["release_policy"] = encoded(&policy(vault));
    }
    let made = vault.send("PUT", &format!("/keys/{name}"), Some(body.clone())).await;
    assert_eq!(made.status(), 200, "{name} {}", made.text());
    scan("import", &made, &secrets);
    // A refused import says nothing of it either.
    body["key"]["n"] = json!("AQ");
    body["key"]["x"] = json!("AQ");
    body["key"]["key_ops"] = json!(["fly"]);
    let refused = vault.send("PUT", "/keys/broken", Some(body)).await;
    assert_eq!(refused.status(), 400, "{name}");
    scan("a refused import", &refused, &secrets);
    walk(vault, name, algorithms, &secrets).await;
}

#[test]
#[should_panic(expected = "dq in")]
fn a_private_member_inside_a_token_is_found() {
    let payload = base64url(json!({"a": [{"dq": "AQ"}]}).to_string().as_bytes());
    scan_value("a token", &json!({"value": format!("e30.{payload}.AQ")}), &[]);
}

#[test]
#[should_panic(expected = "a private part")]
fn the_bytes_of_a_key_are_found_inside_others() {
    scan_value(
        "a blob",
        &json!({"value": base64url(&[[0; 32], [9; 32], [1; 32]].concat())}),
        &[vec![9; 32]],
    );
}

#[tokio::test]
async fn no_answer_of_a_vault_has_a_private_member() {
    let vault = Vault::new().await;
    for kty in ["RSA", "RSA-HSM"] {
        import_and_walk(&vault, &format!("i-{kty}"), jwk(RSA_2048, kty), ["RSA-OAEP", "RS256"])
            .await;
        vault.create(&format!("c-{kty}"), json!({"kty": kty})).await;
        walk(&vault, &format!("c-{kty}"), ["RSA-OAEP-256", "PS256"], &[]).await;
    }
    for kty in ["EC", "EC-HSM"] {
        import_and_walk(&vault, &format!("i-{kty}"), jwk(EC_P256, kty), ["RSA-OAEP", "ES256"])
            .await;
        for curve in ["P-256", "P-256K", "P-384", "P-521"] {
            let name = format!("c-{kty}-{curve}");
            vault.create(&name, json!({"kty": kty, "crv": curve})).await;
            walk(&vault, &name, ["RSA-OAEP", "ES256"], &[]).await;
        }
    }
}

#[tokio::test]
async fn no_answer_of_a_managed_hsm_has_a_private_member() {
    let hsm = Vault::hsm().await;
    let oct = json!({"kty": "oct-HSM", "k": base64url(&[9; 32]), "key_ops": ["encrypt", "decrypt", "wrapKey", "unwrapKey"]});
    import_and_walk(&hsm, "i-oct", oct, ["A256CBC", "HS256"]).await;
    import_and_walk(&hsm, "i-rsa", jwk(RSA_2048, "RSA-HSM"), ["RSA-OAEP", "RS256"]).await;
    import_and_walk(&hsm, "i-ec", jwk(EC_P256, "EC-HSM"), ["RSA-OAEP", "ES256"]).await;
    let okp = json!({
        "kty": "OKP-HSM", "crv": "Ed25519", "d": "TM0Imyj_ltqdtsNG7BFOD1uKMZ81q6Yk2oz27U-4pvs",
        "x": "PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw",
    });
    import_and_walk(&hsm, "i-okp", okp, ["RSA-OAEP", "EdDSA"]).await;
    for (name, body, algorithms) in [
        ("c-oct", json!({"kty": "oct-HSM", "key_size": 256}), ["A256GCM", "HS256"]),
        ("c-kw", json!({"kty": "oct-HSM", "key_size": 128}), ["A128KW", "HS256"]),
        ("c-rsa", json!({"kty": "RSA-HSM"}), ["RSA-OAEP", "RS256"]),
        ("c-ec", json!({"kty": "EC-HSM"}), ["RSA-OAEP", "ES256"]),
    ] {
        hsm.create(name, body).await;
        walk(&hsm, name, algorithms, &[]).await;
    }
}

#[tokio::test]
async fn no_answer_of_resource_manager_has_a_private_member() {
    let arm = Arm::new().await;
    let premium = json!({"sku": {"family": "A", "name": "premium"}});
    let data = arm.open_vault("Kv-1", premium).await;
    let keys = format!("{}/keys", arm.vault_path("rg", "Kv-1"));
    for kty in ["RSA", "RSA-HSM", "EC", "EC-HSM"] {
        let body = json!({"properties": {"kty": kty}});
        let made = arm.send("PUT", &format!("{keys}/{kty}"), Some(body)).await;
        assert_eq!(made.status(), 200, "{kty} {}", made.text());
        scan(kty, &made, &[]);
    }
    let text = if let Value::Object(jwk) = jwk(RSA_2048, "RSA") { jwk } else { unreachable!() };
    let brought = Value::Object(text);
    let secrets = private_parts(&brought);
    data.send("PUT", "/keys/brought", Some(json!({"key": brought}))).await.ok();
    for name in ["RSA", "RSA-HSM", "EC", "EC-HSM", "brought"] {
        let versions = arm.get(&format!("{keys}/{name}/versions")).await;
        scan(name, &versions, &secrets);
        let version = versions.ok()["value"][0]["id"].as_str().unwrap().to_owned();
        scan(name, &arm.get(&version).await, &secrets);
        scan(name, &arm.get(&format!("{keys}/{name}")).await, &secrets);
    }
    scan("list", &arm.get(&keys).await, &secrets);
    let twisted = json!({"properties": {"kty": "RSA", "d": brought["d"], "key": brought}});
    scan("put", &arm.send("PUT", &format!("{keys}/new"), Some(twisted)).await, &secrets);
}
