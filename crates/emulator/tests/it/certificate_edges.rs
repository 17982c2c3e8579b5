//! What certificates withstand: names that are taken meanwhile, requests that were given up, chains that are none.

use std::time::Duration;

use azvault_emulator::Emulator;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    arm::Arm,
    certificate_support::{
        der, issued, merged_by, merged_until, parse, policy, policy_with, request, sections,
        version,
    },
    support::{Answer, Vault},
    test_certificates::{AUTHORITY, KEY, LEAF},
};

const DAY: Duration = Duration::from_secs(86_400);

fn unknown(content_type: &str) -> Value {
    policy_with(
        json!({"issuer": {"name": "Unknown"}, "secret_props": {"contentType": content_type}}),
    )
}

async fn cancel(vault: &Vault) -> Answer {
    let body = json!({"cancellation_requested": true});
    vault.send("PATCH", "/certificates/c/pending", Some(body)).await
}

/// The certificate of a PEM file.
fn base64_of(pem: &str) -> String {
    STANDARD.encode(&sections(pem)[0].1)
}

#[tokio::test]
async fn a_key_that_takes_its_time_does_not_get_into_a_certificate_of_its_name() {
    let vault = Vault::new().await;
    let slow =
        async { vault.post("/keys/c/create", json!({"kty": "RSA", "key_size": 4096})).await };
    let quick = async { issued(&vault, "c", policy()).await };
    // The first begins, and has its numbers long after the second is done.
    let (key, certificate) = tokio::join!(slow, quick);
    let (status, _, inner, _) = key.refusal();
    assert_eq!((status, inner.as_deref()), (403, Some("KeyManagedByKeyVault")), "{}", key.text());
    let kid = &vault.get("/keys/c").await.ok()["key"]["kid"];
    assert_eq!(*kid, certificate["kid"]);
    vault.delete("/certificates/c").await.ok();
    assert_eq!(vault.get("/keys/c").await.status(), 404, "the key goes with its certificate");
}

/// As documented: by a certificate that came by another way.
#[tokio::test]
async fn a_request_that_was_given_up_or_failed_is_completed_by_a_merge() {
    let vault = Vault::new().await;
    let issuer = json!({"provider": "Test"});
    vault.send("PUT", "/certificates/issuers/ca", Some(issuer)).await.ok();
    let by_issuer = policy_with(json!({"issuer": {"name": "ca"}}));
    let unknown = unknown("application/x-pem-file");
    for (policy, status) in [(policy(), "cancelled"), (unknown, "cancelled"), (by_issuer, "failed")]
    {
        let begun = request(&vault, "c", policy).await;
        assert_eq!(begun.status(), 202);
        match status {
            "failed" => drop(vault.delete("/certificates/issuers/ca").await.ok()),
            _ => drop(cancel(&vault).await.ok()),
        }
        assert_eq!(vault.get("/certificates/c/pending").await.ok()["status"], status);
        let body = json!({"x5c": [base64_of(LEAF)]});
        let refused = vault.post("/certificates/c/pending/merge", body).await.refusal();
        assert!(refused.3.contains("does not match"), "{}", refused.3);
        let x5c = merged_by(&begun.json()["csr"]);
        let merged = vault.post("/certificates/c/pending/merge", json!({"x5c": x5c})).await;
        assert_eq!(merged.status(), 201, "{}", merged.text());
        assert_eq!(vault.get("/certificates/c").await.ok()["cer"], x5c[0]);
        let ended = vault.get("/certificates/c/pending").await.ok();
        assert_eq!(ended["status"], "completed");
        assert!(ended.get("error").is_none(), "{ended}");
    }
}

#[tokio::test]
async fn what_is_over_is_not_merged() {
    let vault = Vault::new().await;
    let begun = request(&vault, "c", unknown("application/x-pem-file")).await.json();
    let now = vault.emulator.clock().now();
    for (end, status) in [(now, 400), (now + Duration::from_secs(2), 201)] {
        let x5c = merged_until(&begun["csr"], end);
        let merged = vault.post("/certificates/c/pending/merge", json!({"x5c": x5c})).await;
        assert_eq!(merged.status(), status, "{}", merged.text());
        if status == 400 {
            assert_eq!(merged.refusal().3, "The specified certificate has expired.");
        }
    }
}

#[tokio::test]
async fn a_chain_with_something_else_in_it_is_refused() {
    let vault = Vault::new().await;
    for content_type in ["application/x-pem-file", "application/x-pkcs12"] {
        request(&vault, "c", unknown(content_type)).await;
        let body = json!({"x5c": [base64_of(LEAF), "Z2FyYmFnZQ=="]});
        let refused = vault.post("/certificates/c/pending/merge", body).await.refusal();
        assert_eq!((refused.0, refused.1.as_str()), (400, "BadParameter"), "{content_type}");
        assert_eq!(
            refused.3, "Property x5c has no X.509 certificate that can be read.",
            "before it is held against the key"
        );
        cancel(&vault).await.ok();
    }
    let garbage = "-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n";
    let value = [KEY, LEAF, AUTHORITY, garbage].concat();
    let refused = vault.post("/certificates/i/import", json!({"value": value})).await;
    assert_eq!(refused.status(), 400, "{}", refused.text());
}

