//! The service's recorded answers on certificates, each a row of the record by its id.
//!
//! Bodies are compared as text, so that the order of members counts. What may differ is filled in: the vault's URL,
//! versions, times, and what is random.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    certificate_support::{issued, policy_with, request, version},
    support::{Answer, Vault},
};

const LAG: Duration = Duration::from_secs(10);
const IN_PROGRESS: &str = "Pending certificate created. Certificate request is in progress. This may take some time \
                           based on the issuer provider. Please check again later.";

async fn slow() -> Vault {
    let lag = Duration::from_secs(4);
    let builder = Emulator::builder().retention_days(7).deletion_lag(lag).recovery_lag(lag);
    Vault::of(builder.certificate_lag(LAG)).await
}

/// What the recorded client sent: Python's default policy.
fn default_policy() -> Value {
    json!({"x509_props": {"subject": "CN=DefaultPolicy", "sans": {}}, "issuer": {"name": "Self"}})
}

pub(crate) fn now(vault: &Vault) -> i64 {
    vault.emulator.clock().now().unix_timestamp()
}

fn not_found(name: &str) -> (u16, String, Option<String>, String) {
    let text = format!(
        "A certificate with (name/id) {name} was not found in this key vault. If you recently deleted this certificate \
         you may be able to recover it using the correct recovery command. For help resolving this issue, please see \
         https://go.microsoft.com/fwlink/?linkid=2125182"
    );
    (404, "CertificateNotFound".to_owned(), None, text)
}

pub(crate) fn refusal(
    status: u16,
    code: &str,
    inner: Option<&str>,
    text: &str,
) -> (u16, String, Option<String>, String) {
    (status, code.to_owned(), inner.map(str::to_owned), text.to_owned())
}

/// The body of an operation, with its state between the fixed members.
fn operation(vault: &Vault, begun: &Value, state: &str) -> String {
    format!(
        r#"{{"id":"{}/certificates/c/pending","issuer":{{"name":"Self"}},"csr":{},{state},"request_id":{}}}"#,
        vault.base, begun["csr"], begun["request_id"]
    )
}

fn policy_text(vault: &Vault, begun: i64) -> String {
    format!(
        r#"{{"id":"{}/certificates/c/policy","key_props":{{"exportable":true,"kty":"RSA","key_size":2048,"reuse_key":false}},"secret_props":{{"contentType":"application/x-pkcs12"}},"x509_props":{{"subject":"CN=DefaultPolicy","sans":{{}},"ekus":["1.3.6.1.5.5.7.3.1","1.3.6.1.5.5.7.3.2"],"key_usage":["digitalSignature","keyEncipherment"],"validity_months":12,"basic_constraints":{{"ca":false}}}},"lifetime_actions":[{{"trigger":{{"lifetime_percentage":80}},"action":{{"action_type":"AutoRenew"}}}}],"issuer":{{"name":"Self"}},"attributes":{{"enabled":true,"created":{begun},"updated":{begun}}}}}"#,
        vault.base
    )
}

/// The whole bundle of a certificate that was just issued.
fn bundle_text(vault: &Vault, bundle: &Value, policy: &str, issued: i64) -> String {
    let (base, version) = (&vault.base, version(&bundle["id"]));
    let attributes = format!(
        r#"{{"enabled":true,"nbf":{},"exp":{},"created":{issued},"updated":{issued},"recoveryLevel":"CustomizedRecoverable+Purgeable","recoverableDays":7}}"#,
        issued - 600,
        bundle["attributes"]["exp"]
    );
    format!(
        r#"{{"id":"{base}/certificates/c/{version}","kid":"{base}/keys/c/{version}","sid":"{base}/secrets/c/{version}","x5t":{},"cer":{},"attributes":{attributes},"policy":{policy},"pending":{{"id":"{base}/certificates/c/pending"}}}}"#,
        bundle["x5t"], bundle["cer"]
    )
}

/// Begins a certificate and gives what the request was answered.
async fn begin(vault: &Vault) -> Answer {
    request(vault, "c", default_policy()).await
}

