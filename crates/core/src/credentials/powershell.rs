//! The person logged in to Azure PowerShell.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    Credential, Surroundings, TenantId, Unavailable,
    azure_cli::{LOST, TOOL_LIMIT, first_line, is_absent},
    request::wanted,
    surroundings::Ran,
};
use crate::{Error, ErrorKind, Result, SecretValue};

/// Authenticates the person logged in to Azure PowerShell (`Connect-AzAccount`).
///
/// Source: [Get-AzAccessToken](https://learn.microsoft.com/powershell/module/az.accounts/get-azaccesstoken).
#[derive(Clone)]
pub struct AzurePowerShellCredential {
    surroundings: Surroundings,
}

#[derive(Deserialize)]
struct Printed {
    token: SecretValue,
    expires: i64,
}

const NO_MODULE: &str = "azvault:no-module";

impl AzurePowerShellCredential {
    /// A credential that runs PowerShell whenever a token is needed.
    pub fn new(surroundings: Surroundings) -> Self {
        Self { surroundings }
    }

    async fn request(&self, scopes: &[&str], tenant: Option<&TenantId>) -> Result<AccessToken, No> {
        let script = script(scopes, tenant)?;
        let arguments = ["-NoProfile", "-NonInteractive", "-Command", script.as_str()];
        let ran = self.surroundings.run("pwsh", "pwsh", &arguments, TOOL_LIMIT).await;
        let limit = TOOL_LIMIT.as_secs();
        let output = match ran {
            Ran::Ended(output) => output,
            Ran::TimedOut => {
                return Err(failed(format!("PowerShell gave no token within {limit} s")));
            }
            Ran::NotStarted(kind) if is_absent(kind) => {
                return Err(No::Unavailable("PowerShell (pwsh) is not installed, or not on PATH"));
            }
            Ran::NotStarted(kind) => {
                return Err(failed(format!("PowerShell failed: it did not start: {kind}")));
            }
            Ran::Lost => return Err(failed(format!("PowerShell failed: {LOST}"))),
        };
        if output.stdout.starts_with(NO_MODULE.as_bytes()) {
            return Err(No::Unavailable("PowerShell has no Az.Accounts module"));
        }
        if !output.success {
            let stderr = String::from_utf8_lossy(&output.stderr);
            if stderr.contains("Connect-AzAccount") {
                return Err(No::Unavailable("nobody is logged in: run 'Connect-AzAccount'"));
            }
            return Err(failed(format!("PowerShell failed: {}", first_line(&stderr))));
        }
        // The text at fault is not repeated: it may hold a token.
        let no_token = || failed("PowerShell printed something that is not a token".to_owned());
        // Warnings go to standard output too, before it.
        let mut lines = output.stdout.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let json = lines.rfind(|line| line.starts_with(b"{")).ok_or_else(no_token)?;
        let printed: Printed = serde_json::from_slice(json).map_err(|_| no_token())?;
        let expires_on =
            OffsetDateTime::from_unix_timestamp(printed.expires).map_err(|_| no_token())?;
        Ok(AccessToken::new(printed.token.expose().to_owned(), expires_on))
    }
}

enum No {
    Unavailable(&'static str),
    Failed(Error),
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn failed(message: String) -> No {
    No::Failed(Error::new(ErrorKind::Authentication, message))
}

/// The script; what goes into it comes from a challenge, so that nothing may end its quotes.
fn script(scopes: &[&str], tenant: Option<&TenantId>) -> Result<String> {
    let checked = |what: &str, text: &str| {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:/".contains(&b));
        if plain && !text.is_empty() {
            return Ok(());
        }
        Err(Error::invalid_input(format!("the {what} {text:?} has characters that none has")))
    };
    let [scope] = scopes else {
        return Err(Error::invalid_input("PowerShell takes exactly one scope"));
    };
    let resource = scope.trim_end_matches("/.default");
    checked("scope", resource)?;
    let tenant = match tenant {
        Some(tenant) => {
            checked("tenant id", tenant.as_str())?;
            format!(" -TenantId '{}'", tenant.as_str())
        }
        None => String::new(),
    };
    Ok(format!(
        "$ErrorActionPreference = 'Stop'; $WarningPreference = 'SilentlyContinue'; \
         if (-not (Get-Module -ListAvailable Az.Accounts)) {{ '{NO_MODULE}'; exit 0 }}; \
         $t = Get-AzAccessToken -ResourceUrl '{resource}'{tenant}; \
         $s = $t.Token; \
         if ($s -is [securestring]) {{ $s = [System.Net.NetworkCredential]::new('', $s).Password }}; \
         @{{ token = $s; expires = $t.ExpiresOn.ToUnixTimeSeconds() }} | ConvertTo-Json -Compress"
    ))
}

#[async_trait]
impl TokenCredential for AzurePowerShellCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.request(scopes, wanted(options.as_ref()).0).await.map_err(|no| match no {
            No::Unavailable(reason) => Unavailable::new(reason).into_azure(),
            No::Failed(error) => error.into_azure(),
        })
    }
}

impl fmt::Debug for AzurePowerShellCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AzurePowerShellCredential { .. }")
    }
}

impl From<AzurePowerShellCredential> for Credential {
    fn from(credential: AzurePowerShellCredential) -> Self {
        Arc::new(credential).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_a_challenge_can_end_the_quotes_of_the_script() {
        let scope = "https://vault.azure.net/.default";
        assert!(script(&[scope], None).unwrap().contains("'https://vault.azure.net'"));
        for evil in ["x'; rm -rf /; '", "$(x)", "`x", "a b", ""] {
            assert!(script(&[evil], None).is_err(), "{evil}");
            assert!(script(&[scope], Some(&TenantId::new(evil))).is_err(), "{evil}");
        }
    }
}
