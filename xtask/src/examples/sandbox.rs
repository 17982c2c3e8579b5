//! An empty home folder and a cleared environment: what a stranger's machine has.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::process;

/// Long enough for an RSA key on a busy machine; a hang ends here.
const LIMIT: Duration = Duration::from_secs(120);

/// The longest that a `cargo run` may build and run.
const BUILD_LIMIT: Duration = Duration::from_secs(1_800);

/// What is kept of the environment. The last ones are for Windows, where nothing starts without.
const KEPT: [&str; 3] = ["PATH", "SystemRoot", "TEMP"];

/// A home folder that must be empty at the end.
#[derive(Debug)]
pub(crate) struct Sandbox {
    home: PathBuf,
}

impl Sandbox {
    /// A new home, named after what runs in it.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let home = std::env::temp_dir().join(format!("azvault-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&home).with_context(|| format!("making {}", home.display()))?;
        Ok(Self { home })
    }

    /// Runs a program in the home folder and returns its standard output.
    pub(crate) fn run(&self, program: &mut Command) -> Result<String> {
        program.current_dir(&self.home);
        self.finish(program, LIMIT)
    }

    /// Runs cargo where the command says, with cargo's and rustup's own folders known to it.
    pub(super) fn run_here(&self, cargo: &mut Command) -> Result<String> {
        cargo.env_clear();
        let user = std::env::home_dir().context("no home folder")?;
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let path = std::env::var_os(name).map_or_else(|| user.join(folder), PathBuf::from);
            cargo.env(name, path);
        }
        // As the first build had it, so that nothing is built twice.
        for name in ["CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                cargo.env(name, value);
            }
        }
        self.finish_in(cargo, BUILD_LIMIT)
    }

    fn finish(&self, program: &mut Command, limit: Duration) -> Result<String> {
        program.env_clear();
        self.finish_in(program, limit)
    }

    fn finish_in(&self, program: &mut Command, limit: Duration) -> Result<String> {
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                program.env(name, value);
            }
        }
        program.env("HOME", &self.home).env("USERPROFILE", &self.home);
        let finished = process::run_within(program, limit)?;
        if !finished.success {
            bail!("exited with failure; it printed:\n{}", finished.stdout);
        }
        if std::fs::read_dir(&self.home)?.next().is_some() {
            bail!("left files in its home folder {}", self.home.display());
        }
        Ok(finished.stdout)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.home).ok();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn the_environment_is_cleared_and_home_is_empty() {
        let sandbox = Sandbox::new("env").unwrap();
        let printed =
            sandbox.run(&mut shell("echo [$CARGO_MANIFEST_DIR]; ls -A \"$HOME\"")).unwrap();
        assert_eq!(printed, "[]\n");
    }

    #[test]
    fn a_file_left_behind_fails() {
        let sandbox = Sandbox::new("left").unwrap();
        let error = sandbox.run(&mut shell("echo x > state")).unwrap_err().to_string();
        assert!(error.contains("left files"), "{error}");
    }

    #[test]
    fn a_failing_example_fails_with_what_it_printed() {
        let sandbox = Sandbox::new("fail").unwrap();
        let error = sandbox.run(&mut shell("echo half; exit 3")).unwrap_err().to_string();
        assert!(error.contains("half"), "{error}");
    }

    #[test]
    fn a_hanging_example_is_ended() {
        let sandbox = Sandbox::new("hang").unwrap();
        let error = sandbox.finish(&mut shell("exec sleep 30"), Duration::from_millis(50));
        assert!(error.unwrap_err().to_string().contains("still running"));
    }
}
