//! How long a call waits between its attempts.

use std::{sync::Arc, time::Duration};

use azure_core::time::{OffsetDateTime, to_rfc7231};
use azvault_core::{
    ErrorKind,
    retry::{Backoff, RetryCause, RetryPolicy, StopReason},
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};

fn client(script: &Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}

fn waits(script: &Script) -> Vec<Duration> {
    script.times().windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Whether a wait is between half and all of `full`, with tokio's millisecond of grain.
fn is_jittered(wait: Duration, full: Duration) -> bool {
    wait >= full / 2 && wait <= full + Duration::from_millis(2)
}

#[tokio::test(start_paused = true)]
async fn lasting_throttling_waits_1_2_4_8_16_seconds_with_jitter_and_gives_up() {
    let script = Script::always(Answer::error(429, "Throttled", "slow down"));
    let error = client(&script).get("k").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 6));
    assert_eq!(error.stop_reason(), Some(&StopReason::Attempts));
    assert!(error.to_string().contains("slow down") && error.to_string().contains("6 attempts"));
    let waits = waits(&script);
    assert_eq!(waits.len(), 5);
    for (wait, seconds) in waits.iter().zip([1, 2, 4, 8, 16]) {
        assert!(is_jittered(*wait, Duration::from_secs(seconds)), "{waits:?}");
    }
    let total: Duration = waits.iter().sum();
    assert!((15.5..=31.01).contains(&total.as_secs_f64()), "{total:?}");
}

#[tokio::test(start_paused = true)]
async fn transient_failures_wait_a_fifth_of_a_second_doubled_each_time() {
    let script = Script::always(Answer::status(503));
    client(&script).get("k").await.unwrap_err();
    for (wait, milliseconds) in waits(&script).iter().zip([200, 400, 800, 1600, 3200]) {
        assert!(is_jittered(*wait, Duration::from_millis(milliseconds)), "{wait:?}");
    }
    assert_eq!(script.count(), 6);
}

#[tokio::test(start_paused = true)]
async fn what_found_no_connection_is_tried_again_at_once_and_then_slower() {
    let script = Script::always(Answer::broken(TransportErrorKind::Connect));
    client(&script).get("k").await.unwrap_err();
    let waits = waits(&script);
    assert_eq!(waits[0], Duration::ZERO);
    assert!(is_jittered(waits[1], Duration::from_millis(400)), "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn callers_that_failed_together_do_not_come_back_together() {
    let mut first_waits = Vec::new();
    for _ in 0..20 {
        let script = Script::of([Answer::status(429), Answer::fine()]);
        client(&script).get("k").await.unwrap();
        first_waits.push(waits(&script)[0]);
    }
    first_waits.sort();
    first_waits.dedup();
    assert!(first_waits.len() > 10, "{first_waits:?}");
}

#[tokio::test(start_paused = true)]
async fn a_delay_in_seconds_or_milliseconds_is_kept_to() {
    for (name, value, milliseconds) in [
        ("retry-after", "7", 7000),
        ("retry-after-ms", "150", 150),
        ("x-ms-retry-after-ms", "2500", 2500),
    ] {
        for status in [429, 503] {
            let answer = Answer::status(status).header(name, value);
            let script = Script::of([answer, Answer::fine()]);
            client(&script).get("k").await.unwrap();
            let wait = waits(&script)[0];
            let least = Duration::from_millis(milliseconds);
            assert!(wait >= least && wait <= least + Duration::from_millis(2), "{name}: {wait:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_delay_as_a_date_is_kept_to() {
    let script = Script::by(|seen| match seen.n {
        0 => {
            let now: OffsetDateTime = azvault_core::time::SystemClock::shared().now();
            let date = to_rfc7231(&(now + Duration::from_secs(30)));
            Answer::status(429).header("retry-after", &date)
        }
        _ => Answer::fine(),
    });
    client(&script).get("k").await.unwrap();
    let wait = waits(&script)[0].as_secs_f64();
    assert!((28.0..=31.0).contains(&wait), "{wait}");
}

#[tokio::test(start_paused = true)]
async fn a_delay_that_cannot_be_read_leaves_the_wait_to_the_backoff() {
    for value in ["-5", "soon", "1e9", ""] {
        let answer = Answer::status(429).header("retry-after", value);
        let script = Script::of([answer, Answer::fine()]);
        client(&script).get("k").await.unwrap();
        assert!(is_jittered(waits(&script)[0], Duration::from_secs(1)), "{value}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_a_day_ends_the_call_at_once() {
    let script = Script::always(Answer::status(429).header("retry-after", "86400"));
    let error = client(&script).get("k").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 1));
    let day = Duration::from_secs(86400);
    assert_eq!(error.stop_reason(), Some(&StopReason::ServerDelay(day)));
    assert_eq!((script.count(), script.clock().elapsed()), (1, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn the_longest_delay_accepted_from_the_server_can_be_set() {
    let script = Script::of([Answer::status(429).header("retry-after", "90"), Answer::fine()]);
    let patient = RetryPolicy::default().max_server_delay(Duration::from_secs(100));
    client(&script).get("k").with_retry(patient).await.unwrap();
    assert!(waits(&script)[0] >= Duration::from_secs(90));
}

#[derive(Debug)]
struct Metronome;

impl Backoff for Metronome {
    fn delay(&self, _: RetryCause, _: u32, _: f64) -> Duration {
        Duration::from_secs(3)
    }
}

#[tokio::test(start_paused = true)]
async fn a_backoff_of_the_user_is_asked_and_the_server_still_wins() {
    let script = Script::of([
        Answer::status(503),
        Answer::status(429).header("retry-after", "1"),
        Answer::fine(),
    ]);
    let policy = RetryPolicy::default().backoff(Metronome);
    client(&script).get("k").with_retry(policy).await.unwrap();
    let waits: Vec<u64> = waits(&script).iter().map(Duration::as_secs).collect();
    assert_eq!(waits, [3, 1]);
}
