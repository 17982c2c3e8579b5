//! `cargo xtask footprint`: how many crates a program gets with azvault-keys, beside the official
//! keys and identity crates. Both sides are resolved now, by cargo, from a manifest with nothing
//! else in it, so both have the newest compatible versions.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{captured, cargo};
use crate::tree;

/// Counts both sides and prints them.
pub(crate) fn run() -> Result<()> {
    let ours = tree::root()?.join("crates/keys");
    let scratch = std::env::temp_dir().join(format!("azvault-footprint-{}", std::process::id()));
    let result = compare(&scratch, &ours);
    std::fs::remove_dir_all(&scratch).ok();
    result
}

fn compare(scratch: &Path, ours: &Path) -> Result<()> {
    // A literal TOML string: a Windows path has backslashes.
    let ours = format!("azvault-keys = {{ path = '{}' }}", ours.display());
    let official = "azure_security_keyvault_keys = \"1\"\nazure_identity = \"1\"";
    let ours = crates(&scratch.join("ours"), &ours)?;
    let official = crates(&scratch.join("official"), official)?;
    let width = 46;
    println!("distinct crates, normal dependencies, this host, the root package excluded");
    println!("{:<width$} {:>5}", "azvault-keys", ours.len());
    println!("{:<width$} {:>5}", "azure_security_keyvault_keys + azure_identity", official.len());
    let ratio = ours.len() as f64 / official.len() as f64;
    println!("{:<width$} {ratio:>5.2}", "ratio");
    print_only("only ours", &ours, &official);
    print_only("only theirs", &official, &ours);
    Ok(())
}

fn crates(folder: &Path, dependencies: &str) -> Result<BTreeSet<String>> {
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::write(folder.join("src/lib.rs"), "")?;
    let manifest = format!(
        "[package]\nname = \"footprint\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         {dependencies}\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest)?;
    let args = ["tree", "-e", "normal", "--prefix", "none", "--no-dedupe"];
    let tree =
        captured(cargo(&args)?.current_dir(folder)).context("resolving a scratch package")?;
    Ok(distinct(&tree))
}

/// `name version` of each line but the root's.
fn distinct(tree: &str) -> BTreeSet<String> {
    let key = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let root = tree.lines().next().map(key);
    tree.lines()
        .map(key)
        .filter(|crate_| !crate_.is_empty() && Some(crate_) != root.as_ref())
        .collect()
}

fn print_only(title: &str, these: &BTreeSet<String>, those: &BTreeSet<String>) {
    let only: Vec<&str> = these.difference(those).map(String::as_str).collect();
    println!("{title}: {}", if only.is_empty() { "none".into() } else { only.join(", ") });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_counts_once_and_the_root_not_at_all() {
        let tree = "footprint v0.0.0 (/tmp/x)\nazvault-keys v0.1.0 (/w/crates/keys)\n\
            serde v1.0.228\nsyn v2.0.1 (proc-macro)\nserde v1.0.228\nsyn v3.0.0\n";
        let expected = ["azvault-keys v0.1.0", "serde v1.0.228", "syn v2.0.1", "syn v3.0.0"];
        assert_eq!(distinct(tree).into_iter().collect::<Vec<_>>(), expected);
    }
}
