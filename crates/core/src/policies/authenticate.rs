//! Puts a token on each attempt, answers challenges, and never lets a token leave the vault.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::http::{
    AsyncRawResponse, Body, Context, Request, StatusCode,
    policies::{Policy, PolicyResult},
};
use base64::Engine as _;
use bytes::Bytes;
use futures::future::{BoxFuture, Either, select};

use super::{CallState, call_next};
use crate::{
    Credential, Endpoint, Error, ErrorKind, Result,
    auth::{Challenge, Requirement},
    credentials::{Granted, Token, TokenKey},
    headers::{self, AUTHORIZATION, CONTENT_LENGTH, WWW_AUTHENTICATE},
    time::{Clock, within},
};

/// How long to wait for another call that asks the vault what it requires.
const PATIENCE: Duration = Duration::from_secs(5);

/// Authenticates requests to one vault.
///
/// In a known cloud the first request carries a token already. Elsewhere the vault is asked what
/// it requires, once for any number of concurrent calls, by a request without a body.
#[derive(Debug)]
pub struct Authenticate {
    endpoint: Endpoint,
    credential: Credential,
    verify: bool,
    /// What the service requires, where that is known without asking it.
    known: Option<Requirement>,
    /// By what tokens that meet its requirement are kept, once that is known.
    key: Mutex<Option<Arc<TokenKey>>>,
    /// Held while the vault is asked. A caller that is dropped lets the next one ask; one that takes
    /// too long keeps this one, and another takes its place.
    asking: Mutex<Arc<tokio::sync::Mutex<()>>>,
    clock: Arc<dyn Clock>,
}

/// What the vault answered when it was asked what it requires.
enum Asked {
    Key(Arc<TokenKey>),
    /// Something other than a challenge: the service's trouble, for the retry policy to judge.
    Answer(AsyncRawResponse),
}

impl Authenticate {
    pub(crate) fn new(
        endpoint: Endpoint,
        known: Option<Requirement>,
        credential: Credential,
        verify: bool,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let enough = known.as_ref().filter(|_| !credential.wants_challenge());
        let key = Mutex::new(enough.map(|known| Arc::new(credential.key(known))));
        Self { endpoint, credential, verify, known, key, asking: Default::default(), clock }
    }

    fn key(&self) -> Option<Arc<TokenKey>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, requirement: &Requirement) -> Arc<TokenKey> {
        let key = Arc::new(self.credential.key(requirement));
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = Some(key.clone());
        key
    }

    /// What the vault requires: as known, else as it says when asked.
    async fn requirement(
        &self,
        ctx: &Context<'_>,
        request: &Request,
        next: &[Arc<dyn Policy>],
    ) -> azure_core::Result<Asked> {
        let _asking = self.turn_to_ask().await;
        if let Some(key) = self.key() {
            return Ok(Asked::Key(key));
        }
        // A copy, so that the request keeps its body whatever comes of this.
        let mut question = request.clone();
        question.set_body(Body::Bytes(Bytes::new()));
        question.headers_mut().remove(AUTHORIZATION);
        question.insert_header(CONTENT_LENGTH, "0");
        let call = ctx.value::<CallState>();
        call.inspect(|call| call.ask(true));
        let answer = call_next(ctx, &mut question, next).await;
        call.inspect(|call| call.ask(false));
        let answer = answer?;
        if answer.status() != StatusCode::Unauthorized {
            if u16::from(answer.status()) < 400 {
                // Somebody in between may have put a token on it.
                call.inspect(|call| call.may_have_been_carried_out());
                let answer = answer.try_into_raw_response().await?;
                let message = format!(
                    "{} answered a request without a token as no vault does: is there a proxy or a portal in between?",
                    self.endpoint
                );
                return Err(Error::invalid_response(message, &answer).into_azure());
            }
            return Ok(Asked::Answer(answer));
        }
        let challenge = challenge(&answer).ok_or_else(|| {
            refused(format!("the 401 of {} holds no Bearer challenge", self.endpoint)).into_azure()
        })?;
        let requirement = self.require(&challenge).map_err(Error::into_azure)?;
        Ok(Asked::Key(self.remember(&requirement)))
    }

    /// Waits until nobody else asks. The one that asks may be a future that nobody polls at the
    /// moment: then one of those who wait for it asks as well.
    async fn turn_to_ask(&self) -> tokio::sync::OwnedMutexGuard<()> {
        let current = || self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let asking = current().clone();
            let turn = asking.clone().lock_owned();
            if let Some(turn) = within(&*self.clock, Some(PATIENCE), turn).await {
                return turn;
            }
            let mut current = current();
            if Arc::ptr_eq(&current, &asking) {
                *current = Default::default();
            }
        }
    }

    fn require(&self, challenge: &Challenge) -> Result<Requirement> {
        // Resource Manager names an authority alone: the audience is its own address.
        if let Some(known) = self.known.as_ref().filter(|_| !names_audience(challenge)) {
            return Ok(known.with_authority_of(challenge));
        }
        Requirement::from_challenge(challenge, &self.endpoint, self.verify)
    }

    /// Whether `challenge` says something of the token that is required.
    fn says_what(&self, challenge: &Challenge) -> bool {
        // An authority alone tells a callback something: other credentials have theirs.
        let for_callback = self.known.is_some() && self.credential.wants_challenge();
        names_audience(challenge)
            || for_callback && self.require(challenge).is_ok_and(|it| it.authority().is_some())
    }

    /// Sends `request` with the token, pushing along a renewal that is due meanwhile.
    async fn send_with_token(
        &self,
        granted: Granted,
        ctx: &Context<'_>,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> azure_core::Result<(AsyncRawResponse, Token)> {
        let bearer = Bearer::new(request, &granted.token);
        let sent = call_next(ctx, bearer.0, next);
        let answer = match granted.renewal {
            None => sent.await,
            Some(renewal) => Box::pin(alongside(renewal, sent)).await,
        };
        drop(bearer);
        Ok((answer?, granted.token))
    }

    /// What to ask the credential for after a 401, or nothing if it would be the same again.
    fn answer_to(&self, challenge: &Challenge, used: &TokenKey) -> Result<Option<Arc<TokenKey>>> {
        if let Some(claims) = challenge.parameter("claims") {
            let claims = decode_claims(claims)?;
            if used.claims.as_ref() == Some(&claims) {
                // The token for these claims is refused itself.
                return Ok(None);
            }
            return Ok(Some(Arc::new(used.with_claims(Some(claims)))));
        }
        if !self.says_what(challenge) {
            return Ok(None);
        }
        let requirement = self.require(challenge)?;
        let key = self.remember(&requirement);
        Ok((*key != *used).then_some(key))
    }
}

