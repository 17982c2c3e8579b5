//! What tells the attempts of one call apart from those of another.

use azure_core::http::Method;
use azvault_core::{Call, Operation, transport::TransportErrorKind};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use serde_json::{Value, json};

#[tokio::test(start_paused = true)]
async fn attempts_share_one_client_request_id_and_calls_do_not() {
    let script =
        Script::of([Answer::status(503), Answer::status(429), Answer::fine(), Answer::fine()]);
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    client.get("k").await.unwrap();
    client.get("k").await.unwrap();
    let ids: Vec<_> = script
        .seen()
        .iter()
        .map(|seen| seen.header("x-ms-client-request-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 4);
    assert!(ids[0] == ids[1] && ids[1] == ids[2]);
    assert_ne!(ids[2], ids[3]);
}

static ANY: Operation = Operation::idempotent("any");

#[tokio::test(start_paused = true)]
async fn a_client_request_id_of_the_caller_is_kept() {
    let script = Script::always(Answer::fine());
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let inner = client.client();
    let mut request = inner.request(Method::Get, &["things"]).unwrap();
    request.insert_header("x-ms-client-request-id", "mine");
    Call::<Value>::json(inner.pipeline().clone(), &ANY, Ok(request)).await.unwrap();
    assert_eq!(script.seen()[0].header("x-ms-client-request-id"), Some("mine"));
}

#[tokio::test(start_paused = true)]
async fn a_body_is_sent_again_byte_for_byte() {
    let script = Script::of([
        Answer::status(503),
        Answer::broken(TransportErrorKind::Interrupted),
        Answer::status(429),
        Answer::fine(),
    ]);
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    client.update("k", &json!({"value": "ü\u{0}\"", "n": [1, 2]})).await.unwrap();
    let seen = script.seen();
    assert_eq!(seen.len(), 4);
    assert!(!seen[0].body.is_empty());
    assert!(seen.iter().all(|one| one.body == seen[0].body
        && one.header("content-type") == Some("application/json")
        && one.url == seen[0].url));
}

#[tokio::test(start_paused = true)]
async fn the_application_is_named_before_the_library() {
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    builder.application_id("shop/2").build().unwrap().get("k").await.unwrap();
    let seen = script.seen();
    let agent = seen[0].header("user-agent").unwrap();
    assert!(agent.starts_with("shop/2 azvault-rust/"), "{agent}");
    assert_eq!(seen[0].url.query(), Some("api-version=7.6"));
}
