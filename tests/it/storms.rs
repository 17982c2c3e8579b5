//! Several troubles in one call, and many calls in one trouble.

use std::{sync::Arc, time::Duration};

use azure_core::time::to_rfc7231;
use azvault_core::{
    ErrorKind,
    credentials::{ClientSecretCredential, Surroundings},
    retry::StopReason,
    transport::TransportErrorKind,
};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use futures::future::join_all;
use serde_json::json;

const RESOURCE: &str = "https://vault.example:8443";

fn client(script: &Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}

const DENIED: &str = r#"{"error":{"code":"Forbidden","message":"Caller is not authorized","innererror":{"code":"ForbiddenByRbac"}}}"#;

#[tokio::test(start_paused = true)]
async fn a_storm_of_429_without_a_header_ends_each_call_within_its_time() {
    let script = Script::always(Answer::error(429, "Throttled", "slow down"));
    let client = client(&script);
    let calls = (0..50).map(|_| client.get("k").with_timeout(Duration::from_secs(10)).send());
    for answer in join_all(calls).await {
        let error = answer.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled, "what the vault said was lost: {error}");
        assert_eq!(error.stop_reason(), Some(&StopReason::Deadline));
    }
    // The timer's grain is a millisecond.
    assert!(script.times().iter().all(|at| *at <= Duration::from_millis(10_001)));
    assert!(script.clock().elapsed() <= Duration::from_millis(10_001));
    assert!(script.count() <= 50 * 5, "{} requests", script.count());
}

