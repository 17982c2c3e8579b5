//! Answers that are not what they should be end in an error that says so, never in a panic.

use azvault_core::{ErrorKind, retry::RetryPolicy};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};

async fn error_of(answer: Answer) -> (azvault_core::Error, usize) {
    let script = Script::always(answer);
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.retry(RetryPolicy::default().max_retries(1)).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    (error, script.count())
}

const HTML: &str = "<html><body>canary: sign in to the network</body></html>";

#[tokio::test(start_paused = true)]
async fn a_success_that_is_not_json_is_an_error_with_status_and_request_id() {
    let deep = "[".repeat(100_000);
    for body in [r#"{"id": "canary"#, HTML, "", "\u{feff}{}", "{} {}", &deep, "{\"a\":\"\\ud800\"}"]
    {
        let (error, requests) = error_of(Answer::new(200, body.to_owned())).await;
        assert_eq!((error.kind(), requests), (ErrorKind::InvalidResponse, 1), "{body:.20}");
        assert_eq!(error.status().map(u16::from), Some(200));
        assert_eq!(error.request_id(), Some("req-7"));
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_is_no_envelope_keeps_status_and_request_id() {
    let junk = "x".repeat(11 * 1024 * 1024);
    let deep = format!(r#"{{"error":{}"#, r#"{"innererror":"#.repeat(100_000));
    for body in ["", "OK", HTML, r#"{"error":7}"#, r#"{"error":{"code":7}}"#, &junk, &deep] {
        for (status, kind) in [(403, ErrorKind::Forbidden), (404, ErrorKind::NotFound)] {
            let (error, requests) = error_of(Answer::new(status, body.to_owned())).await;
            assert_eq!((error.kind(), requests), (kind, 1), "{body:.20}");
            assert_eq!(error.status().map(u16::from), Some(status));
            assert_eq!((error.request_id(), error.code()), (Some("req-7"), None));
            assert!(error.to_string().len() < 200, "the body is in the text");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_services_code_and_message_are_kept() {
    let (error, _) = error_of(Answer::new(
        409,
        r#"{"error":{"code":"Conflict","message":"k is\r\nbeing deleted","innererror":{"code":"ObjectIsBeingDeleted"}}}"#,
    ))
    .await;
    assert_eq!(error.kind(), ErrorKind::BeingDeleted);
    assert_eq!(
        (error.code(), error.inner_code()),
        (Some("Conflict"), Some("ObjectIsBeingDeleted"))
    );
    assert_eq!(error.message(), "k is\r\nbeing deleted");
    assert!(!error.to_string().contains('\n'));
    assert!(error.explain().unwrap().contains("wait"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_over_the_limit_is_refused_announced_or_not() {
    let body = vec![b' '; 48 * 1024 * 1024 + 1];
    let whole = Answer::new(200, body.clone());
    let announced = Answer::new(200, "{}").header("content-length", "999999999999");
    for answer in [whole, announced] {
        let (error, requests) = error_of(answer).await;
        assert_eq!((error.kind(), requests), (ErrorKind::InvalidResponse, 1));
        assert!(error.to_string().contains("larger than the limit"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_shorter_than_announced_is_a_broken_one_and_tried_again() {
    let (error, requests) = error_of(Answer::new(200, "{}").header("content-length", "3")).await;
    assert_eq!((error.kind(), requests), (ErrorKind::Transport, 2));
    assert!(error.may_have_been_sent());
    assert!(error.to_string().contains("broke off"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_content_length_that_is_no_number_is_ignored() {
    for value in ["", "-1", "two", "1, 1"] {
        let script = Script::always(Answer::fine().header("content-length", value));
        let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
        client.get("k").await.unwrap();
    }
}
