//! The emulator's own program, built for release, as somebody starts it.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::machine::{Side, keep_to};

/// Where `cargo xtask bench` has put the program.
const PROGRAM: &str = "AZVAULT_BENCH_EMULATOR";

/// A folder of one measurement; it ends with this.
///
/// It is beside this program, since folders for temporary files may be in memory, where syncing is free.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Result<Self> {
        let name = format!("azvault-bench-{}", uuid::Uuid::new_v4());
        let path = std::env::current_exe()?.with_file_name(name);
        std::fs::create_dir(&path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// The running program, on free ports; it is killed when this is dropped.
pub(super) struct Program {
    process: Child,
    told: BTreeMap<String, String>,
    /// Kept open: the program ends when nobody listens to what it still prints.
    _output: BufReader<ChildStdout>,
}

impl Program {
    /// Starts it as [`start`](Self::start) does, on the server's processor; the caller stays where it is.
    pub(super) fn start_apart(state: &Folder) -> Result<Self> {
        let _there = keep_to(Side::Server)?;
        Self::start(state, &[])
    }

    /// Starts it on the installation in `state` and waits until it says where it is.
    ///
    /// It runs as it does by default; what it logs goes nowhere.
    ///
    /// # Errors
    /// When it is not there, or does not start.
    pub(super) fn start(state: &Folder, more: &[OsString]) -> Result<Self> {
        let program = std::env::var_os(PROGRAM).with_context(|| {
            format!("{PROGRAM} is not set: run this by cargo xtask bench emulator")
        })?;
        let mut process = Command::new(program)
            .args(["--port", "0", "--state-dir"])
            .arg(state.path())
            .args(more)
            .env_remove("RUST_LOG")
            .env_remove("AZVAULT_EMULATOR_JOURNAL")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("starting the emulator")?;
        let output = process.stdout.take().context("the emulator has no standard output")?;
        let mut program = Self { process, told: BTreeMap::new(), _output: BufReader::new(output) };
        // What it says ends with an empty line.
        let mut line = String::new();
        while program._output.read_line(&mut line)? > 1 {
            if let Some((name, value)) = line.split_once(':') {
                program.told.insert(name.to_owned(), value.trim().to_owned());
            }
            line.clear();
        }
        ensure!(!program.told.is_empty(), "the emulator says nothing when started with {more:?}");
        Ok(program)
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it printed after a name.
    pub(super) fn told(&self, name: &str) -> Result<&str> {
        let value = self.told.get(name).map(String::as_str);
        value.with_context(|| format!("the emulator did not print its {name}"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
