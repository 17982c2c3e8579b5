//! The error envelope of Key Vault and ARM answers, decoded into owned text.

use serde_json::Value;

/// What an error body says, outermost code first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) codes: Vec<String>,
    pub(super) message: Option<String>,
}

impl Decoded {
    /// Reads `body`: `{"error": {"code", "message", "innererror": {…}}}` of the services, the same
    /// without its envelope as some gateways send it, or
    /// `{"error": "code", "error_description": "message"}` of token endpoints (RFC 6749, 5.2).
    ///
    /// Every part may be missing or of another type, and costs only itself; a body that is none of
    /// these (HTML from a proxy, `OK`, nothing) gives nothing.
    pub(super) fn from_body(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(ToOwned::to_owned);
        let error = body.get("error");
        if let Some(code) = text(error) {
            return Self { codes: vec![code], message: text(body.get("error_description")) };
        }
        let mut decoded = Self::default();
        let mut node = error.or(Some(&body));
        while let Some(current) = node.filter(|node| node.is_object()) {
            decoded.codes.extend(text(current.get("code")));
            decoded.message = decoded.message.or_else(|| text(current.get("message")));
            node = current.get("innererror").or_else(|| current.get("innerError"));
        }
        decoded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_in_the_message_does_not_lose_the_code() {
        let decoded = Decoded::from_body(
            br#"{"error":{"code":"Forbidden","message":"Caller.\r\nAction: \"x\"","innererror":{"code":"ForbiddenByRbac"}}}"#,
        );
        assert_eq!(decoded.codes, ["Forbidden", "ForbiddenByRbac"]);
        assert_eq!(decoded.message.as_deref(), Some("Caller.\r\nAction: \"x\""));
    }

    #[test]
    fn a_token_endpoints_refusal_is_read_too() {
        let decoded = Decoded::from_body(
            br#"{"error":"invalid_client","error_description":"AADSTS7000215: \"x\"","error_codes":[7000215]}"#,
        );
        assert_eq!(decoded.codes, ["invalid_client"]);
        assert_eq!(decoded.message.as_deref(), Some("AADSTS7000215: \"x\""));
    }

    #[test]
    fn a_body_that_is_no_envelope_gives_nothing() {
        for body in [&b""[..], b"OK", b"<html>", b"[]", b"{\"error\":null}"] {
            assert_eq!(Decoded::from_body(body), Decoded::default());
        }
    }

    #[test]
    fn a_part_of_another_type_costs_only_itself() {
        for body in [
            r#"{"error":{"code":"Conflict","message":7,"innererror":{"code":"Inner"}}}"#,
            r#"{"error":{"code":"Conflict","message":["a"],"innerError":{"code":"Inner"}}}"#,
            r#"{"code":"Conflict","innererror":{"code":"Inner","innererror":"x"}}"#,
        ] {
            let decoded = Decoded::from_body(body.as_bytes());
            assert_eq!(
                (&decoded.codes[..], decoded.message),
                (&["Conflict".into(), "Inner".into()][..], None)
            );
        }
    }

    #[test]
    fn a_body_of_any_depth_is_read_without_running_out_of_stack() {
        let deep = format!("{}1{}", r#"{"error":"#.repeat(100_000), "}".repeat(100_000));
        assert_eq!(Decoded::from_body(deep.as_bytes()), Decoded::default());
    }
}
