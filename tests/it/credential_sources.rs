//! What each source of tokens sends, and how it takes refusals.

use std::{sync::Arc, time::Duration};

use azure_core::credentials::TokenCredential;
use azvault_core::credentials::{
    ClientSecretCredential, Env, ManagedIdentityCredential, Surroundings,
    WorkloadIdentityCredential,
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Programs, Script};
use serde_json::json;

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
async fn a_throttled_authority_is_asked_again() {
    let entra = Script::of([
        Answer::status(429).header("retry-after", "2"),
        Answer::status(503),
        Answer::token("t"),
    ]);
    let credential =
        ClientSecretCredential::with_surroundings("t", "c", "s", around(&[], &entra)).unwrap();
    credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!(entra.count(), 3);
    assert!(entra.seen()[0].url.as_str().starts_with("https://login.microsoftonline.com/t/"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_or_a_page_of_html_in_the_place_of_a_token_is_an_error_without_the_secret() {
    for answer in [
        Answer::new(400, r#"{"error":"unauthorized_client","error_description":"AADSTS700016"}"#),
        Answer::new(200, "<html>sign in</html>"),
        Answer::new(200, r#"{"access_token": 7}"#),
        Answer::new(403, "<html>blocked</html>"),
    ] {
        let entra = Script::always(answer);
        let surroundings = around(&[], &entra);
        let credential =
            ClientSecretCredential::with_surroundings("t", "c", "canary", surroundings).unwrap();
        let error = credential.get_token(SCOPE, None).await.unwrap_err();
        assert_eq!(entra.count(), 1);
        assert!(!format!("{error} {error:?} {credential:?}").contains("canary"), "{error:?}");
    }
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
async fn an_app_service_identity_is_asked_in_its_own_form() {
    let script =
        Script::always(Answer::ok(&json!({"access_token": "app", "expires_on": "4000000000"})));
    let env =
        [("IDENTITY_ENDPOINT", "http://127.0.0.1:41741/msi/token"), ("IDENTITY_HEADER", "canary")];
    let credential =
        ManagedIdentityCredential::new(Some("user-1".to_owned()), around(&env, &script)).unwrap();
    let token = credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!((token.token.secret(), script.count()), ("app", 1));
    assert_eq!(token.expires_on.unix_timestamp(), 4_000_000_000);
    let seen = &script.seen()[0];
    assert_eq!(seen.header("x-identity-header"), Some("canary"));
    assert!(seen.url.as_str().starts_with("http://127.0.0.1:41741/msi/token?"));
    let query = seen.url.query().unwrap();
    assert_eq!(field(query, "api-version").as_deref(), Some("2019-08-01"));
    assert_eq!(field(query, "resource").as_deref(), Some("https://vault.azure.net"));
    assert_eq!(field(query, "client_id").as_deref(), Some("user-1"));
    assert!(!format!("{credential:?}").contains("canary"));
}

#[tokio::test(start_paused = true)]
async fn imds_is_asked_in_its_own_form_and_is_patient_when_asked_for_by_name() {
    let answer = Answer::ok(&json!({"access_token": "vm", "expires_on": 4_000_000_000_i64}));
    let script = Script::always(answer.after(Duration::from_secs(9)));
    let credential = ManagedIdentityCredential::new(None, around(&[], &script)).unwrap();
    let token = credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!((token.token.secret(), script.count()), ("vm", 1));
    let seen = &script.seen()[0];
    assert_eq!(seen.header("metadata"), Some("true"));
    assert!(
        seen.url.as_str().starts_with("http://169.254.169.254/metadata/identity/oauth2/token?")
    );
    assert_eq!(field(seen.url.query().unwrap(), "client_id"), None);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_imds_is_asked_again() {
    let script = Script::of([
        Answer::status(429).header("retry-after", "1"),
        Answer::ok(&json!({"access_token": "vm", "expires_on": "4000000000"})),
    ]);
    let credential = ManagedIdentityCredential::new(None, around(&[], &script)).unwrap();
    credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!(script.count(), 2);
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
