//! Starting, being asked, going without the vault, and stopping.

use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use reqwest::StatusCode;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tracing_subscriber::filter::LevelFilter;

use super::{Running, place, refusal, until};
use crate::{surroundings::FIRST_PASSWORD, user::User};

#[tokio::test]
async fn it_does_not_start_without_its_secret_its_key_or_a_login() {
    let (mut place, _clock) = place().await;
    place.config.signing_key = "another-key".into();
    let error = refusal(&place).await;
    assert!(error.contains("the key 'another-key'") && error.contains("not found"), "{error}");

    place.config.password_secret = "another-secret".into();
    let error = refusal(&place).await;
    assert!(error.contains("'another-secret'") && error.contains("not found"), "{error}");

    place.config.password_secret = "db-password".into();
    place.stand_in.as_ref().unwrap().set_password("a better password");
    let error = refusal(&place).await;
    assert!(error.contains("does not accept the password"), "{error}");
    assert!(!error.contains(FIRST_PASSWORD), "{error}");
}

#[tokio::test]
async fn it_does_not_start_with_a_key_of_another_curve() {
    let (mut place, _clock) = place().await;
    place.keys.create_rsa_key("rsa").await.unwrap();
    place.config.signing_key = "rsa".into();
    let error = refusal(&place).await;
    assert!(error.contains("not on the curve P-256"), "{error}");
}

#[tokio::test]
async fn while_the_vault_is_out_orders_are_seen_and_none_is_placed() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let outage = running.emulator().faults().always().vault("my-vault").status(503);
    running.database().end_sessions();
    running.until_it_says("signing_key", "unreachable").await;
    assert_eq!(running.see(&placed).await, StatusCode::OK);
    let (status, _) = running.user.order("milk").await.unwrap();
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);

    outage.cancel();
    running.placed().await;
    running.until_it_says("signing_key", "usable").await;
}

#[tokio::test]
async fn who_has_no_token_of_the_order_does_not_see_it() {
    let running = Running::start().await;
    let (placed, other) = (running.placed().await, running.placed().await);
    let see = async |token: Option<&str>| running.user.get(&placed.path, token).await.unwrap().0;
    assert_eq!(see(None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(see(Some("no token")).await, StatusCode::UNAUTHORIZED);
    let changed = placed.token.replacen('.', ".x", 1);
    assert_eq!(see(Some(&changed)).await, StatusCode::UNAUTHORIZED);
    assert_eq!(see(Some(&other.token)).await, StatusCode::FORBIDDEN);
    assert_eq!(see(Some(&placed.token)).await, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_order_is_refused_before_the_vault_is_asked() {
    let running = Running::start().await;
    running.emulator().clear_journal();
    for item in ["", "tea\0", &"t".repeat(201)] {
        let (status, _) = running.user.order(item).await.unwrap();
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(running.emulator().journal().iter().all(|request| !request.path().contains("/sign")));
}

#[tokio::test]
async fn no_cache_in_between_may_keep_a_token_or_an_order() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let User { http, base } = &*running.user;
    let order = http.post(format!("{base}/orders")).header("content-type", "application/json");
    let seen = http.get(format!("{base}{}", placed.path)).bearer_auth(&placed.token);
    for request in [order.body(r#"{"item":"tea","quantity":1}"#), seen] {
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success());
        assert_eq!(answer.headers()["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn told_to_stop_it_answers_what_is_under_way() {
    let mut running = Running::start().await;
    let placed = running.placed().await;
    running.database().set_password("a better password");
    running.database().end_sessions();
    let seen = running.see_without_password(placed).await;
    running.stop.take().unwrap().send(()).unwrap();
    running.set_secret("a better password").await;
    assert_eq!(running.answered(seen).await, StatusCode::OK);
    running.serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn told_to_stop_it_does_not_wait_for_good_for_the_end_of_a_request() {
    let mut running = Running::start().await;
    let address = running.user.base.strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost:").await.unwrap();
    // Another connection: that one is accepted by then.
    running.placed().await;
    running.stop.take().unwrap().send(()).unwrap();
    until(|| {
        running.pass(Duration::from_secs(1));
        running.serving.is_finished()
    })
    .await;
    drop(slow);
    running.serving.await.unwrap().unwrap();
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_password_and_no_token_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    // Of the other tests, too: they have the same passwords.
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let running = Running::start().await;
    let placed = running.placed().await;
    running.database().set_password("a better password");
    running.set_secret("a better password").await;
    running.database().end_sessions();
    assert_eq!(running.see(&placed).await, StatusCode::OK);
    running.emulator().faults().next(1).on("POST", "/sign").status(500);
    assert!(running.user.order("milk").await.unwrap().0.is_server_error());

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for told in ["password is another now", "cannot be issued", "/orders/{id}"] {
        assert!(log.contains(told), "{told}");
    }
    let signature = placed.token.rsplit('.').next().unwrap();
    for secret in [FIRST_PASSWORD, "a better password", signature] {
        assert!(!log.contains(secret), "{secret} is logged");
    }
}
