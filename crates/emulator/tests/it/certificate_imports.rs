//! Certificates that somebody brings, issuers and contacts.

use base64::{Engine, engine::general_purpose::STANDARD};
use p12_keystore::Pkcs12Archive;
use serde_json::{Value, json};

use crate::{
    certificate_support::{
        der, is_signed_by, issued, parse, policy, policy_with, request, sections, version,
    },
    support::{Answer, Vault, base64url, member_order},
    test_certificates::{AUTHORITY, KEY, LEAF, LEGACY_PFX, PFX},
};

async fn import(vault: &Vault, body: Value) -> Answer {
    vault.post("/certificates/c/import", body).await
}

fn leaf() -> Vec<u8> {
    sections(LEAF)[0].1.clone()
}

fn pem() -> String {
    [KEY, LEAF, AUTHORITY].concat()
}

#[tokio::test]
async fn a_pfx_comes_with_its_chain_and_a_policy_of_what_it_is() {
    let vault = Vault::new().await;
    let answer =
        import(&vault, json!({"value": PFX, "pwd": "correct horse", "tags": {"a": "b"}})).await;
    member_order(
        answer.text(),
        &[
            "id",
            "kid",
            "sid",
            "x5t",
            "cer",
            "attributes",
            "tags",
            "policy",
            "key_props",
            "secret_props",
        ],
    );
    let bundle = answer.ok();
    assert_eq!(der(&bundle), leaf());
    assert_eq!(bundle["attributes"]["nbf"], 1_767_225_600, "when it is valid it says itself");
    assert_eq!(bundle["attributes"]["exp"], 2_398_377_600_i64);
    assert!(bundle.get("pending").is_none());
    let policy = &bundle["policy"];
    assert_eq!(
        policy["key_props"],
        json!({"exportable": true, "kty": "EC", "key_size": 256, "reuse_key": false, "crv": "P-256"})
    );
    assert_eq!(
        policy["x509_props"],
        json!({
            "subject": "CN=imported, O=Contoso\\, Ltd",
            "sans": {"emails": ["a@i.example"], "dns_names": ["i.example"]},
            "ekus": ["1.3.6.1.5.5.7.3.1"],
            "key_usage": ["digitalSignature", "keyAgreement"],
            "validity_months": 240,
            "basic_constraints": {"ca": false},
        })
    );
    let mail = json!([{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}]);
    assert_eq!(
        (&policy["issuer"], &policy["lifetime_actions"]),
        (&json!({"name": "Unknown"}), &mail)
    );

    let secret = vault.get("/secrets/c").await.ok();
    let file = STANDARD.decode(secret["value"].as_str().unwrap()).unwrap();
    let file = Pkcs12Archive::from_pkcs12(&file, "").unwrap();
    assert_eq!(file.keys[0].key.as_der(), sections(KEY)[0].1, "the same key");
    let certificates: Vec<_> = file.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect();
    assert_eq!(certificates, [leaf(), sections(AUTHORITY)[0].1.clone()]);
    let signed = json!({"alg": "ES256", "value": base64url(&[0; 32])});
    assert_eq!(vault.post("/keys/c/sign", signed).await.ok()["kid"], bundle["kid"]);
}

