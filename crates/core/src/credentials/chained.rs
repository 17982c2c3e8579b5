//! Credentials tried in order, until one gives a token.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::{Credential, LinkOutcome, Surroundings, Unavailable};
use crate::{Error, ErrorKind, time::Clock};

/// Tries credentials in order. One that is [`Unavailable`] is passed over; the first that gives a
/// token is kept for good; one that was set up but fails ends the search with its error, since
/// going on would mean to act as somebody else.
///
/// # Examples
/// ```
/// use std::sync::Arc;
/// use azvault_core::credentials::{AzureCliCredential, ChainedTokenCredential, EnvironmentCredential, Surroundings};
///
/// let around = Surroundings::default();
/// let chain = ChainedTokenCredential::new(around.clone())
///     .link("EnvironmentCredential", Arc::new(EnvironmentCredential::new(around.clone())?))
///     .link("AzureCliCredential", Arc::new(AzureCliCredential::new(around)));
/// # let _ = chain;
/// # Ok::<(), azvault_core::Error>(())
/// ```
pub struct ChainedTokenCredential {
    links: Vec<Link>,
    chosen: OnceLock<usize>,
    outcomes: Mutex<Vec<LinkOutcome>>,
    clock: Arc<dyn Clock>,
}

struct Link {
    name: &'static str,
    credential: Arc<dyn TokenCredential>,
}

impl ChainedTokenCredential {
    /// A chain without links.
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            links: Vec::new(),
            chosen: OnceLock::new(),
            outcomes: Mutex::default(),
            clock: surroundings.time().clone(),
        }
    }

    /// Adds a credential to the end. Any error of a credential that is not azvault's own counts
    /// as a failure, not as unavailability.
    #[must_use]
    pub fn link(mut self, name: &'static str, credential: Arc<dyn TokenCredential>) -> Self {
        self.links.push(Link { name, credential });
        self
    }

    /// What came of each link that was tried, in order: why it was skipped, and how long it took.
    pub fn outcomes(&self) -> Vec<LinkOutcome> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The names of the links, in order.
    pub fn links(&self) -> impl Iterator<Item = &'static str> {
        self.links.iter().map(|link| link.name)
    }

    async fn search(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let mut outcomes = Vec::with_capacity(self.links.len());
        let mut failure = None;
        for (n, link) in self.links.iter().enumerate() {
            let start = self.clock.elapsed();
            let result = link.credential.get_token(scopes, options.clone()).await;
            let took = self.clock.elapsed().saturating_sub(start);
            let skipped = match &result {
                Ok(_) => None,
                Err(error) => Some(match Unavailable::reason(error) {
                    Some(reason) => reason.to_owned(),
                    None => "it is set up, but failed".to_owned(),
                }),
            };
            let outcome = LinkOutcome { link: link.name, skipped, took };
            tracing::info!(target: "azvault", %outcome, "credential tried");
            outcomes.push(outcome);
            match result {
                Ok(token) => {
                    // Another search may have ended first, and by another link: nobody may be two.
                    let chosen = *self.chosen.get_or_init(|| n);
                    self.keep(outcomes);
                    return match self.links.get(chosen).filter(|_| chosen != n) {
                        Some(link) => link.credential.get_token(scopes, options).await,
                        None => Ok(token),
                    };
                }
                Err(error) if Unavailable::reason(&error).is_none() => {
                    failure = Some((link.name, error));
                    break;
                }
                Err(_) => {}
            }
        }
        let listed: Vec<String> = outcomes.iter().map(ToString::to_string).collect();
        self.keep(outcomes);
        let error = match failure {
            None => Error::new(
                ErrorKind::Authentication,
                format!("no credential is available here\n{}", listed.join("\n")),
            )
            .with_advice(
                "set up one of the credentials listed: log in with 'az login', for instance",
            ),
            Some((name, source)) => Error::new(
                ErrorKind::Authentication,
                format!(
                    "{name} is set up, but failed; no other was tried in its place\n{}",
                    listed.join("\n")
                ),
            )
            .with_advice(
                "mend what failed, or choose another credential with AZURE_TOKEN_CREDENTIALS",
            )
            .with_source(Error::from_azure(source)),
        };
        Err(error.into_azure())
    }

    fn keep(&self, outcomes: Vec<LinkOutcome>) {
        *self.outcomes.lock().unwrap_or_else(PoisonError::into_inner) = outcomes;
    }
}

#[async_trait]
impl TokenCredential for ChainedTokenCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        match self.chosen.get().and_then(|n| self.links.get(*n)) {
            Some(link) => link.credential.get_token(scopes, options).await,
            None => self.search(scopes, options).await,
        }
    }
}

impl fmt::Debug for ChainedTokenCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.links()).finish()
    }
}

impl From<ChainedTokenCredential> for Credential {
    fn from(credential: ChainedTokenCredential) -> Self {
        Arc::new(credential).into()
    }
}
