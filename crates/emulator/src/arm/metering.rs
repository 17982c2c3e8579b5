//! Resource Manager's rate limits, where they are on: buckets of each caller in each subscription.

use std::{collections::HashMap, sync::Mutex};

use http::Method;
use time::OffsetDateTime;

use super::error::ArmError;
use crate::{
    entra::Caller,
    limits::{Bucket, RateLimit, ResourceManagerLimits, ThrottleState},
    locks::lock,
    message::Request,
};

/// What a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Read,
    Write,
    Delete,
}

/// Whose buckets a request takes from: those of a subscription, or of the tenant where it names none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Scope {
    subscription: Option<String>,
    principal: String,
    kind: Kind,
}

/// What an answer tells of the limit that its request counted against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remaining {
    pub(super) header: &'static str,
    pub(super) tokens: u32,
}

/// The buckets there are; each comes into being with its first request.
#[derive(Debug, Default)]
pub(super) struct Meter {
    buckets: Mutex<HashMap<Scope, Bucket>>,
}

impl Kind {
    fn of(method: &Method) -> Self {
        match *method {
            Method::GET | Method::HEAD => Self::Read,
            Method::DELETE => Self::Delete,
            _ => Self::Write,
        }
    }

    fn limit(self, limits: &ResourceManagerLimits) -> RateLimit {
        match self {
            Self::Read => limits.reads,
            Self::Write => limits.writes,
            Self::Delete => limits.deletes,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }
}

impl Scope {
    fn of(request: &Request, caller: &Caller) -> Self {
        let mut segments = request.path.split('/').filter(|segment| !segment.is_empty());
        let subscription = segments
            .next()
            .filter(|first| first.eq_ignore_ascii_case("subscriptions"))
            .and_then(|_| segments.next())
            .map(str::to_ascii_lowercase);
        Self { subscription, principal: caller.oid.clone(), kind: Kind::of(&request.method) }
    }

    fn header(&self) -> &'static str {
        match (&self.subscription, self.kind) {
            (Some(_), kind) => subscription_header(kind),
            (None, Kind::Read) => "x-ms-ratelimit-remaining-tenant-reads",
            (None, Kind::Write) => "x-ms-ratelimit-remaining-tenant-writes",
            (None, Kind::Delete) => "x-ms-ratelimit-remaining-tenant-deletes",
        }
    }
}

fn subscription_header(kind: Kind) -> &'static str {
    match kind {
        Kind::Read => "x-ms-ratelimit-remaining-subscription-reads",
        Kind::Write => "x-ms-ratelimit-remaining-subscription-writes",
        Kind::Delete => "x-ms-ratelimit-remaining-subscription-deletes",
    }
}

impl Remaining {
    /// What is told where no limit is on: the full number of a subscription's old limits by the hour, less one.
    pub(super) fn unlimited(method: &Method) -> Self {
        let kind = Kind::of(method);
        let tokens = match kind {
            Kind::Read => 11_999,
            Kind::Write => 1_199,
            Kind::Delete => 14_999,
        };
        Self { header: subscription_header(kind), tokens }
    }
}

impl Meter {
    /// Forgets what was counted.
    pub(super) fn clear(&self) {
        lock(&self.buckets).clear();
    }

    /// How full the buckets are that there are.
    pub(super) fn state(
        &self,
        limits: Option<&ResourceManagerLimits>,
        now: OffsetDateTime,
    ) -> Vec<ThrottleState> {
        let Some(limits) = limits else {
            return Vec::new();
        };
        let mut buckets = lock(&self.buckets);
        let state = buckets.iter_mut().map(|(Scope { subscription, principal, kind }, bucket)| {
            let subscription = subscription.as_deref().unwrap_or("tenant");
            let of = format!("{subscription}/{principal}");
            bucket.state(of, kind.noun(), kind.limit(limits), now)
        });
        let mut state: Vec<_> = state.collect();
        state.sort_by(|one, other| (&one.of, one.category).cmp(&(&other.of, other.category)));
        state
    }

    /// Counts a request; over the limit it is refused, and does not count.
    pub(super) fn count(
        &self,
        limits: Option<&ResourceManagerLimits>,
        request: &Request,
        caller: &Caller,
        now: OffsetDateTime,
    ) -> Result<Remaining, ArmError> {
        let Some(limits) = limits else {
            return Ok(Remaining::unlimited(&request.method));
        };
        let scope = Scope::of(request, caller);
        let limit = scope.kind.limit(limits);
        let (header, noun) = (scope.header(), scope.kind.noun());
        let mut buckets = lock(&self.buckets);
        let bucket = buckets.entry(scope.clone()).or_insert_with(|| Bucket::new(limit, now));
        match bucket.take(limit, 1, now) {
            Ok(tokens) => Ok(Remaining { header, tokens }),
            Err(wait) => Err(match &scope.subscription {
                Some(subscription) => ArmError::throttled(
                    "SubscriptionRequestsThrottled",
                    &format!("'{noun}' requests for subscription '{subscription}'"),
                    &scope.principal,
                    wait,
                ),
                None => ArmError::throttled(
                    "TenantRequestsThrottled",
                    &format!("'{noun}' requests for tenant '{}'", caller.tid),
                    &scope.principal,
                    wait,
                ),
            }),
        }
    }
}
