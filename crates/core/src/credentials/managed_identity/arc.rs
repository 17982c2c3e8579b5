//! Azure Arc proves who asks by a file that only some users of the machine may read.
#![expect(
    elided_lifetimes_in_paths,
    reason = "azure_core's Policy elides Context's lifetime, and async_trait wants the same spelling"
)]

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use azure_core::http::{
    Context, Request,
    headers::{AUTHORIZATION, Headers, WWW_AUTHENTICATE},
    policies::{Policy, PolicyResult},
};

use crate::{Error, ErrorKind, Result, credentials::Surroundings, policies::call_next};

/// Answers the challenge of Azure Arc's agent: a 401 that names a file, whose content is then sent
/// to the agent.
///
/// Source: [Managed identity on Arc-enabled servers](https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication).
pub(super) struct ArcKey {
    surroundings: Surroundings,
}

/// A key is far smaller; more than this is not one.
const MAX_KEY: u64 = 4096;

impl ArcKey {
    pub(super) fn new(surroundings: Surroundings) -> Self {
        Self { surroundings }
    }

    /// The header that answers the challenge in `headers`.
    async fn answer(&self, headers: &Headers) -> Result<String> {
        let challenge = crate::headers::get(headers, &WWW_AUTHENTICATE).unwrap_or_default();
        let directory = directory(self.surroundings.var("ProgramData").as_deref());
        let path = key_file(challenge, &directory)?;
        let key = self.surroundings.read(&path, MAX_KEY).await.map_err(|error| {
            let why = match error.kind() {
                io::ErrorKind::FileTooLarge => "has more than 4096 bytes",
                io::ErrorKind::NotFound => "does not exist",
                io::ErrorKind::PermissionDenied => {
                    "may not be read by this user, who must be in the group himds (on Windows: Hybrid Agent Extension Applications)"
                }
                _ => "cannot be read",
            };
            refused(format!("the key file of Azure Arc {why}")).with_source(error)
        })?;
        let text = std::str::from_utf8(key.expose()).map(str::trim).unwrap_or_default();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("the key file of Azure Arc does not hold a key"));
        }
        Ok(format!("Basic {text}"))
    }
}

#[async_trait]
impl Policy for ArcKey {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        // Each attempt has a challenge, and a file, of its own.
        request.headers_mut().remove(AUTHORIZATION);
        let first = call_next(ctx, request, next).await?;
        if u16::from(first.status()) != 401 {
            return Ok(first);
        }
        let answer = self.answer(first.headers()).await.map_err(Error::into_azure)?;
        request.insert_header(AUTHORIZATION, answer);
        let second = call_next(ctx, request, next).await;
        request.headers_mut().remove(AUTHORIZATION);
        second
    }
}

impl fmt::Debug for ArcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ArcKey")
    }
}

/// Where the agent writes its keys.
fn directory(program_data: Option<&str>) -> PathBuf {
    if cfg!(windows) {
        Path::new(program_data.unwrap_or("C:\\ProgramData"))
            .join("AzureConnectedMachineAgent")
            .join("Tokens")
    } else {
        PathBuf::from("/var/opt/azcmagent/tokens")
    }
}

/// The file that a challenge `Basic realm=<path>` names. Whoever answers in the agent's place must
/// not have any other file sent to them.
fn key_file(challenge: &str, directory: &Path) -> Result<PathBuf> {
    let (scheme, rest) = challenge.trim().split_once(' ').unwrap_or_default();
    let (name, path) = rest.split_once('=').unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("basic") || !name.trim().eq_ignore_ascii_case("realm") {
        return Err(refused("Azure Arc did not name a key file in its challenge"));
    }
    let path = PathBuf::from(path.trim().trim_matches('"'));
    let is_key = path.extension().is_some_and(|extension| extension == "key");
    if path.parent() == Some(directory) && path.file_name().is_some() && is_key {
        return Ok(path);
    }
    Err(refused("Azure Arc named a file that is not one of its keys, which is not read"))
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Authentication, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_directly_in_the_agents_directory_are_read() {
        let directory = Path::new("/var/opt/azcmagent/tokens");
        let named = |challenge: &str| key_file(challenge, directory);
        for fine in [
            "Basic realm=/var/opt/azcmagent/tokens/1.key",
            "basic Realm=\"/var/opt/azcmagent/tokens/1.key\"",
        ] {
            assert_eq!(named(fine).unwrap(), directory.join("1.key"), "{fine}");
        }
        for evil in [
            "Basic realm=/etc/shadow",
            "Basic realm=/etc/x.key",
            "Basic realm=/var/opt/azcmagent/tokens/../../../etc/x.key",
            "Basic realm=/var/opt/azcmagent/tokens/sub/1.key",
            "Basic realm=/var/opt/azcmagent/tokens/1.pem",
            "Basic realm=/var/opt/azcmagent/tokens/.key",
            "Basic realm=/var/opt/azcmagent/tokens-2/1.key",
            "Basic realm=1.key",
            "Basic realm=",
            "Bearer realm=/var/opt/azcmagent/tokens/1.key",
            "Basic",
            "",
        ] {
            assert!(named(evil).is_err(), "{evil}");
        }
    }
}
