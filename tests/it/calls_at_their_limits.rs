//! Calls that reach their limits of time and attempts.
use std::time::Duration;

use azvault_core::{ErrorKind, transport::TransportErrorKind};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use serde_json::json;

#[tokio::test(start_paused = true)]
async fn a_limit_of_forever_does_not_panic() {
    let script = Script::always(Answer::fine());
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    script.clock().sleep(Duration::from_millis(1)).await;
    client.get("k").with_timeout(Duration::MAX).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_may_have_arrived_is_not_forgotten_over_later_ones() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::broken(TransportErrorKind::Interrupted),
        _ => Answer::broken(TransportErrorKind::Connect),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let error = client.update("k", &json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 6));
    assert!(error.may_have_been_sent(), "the first attempt may have changed the thing");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_not_hammered_when_the_servers_delay_is_nought_or_past() {
    for value in ["0", "Sun, 22 Nov 2020 07:00:00 GMT"] {
        let script = Script::always(Answer::status(429).header("retry-after", value));
        let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
        client.get("k").await.unwrap_err();
        assert_eq!(script.count(), 6);
        let took = *script.times().last().unwrap();
        assert!(took >= Duration::from_secs(1), "six requests in {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_real_error_is_kept_when_the_time_of_the_call_runs_out() {
    let script = Script::of([Answer::error(503, "Busy", "come back"), Answer::hang()]);
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let error = client.get("k").with_timeout(Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let mut source = std::error::Error::source(&error);
    let mut said = String::new();
    while let Some(inner) = source {
        said.push_str(&inner.to_string());
        source = inner.source();
    }
    assert!(said.contains("come back"), "{error:?}");
}
