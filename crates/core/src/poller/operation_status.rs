//! Operations with a document of their own that tells how they are doing: ARM's
//! `Azure-AsyncOperation`, the pending operation of a certificate, the jobs of a managed HSM.

use azure_core::http::{RawResponse, Request};
use serde::{Deserialize, de::DeserializeOwned};
use url::Url;

use super::{End, PollState, ResumeToken, Strategy};
use crate::{Client, Error, Result, call::from_json, headers};

/// Where an operation's result is, once it has succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResultAt {
    /// There is none: the result is `()`.
    Nowhere,
    /// In the document itself.
    Status,
    /// At the URL that the document's `target` gives.
    Target,
    /// At this URL.
    Url(Url),
}

/// Reads the document until its `status` is an end: `Succeeded` or `completed`, or a failure; then
/// the result. Every URL must be on the service's own origin.
///
/// Source: [ARM asynchronous operations](https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations),
/// [Get Certificate Operation](https://learn.microsoft.com/rest/api/keyvault/certificates/get-certificate-operation/get-certificate-operation).
pub struct OperationStatus {
    client: Client,
    operation: &'static str,
    url: Url,
    result: ResultAt,
    cancel: Option<Request>,
    /// Where the result is to be read, once the operation has succeeded.
    succeeded: Option<Url>,
}

#[derive(Deserialize)]
struct Document {
    status: Option<String>,
    target: Option<String>,
}

impl OperationStatus {
    /// The operation whose document is at `url`.
    ///
    /// # Errors
    /// `InvalidResponse` if a URL is not on the service's own origin.
    pub fn new(
        client: Client,
        operation: &'static str,
        url: Url,
        result: ResultAt,
    ) -> Result<Self> {
        client.follow(url.clone())?;
        if let ResultAt::Url(url) = &result {
            client.follow(url.clone())?;
        }
        Ok(Self { client, operation, url, result, cancel: None, succeeded: None })
    }

    /// The operation that `answer` began, if its `Azure-AsyncOperation` header names a document.
    ///
    /// # Errors
    /// `InvalidResponse` if the header holds no URL on the service's own origin.
    pub fn begun(
        client: Client,
        operation: &'static str,
        answer: &RawResponse,
        result: ResultAt,
    ) -> Result<Option<Self>> {
        let Some(text) = headers::get(answer.headers(), &headers::AZURE_ASYNC_OPERATION) else {
            return Ok(None);
        };
        let url = client.endpoint().url(&[])?.join(text).map_err(|_| {
            Error::invalid_response("the Azure-AsyncOperation header is not a URL", answer)
        })?;
        Self::new(client, operation, url, result).map(Some)
    }

    /// Goes on from `token`, perhaps in another process than the one that began. `result` is used
    /// unless the token names a URL.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another address.
    pub fn resume(
        client: Client,
        operation: &'static str,
        token: &ResumeToken,
        result: ResultAt,
    ) -> Result<Self> {
        let url = token.url_on(client.endpoint(), operation)?;
        let result = token.result_on(client.endpoint())?.map_or(result, ResultAt::Url);
        Self::new(client, operation, url, result)
    }

    /// The request by which the service cancels the operation, for
    /// [`Poller::cancel`](super::Poller::cancel).
    #[must_use]
    pub fn with_cancel(mut self, request: Request) -> Self {
        self.cancel = Some(request);
        self
    }

    /// What is left to do once the operation has succeeded.
    fn succeed<T: DeserializeOwned>(
        &mut self,
        answer: &RawResponse,
        target: Option<String>,
    ) -> Result<PollState<T>> {
        let url = match &self.result {
            ResultAt::Nowhere => {
                let nothing = serde_json::from_value(serde_json::Value::Null);
                return nothing.map(PollState::Done).map_err(|_| {
                    Error::invalid_response("the operation gives no result to read", answer)
                });
            }
            ResultAt::Status => return from_json(answer).map(PollState::Done),
            ResultAt::Url(url) => url.clone(),
            ResultAt::Target => {
                let base = self.client.endpoint().url(&[])?;
                let target = target.and_then(|target| base.join(&target).ok());
                target.ok_or_else(|| {
                    Error::invalid_response("the operation succeeded without a target", answer)
                })?
            }
        };
        self.client.follow(url.clone())?;
        self.succeeded = Some(url);
        Ok(PollState::Ready)
    }
}

impl<T: DeserializeOwned> Strategy<T> for OperationStatus {
    fn request(&self) -> Result<Request> {
        self.client.follow(self.succeeded.as_ref().unwrap_or(&self.url).clone())
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<T>> {
        let answer = answer?;
        if self.succeeded.is_some() {
            return from_json(&answer).map(PollState::Done);
        }
        if answer.body().trim_ascii().is_empty() && u16::from(answer.status()) == 202 {
            return Ok(PollState::InProgress);
        }
        let Document { status, target } = from_json(&answer)?;
        match status.as_deref().map(End::of) {
            None => Err(Error::invalid_response(
                "the operation's document does not tell its status",
                &answer,
            )),
            Some(None) => Ok(PollState::InProgress),
            Some(Some(End::Success)) => self.succeed(&answer, target),
            Some(Some(end)) => {
                Err(end.into_error(status.as_deref().unwrap_or_default(), None, &answer))
            }
        }
    }

    fn cancel(&self) -> Option<Request> {
        self.cancel.clone()
    }

    fn resume_token(&self) -> ResumeToken {
        let token = ResumeToken::new(self.operation, self.url.as_str());
        match &self.result {
            ResultAt::Url(url) => token.with_result(url),
            _ => token,
        }
    }
}
