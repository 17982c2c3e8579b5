//! The service's recorded answers on issuers, contacts and imports, each a row of the record by its id.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    certificate_support::version,
    certificate_wire::{now, refusal},
    support::Vault,
    test_certificates::PFX,
};

#[tokio::test]
async fn issuer_set_list_delete_and_notfound() {
    let vault = Vault::new().await;
    let created = now(&vault);
    let body = json!({
        "provider": "Test", "attributes": {"enabled": true},
        "org_details": {"admin_details": [
            {"phone": "4255555555", "first_name": "John", "last_name": "Doe", "email": "admin@microsoft.com"},
        ]},
        "credentials": {"account_id": "keyvaultuser"},
    });
    let path = "/certificates/issuers/i";
    let set = vault.send("PUT", path, Some(body.clone())).await;
    let text = |updated: i64| {
        format!(
            r#"{{"id":"{}{path}","provider":"Test","credentials":{{"account_id":"keyvaultuser"}},"org_details":{{"zip":0,"admin_details":[{{"first_name":"John","last_name":"Doe","email":"admin@microsoft.com","phone":"4255555555"}}]}},"attributes":{{"enabled":true,"created":{created},"updated":{updated}}}}}"#,
            vault.base
        )
    };
    assert_eq!((set.status(), set.text()), (200, text(created).as_str()));
    vault.emulator.clock().advance(Duration::from_secs(10));
    let again = vault.send("PUT", path, Some(body)).await;
    assert_eq!(again.text(), text(created + 10), "created stays");
    let list = vault.get("/certificates/issuers").await;
    let expected = format!(
        r#"{{"value":[{{"id":"{}{path}","provider":"Test"}}],"nextLink":null}}"#,
        vault.base
    );
    assert_eq!((list.status(), list.text()), (200, expected.as_str()));
    let deleted = vault.delete(path).await;
    assert_eq!((deleted.status(), deleted.text()), (200, again.text()));
    let missing = vault.get(path).await.refusal();
    assert_eq!(missing, refusal(404, "CertificateIssuerNotFound", None, "Issuer not found"));
    let nameless = vault.send("PUT", "/certificates/issuers/", Some(json!({}))).await.refusal();
    assert_eq!(
        nameless,
        refusal(405, "MethodNotAllowed", None, "HTTP PUT not allowed"),
        "issuer-empty-name"
    );
}

#[tokio::test]
async fn issuer_set_digicert() {
    let vault = Vault::new().await;
    let body = json!({
        "provider": "DigiCert", "credentials": {"account_id": "test", "pwd": "test"}, "org_details": {"id": "test"},
    });
    let set = vault.send("PUT", "/certificates/issuers/i", Some(body)).await;
    let at = now(&vault);
    let expected = format!(
        r#"{{"id":"{}/certificates/issuers/i","provider":"DigiCert","credentials":{{"account_id":"test"}},"org_details":{{"id":"test","zip":0}},"attributes":{{"enabled":true,"created":{at},"updated":{at}}}}}"#,
        vault.base
    );
    assert_eq!((set.status(), set.text()), (200, expected.as_str()));
}

#[tokio::test]
async fn contacts_set_and_notfound() {
    let vault = Vault::new().await;
    let missing = vault.get("/certificates/contacts").await.refusal();
    assert_eq!(missing, refusal(404, "ContactsNotFound", None, "Contacts not found"));
    let contacts = r#"[{"email":"admin@contoso.com","name":"John Doe","phone":"123-456-7890"},{"email":"other@contoso.com"}]"#;
    let body: Value = serde_json::from_str(&format!(r#"{{"contacts":{contacts}}}"#)).unwrap();
    let set = vault.send("PUT", "/certificates/contacts", Some(body)).await;
    let expected =
        format!(r#"{{"id":"{}/certificates/contacts","contacts":{contacts}}}"#, vault.base);
    assert_eq!((set.status(), set.text()), (200, expected.as_str()));
}

#[tokio::test]
async fn cert_import_pfx_no_policy() {
    let vault = Vault::new().await;
    let body = json!({
        "value": PFX, "pwd": "correct horse", "tags": {"key": "val"},
        "policy": {"secret_props": {"contentType": "application/x-pkcs12"}},
    });
    let answer = vault.post("/certificates/c/import", body).await;
    let bundle = answer.json();
    let (base, version, at) = (&vault.base, version(&bundle["id"]), now(&vault));
    let expected = format!(
        r#"{{"id":"{base}/certificates/c/{version}","kid":"{base}/keys/c/{version}","sid":"{base}/secrets/c/{version}","x5t":{},"cer":{},"attributes":{{"enabled":true,"nbf":1767225600,"exp":2398377600,"created":{at},"updated":{at},"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}},"tags":{{"key":"val"}},"policy":{{"id":"{base}/certificates/c/policy","key_props":{},"secret_props":{{"contentType":"application/x-pkcs12"}},"x509_props":"#,
        bundle["x5t"],
        bundle["cer"],
        r#"{"exportable":true,"kty":"EC","key_size":256,"reuse_key":false,"crv":"P-256"}"#
    );
    assert!(answer.text().starts_with(&expected), "{expected}\n{}", answer.text());
    let end = format!(
        r#""basic_constraints":{{"ca":false}}}},"lifetime_actions":[{{"trigger":{{"lifetime_percentage":80}},"action":{{"action_type":"EmailContacts"}}}}],"issuer":{{"name":"Unknown"}},"attributes":{{"enabled":true,"created":{at},"updated":{at}}}}}}}"#
    );
    assert!(answer.text().ends_with(&end), "{}", answer.text());
    assert_eq!(answer.status(), 200);
}
