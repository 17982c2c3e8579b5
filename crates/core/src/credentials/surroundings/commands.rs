//! Other programs.

use std::{fmt, io, path::Path, process::Stdio};

use async_trait::async_trait;

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
pub(super) struct MachineCommands;

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
