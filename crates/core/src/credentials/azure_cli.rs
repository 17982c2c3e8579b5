//! The person logged in to the Azure CLI or the Azure Developer CLI, through azure_identity's
//! credentials, with a time limit and without repeating what the tools print.

use std::{
    ffi::OsStr,
    fmt, io,
    process::{ExitStatus, Output},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_identity::{
    AzureCliCredential as Cli, AzureCliCredentialOptions, AzureDeveloperCliCredential as DevCli,
    AzureDeveloperCliCredentialOptions, Executor,
};

use super::{
    CommandOutput, Credential, Surroundings, TenantId, Unavailable, request::wanted,
    surroundings::Ran,
};
use crate::{Error, ErrorKind};

/// A cold `az` has been seen to take 13 s.
pub(super) const TOOL_LIMIT: Duration = Duration::from_secs(20);

/// Runs a tool for one token request and remembers how that went.
#[derive(Debug)]
struct Watched {
    tool: &'static str,
    surroundings: Surroundings,
    ended: Mutex<Option<Ended>>,
}

#[derive(Clone, Debug)]
enum Ended {
    NotInstalled,
    TimedOut,
    LoggedOut,
    Failed(String),
    Well,
}

#[async_trait]
impl Executor for Watched {
    async fn run(&self, program: &OsStr, arguments: &[&OsStr]) -> io::Result<Output> {
        let texts: Vec<_> = arguments.iter().map(|argument| argument.to_string_lossy()).collect();
        let arguments: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        let program = program.to_string_lossy();
        let ran = self.surroundings.run(self.tool, &program, &arguments, TOOL_LIMIT).await;
        let (ended, result) = match ran {
            Ran::Ended(output) => (how_it_ended(&output), Ok(output)),
            Ran::TimedOut => (Ended::TimedOut, Err(io::ErrorKind::TimedOut)),
            Ran::NotStarted(kind) if is_absent(kind) => (Ended::NotInstalled, Err(kind)),
            Ran::NotStarted(kind) => {
                (Ended::Failed(format!("it did not start: {kind}")), Err(kind))
            }
            Ran::Lost => (Ended::Failed(LOST.to_owned()), Err(io::ErrorKind::Interrupted)),
        };
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        let output = result?;
        Ok(Output {
            status: exit_status(output.code.unwrap_or(-1)),
            stdout: output.stdout.clone(),
            stderr: output.stderr.clone(),
        })
    }
}

/// What a run says that broke off.
pub(super) const LOST: &str = "it was broken off";

/// Whether a program that could not be started is not there: on PATH, or not for this user.
pub(super) fn is_absent(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

fn how_it_ended(output: &CommandOutput) -> Ended {
    if output.success {
        return Ended::Well;
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    // 127: a shell found no such program; 9009: nor did cmd.
    if matches!(output.code, Some(127 | 9009)) || stderr.contains("is not recognized") {
        return Ended::NotInstalled;
    }
    if ["az login", "azd auth login", "not logged in"].iter().any(|sign| stderr.contains(sign)) {
        return Ended::LoggedOut;
    }
    Ended::Failed(first_line(&stderr))
}

/// The first line that says something, without words that may be a token or a password: long ones,
/// and those with a digit, except Entra's codes.
pub(super) fn first_line(stderr: &str) -> String {
    let line = stderr.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no message");
    let words: Vec<&str> = line
        .split_whitespace()
        .map(|word| if may_be_secret(word) { "[…]" } else { word })
        .collect();
    words.join(" ").chars().take(200).collect()
}

fn may_be_secret(word: &str) -> bool {
    let is_code = word.starts_with("AADSTS") && word.len() < 20;
    !is_code && (word.len() > 20 || word.bytes().any(|b| b.is_ascii_digit()))
}

#[cfg(unix)]
fn exit_status(code: i32) -> ExitStatus {
    std::os::unix::process::ExitStatusExt::from_raw(code << 8)
}

#[cfg(windows)]
fn exit_status(code: i32) -> ExitStatus {
    std::os::windows::process::ExitStatusExt::from_raw(code as u32)
}

type Make = fn(Option<String>, Arc<dyn Executor>) -> azure_core::Result<Arc<dyn TokenCredential>>;

/// Requests a token by the credential that `make` gives, newly made so that it serves the tenant
/// asked for, and tells what is missing from what failed.
async fn request(
    tool: &'static str,
    make: Make,
    surroundings: &Surroundings,
    scopes: &[&str],
    options: Option<TokenRequestOptions<'_>>,
) -> azure_core::Result<AccessToken> {
    let tenant = wanted(options.as_ref()).0.map(|tenant| TenantId::as_str(tenant).to_owned());
    let watched =
        Arc::new(Watched { tool, surroundings: surroundings.clone(), ended: Mutex::new(None) });
    let credential = make(tenant, watched.clone())?;
    let Err(error) = (match credential.get_token(scopes, None).await {
        Ok(token) => return Ok(token),
        Err(error) => Err::<(), _>(error),
    }) else {
        return Err(Unavailable::new("nothing was asked").into_azure());
    };
    let ended = watched.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let failed = |message: String| Err(Error::new(ErrorKind::Authentication, message).into_azure());
    match ended {
        // The error of azure_identity repeats all that the tool printed, so it is not kept.
        Some(Ended::NotInstalled) => {
            Err(Unavailable::new(format!("{tool} is not installed, or not on PATH")).into_azure())
        }
        Some(Ended::LoggedOut) => {
            let login = if tool == "azd" { "azd auth login" } else { "az login" };
            Err(Unavailable::new(format!("nobody is logged in: run '{login}'")).into_azure())
        }
        Some(Ended::TimedOut) => {
            failed(format!("{tool} gave no token within {} s", TOOL_LIMIT.as_secs()))
        }
        Some(Ended::Failed(line)) => failed(format!("{tool} failed: {line}")),
        Some(Ended::Well) => failed(format!("{tool} printed something that is not a token")),
        // Refused before the tool was run: a scope or a tenant that cannot be one.
        None => Err(error),
    }
}

/// Authenticates the person, or the service principal, logged in to the Azure CLI (`az`).
///
/// Source: azure_identity's `AzureCliCredential`, with a limit of 20 s.
#[derive(Clone)]
pub struct AzureCliCredential {
    surroundings: Surroundings,
}

/// Authenticates the person logged in to the Azure Developer CLI (`azd`).
///
/// Source: azure_identity's `AzureDeveloperCliCredential`, with a limit of 20 s.
#[derive(Clone)]
pub struct AzureDeveloperCliCredential {
    surroundings: Surroundings,
}

macro_rules! tool_credential {
    ($name:ident, $tool:literal, $make:expr) => {
        impl $name {
            /// A credential that runs the tool whenever a token is needed.
            pub fn new(surroundings: Surroundings) -> Self {
                Self { surroundings }
            }
        }

        #[async_trait]
        impl TokenCredential for $name {
            async fn get_token(
                &self,
                scopes: &[&str],
                options: Option<TokenRequestOptions<'_>>,
            ) -> azure_core::Result<AccessToken> {
                request($tool, $make, &self.surroundings, scopes, options).await
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), " { .. }"))
            }
        }

        impl From<$name> for Credential {
            fn from(credential: $name) -> Self {
                Arc::new(credential).into()
            }
        }
    };
}