#[tokio::test(start_paused = true)]
async fn whatever_delay_is_asked_for_the_time_of_the_call_wins() {
    let soon = Script::always(Answer::fine()).clock().now() + Duration::from_secs(6);
    let (soon, late) = (to_rfc7231(&soon), to_rfc7231(&(soon + Duration::from_secs(3600))));
    for (name, value, waited) in [
        ("retry-after", "6", 6..7),
        ("retry-after-ms", "6000", 6..7),
        ("x-ms-retry-after-ms", "6000", 6..7),
        // Once it has passed, the backoff takes over.
        ("retry-after", &soon, 4..10),
        ("retry-after", &late, 0..1),
        ("retry-after", "86400", 0..1),
        ("retry-after", "18446744073709551615", 0..1),
        ("retry-after", "-5", 1..10),
        ("retry-after", "0", 1..10),
        ("retry-after-ms", "soon", 1..10),
    ] {
        let script = Script::always(Answer::status(429).header(name, value));
        let call = client(&script).get("k").with_timeout(Duration::from_secs(10));
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        let seconds = script.clock().elapsed().as_secs();
        assert!(waited.contains(&seconds), "{name}: {value}: {seconds} s");
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_expiry_and_success_fit_into_one_call() {
    // Any order of them: throttled, refused, broken; each costs what it must and no more.
    let token = |n: usize| format!("token-{n}");
    for troubles in [["429", "401", "503"], ["401", "503", "429"], ["503", "429", "401"]] {
        let script = Script::by(move |seen| match troubles.get(seen.n).copied() {
            Some("429") => Answer::status(429).header("retry-after", "1"),
            Some("401") => Answer::challenge("t1", "https://vault.azure.net"),
            Some("503") => Answer::status(503),
            _ => Answer::fine(),
        });
        let clerk = Clerk::rotating();
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        client.update("k", &json!({"n": 1})).await.unwrap();
        let seen = script.seen();
        assert!(seen.iter().all(|seen| seen.text() == r#"{"n":1}"#), "a body was lost");
        let refused = troubles.iter().position(|trouble| *trouble == "401").unwrap();
        for (n, seen) in seen.iter().enumerate() {
            assert_eq!(seen.token(), Some(token(usize::from(n > refused)).as_str()), "{n}");
        }
        assert_eq!((seen.len(), clerk.count()), (4, 2), "{troubles:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_survives_throttling_and_expiry_and_is_made_once() {
    let script = Script::of([
        Answer::status(429).header("retry-after", "1"),
        Answer::challenge("t1", RESOURCE),
        Answer::status(429).header("retry-after", "1"),
        Answer::challenge("t1", RESOURCE),
        Answer::fine(),
    ]);
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    client.create("k", &json!({"n": 1})).await.unwrap();
    let bodies: Vec<String> = script.seen().iter().map(|seen| seen.text()).collect();
    let body = r#"{"n":1}"#;
    assert_eq!(bodies, ["", "", body, body, body]);
}

#[tokio::test(start_paused = true)]
async fn the_authoritys_throttling_is_waited_for_apart_from_the_vaults() {
    let entra = Script::of([
        Answer::status(429).header("retry-after", "2"),
        Answer::status(429).header("retry-after", "2"),
        Answer::token("t"),
    ]);
    let around = Surroundings::default().transport(entra.transport());
    let credential = ClientSecretCredential::with_surroundings("t", "c", "s", around).unwrap();
    let vault = Script::of([Answer::status(429).header("retry-after", "3"), Answer::fine()]);
    let builder = ProbeClient::builder(KNOWN, &vault, &Clerk::steady());
    let client = builder.credential(Arc::new(credential)).build().unwrap();
    let answer = client.get("k").send_for_response().await.unwrap();
    assert_eq!(u16::from(answer.status()), 200);
    // Three requests there, two here, and neither counts as an attempt of the other.
    assert_eq!((entra.count(), vault.count()), (3, 2));
    let seconds = vault.clock().elapsed().as_secs();
    assert!((7..8).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn a_lasting_throttling_of_the_authority_is_no_throttling_of_the_vault() {
    let entra = Script::always(Answer::error(429, "AADSTS90055", "slow down"));
    let around = Surroundings::default().transport(entra.transport());
    let credential = ClientSecretCredential::with_surroundings("t", "c", "s", around).unwrap();
    let vault = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &vault, &Clerk::steady());
    let client = builder.credential(Arc::new(credential)).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!((error.kind(), vault.count()), (ErrorKind::Authentication, 0));
    assert!(!error.may_have_been_sent());
    assert!(entra.count() <= 6, "{} token requests", entra.count());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_dies_after_a_hundred_calls_costs_one_refresh_and_one_replay() {
    let script = Script::by(|seen| match (seen.token(), seen.n) {
        (Some("token-0"), 100..) => Answer::challenge("t1", "https://vault.azure.net"),
        _ => Answer::fine(),
    });
    let clerk = Clerk::by(|asked| Grant::token(format!("token-{}", asked.n.min(1))));
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    for _ in 0..200 {
        client.get("k").await.unwrap();
    }
    assert_eq!(script.count(), 201);
    assert_eq!(clerk.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_dies_and_is_given_again_is_sent_once_more_at_most_a_call() {
    let script = Script::by(|seen| match seen.n {
        0..100 => Answer::fine(),
        _ => Answer::challenge("t1", "https://vault.azure.net"),
    });
    let clerk = Clerk::steady();
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    for _ in 0..100 {
        client.get("k").await.unwrap();
    }
    for call in 1..=5 {
        let error = client.get("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(error.explain().unwrap().contains("same token again"), "{error:?}");
        assert_eq!(script.count(), 100 + call, "the dead token was sent again");
    }
}

#[tokio::test(start_paused = true)]
async fn access_that_is_not_there_yet_is_told_at_once_and_works_once_it_is() {
    let script = Script::by(|seen| match seen.at.as_secs() {
        0..90 => Answer::new(403, DENIED),
        _ => Answer::fine(),
    });
    let client = client(&script);
    // A caller that asks every ten seconds, as a deployment does.
    let mut refusals = 0;
    while let Err(error) = client.get("k").await {
        refusals += 1;
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::ForbiddenByRbac, 1));
        assert!(error.explain().unwrap().contains("takes some minutes"), "{error:?}");
        assert_eq!(script.count(), refusals, "it asks more often than it is told to");
        script.clock().sleep(Duration::from_secs(10)).await;
    }
    assert_eq!(refusals, 9);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_access_is_let_in_soon_after_it_is_there() {
    let script = Script::by(|seen| match seen.at.as_secs() {
        0..90 => Answer::new(403, DENIED),
        _ => Answer::fine(),
    });
    // It makes a version: what was refused was not made.
    let create = client(&script).create("k", &json!({"n": 1}));
    create.wait_for_access(Duration::from_secs(300)).await.unwrap();
    let (asked, late) = (script.count(), script.clock().elapsed() - Duration::from_secs(90));
    assert!(late < Duration::from_secs(9), "{late:?} after it was there");
    assert!((10..40).contains(&asked), "{asked} requests");
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_access_ends_with_the_refusal() {
    let script = Script::by(|_| Answer::new(403, DENIED));
    let get = client(&script).get("k").wait_for_access(Duration::from_secs(60));
    let error = get.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForbiddenByRbac);
    assert!(error.to_string().contains("60 s of waiting for access"), "{error}");
    assert_eq!(script.clock().elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn nothing_but_policies_and_roles_is_waited_for() {
    for (status, code) in
        [(403, "ForbiddenByFirewall"), (403, "SecretDisabled"), (404, "KeyNotFound")]
    {
        let script = Script::by(move |_| Answer::error(status, code, "no"));
        let get = client(&script).get("k").wait_for_access(Duration::from_secs(60));
        get.await.unwrap_err();
        assert_eq!(script.count(), 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_found_at_first_is_found_by_the_next_attempt() {
    let missing = || Answer::broken(TransportErrorKind::Connect);
    let script = Script::of([missing(), missing(), Answer::fine()]);
    // Surely not sent: what makes a version is tried again, too.
    client(&script).create("k", &json!({"n": 1})).await.unwrap();
    assert_eq!(script.count(), 3);
    assert!(script.clock().elapsed() < Duration::from_secs(1));
}
