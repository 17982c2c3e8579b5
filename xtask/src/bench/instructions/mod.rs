//! `cargo xtask bench instructions`: how many instructions the hot paths take, under callgrind, beside the
//! counts kept in `bench/instructions.toml`. Unlike time they hardly differ between runs, whatever else the
//! machine does.
//!
//! What counts is what the program itself executes, aws-lc's part left out, and how often it asks the C
//! library for memory. The C library's own work is left out, too: it differs by its version.

mod count;
mod kept;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::Message;

use self::count::Count;
use self::kept::Kept;
use crate::process::{captured, cargo};
use crate::tree;

/// Where counts are kept, from the root.
const FILE: &str = "bench/instructions.toml";
/// Whose instructions are counted.
const PACKAGE: &str = "azvault-instructions";

/// The step of CI: nothing where the kept counts are not of, which it says.
pub(crate) fn check() -> Result<()> {
    let kept = kept()?;
    let here = (std::env::consts::OS, std::env::consts::ARCH);
    if here != ("linux", kept.arch()) {
        println!("left out: counts are kept of Linux on {}, this is {here:?}", kept.arch());
        return Ok(());
    }
    run(&[])
}

/// Counts each path and compares; `--bless` keeps what was counted.
///
/// # Errors
/// When a count is out of its tolerance, above or below (wider where other tools count than those that kept it),
/// when a path has no count or a count no path, and where there is no valgrind.
pub(super) fn run(arguments: &[String]) -> Result<()> {
    let bless = match arguments {
        [] => false,
        [only] if only == "--bless" => true,
        _ => bail!("`cargo xtask bench instructions` takes --bless and nothing else"),
    };
    if !cfg!(target_os = "linux") {
        bail!("instructions are counted on Linux alone");
    }
    let version = captured(Command::new("valgrind").arg("--version"));
    let version =
        version.context("valgrind is needed: Debian's and Ubuntu's package `valgrind`")?;
    let program = build()?;
    let mut kept = kept()?;
    let toolchain = super::machine::toolchain()?;
    let (tolerance, other_tools) = kept.tolerance(&toolchain, version.trim());
    let names = captured(&mut Command::new(&program))?;
    let mut problems = kept.without_path(&names.lines().collect::<Vec<_>>());
    println!(
        "{:<28} {:>12} {:>12} {:>8}  {:>11}",
        "a call", "instructions", "kept", "", "allocations"
    );
    for name in names.lines() {
        let count = counted(&program, name)?;
        let verdict = kept.judge(name, count, tolerance);
        let before = kept.get(name);
        let change = before.map(|before| 100.0 * (count.instructions / before.instructions - 1.0));
        println!(
            "{name:<28} {:>12.0} {:>12} {:>8}  {:>11.1}  {}",
            count.instructions,
            before.map_or_else(|| "–".into(), |before| format!("{:.0}", before.instructions)),
            change.map_or_else(|| "–".into(), |change| format!("{change:+.1}%")),
            count.allocations,
            verdict.word()
        );
        if bless {
            kept.set(name, count, &verdict);
        } else if let Some(problem) = verdict.problem(name) {
            problems.push(problem);
        }
    }
    if bless {
        kept.retain(&names.lines().collect::<Vec<_>>());
        let file = tree::root()?.join(FILE);
        std::fs::write(file, kept.text(&toolchain, version.trim(), std::env::consts::ARCH))?;
        println!("written to {FILE}");
        return Ok(());
    }
    if let Some(said) = &other_tools {
        println!("({said})");
    }
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    Ok(())
}

/// What the file has; nothing where there is none.
fn kept() -> Result<Kept> {
    let file = tree::root()?.join(FILE);
    Kept::parse(&std::fs::read_to_string(file).unwrap_or_default())
}

/// Builds the program by a profile of its own and says where it is.
fn build() -> Result<PathBuf> {
    let mut command = cargo(&["build", "--quiet", "--locked", "--package", PACKAGE])?;
    command.args(["--profile", "instructions", "--message-format", "json-render-diagnostics"]);
    let output = captured(&mut command)?;
    let built = Message::parse_stream(output.as_bytes()).filter_map(|message| match message {
        Ok(Message::CompilerArtifact(artifact)) => artifact.executable,
        _ => None,
    });
    Ok(built.last().context("cargo built no program")?.into())
}

/// One path. How often something was called is counted from the beginning of the process on, unlike costs, so a
/// second run, of half as often, tells what is of the path itself.
fn counted(program: &Path, name: &str) -> Result<Count> {
    let (whole, times) = profiled(program, &[name])?;
    ensure!(
        whole.instructions > 0.0,
        "callgrind saw nothing of {name}: is `counted` still called so?"
    );
    let (half, fewer) = profiled(program, &[name, &(times / 2).to_string()])?;
    Ok(Count::between(half, fewer.into(), whole, times.into()))
}

/// One process, so that no path sees what another left in memory; and how often it did the path.
fn profiled(program: &Path, arguments: &[&str]) -> Result<(Count, u32)> {
    let profile = program.with_file_name(format!("callgrind.{}", std::process::id()));
    let mut command = Command::new("setarch");
    // Addresses decide about alignment and the order of what is kept by address: they are the same each time,
    // and so is the environment, which lies on the stack.
    command.args(["--addr-no-randomize", "valgrind", "--tool=callgrind", "--quiet"]);
    command.args(["--collect-atstart=no", "--toggle-collect=*azvault_instructions::counted*"]);
    command.args(["--compress-strings=no", "--compress-pos=no"]);
    command.arg(format!("--callgrind-out-file={}", profile.display()));
    command.arg(program).args(arguments);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    let times = captured(&mut command).with_context(|| format!("counting {arguments:?}"));
    let text = std::fs::read_to_string(&profile);
    std::fs::remove_file(&profile).ok();
    let times = times?.trim().parse().context("the program says no number of times")?;
    let text = text.with_context(|| format!("callgrind wrote nothing for {arguments:?}"))?;
    let object = program.file_name().context("a program without a name")?.to_string_lossy();
    Ok((Count::of(&text, &object), times))
}
