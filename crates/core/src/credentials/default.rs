//! The credential for a program that runs on a laptop and in Azure alike.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    http::Transport,
};

use super::{
    AzureCliCredential, AzureDeveloperCliCredential, AzurePowerShellCredential,
    ChainedTokenCredential, Credential, Env, EnvironmentCredential, LinkOutcome,
    ManagedIdentityCredential, Surroundings, WorkloadIdentityCredential,
};
use crate::{Error, Result, auth::Cloud};

/// Finds out who is calling: environment → workload identity → managed identity → Azure CLI →
/// Azure PowerShell → Azure Developer CLI, and keeps the first that gives a token.
///
/// A credential that is set up but fails ends the search: nobody becomes somebody else unnoticed.
/// `AZURE_TOKEN_CREDENTIALS` narrows the search: `prod` to the first three, `dev` to the last
/// three, or the name of one credential. [`outcomes`](Self::outcomes) and the error say what came
/// of each.
///
/// Source: [Credential chains](https://learn.microsoft.com/azure/developer/python/sdk/authentication/credential-chains).
///
/// # Examples
/// ```
/// use azvault_core::credentials::{DefaultAzureCredential, Env};
///
/// let env = Env::from_pairs([("AZURE_TOKEN_CREDENTIALS", "prod")]);
/// let credential = DefaultAzureCredential::builder().env(env).build()?;
/// assert_eq!(
///     credential.links().collect::<Vec<_>>(),
///     ["EnvironmentCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential"],
/// );
/// # Ok::<(), azvault_core::Error>(())
/// ```
#[derive(Clone)]
pub struct DefaultAzureCredential(Arc<ChainedTokenCredential>);

/// Sets what a [`DefaultAzureCredential`] looks at.
#[derive(Debug, Default)]
#[must_use]
pub struct DefaultAzureCredentialBuilder {
    surroundings: Surroundings,
    managed_identity_client_id: Option<String>,
}

const NAMES: [&str; 6] = [
    "EnvironmentCredential",
    "WorkloadIdentityCredential",
    "ManagedIdentityCredential",
    "AzureCliCredential",
    "AzurePowerShellCredential",
    "AzureDeveloperCliCredential",
];
const FIRST_OF_DEV: usize = 3;

impl DefaultAzureCredential {
    /// A credential that looks at this process's environment and this machine.
    ///
    /// # Errors
    /// `InvalidInput` if an environment variable has a value that cannot be one.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// A builder, to set the transport or the identity.
    pub fn builder() -> DefaultAzureCredentialBuilder {
        DefaultAzureCredentialBuilder::default()
    }

    /// What came of each credential at the last search.
    pub fn outcomes(&self) -> Vec<LinkOutcome> {
        self.0.outcomes()
    }

    /// The names of the credentials that are tried, in order.
    pub fn links(&self) -> impl Iterator<Item = &'static str> {
        self.0.links()
    }
}

impl DefaultAzureCredentialBuilder {
    /// Sends token requests through `transport`.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.surroundings = self.surroundings.transport(transport);
        self
    }

    /// Asks the authority of `cloud` for tokens, whatever `AZURE_AUTHORITY_HOST` says.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.surroundings = self.surroundings.cloud(cloud);
        self
    }

    /// Reads these variables instead of the process's.
    pub fn env(mut self, env: Env) -> Self {
        self.surroundings = self.surroundings.env(env);
        self
    }

    /// Uses these surroundings altogether.
    pub fn surroundings(mut self, surroundings: Surroundings) -> Self {
        self.surroundings = surroundings;
        self
    }

    /// Chooses a user-assigned managed identity; unless set, `AZURE_CLIENT_ID` does.
    pub fn managed_identity_client_id(mut self, id: impl Into<String>) -> Self {
        self.managed_identity_client_id = Some(id.into());
        self
    }

    /// Builds the credential. Nothing is tried yet.
    ///
    /// # Errors
    /// `InvalidInput` if an environment variable has a value that cannot be one.
    pub fn build(self) -> Result<DefaultAzureCredential> {
        let around = self.surroundings.with_shared_transport()?;
        let names = selected(around.var("AZURE_TOKEN_CREDENTIALS").as_deref())?;
        let managed_identity =
            self.managed_identity_client_id.or_else(|| around.var("AZURE_CLIENT_ID"));
        let mut chain = ChainedTokenCredential::new(around.clone());
        for name in names {
            let around = around.clone();
            let link: Arc<dyn TokenCredential> = match *name {
                "EnvironmentCredential" => Arc::new(EnvironmentCredential::new(around)?),
                "WorkloadIdentityCredential" => {
                    Arc::new(WorkloadIdentityCredential::from_env(around)?)
                }
                "ManagedIdentityCredential" => {
                    match ManagedIdentityCredential::new(managed_identity.clone(), around) {
                        // Asked for by name, it is expected to be there.
                        Ok(link) if names.len() == 1 => Arc::new(link),
                        Ok(link) => Arc::new(link.probed()),
                        Err(error) if names.len() == 1 => return Err(error),
                        // The credentials before it may do.
                        Err(error) => Arc::new(Unusable(Arc::new(error))),
                    }
                }
                "AzureCliCredential" => Arc::new(AzureCliCredential::new(around)),
                "AzurePowerShellCredential" => Arc::new(AzurePowerShellCredential::new(around)),
                _ => Arc::new(AzureDeveloperCliCredential::new(around)),
            };
            chain = chain.link(name, link);
        }
        Ok(DefaultAzureCredential(Arc::new(chain)))
    }
}

/// A credential that is set up in a way that cannot be used: fails once its turn comes.
#[derive(Debug)]
struct Unusable(Arc<Error>);

#[async_trait]
impl TokenCredential for Unusable {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Err(Error::shared(&self.0).into_azure())
    }
}

/// The credentials that `AZURE_TOKEN_CREDENTIALS` chooses.
fn selected(variable: Option<&str>) -> Result<&'static [&'static str]> {
    let Some(choice) = variable.map(str::trim) else {
        return Ok(&NAMES);
    };
    let (prod, dev) = NAMES.split_at(FIRST_OF_DEV);
    if choice.eq_ignore_ascii_case("prod") {
        return Ok(prod);
    }
    if choice.eq_ignore_ascii_case("dev") {
        return Ok(dev);
    }
    NAMES.chunks(1).find(|name| name.iter().any(|n| n.eq_ignore_ascii_case(choice))).ok_or_else(
        || {
            Error::invalid_input(format!(
                "AZURE_TOKEN_CREDENTIALS is {choice:?}: it must be 'prod', 'dev' or one of {}",
                NAMES.join(", ")
            ))
        },
    )
}

#[async_trait]
impl TokenCredential for DefaultAzureCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.0.get_token(scopes, options).await
    }
}

impl fmt::Debug for DefaultAzureCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DefaultAzureCredential").field(&self.0).finish()
    }
}

impl From<DefaultAzureCredential> for Credential {
    fn from(credential: DefaultAzureCredential) -> Self {
        // The chain itself, so that clones share one cache.
        credential.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_selects_credentials() {
        assert_eq!(selected(None).unwrap(), NAMES);
        assert_eq!(selected(Some("PROD")).unwrap().len(), 3);
        assert_eq!(selected(Some("dev")).unwrap().first(), Some(&"AzureCliCredential"));
        assert_eq!(selected(Some("azureclicredential")).unwrap(), ["AzureCliCredential"]);
        let error = selected(Some("everything")).unwrap_err().to_string();
        assert!(error.contains("'prod', 'dev'"), "{error}");
    }
}
