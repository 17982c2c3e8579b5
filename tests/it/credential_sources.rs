//! What sources of tokens do that takes a vault or a file on disk to see; the rest is in `scenarios`.

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use azvault_core::credentials::{
    ClientCertificate, ClientCertificateCredential, ClientSecretCredential, Env, Surroundings,
    WorkloadIdentityCredential,
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Programs, Script, Seen};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

const SCOPE: &[&str] = &["https://vault.azure.net/.default"];

fn around(env: &[(&str, &str)], script: &Arc<Script>) -> Surroundings {
    Surroundings::default()
        .env(Env::from_pairs(env.iter().copied()))
        .transport(script.transport())
        .commands(Programs::none())
}

fn field(body: &str, name: &str) -> Option<String> {
    let url = azure_core::http::Url::parse(&format!("https://x/?{body}")).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

#[tokio::test(start_paused = true)]
async fn a_challenges_tenant_and_claims_are_requested_from_the_own_authority() {
    let entra = Script::by(|seen| Answer::token(&format!("token-{}", seen.n)));
    let env = [("AZURE_AUTHORITY_HOST", "https://login.own.example")];
    let credential =
        ClientSecretCredential::with_surroundings("home", "client", "s~1", around(&env, &entra));
    let script = Script::by(|seen| match seen.token() {
        Some("token-0") => Answer::challenge("t7", "https://vault.azure.net"),
        Some("token-1") => Answer::claims("eyJhIjoxfQ=="),
        _ => Answer::fine(),
    });
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    builder.credential(credential.unwrap()).build().unwrap().get("k").await.unwrap();
    let seen = entra.seen();
    let urls: Vec<_> = seen.iter().map(|seen| seen.url.as_str()).collect();
    let url = |tenant| format!("https://login.own.example/{tenant}/oauth2/v2.0/token");
    assert_eq!(urls, [url("home"), url("t7"), url("t7")]);
    assert_eq!(field(&seen[1].text(), "claims"), None);
    assert_eq!(field(&seen[2].text(), "claims").as_deref(), Some(r#"{"a":1}"#));
    assert_eq!(field(&seen[2].text(), "scope").as_deref(), Some(SCOPE[0]));
    assert_eq!(field(&seen[2].text(), "client_secret").as_deref(), Some("s~1"));
}

#[tokio::test(start_paused = true)]
async fn a_federated_token_is_read_anew_for_each_request() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("federated-{}", std::process::id()));
    std::fs::write(&file, "first\n").unwrap();
    let entra = Script::always(Answer::token("t"));
    let env = [
        ("AZURE_TENANT_ID", "t"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap()),
    ];
    let credential = WorkloadIdentityCredential::from_env(around(&env, &entra)).unwrap();
    credential.get_token(SCOPE, None).await.unwrap();
    std::fs::write(&file, "second").unwrap();
    credential.get_token(SCOPE, None).await.unwrap();
    let sent: Vec<_> =
        entra.seen().iter().filter_map(|s| field(&s.text(), "client_assertion")).collect();
    assert_eq!(sent, ["first", "second"]);
    std::fs::remove_file(&file).unwrap();
    let error = credential.get_token(SCOPE, None).await.unwrap_err();
    assert!(error.to_string().contains("AZURE_FEDERATED_TOKEN_FILE"), "{error}");
    assert_eq!(entra.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_set_up_wrongly_is_refused_at_once() {
    let script = Script::always(Answer::token("t"));
    let new = |tenant: &str, secret: &str| {
        ClientSecretCredential::with_surroundings(tenant, "c", secret, around(&[], &script))
    };
    assert!(new("../other", "s").is_err() && new("", "s").is_err() && new("t", "").is_err());
    assert!(new("my-tenant.onmicrosoft.com", "s").is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_is_renewed_on_disk_is_taken_for_the_next_token() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/files");
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("certificate-{}", std::process::id()));
    let entra = Script::always(Answer::token("t"));
    let certificate = ClientCertificate::from_file(&file).password("pfx-canary");
    let around = around(&[], &entra);
    let credential =
        ClientCertificateCredential::with_surroundings("t", "c", certificate, around).unwrap();
    for form in ["rsa-modern.pfx", "p256-sec1.pem"] {
        std::fs::copy(folder.join(form), &file).unwrap();
        credential.get_token(SCOPE, None).await.unwrap();
    }
    std::fs::remove_file(&file).unwrap();
    let error = credential.get_token(SCOPE, None).await.unwrap_err();
    assert!(error.to_string().contains("there is no such file"), "{error}");
    let algorithm = |seen: &Seen| {
        let assertion = field(&seen.text(), "client_assertion").unwrap();
        let header = URL_SAFE_NO_PAD.decode(assertion.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        header["alg"].as_str().unwrap().to_owned()
    };
    assert_eq!(entra.seen().iter().map(algorithm).collect::<Vec<_>>(), ["PS256", "ES256"]);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_in_memory_needs_no_file() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/files");
    let bytes = std::fs::read(folder.join("p256-sec1.pem")).unwrap();
    let entra = Script::always(Answer::token("t"));
    let new = |bytes: Vec<u8>| {
        let certificate = ClientCertificate::from_bytes(bytes);
        ClientCertificateCredential::with_surroundings("t", "c", certificate, around(&[], &entra))
    };
    new(bytes).unwrap().get_token(SCOPE, None).await.unwrap();
    assert_eq!(entra.count(), 1);
    let credential = new(b"canary".to_vec()).unwrap();
    let error = credential.get_token(SCOPE, None).await.unwrap_err();
    let said = format!("{error} {error:?} {credential:?}");
    assert!(said.contains("in memory cannot be used") && !said.contains("canary"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_cut_off_or_changed_is_refused_in_words() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/files");
    let entra = Script::always(Answer::token("t"));
    for (form, password) in [("rsa-encrypted.pem", "pem-canary"), ("p256.pfx", "pfx-canary")] {
        let whole = std::fs::read(folder.join(form)).unwrap();
        let cuts = (0..whole.len() - 2).step_by(41).map(|end| whole[..end].to_vec());
        // Nothing protects a certificate in PEM; a PFX is protected as a whole.
        let changes = (0..whole.len()).step_by(41).filter(|_| form == "p256.pfx").map(|at| {
            let mut changed = whole.clone();
            changed[at] ^= 0x55;
            changed
        });
        for bytes in cuts.chain(changes) {
            let certificate = ClientCertificate::from_bytes(bytes).password(password);
            let around = around(&[], &entra);
            let credential =
                ClientCertificateCredential::with_surroundings("t", "c", certificate, around);
            let error = credential.unwrap().get_token(SCOPE, None).await.unwrap_err();
            assert!(error.to_string().contains("in memory cannot be used: "), "{form}: {error}");
        }
    }
    assert_eq!(entra.count(), 0);
}
