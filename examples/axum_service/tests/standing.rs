//! What an operator reads where something has to be mended, and what goes on meanwhile.

use std::time::Duration;

use reqwest::StatusCode;

use super::{Running, spawn};
use crate::user::Placed;

impl Running {
    /// Who has a token is served; nobody gets one.
    async fn sees_orders_and_places_none(&self, placed: &Placed) {
        assert_eq!(self.see(placed).await, StatusCode::OK);
        assert!(self.user.order("milk").await.unwrap().0.is_server_error());
        assert_eq!(self.user.get("/readyz", None).await.unwrap().0, StatusCode::OK);
        assert_eq!(self.user.keys().await.unwrap(), 1);
    }
}

#[tokio::test]
async fn of_a_deleted_key_it_says_so_and_verifies_on_until_it_is_recovered() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let keys = &running.place.keys;
    let deletion = keys.begin_delete_key("tokens").await.unwrap();
    running.until_it_says("signing_key", "deleted: recover it").await;
    running.sees_orders_and_places_none(&placed).await;

    running.pass(Duration::from_secs(60));
    deletion.wait().await.unwrap();
    running.until_it_says("signing_key", "deleted: recover it").await;
    let recovery = keys.begin_recover_deleted_key("tokens").await.unwrap();
    running.pass(Duration::from_secs(60));
    recovery.wait().await.unwrap();
    running.until_it_says("signing_key", "usable").await;
    running.placed().await;
    assert_eq!(running.see(&placed).await, StatusCode::OK);
}

#[tokio::test]
async fn a_purged_key_is_not_said_to_be_recoverable() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let keys = &running.place.keys;
    let deletion = keys.begin_delete_key("tokens").await.unwrap();
    running.pass(Duration::from_secs(60));
    deletion.wait().await.unwrap();
    keys.purge_deleted_key("tokens").await.unwrap();
    running.until_it_says("signing_key", "not found").await;
    running.sees_orders_and_places_none(&placed).await;
}

#[tokio::test]
async fn of_a_disabled_key_it_says_so_until_it_is_enabled() {
    let running = Running::start().await;
    let keys = &running.place.keys;
    let latest = keys.get_key("tokens").await.unwrap();
    let version = latest.properties().version().unwrap();
    let update = || keys.update_key_properties("tokens").version(version);
    update().enabled(false).await.unwrap();
    running.until_it_says("signing_key", "disabled: enable it").await;
    assert!(running.user.order("milk").await.unwrap().0.is_server_error());
    update().enabled(true).await.unwrap();
    running.until_it_says("signing_key", "usable").await;
    running.placed().await;
}

#[tokio::test]
async fn beside_a_version_of_another_kind_the_others_are_judged_on() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let keys = &running.place.keys;
    let first = keys.get_key("tokens").await.unwrap();
    keys.create_rsa_key("tokens").await.unwrap();
    running.until_it_says("signing_key", "not usable: its latest version is not on").await;
    running.sees_orders_and_places_none(&placed).await;
    // Withdrawn, it is believed no more.
    let version = first.properties().version().unwrap();
    keys.update_key_properties("tokens").version(version).enabled(false).await.unwrap();
    running.until_keys_are(0).await;
    assert_eq!(running.see(&placed).await, StatusCode::UNAUTHORIZED);

    // Where one that is fit comes after it, the service starts, too.
    keys.create_ec_key("tokens").await.unwrap();
    running.until_it_says("signing_key", "usable").await;
    running.placed().await;
    running.place.service().await.unwrap();
}

#[tokio::test]
async fn a_password_that_lets_nobody_in_is_said_to_be_refused() {
    let running = Running::start().await;
    running.database().set_password("nobody told the vault");
    running.database().end_sessions();
    let ready = spawn({
        let user = running.user.clone();
        async move { user.http.get(format!("{}/readyz", user.base)).send().await.unwrap() }
    });
    // More than it has patience for.
    let ready = running.answered_in(400, ready).await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.headers()["retry-after"], "5");
    let said = ready.text().await.unwrap();
    assert!(said.contains(r#""password":"refused"#), "{said}");
    assert!(said.contains(r#""signing_key":"usable""#), "{said}");
}

#[tokio::test]
async fn of_a_permission_that_is_gone_it_says_which() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let refuse = |method: &str, path: &str, code: &str| {
        running.emulator().faults().always().on(method, path).refuse_as(403, code, "not for you")
    };
    let refused = refuse("GET", "/keys/tokens", "ForbiddenByPolicy");
    running.until_it_says("signing_key", "forbidden: the service lacks a permission").await;
    assert_eq!(running.see(&placed).await, StatusCode::OK);
    running.placed().await; // to sign is another permission
    refused.cancel();
    running.until_it_says("signing_key", "usable").await;

    let refused = refuse("GET", "/keys/tokens", "ForbiddenByFirewall");
    running.until_it_says("signing_key", "forbidden: the vault's firewall").await;
    refused.cancel();
    running.until_it_says("signing_key", "usable").await;

    let refused = refuse("POST", "/sign", "ForbiddenByRbac");
    running.sees_orders_and_places_none(&placed).await;
    running.until_it_says("signing_key", "forbidden: the service may read it, but not sign").await;
    refused.cancel();
    running.placed().await;
    running.until_it_says("signing_key", "usable").await;
}

#[tokio::test]
async fn of_a_deleted_password_it_says_so_and_serves_on_by_the_one_it_has() {
    let running = Running::start().await;
    let placed = running.placed().await;
    let secrets = &running.place.secrets;
    let deletion = secrets.begin_delete_secret("db-password").await.unwrap();
    running.until_it_says("password", "deleted: recover it").await;
    running.database().end_sessions();
    assert_eq!(running.see(&placed).await, StatusCode::OK);
    running.placed().await;

    running.pass(Duration::from_secs(60));
    deletion.wait().await.unwrap();
    let recovery = secrets.begin_recover_deleted_secret("db-password").await.unwrap();
    running.pass(Duration::from_secs(60));
    recovery.wait().await.unwrap();
    running.until_it_says("password", "usable").await;
}

#[tokio::test]
async fn of_a_password_that_the_database_refuses_it_says_so_until_it_is_taken() {
    let running = Running::start().await;
    running.set_secret("a better password").await;
    running.until_it_says("password", "refused").await;
    running.placed().await; // by the old one
    running.database().set_password("a better password");
    running.database().end_sessions();
    running.placed().await;
    running.until_it_says("password", "usable").await;
}

#[tokio::test]
async fn orders_that_cannot_be_signed_do_not_each_have_the_vault_searched() {
    let running = Running::start().await;
    let deletion = running.place.keys.begin_delete_key("tokens").await.unwrap();
    running.pass(Duration::from_secs(60));
    deletion.wait().await.unwrap();
    running.until_it_says("signing_key", "deleted: recover it").await;
    running.emulator().clear_journal();
    for _ in 0..20 {
        assert!(running.user.order("milk").await.unwrap().0.is_server_error());
    }
    assert_eq!(running.asked("/sign"), 20);
    // Once for all of them, and once for the look that came with the time that passed.
    assert!(running.asked("/deletedkeys/tokens") <= 2);
}

#[tokio::test]
async fn a_version_that_is_withdrawn_between_two_looks_fails_no_order() {
    let running = Running::start().await;
    let keys = &running.place.keys;
    let first = keys.get_key("tokens").await.unwrap();
    keys.rotate_key("tokens").await.unwrap();
    let version = first.properties().version().unwrap();
    keys.update_key_properties("tokens").version(version).enabled(false).await.unwrap();
    running.placed().await;
}
