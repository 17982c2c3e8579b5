//! The emulator, in a process of its own.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result};
use azvault_emulator::{Emulator, RateLimit, ResourceManagerLimits};
use serde::{Deserialize, Serialize};

use crate::harness;

/// What the other process is told.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Settings {
    /// How long to hold each answer back.
    #[arg(long)]
    latency_ms: u64,
    /// How long a vault takes to be ready.
    #[arg(long)]
    provisioning_ms: u64,
    /// How many writes may be sent at once, with Resource Manager's limits; without, there are none.
    #[arg(long)]
    saved: Option<u32>,
}

impl Settings {
    pub(super) fn slow(latency_ms: u64, provisioning_ms: u64, saved: u32) -> Self {
        Self { latency_ms, provisioning_ms, saved: Some(saved) }
    }

    /// Answers at once, however often it is asked.
    pub(super) fn quick() -> Self {
        Self { latency_ms: 0, provisioning_ms: 0, saved: None }
    }
}

/// What the other process says of itself, in one line.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Hello {
    pub(super) management_url: String,
    pub(super) subscription_id: String,
    pub(super) tenant_id: String,
    pub(super) ca_pem: String,
    pub(super) token: String,
}

/// Emulates until standard input ends.
///
/// # Errors
/// When the emulator does not start.
pub(crate) fn emulate(settings: &Settings) -> Result<()> {
    let ended = std::thread::spawn(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    harness::runtime()?.block_on(async {
        let mut builder = Emulator::builder()
            .latency(Duration::from_millis(settings.latency_ms))
            .provisioning_lag(Duration::from_millis(settings.provisioning_ms));
        if let Some(saved) = settings.saved {
            let writes = RateLimit::new(200, 10).starting_with(saved);
            builder =
                builder.resource_manager_limits(ResourceManagerLimits::default().writes(writes));
        }
        let emulator = builder.start().await?;
        let scope = format!("{}/.default", emulator.management_url());
        let token = emulator.credential().get_token(&[&scope], None).await?;
        let hello = Hello {
            management_url: emulator.management_url(),
            subscription_id: emulator.subscription_id().to_owned(),
            tenant_id: emulator.tenant_id().to_owned(),
            ca_pem: emulator.ca_pem().to_owned(),
            token: token.token.secret().to_owned(),
        };
        println!("{}", serde_json::to_string(&hello)?);
        std::io::stdout().flush()?;
        tokio::task::spawn_blocking(move || ended.join()).await.ok();
        Ok(())
    })
}

/// The other process; it ends when this is dropped.
pub(super) struct Emulating {
    process: Child,
    hello: Hello,
}

impl Emulating {
    pub(super) fn start(settings: &Settings) -> Result<Self> {
        // The program whose allocator does not count, whoever asks.
        let program = std::env::current_exe()?
            .with_file_name(format!("azvault-bench{}", std::env::consts::EXE_SUFFIX));
        let mut command = Command::new(program);
        command.arg("emulate");
        command.args(["--latency-ms", &settings.latency_ms.to_string()]);
        command.args(["--provisioning-ms", &settings.provisioning_ms.to_string()]);
        if let Some(saved) = settings.saved {
            command.args(["--saved", &saved.to_string()]);
        }
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the emulator")?;
        let stdout = process.stdout.take().context("the emulator has no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let hello = serde_json::from_str(&line).context("the emulator does not say where it is")?;
        Ok(Self { process, hello })
    }

    pub(super) fn hello(&self) -> &Hello {
        &self.hello
    }
}

impl Drop for Emulating {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
