//! A vault's limits on requests, where they are switched on.
//!
//! <https://learn.microsoft.com/azure/key-vault/general/service-limits>

use std::{collections::HashMap, sync::Mutex};

use super::{
    Context, ServiceError,
    route::{CertificateRoute, Route, SecretRoute},
};
use crate::{
    host::VaultKind,
    keys::{self, KeyCost},
    limits::{Bucket, RateLimit},
    locks::lock,
};

/// The limits of each vault on its data plane.
///
/// The default is what Microsoft publishes, spread over its windows of 10 seconds. A request with an RSA key of 3072
/// bits counts for four, with one of 4096 bits for eight. Managed HSMs have no such limits.
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Category {
    HsmCreation,
    SoftwareCreation,
    HsmOperation,
    SoftwareOperation,
    SecretCreation,
    Other,
}

/// The buckets of all vaults; each comes into being with its first request.
#[derive(Debug)]
pub(crate) struct VaultMeter {
    limits: Option<VaultLimits>,
    buckets: Mutex<HashMap<(String, Category), Bucket>>,
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

    /// Of all else that is done to keys in hardware: 2000 in 10 seconds.
    pub const fn hsm_operations(mut self, limit: RateLimit) -> Self {
        self.hsm_operations = limit;
        self
    }

    /// Of all else that is done to keys in software: 4000 in 10 seconds.
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

    fn of(&self, category: Category) -> RateLimit {
        match category {
            Category::HsmCreation => self.hsm_creations,
            Category::SoftwareCreation => self.software_creations,
            Category::HsmOperation => self.hsm_operations,
            Category::SoftwareOperation => self.software_operations,
            Category::SecretCreation => self.secret_creations,
            Category::Other => self.others,
        }
    }
}

impl VaultMeter {
    /// Forgets what was counted.
    pub(crate) fn clear(&self) {
        lock(&self.buckets).clear();
    }

    pub(crate) fn new(limits: Option<VaultLimits>) -> Self {
        Self { limits, buckets: Mutex::default() }
    }

    /// Counts a request; over the limit it is refused, and does not count.
    pub(super) fn count(
        &self,
        context: &Context<'_>,
        route: &Route,
        body: &[u8],
    ) -> Result<(), ServiceError> {
        let Some(limits) = self.limits.filter(|_| context.vault.kind == VaultKind::Vault) else {
            return Ok(());
        };
        let (category, weight) = category(context, route, body);
        let (limit, now) = (limits.of(category), context.now());
        let mut buckets = lock(&self.buckets);
        buckets
            .entry((context.vault.name.clone(), category))
            .or_insert_with(|| Bucket::new(limit, now))
            .take(limit, weight, now)
            .map(|_| ())
            .map_err(|_| ServiceError::throttled())
    }
}

fn category(context: &Context<'_>, route: &Route, body: &[u8]) -> (Category, u32) {
    match route {
        Route::Keys(route) => match keys::cost(context, route, body) {
            KeyCost::Create { hsm: true, weight } => (Category::HsmCreation, weight),
            KeyCost::Create { hsm: false, weight } => (Category::SoftwareCreation, weight),
            KeyCost::Use { hsm: true, weight } => (Category::HsmOperation, weight),
            KeyCost::Use { hsm: false, weight } => (Category::SoftwareOperation, weight),
            KeyCost::Import => (Category::SecretCreation, 1),
            KeyCost::Other => (Category::Other, 1),
        },
        Route::Secrets(SecretRoute::Set { .. }) => (Category::SecretCreation, 1),
        Route::Certificates(CertificateRoute::Import { .. }) => (Category::SecretCreation, 1),
        Route::Secrets(_) | Route::Certificates(_) | Route::Unsupported => (Category::Other, 1),
    }
}
