//! The identity that Azure gives to a machine or an app.

mod arc;
mod host;
mod patience;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    http::{Method, Request},
};
use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;

use self::{
    arc::ArcKey,
    host::{Host, Kind},
};
use super::{Credential, Surroundings, Unavailable, token_endpoint::refused};
use crate::{
    Error, ErrorKind, Operation, Pipeline, Result, SecretValue,
    call::{CallOptions, from_json},
    retry::RetryPolicy,
};

static REQUEST_TOKEN: Operation = Operation::idempotent("managed identity token request");

/// Where there is no IMDS, packets to its address vanish: nothing but time tells.
const PROBE_LIMIT: Duration = Duration::from_secs(1);

/// Authenticates the managed identity of a virtual machine (IMDS), an app on App Service, Functions
/// or Container Apps, a server on Azure Arc, a Cloud Shell, or a job on Azure ML. The environment
/// tells which it is.
///
/// A host that is throttled or being updated is asked again, IMDS for 40 to 79 s.
///
/// Source: [App Service](https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference),
/// [IMDS](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token),
/// [Azure Arc](https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
///
/// # Examples
/// ```
/// use azvault_core::credentials::{ManagedIdentityCredential, ManagedIdentityId, Surroundings};
///
/// let of_this_machine = ManagedIdentityCredential::new(None, Surroundings::default())?;
/// let assigned = ManagedIdentityCredential::with_identity(
///     ManagedIdentityId::ObjectId("6b1e4a0c-0000-0000-0000-000000000000".into()),
///     Surroundings::default(),
/// )?;
/// # let _ = (of_this_machine, assigned);
/// # Ok::<(), azvault_core::Error>(())
/// ```
pub struct ManagedIdentityCredential {
    surroundings: Surroundings,
    pipeline: Pipeline,
    host: Host,
    identity: Option<ManagedIdentityId>,
    probe: bool,
    /// It has given a token, so it need not be probed for again.
    proven: AtomicBool,
}

/// Chooses one of the identities that are assigned to a machine or an app.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ManagedIdentityId {
    /// The identity's client id. Not on Azure Arc or Cloud Shell, which have one identity alone.
    ClientId(String),
    /// The object id, also called principal id: on virtual machines and App Service.
    ObjectId(String),
    /// The resource id, `/subscriptions/…`: on virtual machines, App Service and Azure ML.
    ResourceId(String),
}

impl ManagedIdentityId {
    fn kind(&self) -> &'static str {
        match self {
            Self::ClientId(_) => "client id",
            Self::ObjectId(_) => "object id",
            Self::ResourceId(_) => "resource id",
        }
    }

    fn value(&self) -> &str {
        let (Self::ClientId(id) | Self::ObjectId(id) | Self::ResourceId(id)) = self;
        id
    }
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretValue,
    #[serde(deserialize_with = "number_or_text")]
    expires_on: i64,
}

impl ManagedIdentityCredential {
    /// The identity of this machine or app; `client_id` chooses a user-assigned one.
    ///
    /// # Errors
    /// `InvalidInput` if the environment describes Service Fabric, whose managed identity is not
    /// supported, or half of a host, or no URL; or if the host has no identities to choose from.
    pub fn new(client_id: Option<String>, surroundings: Surroundings) -> Result<Self> {
        Self::build(client_id.map(ManagedIdentityId::ClientId), surroundings)
    }

