//! Faults that a test orders: refused, throttled, slow, cut, odd or dropped answers.
//!
//! An order counts the requests that it matches, and no others; what it does is in [`strike`].

mod answer;
mod builder;
mod fault;
mod order;
mod placed;
mod schedule;
mod strike;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

pub use builder::{FaultBuilder, FaultHandle};
pub use fault::{Fault, FaultBody, Latency, RetryAfter};
pub use order::{FaultOrder, FaultSelector, FaultShare};
pub use placed::FaultReport;
pub(crate) use strike::{Strike, meet, pause};

use crate::{entra::Caller, error::Error, locks::lock, message::Request, router::Port};
use placed::{Asked, Placed};
use schedule::draw;

/// How many orders that are done are still told of.
const KEPT: usize = 1_000;

/// The faults on order; the first that matches a request strikes.
///
/// ```
/// use azvault_emulator::Emulator;
/// use std::time::Duration;
///
/// let emulator = Emulator::in_memory();
/// emulator.faults().next(2).status(503);
/// emulator.faults().next(1).on("POST", "/oauth2/").disconnect();
/// let throttled = emulator
///     .faults()
///     .next(1)
///     .operation("SetSecret")
///     .vault("kv")
///     .throttle_with_retry_after(Duration::from_secs(1));
/// assert_eq!(emulator.faults().pending(), 4);
/// throttled.cancel();
/// assert_eq!(emulator.faults().pending(), 3);
/// emulator.faults().always().share(0.1, 42).delay(Duration::from_millis(80));
/// emulator.faults().clear();
/// assert_eq!(emulator.faults().pending(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Whether there is an order that is not done: read before the lock is taken.
    any: AtomicBool,
    orders: Mutex<Orders>,
}

#[derive(Debug, Default)]
struct Orders {
    next_id: u64,
    placed: Vec<Arc<Placed>>,
}

impl Faults {
    /// Starts an order for the next `count` matching requests; a method of the builder completes it.
    pub fn next(&self, count: usize) -> FaultBuilder {
        let times = Some(u64::try_from(count).unwrap_or(u64::MAX));
        FaultBuilder::new(self.clone(), FaultOrder { times, ..FaultOrder::default() })
    }

    /// Starts an order for every matching request until it is cancelled; a method of the builder completes it.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let order = emulator.faults().always().every(3).status(500);
    /// order.cancel();
    /// ```
    pub fn always(&self) -> FaultBuilder {
        FaultBuilder::new(self.clone(), FaultOrder::default())
    }

    /// Places an order as it is.
    ///
    /// # Errors
    /// When it cannot be carried out, such as a status of 1000, with what is wrong.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let order = serde_json::from_str(r#"{"times": 1, "fault": {"kind": "status", "status": 1000}}"#)?;
    /// assert!(emulator.faults().place(order).is_err());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn place(&self, order: FaultOrder) -> Result<FaultHandle, Error> {
        match order.complaint() {
            Some(complaint) => Err(Error::new("order a fault", complaint)),
            None => Ok(self.enter(order)),
        }
    }

    /// Cancels every fault that has not struck.
    pub fn clear(&self) {
        // Held to the end: an order that is placed meanwhile would be forgotten.
        let orders = lock(&self.inner.orders);
        for placed in &orders.placed {
            lock(&placed.progress).cancelled = true;
        }
        self.inner.any.store(false, Ordering::Release);
        drop(orders);
    }

    /// Cancels the order with this number; gives whether there was such a one that was not done.
    pub fn cancel(&self, id: u64) -> bool {
        let found = lock(&self.inner.orders).placed.iter().find(|placed| placed.id == id).cloned();
        found.is_some_and(|placed| {
            let open = !placed.is_done();
            lock(&placed.progress).cancelled = true;
            open
        })
    }

    /// How many requests are still to be struck, by the orders that have a number of them.
    pub fn pending(&self) -> usize {
        let left = |placed: &Arc<Placed>| {
            let struck = lock(&placed.progress).progress.struck;
            placed.order.times.unwrap_or(0).saturating_sub(struck)
        };
        let orders = lock(&self.inner.orders);
        let sum: u64 = orders.placed.iter().filter(|placed| !placed.is_done()).map(left).sum();
        usize::try_from(sum).unwrap_or(usize::MAX)
    }

    /// The orders there are, oldest first, and the latest thousand of those that are done.
    pub fn list(&self) -> Vec<FaultReport> {
        lock(&self.inner.orders).placed.iter().map(|placed| placed.report()).collect()
    }

    /// The order with this number.
    pub fn get(&self, id: u64) -> Option<FaultReport> {
        let orders = lock(&self.inner.orders);
        orders.placed.iter().find(|placed| placed.id == id).map(|placed| placed.report())
    }

    fn enter(&self, order: FaultOrder) -> FaultHandle {
        let mut orders = lock(&self.inner.orders);
        orders.next_id += 1;
        let placed = Placed::new(orders.next_id, order);
        orders.placed.push(Arc::clone(&placed));
        let done = orders.placed.iter().filter(|placed| placed.is_done()).count();
        let mut surplus = done.saturating_sub(KEPT);
        orders.placed.retain(|placed| {
            let goes = surplus > 0 && placed.is_done();
            surplus -= usize::from(goes);
            !goes
        });
        self.inner.any.store(true, Ordering::Release);
        FaultHandle::new(placed)
    }

    /// What strikes a request before its caller is known.
    pub(crate) fn strike(&self, port: Port, request: &Request) -> Option<Strike> {
        self.find(|placed| placed.takes(&Asked { port, request, caller: None }))
    }

    /// What strikes a request once its caller is known.
    pub(crate) fn strike_known(&self, request: &Request, caller: &Caller) -> Option<Strike> {
        self.find(|placed| placed.takes(&Asked { port: Port::Tls, request, caller: Some(caller) }))
    }

    /// Whether the connection to `host`, in lower case, is to be refused.
    pub(crate) fn refuses_connection(&self, host: &str) -> bool {
        self.find(|placed| placed.takes_connection(host)).is_some()
    }

    /// Whether connections may have to be refused.
    pub(crate) fn may_refuse_connections(&self) -> bool {
        self.inner.any.load(Ordering::Acquire)
            && lock(&self.inner.orders)
                .placed
                .iter()
                .any(|placed| placed.order.fault == Fault::RefuseHandshake && !placed.is_done())
    }

    fn find(&self, takes: impl Fn(&Placed) -> Option<u64>) -> Option<Strike> {
        if !self.inner.any.load(Ordering::Acquire) {
            return None;
        }
        let orders = lock(&self.inner.orders);
        let found = orders.placed.iter().find_map(|placed| {
            takes(placed).map(|number| Strike { placed: Arc::clone(placed), number })
        });
        if orders.placed.iter().all(|placed| placed.is_done()) {
            self.inner.any.store(false, Ordering::Release);
        }
        found
    }
}
