//! Tokens from a function of the caller's own, which is told what a vault's challenge asks for.

use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc};

use azure_core::credentials::AccessToken;
use futures::future::BoxFuture;
use time::OffsetDateTime;

use super::Credential;
use crate::{Error, ErrorKind, Result, SecretValue, auth::Requirement};

/// What a vault's challenge asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallbackChallenge {
    authority: String,
    resource: String,
    scope: String,
    claims: Option<String>,
}

impl CallbackChallenge {
    pub(super) fn new(requirement: &Requirement) -> Self {
        let scope = requirement.scope().to_owned();
        let resource = requirement.resource().map(ToOwned::to_owned);
        Self {
            authority: requirement.authority().unwrap_or_default().to_owned(),
            resource: resource.unwrap_or_else(|| scope.trim_end_matches("/.default").to_owned()),
            scope,
            claims: None,
        }
    }

    pub(super) fn with_claims(self, claims: Option<String>) -> Self {
        Self { claims, ..self }
    }

    /// The URL of the authority that the vault trusts, with its tenant:
    /// `https://login.windows.net/{tenant}`. Empty if the vault named none.
    ///
    /// It comes from the vault: do not send a secret there without looking at its host.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The resource to request a token for, `https://vault.azure.net` for instance.
    pub fn resource(&self) -> &str {
        &self.resource
    }

    /// The same as a scope, `https://vault.azure.net/.default` for instance.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The claims that continuous access evaluation asks for, as JSON, if it does.
    pub fn claims(&self) -> Option<&str> {
        self.claims.as_deref()
    }
}

/// What a callback gives: a token, a `(token_type, token)` pair, or an `AccessToken` whose end is
/// known. A token whose end is not known is used until the vault refuses it.
pub struct CallbackToken {
    scheme: Cow<'static, str>,
    secret: SecretValue,
    expires_on: Option<OffsetDateTime>,
}

impl CallbackToken {
    /// How long a token is used whose end is not known, if the vault goes on to take it.
    const UNKNOWN_LIFE: time::Duration = time::Duration::DAY;

    pub(super) fn into_parts(
        self,
        now: OffsetDateTime,
    ) -> Result<(AccessToken, Cow<'static, str>)> {
        let is_word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
        if !is_word(self.secret.expose()) || !is_word(&self.scheme) {
            return Err(Error::new(
                ErrorKind::Authentication,
                "the callback gave a token, or a token type, that is empty or not one word",
            ));
        }
        let expires_on = self.expires_on.unwrap_or(now + Self::UNKNOWN_LIFE);
        Ok((AccessToken::new(self.secret.expose().to_owned(), expires_on), self.scheme))
    }
}

impl From<String> for CallbackToken {
    fn from(token: String) -> Self {
        Self { scheme: "Bearer".into(), secret: token.into(), expires_on: None }
    }
}

impl From<&str> for CallbackToken {
    fn from(token: &str) -> Self {
        token.to_owned().into()
    }
}

impl<K: Into<String>, T: Into<String>> From<(K, T)> for CallbackToken {
    fn from((token_type, token): (K, T)) -> Self {
        Self { scheme: token_type.into().into(), ..token.into().into() }
    }
}

impl From<AccessToken> for CallbackToken {
    fn from(token: AccessToken) -> Self {
        let expires_on = Some(token.expires_on);
        Self { expires_on, ..token.token.secret().into() }
    }
}

impl fmt::Debug for CallbackToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackToken").field("token_type", &self.scheme).finish_non_exhaustive()
    }
}

type Answer = BoxFuture<'static, Result<CallbackToken, Box<dyn StdError + Send + Sync>>>;

/// Requests tokens by a function of the caller's own, once for each authority and resource that
/// vaults name. A vault is always asked what it requires, in the known clouds too.
///
/// # Examples
/// ```
/// use azvault_core::{Credential, credentials::CallbackCredential};
///
/// let credential: Credential = CallbackCredential::new(|challenge| async move {
///     let token = format!("a token of {} for {}", challenge.authority(), challenge.resource());
///     # let token = token.replace(' ', "-");
///     Ok::<_, std::io::Error>(("Bearer", token))
/// })
/// .into();
/// # let _ = credential;
/// ```
#[derive(Clone)]
pub struct CallbackCredential(Arc<dyn Fn(CallbackChallenge) -> Answer + Send + Sync>);

impl CallbackCredential {
    /// A credential that calls `callback` whenever it needs a token.
    pub fn new<F, A, T, E>(callback: F) -> Self
    where
        F: Fn(CallbackChallenge) -> A + Send + Sync + 'static,
        A: Future<Output = Result<T, E>> + Send + 'static,
        T: Into<CallbackToken>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self(Arc::new(move |challenge| {
            let answer = callback(challenge);
            Box::pin(async move { answer.await.map(Into::into).map_err(Into::into) })
        }))
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.0), Arc::as_ptr(&other.0))
    }

    pub(super) async fn call(&self, challenge: CallbackChallenge) -> Result<CallbackToken> {
        (self.0)(challenge).await.map_err(|error| {
            Error::new(ErrorKind::Authentication, "the callback gave no token").with_source(error)
        })
    }
}

impl fmt::Debug for CallbackCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackCredential { .. }")
    }
}

impl From<CallbackCredential> for Credential {
    fn from(callback: CallbackCredential) -> Self {
        Self::from_callback(callback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_can_be_text_a_pair_or_one_whose_end_is_known() {
        let now = OffsetDateTime::UNIX_EPOCH;
        let parts = |token: CallbackToken| token.into_parts(now).unwrap();
        assert_eq!(parts("t".into()).1, "Bearer");
        assert_eq!(parts(("pop", "t").into()).1, "pop");
        let known = AccessToken::new("t".to_owned(), now + time::Duration::HOUR);
        assert_eq!(parts(known.into()).0.expires_on, now + time::Duration::HOUR);
    }

    #[test]
    fn a_token_that_would_break_the_header_is_refused_and_not_repeated() {
        for token in ["", "canary\r\nx: y", "canary y"] {
            let error = CallbackToken::from(token).into_parts(OffsetDateTime::UNIX_EPOCH);
            assert!(!format!("{:?}", error.unwrap_err()).contains("canary"));
        }
    }
}
