//! Long-running operations: what their `Location` answers while they run and when they are done.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, macros::format_description};
use uuid::Uuid;

use super::{Context, error::ArmError, names::HsmId, reply::Reply};
use crate::clock::after;

/// Between year 1, where the service's ticks begin, and 1970.
const SECONDS_TO_1970: i64 = 62_135_596_800;

/// And whatever is not ASCII: groups have letters of all scripts, headers have not.
const ESCAPED: &AsciiSet = &CONTROLS.add(b' ');

/// An operation that takes until `done` by the emulator's clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Operation {
    subscription: String,
    #[serde(with = "crate::moment")]
    created: OffsetDateTime,
    #[serde(with = "crate::moment")]
    done: OffsetDateTime,
    /// The managed HSM that it gives when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) result: Option<HsmId>,
    /// The vault or managed HSM by whose clock it is done, in lower case; `None`: by that of all.
    pub(super) vault: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    created_date_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_action_date_time: Option<String>,
    status: &'static str,
}

impl Operation {
    /// An operation and the token that it is asked for by.
    pub(super) fn new(subscription: &str, now: OffsetDateTime, lag: Duration) -> (String, Self) {
        let ticks = (now.unix_timestamp() + SECONDS_TO_1970) * 10_000_000;
        let token = URL_SAFE_NO_PAD.encode(format!("UT|{ticks:020}|{:X}", Uuid::new_v4().simple()));
        let (subscription, done) = (subscription.to_owned(), after(now, lag));
        (token, Self { subscription, created: now, done, result: None, vault: None })
    }

    /// An operation on a managed HSM, whose token is a GUID.
    pub(super) fn on_hsm(
        subscription: &str,
        now: OffsetDateTime,
        done: OffsetDateTime,
        result: Option<HsmId>,
    ) -> (String, Self) {
        let subscription = subscription.to_owned();
        (Uuid::new_v4().to_string(), Self { subscription, created: now, done, result, vault: None })
    }

    /// The same, done by the clock of that vault or managed HSM.
    pub(super) fn of_vault(self, key: String) -> Self {
        Self { vault: Some(key), ..self }
    }

    pub(super) fn runs(&self, now: OffsetDateTime) -> bool {
        self.done > now
    }

    pub(super) fn find(
        context: &Context<'_>,
        subscription: &str,
        token: &str,
    ) -> Result<Self, ArmError> {
        context
            .state()
            .operation(token)
            .filter(|operation| operation.subscription == subscription)
            .cloned()
            .ok_or_else(|| ArmError::operation_not_found(token))
    }
}

/// The absolute URL of a path, for the api-version of the request.
pub(super) fn url(context: &Context<'_>, path: &str) -> String {
    let path = utf8_percent_encode(path, ESCAPED);
    format!("{}{path}?api-version={}", context.site.base, context.query.encoded_api_version())
}

/// A purge: tells `NotStarted` until it is done, as the service does.
pub(super) fn poll_vault(
    context: &Context<'_>,
    subscription: &str,
    token: &str,
    location: &str,
) -> Result<Reply, ArmError> {
    let operation = Operation::find(context, subscription, token)?;
    let running = operation.done > context.now;
    let status = Status {
        created_date_time: date_time(operation.created),
        last_action_date_time: (!running).then(|| date_time(operation.done.max(operation.created))),
        status: if running { "NotStarted" } else { "Succeeded" },
    };
    if !running {
        return Ok(Reply::json(StatusCode::OK, &status)?.by_provider());
    }
    let mut reply = Reply::json(StatusCode::ACCEPTED, &status)?;
    reply.headers =
        Reply::accepted(url(context, &vault_path(subscription, location, token))).headers;
    Ok(reply.by_provider())
}

/// Where a purge is asked after.
pub(super) fn vault_path(subscription: &str, location: &str, token: &str) -> String {
    format!(
        "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/operationResults/{token}"
    )
}

/// The deletion of a group: no body, running or done.
pub(super) fn poll_group(
    context: &Context<'_>,
    subscription: &str,
    token: &str,
) -> Result<Reply, ArmError> {
    let operation = Operation::find(context, subscription, token)?;
    if operation.done > context.now {
        return Ok(Reply::accepted(url(context, &group_path(subscription, token))));
    }
    Ok(Reply::empty(StatusCode::OK))
}

/// Where the deletion of a group is asked after.
pub(super) fn group_path(subscription: &str, token: &str) -> String {
    format!("/subscriptions/{subscription}/operationresults/{token}")
}

fn date_time(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z"))
        .unwrap_or_default()
}
