//! Operations that answer 202 with a `Location` to look at until it answers something else.

use azure_core::http::{RawResponse, Request};
use serde::Deserialize;
use url::Url;

use super::{End, PollState, ResumeToken, Strategy};
use crate::{Client, Error, ErrorKind, Operation, Poller, Result, headers};

/// In the place of a URL in the token of an operation that its first answer ended.
const ENDED: &str = "ended";

/// Looks at a `Location`, which must be on the service's own origin, until its answer is not 202.
pub struct Location {
    client: Client,
    operation: &'static str,
    /// None if the first answer was the end of it.
    url: Option<Url>,
}

/// The body that some services give there.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    status: serde_json::Value,
}

impl Location {
    /// The operation that `answer` began; see [`has_ended`](Self::has_ended).
    ///
    /// # Errors
    /// `InvalidResponse` if it is a 202 without a `Location` on the service's own origin.
    pub fn begun(client: Client, operation: &'static str, answer: &RawResponse) -> Result<Self> {
        if u16::from(answer.status()) != 202 {
            return Ok(Self { client, operation, url: None });
        }
        match location(&client, answer)? {
            Some(url) => Ok(Self { client, operation, url: Some(url) }),
            None => Err(Error::invalid_response("a 202 holds no Location to look at", answer)),
        }
    }

    /// A poller of the operation that `answer` began.
    ///
    /// # Errors
    /// As for [`begun`](Self::begun).
    pub fn poller(
        client: Client,
        operation: &'static Operation,
        answer: &RawResponse,
    ) -> Result<Poller<()>> {
        let begun = Self::begun(client, operation.name(), answer)?;
        Ok(begun.into_poller(operation).begun_by(answer))
    }

    /// A poller that goes on from `token`, perhaps in another process than the one that began.
    ///
    /// # Errors
    /// As for [`resume`](Self::resume).
    pub fn resume_poller(
        client: Client,
        operation: &'static Operation,
        token: &ResumeToken,
    ) -> Result<Poller<()>> {
        Ok(Self::resume(client, operation.name(), token)?.into_poller(operation))
    }

    fn into_poller(self, operation: &'static Operation) -> Poller<()> {
        let (pipeline, ended) = (self.client.pipeline().clone(), self.has_ended());
        let poller = Poller::new(pipeline, operation, self);
        if ended { poller.ready(()) } else { poller }
    }

    /// Whether the answer that began it was the end of it, too.
    pub fn has_ended(&self) -> bool {
        self.url.is_none()
    }

    /// Goes on from `token`, perhaps in another process than the one that began.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another address.
    pub fn resume(client: Client, operation: &'static str, token: &ResumeToken) -> Result<Self> {
        let url = match token.url_for(operation)? {
            ENDED => None,
            _ => Some(token.url_on(client.endpoint(), operation)?),
        };
        Ok(Self { client, operation, url })
    }
}

fn location(client: &Client, answer: &RawResponse) -> Result<Option<Url>> {
    let Some(text) = headers::get(answer.headers(), &headers::LOCATION) else {
        return Ok(None);
    };
    let base = client.endpoint().url(&[])?;
    let url = base
        .join(text)
        .map_err(|_| Error::invalid_response("the Location is not a URL", answer))?;
    client.follow(url.clone())?;
    Ok(Some(url))
}

impl Strategy<()> for Location {
    fn request(&self) -> Result<Request> {
        match &self.url {
            Some(url) => self.client.follow(url.clone()),
            None => Err(Error::new(ErrorKind::Other, "the operation has ended already")),
        }
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<()>> {
        let answer = answer?;
        if u16::from(answer.status()) == 202 {
            if let Some(url) = location(&self.client, &answer)? {
                self.url = Some(url);
            }
            return Ok(PollState::InProgress);
        }
        if answer.body().trim_ascii().is_empty() {
            return Ok(PollState::Done(()));
        }
        let Status { status } = crate::call::from_json(&answer)?;
        match status.as_str().map(|state| (state, End::of(state))) {
            Some((state, Some(end @ (End::Failure | End::Cancellation)))) => {
                Err(end.into_error(state, None, &answer))
            }
            _ => Ok(PollState::Done(())),
        }
    }

    fn resume_token(&self) -> ResumeToken {
        ResumeToken::new(self.operation, self.url.as_ref().map_or(ENDED, Url::as_str))
    }
}
