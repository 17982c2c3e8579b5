//! What a crate's public API asks of its next version, as cargo-semver-checks finds it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};

use super::bump::Level;
use crate::process::{captured, cargo};
use crate::tools;

/// Its exit code when it has compared, and a lint found something.
const FOUND: i32 = 100;

/// What the public API of a crate asks for.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Api {
    /// How much its users are asked for.
    pub(super) level: Level,
    /// What was found: the lint, and the item with the place where it was.
    pub(super) found: Vec<String>,
}

/// Compares each of these crates with the source at `tag`.
pub(super) fn compare(tag: &str, crates: &[&str]) -> Result<BTreeMap<String, Api>> {
    let mut compared = BTreeMap::new();
    if crates.is_empty() {
        return Ok(compared);
    }
    if !tools::has_semver_checks() {
        bail!(
            "cargo-semver-checks is missing: `cargo xtask tools --install --for release`, \
             or plan by the fragments alone (--without-semver)"
        );
    }
    let metadata = captured(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"])?)?;
    let target = cargo_metadata::MetadataCommand::parse(metadata)?.target_directory;
    let built = target.as_std_path().join("semver-checks").join("built");
    for name in crates {
        println!("comparing the API of {name} with {tag}");
        compared.insert((*name).to_owned(), one(tag, name, &built)?);
    }
    Ok(compared)
}

/// Compares one crate. `built` is where what others wrote is built once for all of them.
fn one(tag: &str, name: &str, built: &Path) -> Result<Api> {
    let mut command = cargo(&["semver-checks", "--baseline-rev", tag, "--package", name])?;
    // What a fix may do is all that is allowed, so that everything else is reported.
    command.args(["--release-type", "patch", "--color", "never"]);
    // The documentation itself stays in a folder of each crate and tree: were it shared, the one of the
    // baseline could be taken for the present one.
    command.env("CARGO_BUILD_BUILD_DIR", built);
    // A crate that does not compile is told by the compiler, and not by its own frames.
    command.env("RUST_BACKTRACE", "0");
    let output = command.output().context("starting cargo semver-checks")?;
    let (found, told) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    read(&found, &told, output.status.code()).map_err(|error| {
        anyhow!("{name} cannot be compared with {tag}: {error}\n{}", told.trim_end())
    })
}

/// What it found: `found` is its standard output, `told` the other one.
fn read(found: &str, told: &str, code: Option<i32>) -> Result<Api> {
    let summary = told.lines().rev().map(str::trim).find(|line| line.starts_with("Summary "));
    let level = match (code, summary) {
        (Some(0), Some(line)) if line.contains("no semver update required") => Level::None,
        (Some(FOUND), Some(line)) if line.contains("requires new major version") => Level::Break,
        (Some(FOUND), Some(line)) if line.contains("requires new minor version") => Level::Addition,
        _ => bail!("cargo-semver-checks gave no result"),
    };
    let found = if level == Level::None { Vec::new() } else { items(found) };
    Ok(Api { level, found })
}

/// The items below each lint that failed.
fn items(found: &str) -> Vec<String> {
    let (mut items, mut lint, mut listed) = (Vec::new(), None, false);
    for line in found.lines() {
        if let Some(title) = line.strip_prefix("--- ") {
            let failed = title.strip_prefix("failure ").and_then(|title| title.split_once(':'));
            (lint, listed) = (failed.map(|(lint, _)| lint), false);
        } else if line == "Failed in:" {
            listed = true;
        } else if let (Some(lint), true, Some(item)) = (lint, listed, line.strip_prefix("  ")) {
            items.push(format!("{lint}: {}", from_the_root(item)));
        }
    }
    items
}

/// An item without the folders above `crates/`: the tag's source is unpacked somewhere below `target/`.
fn from_the_root(item: &str) -> String {
    let words = item.split(' ').map(|word| match (word.starts_with('/'), word.rfind("/crates/")) {
        (true, Some(at)) => word.get(at + 1..).unwrap_or(word),
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As 0.51.0 told it, with a warning added; its descriptions are shortened.
    const BROKEN: &str = "
--- failure inherent_method_missing: pub method removed or renamed ---

Description:
A publicly-visible method or associated fn is no longer available under its prior name.
        ref: https://doc.rust-lang.org/cargo/reference/semver.html#item-remove
       impl: https://github.com/obi1kenobi/cargo-semver-checks/tree/v0.51.0/src/lints/inherent_method_missing.ron

Failed in:
  SecretClient::get, previously in file /x/target/semver-checks/git-release_2026_11_22/307be/crates/secrets/src/client.rs:308

--- failure struct_missing: pub struct removed or renamed ---

Description:
A publicly-visible struct cannot be imported by its prior path.
        ref: https://doc.rust-lang.org/cargo/reference/semver.html#item-remove
       impl: https://github.com/obi1kenobi/cargo-semver-checks/tree/v0.51.0/src/lints/struct_missing.ron

Failed in:
  struct azvault_secrets::Gone, previously in file /x/target/semver-checks/git-release_2026_11_22/307be/crates/secrets/src/a.rs:8
  struct azvault_secrets::Other, previously in file /x/target/semver-checks/git-release_2026_11_22/307be/crates/secrets/src/a.rs:9

--- warning inherent_method_must_use_added: method gained #[must_use] ---

Failed in:
  method a::B::c in /x/crates/a/src/b.rs:1
";

    fn told(summary: &str) -> String {
        format!(
            "    Checking a v0.1.0 -> v0.1.0 (assume patch change)\n     \
             Checked [   0.334s] 229 checks: 227 pass, 2 fail, 0 warn, 31 skip\n\n     \
             Summary {summary}\n    Finished [  10.103s] a\n"
        )
    }

    #[test]
    fn what_broke_is_named_by_lint_item_and_place() {
        let summary = told("semver requires new major version: 1 major and 0 minor checks failed");
        let api = read(BROKEN, &summary, Some(100)).unwrap();
        assert_eq!(api.level, Level::Break);
        let expected = [
            "inherent_method_missing: SecretClient::get, previously in file crates/secrets/src/client.rs:308",
            "struct_missing: struct azvault_secrets::Gone, previously in file crates/secrets/src/a.rs:8",
            "struct_missing: struct azvault_secrets::Other, previously in file crates/secrets/src/a.rs:9",
        ];
        assert_eq!(api.found, expected);
    }

    #[test]
    fn the_summary_and_the_exit_code_decide_and_silence_is_an_error() {
        let level = |summary: &str, code| Some(read("", &told(summary), code).ok()?.level);
        let (none, minor) = (
            "no semver update required",
            "semver requires new minor version: 0 major and 2 minor checks failed",
        );
        assert_eq!(level(none, Some(0)), Some(Level::None));
        assert_eq!(level(minor, Some(100)), Some(Level::Addition));
        for (summary, code) in [(none, Some(101)), (minor, Some(0)), (minor, None), ("", Some(0))] {
            assert_eq!(level(summary, code), None, "{summary} {code:?}");
        }
        assert!(read("", "error: failed to build rustdoc", Some(101)).is_err());
    }
}
