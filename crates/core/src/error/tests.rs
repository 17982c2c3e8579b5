use azure_core::http::headers::Headers;

use super::*;

fn response(status: StatusCode, body: &str) -> RawResponse {
    let mut headers = Headers::new();
    headers.insert("x-ms-request-id", "req-1");
    RawResponse::from_bytes(status, headers, body.to_owned())
}

#[test]
fn a_conflict_with_a_deleted_object_is_explained() {
    let error = Error::from_response(&response(
        StatusCode::Conflict,
        r#"{"error":{"code":"Conflict","message":"Key k is currently in a deleted but recoverable state.","innererror":{"code":"ObjectIsDeletedButRecoverable"}}}"#,
    ))
    .with_operation("create_key");
    assert_eq!(error.kind(), ErrorKind::SoftDeleted);
    assert_eq!(error.code(), Some("Conflict"));
    assert_eq!(error.inner_code(), Some("ObjectIsDeletedButRecoverable"));
    assert_eq!(error.request_id(), Some("req-1"));
    assert!(error.explain().unwrap().contains("recover"));
    assert_eq!(
        error.to_string(),
        "create_key failed: 409 Conflict/ObjectIsDeletedButRecoverable: \
         Key k is currently in a deleted but recoverable state."
    );
}

#[test]
fn line_breaks_of_the_service_do_not_break_the_line() {
    let error = Error::from_response(&response(
        StatusCode::Forbidden,
        r#"{"error":{"code":"Forbidden","message":"Not authorized.\r\nAction: 'x'\r\n"}}"#,
    ));
    assert_eq!(error.to_string(), "403 Forbidden: Not authorized. | Action: 'x'");
}

#[test]
fn nothing_that_a_server_says_breaks_a_line_of_a_log_or_colours_it() {
    let error = Error::from_response(&response(
        StatusCode::Conflict,
        r#"{"error":{"code":"a\nb","message":"\u001b[31mred\rover","innererror":{"code":"c\u0000d"}}}"#,
    ));
    assert_eq!(error.to_string(), "409 a b/c d:  [31mred over");
}

#[test]
fn display_does_not_repeat_the_source() {
    let error =
        Error::new(ErrorKind::Transport, "the connection broke").with_source("reset by peer");
    assert_eq!(error.to_string(), "the connection broke");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "reset by peer");
}

#[test]
fn what_main_prints_has_the_way_out() {
    let error = Error::new(ErrorKind::Throttled, "slow down");
    assert!(format!("{error:?}").contains("send fewer requests"), "{error:?}");
}

#[test]
fn a_broken_connection_is_told_once_with_its_cause() {
    use crate::transport::{TransportError, TransportErrorKind};
    let refused = TransportError::new(TransportErrorKind::Connect, Some("refused".into()));
    let error = Error::from_azure(refused.into_azure());
    assert_eq!(error.to_string(), "no connection could be made");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "refused");
    assert!(error.explain().is_some());
}

#[test]
fn our_own_error_passes_through_azure_core_unchanged() {
    let ours = Error::invalid_input("name").with_operation("get_key");
    let back = Error::from_azure(ours.into_azure());
    assert_eq!(back.kind(), ErrorKind::InvalidInput);
    assert_eq!(back.to_string(), "get_key failed: name");
}
