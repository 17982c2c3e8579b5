//! Waiting for a registration, and registering where a vault cannot be made otherwise.

use azure_core::http::{RawResponse, Request, Url};
use azvault_core::{
    Client, Error, Result,
    call::from_json,
    poller::{PollState, ResumeToken, Strategy},
};

use super::{KEY_VAULT, ProvidersClient};
use crate::{
    Provider, RegistrationState, VaultsClient, client::RESOURCES_API_VERSION, patience::Patience,
};

/// Reads a provider until it is registered.
pub(super) struct Registration {
    client: Client,
    operation: &'static str,
    url: Url,
}

impl Registration {
    pub(super) fn new(client: Client, operation: &'static str, url: Url) -> Self {
        Self { client, operation, url }
    }

    /// The provider, if it is registered.
    pub(super) fn read(answer: &RawResponse) -> Result<Option<Provider>> {
        let provider: Provider = from_json(answer)?;
        let registered = provider.registration_state() == Some(&RegistrationState::Registered);
        Ok(registered.then_some(provider))
    }
}

impl Strategy<Provider> for Registration {
    fn request(&self) -> Result<Request> {
        self.client.follow(self.url.clone())
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<Provider>> {
        Ok(match Self::read(&answer?)? {
            Some(provider) => PollState::Done(provider),
            None => PollState::InProgress,
        })
    }

    fn resume_token(&self) -> ResumeToken {
        ResumeToken::new(self.operation, self.url.as_str())
    }
}

/// Whether Resource Manager refused since the subscription has no vaults yet.
///
/// Source: [Errors for resource provider registration](https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider).
pub(crate) fn is_missing(error: &Error) -> bool {
    error.code() == Some("MissingSubscriptionRegistration")
        && error.message().to_ascii_lowercase().contains(&KEY_VAULT.to_ascii_lowercase())
}

/// Writes, and where the subscription is not registered for vaults registers it and writes again.
pub(crate) async fn with_registration<T, F>(
    vaults: &VaultsClient,
    write: impl Fn() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    match write().await {
        Err(error) if is_missing(&error) => {}
        outcome => return outcome,
    }
    let client = vaults.place.client.with_api_version(RESOURCES_API_VERSION);
    let providers = ProvidersClient::new(client, vaults.place.subscription_id().to_owned());
    providers.begin_register(KEY_VAULT).await?.wait().await?;
    // Not every part of Resource Manager knows of it at once.
    let mut patience = Patience::new(&vaults.place.client);
    loop {
        match write().await {
            Err(error) if is_missing(&error) && patience.waits().await => {}
            outcome => return outcome,
        }
    }
}
