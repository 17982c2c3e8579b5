//! The command line, what is printed at the start, and the graceful end.
//!
//! Standard output is for people and scripts; logs go to standard error and hold no token and no secret.

use std::{
    error::Error,
    fs,
    io::{self, IsTerminal, Write},
    net::IpAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use azvault_emulator::{Emulator, ResourceManagerLimits, VaultLimits};
use clap::{ArgAction, Parser};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use uuid::Uuid;

/// A local Azure Key Vault: real HTTPS, real cryptography, nothing kept.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Settings {
    /// Port to listen on; 0 takes a free one and prints it.
    #[arg(long, default_value_t = 8443, env = "AZVAULT_EMULATOR_PORT")]
    port: u16,
    /// Address to listen on [default: 127.0.0.1 and ::1]. Others than loopback let the network in.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<IpAddr>,
    /// Where to write the CA certificate to trust, in PEM [default: a file of this run in the temporary directory].
    #[arg(long, value_name = "PATH")]
    ca_out: Option<PathBuf>,
    /// Tenant of the vaults, a GUID [default: a new one each run].
    #[arg(long, value_name = "GUID")]
    tenant_id: Option<Uuid>,
    /// Subscription to make vaults in, a GUID [default: a new one each run].
    #[arg(long, value_name = "GUID")]
    subscription_id: Option<Uuid>,
    /// Days that deleted keys and secrets are kept; a vault made through ARM says its own.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(7..=90))]
    retention_days: u16,
    /// Refuse to purge before the retention ends; a vault made through ARM says its own.
    #[arg(long, action = ArgAction::SetTrue)]
    purge_protection: bool,
    /// Seconds that a deletion takes.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    deletion_lag: u64,
    /// Seconds that a recovery takes.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    recovery_lag: u64,
    /// Seconds that a vault made through ARM takes to register its name: as in Azure no answer says
    /// when to ask again, so that the Python client asks after 30 s unless told otherwise.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    provisioning_lag: u64,
    /// Seconds that the purge of a deleted vault, key or secret takes.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    purge_lag: u64,
    /// Seconds that new access policies and role assignments take to count, and removed ones to count no more.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    access_lag: u64,
    /// Address that vaults see callers come from [default: that of the connection]. Network rules can name no loopback
    /// address.
    #[arg(long, value_name = "ADDRESS")]
    client_address: Option<IpAddr>,
    /// Milliseconds that each answer is held back.
    #[arg(long, default_value_t = 0, value_name = "MILLISECONDS")]
    latency: u64,
    /// Refuse vaults until a subscription is registered for the Key Vault provider.
    #[arg(long, action = ArgAction::SetTrue)]
    provider_unregistered: bool,
    /// Seconds that the registration of a subscription takes.
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    registration_lag: u64,
    /// Throttle callers of Resource Manager as Azure does: 250 reads, 200 writes and 200 deletes in a
    /// subscription, and 25, 10 and 10 more a second.
    #[arg(long, action = ArgAction::SetTrue)]
    resource_manager_limits: bool,
    /// Throttle the requests to each vault as Azure does.
    #[arg(long, action = ArgAction::SetTrue)]
    vault_limits: bool,
    /// Append a line of JSON to this file for each answered request [default: the file that
    /// AZVAULT_EMULATOR_JOURNAL names, if any].
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

/// Logs at `info`, or as RUST_LOG says.
pub(crate) fn log_to_stderr() {
    let filter =
        EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
}

/// Runs until Ctrl-C or SIGTERM.
pub(crate) async fn run(settings: Settings) -> Result<(), Box<dyn Error>> {
    let mut builder = Emulator::builder()
        .port(settings.port)
        .retention_days(settings.retention_days)
        .purge_protection(settings.purge_protection)
        .deletion_lag(Duration::from_secs(settings.deletion_lag))
        .recovery_lag(Duration::from_secs(settings.recovery_lag))
        .provisioning_lag(Duration::from_secs(settings.provisioning_lag))
        .purge_lag(Duration::from_secs(settings.purge_lag))
        .access_lag(Duration::from_secs(settings.access_lag))
        .latency(Duration::from_millis(settings.latency))
        .provider_registered(!settings.provider_unregistered)
        .registration_lag(Duration::from_secs(settings.registration_lag));
    if let Some(address) = settings.client_address {
        builder = builder.client_address(address);
    }
    if settings.resource_manager_limits {
        builder = builder.resource_manager_limits(ResourceManagerLimits::default());
    }
    if settings.vault_limits {
        builder = builder.vault_limits(VaultLimits::default());
    }
    if let Some(subscription_id) = settings.subscription_id {
        builder = builder.subscription_id(subscription_id.to_string());
    }
    if let Some(tenant_id) = settings.tenant_id {
        builder = builder.tenant_id(tenant_id.to_string());
    }
    if let Some(address) = settings.listen {
        builder = builder.listen(address);
        if !address.is_loopback() {
            tracing::warn!(
                %address,
                "NOT LOOPBACK: whoever reaches this address gets a token for the asking and can use every key"
            );
        }
    }
    if let Some(path) = settings.journal {
        let file = fs::OpenOptions::new().create(true).append(true).open(&path);
        let file = file.map_err(|error| of_file(&path, &error))?;
        builder = builder.journal_file(file);
    }
    let emulator = builder.start().await?;
    let ca = CaFile::write(settings.ca_out, emulator.ca_pem())?;
    // Before anything is printed: whoever reads it may send a signal at once.
    let stop = StopSignals::listen()?;
    announce(&emulator, ca.path())?;
    stop.received().await?;
    tracing::info!("stopping");
    emulator.shutdown().await;
    Ok(())
}

/// The system's errors do not name the file.
fn of_file(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The CA certificate on disk, never its key; a file of our own choosing is removed at the end.
struct CaFile {
    path: PathBuf,
    ours: bool,
}

impl CaFile {
    fn write(path: Option<PathBuf>, pem: &str) -> io::Result<Self> {
        if let Some(path) = path {
            fs::write(&path, pem).map_err(|error| of_file(&path, &error))?;
            return Ok(Self { path, ours: false });
        }
        let path = std::env::temp_dir().join(format!("azvault-emulator-{}.pem", Uuid::new_v4()));
        // Never through a file or a link that somebody else put there.
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(pem.as_bytes()))
            .map_err(|error| of_file(&path, &error))?;
        Ok(Self { path, ours: true })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::debug!(%error, "the CA file could not be removed");
        }
    }
}

