//! What a scripted transport does with one request.

use std::time::Duration;

use azure_core::http::StatusCode;
use azvault_core::transport::TransportErrorKind;
use bytes::Bytes;
use serde_json::{Value, json};

/// One answer, or the lack of one.
#[derive(Clone, Debug)]
#[must_use]
pub struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) delay: Duration,
    pub(crate) body_delay: Duration,
    pub(crate) failure: Option<TransportErrorKind>,
    pub(crate) hangs: bool,
}

impl Answer {
    /// An answer with `status` and this body.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status: status.into(),
            headers: vec![("x-ms-request-id".to_owned(), "req-7".to_owned())],
            body: body.into(),
            delay: Duration::ZERO,
            body_delay: Duration::ZERO,
            failure: None,
            hangs: false,
        }
    }

    /// A successful answer with a model.
    pub fn ok(model: &Value) -> Self {
        Self::new(200, model.to_string())
    }

    /// The model that tests use where its content does not matter.
    pub fn fine() -> Self {
        Self::ok(&json!({"id": "fine"}))
    }

    /// The service's error envelope.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::new(status, json!({"error": {"code": code, "message": message}}).to_string())
    }

    /// A bare status, as gateways answer.
    pub fn status(status: u16) -> Self {
        Self::new(status, "")
    }

    /// The vault's 401 that asks for a token for `resource` of `tenant`.
    pub fn challenge(tenant: &str, resource: &str) -> Self {
        Self::status(401).header(
            "www-authenticate",
            &format!(
                r#"Bearer authorization="https://login.example/{tenant}", resource="{resource}""#
            ),
        )
    }

    /// The vault's 401 that asks for a token with `claims`, given in base64.
    pub fn claims(claims: &str) -> Self {
        Self::status(401).header(
            "www-authenticate",
            &format!(
                r#"Bearer authorization="https://login.example/t1", resource="https://vault.azure.net", error="insufficient_claims", claims="{claims}""#
            ),
        )
    }

    /// One page of a list.
    pub fn page(items: &[u32], next: Option<&str>) -> Self {
        Self::ok(&json!({"value": items, "nextLink": next}))
    }

    /// A token endpoint's success.
    pub fn token(token: &str) -> Self {
        Self::ok(&json!({"access_token": token, "expires_in": 3600, "token_type": "Bearer"}))
    }

    /// No answer, for that reason.
    pub fn broken(kind: TransportErrorKind) -> Self {
        Self { failure: Some(kind), ..Self::status(200) }
    }

    /// Silence.
    pub fn hang() -> Self {
        Self { hangs: true, ..Self::status(200) }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Comes only after `delay`.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The body comes only `delay` after the headers.
    pub fn body_after(mut self, delay: Duration) -> Self {
        self.body_delay = delay;
        self
    }
}
