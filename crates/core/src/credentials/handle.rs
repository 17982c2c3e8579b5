//! The handle that clients take: a source of tokens and the one cache of what it gave.

use std::{
    collections::HashMap,
    fmt,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use azure_core::credentials::{AccessToken, TokenCredential};
use futures::{
    FutureExt,
    future::{BoxFuture, Either, Shared, WeakShared, select},
};
use time::OffsetDateTime;

use super::{CallbackChallenge, CallbackCredential, request};
use crate::{
    Error, ErrorKind, Result, SecretValue,
    auth::Requirement,
    retry::Throttle,
    time::{Clock, within},
};

/// A cheap-clone handle on a credential and its cache of tokens. All clients that are given the
/// same credential share one cache, so that a thousand first calls need one token.
///
/// Anything that implements azure_core's `TokenCredential` becomes one by `into()`, behind an
/// `Arc`; so do azvault's own credentials.
///
/// # Examples
/// ```
/// use azvault_core::{Credential, credentials::ClientSecretCredential};
///
/// let credential: Credential =
///     ClientSecretCredential::new("my-tenant", "my-client-id", "my-secret")?.into();
/// let same = credential.clone();
/// # let _ = same;
/// # Ok::<(), azvault_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Credential(Arc<Cache>);

struct Cache {
    source: Source,
    entries: Mutex<HashMap<TokenKey, Entry>>,
    throttle: Throttle,
}

/// Where tokens come from.
#[derive(Clone)]
enum Source {
    Token(Arc<dyn TokenCredential>),
    Callback(CallbackCredential),
}

/// What a token is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TokenKey {
    pub(crate) scope: String,
    pub(crate) tenant: Option<String>,
    pub(crate) claims: Option<String>,
    /// The whole challenge, for a callback alone.
    challenge: Option<CallbackChallenge>,
}

impl TokenKey {
    /// The same with the claims that a challenge asks for.
    pub(crate) fn with_claims(&self, claims: Option<String>) -> Self {
        Self { claims, ..self.clone() }
    }
}

/// A token as a source gave it, and as it is presented.
#[derive(Clone)]
pub(crate) struct Token(Arc<Presented>);

struct Presented {
    authorization: SecretValue,
    expires_on: OffsetDateTime,
}

impl Token {
    fn new(access: &AccessToken, scheme: &str) -> Self {
        let authorization = format!("{scheme} {}", access.token.secret()).into();
        Self(Arc::new(Presented { authorization, expires_on: access.expires_on }))
    }

    /// The value of the `Authorization` header.
    pub(crate) fn authorization(&self) -> &str {
        self.0.authorization.expose()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.authorization() == other.authorization()
    }
}

#[derive(Default)]
struct Entry {
    token: Option<Token>,
    /// From when on a valid token is renewed ahead of its expiry.
    refresh_at: Option<OffsetDateTime>,
    /// The fetch that callers without a token wait for: alive as long as one of them.
    waiting: Option<WeakShared<Fetch>>,
    /// The number of that fetch: one that was given up for it may still end after it.
    number: u64,
    /// The renewal that callers with a valid token push along while they wait for their answers.
    renewing: Option<Shared<Fetch>>,
}

type Fetch = BoxFuture<'static, Result<Token, Failure>>;

/// A fetch that failed, for everybody who waited for it.
#[derive(Clone)]
struct Failure {
    error: Arc<Error>,
    panicked: bool,
}

/// What the cache has for a caller.
enum Look {
    Granted(Granted),
    /// A fetch to wait for, which another caller may have begun.
    Fetch {
        fetch: Shared<Fetch>,
        joined: bool,
    },
}

/// A token, and perhaps a renewal to push along while it is used.
pub(crate) struct Granted {
    pub(crate) token: Token,
    pub(crate) renewal: Option<BoxFuture<'static, ()>>,
}

/// A token this close to its end is not used any more: it might end on the way.
const MARGIN: time::Duration = time::Duration::seconds(30);
/// How long before its end a token is renewed, or half of its life if that is shorter.
const AHEAD: time::Duration = time::Duration::minutes(5);
/// The number of the next fetch.
static NUMBERS: AtomicU64 = AtomicU64::new(1);
/// How long to wait for a fetch that another caller began: longer than a tool may take, and not when
/// attempts end.
const PATIENCE: Duration = Duration::from_secs(45);
/// The pause after a renewal that failed or changed nothing.
const PAUSE: time::Duration = time::Duration::seconds(30);

impl Credential {
    pub(super) fn from_callback(callback: CallbackCredential) -> Self {
        Self::shared(Source::Callback(callback))
    }

    /// Whether the vault must be asked what it requires, even where that is known.
    pub(crate) fn wants_challenge(&self) -> bool {
        matches!(self.0.source, Source::Callback(_))
    }

    /// What clients with this credential share about vaults that throttle.
    pub(crate) fn throttle(&self) -> Throttle {
        self.0.throttle.clone()
    }

