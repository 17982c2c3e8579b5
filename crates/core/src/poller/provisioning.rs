//! Resources of Azure Resource Manager that tell by themselves when they are ready.

use azure_core::http::{Method, RawResponse, Request};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{PollState, ResumeToken, Strategy, is_failure};
use crate::{Client, Error, ErrorKind, Result, call::from_json};

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
    /// `OperationFailed` if it failed; `InvalidResponse` if it is no resource.
    pub fn read<T: DeserializeOwned>(answer: &RawResponse) -> Result<PollState<T>> {
        let resource: Resource = from_json(answer)?;
        match resource.properties.provisioning_state.as_deref() {
            None => from_json(answer).map(PollState::Done),
            Some(state) if state.eq_ignore_ascii_case("Succeeded") => {
                from_json(answer).map(PollState::Done)
            }
            Some(state) if is_failure(state) => Err(Error::new(
                ErrorKind::OperationFailed,
                format!("the resource's provisioningState is {state}"),
            )),
            Some(_) => Ok(PollState::InProgress),
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
