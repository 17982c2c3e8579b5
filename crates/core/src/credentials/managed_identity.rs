//! The identity that Azure gives to a machine or an app: App Service and IMDS.

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
use url::Url;

use super::{Credential, Surroundings, Unavailable, token_endpoint::refused};
use crate::{
    Error, ErrorKind, Operation, Pipeline, Result, SecretValue,
    call::{CallOptions, from_json},
    retry::RetryPolicy,
};

static REQUEST_TOKEN: Operation = Operation::idempotent("managed identity token request");

const IMDS: &str = "http://169.254.169.254";
/// Where there is no IMDS, packets to its address vanish: nothing but time tells.
const PROBE_LIMIT: Duration = Duration::from_secs(1);

/// Authenticates the managed identity of an App Service app, a container app, a function or a
/// virtual machine. A user-assigned identity is chosen by its client id.
///
/// Source: [App Service](https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference),
/// [IMDS](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token).
pub struct ManagedIdentityCredential {
    surroundings: Surroundings,
    pipeline: Pipeline,
    endpoint: Endpoint,
    client_id: Option<String>,
    probe: bool,
    /// It has given a token, so it need not be probed for again.
    proven: AtomicBool,
}

struct Endpoint {
    url: Url,
    api_version: &'static str,
    header: (&'static str, SecretValue),
    is_imds: bool,
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
    /// `InvalidInput` if the environment describes a kind of managed identity that is not
    /// supported (Azure Arc, Service Fabric, Cloud Shell, Azure ML), or no URL.
    pub fn new(client_id: Option<String>, surroundings: Surroundings) -> Result<Self> {
        let endpoint = Endpoint::from_env(&surroundings)?;
        let pipeline = surroundings.direct_pipeline()?;
        Ok(Self {
            surroundings,
            pipeline,
            endpoint,
            client_id,
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
        let mut url = self.endpoint.url.clone();
        url.query_pairs_mut()
            .append_pair("api-version", self.endpoint.api_version)
            .append_pair("resource", scope.trim_end_matches("/.default"));
        if let Some(id) = &self.client_id {
            url.query_pairs_mut().append_pair("client_id", id);
        }
        let mut request = Request::new(url, Method::Get);
        let (name, value) = &self.endpoint.header;
        request.insert_header(*name, value.expose().to_owned());
        Ok(request)
    }

    /// Whether there may be no managed identity here at all.
    fn is_doubtful(&self) -> bool {
        self.probe && self.endpoint.is_imds && !self.proven.load(Ordering::Relaxed)
    }

    /// Whether anything answers at IMDS's address; what it answers does not matter.
    async fn check_presence(&self) -> Result<(), Unavailable> {
        if !self.is_doubtful() {
            return Ok(());
        }
        let mut request = Request::new(self.endpoint.url.clone(), Method::Get);
        let options = CallOptions::default().timeout(PROBE_LIMIT).retry(RetryPolicy::none());
        match self.pipeline.send(&REQUEST_TOKEN, &mut request, &options).await {
            // A gateway that answers in its place is no IMDS either.
            Err(error) if matches!(error.status().map(u16::from), None | Some(403 | 502 | 504)) => {
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
                _ => No::Failed(refused(&self.endpoint.url, error)),
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

impl Endpoint {
    fn from_env(surroundings: &Surroundings) -> Result<Self> {
        let var = |name| surroundings.var(name);
        let unsupported = |kind: &str| {
            Err(Error::invalid_input(format!(
                "the environment describes {kind} managed identity, which is not supported yet"
            )))
        };
        match (var("IDENTITY_ENDPOINT"), var("IDENTITY_HEADER")) {
            (Some(_), Some(_)) if var("IDENTITY_SERVER_THUMBPRINT").is_some() => {
                return unsupported("Service Fabric");
            }
            (Some(endpoint), Some(header)) => {
                return Ok(Self {
                    url: parse("IDENTITY_ENDPOINT", &endpoint)?,
                    api_version: "2019-08-01",
                    header: ("x-identity-header", header.into()),
                    is_imds: false,
                });
            }
            (Some(_), None) => return unsupported("Azure Arc"),
            (None, _) => {}
        }
        if var("MSI_ENDPOINT").is_some() {
            let has_secret = var("MSI_SECRET").is_some();
            return unsupported(if has_secret { "Azure ML" } else { "Cloud Shell" });
        }
        let host = var("AZURE_POD_IDENTITY_AUTHORITY_HOST").unwrap_or_else(|| IMDS.to_owned());
        let mut url = parse("AZURE_POD_IDENTITY_AUTHORITY_HOST", &host)?;
        url.set_path("/metadata/identity/oauth2/token");
        Ok(Self {
            url,
            api_version: "2018-02-01",
            header: ("metadata", "true".into()),
            is_imds: true,
        })
    }
}

fn parse(variable: &str, value: &str) -> Result<Url> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(Error::invalid_input(format!("{variable} is not an http or https URL"))),
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
            .field("client_id", &self.client_id)
            .field("clock", self.surroundings.time())
            .finish_non_exhaustive()
    }
}

impl From<ManagedIdentityCredential> for Credential {
    fn from(credential: ManagedIdentityCredential) -> Self {
        Arc::new(credential).into()
    }
}
