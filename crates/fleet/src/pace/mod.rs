//! Keeps what is sent to Resource Manager within its published limits.
#![expect(
    elided_lifetimes_in_paths,
    reason = "azure_core's Policy elides Context's lifetime, and async_trait wants the same spelling"
)]

mod bucket;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use azure_core::http::{
    Context, Method, Request, StatusCode,
    headers::{HeaderName, Headers},
    policies::{Policy, PolicyResult},
};
use azvault_core::time::Clock;

use self::bucket::{Bucket, Charge};

/// The limits of one subscription. A policy of each attempt, so that retries count, too.
#[derive(Debug)]
pub(crate) struct Pace {
    clock: Arc<dyn Clock>,
    reads: Mutex<Bucket>,
    writes: Mutex<Bucket>,
    deletes: Mutex<Bucket>,
}

impl Pace {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let full = |charge| Mutex::new(Bucket::new(charge, clock.elapsed()));
        let (reads, writes) = (full(Charge::Read), full(Charge::Write));
        Self { reads, writes, deletes: full(Charge::Delete), clock }
    }

    fn bucket(&self, charge: Charge) -> MutexGuard<'_, Bucket> {
        let bucket = match charge {
            Charge::Read => &self.reads,
            Charge::Write => &self.writes,
            Charge::Delete => &self.deletes,
        };
        bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, charge: Charge) {
        let wait = self.bucket(charge).take(self.clock.elapsed());
        if wait.is_zero() {
            return;
        }
        let mut place = Place { pace: self, charge, used: false };
        self.clock.sleep(wait).await;
        place.used = true;
    }

    fn learn(&self, charge: Charge, status: StatusCode, headers: &Headers) {
        let (here, tenant) = match charge {
            Charge::Read => (READS, TENANT_READS),
            Charge::Write => (WRITES, TENANT_WRITES),
            Charge::Delete => (DELETES, TENANT_DELETES),
        };
        let named = |name: HeaderName| {
            let mut headers = headers.iter();
            let (_, value) = headers.find(|(header, _)| **header == name)?;
            value.as_str().trim().parse::<f64>().ok()
        };
        let refused = (status == StatusCode::TooManyRequests).then_some(0.0);
        let left = [refused, named(here), named(tenant)].into_iter().flatten();
        if let Some(left) = left.reduce(f64::min) {
            self.bucket(charge).told(left.max(0.0), self.clock.elapsed());
        }
    }
}

const READS: HeaderName = HeaderName::from_static("x-ms-ratelimit-remaining-subscription-reads");
const WRITES: HeaderName = HeaderName::from_static("x-ms-ratelimit-remaining-subscription-writes");
const DELETES: HeaderName =
    HeaderName::from_static("x-ms-ratelimit-remaining-subscription-deletes");
const TENANT_READS: HeaderName = HeaderName::from_static("x-ms-ratelimit-remaining-tenant-reads");
const TENANT_WRITES: HeaderName = HeaderName::from_static("x-ms-ratelimit-remaining-tenant-writes");
const TENANT_DELETES: HeaderName =
    HeaderName::from_static("x-ms-ratelimit-remaining-tenant-deletes");

/// A place in the queue, which is given back if whoever waits gives up.
struct Place<'a> {
    pace: &'a Pace,
    charge: Charge,
    used: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.used {
            self.pace.bucket(self.charge).give_back();
        }
    }
}

#[async_trait]
impl Policy for Pace {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let charge = match request.method() {
            Method::Get | Method::Head => Charge::Read,
            Method::Delete => Charge::Delete,
            _ => Charge::Write,
        };
        self.pass(charge).await;
        let Some((first, rest)) = next.split_first() else {
            return Err(azure_core::Error::with_message(
                azure_core::error::ErrorKind::Other,
                "the last policy must send the request",
            ));
        };
        let answer = first.send(ctx, request, rest).await?;
        self.learn(charge, answer.status(), answer.headers());
        Ok(answer)
    }
}
