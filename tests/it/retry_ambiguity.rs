//! What makes a version is not sent twice unless the service surely did not process it.

use azvault_core::{ErrorKind, retry::StopReason, transport::TransportErrorKind};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use serde_json::json;

fn client(script: &std::sync::Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_create_that_may_have_been_processed_is_sent_once_and_reported_so() {
    for failure in [
        Answer::status(408),
        Answer::status(500),
        Answer::status(502),
        Answer::status(503).header("retry-after", "1"),
        Answer::status(504),
        Answer::broken(TransportErrorKind::Timeout),
        Answer::broken(TransportErrorKind::Interrupted),
        Answer::broken(TransportErrorKind::Body),
        Answer::hang(),
    ] {
        let script = Script::of([failure.clone(), Answer::fine()]);
        let error = client(&script).create("k", &json!({})).await.unwrap_err();
        assert_eq!(script.count(), 1, "{failure:?}");
        assert!(error.may_have_been_sent(), "{failure:?}");
        assert_eq!(error.stop_reason(), Some(&StopReason::Ambiguous), "{failure:?}");
        assert_eq!(error.attempts(), 1);
        assert!(error.explain().unwrap().contains("newest version"), "{failure:?}");
        assert!(error.to_string().contains("may have been carried out"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_surely_not_processed_is_sent_again() {
    for failure in [Answer::status(429), Answer::broken(TransportErrorKind::Connect)] {
        let script = Script::of([failure.clone(), failure, Answer::fine()]);
        client(&script).create("k", &json!({"n": 1})).await.unwrap();
        let bodies: Vec<String> = script.seen().iter().map(|seen| seen.text()).collect();
        assert_eq!(bodies, [r#"{"n":1}"#; 3]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_idempotent_is_sent_again_after_transient_failures() {
    for failure in [
        Answer::status(408),
        Answer::status(500),
        Answer::status(502),
        Answer::status(503),
        Answer::status(504),
        Answer::status(429),
        Answer::broken(TransportErrorKind::Timeout),
        Answer::broken(TransportErrorKind::Interrupted),
        Answer::broken(TransportErrorKind::Body),
        Answer::broken(TransportErrorKind::Connect),
        Answer::hang(),
    ] {
        let script = Script::of([failure, Answer::fine()]);
        client(&script).update("k", &json!({})).await.unwrap();
        assert_eq!(script.count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_attempt_would_repeat_is_final() {
    for status in [400, 401, 403, 404, 405, 409, 412, 501] {
        let script = Script::always(Answer::error(status, "Code", "message"));
        let clerk = Clerk::steady();
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let error = client.get("k").await.unwrap_err();
        assert_eq!(script.count(), 1, "{status}");
        assert_eq!((error.stop_reason(), error.attempts()), (None, 1));
        assert!(!error.may_have_been_sent());
    }
    for kind in [TransportErrorKind::TooLarge, TransportErrorKind::Request] {
        let script = Script::always(Answer::broken(kind));
        client(&script).get("k").await.unwrap_err();
        assert_eq!(script.count(), 1, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_that_found_no_connection_was_not_sent() {
    let script = Script::always(Answer::broken(TransportErrorKind::Connect));
    let error = client(&script).create("k", &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 6));
    assert!(!error.may_have_been_sent());
    assert_eq!(error.stop_reason(), Some(&StopReason::Attempts));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_create_was_not_processed() {
    let script = Script::always(Answer::status(429));
    let error = client(&script).create("k", &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 6));
    assert!(!error.may_have_been_sent());
}

#[tokio::test(start_paused = true)]
async fn a_create_after_a_question_that_hung_is_still_known_to_have_been_sent() {
    let script = Script::of([
        Answer::hang(),
        Answer::challenge("t1", "https://vault.example:8443"),
        Answer::status(500),
        Answer::fine(),
    ]);
    let builder = ProbeClient::builder(azvault_tests::LOCAL, &script, &Clerk::rotating());
    let client = builder.attempt_timeout(std::time::Duration::from_secs(2)).build().unwrap();
    let error = client.create("k", &json!({})).await.unwrap_err();
    assert_eq!((script.count(), error.attempts()), (3, 2));
    assert!(error.may_have_been_sent());
    assert_eq!(error.stop_reason(), Some(&StopReason::Ambiguous));
}
