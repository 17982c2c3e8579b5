//! Running checks and counting them.

use std::fmt::Debug;
use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use azure_core::error::ErrorKind;

/// How long one check may take, waits of the clients included.
const LIMIT: Duration = Duration::from_secs(120);

/// The counts.
#[derive(Default)]
pub struct Suite {
    pub passed: usize,
    pub failed: usize,
}

impl Suite {
    /// Failure if a check failed, or there was none.
    pub fn verdict(&self) -> ExitCode {
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    /// Runs one check and prints its line.
    pub async fn check(&mut self, area: &str, name: &str, run: impl Future<Output = Result<()>>) {
        let areas = std::env::var("AREAS").unwrap_or_default();
        if !areas.is_empty() && !areas.split_whitespace().any(|wanted| wanted == area) {
            return;
        }
        let outcome = tokio::time::timeout(LIMIT, run).await;
        match outcome.unwrap_or_else(|_| Err(anyhow!("still running after {LIMIT:?}"))) {
            Ok(()) => {
                self.passed += 1;
                println!("ok {area}: {name}");
            }
            Err(error) => {
                self.failed += 1;
                let why = format!("{error:#}");
                println!(
                    "FAILED {area}: {name}: {}",
                    why.split_whitespace().collect::<Vec<_>>().join(" ")
                );
            }
        }
    }
}

/// Expects a value.
pub fn equal<T: PartialEq<U> + Debug, U: Debug>(what: &str, got: T, want: U) -> Result<()> {
    if got != want {
        bail!("{what} is {got:?}, not {want:?}");
    }
    Ok(())
}

/// Expects a condition.
pub fn that(holds: bool, what: &str) -> Result<()> {
    if !holds {
        bail!("not so: {what}");
    }
    Ok(())
}

/// Expects the service's refusal with this status and code.
pub fn refused<T>(answer: azure_core::Result<T>, status: u16, code: &str) -> Result<()> {
    let Err(error) = answer else { bail!("expected {status} {code}, got an answer") };
    let ErrorKind::HttpResponse { status: got, raw_response, .. } = error.kind() else {
        return Err(anyhow!(error).context(format!("expected {status} {code}")));
    };
    equal("status", u16::from(*got), status)?;
    // Not the error's own code, which this client gives up on when a message has an escaped character.
    let body = raw_response.as_ref().map(|response| response.body().as_ref().to_vec());
    let body: serde_json::Value = serde_json::from_slice(&body.unwrap_or_default())?;
    equal("code", body["error"]["code"].as_str(), Some(code))
}

/// Expects something where a model may have nothing.
pub fn there<T>(what: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| anyhow!("no {what}"))
}
