//! Lists and pollers that their consumer, or the service, holds up.
use std::time::Duration;

use azure_core::http::{Method, RawResponse, Request};
use azvault_core::{
    Client, ErrorKind, Operation, Poller, Result,
    call::from_json,
    poller::{PollState, ResumeToken, Strategy},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::StreamExt;
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn a_consumer_slower_than_every_limit_gets_the_whole_list() {
    let next = format!("{KNOWN}/things?skip=1");
    let script = Script::by(move |seen| {
        let answer = match seen.url.query().unwrap().contains("skip") {
            false => Answer::page(&[1, 2, 3, 4], Some(&next)),
            true => Answer::page(&[5, 6], None),
        };
        answer.after(Duration::from_millis(50)).body_after(Duration::from_millis(50))
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    let mut got = Vec::new();
    while let Some(item) = list.next().await {
        got.push(item.unwrap());
        script.clock().sleep(Duration::from_secs(180)).await;
    }
    assert_eq!(json!(got), json!([1, 2, 3, 4, 5, 6]));
}

#[tokio::test(start_paused = true)]
async fn a_pollers_time_limit_holds_while_a_look_hangs() {
    let script = Script::by(|seen| match seen.method {
        Method::Delete => Answer::fine(),
        _ => Answer::hang(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let poller = client.begin_delete("k").await.unwrap().with_timeout(Duration::from_secs(5));
    let start = script.clock().elapsed();
    assert_eq!(poller.wait().await.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(script.clock().elapsed() - start <= Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn a_servers_delay_on_the_404_of_a_deletion_is_respected() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::fine(),
        1 => Answer::error(404, "KeyNotFound", "not yet").header("retry-after", "7"),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    client.begin_delete("k").await.unwrap().wait().await.unwrap();
    let times = script.times();
    assert!(times[2] - times[1] >= Duration::from_secs(7), "{times:?}");
}

static CREATE: Operation = Operation::makes_version("create_certificate");

struct Certificate(Client);

impl Strategy<Value> for Certificate {
    fn request(&self) -> Result<Request> {
        self.0.request(Method::Get, &["certificates", "c", "pending"])
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<Value>> {
        from_json(&answer?).map(PollState::Done)
    }

    fn resume_token(&self) -> ResumeToken {
        ResumeToken::new("create_certificate", "")
    }
}

#[tokio::test(start_paused = true)]
async fn looking_at_an_operation_that_makes_a_version_is_retried_as_the_reading_it_is() {
    let script = Script::of([Answer::status(503), Answer::fine()]);
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let inner = client.client().clone();
    let poller = Poller::new(inner.pipeline().clone(), &CREATE, Certificate(inner));
    poller.wait().await.unwrap();
}

// null in the reason makes the whole body unreadable, and that counts as success
#[tokio::test(start_paused = true)]
async fn a_failed_operation_without_a_reason_is_not_a_success() {
    let script = Script::always(Answer::ok(
        &json!({"status": "Failed", "error": {"code": null, "message": "m"}}),
    ));
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let inner = client.client().clone();
    let token = ResumeToken::new("purge", &format!("{KNOWN}/operations/1"));
    let work = azvault_core::poller::Location::resume(inner.clone(), "purge", &token).unwrap();
    let error = Poller::new(inner.pipeline().clone(), &CREATE, work).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationFailed);
}
