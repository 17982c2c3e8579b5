//! What can be asked of the journal.

use std::time::Duration;

use azvault_emulator::{Emulator, JournalFilter, Service};
use serde_json::json;

use crate::{arm::Arm, support::Vault};

#[tokio::test]
async fn a_request_is_told_by_operation_vault_caller_and_time() {
    let vault = Vault::new().await;
    let me = vault.emulator.default_principal();
    vault.emulator.clock().of_vault("kv").advance(Duration::from_secs(86_400));
    let url = format!("{}/secrets/s?api-version=7.6", vault.base);
    let headers = [("user-agent", "probe/1"), ("x-ms-client-request-id", "id-1")];
    vault.send_to("PUT", &url, r#"{"value":"canary"}"#, &headers).await.ok().to_string();
    let request = vault.emulator.journal().operation("setsecret").last().unwrap();
    assert_eq!((request.order(), request.status(), request.error_code()), (0, Some(200), None));
    assert_eq!((request.service(), request.vault().as_deref()), (Service::Vault, Some("kv")));
    assert_eq!((request.oid(), request.appid()), (Some(me.oid()), Some(me.appid())));
    assert_eq!(
        (request.user_agent(), request.client_request_id()),
        (Some("probe/1"), Some("id-1"))
    );
    assert_eq!((request.api_version().as_deref(), request.fault()), (Some("7.6"), None));
    let ahead = request.vault_time() - request.at();
    assert!((86_300..=86_400).contains(&ahead.whole_seconds()), "{ahead}");
    let told = serde_json::to_string(&request).unwrap();
    assert!(!told.contains("canary") && !told.contains(vault.token.as_ref().unwrap()), "{told}");
}

#[tokio::test]
async fn a_challenge_has_no_caller_and_a_refusal_its_code() {
    let mut vault = Vault::new().await;
    vault.get("/keys/none").await.status();
    vault.token = None;
    vault.get("/keys/none").await.status();
    let journal = vault.emulator.journal();
    assert_eq!(journal[0].error_code(), Some("KeyNotFound"));
    assert_eq!((journal[1].oid(), journal[1].error_code()), (None, Some("Unauthorized")));
    assert_eq!(journal.error_code("KeyNotFound").count(), 1);
    assert_eq!(journal.status(401).of_vault("kv").count(), 1);
}

#[tokio::test]
async fn filters_go_together() {
    let arm = Arm::new().await;
    let data = arm.open_vault("kv-1", json!({})).await;
    data.set("s", json!({"value": "v"})).await.to_string();
    let emulator = arm.emulator();
    let order = emulator.faults().next(1).vault("kv-1").status(503);
    data.get("/secrets/s").await.status();
    let journal = emulator.journal();
    assert_eq!(journal.of_vault("kv-1").count(), 3);
    assert_eq!(journal.of_vault("kv-1").service(Service::Arm).count(), 1);
    assert_eq!(journal.operation("Vaults_CreateOrUpdate").with_method("put").count(), 1);
    assert_eq!(journal.struck_by(order.id()).count(), 1);
    assert_eq!(journal.struck().last().unwrap().fault(), Some((order.id(), "status")));
    assert_eq!(
        journal.by_principal(emulator.default_principal().oid()).count(),
        3,
        "one was struck before"
    );
    assert_eq!(journal.path_contains("/secrets").host_contains("KV-1.vault").count(), 2);
    let filter: JournalFilter =
        serde_json::from_str(r#"{"vault": "kv-1", "struck": false}"#).unwrap();
    assert_eq!(journal.matching(filter).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_nth_request_is_waited_for() {
    let vault = Vault::new().await;
    let gets = vault.emulator.journal().operation("GetKeys").answered();
    vault.emulator.faults().next(2).delay(Duration::from_secs(5));
    let sends = async {
        vault.get("/keys").await.status();
        vault.get("/keys").await.status();
    };
    let (seen, ()) = tokio::join!(gets.wait_for(2, Duration::from_secs(60)), sends);
    assert_eq!(seen.unwrap().len(), 2);
    let error = gets.wait_for(3, Duration::from_secs(60)).await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.starts_with("expected at least 3 within 60s requests with"), "{source}");
    assert!(source.contains("* #1 GET kv.vault.localhost:8443/keys 200, GetKeys"), "{source}");
}

#[tokio::test]
async fn an_assertion_tells_what_came_instead() {
    let vault = Vault::new().await;
    vault.get("/keys").await.status();
    vault.emulator.journal().operation("GetKeys").assert_count(1);
    vault.emulator.journal().operation("GetKeys").assert_at_least(1);
    let asked = vault.emulator.journal().operation("GetSecrets");
    let panic = std::panic::catch_unwind(|| asked.assert_at_least(1)).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(
        text.contains(r#"expected at least 1 requests with {"operation":"GetSecrets"}, found 0"#),
        "{text}"
    );
    assert!(text.contains("GetKeys"), "{text}");
}

#[tokio::test]
async fn what_is_to_come_is_told_apart_from_what_was() {
    let vault = Vault::new().await;
    vault.get("/keys").await.status();
    let later = vault.emulator.journal().from_now_on();
    later.assert_none();
    vault.emulator.clear_journal();
    vault.get("/keys").await.status();
    later.assert_count(1);
    assert_eq!(later.last().unwrap().order(), 1, "numbers are not used twice");
}

#[tokio::test]
async fn the_journal_keeps_ten_thousand_requests_and_cuts_long_ones() {
    let emulator = Emulator::in_memory();
    let vault = Vault::at(
        emulator,
        "https://kv.vault.localhost:8443".to_owned(),
        "https://vault.azure.net/.default",
    )
    .await;
    let long = format!("/keys?api-version=7.6&x={}", "y".repeat(10_000));
    let url = format!("{}{long}", vault.base);
    vault.send_to("GET", &url, "", &[]).await.status();
    assert_eq!(vault.emulator.journal()[0].path_and_query().len(), 4096);
    for _ in 0..10_000 {
        vault.get("/x").await.status();
    }
    let journal = vault.emulator.journal();
    assert_eq!(
        (journal.len(), journal[0].order(), journal[9_999].status()),
        (10_000, 1, Some(404))
    );
}
