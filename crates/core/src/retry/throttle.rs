//! What the callers of one vault share: the pause it asked for, and a budget if one is wanted.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    Budget, Charge, KeyWeight,
    budget::{Place, Windows},
};
use crate::{Endpoint, time::Clock};

/// What callers share about a vault that throttles; a cheap clone.
///
/// When a vault answers one call with 429, the calls that others begin meanwhile, and that count
/// against the same [`Charge`], wait until its pause is over, and then a little longer, each by
/// another time, so that they do not all arrive at once. A call waits out one pause at most, so that
/// somebody learns when the vault answers again; retries of calls that were throttled themselves
/// follow their own backoff. A call whose time is too short for the pause fails at once, with
/// nothing sent.
///
/// Clients that are given the same [`Credential`](crate::Credential) share one without being told.
/// Give it to [`ClientBuilder::throttle`](crate::ClientBuilder::throttle) to share it otherwise, or
/// to opt in to a [`Budget`].
///
/// Source: [Throttling guidance](https://learn.microsoft.com/azure/key-vault/general/overview-throttling).
///
/// # Examples
/// ```
/// use azvault_core::retry::{Budget, Throttle};
///
/// let throttle = Throttle::default().with_budget(Budget::published());
/// let alone = Throttle::default().without_pause();
/// # let _ = (throttle, alone);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Throttle(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    budget: Option<Budget>,
    alone: bool,
    gates: Mutex<HashMap<String, Weak<Gate>>>,
}

impl Throttle {
    /// Also keeps to `budget`, for each vault separately. Shares nothing with what it is made from.
    pub fn with_budget(self, budget: Budget) -> Self {
        let alone = self.0.alone;
        Self(Arc::new(Shared { budget: Some(budget), alone, gates: Mutex::default() }))
    }

    /// Lets each call find out for itself that the vault throttles.
    pub fn without_pause(self) -> Self {
        let budget = self.0.budget;
        Self(Arc::new(Shared { budget, alone: true, gates: Mutex::default() }))
    }

    /// What is shared about the vault at `endpoint`.
    pub(crate) fn gate(&self, endpoint: &Endpoint, clock: &Arc<dyn Clock>) -> Arc<Gate> {
        let mut gates = self.0.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|_, gate| gate.strong_count() > 0);
        if let Some(gate) = gates.get(endpoint.as_str()).and_then(Weak::upgrade) {
            return gate;
        }
        let gate = Arc::new(Gate {
            clock: clock.clone(),
            alone: self.0.alone,
            open_from: Default::default(),
            windows: self.0.budget.map(|budget| Mutex::new(budget.windows())),
        });
        gates.insert(endpoint.as_str().to_owned(), Arc::downgrade(&gate));
        gate
    }
}

/// The way to one vault.
#[derive(Debug)]
pub(crate) struct Gate {
    clock: Arc<dyn Clock>,
    alone: bool,
    /// By [`Charge`], since the service limits each kind by itself: nanoseconds on the clock's
    /// scale; 0 if there was no pause yet.
    open_from: [AtomicU64; 4],
    windows: Option<Mutex<Windows>>,
}

/// What an attempt is, at the gate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    pub(crate) charge: Charge,
    pub(crate) key: Option<KeyWeight>,
    /// Whether it has waited for its own backoff after a 429, so that no pause holds it.
    pub(crate) throttled: bool,
    /// How long it may wait.
    pub(crate) patience: Option<Duration>,
}

/// The wait would have been this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held(pub(crate) Duration);

impl Gate {
    /// Holds others with the same charge until `delay` from now.
    pub(crate) fn pause(&self, charge: Charge, delay: Duration) {
        if self.alone {
            return;
        }
        let until = self.clock.elapsed().saturating_add(delay).as_nanos();
        let until = u64::try_from(until).unwrap_or(u64::MAX);
        self.open_from(charge).fetch_max(until, Ordering::Relaxed);
    }

    /// Whether nothing can hold an attempt here.
    pub(crate) fn is_open(&self) -> bool {
        let never_paused = |from: &AtomicU64| from.load(Ordering::Relaxed) == 0;
        self.windows.is_none() && self.open_from.iter().all(never_paused)
    }

    fn open_from(&self, charge: Charge) -> &AtomicU64 {
        let [creates_key, uses_key, creates_secret, other] = &self.open_from;
        match charge {
            Charge::CreatesKey => creates_key,
            Charge::UsesKey => uses_key,
            Charge::CreatesSecret => creates_secret,
            Charge::Other => other,
        }
    }

    /// Waits until the attempt may be sent. `random` is uniform in 0..1; what `on_wait` gives lives
    /// as long as the wait it is told of.
    pub(crate) async fn pass<W>(
        &self,
        ticket: Ticket,
        random: fn() -> f64,
        on_wait: impl Fn(Duration) -> W,
    ) -> Result<(), Held> {
        let mut waited = false;
        let paused = |waited: bool| match self.open_from(ticket.charge).load(Ordering::Relaxed) {
            0 => None,
            // Who has waited out one pause goes, so that somebody learns when it is over.
            _ if ticket.throttled || waited => None,
            until => {
                let left = Duration::from_nanos(until).saturating_sub(self.clock.elapsed());
                (!left.is_zero()).then_some(left)
            }
        };
        let start = self.clock.elapsed();
        // How much longer than the pause a caller may wait: half of it, if its time allows that.
        let spread = |left: Duration| {
            let spare = ticket.patience.map(|patience| patience.saturating_sub(left) / 2);
            spare.map_or(left / 2, |spare| spare.min(left / 2))
        };
        let wait = async |wait: Duration| {
            let waited = self.clock.elapsed().saturating_sub(start);
            if ticket.patience.is_some_and(|patience| waited + wait >= patience) {
                return Err(Held(wait));
            }
            let _during = on_wait(wait);
            self.clock.sleep(wait).await;
            Ok(())
        };
        loop {
            if let Some(left) = paused(waited) {
                waited = true;
                wait(left.saturating_add(spread(left).mul_f64(random()))).await?;
            }
            let Some(windows) = &self.windows else {
                return Ok(());
            };
            let turn = Turn::take(windows, ticket, self.clock.elapsed());
            let left = turn.place.at.saturating_sub(self.clock.elapsed());
            if !left.is_zero() {
                wait(left).await?;
            }
            if paused(waited).is_none() {
                turn.use_up();
                return Ok(());
            }
        }
    }
}

/// A place in the budget, which is given back unless it is used: the caller may give up.
struct Turn<'a> {
    windows: &'a Mutex<Windows>,
    charge: Charge,
    place: Place,
    used: bool,
}

impl<'a> Turn<'a> {
    fn take(windows: &'a Mutex<Windows>, ticket: Ticket, now: Duration) -> Self {
        let mut all = lock(windows);
        let (window, weight) = all.of(ticket.charge, ticket.key);
        let place = window.find(now, weight);
        window.take(place);
        drop(all);
        Self { windows, charge: ticket.charge, place, used: false }
    }

    fn use_up(mut self) {
        self.used = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if !self.used {
            lock(self.windows).of(self.charge, None).0.give_back(self.place);
        }
    }
}

fn lock(windows: &Mutex<Windows>) -> MutexGuard<'_, Windows> {
    windows.lock().unwrap_or_else(PoisonError::into_inner)
}
