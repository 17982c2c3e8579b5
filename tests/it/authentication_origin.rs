//! A token goes to the vault's own host and nowhere else.

use azure_core::http::{Method, Request, Url};
use azvault_core::{Call, ErrorKind, Operation};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, ProbeClient, Script};
use futures::TryStreamExt;
use serde_json::Value;

static ANY: Operation = Operation::idempotent("any");

const ELSEWHERE: [&str; 8] = [
    "https://evil.example/things",
    "https://v.vault.azure.net:8443/things",
    "http://v.vault.azure.net/things",
    "https://other.vault.azure.net/things",
    "https://v.vault.azure.net.evil.example/things",
    "https://v.vault.azure.net@evil.example/things",
    "https://user@v.vault.azure.net/things",
    "https://v.vault.azure.net./things",
];

#[tokio::test(start_paused = true)]
async fn a_request_for_another_origin_is_not_sent() {
    for url in ELSEWHERE {
        let (script, clerk) = (Script::always(Answer::fine()), Clerk::rotating());
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let request = Request::new(Url::parse(url).unwrap(), Method::Get);
        let pipeline = client.client().pipeline().clone();
        let error = Call::<Value>::json(pipeline, &ANY, Ok(request)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{url}");
        assert_eq!((script.count(), clerk.count()), (0, 0), "{url}");
        assert!(!error.may_have_been_sent());
    }
}

#[tokio::test(start_paused = true)]
async fn a_next_link_to_another_origin_is_not_followed() {
    for url in ELSEWHERE.into_iter().chain(["//evil.example/things", "file:///etc/passwd"]) {
        let script = Script::of([Answer::page(&[1], Some(url)), Answer::page(&[2], None)]);
        let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
        let mut list = client.list(None);
        assert_eq!(list.try_next().await.unwrap(), Some(Value::from(1)));
        let error = list.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{url}");
        assert_eq!(script.count(), 1, "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_an_error_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let answer = Answer::status(status).header("location", "https://evil.example/things");
        let script = Script::always(answer);
        let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
        let error = client.get("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse);
        assert_eq!(error.status().map(u16::from), Some(status));
        assert_eq!(script.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_a_token() {
    const CANARY: &str = "canary-token";
    let answers = [
        Answer::status(302),
        Answer::status(401),
        Answer::claims("!!!"),
        Answer::error(403, "Forbidden", "no"),
        Answer::new(200, "no json"),
        Answer::broken(azvault_core::transport::TransportErrorKind::Interrupted),
        Answer::hang(),
    ];
    for answer in answers {
        let script = Script::always(answer);
        let clerk = Clerk::by(|_| Grant::token(CANARY));
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let error = client.get("k").await.unwrap_err();
        let mut said = format!("{error} {error:?} {error:#?} {client:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(inner) = source {
            said.push_str(&format!("{inner} {inner:?}"));
            source = inner.source();
        }
        assert_eq!(script.seen()[0].token(), Some(CANARY));
        assert!(!said.contains(CANARY), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_prepared_call_shows_neither_body_nor_query() {
    let script = Script::always(Answer::fine());
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let call = client.create("k", &serde_json::json!({"value": "canary"}));
    assert!(!format!("{call:?}").contains("canary"));
    assert_eq!(script.count(), 0);
}