#[tokio::test]
async fn cert_create_self_202_and_pending_in_progress_and_completed() {
    let vault = slow().await;
    let answer = begin(&vault).await;
    assert_eq!(answer.status(), 202);
    let begun = answer.json();
    let id = begun["request_id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let location = format!("{}/certificates/c/pending?api-version=7.6&request_id={id}", vault.base);
    assert_eq!(answer.header("location"), Some(location.as_str()));
    assert_eq!(answer.header("retry-after"), Some("10"));
    let state = format!(
        r#""cancellation_requested":false,"status":"inProgress","status_details":"{IN_PROGRESS}""#
    );
    assert_eq!(answer.text(), operation(&vault, &begun, &state));

    let polled = vault.get("/certificates/c/pending").await;
    assert_eq!((polled.status(), polled.header("retry-after")), (200, Some("10")));
    assert_eq!(polled.text(), answer.text());

    vault.emulator.clock().advance(LAG);
    let polled = vault.get("/certificates/c/pending").await;
    let target = format!("{}/certificates/c", vault.base);
    let state =
        format!(r#""cancellation_requested":false,"status":"completed","target":"{target}""#);
    assert_eq!(polled.text(), operation(&vault, &begun, &state));
    assert_eq!((polled.status(), polled.header("retry-after")), (200, None));
}

#[tokio::test]
async fn cert_pending_cancelled_and_deleted_and_notfound() {
    let vault = slow().await;
    let begun = begin(&vault).await.json();
    let ask = json!({"cancellation_requested": true});
    vault.send("PATCH", "/certificates/c/pending", Some(ask)).await.ok();
    let state = r#""cancellation_requested":true,"status":"cancelled""#;
    let polled = vault.get("/certificates/c/pending").await;
    assert_eq!((polled.status(), polled.header("retry-after")), (200, None));
    assert_eq!(polled.text(), operation(&vault, &begun, state));
    let deleted = vault.delete("/certificates/c/pending").await;
    assert_eq!((deleted.status(), deleted.text()), (200, polled.text()));
    let gone = vault.get("/certificates/c/pending").await;
    let text = r#"{"error":{"code":"PendingCertificateNotFound","message":"Pending certificate not found: c"}}"#;
    assert_eq!((gone.status(), gone.text()), (404, text));
    let deleted = vault.delete("/certificates/c").await.ok();
    let expected: Value = serde_json::from_str(&policy_text(&vault, now(&vault))).unwrap();
    assert_eq!(deleted["policy"], expected, "cert-policy-defaults");
}

/// From recordings of the JavaScript client's tests of 2020 and 2021: reading, cancelling and deleting an operation.
#[tokio::test]
async fn what_is_not_issued_is_read_without_a_certificate() {
    let vault = slow().await;
    let begun = begin(&vault).await.json();
    let at = now(&vault);
    let read = vault.get("/certificates/c/").await;
    let text = |pending: &str| {
        let shown = read.json();
        format!(
            r#"{{"id":{},"attributes":{{"enabled":false,"nbf":{},"exp":{},"created":{at},"updated":{at},"recoveryLevel":"CustomizedRecoverable+Purgeable","recoverableDays":7}},"policy":{}{pending}}}"#,
            shown["id"],
            at - 600,
            shown["attributes"]["exp"],
            policy_text(&vault, at)
        )
    };
    let pending = format!(r#","pending":{{"id":"{}/certificates/c/pending"}}"#, vault.base);
    assert_eq!((read.status(), read.text()), (200, text(&pending).as_str()));
    let ask = json!({"cancellation_requested": true});
    let asked = vault.send("PATCH", "/certificates/c/pending", Some(ask)).await;
    let state = format!(
        r#""cancellation_requested":true,"status":"inProgress","status_details":"{IN_PROGRESS}""#
    );
    let expected = operation(&vault, &begun, &state);
    assert_eq!((asked.status(), asked.text()), (200, expected.as_str()));
    assert_eq!(asked.header("retry-after"), None);
    let deleted = vault.delete("/certificates/c/pending").await;
    assert_eq!(deleted.text(), expected, "nobody has looked since");
    assert_eq!(vault.get("/certificates/c/").await.text(), text(""));
}

#[tokio::test]
async fn cert_get_full_and_delete_completed_and_recover() {
    let vault = slow().await;
    begin(&vault).await.json();
    let asked = now(&vault);
    vault.emulator.clock().advance(LAG);
    let bundle = vault.get("/certificates/c/").await;
    let policy = policy_text(&vault, asked);
    let text = bundle_text(&vault, &bundle.json(), &policy, asked + 10);
    assert_eq!((bundle.status(), bundle.text()), (200, text.as_str()));
    assert_eq!(vault.get("/certificates/c/policy").await.text(), policy);
    assert_eq!(bundle.json()["x5t"].as_str().unwrap().len(), 27);

    let deleted = vault.delete("/certificates/c").await;
    let recovery = format!(
        r#"{{"recoveryId":"{}/deletedcertificates/c","deletedDate":{},"scheduledPurgeDate":{},"#,
        vault.base,
        now(&vault),
        now(&vault) + 7 * 86_400
    );
    assert_eq!(
        (deleted.status(), deleted.text()),
        (200, text.replacen('{', &recovery, 1).as_str())
    );
    let early = vault.delete("/deletedcertificates/c").await.refusal();
    let conflict = "Certificate is currently being deleted.";
    assert_eq!(
        early,
        refusal(409, "Conflict", Some("ObjectIsBeingDeleted"), conflict),
        "purge-while-deleting-cert"
    );
    vault.emulator.clock().advance(Duration::from_secs(4));
    let taken = "Certificate c is currently in a deleted but recoverable state, and its name cannot be reused; in this \
                 state, the certificate can only be recovered or purged.";
    assert_eq!(
        begin(&vault).await.refusal(),
        refusal(409, "Conflict", Some("ObjectIsDeletedButRecoverable"), taken),
        "cert-deleted-name"
    );
    let recovered = vault.send("POST", "/deletedcertificates/c/recover", None).await;
    assert_eq!((recovered.status(), recovered.text()), (200, text.as_str()));
    assert_eq!(
        vault.get("/certificates/c/").await.refusal(),
        not_found("c"),
        "cert-get-while-recovering"
    );
    vault.emulator.clock().advance(Duration::from_secs(4));
    assert_eq!(vault.get("/certificates/c/").await.text(), text);
}

#[tokio::test]
async fn cert_ec_policy_echo_and_policy_patch() {
    let vault = slow().await;
    let policy = json!({
        "key_props": {"exportable": true, "kty": "EC", "crv": "P-384", "reuse_key": true},
        "secret_props": {"contentType": "application/x-pkcs12"},
        "x509_props": {
            "subject": "CN=default", "sans": {}, "key_usage": ["keyCertSign", "keyAgreement"], "validity_months": 24,
        },
        "lifetime_actions": [{"trigger": {"days_before_expiry": 40}, "action": {"action_type": "AutoRenew"}}],
        "issuer": {"name": "Self", "cert_transparency": false},
    });
    let asked = now(&vault);
    request(&vault, "c", policy.clone()).await.json();
    vault.emulator.clock().advance(LAG);
    let text = |exportable: bool, updated: i64| {
        format!(
            r#"{{"id":"{}/certificates/c/policy","key_props":{{"exportable":{exportable},"kty":"EC","key_size":384,"reuse_key":true,"crv":"P-384"}},"secret_props":{{"contentType":"application/x-pkcs12"}},"x509_props":{{"subject":"CN=default","sans":{{}},"ekus":["1.3.6.1.5.5.7.3.1","1.3.6.1.5.5.7.3.2"],"key_usage":["keyAgreement","keyCertSign"],"validity_months":24,"basic_constraints":{{"ca":false}}}},"lifetime_actions":[{{"trigger":{{"days_before_expiry":40}},"action":{{"action_type":"AutoRenew"}}}}],"issuer":{{"name":"Self","cert_transparency":false}},"attributes":{{"enabled":true,"created":{asked},"updated":{updated}}}}}"#,
            vault.base
        )
    };
    let bundle = vault.get("/certificates/c/").await;
    let expected = bundle_text(&vault, &bundle.json(), &text(true, asked), asked + 10);
    assert_eq!(bundle.text(), expected);
    let exp = bundle.json()["attributes"]["exp"].as_i64().unwrap();
    assert!(
        [730, 731].contains(&((exp - asked - 10) / 86_400)),
        "24 months of the calendar after the issue"
    );

    let mut change = policy;
    change["key_props"]["exportable"] = json!(false);
    change["attributes"] = json!({"enabled": true});
    let patched = vault.send("PATCH", "/certificates/c/policy", Some(change)).await;
    assert_eq!((patched.status(), patched.text()), (200, text(false, now(&vault)).as_str()));
}

#[tokio::test]
async fn cert_pending_failed() {
    let vault = slow().await;
    vault.send("PUT", "/certificates/issuers/i", Some(json!({"provider": "DigiCert"}))).await.ok();
    let issuer = json!({"name": "i", "cert_transparency": false});
    let begun = request(&vault, "c", policy_with(json!({"issuer": issuer}))).await.json();
    vault.delete("/certificates/issuers/i").await.ok();
    vault.emulator.clock().advance(LAG);
    let failed = vault.get("/certificates/c/pending").await;
    let message = &failed.json()["error"]["message"];
    let state = format!(
        r#""cancellation_requested":false,"status":"failed","status_details":"{IN_PROGRESS}","error":{{"code":"Certificate issuer error","message":{message}}}"#
    );
    let expected = operation(&vault, &begun, &state).replace(r#""Self""#, r#""i""#);
    assert_eq!((failed.status(), failed.text()), (200, expected.as_str()));
}

#[tokio::test]
async fn cert_list_include_pending() {
    let vault = slow().await;
    begin(&vault).await.json();
    let at = now(&vault);
    let list = vault.get("/certificates?includePending=true").await;
    let exp = &list.json()["value"][0]["attributes"]["exp"];
    let expected = format!(
        r#"{{"value":[{{"id":"{}/certificates/c","attributes":{{"enabled":false,"nbf":{},"exp":{exp},"created":{at},"updated":{at}}},"subject":""}}],"nextLink":null}}"#,
        vault.base,
        at - 600
    );
    assert_eq!((list.status(), list.text()), (200, expected.as_str()));
    for query in ["", "?includePending=false"] {
        let list = vault.get(&format!("/certificates{query}")).await;
        assert_eq!(list.text(), r#"{"value":[],"nextLink":null}"#, "{query}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_recorded_words() {
    let vault = Vault::new().await;
    for path in ["/certificates/none", "/certificates/none/policy", "/deletedcertificates/none"] {
        assert_eq!(vault.get(path).await.refusal(), not_found("none"), "{path}");
    }
    let body = json!({"x5c": ["dGVzdA=="], "attributes": {"enabled": false}});
    assert_eq!(
        vault.post("/certificates/none/pending/merge", body).await.refusal(),
        refusal(404, "PendingCertificateNotFound", None, "Pending Certificate not found: none"),
        "cert-merge-notfound"
    );
    let blob = json!({"value": "bm9uLWV4aXN0aW5n"});
    assert_eq!(
        vault.post("/certificates/restore", blob).await.refusal(),
        refusal(400, "Malformed backup blob", None, "Backup blob is corrupt."),
        "cert-restore-malformed"
    );
    let size = policy_with(json!({"key_props": {"kty": "EC", "key_size": 4096}}));
    let text = "Unsupported key size (4096). Supported sizes are [256, 384, 521]";
    assert_eq!(request(&vault, "c", size).await.refusal().3, text, "cert-key-size");
    let mut stranger = vault;
    stranger.token = None;
    let nameless = stranger.send("POST", "/certificates//create", None).await;
    assert_eq!(nameless.refusal().1, "Unauthorized", "cert-empty-name-401");
    assert!(nameless.header("www-authenticate").is_some());
}

#[tokio::test]
async fn key_list_managed_and_secret_delete_managed_and_secret_pem() {
    let vault = Vault::new().await;
    let bundle = issued(&vault, "c", policy_with(json!({}))).await;
    let attributes = |name: &str| &bundle["attributes"][name];
    let list = vault.get("/keys").await;
    let (base, at) = (&vault.base, now(&vault));
    let times = format!(
        r#""nbf":{},"exp":{},"created":{at},"updated":{at}"#,
        attributes("nbf"),
        attributes("exp")
    );
    let start =
        format!(r#"{{"value":[{{"kid":"{base}/keys/c","attributes":{{"enabled":true,{times},"#);
    assert!(list.text().starts_with(&start), "{}", list.text());
    assert!(list.text().ends_with(r#"},"managed":true}],"nextLink":null}"#), "{}", list.text());
    let text =
        "Operation \"delete\" is not allowed as this object's lifetime is managed by Key Vault.";
    for (path, inner) in
        [("/secrets/c", "SecretManagedByKeyVault"), ("/keys/c", "KeyManagedByKeyVault")]
    {
        assert_eq!(
            vault.delete(path).await.refusal(),
            refusal(403, "Forbidden", Some(inner), text),
            "{path}"
        );
    }
    let secret = vault.get("/secrets/c").await;
    let value = secret.json()["value"].as_str().unwrap().to_owned();
    let (key, certificate) = value.split_once("-----END PRIVATE KEY-----\n").unwrap();
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{key}");
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----\n"), "{certificate}");
    // From recordings of the JavaScript client's tests of 2020 and 2021.
    let id = &bundle["sid"];
    let middle = format!(
        r#","contentType":"application/x-pem-file","id":{id},"managed":true,"attributes":{{"enabled":true,{times},"#
    );
    assert!(secret.text().contains(&middle), "{}", secret.text());
    let end = format!(r#"90}},"kid":{}}}"#, bundle["kid"]);
    assert!(secret.text().ends_with(&end), "{}", secret.text());
    let list = vault.get("/secrets").await;
    let expected = format!(
        r#"{{"value":[{{"contentType":"application/x-pem-file","id":"{base}/secrets/c","managed":true,"attributes":{{"enabled":true,{times},"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}}}}],"nextLink":null}}"#
    );
    assert_eq!(list.text(), expected);
}
