//! Tokens of a callback stay with the challenge that they were made for, whatever it does.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use azvault_core::{ClientBuilder, Credential, ErrorKind, credentials::CallbackCredential};
use azvault_tests::{Answer, KNOWN, ProbeClient, Script, Seen};
use futures::future::{join_all, pending};
use serde_json::json;

const OTHER: &str = "https://w.vault.azure.net";
const RESOURCE: &str = "https://vault.azure.net";

/// A credential whose tokens name what they are for, and the count of its calls.
fn naming() -> (Credential, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let credential = CallbackCredential::new(move |challenge| {
        counter.fetch_add(1, Ordering::SeqCst);
        let claims = challenge.claims().unwrap_or("none").to_owned();
        let token = format!("{}|{}|{claims}", challenge.authority(), challenge.resource());
        async move {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(token)
        }
    });
    (credential.into(), calls)
}

fn client(vault: &str, script: &Arc<Script>, credential: impl Into<Credential>) -> ProbeClient {
    ClientBuilder::new(vault, ())
        .transport(script.transport())
        .credential(credential)
        .build()
        .unwrap()
}

fn host(seen: &Seen) -> &str {
    seen.url.host_str().unwrap()
}

fn sent(script: &Script) -> HashSet<(String, String)> {
    let seen = script.seen();
    let with_token = seen.iter().filter_map(|s| Some((host(s).to_owned(), s.token()?.to_owned())));
    with_token.collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> HashSet<(String, String)> {
    pairs.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn vaults_of_two_tenants_never_see_each_others_token() {
    let script = Script::by(|seen| match (seen.token(), host(seen)) {
        (None, "v.vault.azure.net") => Answer::challenge("t1", RESOURCE),
        (None, _) => Answer::challenge("t2", RESOURCE),
        _ => Answer::fine(),
    });
    let (credential, calls) = naming();
    let clients = [client(KNOWN, &script, &credential), client(OTHER, &script, &credential)];
    let gets = (0..100).map(|n| clients[n % 2].get("k").send());
    assert!(join_all(gets).await.iter().all(Result::is_ok));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    let expected = pairs([
        ("v.vault.azure.net", "https://login.example/t1|https://vault.azure.net|none"),
        ("w.vault.azure.net", "https://login.example/t2|https://vault.azure.net|none"),
    ]);
    assert_eq!(sent(&script), expected);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_first_calls_need_one_question_a_vault_and_one_call_of_the_callback() {
    let script = Script::vault("t1", RESOURCE);
    let (credential, calls) = naming();
    let clients = [client(KNOWN, &script, &credential), client(OTHER, &script, &credential)];
    let gets = (0..1000).map(|n| clients[n % 2].get("k").send());
    assert!(join_all(gets).await.iter().all(Result::is_ok));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert_eq!(script.seen().iter().filter(|seen| seen.token().is_none()).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn another_resource_of_the_same_authority_is_another_token() {
    let script = Script::by(|seen| match (seen.token(), host(seen)) {
        (None, "v.vault.azure.net") => Answer::challenge("t1", "https://azure.net"),
        (None, _) => Answer::challenge("t1", RESOURCE),
        _ => Answer::fine(),
    });
    let (credential, calls) = naming();
    for vault in [KNOWN, OTHER, KNOWN] {
        client(vault, &script, &credential).get("k").await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(sent(&script).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_moves_to_another_tenant_gets_a_token_of_the_new_one() {
    let script = Script::by(|seen| match seen.token() {
        None => Answer::challenge("t1", RESOURCE),
        Some(token) if seen.n < 3 || token.contains("/t2") => Answer::fine(),
        Some(_) => Answer::challenge("t2", RESOURCE),
    });
    let (credential, calls) = naming();
    let client = client(KNOWN, &script, &credential);
    for _ in 0..4 {
        client.get("k").await.unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert!(script.seen().last().unwrap().token().unwrap().contains("/t2|"));
}

#[tokio::test(start_paused = true)]
async fn claims_reach_the_callback_and_their_token_serves_later_calls() {
    let script = Script::by(|seen| match seen.token() {
        None => Answer::challenge("t1", RESOURCE),
        Some(token) if token.ends_with("|none") => Answer::claims("eyJhIjoxfQ=="),
        Some(_) => Answer::fine(),
    });
    let (credential, calls) = naming();
    let client = client(KNOWN, &script, &credential);
    client.get("a").await.unwrap();
    let requests = script.count();
    client.get("b").await.unwrap();
    assert_eq!(script.count(), requests + 1);
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert!(script.seen()[requests].token().unwrap().ends_with(r#"|{"a":1}"#));
}

#[tokio::test(start_paused = true)]
async fn a_callback_asked_again_and_again_is_asked_no_more_than_twice_a_call() {
    let script = Script::always(Answer::challenge("t1", RESOURCE));
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let credential = CallbackCredential::new(move |_| {
        let n = counter.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, std::io::Error>(format!("t{n}")) }
    });
    let error = client(KNOWN, &script, credential).get("k").await.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(401));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_panics_is_an_error_of_the_call_and_no_more() {
    for at_once in [true, false] {
        let panicked = Arc::new(AtomicUsize::new(0));
        let credential = CallbackCredential::new(move |_| {
            // Without the hook, so that the test's output stays clean.
            let panic = || std::panic::resume_unwind(Box::new("canary"));
            let first = panicked.fetch_add(1, Ordering::SeqCst) == 0;
            if first && at_once {
                panic();
            }
            async move {
                if first {
                    panic();
                }
                Ok::<_, std::io::Error>("t")
            }
        });
        let client = client(KNOWN, &Script::vault("t1", RESOURCE), credential);
        let error = client.get("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        client.get("k").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_hangs_ends_with_the_time_of_the_call_and_nothing_was_sent() {
    let credential = CallbackCredential::new(|_| pending::<Result<String, std::io::Error>>());
    let script = Script::vault("t1", RESOURCE);
    let client = client(KNOWN, &script, credential);
    let call = client.create("k", &json!({})).with_timeout(Duration::from_secs(7));
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!error.may_have_been_sent());
    assert!(script.clock().elapsed() < Duration::from_millis(7010));
    assert!(script.seen().iter().all(|seen| seen.body.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_would_break_the_header_is_not_sent_and_not_shown() {
    for (scheme, token) in [
        ("Bearer", "canary\r\nx-evil: 1"),
        ("Bearer", "canary\0"),
        ("Bearer", "canary canary"),
        ("Bearer", "canäry"),
        ("Bearer", ""),
        ("Bearer\r\nx-evil:", "canary"),
        ("", "canary"),
    ] {
        let credential =
            CallbackCredential::new(
                move |_| async move { Ok::<_, std::io::Error>((scheme, token)) },
            );
        let script = Script::vault("t1", RESOURCE);
        let error = client(KNOWN, &script, credential).get("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{token:?}");
        let shown = format!("{error} {error:?} {:?}", error.explain());
        assert!(!shown.contains("can") || !shown.contains("ry"), "{shown}");
        assert_eq!(script.count(), 1, "only the question is sent");
    }
}

#[tokio::test(start_paused = true)]
async fn a_challenge_for_somebody_elses_resource_never_reaches_the_callback() {
    for resource in ["https://evil.example", "https://graph.microsoft.com", "https://net"] {
        let script = Script::vault("t1", resource);
        let (credential, calls) = naming();
        let error = client(KNOWN, &script, &credential).get("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(calls.load(Ordering::SeqCst), 0, "{resource}");
    }
}

#[test]
fn what_a_callback_made_is_not_printed() {
    let token = azvault_core::credentials::CallbackToken::from(("pop", "canary"));
    assert!(!format!("{token:?}").contains("canary"));
    let canary = "canary".to_owned();
    let callback = CallbackCredential::new(move |_| {
        let canary = canary.clone();
        async move { Ok::<_, std::io::Error>(canary) }
    });
    assert!(!format!("{callback:?} {:?}", Credential::from(callback.clone())).contains("canary"));
}
