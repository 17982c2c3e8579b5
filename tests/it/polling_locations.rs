//! Operations that answer 202 with a `Location`: where it may lead, and what ends them.

use std::{sync::Arc, time::Duration};

use azure_core::http::Method;
use azvault_core::{
    Call, ErrorKind, Operation, Poller, Result,
    poller::{Location, PollState, ResumeToken},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::StreamExt;
use serde_json::json;

static PURGE: Operation = Operation::idempotent("begin_purge_thing");

const STATUS: &str = "https://v.vault.azure.net/operations/7?t=canary";

fn client(script: &Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}

async fn begin(script: &Arc<Script>) -> Result<Poller<()>> {
    let client = client(script).client().clone();
    let request = client.request(Method::Post, &["things", "k", "purge"]);
    let pipeline = client.pipeline().clone();
    Call::new(pipeline, &PURGE, request, move |answer| Location::poller(client, &PURGE, answer))
        .await
}

fn resume(script: &Arc<Script>, token: &ResumeToken) -> Result<Poller<()>> {
    Location::resume_poller(client(script).client().clone(), &PURGE, token)
}

fn accepted(location: &str) -> Answer {
    Answer::status(202).header("location", location)
}

#[tokio::test(start_paused = true)]
async fn a_location_elsewhere_is_neither_followed_nor_given_a_token() {
    for location in [
        "http://v.vault.azure.net/operations/7",
        "https://evil.example/operations/7",
        "//evil.example/operations/7",
        "\\\\evil.example/operations/7",
        "https:evil.example",
        "https://v.vault.azure.net:8443/operations/7",
        "https://user@v.vault.azure.net/operations/7",
        "https://v.vault.azure.net@evil.example/",
        "javascript:1",
        "https://",
    ] {
        let script = Script::of([accepted(location), Answer::status(200)]);
        match begin(&script).await {
            Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{location}"),
            // What is left of it is a path on the vault's own host.
            Ok(poller) => {
                poller.await.unwrap();
                assert_eq!(script.seen()[1].url.host_str(), Some("v.vault.azure.net"));
                assert!(location.starts_with("https:evil"), "{location}");
                continue;
            }
        }
        assert_eq!(script.count(), 1, "{location}");
        // The same where a later answer gives it.
        let script = Script::of([accepted(STATUS), accepted(location), Answer::status(200)]);
        let error = begin(&script).await.unwrap().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{location}");
        assert_eq!(script.count(), 2, "{location}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_location_may_be_a_path_and_may_move() {
    let script = Script::of([
        accepted("/operations/7?x=1"),
        accepted("/operations/8"),
        Answer::status(202),
        Answer::status(204),
    ]);
    begin(&script).await.unwrap().await.unwrap();
    let urls: Vec<_> = script.seen().iter().skip(1).map(|seen| seen.url.to_string()).collect();
    let on = |path: &str| format!("{KNOWN}{path}");
    assert_eq!(urls, [on("/operations/7?x=1"), on("/operations/8"), on("/operations/8")]);
}

#[tokio::test(start_paused = true)]
async fn a_202_without_a_location_is_an_error_with_its_request_id() {
    let script = Script::of([Answer::status(202)]);
    let error = begin(&script).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(error.request_id(), Some("req-7"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_other_than_202_is_the_end_and_nothing_is_asked_again() {
    for status in [200, 204] {
        let script = Script::of([Answer::status(status)]);
        let mut states = Box::pin(begin(&script).await.unwrap().states());
        assert!(matches!(states.next().await, Some(Ok(PollState::Done(())))));
        assert!(states.next().await.is_none());
        assert_eq!(script.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_finds_nothing_or_fails_is_an_error_and_not_the_end() {
    for (status, kind) in [(404, ErrorKind::NotFound), (403, ErrorKind::Forbidden)] {
        let script = Script::of([
            accepted(STATUS),
            Answer::error(status, "Code", "message"),
            Answer::status(200),
        ]);
        let mut poller = begin(&script).await.unwrap();
        let error = poller.poll_once().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some("Code")));
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        assert!(matches!(poller.poll_once().await, Ok(PollState::Done(()))));
    }
}

#[tokio::test(start_paused = true)]
async fn a_look_that_the_service_cannot_answer_is_repeated() {
    let script = Script::of([accepted(STATUS), Answer::status(500), Answer::status(204)]);
    begin(&script).await.unwrap().await.unwrap();
    assert_eq!(script.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_failed_says_so_with_its_reason_and_is_over() {
    for (state, kind) in [
        ("Failed", ErrorKind::OperationFailed),
        ("Canceled", ErrorKind::OperationCanceled),
        ("Cancelled", ErrorKind::OperationCanceled),
    ] {
        let body = json!({"status": state, "error": {"code": "Held", "message": "by a lock"}});
        let script = Script::of([accepted(STATUS), Answer::ok(&body)]);
        let mut poller = begin(&script).await.unwrap();
        let error = poller.poll_once().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some("Held")));
        assert!(error.to_string().contains("Held by a lock"), "{error}");
        assert!(poller.poll_once().await.unwrap_err().to_string().contains("ended already"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_crafted_token_leads_nowhere_else() {
    let script = Script::always(Answer::status(200));
    for url in [
        "",
        "https://evil.example/operations/7",
        "http://v.vault.azure.net/operations/7",
        "https://v.vault.azure.net@evil.example/",
        "https://x:y@v.vault.azure.net/operations/7",
        "https://v.vault.azure.net.:443/operations/7",
        "//v.vault.azure.net/operations/7",
        "/operations/7",
        "data:,x",
    ] {
        let error = resume(&script, &ResumeToken::new(PURGE.name(), url)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url}");
    }
    let other = ResumeToken::new("begin_delete_thing", STATUS);
    assert_eq!(resume(&script, &other).unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(script.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn another_process_goes_on_where_the_location_has_moved_to() {
    let script =
        Script::of([accepted("/operations/7"), accepted("/operations/8"), Answer::status(204)]);
    let mut poller = begin(&script).await.unwrap();
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    let text = poller.resume_token().to_string();
    drop(poller);
    resume(&script, &ResumeToken::parse(&text).unwrap()).unwrap().await.unwrap();
    assert_eq!(script.seen()[2].url.path(), "/operations/8");
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_ended_at_once_has_ended_for_another_process_too() {
    let script = Script::always(Answer::status(200));
    let token = begin(&script).await.unwrap().resume_token();
    resume(&script, &token).unwrap().await.unwrap();
    assert_eq!(script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_first_look_waits_as_long_as_the_answer_that_began_it_says() {
    let script = Script::of([accepted(STATUS).header("retry-after", "15"), Answer::status(204)]);
    begin(&script).await.unwrap().await.unwrap();
    assert_eq!(script.times()[1], Duration::from_secs(15));
    // Whoever looks by himself does so at once.
    let script = Script::of([accepted(STATUS).header("retry-after", "15"), Answer::status(204)]);
    begin(&script).await.unwrap().poll_once().await.unwrap();
    assert_eq!(script.times()[1], Duration::ZERO);
}
