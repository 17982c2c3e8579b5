//! The vaults' time, read and moved: of all of them, or of one.

use std::time::Duration;

use http::Method;
use serde::{Deserialize, Serialize};
use time::{Duration as Span, OffsetDateTime};

use super::{refusal::Refusal, shown};
use crate::{
    clock::{Clock, VaultClock, representable},
    host,
    message::{Request, Response},
    router::Router,
};

/// What a change says; in this order, what it says is done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Of one vault: to go by the common time again.
    follow: Option<bool>,
    frozen: Option<bool>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    now: Option<OffsetDateTime>,
    advance_seconds: Option<u64>,
    rewind_seconds: Option<u64>,
    /// Of all: whether tokens are dated by this time, too.
    tokens_follow: Option<bool>,
}

#[derive(Serialize)]
struct Shown {
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    frozen: bool,
    tokens_follow: bool,
    /// Those with a time of their own.
    vaults: Vec<ShownVault>,
}

#[derive(Serialize)]
struct ShownVault {
    vault: String,
    #[serde(with = "time::serde::rfc3339")]
    now: OffsetDateTime,
    frozen: bool,
    /// Whether it has a time of its own.
    own: bool,
}

impl Shown {
    fn of(clock: &Clock) -> Self {
        Self {
            now: clock.now(),
            frozen: clock.is_frozen(),
            tokens_follow: clock.carries_tokens(),
            vaults: clock.own_clocks().iter().map(ShownVault::of).collect(),
        }
    }
}

impl ShownVault {
    fn of(clock: &VaultClock) -> Self {
        Self {
            vault: clock.name().to_owned(),
            now: clock.now(),
            frozen: clock.is_frozen(),
            own: clock.is_own(),
        }
    }
}

/// The verbs that both kinds of clock have.
macro_rules! apply {
    ($clock:expr, $change:expr) => {
        match $change.frozen {
            Some(true) => $clock.freeze(),
            Some(false) => $clock.unfreeze(),
            None => {}
        }
        if let Some(now) = $change.now {
            $clock.set(now);
        }
        if let Some(seconds) = $change.advance_seconds {
            $clock.advance(Duration::from_secs(seconds));
        }
        if let Some(seconds) = $change.rewind_seconds {
            $clock.rewind(Duration::from_secs(seconds));
        }
    };
}

/// The time of all vaults without one of their own.
pub(super) async fn answer(router: &Router, request: &Request) -> Result<Response, Refusal> {
    let clock = &router.clock;
    super::only(request, &[Method::GET, Method::HEAD, Method::PUT])?;
    if request.method == Method::PUT {
        let change: Change = super::body(request)?;
        if change.is_empty() {
            return Err(nothing());
        }
        if change.follow.is_some() {
            return Err(Refusal::bad("'follow' is of one vault: PUT /admin/clock/{vault}."));
        }
        change.check(clock.now())?;
        apply!(clock, change);
        if let Some(on) = change.tokens_follow {
            clock.carry_tokens(on);
        }
        router.written().await.map_err(|error| Refusal::not_written(&error))?;
    }
    Ok(shown(&Shown::of(clock)))
}

/// The time of one vault.
pub(super) async fn of_vault(
    router: &Router,
    vault: &str,
    request: &Request,
) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD, Method::PUT, Method::DELETE])?;
    if !host::is_vault_name(vault) {
        return Err(Refusal::bad(
            "That is no name of a vault or managed HSM, whose clock it could be: it has letters, digits and hyphens, and is \
             no host.",
        ));
    }
    let clock = router.clock.of_vault(vault);
    if request.method == Method::DELETE {
        clock.follow();
    } else if request.method == Method::PUT {
        let change: Change = super::body(request)?;
        if change.is_empty() {
            return Err(nothing());
        }
        if change.tokens_follow.is_some() {
            return Err(Refusal::bad("'tokens_follow' is of all vaults: PUT /admin/clock."));
        }
        change.check(if change.follow == Some(true) { router.clock.now() } else { clock.now() })?;
        if change.follow == Some(true) {
            clock.follow();
        }
        apply!(clock, change);
    }
    if request.method == Method::DELETE || request.method == Method::PUT {
        router.written().await.map_err(|error| Refusal::not_written(&error))?;
    }
    Ok(shown(&ShownVault::of(&clock)))
}

impl Change {
    fn is_empty(&self) -> bool {
        let Self { follow, frozen, now, advance_seconds, rewind_seconds, tokens_follow } = self;
        (follow, frozen, now) == (&None, &None, &None)
            && (advance_seconds, rewind_seconds, tokens_follow) == (&None, &None, &None)
    }

    /// Refuses what would lead out of the calendar, where the clock would stay where it is.
    fn check(&self, now: OffsetDateTime) -> Result<(), Refusal> {
        let by = |seconds: Option<u64>| i64::try_from(seconds.unwrap_or(0)).ok().map(Span::seconds);
        representable(self.now.unwrap_or(now))
            .and_then(|time| representable(time.checked_add(by(self.advance_seconds)?)?))
            .and_then(|time| representable(time.checked_sub(by(self.rewind_seconds)?)?))
            .map(|_| ())
            .ok_or_else(|| Refusal::bad("The clock goes from the year 0 to the year 9999, in UTC."))
    }
}

fn nothing() -> Refusal {
    Refusal::bad(
        "Say what to do: 'frozen' (true, false), 'now' (a time as of RFC 3339), 'advance_seconds' or 'rewind_seconds' (a \
         number), 'tokens_follow' (of all vaults), 'follow' (of one).",
    )
}
