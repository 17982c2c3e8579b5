//! The emulator's program as somebody starts it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::process::{captured, cargo};

/// How long it may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Builds the program and says where it is.
pub(super) fn program() -> Result<PathBuf> {
    program_of("dev")
}

/// Builds the program by a profile of cargo's and says where it is.
pub(crate) fn program_of(profile: &str) -> Result<PathBuf> {
    let mut command = cargo(&["build", "--quiet", "--locked", "--package", "azvault-emulator"])?;
    command.args(["--bin", "azvault-emulator", "--message-format", "json-render-diagnostics"]);
    command.args(["--profile", profile]);
    let output = command.stderr(Stdio::inherit()).output().context("starting cargo")?;
    if !output.status.success() {
        bail!("building the emulator ended with {}", output.status);
    }
    let built =
        Message::parse_stream(output.stdout.as_slice()).filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) => artifact.executable,
            _ => None,
        });
    Ok(built.last().context("cargo built no program")?.into())
}

/// What `azvault-emulator env` says for the direct way; a variable without a value is to be removed.
pub(super) fn direct_variables(state: &Path) -> Result<BTreeMap<String, Option<String>>> {
    let mut command = Command::new(program()?);
    command.args(["env", "--direct", "--shell", "json", "--state-dir"]).arg(state);
    serde_json::from_str(&captured(&mut command)?).context("what `env --shell json` printed")
}

/// The running program, with what it prints; it ends with this.
pub(super) struct Emulator {
    program: Child,
    told: BTreeMap<String, String>,
    /// Kept open: the program ends when nobody listens to what it still prints.
    _output: BufReader<ChildStdout>,
}

impl Emulator {
    /// Starts it on a free port.
    pub(super) fn start(settings: &[impl AsRef<OsStr>]) -> Result<Self> {
        let mut command = Command::new(program()?);
        command.args(["--port", "0"]).args(settings).env("RUST_LOG", "warn");
        let mut program =
            command.stdout(Stdio::piped()).spawn().context("starting the emulator")?;
        let mut output = BufReader::new(program.stdout.take().context("the emulator's output")?);
        // The names and what they are end with the first empty line.
        let told = output
            .by_ref()
            .lines()
            .map_while(std::result::Result::ok)
            .take_while(|line| !line.is_empty())
            .filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                Some((name.to_owned(), value.trim().to_owned()))
            })
            .collect();
        Ok(Self { program, told, _output: output })
    }

    /// What it printed after a name.
    pub(super) fn told(&self, name: &str) -> Result<&str> {
        let value = self.told.get(name).map(String::as_str);
        value.with_context(|| format!("the emulator did not print its {name}"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // Asked first, so that it leaves nothing behind; it may have ended by itself.
        drop(Command::new("kill").arg(self.program.id().to_string()).status());
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE && matches!(self.program.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        drop(self.program.kill());
        drop(self.program.wait());
    }
}
