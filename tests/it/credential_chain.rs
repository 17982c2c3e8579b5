//! Which credential speaks for the program, and what is said where none does.

use std::{sync::Arc, time::Duration};

use azure_core::credentials::TokenCredential;
use azvault_core::{
    Credential, ErrorKind,
    credentials::{
        AzureCliCredential, ChainedTokenCredential, DefaultAzureCredential, Env, Surroundings,
    },
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, ProbeClient, Programs, Script};

const SCOPE: &[&str] = &["https://vault.azure.net/.default"];
const PRINCIPAL: [(&str, &str); 3] = [
    ("AZURE_TENANT_ID", "my-tenant"),
    ("AZURE_CLIENT_ID", "my-client"),
    ("AZURE_CLIENT_SECRET", "canary~secret"),
];

fn around(env: &[(&str, &str)], script: &Arc<Script>, programs: &Arc<Programs>) -> Surroundings {
    Surroundings::default()
        .env(Env::from_pairs(env.iter().copied()))
        .transport(script.transport())
        .commands(programs.clone())
}

fn default(
    env: &[(&str, &str)],
    script: &Arc<Script>,
    programs: &Arc<Programs>,
) -> DefaultAzureCredential {
    let surroundings = around(env, script, programs);
    DefaultAzureCredential::builder().surroundings(surroundings).build().unwrap()
}

fn nowhere() -> Arc<Script> {
    Script::always(Answer::broken(TransportErrorKind::Connect))
}

fn az() -> Arc<Programs> {
    Programs::logged_in_az("az-token")
}

/// An error with all its sources, in each form that they can be printed in.
fn everything(error: &azvault_core::Error) -> String {
    let mut said = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        said.push_str(&format!(" {inner} {inner:?}"));
        source = inner.source();
    }
    said
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_available_the_error_names_each_reason_in_order() {
    let credential = default(&[], &nowhere(), &Programs::none());
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.credential(credential.clone()).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!((error.kind(), script.count()), (ErrorKind::Authentication, 0));
    let text = error.to_string();
    let mut from = 0;
    for reason in [
        "no credential is available here",
        "EnvironmentCredential: AZURE_TENANT_ID and AZURE_CLIENT_ID are not both set",
        "WorkloadIdentityCredential: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED",
        "ManagedIdentityCredential: there is no managed identity endpoint",
        "AzureCliCredential: az is not installed",
        "AzurePowerShellCredential: PowerShell (pwsh) is not installed",
        "AzureDeveloperCliCredential: azd is not installed",
    ] {
        from += text[from..].find(reason).unwrap_or_else(|| panic!("{reason} in {text}"));
    }
    assert!(error.explain().unwrap().contains("az login"));
    assert_eq!(credential.outcomes().len(), 6);
    assert!(credential.outcomes().iter().all(|outcome| outcome.skipped.is_some()));
}

