//! What follows a 401 to a token.

use azvault_core::ErrorKind;
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use futures::future::join_all;
use serde_json::json;

const RESOURCE: &str = "https://vault.azure.net";
const LOCAL_RESOURCE: &str = "https://vault.example:8443";
/// `{"a":1}`
const CLAIMS: &str = "eyJhIjoxfQ==";

#[tokio::test(start_paused = true)]
async fn another_tenant_in_a_known_cloud_is_answered_once_and_remembered() {
    let script = Script::by(|seen| match seen.token() {
        Some("token of t1") => Answer::fine(),
        _ => Answer::challenge("t1", RESOURCE),
    });
    let clerk = Clerk::by(|asked| {
        Grant::token(format!("token of {}", asked.tenant.as_deref().unwrap_or("home")))
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.create("k", &json!({"n": 1})).await.unwrap();
    assert_eq!((script.count(), clerk.count()), (2, 2));
    assert_eq!(script.seen()[1].text(), r#"{"n":1}"#);
    client.get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (3, 2), "the tenant was not remembered");
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_refused_too_is_not_tried_for_ever() {
    let script = Script::always(Answer::challenge("t1", RESOURCE));
    let clerk = Clerk::rotating();
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(error.status().map(u16::from), Some(401));
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_rejected_token_is_fetched_anew_and_the_request_replayed_once() {
    let script = Script::by(|seen| match seen.token() {
        None | Some("token-0") => Answer::challenge("t1", LOCAL_RESOURCE),
        Some(_) => Answer::fine(),
    });
    let clerk = Clerk::rotating();
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    client.create("k", &json!({"n": 1})).await.unwrap();
    let sent: Vec<_> =
        script.seen().iter().map(|seen| (seen.token().map(str::to_owned), seen.text())).collect();
    let body = r#"{"n":1}"#.to_owned();
    assert_eq!(
        sent,
        [
            (None, String::new()),
            (Some("token-0".to_owned()), body.clone()),
            (Some("token-1".to_owned()), body)
        ]
    );
    client.get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (4, 2), "the rejected token was kept");
}

#[tokio::test(start_paused = true)]
async fn many_calls_with_one_rejected_token_need_one_new_token() {
    let script = Script::by(|seen| {
        let answer = match seen.token() {
            None | Some("token-0") => Answer::challenge("t1", LOCAL_RESOURCE),
            Some(_) => Answer::fine(),
        };
        answer.after(std::time::Duration::from_millis(seen.n as u64 % 7))
    });
    let clerk = Clerk::by(|asked| {
        Grant::token(format!("token-{}", asked.n)).after(std::time::Duration::from_millis(3))
    });
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    for result in join_all((0..100).map(|_| client.get("k").send())).await {
        result.unwrap();
    }
    assert_eq!(clerk.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_repeats_a_rejected_token_gets_no_replay_and_an_explanation() {
    let script = Script::always(Answer::challenge("t1", LOCAL_RESOURCE));
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::steady()).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.explain().unwrap().contains("gives the same token again"), "{error:?}");
    let tokens = script.seen().iter().filter(|seen| seen.token().is_some()).count();
    assert_eq!(tokens, 1);
}

#[tokio::test(start_paused = true)]
async fn claims_reach_the_credential_and_are_replayed_once() {
    let script = Script::by(|seen| match seen.token() {
        Some("token for claims") => Answer::fine(),
        _ => Answer::claims(CLAIMS),
    });
    let clerk = Clerk::by(|asked| match asked.claims.as_deref() {
        Some(r#"{"a":1}"#) => Grant::token("token for claims"),
        _ => Grant::token("token"),
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.create("k", &json!({"n": 1})).await.unwrap();
    assert_eq!((script.count(), clerk.count()), (2, 2));
    assert_eq!(script.seen()[1].text(), r#"{"n":1}"#);
}

#[tokio::test(start_paused = true)]
async fn claims_directly_after_a_challenge_are_answered_too() {
    let script = Script::by(|seen| match seen.token() {
        Some("claims of t1") => Answer::fine(),
        Some("plain of t1") => Answer::claims(CLAIMS),
        _ => Answer::challenge("t1", RESOURCE),
    });
    let clerk = Clerk::by(|asked| {
        let what = if asked.claims.is_some() { "claims" } else { "plain" };
        Grant::token(format!("{what} of {}", asked.tenant.as_deref().unwrap_or("home")))
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    assert_eq!(script.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn claims_that_cannot_be_read_are_an_error_and_no_token_is_asked_for_them() {
    let (script, clerk) = (Script::always(Answer::claims("!!!")), Clerk::rotating());
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(error.to_string().contains("base64"), "{error}");
    assert_eq!((script.count(), clerk.count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_401_that_asks_for_somebody_elses_token_is_refused() {
    let script = Script::always(Answer::challenge("t1", "https://evil.example"));
    let clerk = Clerk::rotating();
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    for n in 1..=2 {
        let error = client.get("k").await.unwrap_err();
        assert!(error.to_string().contains("evil.example"), "{error}");
        assert_eq!(script.count(), n);
    }
    assert!(clerk.asked().iter().all(|asked| !asked.scope.contains("evil")));
}
