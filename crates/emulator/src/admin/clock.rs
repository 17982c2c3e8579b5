//! The vaults' time, read and moved.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{refusal::Refusal, shown};
use crate::{
    clock::Clock,
    message::{Request, Response},
};

/// What a change says; in this order, what it says is done.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    frozen: Option<bool>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    now: Option<OffsetDateTime>,
    advance_seconds: Option<u64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    frozen: bool,
}

pub(super) fn answer(clock: &Clock, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD, Method::PUT])?;
    if request.method == Method::PUT {
        change(clock, super::body(request)?)?;
    }
    Ok(shown(&Shown { now: clock.now(), frozen: clock.is_frozen() }))
}

fn change(clock: &Clock, change: Change) -> Result<(), Refusal> {
    let Change { frozen, now, advance_seconds } = change;
    if (frozen, now, advance_seconds) == (None, None, None) {
        return Err(Refusal::bad(
            "Say what to do: 'frozen' (true, false), 'now' (a time as of RFC 3339), 'advanceSeconds' (a number).",
        ));
    }
    match frozen {
        Some(true) => clock.freeze(),
        Some(false) => clock.unfreeze(),
        None => {}
    }
    if let Some(now) = now {
        clock.set(now);
    }
    if let Some(seconds) = advance_seconds {
        clock.advance(Duration::from_secs(seconds));
    }
    Ok(())
}
