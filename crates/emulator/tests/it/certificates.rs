//! Certificates that sign themselves: what they say, and the key and the secret that they own.

use aws_lc_rs::signature::KeyPair;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use p12_keystore::Pkcs12Archive;
use serde_json::{Value, json};
use x509_parser::{extensions::GeneralName, oid_registry::Oid};

use crate::{
    certificate_support::{
        der, is_signed_by, issued, parse, policy, policy_with, request, sections, version,
    },
    support::{Vault, from_base64url},
};

fn managed(kind: &str, operation: &str) -> (u16, String, Option<String>, String) {
    let text = format!(
        "Operation \"{operation}\" is not allowed as this object's lifetime is managed by Key Vault."
    );
    (403, "Forbidden".to_owned(), Some(format!("{kind}ManagedByKeyVault")), text)
}

#[tokio::test]
async fn a_certificate_its_key_and_its_secret_are_one() {
    let vault = Vault::new().await;
    let bundle =
        issued(&vault, "c", policy_with(json!({"key_props": null, "secret_props": {}}))).await;
    let version = version(&bundle["id"]);
    assert_eq!(bundle["kid"], format!("{}/keys/c/{version}", vault.base));
    assert_eq!(bundle["sid"], format!("{}/secrets/c/{version}", vault.base));

    let der = der(&bundle);
    let certificate = parse(&der);
    assert!(is_signed_by(&certificate, &certificate));
    let key = vault.get("/keys/c").await.ok();
    assert_eq!(key["key"]["kid"], bundle["kid"]);
    assert_eq!(key["managed"], true);
    assert_eq!(key["attributes"]["exp"], bundle["attributes"]["exp"]);
    assert_eq!(key["key"]["key_ops"], json!(["sign", "verify", "wrapKey", "unwrapKey"]));
    let n = from_base64url(&key["key"]["n"]);
    let public = &certificate.public_key().subject_public_key.data;
    assert!(public.windows(n.len()).any(|window| window == n), "another key");

    let secret = vault.get(&format!("/secrets/c/{version}")).await.ok();
    assert_eq!(secret["contentType"], "application/x-pkcs12");
    assert_eq!((&secret["kid"], &secret["managed"]), (&bundle["kid"], &json!(true)));
    let file = STANDARD.decode(secret["value"].as_str().unwrap()).unwrap();
    let file = Pkcs12Archive::from_pkcs12(&file, "").unwrap();
    assert_eq!(file.certs[0].cert.as_der(), der);
    let private = aws_lc_rs::signature::RsaKeyPair::from_pkcs8(file.keys[0].key.as_der()).unwrap();
    let modulus = private.public_key().modulus().big_endian_without_leading_zero().to_vec();
    assert_eq!(modulus, n, "the file has another key");
}

#[tokio::test]
async fn what_a_certificate_owns_is_changed_by_nobody_else() {
    let vault = Vault::new().await;
    issued(&vault, "c", policy()).await;
    let (ec, value) = (json!({"kty": "EC"}), json!({"value": "v"}));
    let rotation = json!({"lifetimeActions": [], "attributes": {}});
    for (kind, operation, method, path, body) in [
        ("Key", "delete", "DELETE", "/keys/c", None),
        ("Key", "update", "PATCH", "/keys/c", Some(json!({}))),
        ("Key", "create", "POST", "/keys/c/create", Some(ec)),
        ("Key", "import", "PUT", "/keys/c", Some(json!({"key": {}}))),
        ("Key", "rotate", "POST", "/keys/c/rotate", None),
        ("Key", "backup", "POST", "/keys/c/backup", None),
        ("Key", "setrotationpolicy", "PUT", "/keys/c/rotationpolicy", Some(rotation)),
        ("Secret", "delete", "DELETE", "/secrets/c", None),
        ("Secret", "set", "PUT", "/secrets/c", Some(value)),
        ("Secret", "update", "PATCH", "/secrets/c", Some(json!({}))),
        ("Secret", "backup", "POST", "/secrets/c/backup", None),
    ] {
        let refusal = vault.send(method, path, body).await.refusal();
        assert_eq!(refusal, managed(kind, operation), "{method} {path}");
    }
    vault.delete("/certificates/c").await.ok();
    for (kind, operation, method, path) in [
        ("Key", "recover", "POST", "/deletedkeys/c/recover"),
        ("Key", "purge", "DELETE", "/deletedkeys/c"),
        ("Secret", "recover", "POST", "/deletedsecrets/c/recover"),
        ("Secret", "purge", "DELETE", "/deletedsecrets/c"),
    ] {
        let refusal = vault.send(method, path, None).await.refusal();
        assert_eq!(refusal, managed(kind, operation), "{method} {path}");
    }
}

