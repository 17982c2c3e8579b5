//! The settings that all vaults of one client have in common.

use std::{fmt, time::Duration};

use azure_core::http::Transport;
use azvault_core::{
    ClientBuilder, Credential, Result, ServiceClient, retry::RetryPolicy,
    transport::TransportOptions,
};

use crate::KeyVaultClient;

/// Builds a [`KeyVaultClient`].
#[must_use = "a builder does nothing before build()"]
pub struct KeyVaultClientBuilder {
    credential: Credential,
    transport: Option<Transport>,
    settings: Settings,
}

/// What is set on the client of each vault.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    retry: RetryPolicy,
    timeout: Option<Duration>,
    verify: bool,
}

impl KeyVaultClientBuilder {
    pub(crate) fn new(credential: Credential) -> Self {
        let settings = Settings { retry: RetryPolicy::default(), timeout: None, verify: true };
        Self { credential, transport: None, settings }
    }

    /// Sends through `transport` to all vaults.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// How failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy;
        self
    }

    /// How long a call may take with all its attempts and waits; 120 s unless set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.settings.timeout = Some(limit);
        self
    }

    /// Whether a challenge's resource must be a parent domain of the vault's host; `true` unless
    /// set. See [`ClientBuilder::verify_challenge_resource`].
    pub fn verify_challenge_resource(mut self, verify: bool) -> Self {
        self.settings.verify = verify;
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    /// `Other` if the HTTP client cannot be set up.
    pub fn build(self) -> Result<KeyVaultClient> {
        let (transport, built_in) = match self.transport {
            Some(transport) => (transport, false),
            None => (TransportOptions::default().build()?, true),
        };
        Ok(KeyVaultClient::with_parts(self.credential, transport, built_in, self.settings))
    }
}

impl Settings {
    /// Puts the settings on the builder of one vault's client.
    pub(crate) fn apply<C: ServiceClient>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        let builder = builder.retry(self.retry.clone()).verify_challenge_resource(self.verify);
        match self.timeout {
            Some(limit) => builder.timeout(limit),
            None => builder,
        }
    }
}

impl fmt::Debug for KeyVaultClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyVaultClientBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
