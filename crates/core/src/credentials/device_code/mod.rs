//! A person who signs in with a code, on another device.

mod sign_in;

use std::{
    fmt,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use self::sign_in::{Asked, Failed, SignIn, SignedIn};
use super::{
    Credential, Surroundings, TenantId,
    request::wanted,
    token_endpoint::{Granted, TokenEndpoint, refused},
};
use crate::{Error, Result, SecretValue, call::from_json, time::within};

/// What to tell the person who is to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeviceCodeInfo {
    /// The code to enter.
    pub user_code: String,
    /// The page to enter it on.
    pub verification_uri: String,
    /// Entra ID's sentence that says all of this.
    pub message: String,
    /// How long the code is good for.
    pub expires_in: Duration,
}

/// Authenticates a person who enters a code on a page, in any browser: for programs on machines
/// without one.
///
/// A call to a vault does not wait for as long as a person may take: let them
/// [`sign_in`](Self::sign_in) first. A sign-in that was begun within a call is gone on with by
/// the next one. The refresh token is kept in memory alone, and used for other scopes and for
/// renewals; nobody is asked again until Entra ID refuses it. One that is refused for a scope or for
/// another tenant still serves the others. No part of
/// [`DefaultAzureCredential`](super::DefaultAzureCredential).
///
/// Source: [Device authorization grant](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code),
/// [RFC 8628](https://www.rfc-editor.org/rfc/rfc8628).
///
/// # Examples
/// ```
/// use azvault_core::credentials::DeviceCodeCredential;
///
/// # async fn run() -> azvault_core::Result<()> {
/// let credential = DeviceCodeCredential::new(|info| eprintln!("{}", info.message))?;
/// credential.sign_in(&["https://vault.azure.net/.default"]).await?;
/// # Ok(())
/// # }
/// ```
pub struct DeviceCodeCredential {
    parts: Arc<Parts>,
    state: Mutex<State>,
}

/// What a sign-in needs.
struct Parts {
    endpoint: TokenEndpoint,
    prompt: Box<dyn Fn(&DeviceCodeInfo) + Send + Sync>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// The one sign-in, polled by all who wait for it; kept when they go.
    signing_in: Option<SigningIn>,
    begun: u64,
}

#[derive(Clone)]
struct SigningIn {
    number: u64,
    sign_in: Arc<SignIn>,
    begun: Shared<Begun>,
}

/// How often a sign-in that somebody else began is looked after.
const TICK: Duration = Duration::from_secs(1);

/// A refresh token, with the tenant that gave it.
#[derive(Clone)]
struct Held {
    refresh: SecretValue,
    tenant: Option<TenantId>,
}

impl Held {
    /// Whether it is good for nothing more after this answer, and not just for what was asked:
    /// one vault may want more of the person, and another tenant may not know them.
    fn is_ended_by(&self, error: &Error, asked: &Asked) -> bool {
        let plain = asked.tenant == self.tenant && asked.claims.is_none();
        error.code() == Some("invalid_grant") && plain
    }
}

impl State {
    fn holds(&self, refresh: &SecretValue) -> bool {
        self.held.as_ref().is_some_and(|held| held.refresh.expose() == refresh.expose())
    }
}

type Signed = Result<Arc<SignedIn>, Arc<Failed>>;
type Begun = BoxFuture<'static, Signed>;

/// The Azure CLI's application, which the other SDKs take too where none is given.
const DEVELOPER_SIGN_ON: &str = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
/// Work and school accounts of any tenant.
const ORGANIZATIONS: &str = "organizations";

impl DeviceCodeCredential {
    /// A credential for anybody with a work or school account, by the Azure CLI's application.
    /// `prompt` shows what to do; it must not block.
    ///
    /// # Errors
    /// `InvalidInput` if `AZURE_AUTHORITY_HOST` is no https URL.
    pub fn new(prompt: impl Fn(&DeviceCodeInfo) + Send + Sync + 'static) -> Result<Self> {
        Self::for_anybody(prompt, Surroundings::default())
    }

    fn for_anybody(
        prompt: impl Fn(&DeviceCodeInfo) + Send + Sync + 'static,
        surroundings: Surroundings,
    ) -> Result<Self> {
        Self::with_surroundings(ORGANIZATIONS, DEVELOPER_SIGN_ON, prompt, surroundings)
    }

    /// A credential for the people of a tenant, by an application of theirs, with another
    /// transport, clock or environment.
    ///
    /// # Errors
    /// `InvalidInput` if an id has other characters than ids have.
    pub fn with_surroundings(
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        prompt: impl Fn(&DeviceCodeInfo) + Send + Sync + 'static,
        surroundings: Surroundings,
    ) -> Result<Self> {
        let endpoint = TokenEndpoint::new(tenant_id.into(), client_id.into(), surroundings)?;
        let parts = Parts { endpoint, prompt: Box::new(prompt) };
        Ok(Self { parts: Arc::new(parts), state: Mutex::default() })
    }

    /// Has the person sign in, unless they have, and waits for as long as the code is good.
    ///
    /// # Errors
    /// `Authentication` if they decline or do not sign in in time, or as Entra ID says.
    pub async fn sign_in(&self, scopes: &[&str]) -> Result<()> {
        self.token(&Asked::new(scopes, None, None)).await.map(drop)
    }

