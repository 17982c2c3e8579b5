//! When a call stops trying, and what its error then says.

use std::{sync::Arc, time::Duration};

use azvault_core::{
    ErrorKind,
    retry::{RetryPolicy, StopReason},
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, ProbeClient, Script};
use serde_json::json;

fn client(script: &Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_delay_that_does_not_fit_into_the_time_left_fails_now() {
    let script = Script::always(Answer::status(429).header("retry-after", "30"));
    let error = client(&script).get("k").with_timeout(secs(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled, "the answer was lost");
    assert_eq!(error.stop_reason(), Some(&StopReason::Deadline));
    assert_eq!((script.count(), script.clock().elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_call_counts_its_waits() {
    let script = Script::always(Answer::status(429).header("retry-after", "4"));
    let error = client(&script).get("k").with_timeout(secs(10)).await.unwrap_err();
    assert_eq!((script.count(), error.attempts()), (3, 3));
    assert_eq!(error.stop_reason(), Some(&StopReason::Deadline));
    assert!(script.clock().elapsed() < secs(9));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_ends_with_its_time_limit() {
    let script = Script::always(Answer::hang());
    let error = client(&script).create("k", &json!({})).with_timeout(secs(5)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.may_have_been_sent());
    assert!(error.to_string().contains("within its 5 s"), "{error}");
    assert!(error.explain().unwrap().contains("newest version"));
    let error = client(&script).get("k").with_timeout(secs(5)).await.unwrap_err();
    assert!(error.explain().unwrap().contains("with_timeout"));
    assert!(script.clock().elapsed() <= secs(10) + Duration::from_millis(4));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_under_the_time_limit_too() {
    let script = Script::always(Answer::fine().body_after(secs(10_000)));
    let error = client(&script).get("k").with_timeout(secs(5)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(script.clock().elapsed() <= secs(6));
}

#[tokio::test(start_paused = true)]
async fn the_default_limit_of_a_call_is_two_minutes() {
    let script = Script::always(Answer::hang());
    let error = client(&script).get("k").await.unwrap_err();
    assert_eq!((error.kind(), script.count()), (ErrorKind::Timeout, 2));
    assert!(script.clock().elapsed() <= secs(120) + Duration::from_millis(2));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_takes_too_long_is_followed_by_another() {
    let script = Script::of([Answer::hang(), Answer::fine()]);
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.attempt_timeout(secs(2)).build().unwrap();
    client.get("k").await.unwrap();
    let second = script.times()[1];
    assert!(second >= secs(2) && second < secs(3), "{second:?}");
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_hangs_is_under_the_time_limit_too() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|_| Grant::silence());
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let error = client.get("k").with_timeout(secs(5)).await.unwrap_err();
    assert_eq!((error.kind(), script.count()), (ErrorKind::Timeout, 0));
}

#[tokio::test(start_paused = true)]
async fn the_last_real_answer_is_what_the_caller_gets() {
    let script = Script::by(|seen| match seen.n {
        5 => Answer::error(503, "LastCode", "the last words").header("x-ms-request-id", "req-last"),
        _ => Answer::broken(TransportErrorKind::Interrupted),
    });
    let error = client(&script).get("k").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Service, Some("LastCode")));
    assert_eq!((error.request_id(), error.attempts()), (Some("req-last"), 6));
    assert_eq!(error.stop_reason(), Some(&StopReason::Attempts));
    let text = "get_thing failed: 503 LastCode: the last words (after 6 attempts)";
    assert_eq!(error.to_string(), text);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_retries_is_the_calls_then_the_clients() {
    let never = RetryPolicy::none();
    for (policy, calls) in [(None, 3), (Some(never), 1)] {
        let script = Script::always(Answer::status(503));
        let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
        let client = builder.retry(RetryPolicy::default().max_retries(2)).build().unwrap();
        let call = client.get("k");
        let call = match policy {
            Some(policy) => call.with_retry(policy),
            None => call,
        };
        let error = call.await.unwrap_err();
        assert_eq!((script.count(), error.attempts()), (calls, calls as u32));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_at_any_moment_leaves_the_client_usable() {
    for moment in 0..60 {
        let script = Script::by(|seen| {
            let answer = match (seen.token(), seen.n % 3) {
                (None, _) => Answer::challenge("t1", "https://vault.example:8443"),
                (_, 1) => Answer::status(429).header("retry-after-ms", "10"),
                _ => Answer::fine(),
            };
            answer.after(Duration::from_millis(10)).body_after(Duration::from_millis(10))
        });
        let clerk = Clerk::by(|asked| {
            Grant::token(format!("token-{}", asked.n)).after(Duration::from_millis(10))
        });
        let client = ProbeClient::builder(azvault_tests::LOCAL, &script, &clerk).build().unwrap();
        let sleep = script.clock().sleep(Duration::from_millis(2 * moment));
        drop(futures::future::select(Box::pin(client.get("a").send()), sleep).await);
        client.get("b").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_input_that_is_refused_is_not_sent() {
    let script = Script::always(Answer::fine());
    for name in ["", ".", ".."] {
        let error = client(&script).get(name).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::InvalidInput, 0));
        assert!(!error.may_have_been_sent() && error.to_string().starts_with("get_thing"));
    }
    assert_eq!(script.count(), 0);
}
