//! A copy of the workspace to take lines out of, and its tests, built and run with a time limit.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use cargo_metadata::Message;

use super::table::Place;
use crate::{process, tree};

/// What a test did.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ran {
    Passed,
    Failed,
    Hung,
    /// The compiler refused it: its first error.
    Unbuilt(String),
    /// Nothing was run by that name.
    Absent,
}

/// The copy. Its target folder is its own: cargo knows members by their relative path, so that a
/// shared one would give the copy's artefacts to the original.
#[derive(Debug)]
pub(super) struct Scratch {
    root: PathBuf,
    target: PathBuf,
    /// The file that differs now, with its text in the workspace and in the copy.
    changed: Option<Changed>,
}

#[derive(Debug)]
struct Changed {
    file: String,
    before: String,
    now: String,
}

impl Scratch {
    /// Copies what git knows, or would add, below the workspace's own target folder.
    pub(super) fn copy() -> Result<Self> {
        let from = tree::root()?;
        let bite = from.join("target").join("bite");
        let (root, target) = (bite.join("workspace"), bite.join("target"));
        let scratch = Self { root, target, changed: None };
        if scratch.root.exists() {
            std::fs::remove_dir_all(&scratch.root)?;
        }
        let listing = process::output(
            "git",
            &["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        )?;
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            let (source, copy) = (from.join(path), scratch.root.join(path));
            if source.is_file() {
                std::fs::create_dir_all(copy.parent().context("a file has a folder")?)?;
                std::fs::copy(&source, &copy).with_context(|| format!("copying {path}"))?;
            }
        }
        Ok(scratch)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Gives `file` this text, and the file that had another one its own back.
    pub(super) fn change(&mut self, file: &str, text: &str) -> Result<()> {
        if self.changed.as_ref().is_some_and(|now| now.file == file && now.now == text) {
            return Ok(());
        }
        if let Some(Changed { file, before, .. }) = self.changed.take() {
            self.write(&file, &before)?;
        }
        let before = std::fs::read_to_string(self.root.join(file))
            .with_context(|| format!("reading {file}"))?;
        self.write(file, text)?;
        self.changed = Some(Changed { file: file.to_owned(), before, now: text.to_owned() });
        Ok(())
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        std::fs::write(self.root.join(file), text).with_context(|| format!("writing {file}"))
    }

    /// Builds and runs one test.
    pub(super) fn test(&self, place: &Place, limit: Duration) -> Result<Ran> {
        let binary = match self.build(place)? {
            Ok(binary) => binary,
            Err(why) => return Ok(Ran::Unbuilt(why)),
        };
        let mut command = Command::new(binary);
        command.args(["--exact", &place.name]).current_dir(self.root.join(&place.dir));
        command.stdin(Stdio::null());
        run(&mut command, limit)
    }

    /// The test binary, or the compiler's first error.
    fn build(&self, place: &Place) -> Result<Result<PathBuf, String>> {
        let mut command = process::cargo(&["test", "--no-run", "--locked", "--quiet"])?;
        command.args(["--message-format", "json", "--package", &place.package]);
        command.args(if place.integration { &["--test", "it"][..] } else { &["--lib"] });
        // A line that is gone leaves unused things behind.
        command.env("RUSTFLAGS", "--cap-lints=allow").env("CARGO_INCREMENTAL", "0");
        command.env("CARGO_TARGET_DIR", &self.target).current_dir(&self.root);
        let output = command.stderr(Stdio::null()).output().context("starting cargo")?;
        let (mut binary, mut errors) = (None, Vec::new());
        for message in Message::parse_stream(output.stdout.as_slice()) {
            match message? {
                Message::CompilerArtifact(artifact) if artifact.profile.test => {
                    binary = artifact.executable.map(PathBuf::from).or(binary);
                }
                Message::CompilerMessage(message) if is_error(&message.message) => {
                    errors.push(message.message.message);
                }
                _ => {}
            }
        }
        if output.status.success() {
            return Ok(Ok(binary.context("cargo built no test binary")?));
        }
        Ok(Err(errors.into_iter().next().unwrap_or_else(|| "cargo failed".to_owned())))
    }
}

fn is_error(diagnostic: &cargo_metadata::diagnostic::Diagnostic) -> bool {
    diagnostic.level == cargo_metadata::diagnostic::DiagnosticLevel::Error
}

fn run(command: &mut Command, limit: Duration) -> Result<Ran> {
    let started = Instant::now();
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn()?;
    let mut stdout = child.stdout.take().context("no standard output")?;
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _whole = stdout.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(Ran::Hung);
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let said = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))?;
    Ok(read(status.success(), &said))
}

/// What a test runner's words mean; an abort of the process is a failure, too.
fn read(success: bool, said: &str) -> Ran {
    match (said.contains("running 1 test"), success) {
        (false, _) => Ran::Absent,
        (true, true) => Ran::Passed,
        (true, false) => Ran::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_without_the_test_is_neither_red_nor_green() {
        assert_eq!(read(true, "running 0 tests\n\ntest result: ok."), Ran::Absent);
        assert_eq!(read(true, "running 1 test\ntest a ... ok"), Ran::Passed);
        assert_eq!(read(false, "running 1 test\ntest a ... FAILED"), Ran::Failed);
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let mut ends = Command::new(&rustc);
        let limit = Duration::from_secs(60);
        assert_eq!(run(ends.arg("--version"), limit).unwrap(), Ran::Absent);
        // It waits for a program that never comes.
        let mut waits = Command::new(&rustc);
        waits.arg("-").stdin(Stdio::piped());
        assert_eq!(run(&mut waits, Duration::from_millis(30)).unwrap(), Ran::Hung);
    }
}
