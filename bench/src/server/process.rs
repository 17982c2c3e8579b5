//! The other process as seen from this one.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};

use super::Hello;

/// A server in a process of its own; it ends when this is dropped.
pub(crate) struct Server {
    process: Child,
    hello: Hello,
}

impl Server {
    /// Starts this very program again, as the server.
    ///
    /// # Errors
    /// When it does not start or does not say where it listens.
    pub(crate) fn start(arguments: &[&str]) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .arg("serve")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the server")?;
        let stdout = process.stdout.take().context("the server has no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let hello = serde_json::from_str(&line).context("the server does not say where it is")?;
        Ok(Self { process, hello })
    }

    /// The vault it plays.
    pub(crate) fn vault_url(&self) -> String {
        format!("https://localhost:{}", self.hello.port)
    }

    /// The certificate authority to trust, in PEM.
    pub(crate) fn ca_pem(&self) -> &str {
        &self.hello.ca_pem
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