#[tokio::test(start_paused = true)]
async fn an_absent_imds_costs_a_second_at_most() {
    let (script, programs) = (Script::always(Answer::hang()), az());
    let credential = default(&[], &script, &programs);
    let token = credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!(token.token.secret(), "az-token");
    let elapsed = script.clock().elapsed();
    assert!(elapsed <= Duration::from_millis(1010), "{elapsed:?}");
    assert_eq!(script.count(), 1);
    let outcomes = credential.outcomes();
    assert_eq!(
        (outcomes[2].link, outcomes[3].link),
        ("ManagedIdentityCredential", "AzureCliCredential")
    );
    assert!(outcomes[2].took >= Duration::from_millis(990) && outcomes[3].skipped.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_one_that_gave_a_token_is_kept_and_no_other_is_tried_again() {
    let (script, programs) = (nowhere(), az());
    let credential = default(&[], &script, &programs);
    credential.get_token(SCOPE, None).await.unwrap();
    let (probes, runs) = (script.count(), programs.lines().len());
    credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!((script.count(), programs.lines().len()), (probes, runs + 1));
}

#[tokio::test(start_paused = true)]
async fn the_environment_comes_before_everything_else() {
    let (script, programs) = (Script::always(Answer::token("env-token")), az());
    let credential = default(&PRINCIPAL, &script, &programs);
    let token = credential.get_token(SCOPE, None).await.unwrap();
    assert_eq!(token.token.secret(), "env-token");
    assert_eq!((script.count(), programs.lines().len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_fails_ends_the_search_with_entras_words_and_without_the_secret() {
    let answer = Answer::new(
        401,
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}"#,
    );
    let (entra, programs) = (Script::always(answer), az());
    let credential = default(&PRINCIPAL, &entra, &programs);
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.credential(credential.clone()).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!((error.kind(), script.count()), (ErrorKind::Authentication, 0));
    assert!(programs.lines().is_empty(), "somebody else was tried");
    let said = everything(&error);
    assert!(said.contains("AADSTS7000215: Invalid client secret provided."), "{said}");
    assert!(error.to_string().contains("EnvironmentCredential is set up, but failed"), "{error}");
    assert!(entra.seen()[0].text().contains("canary%7Esecret"), "{}", entra.seen()[0].text());
    let all = format!("{said} {credential:?} {client:?}");
    assert!(!all.contains("canary"), "{all}");
}

#[tokio::test(start_paused = true)]
async fn the_variable_narrows_the_search() {
    for (choice, links) in [("prod", 3), ("DEV", 3), ("azureclicredential", 1), ("  prod ", 3)] {
        let env = [("AZURE_TOKEN_CREDENTIALS", choice)];
        let credential = default(&env, &nowhere(), &Programs::none());
        assert_eq!(credential.links().count(), links, "{choice}");
    }
    let (script, programs) = (nowhere(), az());
    default(&[("AZURE_TOKEN_CREDENTIALS", "dev")], &script, &programs)
        .get_token(SCOPE, None)
        .await
        .unwrap();
    assert_eq!(script.count(), 0, "IMDS was asked");
    let programs = az();
    default(&[("AZURE_TOKEN_CREDENTIALS", "prod")], &nowhere(), &programs)
        .get_token(SCOPE, None)
        .await
        .unwrap_err();
    assert!(programs.lines().is_empty());
    let env = [("AZURE_TOKEN_CREDENTIALS", "everything")];
    let surroundings = around(&env, &nowhere(), &Programs::none());
    let error = DefaultAzureCredential::builder().surroundings(surroundings).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("ManagedIdentityCredential"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_chain_passes_over_what_is_unavailable_but_not_over_what_fails() {
    let chain = |first: Arc<dyn TokenCredential>, second: &Arc<Clerk>| {
        ChainedTokenCredential::new(around(&[], &nowhere(), &Programs::none()))
            .link("First", first)
            .link("Second", second.clone())
    };
    let second = Clerk::rotating();
    let absent = AzureCliCredential::new(around(&[], &nowhere(), &Programs::none()));
    chain(Arc::new(absent), &second).get_token(SCOPE, None).await.unwrap();
    assert_eq!(second.count(), 1);
    let failing = Clerk::by(|_| Grant::failure("AADSTS50126"));
    let failed = chain(failing.clone(), &second);
    let error = failed.get_token(SCOPE, None).await.unwrap_err();
    assert!(error.to_string().contains("First is set up, but failed"), "{error}");
    assert_eq!((failing.count(), second.count()), (1, 1));
    assert_eq!(failed.outcomes().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_foreign_credential_that_gave_a_token_is_kept_even_when_it_fails_later() {
    let foreign = Clerk::by(|asked| match asked.n {
        1 => Grant::failure("down"),
        _ => Grant::token("foreign"),
    });
    let second = Clerk::rotating();
    let chain = ChainedTokenCredential::new(around(&[], &nowhere(), &Programs::none()))
        .link("Foreign", foreign.clone())
        .link("Second", second.clone());
    chain.get_token(SCOPE, None).await.unwrap();
    chain.get_token(SCOPE, None).await.unwrap_err();
    chain.get_token(SCOPE, None).await.unwrap();
    assert_eq!((foreign.count(), second.count()), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn clones_of_the_default_credential_share_one_cache() {
    let (nowhere, programs) = (nowhere(), az());
    let credential = default(&[], &nowhere, &programs);
    let first: Credential = credential.clone().into();
    let script = Script::always(Answer::fine());
    for handle in [first.clone(), credential.into(), first] {
        let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
        builder.credential(handle).build().unwrap().get("k").await.unwrap();
    }
    let runs = programs.lines().iter().filter(|line| line.contains("az account")).count();
    assert_eq!((script.count(), runs), (3, 1));
}

/// Not there for the first who asks, and slow for the second.
#[derive(Debug, Default)]
struct Fickle(std::sync::atomic::AtomicUsize);

#[async_trait::async_trait]
impl TokenCredential for Fickle {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<azure_core::credentials::TokenRequestOptions<'_>>,
    ) -> azure_core::Result<azure_core::credentials::AccessToken> {
        let clock = azvault_core::time::SystemClock::shared();
        if self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0 {
            clock.sleep(Duration::from_secs(1)).await;
            let unavailable = azvault_core::credentials::Unavailable::new("not yet");
            return Err(azure_core::Error::new(
                azure_core::error::ErrorKind::Credential,
                unavailable,
            ));
        }
        clock.sleep(Duration::from_secs(2)).await;
        let end = clock.now() + Duration::from_secs(3600);
        Ok(azure_core::credentials::AccessToken::new("first-link", end))
    }
}

#[tokio::test(start_paused = true)]
async fn two_first_calls_at_once_act_as_one_and_the_same() {
    let chain = ChainedTokenCredential::new(Surroundings::default())
        .link("Fickle", Arc::new(Fickle::default()))
        .link("Steady", Clerk::by(|_| Grant::token("second-link")));
    let arm = &["https://management.azure.com/.default"];
    let (one, two) = futures::join!(chain.get_token(SCOPE, None), chain.get_token(arm, None));
    assert_eq!(one.unwrap().token.secret(), two.unwrap().token.secret());
}
