//! The same fleet, made by the official Python client as its user would write it.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::emulate::Emulating;

/// Where `cargo xtask bench` has put a Python with the official clients.
const PYTHON: &str = "AZVAULT_BENCH_PYTHON";

/// Gives the seconds that it takes, without starting Python.
pub(super) fn apply(emulator: &Emulating, vaults: usize) -> Result<f64> {
    let python = std::env::var_os(PYTHON).with_context(|| {
        format!("{PYTHON} is not set: run this by cargo xtask bench management")
    })?;
    let hello = emulator.hello();
    let ca = CaFile::write(&hello.ca_pem)?;
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/management/official.py"))
        .arg(vaults.to_string())
        .env("MANAGEMENT_URL", &hello.management_url)
        .env("SUBSCRIPTION_ID", &hello.subscription_id)
        .env("AZURE_TENANT_ID", &hello.tenant_id)
        .env("AZURE_AUTHORITY_HOST", &hello.management_url)
        .env("REQUESTS_CA_BUNDLE", &ca.0)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("starting Python")?;
    ensure!(output.status.success(), "the official client ended with {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().with_context(|| format!("no seconds: {text}"))
}

/// The certificate to trust, which Python reads from a file.
struct CaFile(PathBuf);

impl CaFile {
    fn write(pem: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("azvault-bench-{}.pem", uuid::Uuid::new_v4()));
        std::fs::write(&path, pem)?;
        Ok(Self(path))
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}
