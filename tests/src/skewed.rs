//! A clock whose time of day is wrong.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use azure_core::time::OffsetDateTime;
use azvault_core::time::{Clock, SystemClock};
use futures::future::BoxFuture;

/// Tells a time of day that is off by what it is told, and passes at the right speed.
#[derive(Debug)]
pub struct SkewedClock {
    right: SystemClock,
    seconds: Mutex<i64>,
}

impl SkewedClock {
    /// A clock that is `seconds` fast, or slow if that is negative.
    pub fn by(seconds: i64) -> Arc<Self> {
        Arc::new(Self { right: SystemClock::new(), seconds: Mutex::new(seconds) })
    }

    /// Sets the time of day `seconds` on, or back if that is negative.
    pub fn jump(&self, seconds: i64) {
        *self.seconds.lock().unwrap_or_else(PoisonError::into_inner) += seconds;
    }
}

impl Clock for SkewedClock {
    fn now(&self) -> OffsetDateTime {
        let seconds = *self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        let by = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { self.right.now() - by } else { self.right.now() + by }
    }

    fn elapsed(&self) -> Duration {
        self.right.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.right.sleep(duration)
    }
}