#[tokio::test]
async fn files_of_every_form_are_read() {
    let pem_policy = json!({"secret_props": {"contentType": "application/x-pem-file"}});
    for (name, body) in [
        ("old pfx", json!({"value": LEGACY_PFX})),
        ("old pfx, empty password", json!({"value": LEGACY_PFX, "pwd": ""})),
        ("pem", json!({"value": pem(), "policy": pem_policy})),
        ("pem without a policy", json!({"value": pem()})),
        ("pem in base64", json!({"value": STANDARD.encode(pem()), "policy": pem_policy})),
        ("pem in base64 without a policy", json!({"value": STANDARD.encode(pem())})),
        ("pem, certificate last", json!({"value": ([AUTHORITY, KEY, LEAF].concat())})),
        (
            "empty parts",
            json!({"value": PFX, "pwd": "correct horse", "policy": {"key_props": {}, "x509_props": {}}}),
        ),
    ] {
        let vault = Vault::new().await;
        let bundle = import(&vault, body).await.ok();
        assert_eq!(der(&bundle), leaf(), "{name}");
        let expected =
            if name.starts_with("pem") { "application/x-pem-file" } else { "application/x-pkcs12" };
        assert_eq!(vault.get("/secrets/c").await.ok()["contentType"], expected, "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_imported_is_refused_and_not_repeated() {
    let vault = Vault::new().await;
    let other_key = {
        let key = rcgen::KeyPair::generate().unwrap();
        key.serialize_pem()
    };
    let pkcs12 = "The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in \
                  valid PKCS#12 format.";
    let text = "The specified PEM X.509 certificate content is in an unexpected format. Please check if certificate \
                is in valid PEM format.";
    for (body, expected) in [
        (json!({"value": PFX, "pwd": "wrong horse"}), pkcs12),
        (json!({"value": PFX}), pkcs12),
        (json!({"value": "%"}), pkcs12),
        (
            json!({"value": pem(), "policy": {"secret_props": {"contentType": "application/x-pkcs12"}}}),
            pkcs12,
        ),
        (json!({"value": LEAF}), text),
        (json!({"value": KEY}), text),
        (json!({"value": ([other_key.as_str(), LEAF].concat())}), text),
        (json!({"value": (pem().replace('\n', "\r\n"))}), text),
        (json!({}), "Property 'value' is required.\r\n"),
    ] {
        let (status, code, _, message) = import(&vault, body.clone()).await.refusal();
        assert_eq!(
            (status, code.as_str(), message.as_str()),
            (400, "BadParameter", expected),
            "{body}"
        );
    }
    assert_eq!(vault.get("/certificates/c").await.status(), 404);
}

#[tokio::test]
async fn what_is_over_is_not_imported() {
    let vault = Vault::new().await;
    let end = time::OffsetDateTime::from_unix_timestamp(2_398_377_600).unwrap();
    vault.emulator.clock().set(end);
    let (status, _, _, text) = import(&vault, json!({"value": pem()})).await.refusal();
    assert_eq!((status, text.as_str()), (400, "The specified certificate has expired."));
    vault.emulator.clock().set(end - time::Duration::SECOND);
    assert_eq!(import(&vault, json!({"value": pem()})).await.status(), 200);
}

#[tokio::test]
async fn an_import_over_a_certificate_is_its_next_version() {
    let vault = Vault::new().await;
    let first = issued(&vault, "c", policy()).await;
    let second =
        import(&vault, json!({"value": pem(), "attributes": {"enabled": false}})).await.ok();
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["attributes"]["enabled"], false);
    assert_eq!(vault.get("/keys/c").await.ok()["key"]["kid"], second["kid"]);
    let old = version(&first["id"]);
    assert_eq!(vault.get(&format!("/certificates/c/{old}")).await.ok()["cer"], first["cer"]);
    assert_eq!(vault.get("/certificates/c/pending").await.status(), 404, "no operation made it");
    vault.set("taken", json!({"value": "v"})).await;
    let refused = vault.post("/certificates/taken/import", json!({"value": pem()})).await;
    assert_eq!(refused.refusal().0, 409);
}

#[tokio::test]
async fn an_issuer_is_the_emulators_own_authority_whatever_its_provider() {
    let vault = Vault::new().await;
    let mut authorities = Vec::new();
    for (name, provider) in [("one", "DigiCert"), ("two", "Test")] {
        let issuer = format!("/certificates/issuers/{name}");
        vault.send("PUT", &issuer, Some(json!({"provider": provider}))).await.ok();
        let policy = policy_with(json!({"issuer": {"name": name, "cty": "OV-SSL"}}));
        let begun = request(&vault, name, policy).await;
        assert_eq!(begun.json()["issuer"]["name"], name);
        let bundle = vault.get(&format!("/certificates/{name}")).await.ok();
        let leaf = der(&bundle);
        let secret = vault.get(&format!("/secrets/{name}")).await.ok();
        let sections = sections(secret["value"].as_str().unwrap());
        assert_eq!(sections[1].1, leaf);
        let (leaf, authority) = (parse(&leaf), parse(&sections[2].1));
        assert!(is_signed_by(&leaf, &authority) && authority.is_ca());
        assert_eq!(leaf.issuer(), authority.subject());
        authorities.push(sections[2].1.clone());
    }
    assert_eq!(authorities[0], authorities[1], "one authority for all");
}

#[tokio::test]
async fn an_issuer_that_is_disabled_or_gone_signs_nothing() {
    let lag = std::time::Duration::from_secs(10);
    let vault = Vault::of(azvault_emulator::Emulator::builder().certificate_lag(lag)).await;
    let path = "/certificates/issuers/ca";
    let set = |enabled: bool| json!({"provider": "Test", "attributes": {"enabled": enabled}});
    vault.send("PUT", path, Some(set(false))).await.ok();
    let policy = policy_with(json!({"issuer": {"name": "ca"}}));
    assert_eq!(request(&vault, "c", policy.clone()).await.status(), 400);
    vault.send("PATCH", path, Some(set(true))).await.ok();
    assert_eq!(request(&vault, "c", policy).await.status(), 202);
    vault.delete(path).await.ok();
    vault.emulator.clock().advance(lag);
    let failed = vault.get("/certificates/c/pending").await.ok();
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("failed"), &json!("Certificate issuer error"))
    );
    assert!(failed["status_details"].is_string() && failed.get("target").is_none());
    assert!(vault.get("/certificates/c").await.ok().get("cer").is_none());
    assert_eq!(vault.get("/keys/c").await.status(), 404);
}

