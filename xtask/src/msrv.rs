//! `cargo xtask msrv`: everything compiles with the oldest Rust that the workspace promises.

use std::process::Command;

use anyhow::{Context, Result};

use crate::process::run as go;
use crate::tree::{self, Tree};

/// Installs that toolchain by rustup and checks every target with it.
pub(crate) fn run() -> Result<()> {
    let version = promised(&Tree::load()?)?;
    let mut install = Command::new("rustup");
    go(install.args(["toolchain", "install", &version, "--profile", "minimal"]))?;
    let mut check = Command::new("rustup");
    check.args(["run", &version, "cargo", "check", "--workspace", "--all-targets", "--locked"]);
    // Apart, so that it neither waits for nor holds up the toolchain one works with.
    check.args(["--target-dir", "target/msrv"]);
    // Set for this process by the newer cargo that runs it.
    check.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    go(check.current_dir(tree::root()?))
}

fn promised(tree: &Tree) -> Result<String> {
    let manifest: toml::Table = tree.text("Cargo.toml").context("no Cargo.toml")?.parse()?;
    let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let version = package.and_then(|package| package.get("rust-version")?.as_str());
    Ok(version.context("the workspace has no rust-version")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_workspaces() {
        let tree = |text| Tree::of(&[("Cargo.toml", text)]);
        let manifest = "[workspace.package]\nrust-version = \"1.88\"";
        assert_eq!(promised(&tree(manifest)).unwrap(), "1.88");
        assert!(promised(&tree("[workspace]")).is_err());
    }
}
