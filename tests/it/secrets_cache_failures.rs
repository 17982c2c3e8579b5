//! The cache of secrets when the service fails, refuses, or has no such secret.

use std::time::Duration;

use azvault::ErrorKind;
use azvault_core::transport::TransportErrorKind;
use azvault_tests::Answer;
use futures::{StreamExt, poll};

use crate::secrets_cache::{SECOND, Vault, text, value};

#[tokio::test(start_paused = true)]
async fn an_outage_is_bridged_by_what_was_read_and_no_longer_than_was_said() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.replies(|_, _| Answer::broken(TransportErrorKind::Connect));
    // Fresh for 100 s, and kept for 60 s more, whether or not anybody asks.
    for second in 0..160 {
        assert_eq!(value(&cache, "s").await, "value-1", "after {second} s");
        vault.pass(SECOND).await;
    }
    let error = cache.get_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    // A try every three seconds of the last sixty, and the last get's own.
    assert!((18..=24).contains(&vault.count()), "{} requests", vault.count());
    assert_eq!(cache.counters().stale_served, 60);
    assert_eq!(cache.counters().errors + 1, vault.count() as u64);
    vault.is_well();
    assert_eq!(value(&cache, "s").await, "value-1");
}

#[tokio::test(start_paused = true)]
async fn a_pause_between_tries_does_not_outlast_the_bound() {
    let vault = Vault::new();
    let cache = vault.terms().error_pause(SECOND * 100).build();
    cache.get_secret("s").await.unwrap();
    vault.replies(|_, _| Answer::status(503));
    vault.pass(SECOND * 120).await;
    for _ in 0..5 {
        assert_eq!(value(&cache, "s").await, "value-1");
    }
    assert_eq!(vault.count(), 2, "it pauses");
    vault.pass(SECOND * 45).await;
    assert_eq!(cache.get_secret("s").await.unwrap_err().kind(), ErrorKind::Service);
}

#[tokio::test(start_paused = true)]
async fn each_kind_of_outage_is_bridged_and_no_answer_about_the_secret_is() {
    for (answer, bridged) in [
        (Answer::broken(TransportErrorKind::Connect), true),
        (Answer::status(503), true),
        (Answer::status(429), true),
        (Answer::new(200, "<html>a portal</html>"), true),
        (Answer::error(403, "Forbidden", "disabled"), false),
        (Answer::error(403, "ForbiddenByRbac", "no role any more"), false),
        (Answer::error(403, "ForbiddenByFirewall", "another address"), false),
        (Answer::error(404, "SecretNotFound", "deleted"), false),
        (Answer::error(400, "BadParameter", "no"), false),
    ] {
        let vault = Vault::new();
        let cache = vault.cache();
        cache.get_secret("s").await.unwrap();
        let shown = format!("{answer:?}");
        vault.replies(move |_, _| answer.clone());
        vault.pass(SECOND * 120).await;
        assert_eq!(cache.get_secret("s").await.is_ok(), bridged, "{shown}");
        // What was refused once is not given later either.
        vault.replies(|_, _| Answer::broken(TransportErrorKind::Connect));
        vault.pass(SECOND * 6).await;
        assert_eq!(cache.get_secret("s").await.is_ok(), bridged, "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_long_for_a_slow_service_where_there_is_an_older_value() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.replies(|_, _| Answer::hang());
    vault.pass(SECOND * 115).await;
    let begun = vault.script.clock().elapsed();
    assert_eq!(value(&cache, "s").await, "value-1");
    assert_eq!(vault.script.clock().elapsed() - begun, SECOND * 5);
    // For the pause after that, nobody waits at all.
    assert_eq!(value(&cache, "s").await, "value-1");
    assert_eq!(vault.script.clock().elapsed() - begun, SECOND * 5);
    assert_eq!(vault.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_was_asked_for_is_not_answered_by_an_older_value() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.replies(|_, _| Answer::status(503));
    assert_eq!(cache.refresh_now("s").await.unwrap_err().kind(), ErrorKind::Service);
    // The outage says nothing of the value that is kept.
    assert_eq!(text(&cache.try_get("s").unwrap()), "value-1");
    vault.is_well();
    vault.rotate();
    assert_eq!(text(&cache.refresh_now("s").await.unwrap()), "value-2");
    assert_eq!(text(&cache.try_get("s").unwrap()), "value-2");
}

#[tokio::test(start_paused = true)]
async fn that_there_is_no_such_secret_is_remembered_for_its_own_time() {
    let vault = Vault::new();
    let cache = vault.cache();
    vault.replies(|_, _| Answer::error(404, "SecretNotFound", "there is no such secret"));
    for _ in 0..20 {
        let error = cache.get_secret("s").await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, Some("SecretNotFound")));
        assert!(error.explain().unwrap().contains("list_secret_properties"), "{error}");
    }
    assert_eq!((vault.count(), cache.counters().negative_hits), (1, 19));
    assert_eq!(cache.counters().errors, 0);
    vault.is_well();
    vault.pass(Duration::from_millis(4_999)).await;
    assert!(cache.get_secret("s").await.is_err());
    vault.pass(Duration::from_millis(1)).await;
    assert_eq!(value(&cache, "s").await, "value-1");
}

#[tokio::test(start_paused = true)]
async fn absences_are_not_remembered_where_that_is_not_wanted() {
    let vault = Vault::new();
    let cache = vault.terms().negative_ttl(Duration::ZERO).build();
    vault.replies(|_, _| Answer::error(404, "SecretNotFound", "there is no such secret"));
    for n in 1..4 {
        assert!(cache.get_secret("s").await.is_err());
        assert_eq!(vault.count(), n);
    }
}

#[tokio::test(start_paused = true)]
async fn other_failures_are_not_remembered() {
    let vault = Vault::new();
    let cache = vault.cache();
    vault.replies(|_, _| Answer::status(503));
    assert!(cache.get_secret("s").await.is_err());
    vault.is_well();
    assert_eq!(value(&cache, "s").await, "value-1");
    assert_eq!(cache.get_secret("no name").await.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test(start_paused = true)]
async fn a_watch_goes_on_after_an_error_and_is_silent_through_an_outage() {
    let vault = Vault::new();
    let cache = vault.cache();
    let mut watch = cache.watch("s", SECOND * 30);
    watch.next().await.unwrap().unwrap();
    vault.replies(|_, _| Answer::status(503));
    let mut next = Box::pin(watch.next());
    assert!(poll!(&mut next).is_pending());
    vault.pass(SECOND * 31).await;
    assert!(poll!(&mut next).is_pending(), "what is kept stands in");
    vault.replies(|_, _| Answer::error(404, "SecretNotFound", "deleted"));
    assert_eq!(next.await.unwrap().unwrap_err().kind(), ErrorKind::NotFound);
    vault.is_well();
    vault.rotate();
    assert_eq!(text(&watch.next().await.unwrap().unwrap()), "value-2");
}
