//! Tokens that a vault refuses, and who gets to see one.
#![expect(
    elided_lifetimes_in_paths,
    reason = "azure_core elides the lifetime of Context in Policy"
)]
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::http::{
    Context, Request,
    headers::HeaderName,
    policies::{Policy, PolicyResult},
};
use azvault_core::{ErrorKind, transport::TransportErrorKind};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use serde_json::json;

const RESOURCE: &str = "https://vault.azure.net";
const LOCAL_RESOURCE: &str = "https://vault.example:8443";
const CLAIMS: &str = "eyJhIjoxfQ=="; // {"a":1}

#[tokio::test(start_paused = true)]
async fn a_create_is_tried_again_when_only_the_question_about_the_challenge_failed() {
    for first in [Answer::status(503), Answer::broken(TransportErrorKind::Interrupted)] {
        let script = Script::of([first, Answer::challenge("t1", LOCAL_RESOURCE), Answer::fine()]);
        let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
        client.create("k", &json!({"kty": "RSA"})).await.unwrap();
        let seen = script.seen();
        assert_eq!(seen.len(), 3);
        assert!(seen[0].body.is_empty() && seen[1].body.is_empty());
        assert_eq!(seen[2].text(), r#"{"kty":"RSA"}"#);
    }
}

// the same defect, other side
#[tokio::test(start_paused = true)]
async fn a_create_whose_credential_hangs_was_surely_not_sent() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|_| Grant::silence());
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let error = client.create("k", &json!({})).await.unwrap_err();
    assert_eq!(script.count(), 0);
    assert!(!error.may_have_been_sent(), "{error:?}");
}

#[derive(Debug, Default)]
struct Spy(std::sync::Mutex<Vec<bool>>);

#[async_trait]
impl Policy for Spy {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let name = HeaderName::from_static("authorization");
        self.0.lock().unwrap().push(request.headers().iter().any(|(it, _)| *it == name));
        next[0].send(ctx, request, &next[1..]).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_the_user_sees_no_token_even_after_an_attempt_ran_out_of_time() {
    let script = Script::of([Answer::hang(), Answer::fine()]);
    let spy = Arc::new(Spy::default());
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating())
        .per_attempt_policy(spy.clone())
        .build()
        .unwrap();
    client.get("k").await.unwrap();
    assert_eq!(*spy.0.lock().unwrap(), [false, false]);
}

#[tokio::test(start_paused = true)]
async fn a_known_clouds_401_to_a_credential_that_repeats_its_token_gets_no_replay() {
    let script = Script::always(Answer::challenge("t1", RESOURCE));
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::steady()).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(script.count(), 1, "the rejected token was sent again");
    assert!(error.explain().unwrap().contains("gives the same token again"));
}

#[tokio::test(start_paused = true)]
async fn claims_that_a_credential_ignores_get_no_replay() {
    let script = Script::always(Answer::claims(CLAIMS));
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::steady()).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!(script.count(), 1, "the rejected token was sent again");
    assert!(error.explain().unwrap().contains("gives the same token again"));
}

#[tokio::test(start_paused = true)]
async fn the_token_for_claims_serves_the_calls_after_it() {
    let script = Script::by(|seen| match seen.token() {
        Some("token-0") => Answer::claims(CLAIMS),
        _ => Answer::fine(),
    });
    let clerk = Clerk::rotating();
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    assert_eq!(script.count(), 2);
    client.get("k").await.unwrap();
    assert_eq!(script.count(), 3, "the second call began with the token that claims had refused");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_for_claims_is_forgotten_when_the_same_claims_come_again() {
    let revoked = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let flag = revoked.clone();
    let script = Script::by(move |seen| match seen.token() {
        Some("token-0") => Answer::claims(CLAIMS),
        Some("token-1") if flag.load(std::sync::atomic::Ordering::Relaxed) => {
            Answer::claims(CLAIMS)
        }
        _ => Answer::fine(),
    });
    let clerk = Clerk::rotating();
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    revoked.store(true, std::sync::atomic::Ordering::Relaxed);
    client.get("k").await.unwrap();
}

// a first call that exists but is not polled (select! by reference, buffered streams)
#[tokio::test(start_paused = true)]
async fn a_first_call_that_nobody_polls_does_not_hold_up_the_others() {
    let script = Script::by(|seen| {
        let answer = match seen.token() {
            None => Answer::challenge("t1", LOCAL_RESOURCE),
            _ => Answer::fine(),
        };
        answer.after(Duration::from_millis(10))
    });
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    let mut idle = Box::pin(client.get("a").send());
    assert!(futures::poll!(&mut idle).is_pending());
    client.get("b").await.unwrap();
    idle.await.unwrap();
}
