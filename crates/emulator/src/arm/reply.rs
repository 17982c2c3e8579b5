//! What an operation of the management plane answers when it succeeds.

use http::{HeaderName, StatusCode, header};
use serde::Serialize;

use super::error::ArmError;

/// A successful answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// JSON, or nothing.
    pub(super) body: Vec<u8>,
    pub(super) headers: Vec<(HeaderName, String)>,
    /// Answered by the Key Vault provider, not by ARM itself.
    pub(super) provider: bool,
}

impl Reply {
    pub(super) fn empty(status: StatusCode) -> Self {
        Self { status, body: Vec::new(), headers: Vec::new(), provider: false }
    }

    pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Result<Self, ArmError> {
        let body = serde_json::to_vec(body).map_err(|_| ArmError::internal())?;
        Ok(Self { body, ..Self::empty(status) })
    }

    /// 202 with where to ask how it goes.
    pub(super) fn accepted(location: String) -> Self {
        let headers = vec![(header::LOCATION, location), (header::RETRY_AFTER, "1".to_owned())];
        Self { headers, ..Self::empty(StatusCode::ACCEPTED) }
    }

    pub(super) fn by_provider(self) -> Self {
        Self { provider: true, ..self }
    }
}
