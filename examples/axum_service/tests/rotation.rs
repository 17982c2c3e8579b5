//! Passwords and keys that change while requests are under way.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::JoinHandle;

use super::{Running, serve, spawn, until};
use crate::user::Placed;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_under_way_do_not_fail_while_password_and_key_rotate() {
    let running = Running::start().await;
    let placed = Arc::new(running.placed().await);
    let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let users: Vec<_> = (0..4)
        .map(|_| {
            let (user, placed) = (running.user.clone(), placed.clone());
            let (done, answered) = (done.clone(), answered.clone());
            spawn(async move {
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(user.see(&placed).await.unwrap(), StatusCode::OK);
                    assert_eq!(user.order("coffee").await.unwrap().0, StatusCode::CREATED);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for round in 0..5 {
        let password = format!("password number {round}");
        running.database().set_password(&password);
        running.set_secret(&password).await;
        running.database().end_sessions();
        go_on(&answered, &users).await;
        running.place.keys.rotate_key(&running.place.config.signing_key).await.unwrap();
        running.until_keys_are(round + 2).await;
        go_on(&answered, &users).await;
    }
    done.store(true, Ordering::Relaxed);
    for user in users {
        user.await.unwrap();
    }
    assert!(answered.load(Ordering::Relaxed) >= 80);
}

/// Waits until each user was answered twice or so.
async fn go_on(answered: &AtomicUsize, users: &[JoinHandle<()>]) {
    let before = answered.load(Ordering::Relaxed);
    let go_on = || answered.load(Ordering::Relaxed) >= before + 8;
    until(|| go_on() || users.iter().any(JoinHandle::is_finished)).await;
}

#[tokio::test]
async fn a_password_that_the_database_has_first_is_waited_for() {
    let running = Running::start().await;
    let placed = running.placed().await;
    running.database().set_password("a better password");
    running.database().end_sessions();
    let seen = running.see_without_password(placed).await;
    assert!(!seen.is_finished());

    running.set_secret("a better password").await;
    assert_eq!(running.answered(seen).await, StatusCode::OK);
}

#[tokio::test]
async fn a_password_that_the_vault_has_first_is_used_once_the_database_takes_it() {
    let running = Running::start().await;
    let placed = running.placed().await;
    running.set_secret("a better password").await;
    let before = running.reads();
    for _ in 0..20 {
        running.pass(Duration::from_secs(60));
        assert_eq!(running.see(&placed).await, StatusCode::OK);
    }
    assert!(running.reads() > before, "the new version was not seen");
    running.database().set_password("a better password");
    running.database().end_sessions();
    assert_eq!(running.see(&placed).await, StatusCode::OK);
}

#[tokio::test]
async fn a_new_password_is_used_before_the_old_one_is_refused() {
    let running = Running::start().await;
    let placed = running.placed().await;
    running.database().set_password("a better password");
    running.set_secret("a better password").await;
    let logins = running.database().logins();
    // The watch sees the new version, and logs in by it; nobody has to be refused for that.
    for _ in 0..40 {
        if running.database().logins() == logins {
            running.pass(Duration::from_secs(60));
            assert_eq!(running.see(&placed).await, StatusCode::OK);
        }
    }
    // One for the start, one by the new password.
    assert_eq!(running.database().logins(), logins + 1);
}

#[tokio::test]
async fn another_library_verifies_the_tokens_of_both_versions_by_what_is_published() {
    let running = Running::start().await;
    let old = running.placed().await;
    running.place.keys.rotate_key(&running.place.config.signing_key).await.unwrap();
    running.until_keys_are(2).await;
    let new = running.placed().await;
    let (_, keys) = running.user.get("/.well-known/jwks.json", None).await.unwrap();
    let keys: JwkSet = serde_json::from_str(&keys).unwrap();
    let kid = |placed: &Placed| decode_header(&placed.token).unwrap().kid.unwrap();
    assert_ne!(kid(&old), kid(&new));
    for placed in [&old, &new] {
        let key = DecodingKey::from_jwk(keys.find(&kid(placed)).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&["https://orders.example"]);
        validation.set_issuer(&["https://orders.example"]);
        let token = decode::<Value>(&placed.token, &key, &validation).unwrap();
        assert_eq!(format!("/orders/{}", token.claims["sub"].as_str().unwrap()), placed.path);
    }
}

#[tokio::test]
async fn a_version_goes_once_its_last_token_has_expired() {
    let running = Running::start().await;
    let placed = running.placed().await;
    running.place.keys.rotate_key(&running.place.config.signing_key).await.unwrap();
    running.until_keys_are(2).await;
    assert_eq!(running.see(&placed).await, StatusCode::OK);
    running.pass(running.place.config.token_lifetime + Duration::from_secs(61));
    assert_eq!(running.see(&placed).await, StatusCode::UNAUTHORIZED);
    running.until_keys_are(1).await;
}

#[tokio::test]
async fn a_version_that_is_disabled_is_not_believed_any_more() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let key = &running.place.config.signing_key;
    let first = running.place.keys.get_key(key).await.unwrap();
    running.place.keys.rotate_key(key).await.unwrap();
    running.until_keys_are(2).await;
    let version = first.properties().version().unwrap();
    running.place.keys.update_key_properties(key).version(version).enabled(false).await.unwrap();
    running.until_keys_are(1).await;
    assert_eq!(running.see(&placed).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_latest_version_signs_and_is_believed_only_while_it_is_enabled() {
    let running = Running::start().await;
    let key = &running.place.config.signing_key;
    let older = running.placed().await;
    running.place.keys.rotate_key(key).await.unwrap();
    running.until_keys_are(2).await;
    let placed = running.placed().await;
    let latest = running.place.keys.get_key(key).await.unwrap();
    let version = latest.properties().version().unwrap();
    let enable = async |enabled: bool| {
        let update = running.place.keys.update_key_properties(key).version(version);
        update.enabled(enabled).await.unwrap();
    };
    enable(false).await;
    running.until_keys_are(1).await;
    assert_eq!(running.see(&placed).await, StatusCode::UNAUTHORIZED);
    assert_eq!(running.see(&older).await, StatusCode::OK);
    assert!(running.user.order("milk").await.unwrap().0.is_server_error());

    enable(true).await;
    running.until_keys_are(2).await;
    assert_eq!(running.see(&placed).await, StatusCode::OK);
    running.placed().await;
}

#[tokio::test]
async fn an_instance_that_has_not_looked_yet_believes_the_tokens_of_one_that_has() {
    let running = Running::start().await;
    running.place.keys.rotate_key(&running.place.config.signing_key).await.unwrap();
    // It reads the latest version as it starts.
    let (ahead, _stop, _serving) = serve(&running.place).await;
    let (_, placed) = ahead.order("tea").await.unwrap();
    assert_eq!(running.see(&placed).await, StatusCode::OK);
}
