//! The hosts that have managed identities, and how each is asked.

use azure_core::http::{Method, Request};
use url::{Url, form_urlencoded};

use super::ManagedIdentityId;
use crate::{Error, Result, SecretValue, credentials::Surroundings};

/// A place that gives tokens, as the environment describes it.
pub(super) struct Host {
    pub(super) kind: Kind,
    pub(super) url: Url,
    /// What proves that the request comes from this app.
    secret: Option<SecretValue>,
    /// Azure ML's name for the identity that is used where none is asked for.
    default_client: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    AppService,
    AzureMl,
    Arc,
    CloudShell,
    Imds,
}

const IMDS: &str = "http://169.254.169.254";

impl Host {
    pub(super) fn from_env(around: &Surroundings) -> Result<Self> {
        let var = |name| around.var(name);
        let (mut secret, mut default_client) = (None, None);
        let (kind, url) = match (var("IDENTITY_ENDPOINT"), var("IDENTITY_HEADER")) {
            (Some(_), Some(_)) if var("IDENTITY_SERVER_THUMBPRINT").is_some() => {
                // Its server has a certificate of its own, which must be told by its thumbprint.
                return Err(Error::invalid_input(
                    "the environment describes Service Fabric managed identity, which is not supported yet",
                ));
            }
            (Some(endpoint), Some(header)) => {
                secret = Some(header.into());
                (Kind::AppService, parse("IDENTITY_ENDPOINT", &endpoint)?)
            }
            (Some(endpoint), None) if var("IMDS_ENDPOINT").is_some() => {
                (Kind::Arc, parse("IDENTITY_ENDPOINT", &endpoint)?)
            }
            (Some(_), None) => {
                return Err(Error::invalid_input(
                    "IDENTITY_ENDPOINT is set, but neither IDENTITY_HEADER, as App Service has it, nor IMDS_ENDPOINT, as Azure Arc has it",
                ));
            }
            (None, _) => match (var("MSI_ENDPOINT"), var("MSI_SECRET")) {
                (Some(endpoint), Some(value)) => {
                    secret = Some(value.into());
                    default_client = var("DEFAULT_IDENTITY_CLIENT_ID");
                    (Kind::AzureMl, parse("MSI_ENDPOINT", &endpoint)?)
                }
                (Some(endpoint), None) => (Kind::CloudShell, parse("MSI_ENDPOINT", &endpoint)?),
                (None, _) => {
                    let variable = "AZURE_POD_IDENTITY_AUTHORITY_HOST";
                    let mut url = parse(variable, var(variable).as_deref().unwrap_or(IMDS))?;
                    url.set_path("/metadata/identity/oauth2/token");
                    (Kind::Imds, url)
                }
            },
        };
        Ok(Self { kind, url, secret, default_client })
    }

    /// Checks that this host can be asked for `identity`.
    pub(super) fn check(&self, identity: Option<&ManagedIdentityId>) -> Result<()> {
        let Some(identity) = identity else {
            return Ok(());
        };
        self.parameter(identity).map(drop).ok_or_else(|| {
            Error::invalid_input(format!(
                "a managed identity cannot be chosen by {} on {}: its own identity is used where none is asked for (AZURE_CLIENT_ID asks for one)",
                identity.kind(),
                self.kind.name(),
            ))
        })
    }

    /// The request for a token for `resource`.
    pub(super) fn request(&self, resource: &str, identity: Option<&ManagedIdentityId>) -> Request {
        let mut pairs = vec![("resource", resource)];
        pairs.extend(self.kind.api_version().map(|version| ("api-version", version)));
        let asked = identity.and_then(|id| Some((self.parameter(id)?, id.value())));
        let default = self.default_client.as_deref().map(|client| ("clientid", client));
        pairs.extend(asked.or(default));
        let mut request = if self.kind == Kind::CloudShell {
            let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
            let mut request = Request::new(self.url.clone(), Method::Post);
            request.insert_header("content-type", "application/x-www-form-urlencoded");
            request.set_body(form);
            request
        } else {
            let mut url = self.url.clone();
            url.query_pairs_mut().extend_pairs(pairs);
            Request::new(url, Method::Get)
        };
        let secret = || self.secret.as_ref().map_or("", SecretValue::expose).to_owned();
        match self.kind {
            Kind::AppService => request.insert_header("x-identity-header", secret()),
            Kind::AzureMl => request.insert_header("secret", secret()),
            Kind::Arc | Kind::CloudShell | Kind::Imds => request.insert_header("metadata", "true"),
        }
        request
    }

    /// What an identity of this sort is called here.
    fn parameter(&self, identity: &ManagedIdentityId) -> Option<&'static str> {
        use ManagedIdentityId::{ClientId, ObjectId, ResourceId};
        match (self.kind, identity) {
            (Kind::AppService | Kind::Imds, ClientId(_)) => Some("client_id"),
            (Kind::AppService | Kind::Imds, ObjectId(_)) => Some("object_id"),
            (Kind::AppService | Kind::AzureMl, ResourceId(_)) => Some("mi_res_id"),
            (Kind::Imds, ResourceId(_)) => Some("msi_res_id"),
            (Kind::AzureMl, ClientId(_)) => Some("clientid"),
            (Kind::AzureMl, ObjectId(_)) | (Kind::Arc | Kind::CloudShell, _) => None,
        }
    }
}

impl Kind {
    fn api_version(self) -> Option<&'static str> {
        match self {
            Self::AppService => Some("2019-08-01"),
            Self::AzureMl => Some("2017-09-01"),
            Self::Arc => Some("2020-06-01"),
            Self::CloudShell => None,
            Self::Imds => Some("2018-02-01"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::AppService => "App Service",
            Self::AzureMl => "Azure ML",
            Self::Arc => "Azure Arc",
            Self::CloudShell => "Cloud Shell",
            Self::Imds => "a virtual machine",
        }
    }
}

fn parse(variable: &str, value: &str) -> Result<Url> {
    match Url::parse(value) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(Error::invalid_input(format!("{variable} is not an http or https URL"))),
    }
}
