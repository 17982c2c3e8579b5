//! A clock that stands until it is moved.

use std::time::Duration;

use azure_core::time::OffsetDateTime;
use azvault_core::time::{Clock, SystemClock};
use futures::future::BoxFuture;
use tokio::sync::watch;

#[derive(Debug)]
pub(super) struct Steered {
    start: OffsetDateTime,
    passed: watch::Sender<Duration>,
}

impl Steered {
    pub(super) fn new() -> Self {
        Self { start: SystemClock::new().now(), passed: watch::Sender::new(Duration::ZERO) }
    }

    pub(super) fn advance(&self, by: Duration) {
        self.passed.send_modify(|passed| *passed += by);
    }
}

impl Clock for Steered {
    fn now(&self) -> OffsetDateTime {
        self.start + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.passed.borrow()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let mut passed = self.passed.subscribe();
        let until = self.elapsed() + duration;
        Box::pin(async move {
            passed.wait_for(|passed| *passed >= until).await.expect("the clock is kept");
        })
    }
}
