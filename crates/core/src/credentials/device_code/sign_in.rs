//! One sign-in: a code is asked for, shown, and waited for (RFC 8628).

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};

use azure_core::credentials::AccessToken;
use serde::Deserialize;

use super::{DeviceCodeInfo, Parts};
use crate::{
    Error, ErrorKind, Result, SecretValue,
    call::from_json,
    credentials::{
        Claims, TenantId,
        token_endpoint::{Granted, refused},
    },
    time::Clock,
};

/// What a token is wanted for.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// The scopes with what makes Entra ID give a refresh token.
    pub(super) scope: String,
    pub(super) tenant: Option<TenantId>,
    pub(super) claims: Option<Claims>,
}

impl Asked {
    pub(super) fn new(scopes: &[&str], tenant: Option<&TenantId>, claims: Option<&Claims>) -> Self {
        let scope = format!("{} offline_access", scopes.join(" "));
        Self { scope, tenant: tenant.cloned(), claims: claims.cloned() }
    }
}

/// What a sign-in gives.
pub(super) struct SignedIn {
    pub(super) asked: Asked,
    pub(super) token: AccessToken,
    pub(super) refresh: Option<SecretValue>,
}

/// Why there was none.
pub(super) struct Failed {
    pub(super) error: Arc<Error>,
    /// It was over before it was asked again: its code had ended, or its runtime was gone.
    pub(super) stale: bool,
}

impl Failed {
    /// Of a sign-in that broke off.
    pub(super) fn lost() -> Arc<Self> {
        let error = Error::new(ErrorKind::Authentication, "the sign-in was broken off");
        Arc::new(Self { error: Arc::new(error), stale: true })
    }
}

pub(super) struct SignIn {
    parts: Arc<Parts>,
    asked: Asked,
    /// By when, as the clock goes, it has its next step done if anything drives it.
    due: Mutex<Duration>,
}

#[derive(Deserialize)]
struct Code {
    device_code: SecretValue,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
    interval: Option<u64>,
    message: Option<String>,
}

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// How often to ask where the answer does not say, and by how much to ask less often when told to
/// (RFC 8628, 3.5).
const STEP: Duration = Duration::from_secs(5);
/// How long after its end a code is still asked after, once.
const GRACE: Duration = Duration::from_secs(1);
/// Longer than any request takes, with its retries.
const REQUEST: Duration = Duration::from_secs(130);
/// Entra's codes are good for 15 minutes.
const LONGEST: u64 = 3600;

impl SignIn {
    pub(super) fn new(parts: Arc<Parts>, asked: Asked) -> Self {
        let sign_in = Self { parts, asked, due: Mutex::default() };
        sign_in.requests_at(sign_in.clock().elapsed());
        sign_in
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        self.parts.endpoint.surroundings().time()
    }

    fn requests_at(&self, start: Duration) {
        *self.due.lock().unwrap_or_else(PoisonError::into_inner) = start + REQUEST;
    }

    /// Whether it hangs on a request although somebody polls it: the runtime that the request was
    /// begun on is not driven.
    pub(super) fn is_stuck(&self) -> bool {
        self.clock().elapsed() > *self.due.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, by the readings of the clock too: the timer may be of a runtime that is not driven.
    async fn pause(&self, duration: Duration) {
        let clock = self.clock();
        let end = clock.elapsed() + duration;
        self.requests_at(end);
        let mut timer = clock.sleep(duration);
        poll_fn(|context| match clock.elapsed() >= end {
            true => Poll::Ready(()),
            false => timer.as_mut().poll(context),
        })
        .await;
        // Nobody may have been polling this for long.
        self.requests_at(clock.elapsed());
    }

    pub(super) async fn run(self: Arc<Self>) -> Result<Arc<SignedIn>, Arc<Failed>> {
        let fail = |error, stale| Arc::new(Failed { error: Arc::new(error), stale });
        let code = self.code().await.map_err(|error| fail(error, false))?;
        let granted = self.wait(&code).await.map_err(|error| {
            let expired = error.kind() == ErrorKind::Timeout;
            fail(error, expired)
        })?;
        let token = self.parts.endpoint.access(&granted);
        Ok(Arc::new(SignedIn { asked: self.asked.clone(), token, refresh: granted.refresh_token }))
    }

    /// Asks for a code and shows it.
    async fn code(&self) -> Result<Code> {
        let endpoint = &self.parts.endpoint;
        let url = endpoint.url(self.asked.tenant.as_ref(), "devicecode")?;
        let form = [("client_id", endpoint.client_id()), ("scope", self.asked.scope.as_str())];
        let answer = endpoint.post(url, &form).await;
        let code: Code = from_json(&answer.map_err(|e| refused(endpoint.authority(), e))?)?;
        let message = code.message.clone().unwrap_or_else(|| {
            format!(
                "To sign in, open {} and enter the code {}",
                code.verification_uri, code.user_code
            )
        });
        let info = DeviceCodeInfo {
            user_code: code.user_code.clone(),
            verification_uri: code.verification_uri.clone(),
            message,
            expires_in: Duration::from_secs(code.expires_in.min(LONGEST)),
        };
        // Others wait for this sign-in, and a panic would reach them.
        catch_unwind(AssertUnwindSafe(|| (self.parts.prompt)(&info))).map_err(|_| {
            Error::new(ErrorKind::Authentication, "the callback that shows the code panicked")
        })?;
        Ok(code)
    }

    /// Asks again and again whether the code was entered.
    async fn wait(&self, code: &Code) -> Result<Granted> {
        let endpoint = &self.parts.endpoint;
        let clock = self.clock();
        let end = clock.elapsed() + Duration::from_secs(code.expires_in.min(LONGEST));
        let mut interval =
            code.interval.map_or(STEP, |seconds| Duration::from_secs(seconds.clamp(1, 60)));
        let mut form = vec![
            ("client_id", endpoint.client_id()),
            ("grant_type", GRANT),
            ("device_code", code.device_code.expose()),
        ];
        form.extend(self.asked.claims.as_ref().map(|claims| ("claims", claims.as_str())));
        let expired = || {
            Error::new(ErrorKind::Timeout, "nobody entered the code in time")
                .with_advice("ask again for a new code")
        };
        loop {
            let left = end.saturating_sub(clock.elapsed());
            if left.is_zero() {
                return Err(expired());
            }
            self.pause(interval.min(left)).await;
            if clock.elapsed().saturating_sub(end) > GRACE {
                return Err(expired());
            }
            let url = endpoint.url(self.asked.tenant.as_ref(), "token")?;
            let error = match endpoint.post(url, &form).await {
                Ok(answer) => return from_json(&answer),
                Err(error) => error,
            };
            match (error.code(), error.kind()) {
                (Some("authorization_pending"), _) => {}
                (Some("slow_down"), _) => interval += STEP,
                (Some("expired_token" | "code_expired"), _) => return Err(expired()),
                (Some("authorization_declined" | "access_denied"), _) => {
                    return Err(Error::new(ErrorKind::Authentication, "the sign-in was declined")
                        .with_source(error));
                }
                // The way there is bad, which says nothing of the code.
                (
                    _,
                    ErrorKind::Transport
                    | ErrorKind::Timeout
                    | ErrorKind::Throttled
                    | ErrorKind::Service,
                ) => {
                    interval = (interval * 2).min(Duration::from_secs(60));
                }
                _ => return Err(refused(endpoint.authority(), error)),
            }
        }
    }
}
