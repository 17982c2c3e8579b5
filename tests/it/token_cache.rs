//! One cache of tokens for all clients of a credential.

use std::{sync::Arc, time::Duration};

use azure_core::credentials::TokenCredential;
use azvault_core::{Credential, ErrorKind};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use futures::future::join_all;

#[tokio::test(start_paused = true)]
async fn clients_of_one_credential_share_its_tokens() {
    let (script, clerk) = (Script::always(Answer::fine()), Clerk::rotating());
    for _ in 0..3 {
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        client.get("k").await.unwrap();
        // Kept, so that the cache lives on.
        std::mem::forget(client);
    }
    let handle: Credential = (clerk.clone() as Arc<dyn TokenCredential>).into();
    let builder = ProbeClient::builder(KNOWN, &script, &clerk).credential(&handle);
    builder.build().unwrap().get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (4, 1));
}

#[tokio::test(start_paused = true)]
async fn different_identities_never_share_a_token() {
    for _ in 0..200 {
        // Made and dropped in turn, so that addresses are used again.
        let script = Script::always(Answer::fine());
        for name in ["ann", "bob"] {
            let clerk = Clerk::by(move |_| Grant::token(name));
            let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
            client.get("k").await.unwrap();
            assert_eq!(script.seen().last().unwrap().token(), Some(name));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_audience_has_a_token_of_its_own() {
    let clerk = Clerk::by(|asked| Grant::token(asked.scope.clone()));
    let known = Script::always(Answer::fine());
    let local = Script::vault("t1", "https://vault.example:8443");
    let first = ProbeClient::builder(KNOWN, &known, &clerk).build().unwrap();
    let second = ProbeClient::builder(LOCAL, &local, &clerk).build().unwrap();
    for _ in 0..2 {
        first.get("k").await.unwrap();
        second.get("k").await.unwrap();
    }
    assert_eq!(clerk.count(), 2);
    assert_eq!(known.seen()[1].token(), Some("https://vault.azure.net/.default"));
    assert_eq!(local.seen()[2].token(), Some("https://vault.example:8443/.default"));
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_fetched_once_for_all_callers() {
    let script = Script::always(Answer::fine().after(Duration::from_millis(5)));
    let clerk = Clerk::by(|asked| {
        Grant::token(format!("token-{}", asked.n)).after(Duration::from_millis(50))
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    script.clock().sleep(Duration::from_secs(3600)).await;
    for result in join_all((0..100).map(|_| client.get("k").send())).await {
        result.unwrap();
    }
    assert_eq!(clerk.count(), 2);
    assert!(script.seen()[1..].iter().all(|seen| seen.token() == Some("token-1")));
}

#[tokio::test(start_paused = true)]
async fn a_token_about_to_end_is_not_sent_any_more() {
    let (script, clerk) = (Script::always(Answer::fine()), Clerk::rotating());
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    script.clock().sleep(Duration::from_secs(3580)).await;
    client.get("k").await.unwrap();
    assert_eq!(script.seen()[1].token(), Some("token-1"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_strands_nobody_who_waits_for_the_same_token() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|_| Grant::token("t").after(Duration::from_secs(1)));
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let mut leader = Box::pin(client.get("a").send());
    assert!(futures::poll!(&mut leader).is_pending());
    let mut follower = Box::pin(client.get("b").send());
    assert!(futures::poll!(&mut follower).is_pending());
    drop(leader);
    follower.await.unwrap();
    assert_eq!((script.count(), clerk.count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_everybody_gave_up_is_begun_anew() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|asked| match asked.n {
        0 => Grant::silence(),
        _ => Grant::token("t"),
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let mut call = Box::pin(client.get("k").send());
    assert!(futures::poll!(&mut call).is_pending());
    drop(call);
    client.get("k").await.unwrap();
    assert_eq!(clerk.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_panics_once_fails_one_caller_and_is_asked_again_by_the_others() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|asked| match asked.n {
        0 => Grant::panic().after(Duration::from_millis(5)),
        _ => Grant::token("t"),
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let results = join_all((0..10).map(|_| client.get("k").send())).await;
    let failed: Vec<_> = results.into_iter().filter_map(Result::err).collect();
    assert_eq!((failed.len(), failed[0].kind()), (1, ErrorKind::Authentication));
    assert!(failed[0].to_string().contains("the credential panicked"), "{}", failed[0]);
    assert_eq!((script.count(), clerk.count()), (9, 2));
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_always_panics_fails_all_callers_and_is_asked_twice() {
    let clerk = Clerk::by(|_| Grant::panic().after(Duration::from_millis(5)));
    let script = Script::always(Answer::fine());
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    for result in join_all((0..10).map(|_| client.get("k").send())).await {
        let error = result.unwrap_err();
        assert!(error.to_string().contains("the credential panicked"), "{error}");
    }
    assert_eq!((script.count(), clerk.count()), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_failure_reaches_all_waiters_and_is_not_kept() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|asked| match asked.n {
        0 => Grant::failure("AADSTS7").after(Duration::from_millis(5)),
        _ => Grant::token("t"),
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    for result in join_all((0..10).map(|_| client.get("k").send())).await {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Authentication, 1));
        assert!(!error.may_have_been_sent());
        assert!(format!("{error:?}").contains("AADSTS7"), "{error:?}");
    }
    assert_eq!(clerk.count(), 1);
    client.get("k").await.unwrap();
    assert_eq!(clerk.count(), 2);
}
