//! What scripts are told once the emulator serves: a file, or a line of JSON.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use azvault_emulator::Emulator;
use serde::Serialize;

use super::{facts::Facts, files::write};

/// Where everything is; names stay, more may come.
#[derive(Debug, Serialize)]
pub(super) struct Ready<'a> {
    process: u32,
    version: &'static str,
    /// With `{name}` for that of the vault.
    vault_url: String,
    managed_hsm_url: String,
    authority: &'a str,
    management_url: String,
    proxy_url: &'a str,
    admin_url: String,
    health_url: String,
    port: u16,
    tenant: &'a str,
    subscription: &'a str,
    ca_certificate: &'a Path,
    trust_store: &'a Path,
}

impl<'a> Ready<'a> {
    pub(super) fn of(emulator: &Emulator, facts: &'a Facts) -> Self {
        Self {
            process: facts.process,
            version: env!("CARGO_PKG_VERSION"),
            vault_url: emulator.vault_url("{name}"),
            managed_hsm_url: emulator.managed_hsm_url("{name}"),
            authority: &facts.authority,
            management_url: emulator.management_url(),
            proxy_url: &facts.proxy,
            admin_url: emulator.admin_url(),
            health_url: format!("{}/health", facts.proxy),
            port: emulator.port(),
            tenant: &facts.tenant,
            subscription: &facts.subscription,
            ca_certificate: &facts.ca,
            trust_store: &facts.trust_store,
        }
    }

    /// One line on standard output.
    pub(super) fn print(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        serde_json::to_writer(&mut out, self)?;
        writeln!(out)?;
        out.flush()
    }
}

/// A file that is there for as long as the emulator serves.
#[derive(Debug)]
pub(super) struct ReadyFile {
    path: PathBuf,
}

impl ReadyFile {
    /// Takes away what an emulator that was killed left there, so that nobody is told too early.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let path = std::path::absolute(path)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(super::of_file(&path, &error))
            }
            _ => Ok(Self { path }),
        }
    }

    /// Writes it, whole at once.
    pub(super) fn write(&self, ready: &Ready<'_>) -> io::Result<()> {
        write(&self.path, &serde_json::to_vec_pretty(ready)?)
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "the ready file could not be removed");
        }
    }
}
