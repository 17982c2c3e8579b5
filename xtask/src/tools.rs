//! The tools CI needs beside cargo itself, each pinned in one place: here.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process;

/// The version of cargo-deny that `deny.toml` is written for.
pub(crate) const CARGO_DENY: &str = "0.20.2";

/// The version of cargo-fuzz that `cargo xtask fuzz` speaks to.
pub(crate) const CARGO_FUZZ: &str = "0.13.1";

/// The version of cargo-semver-checks whose summary `cargo xtask release plan` reads.
const CARGO_SEMVER_CHECKS: &str = "0.51.0";

/// The version of cargo-cyclonedx that writes what a program is made of.
const CARGO_CYCLONEDX: &str = "0.5.9";

/// Options of `cargo xtask tools`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Install what is missing, by rustup and cargo.
    #[arg(long)]
    install: bool,
    /// What they are for.
    #[arg(long = "for", value_name = "WHAT", default_value = "ci")]
    purpose: Purpose,
}

/// What tools are for.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Purpose {
    /// The steps of `cargo xtask ci`.
    Ci,
    /// `cargo xtask release`, from the plan to the archives.
    Release,
    /// `cargo xtask release verify` alone.
    Verify,
    /// `cargo xtask release binaries` alone.
    Binaries,
}

impl Purpose {
    fn components(self) -> &'static [&'static str] {
        match self {
            Self::Ci => &["rustfmt", "clippy"],
            Self::Release | Self::Verify | Self::Binaries => &[],
        }
    }

    fn tools(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Ci => &[("cargo-deny", CARGO_DENY), ("cargo-fuzz", CARGO_FUZZ)],
            Self::Release => &[
                ("cargo-deny", CARGO_DENY),
                ("cargo-semver-checks", CARGO_SEMVER_CHECKS),
                ("cargo-cyclonedx", CARGO_CYCLONEDX),
            ],
            Self::Verify => &[("cargo-deny", CARGO_DENY), ("cargo-cyclonedx", CARGO_CYCLONEDX)],
            Self::Binaries => &[("cargo-cyclonedx", CARGO_CYCLONEDX)],
        }
    }
}

/// Lists the tools, and installs the missing ones when asked to.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mut missing = Vec::new();
    for &component in options.purpose.components() {
        let present = version(&format!("cargo-{}", component.trim_start_matches("rust"))).is_some();
        println!("{component}: {}", if present { "present" } else { "missing" });
        if present {
            continue;
        }
        if options.install {
            let mut rustup = Command::new("rustup");
            process::run(rustup.args(["component", "add", component]))
                .with_context(|| format!("{component} is part of rustup's default profile"))?;
        } else {
            missing.push(component);
        }
    }
    for &(tool, pinned) in options.purpose.tools() {
        if has(tool, pinned) {
            println!("{tool} {pinned}: present");
        } else if options.install {
            install(tool, pinned)?;
        } else {
            println!("{tool} {pinned}: missing");
            missing.push(tool);
        }
    }
    if !missing.is_empty() {
        bail!("missing: {}; --install installs them", missing.join(", "));
    }
    Ok(())
}

/// Whether the pinned cargo-deny is on the path.
pub(crate) fn has_cargo_deny() -> bool {
    has("cargo-deny", CARGO_DENY)
}

/// Whether the pinned cargo-fuzz is on the path.
pub(crate) fn has_cargo_fuzz() -> bool {
    has("cargo-fuzz", CARGO_FUZZ)
}

/// Whether the pinned cargo-semver-checks is on the path.
pub(crate) fn has_semver_checks() -> bool {
    has("cargo-semver-checks", CARGO_SEMVER_CHECKS)
}

/// Whether the pinned cargo-cyclonedx is on the path.
pub(crate) fn has_cyclonedx() -> bool {
    has("cargo-cyclonedx", CARGO_CYCLONEDX)
}

fn has(tool: &str, pinned: &str) -> bool {
    version(tool).is_some_and(|line| line.split_whitespace().last() == Some(pinned))
}

/// Unoptimised: a check takes a second or two either way, and the build a sixth of the time.
fn install(tool: &str, pinned: &str) -> Result<()> {
    let started = Instant::now();
    let mut command =
        process::cargo(&["install", tool, "--locked", "--debug", "--version", pinned])?;
    command
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_PROFILE_DEV_STRIP", "symbols")
        .env("CARGO_INCREMENTAL", "0")
        // Its own folder: it must neither read nor fill the workspace's.
        .env_remove("CARGO_TARGET_DIR")
        .current_dir(std::env::temp_dir());
    process::run(&mut command)?;
    println!("{tool} {pinned}: installed in {}", process::human(started.elapsed()));
    Ok(())
}

fn version(program: &str) -> Option<String> {
    let told = |args: &[&str]| {
        let output = Command::new(program).args(args).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    // Some know their version only by the name that cargo calls them by.
    told(&["--version"]).or_else(|| told(&[program.strip_prefix("cargo-")?, "--version"]))
}
