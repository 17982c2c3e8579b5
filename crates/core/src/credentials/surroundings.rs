//! What credentials look at besides the network: environment variables and other programs.
//! Injected, so that tests touch neither the process nor the machine.

use std::{collections::HashMap, fmt, io, path::Path, process::Stdio, sync::Arc, time::Duration};

use async_trait::async_trait;
use azure_core::http::Transport;
use futures::future::BoxFuture;

use crate::{
    Pipeline, Result,
    pipeline::Parts,
    time::{Clock, SystemClock, within},
    transport::TransportOptions,
};

/// Environment variables: the process's own, or given ones alone.
#[derive(Clone)]
pub struct Env(Option<Arc<HashMap<String, String>>>);

impl Env {
    /// The process's own variables.
    pub fn process() -> Self {
        Self(None)
    }

    /// These variables and no others.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(Some(Arc::new(pairs.collect())))
    }

    /// The variable's value, unless it is unset or empty.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(given) => given.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values can be secrets.
        f.write_str(if self.0.is_some() { "Env(given)" } else { "Env(process)" })
    }
}

/// What a program printed.
#[derive(Clone)]
#[non_exhaustive]
pub struct CommandOutput {
    /// Whether it ended with success.
    pub success: bool,
    /// Its exit status, if it was not killed.
    pub code: Option<i32>,
    /// What it wrote to its standard output: may hold a token.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error: may hold anything.
    pub stderr: Vec<u8>,
}

impl CommandOutput {
    /// An output, for a double in a test.
    pub fn new(code: i32, stdout: impl Into<Vec<u8>>, stderr: impl Into<Vec<u8>>) -> Self {
        Self { success: code == 0, code: Some(code), stdout: stdout.into(), stderr: stderr.into() }
    }
}

impl fmt::Debug for CommandOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandOutput").field("code", &self.code).finish_non_exhaustive()
    }
}

/// Runs programs.
#[async_trait]
pub trait Commands: Send + Sync + fmt::Debug {
    /// Runs `program` to its end, without a terminal. Dropping the future ends the program.
    async fn run(&self, program: &str, arguments: &[&str]) -> io::Result<CommandOutput>;
}

/// The machine's programs.
#[derive(Debug)]
struct MachineCommands;

#[async_trait]
impl Commands for MachineCommands {
    async fn run(&self, program: &str, arguments: &[&str]) -> io::Result<CommandOutput> {
        let output = tokio::process::Command::new(program)
            .args(arguments)
            // Not the directory that the program was started in, which may hold an `az` of
            // somebody else's.
            .current_dir(if cfg!(windows) { Path::new("C:\\") } else { Path::new("/") })
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await?;
        Ok(CommandOutput {
            success: output.status.success(),
            code: output.status.code(),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}

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
    commands: Arc<dyn Commands>,
    transport: Option<Transport>,
    /// Without any proxy, for endpoints on this machine.
    direct: Option<Transport>,
    clock: Arc<dyn Clock>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            env: Env::process(),
            commands: Arc::new(MachineCommands),
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

    /// Runs programs by `commands`.
    pub fn commands(mut self, commands: Arc<dyn Commands>) -> Self {
        self.commands = commands;
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

    /// The same for an endpoint on this machine: what is sent there must not pass a proxy.
    pub(crate) fn direct_pipeline(&self) -> Result<Pipeline> {
        let transport = match self.direct.as_ref().or(self.transport.as_ref()) {
            Some(transport) => transport.clone(),
            None => TransportOptions::default().no_proxy().build()?,
        };
        Ok(Parts::new(transport, self.clock.clone()).build())
    }

    /// Runs a program, but no longer than `limit`; `None` if that ran out.
    pub(crate) fn run<'a>(
        &'a self,
        program: &'a str,
        arguments: &'a [&'a str],
        limit: Duration,
    ) -> BoxFuture<'a, Option<io::Result<CommandOutput>>> {
        Box::pin(within(&*self.clock, Some(limit), self.commands.run(program, arguments)))
    }
}
