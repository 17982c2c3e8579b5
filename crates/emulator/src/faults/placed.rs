//! An order that was placed: how far it is, and whether it takes a request.

use std::sync::{Arc, Mutex};

use serde::Serialize;

use super::{
    fault::Fault,
    order::{FaultOrder, FaultSelector},
    schedule::Progress,
};
use crate::{
    entra::Caller,
    locks::lock,
    message::{Request, Response},
    operation::{self, Service},
    router::Port,
};

/// An order with its number, and what became of it.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) id: u64,
    pub(super) order: FaultOrder,
    pub(super) progress: Mutex<Stand>,
}

#[derive(Debug, Default)]
pub(super) struct Stand {
    pub(super) progress: Progress,
    pub(super) cancelled: bool,
    /// What [`Fault::Replay`] gives again.
    pub(super) kept: Option<Response>,
}

/// How an order stands.
///
/// ```
/// let emulator = azvault_emulator::Emulator::in_memory();
/// let handle = emulator.faults().next(2).status(503);
/// let report = emulator.faults().get(handle.id()).ok_or("it was placed")?;
/// assert_eq!((report.matched, report.struck, report.done), (0, 0, false));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FaultReport {
    /// The order's number.
    pub id: u64,
    /// What was ordered.
    pub order: FaultOrder,
    /// How many requests it selected, be they struck or let pass.
    pub matched: u64,
    /// How often it struck.
    pub struck: u64,
    /// Whether it will not strike any more: it struck as often as ordered, or was cancelled.
    pub done: bool,
}

/// A request as an order looks at it; what is costly to know is found out when an order asks.
pub(super) struct Asked<'a> {
    pub(super) port: Port,
    pub(super) request: &'a Request,
    /// Once it is known.
    pub(super) caller: Option<&'a Caller>,
}

impl Placed {
    pub(super) fn new(id: u64, order: FaultOrder) -> Arc<Self> {
        Arc::new(Self { id, order, progress: Mutex::default() })
    }

    pub(super) fn is_done(&self) -> bool {
        let stand = lock(&self.progress);
        stand.cancelled || self.order.is_done(stand.progress)
    }

    /// Whether this request is struck, which is counted; gives the number of the strike, from 0.
    pub(super) fn takes(&self, asked: &Asked<'_>) -> Option<u64> {
        let now = self.order.needs_caller() == asked.caller.is_some();
        if !now || self.order.fault == Fault::RefuseHandshake || !self.order.on.selects(asked) {
            return None;
        }
        self.counts()
    }

    /// The same for a connection to `host`.
    pub(super) fn takes_connection(&self, host: &str) -> Option<u64> {
        let vault = host.split('.').next().unwrap_or_default();
        let selected = self.order.fault == Fault::RefuseHandshake
            && is(self.order.on.vault.as_deref(), vault)
            && has(self.order.on.host.as_deref(), host);
        selected.then(|| self.counts()).flatten()
    }

    fn counts(&self) -> Option<u64> {
        let mut stand = lock(&self.progress);
        if stand.cancelled || self.order.is_done(stand.progress) {
            return None;
        }
        let number = stand.progress.struck;
        self.order.counts(&mut stand.progress).then_some(number)
    }

    pub(super) fn report(&self) -> FaultReport {
        let done = self.is_done();
        let Progress { matched, struck } = lock(&self.progress).progress;
        FaultReport { id: self.id, order: self.order.clone(), matched, struck, done }
    }
}

impl FaultSelector {
    fn selects(&self, asked: &Asked<'_>) -> bool {
        let Asked { port, request, caller } = *asked;
        let cheap = is(self.method.as_deref(), request.method.as_str())
            && self.path.as_ref().is_none_or(|part| request.path.contains(part.as_str()))
            && has(self.host.as_deref(), &request.host)
            && self.principal.as_deref().is_none_or(|principal| {
                caller.is_some_and(|caller| {
                    principal.eq_ignore_ascii_case(&caller.oid)
                        || principal.eq_ignore_ascii_case(&caller.appid)
                })
            });
        if !cheap || (self.service.is_none() && self.operation.is_none() && self.vault.is_none()) {
            return cheap;
        }
        let service = Service::of(port, &request.host, &request.path);
        let operation = || operation::name(service, request.method.as_str(), &request.path);
        let vault = || operation::vault(service, &request.host, &request.path);
        self.service.is_none_or(|wanted| wanted == service)
            && (self.operation.is_none()
                || operation().is_some_and(|name| is(self.operation.as_deref(), name)))
            && (self.vault.is_none()
                || vault().is_some_and(|name| is(self.vault.as_deref(), &name)))
    }
}

fn is(wanted: Option<&str>, found: &str) -> bool {
    wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(found))
}

/// `host` is in lower case.
fn has(part: Option<&str>, host: &str) -> bool {
    part.is_none_or(|part| host.contains(&part.to_ascii_lowercase()))
}
