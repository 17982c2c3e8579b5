//! One entry: what was read, and what it may still be used for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use azvault_core::Error;

use super::terms::Terms;
use crate::SecretBundle;

/// What was read of a secret. Its value is wiped when the last reader drops it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) what: What,
    /// When the read began: what it gave may be as old as that.
    pub(super) read_at: Duration,
    pub(super) fresh_until: Duration,
    revalidate_until: Duration,
    error_until: Duration,
    /// Until when no renewal is tried, in milliseconds.
    paused_until: AtomicU64,
    /// Whether anybody asked for it since it was read.
    used: AtomicBool,
}

/// What a read gave.
#[derive(Debug)]
pub(super) enum What {
    Found(Arc<SecretBundle>),
    Missing(Arc<Error>),
}

/// What an entry may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Age {
    /// To be given.
    Fresh,
    /// To be given, and renewed.
    Stale,
    /// To be given if it cannot be renewed.
    Old,
    /// Nothing.
    Over,
}

impl Entry {
    /// A secret whose read began at `read_at`. A version never changes, so it stays fresh.
    pub(super) fn found(
        secret: Arc<SecretBundle>,
        read_at: Duration,
        terms: &Terms,
        is_version: bool,
        random: f64,
    ) -> Self {
        let fresh_until =
            if is_version { Duration::MAX } else { read_at.saturating_add(terms.life(random)) };
        Self {
            revalidate_until: fresh_until.saturating_add(terms.stale_while_revalidate),
            error_until: fresh_until.saturating_add(terms.stale_if_error),
            ..Self::new(What::Found(secret), read_at, fresh_until)
        }
    }

    /// The knowledge that there is no such secret.
    pub(super) fn missing(error: Arc<Error>, read_at: Duration, terms: &Terms) -> Self {
        Self::new(What::Missing(error), read_at, read_at.saturating_add(terms.negative_ttl))
    }

    fn new(what: What, read_at: Duration, fresh_until: Duration) -> Self {
        Self {
            what,
            read_at,
            fresh_until,
            revalidate_until: fresh_until,
            error_until: fresh_until,
            paused_until: AtomicU64::new(0),
            used: AtomicBool::new(false),
        }
    }

    pub(super) fn age(&self, now: Duration) -> Age {
        match now {
            now if now < self.fresh_until => Age::Fresh,
            now if now < self.revalidate_until => Age::Stale,
            now if now < self.error_until => Age::Old,
            _ => Age::Over,
        }
    }

    /// When it is good for nothing any more.
    pub(super) fn over_at(&self) -> Duration {
        self.fresh_until.max(self.revalidate_until).max(self.error_until)
    }

    /// The value, if it may be given when it cannot be renewed.
    pub(super) fn fallback(&self, now: Duration) -> Option<Arc<SecretBundle>> {
        match &self.what {
            What::Found(secret) if now < self.error_until => Some(secret.clone()),
            _ => None,
        }
    }

    /// Has no renewal tried until `time`.
    pub(super) fn pause_until(&self, time: Duration) {
        let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.paused_until.store(time, Ordering::Relaxed);
    }

    pub(super) fn is_paused(&self, now: Duration) -> bool {
        now.as_millis() < u128::from(self.paused_until.load(Ordering::Relaxed))
    }

    pub(super) fn mark_used(&self) {
        // Read first: most often it is set, and a line that is only read stays in all caches.
        if !self.used.load(Ordering::Relaxed) {
            self.used.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it is worth renewing before `time`: somebody uses it, and it would not be fresh then.
    pub(super) fn is_due(&self, now: Duration, time: Duration) -> bool {
        matches!(self.what, What::Found(_))
            && self.used.load(Ordering::Relaxed)
            && self.fresh_until <= time
            && self.age(now) != Age::Over
            && !self.is_paused(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    const TERMS: Terms = Terms {
        ttl: seconds(100),
        jitter: 0.5,
        stale_while_revalidate: seconds(10),
        stale_if_error: seconds(60),
        negative_ttl: seconds(5),
        error_pause: seconds(1),
    };

    fn secret() -> Arc<SecretBundle> {
        let text = r#"{"value":"v","id":"https://v.vault.azure.net/secrets/s","attributes":{}}"#;
        Arc::new(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_value_goes_from_fresh_by_stale_and_old_to_nothing() {
        let entry = Entry::found(secret(), seconds(1), &TERMS, false, 0.0);
        for (at, age) in [
            (100, Age::Fresh),
            (101, Age::Stale),
            (110, Age::Stale),
            (111, Age::Old),
            (160, Age::Old),
            (161, Age::Over),
        ] {
            assert_eq!(entry.age(seconds(at)), age, "{at}");
            assert_eq!(entry.fallback(seconds(at)).is_some(), age != Age::Over);
        }
    }

    #[test]
    fn a_renewal_bound_beyond_the_error_bound_is_kept_too() {
        let terms = Terms { stale_while_revalidate: seconds(90), ..TERMS };
        let entry = Entry::found(secret(), seconds(0), &terms, false, 0.0);
        assert_eq!(entry.age(seconds(189)), Age::Stale);
        assert_eq!(entry.age(seconds(190)), Age::Over);
    }

    #[test]
    fn a_version_stays_fresh_and_an_absence_is_never_stale() {
        let version = Entry::found(secret(), seconds(1), &TERMS, true, 1.0);
        assert_eq!(version.age(seconds(1_000_000_000)), Age::Fresh);
        let error = Arc::new(Error::invalid_input("none"));
        let missing = Entry::missing(error, seconds(1), &TERMS);
        assert_eq!(missing.age(seconds(5)), Age::Fresh);
        assert_eq!(missing.age(seconds(6)), Age::Over);
        assert!(missing.fallback(seconds(2)).is_none());
    }

    #[test]
    fn only_what_is_used_is_due_and_not_while_it_pauses() {
        let entry = Entry::found(secret(), seconds(0), &TERMS, false, 0.0);
        assert!(!entry.is_due(seconds(90), seconds(100)));
        entry.mark_used();
        assert!(entry.is_due(seconds(90), seconds(100)));
        assert!(!entry.is_due(seconds(90), seconds(99)));
        entry.pause_until(seconds(95));
        assert!(
            !entry.is_due(seconds(94), seconds(100)) && entry.is_due(seconds(95), seconds(100))
        );
    }
}