#[tokio::test]
async fn an_update_knows_issuers_as_the_policys_own_operation_does() {
    let vault = Vault::new().await;
    issued(&vault, "c", policy()).await;
    let policy = json!({"issuer": {"name": "nobody"}});
    let whole = vault.send("PATCH", "/certificates/c", Some(json!({"policy": policy}))).await;
    let own = vault.send("PATCH", "/certificates/c/policy", Some(policy)).await;
    assert_eq!(whole.refusal(), own.refusal());
    assert_eq!(own.refusal().1, "CertificateIssuerNotFound");
}

/// Recorded 2022-03-23 (azure-sdk-for-net, `DownloadLatestCertificate` of `application/x-pkcs12`).
#[tokio::test]
async fn a_pfx_is_encrypted_as_the_service_does_it() {
    let vault = Vault::new().await;
    let pfx = json!({"contentType": "application/x-pkcs12"});
    for exportable in [true, false] {
        let key = json!({"kty": "EC", "exportable": exportable});
        let name = format!("c-{exportable}");
        issued(&vault, &name, policy_with(json!({"secret_props": pfx, "key_props": key}))).await;
        let secret = vault.get(&format!("/secrets/{name}")).await.ok();
        let file = STANDARD.decode(secret["value"].as_str().unwrap()).unwrap();
        let count = |part: &[u8]| file.windows(part.len()).filter(|found| *found == part).count();
        // pbeWithSHAAnd3-KeyTripleDES-CBC, and 2000 rounds in it and in the MAC by SHA-1.
        let bags = 1 + usize::from(exportable);
        assert_eq!(count(b"\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03"), bags, "{name}");
        assert_eq!(count(b"\x02\x02\x07\xd0"), bags + 1, "{name}");
        assert_eq!(count(b"\x06\x05\x2b\x0e\x03\x02\x1a"), 1, "{name}");
        let friendly: Vec<u8> = "certificate".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(count(&friendly), usize::from(exportable), "a name of its own");
    }
}

/// Recorded there, too.
#[tokio::test]
async fn a_certificate_is_written_as_the_service_writes_it() {
    let vault = Vault::new().await;
    let props = json!({"subject": "CN=default, O=Müller, E=a@b.example"});
    let bundle = issued(&vault, "c", policy_with(json!({"x509_props": props}))).await;
    let der = der(&bundle);
    let certificate = parse(&der);
    let tags: Vec<_> =
        certificate.subject().iter_attributes().map(|part| part.attr_value().tag().0).collect();
    assert_eq!(tags, [22, 12, 19], "IA5String, UTF8String, PrintableString");
    let extensions: Vec<_> =
        certificate.extensions().iter().map(|extension| extension.oid.to_string()).collect();
    assert_eq!(extensions, ["2.5.29.15", "2.5.29.19", "2.5.29.37", "2.5.29.35", "2.5.29.14"]);
}

#[tokio::test]
async fn what_could_not_be_renewed_before_a_change_is_renewed_after_it() {
    let vault = Vault::new().await;
    let trigger = |percentage: u32| {
        let action = json!({"action_type": "AutoRenew"});
        json!({"lifetime_actions": [{"trigger": {"lifetime_percentage": percentage}, "action": action}]})
    };
    let first = issued(&vault, "c", policy_with(trigger(90))).await;
    vault.emulator.clock().advance(DAY * 180);
    let now = vault.emulator.clock().now().unix_timestamp();
    vault.send("PATCH", "/certificates/c/policy", Some(trigger(10))).await.ok();
    let second = vault.get("/certificates/c").await.ok();
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["attributes"]["created"], now, "not before anybody wanted it");
    let versions = vault.get("/certificates/c/versions").await.ok();
    assert_eq!(versions["value"].as_array().unwrap().len(), 2, "{versions}");

    let enable = |enabled: bool| Some(json!({"attributes": {"enabled": enabled}}));
    vault.send("PATCH", "/certificates/c", enable(false)).await.ok();
    vault.emulator.clock().advance(DAY * 180);
    vault.send("PATCH", "/certificates/c", enable(true)).await.ok();
    let third = vault.get("/certificates/c").await.ok();
    let now = vault.emulator.clock().now().unix_timestamp();
    assert_ne!(third["id"], second["id"]);
    assert_eq!(third["attributes"]["created"], now, "not while it was disabled");
}

