//! The first call to a vault: how many requests and tokens it costs, and what it never risks.

use azure_core::http::Method;
use azvault_core::{ErrorKind, transport::TransportErrorKind};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use futures::future::join_all;
use serde_json::json;

const RESOURCE: &str = "https://vault.example:8443";

#[tokio::test(start_paused = true)]
async fn a_known_cloud_costs_one_request_and_one_token() {
    let (script, clerk) = (Script::always(Answer::fine()), Clerk::rotating());
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (1, 1));
    let asked = &clerk.asked()[0];
    assert_eq!(asked.scope, "https://vault.azure.net/.default");
    assert_eq!((&asked.tenant, &asked.claims), (&None, &None));
    assert_eq!(script.seen()[0].token(), Some("token-0"));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_host_is_asked_once_for_any_number_of_first_calls() {
    for calls in [1, 100, 1000] {
        let wait = std::time::Duration::from_millis(20);
        let script = Script::by(move |seen| match seen.token() {
            None => Answer::challenge("t1", RESOURCE).after(wait),
            Some(_) => Answer::fine().after(wait),
        });
        let clerk = Clerk::by(move |_| Grant::token("t").after(wait));
        let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
        let body = json!({"secret": "s"});
        for result in join_all((0..calls).map(|_| client.update("k", &body).send())).await {
            result.unwrap();
        }
        let (questions, rest): (Vec<_>, Vec<_>) =
            script.seen().into_iter().partition(|seen| seen.token().is_none());
        assert_eq!((questions.len(), rest.len(), clerk.count()), (1, calls, 1));
        assert!(questions[0].body.is_empty());
        assert_eq!(questions[0].header("content-length"), Some("0"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_is_not_sent_before_authentication_and_is_whole_after_it() {
    let script = Script::vault("t1", RESOURCE);
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    client.create("k", &json!({"value": "hunter2"})).await.unwrap();
    let seen = script.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[0].method, seen[0].text()), (Method::Post, String::new()));
    assert_eq!(seen[1].text(), r#"{"value":"hunter2"}"#);
    assert_eq!(seen[1].header("content-type"), Some("application/json"));
    assert_eq!(seen[1].header("content-length"), None, "the question's length stuck");
}

#[tokio::test(start_paused = true)]
async fn a_body_survives_a_first_contact_that_fails_before_it_is_challenged() {
    let failures = [
        Answer::status(503),
        Answer::status(429),
        Answer::broken(TransportErrorKind::Interrupted),
        Answer::broken(TransportErrorKind::Connect),
    ];
    for failure in failures {
        let script = Script::of([failure, Answer::challenge("t1", RESOURCE), Answer::fine()]);
        let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
        client.update("k", &json!({"value": "hunter2"})).await.unwrap();
        let bodies: Vec<String> = script.seen().iter().map(|seen| seen.text()).collect();
        assert_eq!(bodies, ["", "", r#"{"value":"hunter2"}"#]);
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_first_calls_keep_their_own_bodies() {
    let script = Script::by(|seen| match seen.token() {
        None => Answer::challenge("t1", RESOURCE).after(std::time::Duration::from_millis(9)),
        Some(_) => Answer::ok(&json!({"path": seen.url.path(), "body": seen.text()})),
    });
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    let calls = (0..50).map(|n| client.update(&n.to_string(), &json!({"n": n})).send());
    for (n, answer) in join_all(calls).await.into_iter().enumerate() {
        let expected = json!({"path": format!("/things/{n}"), "body": format!(r#"{{"n":{n}}}"#)});
        assert_eq!(answer.unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_challenge_for_somebody_elses_resource_is_refused_every_time() {
    let script = Script::vault("t1", "https://vault.azure.net");
    let clerk = Clerk::rotating();
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    for calls in 1..=3 {
        let error = client.get("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(error.explain().unwrap().contains("verify_challenge_resource(false)"), "{error}");
        assert_eq!((script.count(), clerk.count()), (calls, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn verification_can_be_turned_off_for_a_custom_domain() {
    let script = Script::vault("t1", "https://vault.azure.net");
    let clerk = Clerk::rotating();
    let builder = ProbeClient::builder(LOCAL, &script, &clerk);
    let client = builder.verify_challenge_resource(false).build().unwrap();
    client.get("k").await.unwrap();
    assert_eq!(clerk.asked()[0].scope, "https://vault.azure.net/.default");
}

#[tokio::test(start_paused = true)]
async fn the_tenant_of_the_challenge_reaches_the_credential() {
    let (script, clerk) = (Script::vault("tenant-7", RESOURCE), Clerk::rotating());
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    assert_eq!(clerk.asked()[0].tenant.as_deref(), Some("tenant-7"));
    assert_eq!(clerk.asked()[0].scope, "https://vault.example:8443/.default");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_challenge_gets_no_token() {
    for (answer, kind) in [
        (Answer::fine(), ErrorKind::InvalidResponse),
        (
            Answer::status(302).header("location", "https://evil.example"),
            ErrorKind::InvalidResponse,
        ),
        (Answer::status(401), ErrorKind::Authentication),
        (
            Answer::status(401).header("www-authenticate", r#"Basic realm="x""#),
            ErrorKind::Authentication,
        ),
        (Answer::error(403, "Forbidden", "firewall"), ErrorKind::Forbidden),
    ] {
        let (script, clerk) = (Script::always(answer), Clerk::rotating());
        let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
        assert_eq!(client.get("k").await.unwrap_err().kind(), kind);
        assert_eq!((script.count(), clerk.count()), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_caller_that_gives_up_lets_the_next_one_ask() {
    let script = Script::by(|seen| match (seen.n, seen.token()) {
        (0, _) => Answer::hang(),
        (_, None) => Answer::challenge("t1", RESOURCE),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    let mut first = Box::pin(client.get("a").send());
    assert!(futures::poll!(&mut first).is_pending());
    let mut second = Box::pin(client.get("b").send());
    assert!(futures::poll!(&mut second).is_pending());
    assert_eq!(script.count(), 1, "both asked");
    drop(first);
    second.await.unwrap();
    assert_eq!(script.count(), 3);
}
