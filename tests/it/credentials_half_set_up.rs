//! Machines where some of the credentials are set up, and not the one that works.
use std::{sync::Arc, time::Duration};

use azure_core::credentials::TokenCredential;
use azvault_core::{
    credentials::{AzureCliCredential, DefaultAzureCredential, Env, Surroundings},
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Printed, Programs, Script};
use serde_json::json;

const SCOPE: &[&str] = &["https://vault.azure.net/.default"];

fn around(env: &[(&str, &str)], script: &Arc<Script>, programs: Arc<Programs>) -> Surroundings {
    Surroundings::default()
        .env(Env::from_pairs(env.iter().copied()))
        .transport(script.transport())
        .commands(programs)
}

fn default(around: Surroundings) -> azvault_core::Result<DefaultAzureCredential> {
    DefaultAzureCredential::builder().surroundings(around).build()
}

fn managed(token: &str) -> Answer {
    Answer::ok(&json!({"access_token": token, "expires_on": "4000000000"}))
}

#[tokio::test(start_paused = true)]
async fn a_managed_identity_that_answered_once_is_not_probed_again() {
    let script = Script::by(|seen| match seen.url.query() {
        None => Answer::status(400),
        Some(_) => managed("mi-token"),
    });
    let credential = default(around(&[], &script, Programs::none())).unwrap();
    credential.get_token(SCOPE, None).await.unwrap();
    let before = script.count();
    credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!(script.count() - before, 1);
}

#[tokio::test(start_paused = true)]
async fn a_slow_imds_that_answered_once_is_not_called_absent() {
    let script = Script::by(|seen| {
        let answer = match seen.url.query() {
            None => Answer::status(400),
            Some(_) => managed("mi-token"),
        };
        if seen.n < 2 { answer } else { answer.after(Duration::from_secs(9)) }
    });
    let credential = default(around(&[], &script, Programs::none())).unwrap();
    credential.get_token(SCOPE, None).await.unwrap();
    credential.get_token(SCOPE, None).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_unsupported_managed_identity_does_not_stop_the_links_before_it() {
    for extra in [("IDENTITY_ENDPOINT", "http://localhost:40342/x"), ("MSI_ENDPOINT", "no URL")] {
        let script = Script::always(Answer::token("env-token"));
        let env = [
            ("AZURE_TENANT_ID", "t"),
            ("AZURE_CLIENT_ID", "c"),
            ("AZURE_CLIENT_SECRET", "s"),
            extra,
        ];
        let credential = default(around(&env, &script, Programs::none())).unwrap();
        assert_eq!(credential.get_token(SCOPE, None).await.unwrap().token.secret(), "env-token");
    }
}

// Entra's client secrets have exactly 40 characters
#[tokio::test(start_paused = true)]
async fn a_secret_of_forty_characters_on_azs_stderr_is_not_repeated() {
    let secret = "abc8Q~0123456789012345678901234567890abc";
    assert_eq!(secret.len(), 40);
    for line in
        [format!("ERROR: wrong secret {secret}"), "ERROR: --password hunter2 is wrong".to_owned()]
    {
        let programs = Programs::az(Printed::Ends(1, String::new(), line));
        let script = Script::always(Answer::broken(TransportErrorKind::Connect));
        let credential = AzureCliCredential::new(around(&[], &script, programs));
        let error = credential.get_token(SCOPE, None).await.unwrap_err();
        let said = format!("{error} {error:?}");
        assert!(!said.contains(secret) && !said.contains("hunter2"), "{said}");
    }
}
