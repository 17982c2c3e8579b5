//! Running other programs from the root of the checkout, and saying what was run.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::tree;

/// What a program that was given a time limit did.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Everything it wrote on standard output.
    pub(crate) stdout: String,
    /// Whether it exited with success.
    pub(crate) success: bool,
}

/// A `cargo` command in the root of the checkout.
pub(crate) fn cargo(args: &[&str]) -> Result<Command> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(args).current_dir(tree::root()?).stdin(Stdio::null());
    Ok(command)
}

/// Runs a command with its output passed through; fails when it does.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", shown(command));
    let status = command.status().with_context(|| format!("starting {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs a command and returns each line of its standard output after printing it.
pub(crate) fn run_teed(command: &mut Command) -> Result<Vec<String>> {
    println!("$ {}", shown(command));
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let lines = teed(child.stdout.take(), |line| println!("{line}"));
    let status = child.wait()?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(lines?)
}

/// Runs a command; how it ended, and each line of its standard error after printing it.
pub(crate) fn run_heard(command: &mut Command) -> Result<(ExitStatus, Vec<String>)> {
    println!("$ {}", shown(command));
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let lines = teed(child.stderr.take(), |line| eprintln!("{line}"));
    Ok((child.wait()?, lines?))
}

/// Each line that comes through a pipe, printed as it comes. A program may write what is not UTF-8, and is waited for
/// all the same.
fn teed(pipe: Option<impl Read>, print: impl Fn(&str)) -> io::Result<Vec<String>> {
    let lines = pipe.into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n'));
    let print = |line: io::Result<Vec<u8>>| {
        let line = String::from_utf8_lossy(&line?).into_owned();
        print(&line);
        Ok(line)
    };
    lines.map(print).collect()
}

/// Runs a program in the root and returns its standard output.
pub(crate) fn output(program: &str, args: &[&str]) -> Result<String> {
    let mut command = Command::new(program);
    command.args(args).current_dir(tree::root()?);
    captured(&mut command)
}

/// Runs a command and returns its standard output; standard error passes through.
pub(crate) fn captured(command: &mut Command) -> Result<String> {
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("starting {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", shown(command), output.status);
    }
    String::from_utf8(output.stdout).context("output is not UTF-8")
}

/// Runs a command, ending it after `limit`; standard error passes through.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<Finished> {
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let stdout = child.stdout.take().context("no standard output")?;
    let reader = std::thread::spawn(move || io::read_to_string(stdout));
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("{} was still running after {} s", shown(command), limit.as_secs());
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let stdout = reader.join().map_err(|_| anyhow::anyhow!("the reader panicked"))??;
    Ok(Finished { stdout, success: status.success() })
}

/// A duration as a person reads it.
pub(crate) fn human(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    let args = command.get_args().map(|arg| format!(" {}", arg.to_string_lossy()));
    format!("{program}{}", args.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(human(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(human(Duration::from_secs(605)), "10 min 05 s");
    }

    #[test]
    fn what_is_printed_is_given_line_by_line_also_if_it_is_not_text() {
        let printed = std::cell::RefCell::new(Vec::new());
        let pipe = Some(&b"one\ntw\xff\nthree"[..]);
        let lines = teed(pipe, |line| printed.borrow_mut().push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "tw\u{fffd}", "three"]);
        assert_eq!(printed.into_inner(), lines);
    }

    #[test]
    fn a_command_that_fails_is_heard() {
        let (status, lines) = run_heard(&mut cargo(&["--no-such-option"]).unwrap()).unwrap();
        assert!(!status.success());
        assert!(lines.concat().contains("--no-such-option"), "{lines:?}");
    }

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        let mut command = Command::new("/opt/bin/cargo");
        command.args(["deny", "check"]);
        assert_eq!(shown(&command), "cargo deny check");
    }
}