fn announce(emulator: &Emulator, ca: &Path) -> io::Result<()> {
    let (authority, tenant, ca) = (emulator.authority(), emulator.tenant_id(), ca.display());
    let mut out = io::stdout().lock();
    writeln!(out, "Vault URL:       {}", emulator.vault_url("{name}"))?;
    writeln!(out, "Managed HSM URL: {}", emulator.managed_hsm_url("{name}"))?;
    writeln!(out, "Authority:       {authority}")?;
    writeln!(out, "Management URL:  {}", emulator.management_url())?;
    writeln!(out, "Tenant:          {tenant}")?;
    writeln!(out, "Subscription:    {}", emulator.subscription_id())?;
    writeln!(out, "CA certificate:  {ca}")?;
    writeln!(out, "\nFor clients in this shell (any client id and secret will do):")?;
    for variable in ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
        writeln!(out, "  export {variable}='{ca}'")?;
    }
    writeln!(out, "  export AZURE_AUTHORITY_HOST='{authority}'")?;
    writeln!(
        out,
        "  export AZURE_TENANT_ID='{tenant}' AZURE_CLIENT_ID='local' AZURE_CLIENT_SECRET='local'"
    )?;
    writeln!(
        out,
        "Turn instance discovery off in the credential, since this authority is not a public one."
    )?;
    writeln!(out, "\nCtrl-C stops the emulator; nothing is kept.")?;
    out.flush()
}

/// The signals that end the program, listened for from the moment this is made.
#[cfg(unix)]
struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }
}

/// The signals that end the program.
#[cfg(not(unix))]
struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}