#[tokio::test]
async fn renewals_end_with_the_calendar() {
    let vault = Vault::new().await;
    let trigger =
        json!([{"trigger": {"days_before_expiry": 27}, "action": {"action_type": "AutoRenew"}}]);
    let props = json!({"subject": "CN=c", "validity_months": 1});
    vault.emulator.clock().set(time::macros::datetime!(9999-12-20 00:00 UTC));
    let policy = policy_with(json!({"x509_props": props, "lifetime_actions": trigger}));
    let bundle = issued(&vault, "c", policy).await;
    assert_eq!(vault.get("/certificates/c").await.ok()["id"], bundle["id"]);
}

/// Recorded 2022-03-23 (azure-sdk-for-net, `DownloadECDsaCertificateSignLocalVerifyRemote` and
/// `VerifyUpdateCertificate`).
#[tokio::test]
async fn a_version_that_is_asked_for_comes_without_what_all_have_in_common() {
    let vault = Vault::new().await;
    let latest = issued(&vault, "c", policy()).await;
    let version = version(&latest["id"]);
    let shown = vault.get(&format!("/certificates/c/{version}")).await.ok();
    let members: Vec<_> = shown.as_object().unwrap().keys().collect();
    assert_eq!(members, ["attributes", "cer", "id", "kid", "sid", "x5t"]);
    let change = Some(json!({"attributes": {"enabled": true}}));
    let path = format!("/certificates/c/{version}");
    let changed = vault.send("PATCH", &path, change).await.ok();
    let members: Vec<_> = changed.as_object().unwrap().keys().collect();
    assert_eq!(members, ["attributes", "cer", "id", "kid", "pending", "sid", "x5t"]);
    let secret = vault.get(&format!("/secrets/c/{version}")).await.ok();
    assert_eq!(secret, *vault.get("/secrets/c").await.ok());
}

#[tokio::test]
async fn what_is_issued_by_now_is_not_cancelled_though_nobody_has_looked() {
    let lag = Duration::from_secs(10);
    let vault = Vault::of(Emulator::builder().certificate_lag(lag)).await;
    for method in ["PATCH", "DELETE"] {
        request(&vault, "c", policy()).await;
        vault.emulator.clock().advance(lag);
        let body = (method == "PATCH").then(|| json!({"cancellation_requested": true}));
        let answer = vault.send(method, "/certificates/c/pending", body).await;
        let expected = if method == "PATCH" { 400 } else { 200 };
        assert_eq!(answer.status(), expected, "{method}: {}", answer.text());
        let versions = vault.get("/certificates/c/versions").await.ok();
        let count = if method == "PATCH" { 1 } else { 2 };
        assert_eq!(versions["value"].as_array().unwrap().len(), count, "{method}");
    }
}

#[tokio::test]
async fn an_import_keeps_its_key_in_hardware_where_there_is_some() {
    let value = [KEY, LEAF].concat();
    let key = json!({"key_props": {"kty": "EC-HSM"}});
    let body = json!({"value": value, "policy": key});
    let vault = Vault::new().await;
    let bundle = vault.post("/certificates/c/import", body.clone()).await.ok();
    let props = &bundle["policy"]["key_props"];
    assert_eq!((&props["kty"], &props["exportable"]), (&json!("EC-HSM"), &json!(false)));
    assert_eq!(vault.get("/keys/c").await.ok()["key"]["kty"], "EC-HSM");
    let secret = vault.get("/secrets/c").await.ok();
    assert!(!secret["value"].as_str().unwrap().contains("PRIVATE"));

    let arm = Arm::new().await;
    let all = json!({"certificates": ["create", "import"], "keys": ["create"]});
    let policies = json!([arm.policy(all)]);
    let properties = json!({"accessPolicies": policies, "enableRbacAuthorization": false});
    arm.put("kv-1", properties).await.ok();
    let standard = arm.data("kv-1").await;
    let expected = standard.post("/keys/k/create", json!({"kty": "EC-HSM"})).await.refusal();
    assert_eq!(standard.post("/certificates/c/import", body).await.refusal(), expected);
    let key = json!({"kty": "EC-HSM", "exportable": false});
    let created = request(&standard, "c", policy_with(json!({"key_props": key}))).await;
    assert_eq!(created.refusal(), expected);
}

#[tokio::test]
async fn pem_is_known_below_what_openssl_writes_above_it() {
    let vault = Vault::new().await;
    let value = ["Bag Attributes\n    localKeyID: 01\n", KEY, "Bag Attributes\n", LEAF].concat();
    for value in [STANDARD.encode(&value), value] {
        vault.post("/certificates/c/import", json!({"value": value})).await.ok();
        let secret = vault.get("/secrets/c").await.ok();
        assert_eq!(secret["contentType"], "application/x-pem-file");
    }
}
