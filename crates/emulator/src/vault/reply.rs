//! What an operation answers when it succeeds, in the member order of the kind of vault.

use std::collections::BTreeMap;

use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::ServiceError;
use crate::{host::VaultKind, message::Response};

/// As long as most answers are, in bytes: shorter ones would be moved as they grow.
const USUAL: usize = 768;

/// A successful answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// 200 with this JSON.
    Json(Vec<u8>),
    /// 204: no body and no content type.
    NoContent,
    /// JSON with a status and headers of its own.
    Other { status: StatusCode, headers: Vec<(HeaderName, HeaderValue)>, body: Vec<u8> },
}

impl Reply {
    pub(crate) fn json(kind: VaultKind, body: &impl Serialize) -> Result<Self, ServiceError> {
        serialize(kind, body)
            .map(Self::Json)
            .map_err(|_| ServiceError::internal("The answer could not be written as JSON."))
    }

    /// The same answer with this status.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        let (_, headers, body) = self.into_parts();
        Self::Other { status, headers, body }
    }

    /// The same answer with this header; a value that is none is left out.
    pub(crate) fn with_header(self, name: HeaderName, value: &str) -> Self {
        let (status, mut headers, body) = self.into_parts();
        headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
        Self::Other { status, headers, body }
    }

    fn into_parts(self) -> (StatusCode, Vec<(HeaderName, HeaderValue)>, Vec<u8>) {
        match self {
            Self::Json(body) => (StatusCode::OK, Vec::new(), body),
            Self::NoContent => (StatusCode::NO_CONTENT, Vec::new(), Vec::new()),
            Self::Other { status, headers, body } => (status, headers, body),
        }
    }

    pub(super) fn into_response(self) -> Response {
        match self {
            Self::Json(body) => Response::new(body.into()),
            Self::NoContent => {
                let mut response = Response::default();
                *response.status_mut() = StatusCode::NO_CONTENT;
                response
            }
            Self::Other { status, headers, body } => {
                let mut response = Response::new(body.into());
                *response.status_mut() = status;
                response.headers_mut().extend(headers);
                response
            }
        }
    }
}

/// A vault writes members in the order of the structs; a managed HSM in alphabetical order.
pub(super) fn serialize(kind: VaultKind, body: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    match kind {
        VaultKind::Vault => {
            let mut json = Vec::with_capacity(USUAL);
            serde_json::to_writer(&mut json, body)?;
            Ok(json)
        }
        VaultKind::ManagedHsm => serde_json::to_vec(&Sorted::from(serde_json::to_value(body)?)),
    }
}

/// JSON with sorted members, whatever map serde_json was built with.
#[derive(Serialize)]
#[serde(untagged)]
enum Sorted {
    Object(BTreeMap<String, Sorted>),
    Array(Vec<Sorted>),
    Leaf(Value),
}

impl From<Value> for Sorted {
    fn from(value: Value) -> Self {
        match value {
            Value::Object(members) => Self::Object(
                members.into_iter().map(|(name, value)| (name, value.into())).collect(),
            ),
            Value::Array(values) => Self::Array(values.into_iter().map(Self::from).collect()),
            leaf => Self::Leaf(leaf),
        }
    }
}
