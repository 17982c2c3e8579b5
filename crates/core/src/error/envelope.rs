//! The error envelope of Key Vault and ARM answers, decoded into owned text.

use serde::Deserialize;

/// `{"error": {"code", "message", "innererror": {…}}}` of the services, or
/// `{"error": "code", "error_description": "message"}` of token endpoints (RFC 6749, 5.2); every
/// part may be missing.
#[derive(Debug, Default, Deserialize)]
struct Envelope {
    error: Option<Outer>,
    error_description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Outer {
    Code(String),
    Node(Node),
}

#[derive(Debug, Default, Deserialize)]
struct Node {
    code: Option<String>,
    message: Option<String>,
    #[serde(alias = "innerError")]
    innererror: Option<Box<Node>>,
}

/// What an error body says, outermost code first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) codes: Vec<String>,
    pub(super) message: Option<String>,
}

impl Decoded {
    /// Reads `body`; a body that is no envelope (HTML from a proxy, `OK`, nothing) gives nothing.
    pub(super) fn from_body(body: &[u8]) -> Self {
        let envelope: Envelope = serde_json::from_slice(body).unwrap_or_default();
        let mut decoded = Self::default();
        let mut node = match envelope.error {
            Some(Outer::Code(code)) => Some(Node {
                code: Some(code),
                message: envelope.error_description,
                innererror: None,
            }),
            Some(Outer::Node(node)) => Some(node),
            None => None,
        };
        while let Some(current) = node {
            decoded.codes.extend(current.code);
            decoded.message = decoded.message.or(current.message);
            node = current.innererror.map(|inner| *inner);
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
}
