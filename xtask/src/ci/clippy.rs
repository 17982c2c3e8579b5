//! Lints, by feature set. Warnings are denied by argument: RUSTFLAGS would rebuild everything.

use anyhow::Result;

use crate::process::{cargo, run};
use crate::tree::Tree;

/// Every target of every member, as a plain build has its features.
pub(super) fn workspace() -> Result<()> {
    run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?)
}

/// Each published crate by itself, since features of one must not hide a lack in another: without features,
/// with each feature alone, and with all.
pub(super) fn feature_sets() -> Result<()> {
    for set in sets(&Tree::load()?) {
        let mut args = vec!["clippy"];
        args.extend(set.iter().map(String::as_str));
        args.extend(["--", "-D", "warnings"]);
        run(&mut cargo(&args)?)?;
    }
    Ok(())
}

fn sets(tree: &Tree) -> Vec<Vec<String>> {
    let mut sets = Vec::new();
    for member in tree.members().iter().filter(|member| member.published()) {
        let package = ["--package".to_owned(), member.name.clone()];
        let features = member.field(&["features"]).and_then(toml::Value::as_table);
        let features: Vec<&String> = features
            .into_iter()
            .flat_map(toml::Table::keys)
            .filter(|name| *name != "default")
            .collect();
        sets.push([&package[..], &["--no-default-features".to_owned()]].concat());
        for feature in &features {
            let alone = ["--no-default-features", "--features", feature].map(str::to_owned);
            sets.push([&package[..], &alone].concat());
        }
        if features.len() > 1 {
            sets.push([&package[..], &["--all-features".to_owned()]].concat());
        }
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_linted_without_features_with_each_alone_and_with_all() {
        let tree = Tree::of(&[
            (
                "crates/a/Cargo.toml",
                "[package]\nname = \"a\"\n[features]\ndefault = [\"x\"]\nx = []\ny = []",
            ),
            ("crates/b/Cargo.toml", "[package]\nname = \"b\""),
            ("tests/Cargo.toml", "[package]\nname = \"t\"\npublish = false\n[features]\nz = []"),
        ]);
        let sets: Vec<String> = sets(&tree).iter().map(|set| set.join(" ")).collect();
        assert_eq!(
            sets,
            [
                "--package a --no-default-features",
                "--package a --no-default-features --features x",
                "--package a --no-default-features --features y",
                "--package a --all-features",
                "--package b --no-default-features",
            ]
        );
    }
}
