//! Answers that are broken, and faults on the way.

use azvault_keys::ErrorKind;

use crate::support::Vault;

#[tokio::test]
async fn an_unknown_key_is_not_found_with_the_services_code() {
    let vault = Vault::new();
    let error = vault.client.get_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.code(), Some("KeyNotFound"));
    assert!(error.request_id().is_some());
    assert!(error.to_string().starts_with("get_key failed: 404 KeyNotFound: "), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_an_error_with_status_and_request_id() {
    let vault = Vault::new();
    vault.client.create_ec_key("first").await.unwrap();
    let bodies = [
        ("<html>welcome to the hotel</html>", "not JSON"),
        ("{\"key\":{\"kid\":", "breaks off"),
        ("[]", "not of the form expected"),
        ("{\"key\":{\"kid\":\"https://evil.example/x\",\"kty\":\"EC\"}}", "not of the form"),
        ("", "breaks off"),
    ];
    for (body, says) in bodies {
        let headers = [("x-ms-request-id", "req-1"), ("content-type", "application/json")];
        vault.emulator.faults().next(1).on("GET", "/keys/k").respond(200, &headers, body);
        let error = vault.client.get_key("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{body}");
        assert_eq!(error.status().map(u16::from), Some(200));
        assert_eq!(error.request_id(), Some("req-1"));
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_portal_in_the_place_of_a_vault_is_told_and_gets_no_token() {
    let vault = Vault::new();
    vault.emulator.faults().next(9).respond(200, &[], "<html>welcome to the hotel</html>");
    let error = vault.client.get_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(error.status().map(u16::from), Some(200));
    assert!(error.to_string().contains("portal"), "{error}");
    assert!(vault.emulator.journal().iter().all(|r| !r.has_authorization()));
}

#[tokio::test(start_paused = true)]
async fn reading_is_repeated_after_transient_failures() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    vault.emulator.faults().next(2).on("GET", "/keys/k").status(503);
    vault.client.get_key("k").await.unwrap();
    vault.emulator.faults().next(1).on("GET", "/keys/k").disconnect();
    vault.client.get_key("k").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn creating_is_not_repeated_when_it_may_have_been_done() {
    let vault = Vault::new();
    vault.client.create_ec_key("first").await.unwrap();
    vault.emulator.faults().next(1).on("POST", "/keys/k").disconnect_after_processing();
    let error = vault.client.create_ec_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.may_have_been_sent());
    assert_eq!(error.attempts(), 1);
    let versions = vault.client.list_key_properties_versions("k").try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn creating_is_repeated_when_the_vault_throttles() {
    let vault = Vault::new();
    vault.client.create_ec_key("first").await.unwrap();
    vault.emulator.faults().next(2).on("POST", "/keys/k").status(429);
    vault.client.create_ec_key("k").await.unwrap();
    let versions = vault.client.list_key_properties_versions("k").try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
}
