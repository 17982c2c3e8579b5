//! Error answers: every one is an error of some kind, in words of its own, on one line.

use azure_core::http::{RawResponse, headers::Headers};
use azvault_core::{Error, ErrorKind};
use serde_json::Value;

/// Takes two bytes as a status and the rest as a body.
pub fn check(data: &[u8]) {
    let Some((status, body)) = data.split_at_checked(2) else { return };
    let status = 100 + (u16::from(status[0]) << 8 | u16::from(status[1])) % 500;
    let answer = RawResponse::from_bytes(status.into(), Headers::new(), body.to_vec());
    let error = Error::from_response(&answer);
    // What it says is its own: the answer is gone.
    drop(answer);
    assert_eq!(error.status().map(u16::from), Some(status));
    assert!(!error.may_have_been_sent() && error.attempts() == 0);
    let shown = format!("{error} {error:?} {:?}", error.explain());
    assert!(shown.len() <= 64 * body.len() + 4096, "{} of {}", shown.len(), body.len());
    // A code that is known says more than the status it comes with.
    match status {
        _ if error.code().is_some() => {}
        429 => assert_eq!(error.kind(), ErrorKind::Throttled),
        401 => assert_eq!(error.kind(), ErrorKind::Authentication),
        404 => assert_eq!(error.kind(), ErrorKind::NotFound),
        500.. => assert_eq!(error.kind(), ErrorKind::Service),
        _ => {}
    }
    // Written anew, so that no member is there twice.
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return };
    let Some((codes, message)) = said(&value) else { return };
    let anew = value.to_string().into_bytes();
    let error = Error::from_response(&RawResponse::from_bytes(409.into(), Headers::new(), anew));
    assert_eq!(error.code(), codes.first().map(String::as_str));
    let inner = codes.get(1..).and_then(|rest| rest.last());
    assert_eq!(error.inner_code(), inner.map(String::as_str));
    assert_eq!(error.message(), message.unwrap_or_default());
}

/// What an envelope whose parts have the documented types says, by another reading of it.
fn said(value: &Value) -> Option<(Vec<String>, Option<String>)> {
    let text = |value: &Value| match value {
        Value::Null => Some(None),
        Value::String(text) => Some(Some(text.clone())),
        _ => None,
    };
    text(value.get("error_description").unwrap_or(&Value::Null))?;
    let (mut codes, mut message) = (Vec::new(), None);
    let mut node = value.as_object()?.get("error")?;
    while !node.is_null() {
        let object = node.as_object()?;
        codes.extend(text(object.get("code").unwrap_or(&Value::Null))?);
        message = message.or(text(object.get("message").unwrap_or(&Value::Null))?);
        if object.contains_key("innererror") && object.contains_key("innerError") {
            return None;
        }
        node = object.get("innererror").or(object.get("innerError")).unwrap_or(&Value::Null);
    }
    Some((codes, message))
}
