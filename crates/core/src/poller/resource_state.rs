//! Operations that are done when the object they are about can be read.

use azure_core::http::{RawResponse, Request};
use serde::de::DeserializeOwned;
use url::Url;

use super::{PollState, ResumeToken, Strategy};
use crate::{Client, ErrorKind, Result, call::from_json};

const DONE_UNSEEN: &str = "the operation has ended, but the service does not let you read its result: grant `get`, or enable the object";

/// Deleting and recovering: the deleted, or recovered, object answers 404 until that is done.
///
/// A 403 there comes only once the object exists; the caller may not read it. The result is then
/// what the first answer said.
pub struct ResourceState<T> {
    client: Client,
    operation: &'static str,
    url: Url,
    begun: Option<T>,
}

impl<T> ResourceState<T> {
    /// Looks at the object at `segments`; `begun` is what the first answer said.
    ///
    /// # Errors
    /// `InvalidInput` for a segment that no path can carry.
    pub fn new(
        client: Client,
        operation: &'static str,
        segments: &[&str],
        begun: T,
    ) -> Result<Self> {
        let request = client.request(azure_core::http::Method::Get, segments)?;
        let url = request.url().clone();
        Ok(Self { client, operation, url, begun: Some(begun) })
    }

    /// Goes on from `token`, perhaps in another process than the one that began.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another vault.
    pub fn resume(client: Client, operation: &'static str, token: &ResumeToken) -> Result<Self> {
        let url = token.url_on(client.endpoint(), operation)?;
        Ok(Self { client, operation, url, begun: None })
    }
}

impl<T: DeserializeOwned + Send + Sync> Strategy<T> for ResourceState<T> {
    fn request(&self) -> Result<Request> {
        self.client.follow(self.url.clone())
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<T>> {
        let error = match answer {
            Ok(answer) => return from_json(&answer).map(PollState::Done),
            Err(error) => error,
        };
        match (error.kind(), error.status().map(u16::from)) {
            (ErrorKind::NotFound, _) => Ok(PollState::InProgress),
            (_, Some(403)) => {
                self.begun.take().map(PollState::Done).ok_or_else(|| error.with_advice(DONE_UNSEEN))
            }
            _ => Err(error),
        }
    }

    fn resume_token(&self) -> ResumeToken {
        ResumeToken::new(self.operation, self.url.as_str())
    }
}
