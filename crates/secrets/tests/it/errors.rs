//! Answers that are broken, and faults on the way.

use std::time::Duration;

use azvault_secrets::ErrorKind;

use crate::support::Vault;

#[tokio::test]
async fn an_unknown_secret_is_not_found_with_the_services_code() {
    let vault = Vault::new();
    let error = vault.client.get_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.code(), Some("SecretNotFound"));
    assert!(error.request_id().is_some());
    assert!(error.to_string().starts_with("get_secret failed: 404 SecretNotFound: "), "{error}");
    assert!(error.explain().unwrap().contains("list_secret_properties()"));
}

#[tokio::test]
async fn an_answer_that_is_no_secret_is_an_error_with_status_and_request_id() {
    let vault = Vault::new();
    vault.client.set_secret("first", "v").await.unwrap();
    let bodies = [
        ("<html>welcome to the hotel</html>", "not JSON"),
        (r#"{"value":"v","id":"#, "breaks off"),
        ("[]", "not of the form expected"),
        (r#"{"value":"v","id":"https://evil.example/x"}"#, "not of the form"),
        (r#"{"id":"https://my-vault.vault.azure.net/secrets/s"}"#, "not of the form"),
        ("", "breaks off"),
    ];
    for (body, says) in bodies {
        let headers = [("x-ms-request-id", "req-1"), ("content-type", "application/json")];
        vault.emulator.faults().next(1).on("GET", "/secrets/s").respond(200, &headers, body);
        let error = vault.client.get_secret("s").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
        assert_eq!(error.status().map(u16::from), Some(200));
        assert_eq!(error.request_id(), Some("req-1"));
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_value_is_sent_to_nobody_before_there_is_a_token() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v".repeat(20_000)).await.unwrap();
    for request in vault.emulator.journal() {
        let has_value = request.body_len() > 10_000;
        assert_eq!(has_value, request.has_authorization(), "{request:?}");
    }
    assert_eq!(vault.emulator.journal().iter().filter(|r| r.body_len() > 10_000).count(), 1);
}

#[tokio::test(start_paused = true)]
async fn reading_is_repeated_after_transient_failures() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    vault.emulator.faults().next(2).on("GET", "/secrets/s").status(503);
    vault.client.get_secret("s").await.unwrap();
    vault.emulator.faults().next(1).on("GET", "/secrets/s").disconnect();
    vault.client.get_secret("s").await.unwrap();
    assert_eq!(vault.requests("GET", "/secrets/s"), 5);
}

#[tokio::test(start_paused = true)]
async fn setting_is_not_repeated_when_it_may_have_been_done() {
    let vault = Vault::new();
    vault.client.set_secret("first", "v").await.unwrap();
    vault.emulator.faults().next(1).on("PUT", "/secrets/s").disconnect_after_processing();
    let error = vault.client.set_secret("s", "v").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.may_have_been_sent());
    assert_eq!(error.attempts(), 1);
    assert_eq!(vault.requests("PUT", "/secrets/s"), 1);
    let versions = vault.client.list_secret_properties_versions("s").try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn setting_is_repeated_when_the_vault_throttles() {
    let vault = Vault::new();
    vault.client.set_secret("first", "v").await.unwrap();
    let faults = vault.emulator.faults();
    faults.next(2).on("PUT", "/secrets/s").throttle_with_retry_after(Duration::from_secs(3));
    vault.client.set_secret("s", "v").await.unwrap();
    assert_eq!(vault.requests("PUT", "/secrets/s"), 3);
    let versions = vault.client.list_secret_properties_versions("s").try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn updating_is_repeated_even_when_it_may_have_been_done() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    vault.emulator.faults().next(1).on("PATCH", "/secrets/s").disconnect_after_processing();
    let updated = vault.client.update_secret_properties("s").content_type("t").await.unwrap();
    assert_eq!(updated.content_type(), Some("t"));
    assert_eq!(vault.requests("PATCH", "/secrets/s"), 2);
}
