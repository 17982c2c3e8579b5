//! Starting a runner: what it finds in its environment, how long it may take, and reading its lines.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::report::Report;

/// Longer than any runner takes, on two busy cores: `az` is started some 200 times.
const LIMIT: Duration = Duration::from_secs(1800);

/// Takes away what this machine says of an account, an identity, a proxy or certificates of its own.
pub(super) fn cleaned(command: &mut Command) -> &mut Command {
    let names = std::env::vars_os().map(|(name, _)| name);
    for name in names.filter(|name| name.to_str().is_some_and(of_this_machine)) {
        command.env_remove(name);
    }
    command
}

fn of_this_machine(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let begins = ["AZURE_", "MSI_", "ARM_", "IDENTITY_", "IMDS_", "CONNECTION_"];
    begins.iter().any(|begin| name.starts_with(begin))
        || name.ends_with("_PROXY")
        || ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
            .contains(&name.as_str())
        || ["NODE_EXTRA_CA_CERTS", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS"].contains(&name.as_str())
}

/// Runs it, printing what it prints, and takes in each line.
pub(super) fn run(command: &mut Command, report: &mut Report) -> Result<()> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command.spawn().with_context(|| format!("starting {program}"))?;
    let stdout = child.stdout.take().context("no standard output")?;
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let started = Instant::now();
    loop {
        match lines.recv_timeout(LIMIT.saturating_sub(started.elapsed())) {
            Ok(line) => {
                println!("{line}");
                report.line(&line);
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                bail!("it was still running after {} s", LIMIT.as_secs());
            }
        }
    }
    report.close(child.wait()?.success());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_proxies_and_certificates_of_the_machine_are_taken_away() {
        for name in ["AZURE_CLIENT_ID", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "MSI_SECRET"] {
            assert!(of_this_machine(name), "{name}");
        }
        for name in ["PATH", "HOME", "NODE_PATH", "CARGO_HOME"] {
            assert!(!of_this_machine(name), "{name}");
        }
    }

    #[test]
    fn the_lines_of_a_program_are_taken_in() {
        let mut report = Report::default();
        let script = "echo 'ok keys: a'; echo '1 passed, 0 failed'";
        run(Command::new("sh").args(["-c", script]), &mut report).unwrap();
        assert_eq!(report.counts(), "1 keys; 1 passed, 0 failed");
    }
}
