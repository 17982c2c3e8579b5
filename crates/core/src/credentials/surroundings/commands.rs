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
    ///
    /// # Errors
    /// `Interrupted` if it started but cannot be waited for: others who wait for it run it again.
    /// Any other if it did not start.
    async fn run(&self, program: &str, arguments: &[&str]) -> io::Result<CommandOutput>;
}

/// The machine's programs.
#[derive(Debug)]
pub(super) struct MachineCommands;

#[async_trait]
impl Commands for MachineCommands {
    async fn run(&self, program: &str, arguments: &[&str]) -> io::Result<CommandOutput> {
        let mut command = tokio::process::Command::new(program);
        command
            .args(arguments)
            // Not the directory that the program was started in, which may hold an `az` of
            // somebody else's.
            .current_dir(if cfg!(windows) { Path::new("C:\\") } else { Path::new("/") })
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn()?;
        let group = Group::of(&child);
        let output = child.wait_with_output().await.map_err(|error| {
            // It had started: with the runtime that it was started on, its pipes are gone.
            io::Error::new(io::ErrorKind::Interrupted, error)
        })?;
        group.has_ended();
        Ok(CommandOutput {
            success: output.status.success(),
            code: output.status.code(),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}

/// A program with those that it started: `az` is a script in a shell that runs another program,
/// which must not be left behind to meet the next `az` at its cache.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &tokio::process::Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_child: &tokio::process::Child) -> Self {
        Self {}
    }

    /// What it leaves running by itself, like `az` its telemetry, is left alone.
    #[cfg_attr(not(unix), expect(unused_mut, reason = "there is nothing to forget"))]
    fn has_ended(mut self) {
        #[cfg(unix)]
        self.leader.take();
    }
}

#[cfg(unix)]
impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            // It fails if all have ended.
            let _ended = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs::File, io::Read, time::Duration};

    use futures::future::{Either, select};

    use super::*;
    use crate::time::{Clock, SystemClock};

    #[tokio::test]
    async fn a_program_that_is_ended_takes_along_what_it_started() {
        let fifo = std::env::temp_dir().join(format!("azvault-fifo-{}", std::process::id()));
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        let (opened, is_open) = tokio::sync::oneshot::channel();
        let path = fifo.clone();
        let reader = tokio::task::spawn_blocking(move || {
            let mut file = File::open(path).unwrap();
            opened.send(()).unwrap();
            // To the end: until nobody has it open for writing.
            file.read_to_end(&mut Vec::new()).unwrap()
        });
        let script = format!("sleep 30 > {} & wait", fifo.display());
        let arguments = ["-c", script.as_str()];
        let clock = SystemClock::new();
        match select(MachineCommands.run("/bin/sh", &arguments), is_open).await {
            Either::Left((ended, _)) => panic!("it ended by itself: {ended:?}"),
            Either::Right((started, run)) => {
                started.unwrap();
                drop(run);
            }
        }
        assert_eq!(reader.await.unwrap(), 0);
        assert!(clock.elapsed() < Duration::from_secs(20), "it went on to its own end");
        std::fs::remove_file(&fifo).unwrap();
    }

    #[tokio::test]
    async fn a_program_that_ends_is_heard_on_both_channels() {
        let arguments = ["-c", "echo out; echo err >&2; exit 3"];
        let output = MachineCommands.run("/bin/sh", &arguments).await.unwrap();
        assert_eq!((output.success, output.code), (false, Some(3)));
        assert_eq!((&*output.stdout, &*output.stderr), (&b"out\n"[..], &b"err\n"[..]));
        let error = MachineCommands.run("azvault-no-such-program", &[]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
