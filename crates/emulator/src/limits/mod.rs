//! Rate limits that can be switched on: token buckets, refilled by the emulator's clock.

mod bucket;

pub use bucket::ThrottleState;
pub(crate) use bucket::{Amount, Bucket};

/// A limit on requests: a bucket of tokens, one for each request, and how fast it fills up again.
///
/// ```
/// use azvault_emulator::RateLimit;
///
/// let limit = RateLimit::new(200, 10).starting_with(5);
/// assert_eq!((limit.size(), limit.per_second(), limit.start()), (200, 10, 5));
/// ```
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a limit does nothing until a builder gets it"]
pub struct RateLimit {
    size: u32,
    per_second: u32,
    start: u32,
}

impl RateLimit {
    /// A bucket of `size` tokens, full at first, that gets `per_second` tokens back each second.
    pub const fn new(size: u32, per_second: u32) -> Self {
        Self { size, per_second, start: size }
    }

    /// How many tokens there are at first; as many as fit, when not set.
    pub const fn starting_with(mut self, tokens: u32) -> Self {
        self.start = if tokens < self.size { tokens } else { self.size };
        self
    }

    /// The same, so many times as large.
    pub(crate) const fn times(self, factor: u32) -> Self {
        Self {
            size: self.size.saturating_mul(factor),
            per_second: self.per_second.saturating_mul(factor),
            start: self.start.saturating_mul(factor),
        }
    }

    /// The most tokens that the bucket holds.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// Tokens that come back in a second.
    pub const fn per_second(&self) -> u32 {
        self.per_second
    }

    /// Tokens at first.
    pub const fn start(&self) -> u32 {
        self.start
    }
}

/// Resource Manager's limits for one caller in one subscription.
///
/// The default is what Microsoft publishes: 250 reads and 25 more a second, 200 writes and 10, 200 deletes and 10.
///
/// ```
/// use azvault_emulator::{Emulator, RateLimit, ResourceManagerLimits};
///
/// let limits = ResourceManagerLimits::default().writes(RateLimit::new(20, 1));
/// let emulator = Emulator::builder().resource_manager_limits(limits).in_memory();
/// ```
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "limits do nothing until a builder gets them"]
pub struct ResourceManagerLimits {
    pub(crate) reads: RateLimit,
    pub(crate) writes: RateLimit,
    pub(crate) deletes: RateLimit,
}

impl Default for ResourceManagerLimits {
    fn default() -> Self {
        Self {
            reads: RateLimit::new(250, 25),
            writes: RateLimit::new(200, 10),
            deletes: RateLimit::new(200, 10),
        }
    }
}

impl ResourceManagerLimits {
    /// Of GET and HEAD.
    pub const fn reads(mut self, limit: RateLimit) -> Self {
        self.reads = limit;
        self
    }

    /// Of PUT, PATCH and POST.
    pub const fn writes(mut self, limit: RateLimit) -> Self {
        self.writes = limit;
        self
    }

    /// Of DELETE.
    pub const fn deletes(mut self, limit: RateLimit) -> Self {
        self.deletes = limit;
        self
    }
}