    async fn token(&self, asked: &Asked) -> Result<AccessToken> {
        loop {
            if let Some(token) = self.by_refresh_token(asked).await? {
                return Ok(token);
            }
            let (signing_in, mine) = self.sign_in_for(asked);
            let result = match mine {
                true => Some(signing_in.begun.await),
                false => self.follow(&signing_in).await,
            };
            let number = signing_in.number;
            let Some(result) = result else {
                self.lock().signing_in.take_if(|current| current.number == number);
                continue;
            };
            self.settle(number, &result);
            match result {
                Ok(signed_in) if signed_in.asked == *asked => return Ok(signed_in.token.clone()),
                // They are signed in now: another scope takes but a request.
                Ok(_) => {}
                // Nobody waited for it until it was over, which is no answer to this request.
                Err(failed) if failed.stale && !mine => {}
                Err(failed) => return Err(Error::shared(&failed.error)),
            }
        }
    }

    /// A token without anybody's doing, if somebody has signed in.
    async fn by_refresh_token(&self, asked: &Asked) -> Result<Option<AccessToken>> {
        let Some(held) = self.lock().held.clone() else {
            return Ok(None);
        };
        let refresh = &held.refresh;
        let endpoint = &self.parts.endpoint;
        let mut form = vec![
            ("client_id", endpoint.client_id()),
            ("grant_type", "refresh_token"),
            ("scope", asked.scope.as_str()),
            ("refresh_token", refresh.expose()),
        ];
        form.extend(asked.claims.as_ref().map(|claims| ("claims", claims.as_str())));
        match endpoint.post(endpoint.url(asked.tenant.as_ref(), "token")?, &form).await {
            Ok(answer) => {
                let granted: Granted = from_json(&answer)?;
                let token = endpoint.access(&granted);
                let mut state = self.lock();
                // Somebody may have signed in meanwhile.
                if let Some(newer) = granted.refresh_token
                    && state.holds(refresh)
                {
                    let tenant = asked.tenant.clone();
                    state.held = Some(Held { refresh: newer, tenant });
                }
                Ok(Some(token))
            }
            Err(error)
                if matches!(error.code(), Some("invalid_grant" | "interaction_required")) =>
            {
                let mut state = self.lock();
                if held.is_ended_by(&error, asked) && state.holds(refresh) {
                    state.held = None;
                }
                Ok(None)
            }
            Err(error) => Err(refused(endpoint.authority(), error)),
        }
    }

    /// The sign-in under way, or a new one; and whether it is new.
    fn sign_in_for(&self, asked: &Asked) -> (SigningIn, bool) {
        let mut state = self.lock();
        if let Some(signing_in) = &state.signing_in {
            return (signing_in.clone(), false);
        }
        state.begun += 1;
        let sign_in = Arc::new(SignIn::new(self.parts.clone(), asked.clone()));
        // A timer panics once its runtime is gone, and this is kept for those on other runtimes.
        let begun = AssertUnwindSafe(sign_in.clone().run())
            .catch_unwind()
            .map(|result| result.unwrap_or_else(|_| Err(Failed::lost())))
            .boxed()
            .shared();
        let signing_in = SigningIn { number: state.begun, sign_in, begun };
        state.signing_in = Some(signing_in.clone());
        (signing_in, true)
    }

    /// The end of a sign-in that somebody else began, perhaps on a runtime that is not driven any
    /// more: its timers and requests are dead, so it is polled by a timer of one's own, and given
    /// up if it hangs.
    async fn follow(&self, signing_in: &SigningIn) -> Option<Signed> {
        let clock = self.parts.endpoint.surroundings().time();
        loop {
            let result = within(&**clock, Some(TICK), signing_in.begun.clone()).await;
            if result.is_some() || signing_in.sign_in.is_stuck() {
                return result;
            }
        }
    }

    fn settle(&self, number: u64, result: &Signed) {
        let mut state = self.lock();
        if state.signing_in.as_ref().is_none_or(|current| current.number != number) {
            return;
        }
        state.signing_in = None;
        if let Ok(signed_in) = result {
            let tenant = signed_in.asked.tenant.clone();
            state.held = signed_in.refresh.clone().map(|refresh| Held { refresh, tenant });
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenCredential for DeviceCodeCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let (tenant, claims) = wanted(options.as_ref());
        self.token(&Asked::new(scopes, tenant, claims)).await.map_err(Error::into_azure)
    }
}

impl fmt::Debug for DeviceCodeCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceCodeCredential { .. }")
    }
}

impl From<DeviceCodeCredential> for Credential {
    fn from(credential: DeviceCodeCredential) -> Self {
        Arc::new(credential).into()
    }
}

#[cfg(test)]
#[cfg(feature = "reqwest")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn anybody_with_a_work_account_signs_in_by_the_application_of_the_azure_cli() {
        let env = crate::credentials::Env::from_pairs([("AZURE_AUTHORITY_HOST", "login.example")]);
        let around = Surroundings::default().env(env);
        let credential = DeviceCodeCredential::for_anybody(|_| {}, around).unwrap();
        let endpoint = &credential.parts.endpoint;
        assert_eq!(
            endpoint.url(None, "devicecode").unwrap().as_str(),
            "https://login.example/organizations/oauth2/v2.0/devicecode"
        );
        assert_eq!(endpoint.client_id(), "04b07795-8ddb-461a-bbee-02f9e1bf7b46");
    }
}