#[tokio::test]
async fn the_key_signs_what_the_certificate_verifies() {
    let vault = Vault::new().await;
    for (name, curve, algorithm, len) in [
        ("p-256", "P-256", "ES256", 32),
        ("p-384", "P-384", "ES384", 48),
        ("p-521", "P-521", "ES512", 64),
    ] {
        let policy = policy_with(json!({"key_props": {"kty": "EC", "crv": curve}}));
        let bundle = issued(&vault, name, policy).await;
        let der = der(&bundle);
        let certificate = parse(&der);
        assert!(is_signed_by(&certificate, &certificate), "{curve}");
        let body = json!({"alg": algorithm, "value": URL_SAFE_NO_PAD.encode(vec![7_u8; len])});
        let signed = vault.post(&format!("/keys/{name}/sign"), body.clone()).await.ok();
        assert_eq!(signed["kid"], bundle["kid"]);
        let key = vault.get(&format!("/keys/{name}")).await.ok();
        let x = from_base64url(&key["key"]["x"]);
        let public = &certificate.public_key().subject_public_key.data;
        assert_eq!(&public[1..=x.len()], x, "{curve}");
    }
}

#[tokio::test]
async fn a_pem_file_has_the_key_first_and_lines_of_64_characters() {
    let vault = Vault::new().await;
    let bundle = issued(&vault, "c", policy()).await;
    let secret = vault.get("/secrets/c").await.ok();
    assert_eq!(secret["contentType"], "application/x-pem-file");
    let text = secret["value"].as_str().unwrap();
    assert!(text.starts_with("-----BEGIN PRIVATE KEY-----\n") && !text.contains('\r'), "{text}");
    assert!(text.ends_with("-----END CERTIFICATE-----\n") && !text.contains("\n\n"), "{text}");
    assert_eq!(text.lines().map(str::len).max(), Some(64));
    let sections = sections(text);
    assert_eq!(sections[1], ("CERTIFICATE".to_owned(), der(&bundle)));
    assert_eq!(sections.len(), 2);
}

#[tokio::test]
async fn a_pfx_is_read_as_pem_on_demand() {
    let vault = Vault::new().await;
    let pfx = json!({"secret_props": {"contentType": "application/x-pkcs12"}});
    let bundle = issued(&vault, "c", policy_with(pfx)).await;
    let secret = vault.get("/secrets/c?outContentType=application/x-pem-file").await.ok();
    assert_eq!(secret["contentType"], "application/x-pem-file");
    let sections = sections(secret["value"].as_str().unwrap());
    let tags: Vec<_> = sections.iter().map(|(tag, _)| tag.as_str()).collect();
    assert_eq!((tags, &sections[1].1), (vec!["PRIVATE KEY", "CERTIFICATE"], &der(&bundle)));
    let other = vault.get("/secrets/c?outContentType=application/x-pkcs12").await;
    assert_eq!(other.refusal().1, "BadParameter");
    vault.set("s", json!({"value": "v"})).await;
    let own = vault.get("/secrets/s?outContentType=application/x-pem-file").await.ok();
    assert_eq!(own["value"], "v", "no certificate's");
}

#[tokio::test]
async fn a_key_that_may_not_leave_is_in_no_file() {
    let vault = Vault::new().await;
    let pkcs12 = json!({"contentType": "application/x-pkcs12"});
    for (name, key_props, secret_props) in [
        ("pem", json!({"kty": "EC", "exportable": false}), policy()["secret_props"].clone()),
        ("pfx", json!({"kty": "EC", "exportable": false}), pkcs12.clone()),
        ("hsm", json!({"kty": "EC-HSM"}), pkcs12),
    ] {
        let parts = json!({"key_props": key_props, "secret_props": secret_props});
        let bundle = issued(&vault, name, policy_with(parts)).await;
        assert_eq!(bundle["policy"]["key_props"]["exportable"], false, "{name}");
        let secret = vault.get(&format!("/secrets/{name}")).await.ok();
        let value = secret["value"].as_str().unwrap();
        let (keys, certificates) = if name == "pem" {
            let sections = sections(value);
            (sections.len() - 1, sections[0].1.clone())
        } else {
            let file = Pkcs12Archive::from_pkcs12(&STANDARD.decode(value).unwrap(), "").unwrap();
            (file.keys.len(), file.certs[0].cert.as_der().to_vec())
        };
        assert_eq!((keys, certificates), (0, der(&bundle)), "{name}");
    }
    assert_eq!(vault.get("/keys/hsm").await.ok()["key"]["kty"], "EC-HSM");
}

