//! What the command line says of the emulator itself.

use std::{error::Error, fs, net::IpAddr, path::PathBuf, time::Duration};

use azvault_emulator::{
    Durability, Emulator, EmulatorBuilder, Principals, ResourceManagerLimits, Seed, VaultLimits,
};
use clap::{ArgAction, Args, ValueEnum, builder::BoolishValueParser};
use uuid::Uuid;

use super::{log::LogSettings, of_file, place::PlaceSettings};

/// What serving and running a command have in common.
#[derive(Debug, Args)]
pub(super) struct Settings {
    #[command(flatten)]
    pub(super) place: PlaceSettings,
    /// Port to listen on; 0 takes a free one and prints it [default: 8443; a free one with run].
    #[arg(long, env = "AZVAULT_EMULATOR_PORT")]
    port: Option<u16>,
    /// Port of the proxy, plain HTTP, where managed identity is answered too; 0 takes a free one [default: 8444; a
    /// free one with run or where --port is 0].
    #[arg(long, env = "AZVAULT_EMULATOR_PROXY_PORT")]
    proxy_port: Option<u16>,
    /// Address to listen on [default: 127.0.0.1 and ::1]. Others than loopback let the network in.
    #[arg(long, env = "AZVAULT_EMULATOR_LISTEN", value_name = "ADDRESS")]
    listen: Option<IpAddr>,
    /// Where to write the CA certificate to trust, in PEM [default: ca.pem of the installation].
    #[arg(long, env = "AZVAULT_EMULATOR_CA_OUT", value_name = "PATH")]
    pub(super) ca_out: Option<PathBuf>,
    /// Tenant of the vaults, a GUID [default: that of the installation].
    #[arg(long, env = "AZVAULT_EMULATOR_TENANT_ID", value_name = "GUID")]
    tenant_id: Option<Uuid>,
    /// Subscription to make vaults in, a GUID [default: that of the installation].
    #[arg(long, env = "AZVAULT_EMULATOR_SUBSCRIPTION_ID", value_name = "GUID")]
    subscription_id: Option<Uuid>,
    /// Days that deleted keys and secrets are kept; a vault made through ARM says its own.
    #[arg(long, env = "AZVAULT_EMULATOR_RETENTION_DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(7..=90))]
    retention_days: u16,
    /// Refuse to purge before the retention ends; a vault made through ARM says its own.
    #[arg(long, env = "AZVAULT_EMULATOR_PURGE_PROTECTION", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    purge_protection: bool,
    /// Take the times that the service was seen to take; the lags below change them one by one, and are 0 without
    /// this.
    #[arg(long, env = "AZVAULT_EMULATOR_SERVICE_TIMES", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    service_times: bool,
    /// Refuse api-versions that the service does not know.
    #[arg(long, env = "AZVAULT_EMULATOR_STRICT_API_VERSIONS", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    strict_api_versions: bool,
    /// Let in those principals alone that this file lists, in TOML, or in JSON by its name [default: everybody].
    #[arg(long, env = "AZVAULT_EMULATOR_PRINCIPALS", value_name = "FILE")]
    principals: Option<PathBuf>,
    /// Have people enter the code of a device sign-in at /devicelogin, in place of signing them in at once.
    #[arg(long, env = "AZVAULT_EMULATOR_SIGN_IN_BY_HAND", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    sign_in_by_hand: bool,
    /// Seconds that a deletion takes.
    #[arg(long, env = "AZVAULT_EMULATOR_DELETION_LAG", value_name = "SECONDS")]
    deletion_lag: Option<u64>,
    /// Seconds that a recovery takes.
    #[arg(long, env = "AZVAULT_EMULATOR_RECOVERY_LAG", value_name = "SECONDS")]
    recovery_lag: Option<u64>,
    /// Seconds that a vault made through ARM takes to register its name: as in Azure no answer says
    /// when to ask again, so that the Python client asks after 30 s unless told otherwise.
    #[arg(long, env = "AZVAULT_EMULATOR_PROVISIONING_LAG", value_name = "SECONDS")]
    provisioning_lag: Option<u64>,
    /// Seconds that the purge of a deleted vault, key or secret takes.
    #[arg(long, env = "AZVAULT_EMULATOR_PURGE_LAG", value_name = "SECONDS")]
    purge_lag: Option<u64>,
    /// Seconds that a certificate takes from its request to its issue.
    #[arg(
        long,
        env = "AZVAULT_EMULATOR_CERTIFICATE_LAG",
        default_value_t = 0,
        value_name = "SECONDS"
    )]
    certificate_lag: u64,
    /// Seconds that new access policies and role assignments take to count, and removed ones to count no more.
    #[arg(long, env = "AZVAULT_EMULATOR_ACCESS_LAG", value_name = "SECONDS")]
    access_lag: Option<u64>,
    /// Address that vaults see callers come from [default: that of the connection]. Network rules can name no loopback
    /// address.
    #[arg(long, env = "AZVAULT_EMULATOR_CLIENT_ADDRESS", value_name = "ADDRESS")]
    client_address: Option<IpAddr>,
    /// Milliseconds that each answer is held back.
    #[arg(
        long,
        env = "AZVAULT_EMULATOR_LATENCY",
        default_value_t = 0,
        value_name = "MILLISECONDS"
    )]
    latency: u64,
    /// Refuse vaults until a subscription is registered for the Key Vault provider.
    #[arg(long, env = "AZVAULT_EMULATOR_PROVIDER_UNREGISTERED", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    provider_unregistered: bool,
    /// Seconds that the registration of a subscription takes.
    #[arg(
        long,
        env = "AZVAULT_EMULATOR_REGISTRATION_LAG",
        default_value_t = 0,
        value_name = "SECONDS"
    )]
    registration_lag: u64,
    /// Throttle callers of Resource Manager as Azure does: 250 reads, 200 writes and 200 deletes in a
    /// subscription, and 25, 10 and 10 more a second.
    #[arg(long, env = "AZVAULT_EMULATOR_RESOURCE_MANAGER_LIMITS", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    resource_manager_limits: bool,
    /// Throttle the requests to each vault as Azure does.
    #[arg(long, env = "AZVAULT_EMULATOR_VAULT_LIMITS", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    vault_limits: bool,
    /// Folder that keeps vaults and all that is in them, made when it is not there; private keys and secrets' values are
    /// encrypted in it [default: all is gone at the end].
    #[arg(long, value_name = "FOLDER", env = "AZVAULT_EMULATOR_DATA_DIR")]
    pub(super) data_dir: Option<PathBuf>,
    /// What the folder survives: `normal` the end of the process, `full` a crash of the machine too, which makes each
    /// change wait for the disk.
    #[arg(long, value_enum, env = "AZVAULT_EMULATOR_DURABILITY", default_value_t = DurabilityName::Normal, requires = "data_dir")]
    durability: DurabilityName,
    /// Append a line of JSON to this file for each answered request [default: the file that
    /// AZVAULT_EMULATOR_JOURNAL names, if any].
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Date tokens by the vaults' clock, and have them expire by it, in place of wall time.
    #[arg(long, env = "AZVAULT_EMULATOR_TOKENS_FOLLOW_CLOCK", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    tokens_follow_clock: bool,
    /// Let other machines use the admin API, as containers need it: whoever reaches it can read every secret.
    #[arg(long, env = "AZVAULT_EMULATOR_ADMIN_FROM_ANYWHERE", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    admin_from_anywhere: bool,
    /// Begin with what this file has, in TOML, or in JSON by its name: vaults, secrets, keys, certificates, access.
    /// What is there already is left alone.
    #[arg(long, value_name = "FILE", env = "AZVAULT_EMULATOR_SEED")]
    seed: Option<PathBuf>,
    #[command(flatten)]
    pub(super) log: LogSettings,
}

