//! Operations on a connection, asked after at the connection itself: `&kv-operation=…`, as recorded.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    super::super::{Context, error::ArmError, operations, reply::Reply},
    ChangeKind, Connection,
};

const CODE: &str = "privateEndpointConnections/";

/// What a link of an operation holds; clients must not look.
#[derive(Serialize, Deserialize)]
pub(super) struct Pending {
    code: String,
    #[serde(rename = "st")]
    started: String,
    etag: String,
}

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

impl Pending {
    pub(super) fn new(verb: &str, now: OffsetDateTime, etag: String) -> Self {
        let started = now.format(&Rfc3339).unwrap_or_default();
        Self { code: format!("{CODE}{verb}"), started, etag }
    }

    pub(super) fn parse(token: &str) -> Result<Self, ArmError> {
        URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .ok_or_else(|| ArmError::operation_not_found(token))
    }

    pub(super) fn link(&self, context: &Context<'_>, path: &str) -> String {
        let token = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default());
        format!("{}&kv-operation={token}", operations::url(context, path))
    }

    /// How it goes with the connection, `None` when that is gone.
    pub(super) fn poll(
        &self,
        context: &Context<'_>,
        path: &str,
        connection: Option<&Connection>,
    ) -> Result<Reply, ArmError> {
        let runs = connection.and_then(|connection| connection.change).map(|change| change.kind);
        if self.code == format!("{CODE}delete") {
            return Ok(match runs {
                Some(ChangeKind::Deleting) => Reply::accepted(self.link(context, path)),
                _ => Reply::empty(StatusCode::NO_CONTENT),
            }
            .by_provider());
        }
        let status = match (connection, runs) {
            (None, _) => "Canceled",
            (_, Some(ChangeKind::Updating)) => "InProgress",
            _ => "Succeeded",
        };
        Ok(Reply::json(StatusCode::OK, &Status { status })?.by_provider())
    }
}
