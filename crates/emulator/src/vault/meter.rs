//! Counting requests against the limits of vaults and of their subscriptions.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Mutex,
};

use time::OffsetDateTime;

use super::{
    Context, ServiceError,
    limits::{Category, VaultLimits},
    route::{CertificateRoute, Route, SecretRoute},
};
use crate::{
    host::VaultKind,
    keys::{self, KeyCost},
    limits::{Amount, Bucket, RateLimit, ThrottleState},
    locks::lock,
};

/// Whose bucket it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    /// By name.
    Vault(String),
    /// By id, in a region.
    Subscription(String, String),
}

/// The buckets of all vaults and subscriptions; each comes into being with its first request.
#[derive(Debug)]
pub(crate) struct VaultMeter {
    limits: Option<VaultLimits>,
    buckets: Mutex<BTreeMap<(Owner, Category), Bucket>>,
}

impl VaultMeter {
    pub(crate) fn new(limits: Option<VaultLimits>) -> Self {
        Self { limits, buckets: Mutex::default() }
    }

    /// Forgets what was counted.
    pub(crate) fn clear(&self) {
        lock(&self.buckets).clear();
    }

    /// Counts a request; over the limit it is refused.
    pub(super) fn count(
        &self,
        context: &Context<'_>,
        route: &Route,
        body: &[u8],
    ) -> Result<(), ServiceError> {
        let Some(limits) = self.limits.filter(|_| context.vault.kind == VaultKind::Vault) else {
            return Ok(());
        };
        let (category, amount) = demand(&limits, context, route, body);
        let mut buckets = lock(&self.buckets);
        let vault = Owner::Vault(context.vault.name.clone());
        let own = Demand { owner: vault, limit: limits.of(category), now: context.now() };
        let subscription = limits.of_subscription(category).map(|limit| Demand {
            owner: Owner::Subscription(
                context.settings.subscription.clone(),
                context.settings.location.clone(),
            ),
            limit,
            now: context.router.clock.now(),
        });
        let demands: Vec<Demand> = [own].into_iter().chain(subscription).collect();
        let fits = demands.iter().all(|demand| {
            demand.bucket(&mut buckets, category).has(demand.limit, amount, demand.now)
        });
        for demand in &demands {
            let counts = fits || limits.counts_refused();
            demand
                .bucket(&mut buckets, category)
                .note(fits, if counts { amount } else { Amount::whole(0) });
        }
        if fits { Ok(()) } else { Err(ServiceError::throttled()) }
    }

    /// How full the buckets are that there are.
    pub(crate) fn state(&self, now: impl Fn(Option<&str>) -> OffsetDateTime) -> Vec<ThrottleState> {
        let Some(limits) = self.limits else {
            return Vec::new();
        };
        let mut buckets = lock(&self.buckets);
        let state = buckets.iter_mut().map(|((owner, category), bucket)| {
            let (name, limit, now) = match owner {
                Owner::Vault(name) => (name.clone(), limits.of(*category), now(Some(name))),
                Owner::Subscription(id, region) => (
                    format!("{id}/{region}"),
                    limits.of_subscription(*category).unwrap_or(limits.of(*category)),
                    now(None),
                ),
            };
            bucket.state(name, category.word(), limit, now)
        });
        state.collect()
    }
}

/// What one bucket has to have.
struct Demand {
    owner: Owner,
    limit: RateLimit,
    now: OffsetDateTime,
}

impl Demand {
    fn bucket<'a>(
        &self,
        buckets: &'a mut BTreeMap<(Owner, Category), Bucket>,
        category: Category,
    ) -> &'a mut Bucket {
        match buckets.entry((self.owner.clone(), category)) {
            Entry::Occupied(bucket) => bucket.into_mut(),
            Entry::Vacant(place) => place.insert(Bucket::new(self.limit, self.now)),
        }
    }
}

fn demand(
    limits: &VaultLimits,
    context: &Context<'_>,
    route: &Route,
    body: &[u8],
) -> (Category, Amount) {
    let one = Amount::whole(1);
    match route {
        Route::Keys(route) => match keys::cost(context, route, body) {
            KeyCost::Create { hsm: true } => (Category::HsmCreation, one),
            KeyCost::Create { hsm: false } => (Category::SoftwareCreation, one),
            KeyCost::Use { hsm, weight } => {
                (Category::KeyOperation, limits.use_of_key(hsm, weight))
            }
            KeyCost::Import => (Category::SecretCreation, one),
            KeyCost::Other => (Category::Other, one),
        },
        Route::Secrets(SecretRoute::Set { .. }) => (Category::SecretCreation, one),
        Route::Certificates(CertificateRoute::Import { .. }) => (Category::SecretCreation, one),
        Route::Secrets(_) | Route::Certificates(_) | Route::Unsupported => (Category::Other, one),
    }
}