    /// What a token that meets `requirement` is kept by.
    pub(crate) fn key(&self, requirement: &Requirement) -> TokenKey {
        TokenKey {
            scope: requirement.scope().to_owned(),
            tenant: requirement.tenant().map(ToOwned::to_owned),
            claims: None,
            challenge: self.wants_challenge().then(|| CallbackChallenge::new(requirement)),
        }
    }

    /// A valid token: from the cache, or from the one fetch that all callers share.
    pub(crate) async fn token(&self, key: &TokenKey, clock: &Arc<dyn Clock>) -> Result<Granted> {
        let mut again = true;
        let mut patient = true;
        let mut stuck: Option<Shared<Fetch>> = None;
        loop {
            let (fetch, joined) = match self.0.look(key, stuck.as_ref(), clock) {
                Look::Granted(granted) => return Ok(granted),
                Look::Fetch { fetch, joined } => (fetch, joined),
            };
            // The runtime that another caller began it on may not be driven any more.
            // Once only: a person who signs in must not be asked again and again.
            let patience = (joined && patient).then_some(PATIENCE);
            let either = first_of(stuck.take(), fetch.clone());
            match within(&**clock, patience, either).await {
                Some(Ok(token)) => return Ok(Granted { token, renewal: None }),
                // Perhaps the runtime that it was begun on ended, and its timers with it.
                Some(Err(failure)) if failure.panicked && joined && again => again = false,
                Some(Err(failure)) => return Err(Error::shared(&failure.error)),
                None => (stuck, patient) = (Some(fetch), false),
            }
        }
    }

    /// Forgets `token`, which the service refused, unless another has taken its place.
    pub(crate) fn forget(&self, key: &TokenKey, token: &Token) {
        let _forgotten = match self.0.lock().get_mut(key) {
            Some(entry) if entry.token.as_ref().is_some_and(|held| held.is_same(token)) => {
                std::mem::take(entry)
            }
            _ => Entry::default(),
        };
    }

    /// Keeps `token`, which the service took, in the place of what is held for `key`.
    pub(crate) fn adopt(&self, key: &TokenKey, token: Token, clock: &Arc<dyn Clock>) {
        self.0.settle(key, None, &Ok(token), clock.now());
    }
}

/// What `fetch` gives, or `older` if that gives a token before it.
async fn first_of(older: Option<Shared<Fetch>>, fetch: Shared<Fetch>) -> Result<Token, Failure> {
    let Some(older) = older else {
        return fetch.await;
    };
    match select(older, fetch).await {
        Either::Left((Err(_), fetch)) => fetch.await,
        Either::Left((result, _)) | Either::Right((result, _)) => result,
    }
}

impl Entry {
    fn usable(&self, now: OffsetDateTime) -> Option<Token> {
        self.token.as_ref().filter(|token| token.0.expires_on - now > MARGIN).cloned()
    }
}

impl Cache {
    fn lock(&self) -> MutexGuard<'_, HashMap<TokenKey, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is for `key`; a fetch in the place of `stuck`, for which nobody need wait longer.
    fn look(
        self: &Arc<Self>,
        key: &TokenKey,
        stuck: Option<&Shared<Fetch>>,
        clock: &Arc<dyn Clock>,
    ) -> Look {
        let mut entries = self.lock();
        if let Some(entry) = entries.get_mut(key) {
            let now = clock.now();
            if let Some(token) = entry.usable(now) {
                let renewal = self.renewal(entry, key, now, clock);
                return Look::Granted(Granted { token, renewal });
            }
        }
        let entry = entries.entry(key.clone()).or_default();
        let is_stuck = |fetch: &Shared<Fetch>| stuck.is_some_and(|stuck| stuck.ptr_eq(fetch));
        match entry.waiting.as_ref().and_then(WeakShared::upgrade) {
            Some(fetch) if !is_stuck(&fetch) => return Look::Fetch { fetch, joined: true },
            _ => {}
        }
        entry.number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let fetch = self.fetch(key.clone(), Some(entry.number), clock.clone()).shared();
        entry.waiting = fetch.downgrade();
        Look::Fetch { fetch, joined: false }
    }

