//! What credentials look at besides the network: environment variables, files and other programs.
//! Injected, so that tests touch neither the process nor the machine.

mod commands;
mod env;
mod files;
mod runs;

use std::{
    io,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use azure_core::http::Transport;

use commands::MachineCommands;
pub use commands::{CommandOutput, Commands};
pub use env::Env;
pub use files::Files;
use files::MachineFiles;
pub(crate) use runs::Ran;
use runs::{Line, Runs};

use crate::{
    Pipeline, Result, SecretBytes,
    auth::Cloud,
    pipeline::Parts,
    time::{Clock, SystemClock},
    transport::TransportOptions,
};

/// Everything that credentials use of the outside world.
///
/// # Examples
/// ```
/// use azvault_core::credentials::{Env, Surroundings};
///
/// let surroundings = Surroundings::default()
///     .env(Env::from_pairs([("AZURE_TENANT_ID", "my-tenant")]));
/// # let _ = surroundings;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Surroundings {
    env: Env,
    cloud: Option<Cloud>,
    runs: Arc<Runs>,
    files: Arc<dyn Files>,
    transport: Option<Transport>,
    /// Without any proxy, for endpoints on this machine.
    direct: Option<Transport>,
    clock: Arc<dyn Clock>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            env: Env::process(),
            cloud: None,
            runs: Runs::by(machine()),
            files: Arc::new(MachineFiles),
            transport: None,
            direct: None,
            clock: SystemClock::shared(),
        }
    }
}

impl Surroundings {
    /// Reads these variables.
    pub fn env(mut self, env: Env) -> Self {
        self.env = env;
        self
    }

    /// Asks the authority of `cloud` for tokens, whatever `AZURE_AUTHORITY_HOST` says. Unless set,
    /// that variable decides, and without it the public cloud's authority is asked.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = Some(cloud);
        self
    }

    /// Runs programs by `commands`: those of one tool one after another, for all credentials that
    /// are given the same `commands`.
    pub fn commands(mut self, commands: Arc<dyn Commands>) -> Self {
        self.runs = Runs::by(commands);
        self
    }

    /// Reads files by `files`.
    pub fn files(mut self, files: Arc<dyn Files>) -> Self {
        self.files = files;
        self
    }

    /// Sends through `transport`.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Measures and waits by `clock`.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The authority to ask for tokens.
    pub(crate) fn authority(&self) -> String {
        let chosen = self.cloud.as_ref().map(|cloud| cloud.authority().to_owned());
        chosen
            .or_else(|| self.var("AZURE_AUTHORITY_HOST"))
            .unwrap_or_else(|| Cloud::public().authority().to_owned())
    }

    pub(crate) fn var(&self, name: &str) -> Option<String> {
        self.env.get(name)
    }

    pub(crate) fn time(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// One pipeline for all the credentials of a chain, so that they share its connections.
    pub(crate) fn with_shared_transport(mut self) -> Result<Self> {
        if self.transport.is_none() {
            self.direct = Some(TransportOptions::default().no_proxy().build()?);
            self.transport = Some(TransportOptions::default().build()?);
        }
        Ok(self)
    }

    /// A pipeline without authentication, for the places that tokens come from.
    pub(crate) fn pipeline(&self) -> Result<Pipeline> {
        let transport = match &self.transport {
            Some(transport) => transport.clone(),
            None => TransportOptions::default().build()?,
        };
        Ok(Parts::new(transport, self.clock.clone()).build())
    }

    /// The parts of one for an endpoint on this machine: what is sent there must not pass a proxy.
    pub(crate) fn direct_parts(&self) -> Result<Parts> {
        let transport = match self.direct.as_ref().or(self.transport.as_ref()) {
            Some(transport) => transport.clone(),
            None => TransportOptions::default().no_proxy().build()?,
        };
        Ok(Parts::new(transport, self.clock.clone()))
    }

    /// Runs a program of `tool` as soon as no other of it runs, but no longer than `limit`.
    pub(crate) async fn run(
        &self,
        tool: &'static str,
        program: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> Ran {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let line = Line { program: program.to_owned(), arguments };
        self.runs.run(tool, line, limit, &self.clock).await
    }

    /// The whole of a file, unless it has more than `limit` bytes.
    pub(crate) async fn read(&self, path: &Path, limit: u64) -> io::Result<SecretBytes> {
        self.files.read(path, limit).await
    }
}

/// The machine's programs: one for the whole process, so that all credentials share their turns.
fn machine() -> Arc<dyn Commands> {
    static MACHINE: OnceLock<Arc<dyn Commands>> = OnceLock::new();
    MACHINE.get_or_init(|| Arc::new(MachineCommands)).clone()
}