#[tokio::test]
async fn a_certificate_says_what_its_policy_asks_for() {
    let vault = Vault::new().await;
    let x509_props = json!({
        "subject": "CN=web, O=\"Contoso, Ltd\", OU=a, OU=b",
        "sans": {
            "dns_names": ["a.example", "*.b.example"], "emails": ["m@a.example"],
            "upns": ["u@a.example"], "uris": ["https://a.example/x"], "ipAddresses": ["10.1.2.3"],
        },
        "ekus": ["1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.311.20.2.2"],
        "key_usage": ["cRLSign", "digitalSignature", "keyCertSign"],
        "validity_months": 3,
        "basic_constraints": {"ca": true},
    });
    let bundle = issued(&vault, "c", policy_with(json!({"x509_props": x509_props}))).await;
    let mut echoed = x509_props;
    echoed["key_usage"] = json!(["digitalSignature", "keyCertSign", "cRLSign"]);
    assert_eq!(bundle["policy"]["x509_props"], echoed);

    let der = der(&bundle);
    let certificate = parse(&der);
    assert_eq!(certificate.subject().to_string(), "OU=b, OU=a, O=Contoso, Ltd, CN=web");
    assert_eq!(certificate.issuer(), certificate.subject());
    let names = certificate.subject_alternative_name().unwrap().unwrap();
    let expected = [
        GeneralName::RFC822Name("m@a.example"),
        GeneralName::DNSName("a.example"),
        GeneralName::DNSName("*.b.example"),
    ];
    let found = &names.value.general_names;
    assert_eq!((&found[..3], found.len()), (&expected[..], 6));
    let GeneralName::OtherName(oid, value) = &found[3] else { panic!("{:?}", found[3]) };
    assert_eq!(*oid, Oid::from(&[1, 3, 6, 1, 4, 1, 311, 20, 2, 3]).unwrap());
    assert!(value.ends_with(b"u@a.example"));
    assert_eq!(found[4], GeneralName::URI("https://a.example/x"));
    assert_eq!(found[5], GeneralName::IPAddress(&[10, 1, 2, 3]));
    let usage = certificate.key_usage().unwrap().unwrap();
    assert!(usage.critical && usage.value.crl_sign() && usage.value.key_cert_sign());
    assert!(usage.value.digital_signature() && !usage.value.key_encipherment());
    let ekus = certificate.extended_key_usage().unwrap().unwrap();
    assert!(ekus.value.server_auth && !ekus.value.client_auth);
    assert_eq!(ekus.value.other.len(), 1);
    assert!(certificate.is_ca());
    assert_eq!(certificate.raw_serial().len(), 16);
}

fn lifetime_action(kind: &str) -> Value {
    json!({"trigger": {"lifetime_percentage": 80}, "action": {"action_type": kind}})
}

