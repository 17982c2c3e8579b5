//! Each crate with no feature, with each alone, and with all, from the tarballs and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::{PROFILE, Packaged};
use crate::process::{cargo, run as go};
use crate::tree;

/// Makes a workspace of the unpacked tarballs, where each uses the others.
pub(super) fn workspace(scratch: &Path, crates: &[Packaged]) -> Result<()> {
    std::fs::write(scratch.join("Cargo.toml"), manifest(crates))?;
    std::fs::copy(tree::root()?.join("Cargo.lock"), scratch.join("Cargo.lock"))?;
    Ok(())
}

fn manifest(crates: &[Packaged]) -> String {
    let folder = |it: &Packaged| format!("{}-{}", it.name, it.version);
    let folders: Vec<String> = crates.iter().map(|it| format!("\"{}\"", folder(it))).collect();
    let mut text = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n",
        folders.join(", ")
    );
    for it in crates {
        text.push_str(&format!("{} = {{ path = \"{}\" }}\n", it.name, folder(it)));
    }
    text
}

/// Builds each.
pub(super) fn each(scratch: &Path, target: &Path, crates: &[Packaged]) -> Result<()> {
    for it in crates {
        for set in sets(&it.manifest) {
            let mut command = cargo(&["build", "--quiet"])?;
            command.current_dir(scratch).args(["--package", &it.name]).args(set);
            for setting in PROFILE {
                command.args(["--config", setting]);
            }
            // Where what others wrote is built already.
            go(command.arg("--target-dir").arg(target))?;
        }
    }
    Ok(())
}

/// Cargo's arguments for each set of features but the default one, which cargo built when it packaged.
fn sets(manifest: &toml::Table) -> Vec<Vec<String>> {
    let table = manifest.get("features").and_then(toml::Value::as_table);
    let features: BTreeSet<&str> =
        table.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let named: Vec<&str> = features.iter().copied().filter(|name| *name != "default").collect();
    let none = || vec!["--no-default-features".to_owned()];
    let mut sets = Vec::new();
    if !features.is_empty() {
        sets.push(none());
    }
    for name in &named {
        sets.push([none(), vec!["--features".to_owned(), (*name).to_owned()]].concat());
    }
    if named.len() > 1 {
        sets.push(vec!["--all-features".to_owned()]);
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(features: &str) -> Vec<String> {
        let manifest = format!("[features]\n{features}").parse().unwrap();
        sets(&manifest).iter().map(|set| set.join(" ")).collect()
    }

    #[test]
    fn each_feature_is_taken_alone_and_all_of_them_together() {
        let none = "--no-default-features";
        let expected = [
            none.to_owned(),
            format!("{none} --features a"),
            format!("{none} --features b"),
            "--all-features".to_owned(),
        ];
        assert_eq!(of("default = [\"a\"]\na = []\nb = []"), expected);
    }

    #[test]
    fn what_would_be_the_same_build_is_left_out() {
        assert_eq!(of("a = []"), ["--no-default-features", "--no-default-features --features a"]);
        assert!(of("").is_empty());
    }

    #[test]
    fn the_workspace_takes_each_crate_from_its_tarball() {
        let it = |name: &str| Packaged {
            name: name.into(),
            version: "0.1.0".into(),
            manifest: toml::Table::new(),
        };
        let manifest: toml::Table = manifest(&[it("a"), it("b")]).parse().unwrap();
        let members = manifest["workspace"]["members"].as_array().unwrap();
        assert_eq!(members.len(), 2);
        let patched = manifest["patch"]["crates-io"]["b"]["path"].as_str();
        assert_eq!(patched, Some("b-0.1.0"));
    }
}
