//! A credential that mints its tokens in process: no socket, no token endpoint.

use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    error::{Error, ErrorKind},
};

use crate::{entra::Tokens, principal::Principal};

#[derive(Debug)]
pub(crate) struct EmulatorCredential {
    pub(crate) tokens: Tokens,
    pub(crate) principal: Principal,
}

#[async_trait::async_trait]
impl TokenCredential for EmulatorCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let [scope] = scopes else {
            let message = format!("one scope is needed, {} were given", scopes.len());
            return Err(Error::with_message(ErrorKind::Credential, message));
        };
        let audience = crate::entra::audience_of_scope(scope).ok_or_else(|| {
            Error::with_message(
                ErrorKind::Credential,
                format!("the scope {scope} does not end in /.default"),
            )
        })?;
        let minted = self.tokens.mint(&self.principal, audience).map_err(|error| {
            Error::with_error(ErrorKind::Credential, error, "no token was minted")
        })?;
        Ok(AccessToken::new(minted.token, minted.expires_on))
    }
}