#[tokio::test]
async fn policies_that_no_certificate_can_have_are_refused() {
    let vault = Vault::new().await;
    let x509 = |props: Value| policy_with(json!({"x509_props": props}));
    let key = |props: Value| policy_with(json!({"key_props": props}));
    let action = |trigger: Value, kind: &str| {
        let actions = json!([{"trigger": trigger, "action": {"action_type": kind}}]);
        policy_with(json!({"lifetime_actions": actions}))
    };
    for (policy, text) in [
        (
            key(json!({"kty": "EC", "key_size": 4096})),
            "Unsupported key size (4096). Supported sizes are [256, 384, 521]",
        ),
        (
            key(json!({"kty": "RSA", "key_size": 1024})),
            "Unsupported key size (1024). Supported sizes are [2048, 3072, 4096]",
        ),
        (key(json!({"kty": "EC", "crv": "P-384", "key_size": 256})), "P-384"),
        (key(json!({"kty": "oct"})), "invalid value"),
        (key(json!({"kty": "EC", "crv": "P-1"})), "invalid value"),
        (key(json!({"kty": "RSA-HSM", "exportable": true})), "RSA-HSM"),
        (x509(json!({})), "'subject'"),
        (x509(json!({"subject": "nobody"})), "nobody"),
        (x509(json!({"subject": "CN=c", "sans": {"ipAddresses": ["x"]}})), "sans"),
        (x509(json!({"subject": "CN=c", "sans": {"dns_names": [" "]}})), "sans"),
        (x509(json!({"subject": "CN=c", "sans": {"emails": [""]}})), "sans"),
        (x509(json!({"subject": "CN=c", "ekus": ["server"]})), "server"),
        (x509(json!({"subject": "CN=c", "key_usage": ["cook"]})), "invalid value"),
        (x509(json!({"subject": "CN=c", "validity_months": 0})), "0 months"),
        (policy_with(json!({"secret_props": {"contentType": "text/plain"}})), "text/plain"),
        (action(json!({"lifetime_percentage": 100}), "AutoRenew"), "lifetime_percentage"),
        (action(json!({"days_before_expiry": 325}), "AutoRenew"), "324"),
        (action(json!({"lifetime_percentage": 80}), "Sing"), "invalid value"),
        // Reported: https://github.com/Azure/azure-sdk-for-net/issues/15633
        (
            policy_with(json!({
                "lifetime_actions": [lifetime_action("AutoRenew"), lifetime_action("EmailContacts")],
            })),
            "At most one action is allowed",
        ),
        (
            policy_with(json!({
                "issuer": {"name": "Unknown"}, "lifetime_actions": [lifetime_action("AutoRenew")],
            })),
            "AutoRenew is not possible with the issuer Unknown",
        ),
    ] {
        let (status, code, _, message) = request(&vault, "c", policy.clone()).await.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"), "{policy}");
        assert!(message.contains(text), "{policy}: {message}");
    }
    let unknown = policy_with(json!({"issuer": {"name": "nobody"}}));
    assert_eq!(request(&vault, "c", unknown).await.refusal().1, "CertificateIssuerNotFound");
    let nothing = vault.post("/certificates/c/create", json!({})).await.refusal();
    assert_eq!((nothing.0, nothing.3.as_str()), (400, "Property 'policy' is required.\r\n"));
    assert_eq!(vault.get("/certificates/c").await.status(), 404, "nothing was made");
}

#[tokio::test]
async fn what_a_policy_says_for_internal_use_is_not_kept() {
    let vault = Vault::new().await;
    let internal = json!({"platformManaged": {"certificateUsage": "tls"}});
    let bundle = issued(&vault, "c", policy_with(internal)).await;
    assert!(bundle["policy"].get("platformManaged").is_none(), "{bundle}");
}

#[tokio::test]
async fn a_name_that_somebody_elses_key_or_secret_has_is_refused() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    vault.set("s", json!({"value": "v"})).await;
    for name in ["k", "s"] {
        let (status, code, ..) = request(&vault, name, policy()).await.refusal();
        assert_eq!((status, code.as_str()), (409, "Conflict"), "{name}");
    }
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "v");
}

#[tokio::test]
async fn an_ec_certificate_gets_the_usages_of_rsa_by_default() {
    let vault = Vault::new().await;
    let bundle = issued(&vault, "c", policy()).await;
    let usages = json!(["digitalSignature", "keyEncipherment"]);
    assert_eq!(bundle["policy"]["x509_props"]["key_usage"], usages);
    assert_eq!(vault.get("/keys/c").await.ok()["key"]["key_ops"], json!(["sign", "verify"]));
}

#[tokio::test]
async fn outside_its_validity_a_certificates_key_still_verifies() {
    let vault = Vault::new().await;
    let mail = json!([{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}]);
    issued(&vault, "c", policy_with(json!({"lifetime_actions": mail}))).await;
    let digest = URL_SAFE_NO_PAD.encode([7_u8; 32]);
    let body = json!({"alg": "ES256", "value": digest});
    let signed = vault.post("/keys/c/sign", body.clone()).await.ok();
    vault.emulator.clock().advance(std::time::Duration::from_secs(400 * 86_400));
    let refused = vault.post("/keys/c/sign", body).await.refusal();
    assert_eq!(refused.2.as_deref(), Some("KeyExpired"));
    let body = json!({"alg": "ES256", "digest": digest, "value": signed["value"]});
    assert_eq!(vault.post("/keys/c/verify", body).await.ok()["value"], true);
    assert_eq!(vault.get("/secrets/c").await.status(), 200);
}

#[tokio::test]
async fn a_managed_hsm_has_no_certificates() {
    let pool = Vault::hsm().await;
    assert_eq!(pool.get("/certificates").await.refusal().1, "NotSupportedByEmulator");
}