#[tokio::test]
async fn an_issuer_keeps_what_an_update_leaves_out_and_tells_no_password() {
    let vault = Vault::new().await;
    let path = "/certificates/issuers/ca";
    let body = json!({
        "provider": "DigiCert", "credentials": {"account_id": "me", "pwd": "canary"},
        "org_details": {"id": "org", "admin_details": [{"email": "a@b.example"}]},
    });
    let set = vault.send("PUT", path, Some(body)).await;
    assert!(!set.text().contains("canary"));
    vault.emulator.clock().advance(std::time::Duration::from_secs(5));
    let change = json!({"credentials": {"pwd": "canary2"}, "attributes": {"enabled": false}});
    let mut expected = set.json();
    expected["attributes"]["enabled"] = json!(false);
    expected["attributes"]["updated"] = json!(vault.emulator.clock().now().unix_timestamp());
    assert_eq!(vault.send("PATCH", path, Some(change)).await.ok(), expected);
    assert_eq!(vault.get(path).await.ok(), expected);
    assert_eq!(
        vault.send("PATCH", "/certificates/issuers/no", Some(json!({}))).await.refusal().1,
        "CertificateIssuerNotFound"
    );
    assert_eq!(
        vault.delete("/certificates/issuers/no").await.refusal().1,
        "CertificateIssuerNotFound"
    );
    assert_eq!(vault.send("PUT", path, Some(json!({}))).await.status(), 400, "without a provider");
    assert_eq!(
        vault
            .send("PUT", "/certificates/issuers/Self", Some(json!({"provider": "Test"})))
            .await
            .status(),
        400
    );
}

#[tokio::test]
async fn issuers_come_a_page_at_a_time_and_each_once() {
    let vault = Vault::new().await;
    for number in 0..5 {
        let path = format!("/certificates/issuers/Ca-{number}");
        vault.send("PUT", &path, Some(json!({"provider": "Test"}))).await.ok();
    }
    let mut names = Vec::new();
    let mut page = vault.get("/certificates/issuers?maxresults=2").await.ok();
    loop {
        let items = page["value"].as_array().unwrap().clone();
        assert!(items.len() <= 2, "{page}");
        names.extend(items.iter().map(|item| version(&item["id"])));
        let Some(next) = page["nextLink"].as_str().map(str::to_owned) else { break };
        page = vault.send_to("GET", &next, "", &[]).await.ok();
    }
    assert_eq!(names, ["Ca-0", "Ca-1", "Ca-2", "Ca-3", "Ca-4"]);
}

#[tokio::test]
async fn contacts_are_set_as_a_whole_and_gone_when_deleted() {
    let vault = Vault::new().await;
    let path = "/certificates/contacts";
    let id = format!("{}{path}", vault.base);
    for contacts in [
        json!([{"email": "a@b.example"}, {"email": "c@b.example"}]),
        json!([{"email": "d@b.example"}]),
    ] {
        vault.send("PUT", path, Some(json!({"contacts": contacts}))).await.ok();
        assert_eq!(vault.get(path).await.ok(), json!({"id": id, "contacts": contacts}));
    }
    let deleted = vault.delete(path).await.ok();
    assert_eq!(deleted["contacts"], json!([{"email": "d@b.example"}]));
    assert_eq!(vault.get(path).await.refusal().1, "ContactsNotFound");
    assert_eq!(vault.delete(path).await.refusal().1, "ContactsNotFound");
    let nameless = json!({"contacts": [{"name": "x"}]});
    assert_eq!(vault.send("PUT", path, Some(nameless)).await.status(), 400);
}
