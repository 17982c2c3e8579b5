//! The program as a process of its own.

#![cfg(unix)]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_azvault-emulator");

/// A folder that is not there yet, with a name that has to be quoted, and is gone at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("azvault it's \"$HOME\" {}", uuid::Uuid::new_v4());
        Self(std::env::temp_dir().join(name))
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

pub(crate) struct Program {
    /// Gone once terminated.
    child: Option<Child>,
    /// Of this program alone, since one that is killed leaves things behind.
    temporary: PathBuf,
    stdout: BufReader<ChildStdout>,
    pub(crate) printed: String,
}

impl Program {
    /// One that keeps nothing.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_with(&[&["--ephemeral"], arguments].concat(), &[])
    }

    /// With variables of its own, and perhaps an installation.
    pub(crate) fn start_with(arguments: &[&str], variables: &[(&str, &Path)]) -> Self {
        let temporary = std::env::temp_dir().join(format!("azvault-test-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&temporary).unwrap();
        let mut child = Command::new(BINARY)
            .env("TMPDIR", &temporary)
            .envs(variables.iter().copied())
            .args(["--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut program = Self { child: Some(child), temporary, stdout, printed: String::new() };
        while !program.printed.contains("Ctrl-C stops") {
            assert_ne!(
                program.stdout.read_line(&mut program.printed).unwrap(),
                0,
                "{}",
                program.printed
            );
        }
        program
    }

    pub(crate) fn value(&self, label: &str) -> &str {
        self.printed.lines().find_map(|line| line.strip_prefix(label)).unwrap().trim()
    }

    pub(crate) fn terminate(self) -> (bool, String) {
        self.terminate_by(&["-TERM"])
    }

    pub(crate) fn terminate_by(mut self, signals: &[&str]) -> (bool, String) {
        let child = self.child.take().unwrap();
        for signal in signals {
            let kill = Command::new("kill").args([*signal, &child.id().to_string()]).status();
            assert!(kill.unwrap().success());
        }
        let output = child.wait_with_output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    }
}

impl Program {
    /// As `kill -9` ends it.
    pub(crate) fn kill(self) {
        drop(self);
    }
}

impl Drop for Program {
    /// A test that failed leaves no process behind.
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        std::fs::remove_dir_all(&self.temporary).unwrap();
    }
}