    fn renewal(
        self: &Arc<Self>,
        entry: &mut Entry,
        key: &TokenKey,
        now: OffsetDateTime,
        clock: &Arc<dyn Clock>,
    ) -> Option<BoxFuture<'static, ()>> {
        if entry.refresh_at.is_none_or(|at| now < at) {
            return None;
        }
        let fetch = entry
            .renewing
            .get_or_insert_with(|| self.fetch(key.clone(), None, clock.clone()).shared());
        Some(fetch.clone().map(drop).boxed())
    }

    /// Asks the source and keeps what it gives. Holds the cache weakly: the cache may hold it.
    fn fetch(self: &Arc<Self>, key: TokenKey, number: Option<u64>, clock: Arc<dyn Clock>) -> Fetch {
        let (cache, source) = (Arc::downgrade(self), self.source.clone());
        async move {
            // A credential that panics must not take with it the callers that wait for it.
            let fetched = AssertUnwindSafe(source.issue(&key, clock.now())).catch_unwind().await;
            let panicked = fetched.is_err();
            let why = |_| Err(Error::new(ErrorKind::Authentication, "the credential panicked"));
            let result = fetched
                .unwrap_or_else(why)
                .map_err(|error| Failure { error: Arc::new(error), panicked });
            if let Some(cache) = cache.upgrade() {
                cache.settle(&key, number, &result, clock.now());
            }
            result
        }
        .boxed()
    }

    fn settle(
        &self,
        key: &TokenKey,
        number: Option<u64>,
        result: &Result<Token, Failure>,
        now: OffsetDateTime,
    ) {
        if let Err(Failure { error, .. }) = result {
            tracing::debug!(target: "azvault", %error, "a token could not be renewed");
        }
        // What is let go may hold the caller's own credential: it is dropped after the lock.
        let _renewed;
        let mut _expired = Vec::new();
        let mut entries = self.lock();
        let entry = entries.entry(key.clone()).or_default();
        if number.is_none_or(|number| number == entry.number) {
            entry.waiting = None;
        }
        _renewed = entry.renewing.take();
        match result {
            Ok(token) => {
                let unchanged = entry.token.as_ref().is_some_and(|held| held.is_same(token));
                let life = token.0.expires_on - now;
                entry.refresh_at =
                    Some(if unchanged { now + PAUSE } else { now + (life - AHEAD).max(life / 2) });
                entry.token = Some(token.clone());
            }
            Err(_) => entry.refresh_at = Some(now + PAUSE),
        }
        // Claims and tenants come from the network; what has expired must not pile up.
        _expired.extend(entries.extract_if(|_, entry| {
            entry.waiting.as_ref().is_none_or(|fetch| fetch.upgrade().is_none())
                && entry.token.as_ref().is_none_or(|token| token.0.expires_on <= now)
        }));
        drop(entries);
    }
}

impl Source {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Token(one), Self::Token(other)) => {
                std::ptr::addr_eq(Arc::as_ptr(one), Arc::as_ptr(other))
            }
            (Self::Callback(one), Self::Callback(other)) => one.is_same(other),
            _ => false,
        }
    }

    async fn issue(&self, key: &TokenKey, now: OffsetDateTime) -> Result<Token> {
        match self {
            Self::Token(credential) => {
                let options = request::options(key.tenant.as_deref(), key.claims.as_deref());
                let scopes = [key.scope.as_str()];
                let access =
                    credential.get_token(&scopes, options).await.map_err(credential_error)?;
                Ok(Token::new(&access, "Bearer"))
            }
            Self::Callback(callback) => {
                let challenge = key.challenge.clone().ok_or_else(|| {
                    Error::new(ErrorKind::Authentication, "there is no challenge to call back with")
                })?;
                let token = callback.call(challenge.with_claims(key.claims.clone())).await?;
                let (access, scheme) = token.into_parts(now)?;
                Ok(Token::new(&access, &scheme))
            }
        }
    }
}

fn credential_error(error: azure_core::Error) -> Error {
    let error = Error::from_azure(error);
    match error.kind() {
        ErrorKind::Authentication | ErrorKind::Timeout => error,
        _ => Error::new(ErrorKind::Authentication, "no token could be obtained").with_source(error),
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credential { .. }")
    }
}

/// Finds the handle of a credential that other clients hold already. Entries are weak, and
/// compared by identity after an upgrade, so that a reused address never serves another identity.
static HANDLES: Mutex<Vec<Weak<Cache>>> = Mutex::new(Vec::new());

impl Credential {
    /// The handle that is held of `source` already, else a new one.
    fn shared(source: Source) -> Self {
        // Any of these may be the last handle of its credential: they are dropped after the lock.
        let all: Vec<Arc<Cache>>;
        let mut handles = HANDLES.lock().unwrap_or_else(PoisonError::into_inner);
        handles.retain(|handle| handle.strong_count() > 0);
        all = handles.iter().filter_map(Weak::upgrade).collect();
        match all.iter().find(|cache| cache.source.is_same(&source)) {
            Some(cache) => Self(cache.clone()),
            None => {
                let cache =
                    Cache { source, entries: Mutex::default(), throttle: Default::default() };
                let credential = Self(Arc::new(cache));
                handles.push(Arc::downgrade(&credential.0));
                credential
            }
        }
    }
}

impl From<Arc<dyn TokenCredential>> for Credential {
    fn from(source: Arc<dyn TokenCredential>) -> Self {
        Self::shared(Source::Token(source))
    }
}

impl<T: TokenCredential + 'static> From<Arc<T>> for Credential {
    fn from(source: Arc<T>) -> Self {
        Self::from(source as Arc<dyn TokenCredential>)
    }
}

impl From<&Credential> for Credential {
    fn from(credential: &Credential) -> Self {
        credential.clone()
    }
}
