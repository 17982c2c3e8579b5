//! A credential that keeps count and does as it is told.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::{Error, ErrorKind},
};
use azvault_core::{
    credentials::{Claims, TenantId},
    time::{Clock, SystemClock},
};

/// A request for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// How many came before it.
    pub n: usize,
    /// The scope.
    pub scope: String,
    /// The tenant of a challenge.
    pub tenant: Option<String>,
    /// The claims of a challenge.
    pub claims: Option<String>,
}

/// What the clerk does with a request for a token.
#[derive(Clone, Debug)]
#[must_use]
pub struct Grant {
    delay: Duration,
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Outcome {
    Token(String, Duration),
    Failure(String),
    Panic,
    Silence,
}

impl Grant {
    /// A token with a life of an hour.
    pub fn token(token: impl Into<String>) -> Self {
        Self::token_for(Duration::from_secs(3600), token)
    }

    /// A token with that life.
    pub fn token_for(life: Duration, token: impl Into<String>) -> Self {
        Self { delay: Duration::ZERO, outcome: Outcome::Token(token.into(), life) }
    }

    /// A failure.
    pub fn failure(message: impl Into<String>) -> Self {
        Self { delay: Duration::ZERO, outcome: Outcome::Failure(message.into()) }
    }

    /// A panic.
    pub fn panic() -> Self {
        Self { delay: Duration::ZERO, outcome: Outcome::Panic }
    }

    /// No answer ever.
    pub fn silence() -> Self {
        Self { delay: Duration::ZERO, outcome: Outcome::Silence }
    }

    /// Comes only after `delay`.
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

type Decide = dyn Fn(&Asked) -> Grant + Send + Sync;

/// A credential that counts its calls.
pub struct Clerk {
    decide: Box<Decide>,
    asked: Mutex<Vec<Asked>>,
    clock: Arc<dyn Clock>,
}

impl Clerk {
    /// Decides by a function of what is asked.
    pub fn by(decide: impl Fn(&Asked) -> Grant + Send + Sync + 'static) -> Arc<Self> {
        let clock = SystemClock::shared();
        Arc::new(Self { decide: Box::new(decide), asked: Mutex::default(), clock })
    }

    /// Gives `token-0`, `token-1` and so on, each with a life of an hour.
    pub fn rotating() -> Arc<Self> {
        Self::by(|asked| Grant::token(format!("token-{}", asked.n)))
    }

    /// Gives the same token each time, as credentials with a cache of their own do.
    pub fn steady() -> Arc<Self> {
        Self::by(|_| Grant::token("the-token"))
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often it was asked so far.
    pub fn count(&self) -> usize {
        self.asked().len()
    }
}

#[async_trait]
impl TokenCredential for Clerk {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let context = options.as_ref().map(|options| &options.method_options.context);
        let asked = {
            let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let tenant = context.and_then(|context| context.value::<TenantId>());
            let claims = context.and_then(|context| context.value::<Claims>());
            let asked = Asked {
                n: all.len(),
                scope: scopes.join(" "),
                tenant: tenant.map(|tenant| tenant.as_str().to_owned()),
                claims: claims.map(|claims| claims.as_str().to_owned()),
            };
            all.push(asked.clone());
            asked
        };
        let grant = (self.decide)(&asked);
        if !grant.delay.is_zero() {
            self.clock.sleep(grant.delay).await;
        }
        match grant.outcome {
            Outcome::Token(token, life) => Ok(AccessToken::new(token, self.clock.now() + life)),
            Outcome::Failure(message) => Err(Error::with_message(ErrorKind::Credential, message)),
            // Without the hook, so that the test's output stays clean.
            Outcome::Panic => std::panic::resume_unwind(Box::new("a double panicked")),
            Outcome::Silence => std::future::pending().await,
        }
    }
}

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk").field("calls", &self.count()).finish_non_exhaustive()
    }
}
