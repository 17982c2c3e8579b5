//! The index of examples (README.md and examples/README.md) and the examples name each other, and no two
//! examples of the workspace have one name: `cargo run --example NAME` would not know which.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::Problem;
use crate::tree::Tree;

const FOLDER: &str = "examples/";

/// Examples that no index names, names without an example, and files that are no target.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let targets = targets(tree);
    let files = files(tree);
    let named = match named(tree) {
        Ok(named) => named,
        Err(error) => return vec![format!("reading the index: {error}")],
    };
    let mut problems = Vec::new();
    for name in files.difference(&targets) {
        problems.push(format!("{FOLDER}{name}.rs: no [[example]] in {FOLDER}Cargo.toml builds it"));
    }
    for name in targets.difference(&named) {
        problems.push(format!("{FOLDER}{name}.rs: in neither README.md nor {FOLDER}README.md"));
    }
    for name in named.difference(&targets) {
        problems.push(format!("the index names an example `{name}` that does not exist"));
    }
    problems.extend(twice(tree));
    problems
}

/// Names that two examples of the workspace have, whether by a manifest or by a file in `examples/`.
fn twice(tree: &Tree) -> Vec<Problem> {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for member in tree.members() {
        let entries = member.field(&["example"]).and_then(toml::Value::as_array);
        for entry in entries.into_iter().flatten() {
            if let Some(name) = entry.get("name").and_then(toml::Value::as_str) {
                // Twice in one manifest, cargo itself refuses.
                places.entry(name.to_owned()).or_default().insert(member.dir.clone());
            }
        }
        let folder = member.path("examples/");
        for (path, _) in tree.texts() {
            let Some(rest) = path.strip_prefix(&folder) else { continue };
            let name = rest.strip_suffix("/main.rs").or_else(|| rest.strip_suffix(".rs"));
            if let Some(name) = name.filter(|name| !name.contains('/')) {
                places.entry(name.to_owned()).or_default().insert(member.dir.clone());
            }
        }
    }
    places.retain(|_, places| places.len() > 1);
    let said = |(name, places): (String, BTreeSet<String>)| {
        let places = places.into_iter().collect::<Vec<_>>().join(" and ");
        format!("two examples are called `{name}`: in {places}")
    };
    places.into_iter().map(said).collect()
}

/// The `[[example]]` entries of the examples' manifest.
fn targets(tree: &Tree) -> BTreeSet<String> {
    let member = tree.members().iter().find(|member| member.dir == FOLDER.trim_end_matches('/'));
    let entries = member.and_then(|member| member.field(&["example"])?.as_array());
    let name = |entry: &toml::Value| Some(entry.get("name")?.as_str()?.to_owned());
    entries.into_iter().flatten().filter_map(name).collect()
}

/// The source files directly in the folder.
fn files(tree: &Tree) -> BTreeSet<String> {
    let name = |(path, _)| str::strip_suffix(str::strip_prefix(path, FOLDER)?, ".rs");
    let names = tree.texts().filter_map(name).filter(|name| !name.contains('/'));
    names.filter(|name| *name != "build").map(str::to_owned).collect()
}

/// What the two READMEs name: `--example NAME`, `examples/NAME.rs`, in the folder's own `NAME.rs`.
fn named(tree: &Tree) -> Result<BTreeSet<String>, regex::Error> {
    let sources = [
        ("README.md", r"(?:--example |\bexamples/)([a-z0-9_]+)(?:\.rs)?\b"),
        ("examples/README.md", r"(?:--example ([a-z0-9_]+)|\b([a-z0-9_]+)\.rs\b)"),
    ];
    let mut names = BTreeSet::new();
    for (path, pattern) in sources {
        let regex = Regex::new(pattern)?;
        for found in regex.captures_iter(tree.text(path).unwrap_or_default()) {
            let whole = found.get(0).map_or("", |whole| whole.as_str());
            if whole.starts_with("--example") || whole.ends_with(".rs") {
                names.extend(found.iter().skip(1).flatten().map(|name| name.as_str().to_owned()));
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(readme: &str, index: &str, manifest: &str) -> Vec<Problem> {
        let manifest = format!("[package]\nname = \"e\"\n{manifest}");
        check(&Tree::of(&[
            ("README.md", readme),
            ("examples/README.md", index),
            ("examples/Cargo.toml", &manifest),
            ("examples/a_b.rs", ""),
            ("examples/src/lib.rs", ""),
        ]))
    }

    const A_B: &str = "[[example]]\nname = \"a_b\"";

    #[test]
    fn an_example_named_in_either_readme_passes() {
        for readme in ["`cargo run --example a_b`", "[a](examples/a_b.rs)", "see examples/golden/"]
        {
            assert!(of(readme, "- [`a_b.rs`](a_b.rs)", A_B).is_empty(), "{readme}");
        }
        assert!(of("cargo run --example a_b", "", A_B).is_empty());
    }

    #[test]
    fn an_example_that_nobody_names_fails() {
        assert!(of("", "", A_B).concat().contains("in neither README.md"));
    }

    #[test]
    fn a_name_without_an_example_fails() {
        let problems = of("--example a_b and --example gone", "other.rs", A_B).concat();
        assert!(problems.contains("`gone`") && problems.contains("`other`"), "{problems}");
    }

    #[test]
    fn a_file_that_is_no_target_fails() {
        assert!(of("", "", "").concat().contains("no [[example]]"));
    }

    #[test]
    fn two_examples_of_one_name_fail() {
        let tree = |other: &str, manifest: &str| {
            let manifest = format!("[package]\nname = \"c\"\n{manifest}");
            check(&Tree::of(&[
                ("README.md", "--example a_b"),
                ("examples/Cargo.toml", &format!("[package]\nname = \"e\"\n{A_B}")),
                ("examples/a_b.rs", ""),
                ("crates/c/Cargo.toml", &manifest),
                (other, ""),
            ]))
        };
        let expected = ["two examples are called `a_b`: in crates/c and examples"];
        assert_eq!(tree("crates/c/examples/a_b.rs", ""), expected);
        assert_eq!(tree("crates/c/examples/a_b/main.rs", ""), expected);
        assert_eq!(tree("crates/c/other.rs", A_B), expected);
        assert!(tree("crates/c/examples/c.rs", "").is_empty());
    }
}
