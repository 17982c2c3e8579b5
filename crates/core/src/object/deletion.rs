//! When an object was deleted, until when it can be recovered, and by what id.

use serde::Deserialize;
use time::OffsetDateTime;

use super::attributes::time;
use crate::{Error, ResourceId};

/// What is known of a deletion.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireDeletion")]
#[non_exhaustive]
pub struct Deletion {
    /// The id of the deleted object.
    pub recovery_id: Option<ResourceId>,
    /// When it was deleted.
    pub deleted_on: Option<OffsetDateTime>,
    /// When the service will purge it, unless it is recovered or purged before.
    pub scheduled_purge_on: Option<OffsetDateTime>,
}

/// A deletion on the wire, beside the members of the object.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireDeletion {
    recovery_id: Option<String>,
    deleted_date: Option<i64>,
    scheduled_purge_date: Option<i64>,
}

impl TryFrom<WireDeletion> for Deletion {
    type Error = String;

    fn try_from(wire: WireDeletion) -> Result<Self, String> {
        let recovery_id = wire.recovery_id.map(|id| id.parse()).transpose();
        Ok(Self {
            recovery_id: recovery_id.map_err(|error: Error| error.to_string())?,
            deleted_on: time(wire.deleted_date),
            scheduled_purge_on: time(wire.scheduled_purge_date),
        })
    }
}
