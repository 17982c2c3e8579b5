//! Operations with a document of their own: ARM's Azure-AsyncOperation, a pending certificate, a
//! job of a managed HSM.

use std::{sync::Arc, time::Duration};

use azure_core::http::{Method, Url};
use azvault_core::{
    Call, ErrorKind, Operation, Poller, Result,
    poller::{OperationStatus, PollState, ResultAt, ResumeToken},
    time::{Clock, SystemClock},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::StreamExt;
use serde_json::{Value, json};

static MAKE: Operation = Operation::idempotent("begin_make_thing");
const STATUS: &str = "https://v.vault.azure.net/operations/7?t=1";

fn client(script: &Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Begins by a PUT whose answer names a document in its header, as ARM does.
async fn begin(script: &Arc<Script>, result: ResultAt) -> Result<Poller<Value>> {
    let client = client(script).client().clone();
    let request = client.request(Method::Put, &["things", "k"]);
    let pipeline = client.pipeline().clone();
    let begun = Call::new(pipeline.clone(), &MAKE, request, move |answer| {
        OperationStatus::begun(client, MAKE.name(), answer, result)
    });
    Ok(Poller::new(pipeline, &MAKE, begun.await?.unwrap()))
}

fn accepted() -> Answer {
    Answer::status(201).header("azure-asyncoperation", STATUS)
}

fn status(word: &str) -> Answer {
    Answer::ok(&json!({"status": word, "target": "/things/k?api-version=1"}))
}

fn paths(script: &Script) -> Vec<String> {
    script.seen().iter().skip(1).map(|seen| seen.url.path().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn the_result_is_read_from_where_the_operation_leaves_it() {
    let thing = json!({"id": "k"});
    let there = ResultAt::Url(url("https://v.vault.azure.net/things/k"));
    for (result, requests) in [(ResultAt::Target, 3), (there, 3), (ResultAt::Status, 2)] {
        let script =
            Script::of([accepted(), status("InProgress"), status("Succeeded"), Answer::ok(&thing)]);
        let made = begin(&script, result.clone()).await.unwrap().await.unwrap();
        match result {
            ResultAt::Status => assert_eq!(made["status"], "Succeeded"),
            _ => assert_eq!((made, paths(&script)[2].as_str()), (thing.clone(), "/things/k")),
        }
        assert_eq!(paths(&script).len(), requests, "{result:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_without_a_result_gives_nothing() {
    let script = Script::of([status("inProgress"), status("completed")]);
    let client = client(&script).client().clone();
    let work =
        OperationStatus::new(client.clone(), MAKE.name(), url(STATUS), ResultAt::Nowhere).unwrap();
    let poller: Poller<()> = Poller::new(client.pipeline().clone(), &MAKE, work);
    poller.await.unwrap();
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_result_is_read_without_another_wait() {
    let script = Script::of([accepted(), status("Succeeded"), Answer::fine()]);
    let clock = SystemClock::new();
    let poller = begin(&script, ResultAt::Target).await.unwrap();
    let states: Vec<_> = poller.states().map(Result::unwrap).collect().await;
    assert!(matches!(&states[..], [PollState::Ready, PollState::Done(_)]), "{states:?}");
    assert_eq!(clock.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_services_reason_for_a_failure_is_kept() {
    for (word, kind) in
        [("Failed", ErrorKind::OperationFailed), ("cancelled", ErrorKind::OperationCanceled)]
    {
        let error = json!({"code": "Outer", "message": "no \"quota\"\nleft", "innererror": {"code": "Inner"}});
        let body = json!({"status": word, "error": error});
        let script = Script::of([accepted(), Answer::ok(&body)]);
        let error = begin(&script, ResultAt::Target).await.unwrap().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code(), error.inner_code()),
            (kind, Some("Outer"), Some("Inner"))
        );
        assert!(error.to_string().contains(r#"no "quota" | left"#), "{error}");
        assert_eq!(error.request_id(), Some("req-7"));
    }
    let script = Script::of([accepted(), Answer::ok(&json!({"status": "failed"}))]);
    let error = begin(&script, ResultAt::Target).await.unwrap().await.unwrap_err();
    assert!(error.to_string().contains("no reason is given"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_none_ends_the_wait_instead_of_going_on_for_ever() {
    for body in [json!({}), json!([]), json!({"status": null}), json!({"status": "Succeeded"})] {
        let script = Script::of([accepted(), Answer::ok(&body)]);
        let error = begin(&script, ResultAt::Target).await.unwrap().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_token_follows_a_document_or_a_target_to_another_host() {
    let foreign = "https://evil.example/operations/7";
    let script = Script::of([Answer::status(202).header("azure-asyncoperation", foreign)]);
    let error = begin(&script, ResultAt::Nowhere).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    for target in ["https://evil.example/k", "//evil.example/k", "http://v.vault.azure.net/k"] {
        let body = json!({"status": "completed", "target": target});
        let script = Script::of([accepted(), Answer::ok(&body)]);
        let error = begin(&script, ResultAt::Target).await.unwrap().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{target}");
        assert_eq!(script.count(), 2);
    }
    let client = client(&Script::of([])).client().clone();
    for at in [ResultAt::Nowhere, ResultAt::Url(url(foreign))] {
        let status = if at == ResultAt::Nowhere { foreign } else { STATUS };
        assert!(OperationStatus::new(client.clone(), MAKE.name(), url(status), at).is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn another_process_goes_on_with_the_operation_and_finds_its_result() {
    let script = Script::of([accepted(), status("InProgress")]);
    let there = url("https://v.vault.azure.net/things/k?api-version=1");
    let mut poller = begin(&script, ResultAt::Url(there)).await.unwrap();
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    let text = poller.resume_token().to_string();
    drop(poller);

    let script = Script::of([status("Succeeded"), Answer::ok(&json!({"id": "k"}))]);
    let client = client(&script).client().clone();
    let resume = |text: &str| {
        let token = ResumeToken::parse(text)?;
        OperationStatus::resume(client.clone(), MAKE.name(), &token, ResultAt::Nowhere)
    };
    let poller: Poller<Value> =
        Poller::new(client.pipeline().clone(), &MAKE, resume(&text).unwrap());
    assert_eq!(poller.await.unwrap()["id"], "k");
    assert_eq!(script.seen()[1].url.query(), Some("api-version=1"));
    for crafted in ["evil.example/things", "v.vault.azure.net.evil.example/things"] {
        let crafted = text.replace("v.vault.azure.net/things", crafted);
        assert_eq!(resume(&crafted).err().unwrap().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_canceled_where_the_service_can_and_ends_so() {
    let script = Script::of([
        status("inProgress").header("retry-after", "30"),
        status("inProgress"),
        Answer::ok(&json!({"status": "cancelled", "error": {"code": "Withdrawn"}})),
    ]);
    let client = client(&script).client().clone();
    let mut request = client.request(Method::Patch, &["operations", "7"]).unwrap();
    request.set_body(r#"{"cancellation_requested":true}"#);
    let work = OperationStatus::new(client.clone(), MAKE.name(), url(STATUS), ResultAt::Target);
    let work = work.unwrap().with_cancel(request);
    let mut poller: Poller<Value> = Poller::new(client.pipeline().clone(), &MAKE, work);
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    poller.cancel().await.unwrap();
    let error = poller.await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::OperationCanceled, Some("Withdrawn")));
    let seen = script.seen();
    assert_eq!(
        (seen[1].method, seen[1].text().as_str()),
        (Method::Patch, r#"{"cancellation_requested":true}"#)
    );
    assert!(script.clock().elapsed() < Duration::from_secs(1), "the end is looked for at once");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_canceled_says_so_and_sends_nothing() {
    let script = Script::of([accepted(), status("Failed")]);
    let mut poller = begin(&script, ResultAt::Target).await.unwrap();
    let error = poller.cancel().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("cannot be canceled"), "{error}");
    poller.poll_once().await.unwrap_err();
    let error = poller.cancel().await.unwrap_err();
    assert!(error.to_string().contains("has ended already"), "{error}");
    assert_eq!(script.count(), 2);
}