    /// A user-assigned identity of this machine or app.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_identity(identity: ManagedIdentityId, surroundings: Surroundings) -> Result<Self> {
        Self::build(Some(identity), surroundings)
    }

    fn build(identity: Option<ManagedIdentityId>, surroundings: Surroundings) -> Result<Self> {
        let host = Host::from_env(&surroundings)?;
        host.check(identity.as_ref())?;
        let mut parts = surroundings.direct_parts()?;
        match host.kind {
            Kind::Imds => parts.retry = patience::imds(),
            Kind::Arc => parts.per_attempt = vec![Arc::new(ArcKey::new(surroundings.clone()))],
            Kind::AppService | Kind::AzureMl | Kind::CloudShell => {}
        }
        Ok(Self {
            surroundings,
            pipeline: parts.build(),
            host,
            identity,
            probe: false,
            proven: AtomicBool::new(false),
        })
    }

    /// Asks IMDS first whether it is there, for a second at most: then the credential is
    /// [`Unavailable`] rather than failing. For a chain.
    pub(crate) fn probed(mut self) -> Self {
        self.probe = true;
        self
    }

    fn request(&self, scopes: &[&str]) -> Result<Request> {
        let [scope] = scopes else {
            return Err(Error::invalid_input("a managed identity takes exactly one scope"));
        };
        let resource = scope.strip_suffix("/.default").unwrap_or(scope);
        Ok(self.host.request(resource, self.identity.as_ref()))
    }

    /// Whether there may be no managed identity here at all.
    fn is_doubtful(&self) -> bool {
        self.probe && self.host.kind == Kind::Imds && !self.proven.load(Ordering::Relaxed)
    }

    /// Whether IMDS answers at its address: to a request that it must refuse.
    async fn check_presence(&self) -> Result<(), Unavailable> {
        if !self.is_doubtful() {
            return Ok(());
        }
        let mut request = Request::new(self.host.url.clone(), Method::Get);
        let options = CallOptions::default().timeout(PROBE_LIMIT).retry(RetryPolicy::none());
        match self.pipeline.send(&REQUEST_TOKEN, &mut request, &options).await {
            // A gateway, or another cloud's service at the same address, is no IMDS either.
            Err(error)
                if matches!(
                    error.status().map(u16::from),
                    None | Some(401 | 403 | 404 | 502 | 504)
                ) =>
            {
                Err(Unavailable::new(
                    "there is no managed identity endpoint: IDENTITY_ENDPOINT is not set, and nothing answers at IMDS's address",
                ))
            }
            _ => Ok(()),
        }
    }

    async fn fetch(&self, scopes: &[&str]) -> Result<AccessToken, No> {
        let mut request = self.request(scopes)?;
        let answer = self
            .pipeline
            .send(&REQUEST_TOKEN, &mut request, &CallOptions::default())
            .await
            .map_err(|error| match error.status().map(u16::from) {
                // IMDS is on every machine in Azure, also on those without an identity.
                Some(400) if self.is_doubtful() => No::Unavailable(Unavailable::new(
                    "this machine has no managed identity, or not the one asked for",
                )),
                _ => No::Failed(refused(&self.host.url, error)),
            })?;
        let granted: Granted = from_json(&answer)?;
        let expires_on = OffsetDateTime::from_unix_timestamp(granted.expires_on).map_err(|_| {
            Error::invalid_response("the managed identity token's expires_on is no time", &answer)
        })?;
        self.proven.store(true, Ordering::Relaxed);
        Ok(AccessToken::new(granted.access_token.expose().to_owned(), expires_on))
    }
}

enum No {
    Unavailable(Unavailable),
    Failed(Error),
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

// App Service writes the number as text, IMDS as either.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(number) => Ok(number),
        Either::Text(text) => {
            text.parse().map_err(|_| serde::de::Error::custom("expires_on is not a number"))
        }
    }
}

#[async_trait]
impl TokenCredential for ManagedIdentityCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.check_presence().await.map_err(Unavailable::into_azure)?;
        self.fetch(scopes).await.map_err(|no| match no {
            No::Unavailable(unavailable) => unavailable.into_azure(),
            No::Failed(error) => match error.kind() {
                ErrorKind::Authentication | ErrorKind::InvalidInput => error,
                _ => Error::new(ErrorKind::Authentication, "the managed identity gave no token")
                    .with_source(error),
            }
            .into_azure(),
        })
    }
}

impl fmt::Debug for ManagedIdentityCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagedIdentityCredential")
            .field("identity", &self.identity)
            .field("host", &self.host.kind)
            .field("clock", self.surroundings.time())
            .finish_non_exhaustive()
    }
}

impl From<ManagedIdentityCredential> for Credential {
    fn from(credential: ManagedIdentityCredential) -> Self {
        Arc::new(credential).into()
    }
}
