//! How tests in Rust spell an order.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    Faults,
    fault::{Fault, FaultBody, Latency, RetryAfter},
    order::{FaultOrder, FaultShare},
    placed::Placed,
};
use crate::{locks::lock, operation::Service};

/// An order for a fault; [`status`](FaultBuilder::status), [`disconnect`](FaultBuilder::disconnect) and the like place it.
#[derive(Debug)]
#[must_use = "a fault is ordered by the method that names it, such as `status`"]
pub struct FaultBuilder {
    faults: Faults,
    order: FaultOrder,
}

/// An order that was placed. Dropping it leaves the order as it is.
///
/// ```
/// let emulator = azvault_emulator::Emulator::in_memory();
/// let order = emulator.faults().next(1).status(503);
/// order.cancel();
/// assert_eq!((order.struck(), emulator.faults().pending()), (0, 0));
/// ```
#[derive(Clone, Debug)]
pub struct FaultHandle {
    placed: Arc<Placed>,
}

impl FaultHandle {
    pub(super) fn new(placed: Arc<Placed>) -> Self {
        Self { placed }
    }

    /// The order's number, as [`Faults::list`] and the journal tell it.
    pub fn id(&self) -> u64 {
        self.placed.id
    }

    /// How many requests it struck.
    pub fn struck(&self) -> u64 {
        lock(&self.placed.progress).progress.struck
    }

    /// Whether it will not strike any more.
    pub fn is_done(&self) -> bool {
        self.placed.is_done()
    }

    /// Cancels it alone.
    pub fn cancel(&self) {
        lock(&self.placed.progress).cancelled = true;
    }
}

impl FaultBuilder {
    pub(super) fn new(faults: Faults, order: FaultOrder) -> Self {
        Self { faults, order }
    }

