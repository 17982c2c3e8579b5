//! Resources of Azure Resource Manager that tell by themselves when they are ready.

use azure_core::http::{Method, RawResponse, Request};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{End, PollState, ResumeToken, Strategy};
use crate::{Client, Result, call::from_json};

/// Reads a resource until its `properties.provisioningState` is an end: `Succeeded`, or a failure.
/// A resource without that member is ready.
pub struct ProvisioningState {
    client: Client,
    operation: &'static str,
    url: Url,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    properties: Properties,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    provisioning_state: Option<String>,
    /// Why it failed, where the resource tells.
    status_message: Option<String>,
}

impl ProvisioningState {
    /// Of the resource at `segments`.
    ///
    /// # Errors
    /// `InvalidInput` for a segment that no path can carry.
    pub fn new(client: Client, operation: &'static str, segments: &[&str]) -> Result<Self> {
        let url = client.request(Method::Get, segments)?.url().clone();
        Ok(Self { client, operation, url })
    }

    /// Goes on from `token`, perhaps in another process than the one that began.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another address.
    pub fn resume(client: Client, operation: &'static str, token: &ResumeToken) -> Result<Self> {
        let url = token.url_on(client.endpoint(), operation)?;
        Ok(Self { client, operation, url })
    }

    /// What an answer says of the resource; the one to the request that began it, too.
    ///
    /// # Errors
    /// `OperationFailed` or `OperationCanceled` if it came to that; `InvalidResponse` if it is no resource.
    pub fn read<T: DeserializeOwned>(answer: &RawResponse) -> Result<PollState<T>> {
        let resource: Resource = from_json(answer)?;
        let Properties { provisioning_state, status_message } = resource.properties;
        let Some(state) = provisioning_state.as_deref() else {
            return from_json(answer).map(PollState::Done);
        };
        match End::of(state) {
            Some(End::Success) => from_json(answer).map(PollState::Done),
            Some(end) => Err(end.into_error(state, status_message.as_deref(), answer)),
            None => Ok(PollState::InProgress),
        }
    }
}

impl<T: DeserializeOwned> Strategy<T> for ProvisioningState {
    fn request(&self) -> Result<Request> {
        self.client.follow(self.url.clone())
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<T>> {
        Self::read(&answer?)
    }

    fn resume_token(&self) -> ResumeToken {
        ResumeToken::new(self.operation, self.url.as_str())
    }
}
