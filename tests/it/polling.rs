//! Long-running operations: when they are looked at, what their end is, and how to resume them.

use std::{sync::Arc, time::Duration};

use azure_core::http::{Method, RawResponse, Request};
use azvault_core::{
    Client, ErrorKind, Operation, Poller, Result,
    call::from_json,
    poller::{PollState, ResumeToken, Strategy},
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::StreamExt;
use serde_json::{Value, json};

/// A vault where a deletion is done after that many looks, `last` being what the last one gives.
fn deleting(looks: usize, last: &Answer) -> Arc<Script> {
    let last = last.clone();
    Script::by(move |seen| match (seen.method, seen.n) {
        (Method::Delete, _) => Answer::ok(&json!({"id": "begun"})),
        (_, n) if n > looks => last.clone(),
        _ => Answer::error(404, "KeyNotFound", "not yet"),
    })
}

fn client(script: &Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_done_when_the_deleted_object_can_be_read() {
    let script = deleting(3, &Answer::ok(&json!({"id": "deleted"})));
    let poller = client(&script).begin_delete("k").await.unwrap();
    assert_eq!(poller.await.unwrap(), json!({"id": "deleted"}));
    assert_eq!(script.count(), 5);
    let url = script.seen()[4].url.clone();
    assert_eq!((url.path(), url.query()), ("/deletedthings/k", Some("api-version=7.6")));
}

#[tokio::test(start_paused = true)]
async fn a_403_means_done_with_what_the_first_answer_said() {
    let script = deleting(2, &Answer::error(403, "Forbidden", "you may not read it"));
    let poller = client(&script).begin_delete("k").await.unwrap();
    assert_eq!(poller.wait().await.unwrap(), json!({"id": "begun"}));
}

#[tokio::test(start_paused = true)]
async fn looks_come_quickly_at_first_and_then_after_a_tenth_of_the_time_passed() {
    let script = deleting(30, &Answer::fine());
    client(&script).begin_delete("k").await.unwrap().wait().await.unwrap();
    let times = script.times();
    assert_eq!(times[1], Duration::ZERO, "the first look waits for nothing");
    for pair in times[1..].windows(2) {
        let expected = Duration::from_millis(100) + pair[0] / 10;
        let wait = pair[1] - pair[0];
        assert!(wait >= expected && wait <= expected + Duration::from_millis(2), "{times:?}");
    }
    assert!(times.last().unwrap() > &Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_ends_the_wait_and_says_that_the_operation_goes_on() {
    let script = deleting(1000, &Answer::fine());
    let poller = client(&script).begin_delete("k").await.unwrap();
    let error = poller.with_timeout(Duration::from_secs(3)).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let text = error.to_string();
    assert!(text.contains("did not end within 3 s; it goes on at the service"), "{text}");
    assert!(error.explain().unwrap().contains("resume_token()"));
    let last = *script.times().last().unwrap();
    assert!(last >= Duration::from_secs(3), "the last look was too early: {last:?}");
    assert!(script.clock().elapsed() < Duration::from_millis(3010));
}

#[tokio::test(start_paused = true)]
async fn states_are_shown_before_the_wait_that_follows_them() {
    let script = deleting(1, &Answer::fine());
    let poller = client(&script).begin_delete("k").await.unwrap();
    let mut states = Box::pin(poller.states());
    assert!(matches!(states.next().await, Some(Ok(PollState::InProgress))));
    assert_eq!(script.clock().elapsed(), Duration::ZERO);
    assert!(matches!(states.next().await, Some(Ok(PollState::Done(_)))));
    assert!(script.clock().elapsed() >= Duration::from_millis(100));
    assert!(states.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn one_look_is_one_request_and_a_finished_operation_is_not_looked_at() {
    let script = deleting(1, &Answer::fine());
    let mut poller = client(&script).begin_delete("k").await.unwrap();
    assert!(matches!(poller.poll_once().await.unwrap(), PollState::InProgress));
    assert_eq!(script.count(), 2);
    assert!(matches!(poller.poll_once().await.unwrap(), PollState::Done(_)));
    assert!(poller.poll_once().await.unwrap_err().to_string().contains("ended already"));
    assert_eq!(script.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn another_process_goes_on_from_the_token() {
    let script = deleting(2, &Answer::ok(&json!({"id": "deleted"})));
    let poller = client(&script).begin_delete("k").await.unwrap();
    let text = poller.resume_token().to_string();
    drop(poller);
    let token = ResumeToken::parse(&text).unwrap();
    let poller = client(&script).resume_delete(&token).unwrap();
    assert_eq!(poller.wait().await.unwrap(), json!({"id": "deleted"}));
}

#[tokio::test(start_paused = true)]
async fn a_403_after_a_resumption_is_an_error_for_nothing_is_known_of_the_object() {
    let script = deleting(0, &Answer::error(403, "Forbidden", "no"));
    let poller = client(&script).begin_delete("k").await.unwrap();
    let resumed = client(&script).resume_delete(&poller.resume_token()).unwrap();
    assert_eq!(resumed.wait().await.unwrap_err().kind(), ErrorKind::Forbidden);
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_operation_or_vault_is_refused() {
    let script = Script::always(Answer::fine());
    for token in [
        ResumeToken::new("recover_thing", &format!("{KNOWN}/things/k")),
        ResumeToken::new("begin_delete_thing", "https://other.vault.azure.net/deletedthings/k"),
        ResumeToken::new("begin_delete_thing", "http://v.vault.azure.net/deletedthings/k"),
        ResumeToken::new("begin_delete_thing", "nowhere"),
    ] {
        let error = client(&script).resume_delete(&token).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{token}");
    }
    for text in ["", "{}", "null", r#"{"operation":"begin_delete_thing"}"#] {
        assert_eq!(ResumeToken::parse(text).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(script.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_services_error_ends_the_wait_and_is_kept() {
    let script = deleting(1, &Answer::error(409, "Conflict", "it is being purged"));
    let poller = client(&script).begin_delete("k").await.unwrap();
    let error = poller.wait().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, Some("Conflict")));
    assert_eq!(error.message(), "it is being purged");
    assert_eq!(error.request_id(), Some("req-7"));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_is_throttled_is_repeated() {
    let script = Script::of([
        Answer::fine(),
        Answer::status(503),
        Answer::status(429).header("retry-after", "2"),
        Answer::fine(),
    ]);
    client(&script).begin_delete("k").await.unwrap().wait().await.unwrap();
    assert_eq!(script.count(), 4);
}

static OPERATION: Operation = Operation::idempotent("work");

/// An operation whose state is in the answer's body.
struct Work(Client);

impl Strategy<Value> for Work {
    fn request(&self) -> Result<Request> {
        self.0.request(Method::Get, &["work"])
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<Value>> {
        let state: Value = from_json(&answer?)?;
        Ok(if state["done"] == true { PollState::Done(state) } else { PollState::InProgress })
    }

    fn resume_token(&self) -> ResumeToken {
        ResumeToken::new("work", "")
    }
}

#[tokio::test(start_paused = true)]
async fn the_servers_delay_decides_between_a_tenth_of_a_second_and_a_minute() {
    for (asked, expected) in [("0", 100), ("7", 7_000), ("3600", 60_000)] {
        let script = Script::of([
            Answer::ok(&json!({"done": false})).header("retry-after", asked),
            Answer::ok(&json!({"done": true})),
        ]);
        let inner = client(&script).client().clone();
        let poller = Poller::new(inner.pipeline().clone(), &OPERATION, Work(inner));
        poller.wait().await.unwrap();
        let wait = script.times()[1] - script.times()[0];
        let expected = Duration::from_millis(expected);
        assert!(wait >= expected && wait <= expected + Duration::from_millis(2), "{wait:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_outlasts_the_retries_of_a_look_does_not_end_the_wait() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::fine(),
        _ if seen.at < Duration::from_secs(20) => Answer::broken(TransportErrorKind::Connect),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    client.begin_delete("k").await.unwrap().await.unwrap();
    assert!(script.clock().elapsed() < Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_does_not_end_is_what_the_wait_ends_with() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::fine(),
        _ => Answer::broken(TransportErrorKind::Connect),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let poller = client.begin_delete("k").await.unwrap().with_timeout(Duration::from_secs(60));
    let error = poller.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(std::error::Error::source(&error).is_some(), "{error:?}");
    assert!(script.clock().elapsed() < Duration::from_secs(62));
}