    /// Only requests with this method whose path contains `path`.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.order.on.method = Some(method.to_ascii_uppercase());
        self.order.on.path = Some(path.to_owned());
        self
    }

    /// Only requests whose host contains `host`, such as `.vault.` for the data plane.
    pub fn on_host(mut self, host: &str) -> Self {
        self.order.on.host = Some(host.to_ascii_lowercase());
        self
    }

    /// Only this operation, by its name in the REST specification, such as `SetSecret` or `Vaults_CreateOrUpdate`.
    pub fn operation(mut self, name: &str) -> Self {
        self.order.on.operation = Some(name.to_owned());
        self
    }

    /// Only requests to this service.
    pub fn service(mut self, service: Service) -> Self {
        self.order.on.service = Some(service);
        self
    }

    /// Only requests to the vault or managed HSM of this name, and those to Resource Manager that name it.
    pub fn vault(mut self, name: &str) -> Self {
        self.order.on.vault = Some(name.to_owned());
        self
    }

    /// Only requests of the caller with this `oid` or `appid`, once its token was found good.
    pub fn principal(mut self, id: &str) -> Self {
        self.order.on.principal = Some(id.to_owned());
        self
    }

    /// Strikes once the caller is known, instead of before: a request without a good token is challenged, and does not count.
    pub fn after_authentication(mut self) -> Self {
        self.order.after_authentication = true;
        self
    }

    /// Lets so many matching requests pass first.
    pub fn after(mut self, count: usize) -> Self {
        self.order.skip = u64::try_from(count).unwrap_or(u64::MAX);
        self
    }

    /// Strikes each `k`th matching request alone; 0 and 1 are all.
    pub fn every(mut self, k: u64) -> Self {
        self.order.every = k;
        self
    }

    /// Strikes this share of the matching requests, from 0 to 1, others are brought into that range; a seed always draws the same ones.
    pub fn share(mut self, probability: f64, seed: u64) -> Self {
        let probability = if probability.is_nan() { 0.0 } else { probability.clamp(0.0, 1.0) };
        self.order.share = Some(FaultShare { probability, seed });
        self
    }

    /// Waits so long, by tokio's clock, before the request is processed.
    pub fn delay_processing(mut self, latency: impl Into<Latency>) -> Self {
        self.order.processing_delay = Some(latency.into());
        self
    }

    /// Waits so long, by tokio's clock, between processing and the answer.
    pub fn delay_answer(mut self, latency: impl Into<Latency>) -> Self {
        self.order.answer_delay = Some(latency.into());
        self
    }

    /// Ends the connection after the answer: `Connection: close`, or `GOAWAY` in HTTP/2.
    pub fn close_connection(mut self) -> Self {
        self.order.close = true;
        self
    }

    /// What was ordered so far, with `fault`, as plain data; nothing is placed.
    ///
    /// ```
    /// use azvault_emulator::{Emulator, Fault};
    ///
    /// let order = Emulator::in_memory().faults().next(1).vault("kv").order(Fault::Twice);
    /// let expected = r#"{"on":{"vault":"kv"},"times":1,"skip":0,"every":0,"after_authentication":false,"close":false,"fault":{"kind":"twice"}}"#;
    /// assert_eq!(serde_json::to_string(&order)?, expected);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn order(mut self, fault: Fault) -> FaultOrder {
        self.order.fault = fault;
        self.order
    }

    /// Answers with this status and an error body of the service that is asked; a status outside 200 to 999 becomes 500.
    pub fn status(self, status: u16) -> FaultHandle {
        self.refuse(status, &[])
    }

    /// The same, with what each of these says about when to come back.
    ///
    /// ```
    /// use azvault_emulator::{Emulator, RetryAfter};
    ///
    /// let emulator = Emulator::in_memory();
    /// emulator.faults().next(1).refuse(503, &[RetryAfter::Date(30), RetryAfter::XMsMillis(1500)]);
    /// ```
    pub fn refuse(self, status: u16, retry_after: &[RetryAfter]) -> FaultHandle {
        let retry_after = retry_after.to_vec();
        self.place(Fault::Status { status: known(status), code: None, message: None, retry_after })
    }

    /// The same, with this code and text.
    pub fn refuse_as(self, status: u16, code: &str, message: &str) -> FaultHandle {
        self.place(Fault::Status {
            status: known(status),
            code: Some(code.to_owned()),
            message: Some(message.to_owned()),
            retry_after: Vec::new(),
        })
    }

    /// Answers 429 with `Retry-After` in whole seconds, rounded up, and `retry-after-ms` when `delay` is not whole.
    pub fn throttle_with_retry_after(self, delay: Duration) -> FaultHandle {
        let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        let up = i64::from(millis % 1000 != 0);
        let mut forms = vec![RetryAfter::Seconds(millis / 1000 + up)];
        if up > 0 {
            forms.push(RetryAfter::Millis(millis));
        }
        self.refuse(429, &forms)
    }

    /// Answers with exactly this; headers that HTTP does not allow are left out.
    pub fn respond(
        self,
        status: u16,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> FaultHandle {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        self.place(Fault::Respond {
            status: known(status),
            headers: headers.iter().map(owned).collect(),
            body: FaultBody::of(&body.into()),
        })
    }

    /// Answers 200 with a page in HTML, as the portal of a hotel's network does.
    pub fn captive_portal(self) -> FaultHandle {
        self.place(Fault::CaptivePortal)
    }

    /// Only delays: so long, by tokio's clock, between processing and the answer.
    pub fn delay(self, latency: impl Into<Latency>) -> FaultHandle {
        self.delay_answer(latency).pass()
    }

    /// Gives the true answer, for an order that only delays or ends the connection.
    pub fn pass(self) -> FaultHandle {
        self.place(Fault::None)
    }

    /// Drops the connection before the request is processed.
    ///
    /// Over TLS the whole connection goes, with whatever else is in flight on it.
    pub fn disconnect(self) -> FaultHandle {
        self.place(Fault::Disconnect { reset: false })
    }

    /// Resets the connection, by TCP's RST where the platform allows, before the request is processed.
    pub fn reset(self) -> FaultHandle {
        self.place(Fault::Disconnect { reset: true })
    }

    /// Processes the request, then drops the connection instead of answering.
    pub fn disconnect_after_processing(self) -> FaultHandle {
        self.place(Fault::LoseAnswer { reset: false })
    }

    /// Processes the request, then resets the connection instead of answering.
    pub fn reset_after_processing(self) -> FaultHandle {
        self.place(Fault::LoseAnswer { reset: true })
    }

    /// Processes the request, then resets its stream of HTTP/2 alone; over HTTP/1.1 drops the connection.
    pub fn reset_stream(self) -> FaultHandle {
        self.place(Fault::ResetStream)
    }

    /// Processes the request and sends only the first `len` bytes of the answer's body; `Content-Length` tells the whole.
    pub fn truncate_body(self, len: usize) -> FaultHandle {
        self.place(Fault::Cut { after: len, chunked: false, reset: false })
    }

    /// The same, in chunks and without `Content-Length`.
    pub fn truncate_chunked_body(self, len: usize) -> FaultHandle {
        self.place(Fault::Cut { after: len, chunked: true, reset: false })
    }

    /// Processes the request, sends the first `len` bytes of the body and resets the connection, which may overtake them.
    pub fn reset_within_body(self, len: usize) -> FaultHandle {
        self.place(Fault::Cut { after: len, chunked: false, reset: true })
    }

    /// Processes the request and adds so many bytes to the body: white space when JSON is to stay `valid`, else the letter `x`.
    pub fn oversize_body(self, bytes: u64, valid: bool) -> FaultHandle {
        self.place(Fault::Oversize { bytes, valid })
    }

    /// Processes the request and sends so many bytes, at least 1, of head and body at a time, waiting before each by tokio's clock.
    pub fn drip(self, bytes: usize, every: Duration) -> FaultHandle {
        self.place(Fault::Drip { bytes: bytes.max(1), every_ms: super::fault::millis(every) })
    }

    /// Processes the request and calls the answer's body this type; one that HTTP does not allow is `text/plain`.
    pub fn content_type(self, value: &str) -> FaultHandle {
        let known = http::HeaderValue::from_str(value).is_ok();
        let value = if known { value } else { "text/plain" }.to_owned();
        self.place(Fault::ContentType { value })
    }

    /// Processes the request and answers with its status and headers, and this body.
    pub fn body(self, body: impl Into<Bytes>) -> FaultHandle {
        self.place(Fault::Body { body: FaultBody::of(&body.into()) })
    }

    /// Processes the first request, and gives the others its answer again, as a stale cache does.
    pub fn replay(self) -> FaultHandle {
        self.place(Fault::Replay)
    }

    /// Processes the request twice, as when something on the way sends it again; the second answer is given.
    pub fn twice(self) -> FaultHandle {
        self.place(Fault::Twice)
    }

    /// Refuses the TLS handshake of the next connections, by an alert; of the selectors, `vault` and `on_host` count alone.
    ///
    /// Connections that there are stay as they are.
    pub fn refuse_handshake(mut self) -> FaultHandle {
        let on = self.order.on;
        self.order.on = super::FaultSelector {
            host: on.host,
            vault: on.vault,
            ..super::FaultSelector::default()
        };
        self.order.after_authentication = false;
        self.place(Fault::RefuseHandshake)
    }

    /// What the methods place is always right: see what each does to its arguments.
    fn place(mut self, fault: Fault) -> FaultHandle {
        self.order.fault = fault;
        self.faults.enter(self.order)
    }
}

impl From<RangeInclusive<Duration>> for Latency {
    /// Drawn from the seed 0.
    fn from(range: RangeInclusive<Duration>) -> Self {
        Self::between(*range.start(), *range.end(), 0)
    }
}

fn known(status: u16) -> u16 {
    if (200..=999).contains(&status) { status } else { 500 }
}