#[async_trait]
impl Policy for Authenticate {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        if !self.endpoint.is_origin_of(request.url()) {
            return Err(Error::new(
                ErrorKind::InvalidResponse,
                format!(
                    "refused to send a token to '{}', which is not {}",
                    request.url().host_str().unwrap_or_default(),
                    self.endpoint
                ),
            )
            .into_azure());
        }
        // What is rare is boxed, so that a call does not carry it along.
        let key = match self.key() {
            Some(key) => key,
            None => match Box::pin(self.requirement(ctx, request, next)).await? {
                Asked::Key(key) => key,
                Asked::Answer(answer) => return Ok(answer),
            },
        };
        let granted = self.credential.token(&key, &self.clock).await.map_err(Error::into_azure)?;
        let (answer, token) = self.send_with_token(granted, ctx, request, next).await?;
        if answer.status() != StatusCode::Unauthorized {
            return Ok(answer);
        }
        Box::pin(self.after_401(key, token, answer, ctx, request, next)).await
    }
}

impl Authenticate {
    /// Answers the 401 to `token`: by another token where that may help.
    async fn after_401(
        &self,
        mut key: Arc<TokenKey>,
        mut token: Token,
        mut answer: AsyncRawResponse,
        ctx: &Context<'_>,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let call = ctx.value::<CallState>();
        // One answer to a challenge and one to claims, each with one replay; then the 401 stands.
        let (mut renewed, mut claimed) = (false, false);
        loop {
            call.inspect(|call| call.refused());
            let challenge = challenge(&answer);
            let other = match &challenge {
                Some(challenge) => self.answer_to(challenge, &key).map_err(Error::into_azure)?,
                None => None,
            };
            match other {
                Some(other) if other.claims != key.claims && !claimed => {
                    claimed = true;
                    key = other;
                }
                Some(other) if !renewed => {
                    renewed = true;
                    key = other;
                }
                None if !renewed => renewed = true,
                _ => return Ok(answer),
            }
            self.credential.forget(&key, &token);
            let granted =
                self.credential.token(&key, &self.clock).await.map_err(Error::into_azure)?;
            if token.is_same(&granted.token) {
                return Err(self.rejected(answer).await);
            }
            (answer, token) = self.send_with_token(granted, ctx, request, next).await?;
            if answer.status() != StatusCode::Unauthorized {
                if claimed {
                    // So that the calls after this one do not begin with the refused token.
                    let plain = key.with_claims(None);
                    self.credential.adopt(&plain, token, &self.clock);
                }
                return Ok(answer);
            }
        }
    }

    /// The 401 of a vault to a token that the credential gives again: nothing more can be tried.
    async fn rejected(&self, answer: AsyncRawResponse) -> azure_core::Error {
        match answer.try_into_raw_response().await {
            Ok(answer) => Error::from_response(&answer)
                .with_advice("the vault refused the credential's token, and the credential gives the same token again: look at its tenant and audience")
                .into_azure(),
            Err(error) => error,
        }
    }
}

/// A request with its token, which is taken off again even if the attempt is given up: policies of
/// the user see the next attempt before this one does.
struct Bearer<'a>(&'a mut Request);

impl<'a> Bearer<'a> {
    fn new(request: &'a mut Request, token: &Token) -> Self {
        request.insert_header(AUTHORIZATION, token.authorization().to_owned());
        Self(request)
    }
}

impl Drop for Bearer<'_> {
    fn drop(&mut self) {
        self.0.headers_mut().remove(AUTHORIZATION);
    }
}

/// Runs `main`, and `other` for as long as that takes.
async fn alongside<T>(other: BoxFuture<'static, ()>, main: impl Future<Output = T>) -> T {
    futures::pin_mut!(main);
    match select(main, other).await {
        Either::Left((output, _)) => output,
        Either::Right(((), main)) => main.await,
    }
}

fn challenge(answer: &AsyncRawResponse) -> Option<Challenge> {
    Challenge::bearer(headers::get(answer.headers(), &WWW_AUTHENTICATE)?)
}

fn names_audience(challenge: &Challenge) -> bool {
    challenge.parameter("resource").is_some() || challenge.parameter("scope").is_some()
}

fn decode_claims(claims: &str) -> Result<String> {
    let unreadable =
        || refused("the claims of the vault's challenge are not base64 text".to_owned());
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(claims.trim_end_matches('='))
        .or_else(|_| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims.trim_end_matches('='))
        })
        .map_err(|_| unreadable())?;
    String::from_utf8(bytes).map_err(|_| unreadable())
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Authentication, message)
}
