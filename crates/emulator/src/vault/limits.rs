//! A vault's limits on requests, where they are switched on.
//!
//! <https://learn.microsoft.com/azure/key-vault/general/service-limits>

use crate::limits::{Amount, RateLimit};

/// By how much the limit of a subscription is larger than that of one vault.
const VAULTS_OF_A_SUBSCRIPTION: u32 = 5;

/// The limits of each vault on its data plane.
///
/// The default is what Microsoft publishes, spread over its windows of 10 seconds. All uses of keys share one budget: of
/// 4000 with keys in software, or 2000 with keys in hardware; one with an RSA key of 3072 bits counts for four, with one
/// of 4096 bits for eight. The vaults of a subscription in one region have five times as much together. Managed HSMs
/// have no such limits.
///
/// ```
/// use azvault_emulator::{Emulator, RateLimit, VaultLimits};
///
/// let limits = VaultLimits::default().secret_creations(RateLimit::new(10, 1));
/// let emulator = Emulator::builder().vault_limits(limits).in_memory();
/// ```
///
/// Source: <https://learn.microsoft.com/azure/key-vault/general/service-limits>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "limits do nothing until a builder gets them"]
pub struct VaultLimits {
    hsm_creations: RateLimit,
    software_creations: RateLimit,
    hsm_operations: RateLimit,
    software_operations: RateLimit,
    secret_creations: RateLimit,
    others: RateLimit,
    subscription: bool,
    refused_count: bool,
}

/// What a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Category {
    HsmCreation,
    SoftwareCreation,
    /// Of keys in hardware and in software: one budget.
    KeyOperation,
    SecretCreation,
    Other,
}

/// What Microsoft allows in 10 seconds.
const fn in_ten_seconds(requests: u32) -> RateLimit {
    RateLimit::new(requests, requests / 10)
}

impl Default for VaultLimits {
    fn default() -> Self {
        Self {
            hsm_creations: in_ten_seconds(10),
            software_creations: in_ten_seconds(20),
            hsm_operations: in_ten_seconds(2000),
            software_operations: in_ten_seconds(4000),
            secret_creations: in_ten_seconds(300),
            others: in_ten_seconds(4000),
            subscription: true,
            refused_count: false,
        }
    }
}

impl VaultLimits {
    /// Of making, rotating and releasing keys in hardware: 10 in 10 seconds.
    pub const fn hsm_creations(mut self, limit: RateLimit) -> Self {
        self.hsm_creations = limit;
        self
    }

    /// Of making, rotating and releasing keys in software: 20 in 10 seconds.
    pub const fn software_creations(mut self, limit: RateLimit) -> Self {
        self.software_creations = limit;
        self
    }

    /// Of all else that is done to keys in hardware: 2000 in 10 seconds, of the budget that they share with keys in
    /// software.
    pub const fn hsm_operations(mut self, limit: RateLimit) -> Self {
        self.hsm_operations = limit;
        self
    }

    /// Of all else that is done to keys in software: 4000 in 10 seconds, of the budget that they share with keys in
    /// hardware. It fills up as this limit says.
    pub const fn software_operations(mut self, limit: RateLimit) -> Self {
        self.software_operations = limit;
        self
    }

    /// Of setting secrets and importing keys and certificates: 300 in 10 seconds.
    pub const fn secret_creations(mut self, limit: RateLimit) -> Self {
        self.secret_creations = limit;
        self
    }

    /// Of everything else: 4000 in 10 seconds.
    pub const fn others(mut self, limit: RateLimit) -> Self {
        self.others = limit;
        self
    }

    /// Whether the vaults of a subscription in one region share a limit as well, five times as large; so when not set.
    pub const fn subscription(mut self, on: bool) -> Self {
        self.subscription = on;
        self
    }

    /// Whether requests that are refused count too; not so when not set.
    ///
    /// The guidance says both: that failed requests do not count, and, further down, that all requests do.
    ///
    /// Source: <https://learn.microsoft.com/azure/key-vault/general/overview-throttling>
    pub const fn refused_count(mut self, on: bool) -> Self {
        self.refused_count = on;
        self
    }

    pub(super) fn of(&self, category: Category) -> RateLimit {
        match category {
            Category::HsmCreation => self.hsm_creations,
            Category::SoftwareCreation => self.software_creations,
            Category::KeyOperation => self.software_operations,
            Category::SecretCreation => self.secret_creations,
            Category::Other => self.others,
        }
    }

    /// The limit of a whole subscription, where there is one.
    pub(super) fn of_subscription(&self, category: Category) -> Option<RateLimit> {
        self.subscription.then(|| self.of(category).times(VAULTS_OF_A_SUBSCRIPTION))
    }

    /// What a use of a key takes of the budget of all keys, in parts of it.
    pub(super) fn use_of_key(&self, hsm: bool, weight: u32) -> Amount {
        let (budget, own) = (self.software_operations.size(), self.hsm_operations.size());
        if hsm { Amount::scaled(weight, budget, own) } else { Amount::whole(weight) }
    }

    pub(super) fn counts_refused(&self) -> bool {
        self.refused_count
    }
}

impl Category {
    /// As a state of throttling tells it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::HsmCreation => "hsm_creations",
            Self::SoftwareCreation => "software_creations",
            Self::KeyOperation => "key_operations",
            Self::SecretCreation => "secret_creations",
            Self::Other => "others",
        }
    }
}
