//! Resources that tell by themselves when they are ready.

use std::{sync::Arc, time::Duration};

use azure_core::http::Method;
use azvault_core::{
    Call, ErrorKind, Operation, Poller, Result,
    poller::{PollState, ProvisioningState, ResumeToken},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::StreamExt;
use serde_json::{Value, json};

static MAKE: Operation = Operation::idempotent("begin_make_thing");

async fn begin(script: &Arc<Script>) -> Result<Poller<Value>> {
    let client = ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap();
    let client = client.client().clone();
    let request = client.request(Method::Put, &["things", "k"]);
    let pipeline = client.pipeline().clone();
    Call::new(pipeline.clone(), &MAKE, request, move |answer| {
        let strategy = ProvisioningState::new(client, MAKE.name(), &["things", "k"])?;
        let poller = Poller::new(pipeline, &MAKE, strategy);
        Ok(match ProvisioningState::read(answer)? {
            PollState::Done(thing) => poller.ready(thing),
            _ => poller,
        })
    })
    .await
}

fn state(state: &str) -> Value {
    json!({"id": "k", "properties": {"provisioningState": state}})
}

#[tokio::test(start_paused = true)]
async fn a_201_that_is_ready_is_the_end_and_one_that_is_not_is_looked_at() {
    let script = Script::of([Answer::new(201, state("Succeeded").to_string())]);
    assert_eq!(begin(&script).await.unwrap().await.unwrap(), state("Succeeded"));
    assert_eq!(script.count(), 1);
    let script = Script::of([
        Answer::new(201, state("RegisteringDns").to_string()),
        Answer::ok(&state("SomethingNew")),
        Answer::ok(&state("Succeeded")),
    ]);
    assert_eq!(begin(&script).await.unwrap().await.unwrap(), state("Succeeded"));
    let last = script.seen()[2].clone();
    assert_eq!((last.method, last.url.path()), (Method::Get, "/things/k"));
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_tells_no_state_is_ready() {
    for body in
        [json!({}), json!({"properties": {}}), json!({"properties": {"provisioningState": null}})]
    {
        let script = Script::of([Answer::ok(&body)]);
        let mut states = Box::pin(begin(&script).await.unwrap().states());
        assert!(matches!(states.next().await, Some(Ok(PollState::Done(_)))), "{body}");
        assert!(states.next().await.is_none());
        assert_eq!(script.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_that_failed_is_an_error_of_the_first_answer_too() {
    for (failed, kind) in
        [("Failed", ErrorKind::OperationFailed), ("Canceled", ErrorKind::OperationCanceled)]
    {
        let script = Script::of([Answer::ok(&state(failed))]);
        let error = begin(&script).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.to_string().contains(failed), "{error}");
        let script = Script::of([Answer::ok(&state("Creating")), Answer::ok(&state(failed))]);
        let mut states = Box::pin(begin(&script).await.unwrap().states());
        let error = states.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(states.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_html_is_neither_ready_nor_failed() {
    let html = Answer::new(200, "<html>canary</html>");
    let error = begin(&Script::of([html.clone()])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    let script =
        Script::of([Answer::ok(&state("Creating")), html, Answer::ok(&state("Succeeded"))]);
    let mut poller = begin(&script).await.unwrap();
    let error = poller.poll_once().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    assert!(matches!(poller.poll_once().await, Ok(PollState::Done(_))));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_state_that_never_ends_is_waited_for_no_longer_than_said() {
    let script = Script::always(Answer::ok(&state("Creating")).header("retry-after", "3600"));
    let poller = begin(&script).await.unwrap().with_timeout(Duration::from_secs(90));
    assert_eq!(poller.wait().await.unwrap_err().kind(), ErrorKind::Timeout);
    let elapsed = script.clock().elapsed();
    assert!(elapsed >= Duration::from_secs(90) && elapsed < Duration::from_secs(92), "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn a_token_leads_back_to_the_resource_alone() {
    let script = Script::of([Answer::ok(&state("Creating")), Answer::ok(&state("Succeeded"))]);
    let token = begin(&script).await.unwrap().resume_token();
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let resume = |token: &ResumeToken| {
        ProvisioningState::resume(client.client().clone(), MAKE.name(), token)
    };
    let pipeline = client.client().pipeline().clone();
    let thing: Value = Poller::new(pipeline, &MAKE, resume(&token).unwrap()).await.unwrap();
    assert_eq!(thing, state("Succeeded"));
    for url in ["https://evil.example/things/k", "http://v.vault.azure.net/things/k", "things/k"] {
        let token = ResumeToken::new(MAKE.name(), url);
        assert_eq!(resume(&token).err().unwrap().kind(), ErrorKind::InvalidInput, "{url}");
    }
}
