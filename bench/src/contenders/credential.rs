//! A credential that counts how often it is asked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

/// As long as tokens of Entra are.
const LENGTH: usize = 1400;

/// A token that an emulator does not look into, of the length of a real one.
pub(crate) fn token() -> String {
    "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9".chars().cycle().take(LENGTH).collect()
}

/// Gives tokens after a while, and counts them.
#[derive(Debug)]
pub(crate) struct Counting {
    source: Option<Arc<dyn TokenCredential>>,
    delay: Duration,
    fetches: AtomicU64,
}

impl Counting {
    /// Gives the same token at once.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { source: None, delay: Duration::ZERO, fetches: AtomicU64::new(0) })
    }

    /// Gives what `source` gives, after `delay`.
    pub(crate) fn of(source: Arc<dyn TokenCredential>, delay: Duration) -> Arc<Self> {
        Arc::new(Self { source: Some(source), delay, fetches: AtomicU64::new(0) })
    }

    /// A token for `scope`, as a program takes it that puts it on by itself.
    pub(crate) async fn bearer(&self, scope: &str) -> anyhow::Result<String> {
        Ok(self.get_token(&[scope], None).await?.token.secret().to_owned())
    }

    /// How often it was asked.
    pub(crate) fn fetches(&self) -> u64 {
        self.fetches.load(Ordering::Relaxed)
    }
}

#[async_trait::async_trait]
impl TokenCredential for Counting {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.fetches.fetch_add(1, Ordering::Relaxed);
        if !self.delay.is_zero() {
            tokio::time::sleep(self.delay).await;
        }
        match &self.source {
            Some(source) => source.get_token(scopes, options).await,
            None => {
                let end = time::OffsetDateTime::now_utc() + Duration::from_secs(24 * 3600);
                Ok(AccessToken::new(token(), end))
            }
        }
    }
}