tool_credential!(AzureCliCredential, "az", |tenant_id, executor| {
    let options = AzureCliCredentialOptions {
        tenant_id,
        executor: Some(executor),
        ..AzureCliCredentialOptions::default()
    };
    Ok(Cli::new(Some(options))?)
});
tool_credential!(AzureDeveloperCliCredential, "azd", |tenant_id, executor| {
    let options = AzureDeveloperCliCredentialOptions { tenant_id, executor: Some(executor) };
    Ok(DevCli::new(Some(options))?)
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tool_prints_is_shortened_and_long_words_are_left_out() {
        let token = "e".repeat(41);
        assert_eq!(
            first_line(&format!("\n  ERROR: got {token} back\nmore")),
            "ERROR: got […] back"
        );
        assert_eq!(first_line(""), "no message");
    }

    #[test]
    fn absent_logged_out_and_failing_tools_are_told_apart() {
        let ended = |code, stderr: &str| how_it_ended(&CommandOutput::new(code, "", stderr));
        assert!(matches!(ended(127, "sh: az: not found"), Ended::NotInstalled));
        assert!(matches!(ended(1, "Please run 'az login' to setup account."), Ended::LoggedOut));
        assert!(matches!(ended(1, "ERROR: AADSTS50076"), Ended::Failed(_)));
        assert!(matches!(ended(0, "a warning"), Ended::Well));
    }
}