/// [`Durability`] by the names of the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum DurabilityName {
    Normal,
    Full,
}

impl Settings {
    /// The emulator that these settings ask for; `port` and `proxy_port` are for want of others.
    pub(super) fn builder(
        &self,
        port: u16,
        proxy_port: u16,
    ) -> Result<EmulatorBuilder, Box<dyn Error>> {
        let port = self.port.unwrap_or(port);
        // Whoever wants a free port may well run several at once.
        let proxy_port = if port == 0 { 0 } else { proxy_port };
        let mut builder = Emulator::builder()
            .port(port)
            .proxy_port(self.proxy_port.unwrap_or(proxy_port))
            .retention_days(self.retention_days)
            .purge_protection(self.purge_protection)
            .latency(Duration::from_millis(self.latency))
            .provider_registered(!self.provider_unregistered)
            .certificate_lag(Duration::from_secs(self.certificate_lag))
            .strict_api_versions(self.strict_api_versions)
            .sign_in_by_hand(self.sign_in_by_hand)
            .admin_from_anywhere(self.admin_from_anywhere)
            .tokens_follow_clock(self.tokens_follow_clock)
            .registration_lag(Duration::from_secs(self.registration_lag));
        builder = self.times(builder);
        if let Some(path) = &self.seed {
            builder = builder.seed(Seed::read(path)?);
        }
        if let Some(folder) = &self.data_dir {
            builder = builder.data_dir(folder).durability(match self.durability {
                DurabilityName::Normal => Durability::Normal,
                DurabilityName::Full => Durability::Full,
            });
        }
        if let Some(path) = &self.principals {
            builder = builder.principals(Principals::read(path)?);
        }
        if let Some(address) = self.client_address {
            builder = builder.client_address(address);
        }
        if self.resource_manager_limits {
            builder = builder.resource_manager_limits(ResourceManagerLimits::default());
        }
        if self.vault_limits {
            builder = builder.vault_limits(VaultLimits::default());
        }
        if let Some(subscription_id) = self.subscription_id {
            builder = builder.subscription_id(subscription_id.to_string());
        }
        if let Some(tenant_id) = self.tenant_id {
            builder = builder.tenant_id(tenant_id.to_string());
        }
        if let Some(address) = self.listen {
            builder = builder.listen(address);
            if !address.is_loopback() {
                tracing::warn!(
                    %address,
                    "NOT LOOPBACK: whoever reaches this address gets a token for the asking and can use every key and \
                     secret, at the TLS port and by the proxy's alike"
                );
            }
        }
        if self.admin_from_anywhere {
            tracing::warn!(
                "ADMIN FROM ANYWHERE: whoever reaches this emulator can read every secret and change everything"
            );
        }
        if let Some(path) = &self.journal {
            let file = fs::OpenOptions::new().create(true).append(true).open(path);
            let file = file.map_err(|error| of_file(path, &error))?;
            builder = builder.journal_file(file);
        }
        Ok(builder)
    }

    /// The lags that are set go before those of the service.
    fn times(&self, mut builder: EmulatorBuilder) -> EmulatorBuilder {
        type Setter = fn(EmulatorBuilder, Duration) -> EmulatorBuilder;
        let lags: [(Option<u64>, Setter); 5] = [
            (self.deletion_lag, EmulatorBuilder::deletion_lag),
            (self.recovery_lag, EmulatorBuilder::recovery_lag),
            (self.provisioning_lag, EmulatorBuilder::provisioning_lag),
            (self.purge_lag, EmulatorBuilder::purge_lag),
            (self.access_lag, EmulatorBuilder::access_lag),
        ];
        if self.service_times {
            builder = builder.service_times();
        }
        for (seconds, set) in lags {
            if let Some(seconds) = seconds {
                builder = set(builder, Duration::from_secs(seconds));
            }
        }
        builder
    }
}
