//! What a crate brings into a program: its README says what it does not, by a sentence of a fixed form, and
//! `cargo tree` tells whether that holds.
//!
//! The sentence: "With its default features it brings no `a` and no `b`." or "Without default features it
//! brings no `c`, no `d` and no `e`."

use std::collections::BTreeSet;

use anyhow::Result;

use crate::process::{captured, cargo};
use crate::tree::Tree;

const FORMS: [(&str, &[&str]); 2] = [
    ("With its default features it brings no ", &[]),
    ("Without default features it brings no ", &["--no-default-features"]),
];

/// Promises that do not hold, and crates that promise nothing.
pub(super) fn check(tree: &Tree) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for member in tree.members().iter().filter(|member| member.published()) {
        let readme = tree.text(&member.path("README.md")).unwrap_or_default();
        let mut promised = 0;
        for (form, features) in FORMS {
            let names = promised_by(readme, form);
            if names.is_empty() {
                continue;
            }
            promised += names.len();
            // Of every platform, since a promise that holds on one alone is none.
            let mut args = vec!["tree", "--locked", "--edges", "normal", "--prefix", "none"];
            args.extend(["--target", "all", "--package", member.name.as_str()]);
            args.extend(features);
            let brought = captured(&mut cargo(&args)?)?;
            problems.extend(broken(&member.name, form, &names, &brought));
            println!("{}: {form}{}", member.name, names.join(", "));
        }
        if promised == 0 {
            problems.push(format!(
                "{}: say what it does not bring: \"{}`…`.\"",
                member.path("README.md"),
                FORMS.map(|(form, _)| form).join("`…`.\" or \"")
            ));
        }
    }
    Ok(problems)
}

/// The names in the sentence of that form.
fn promised_by(readme: &str, form: &str) -> Vec<String> {
    let text = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((_, rest)) = text.split_once(form) else { return Vec::new() };
    let sentence = rest.split_once(". ").map_or(rest, |(sentence, _)| sentence);
    sentence.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn broken(package: &str, form: &str, names: &[String], brought: &str) -> Vec<String> {
    let brought: BTreeSet<&str> =
        brought.lines().filter_map(|line| line.split(' ').next()).collect();
    let broken = names.iter().filter(|name| brought.contains(name.as_str()));
    broken
        .map(|name| format!("{package}: \"{form}`{name}`\", but it does: `cargo tree -i {name}`"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# c\n\nWith its default features it brings no `clap`\nand no `rusqlite`. It has \
        `serde`.\nWithout default features it brings no `reqwest`.\n";

    #[test]
    fn the_sentence_is_read_to_its_end() {
        let [with, without] = FORMS.map(|(form, _)| promised_by(README, form));
        assert_eq!(with, ["clap", "rusqlite"]);
        assert_eq!(without, ["reqwest"]);
        assert!(promised_by("It brings `reqwest`.", FORMS[0].0).is_empty());
    }

    #[test]
    fn what_is_brought_all_the_same_is_a_broken_promise() {
        let brought =
            "c v0.1.0 (/c)\nclap v4.5.0\nclap_derive v4.5.0 (proc-macro)\n\nserde v1.0.0 (*)";
        let names = promised_by(README, FORMS[0].0);
        let problems = broken("c", FORMS[0].0, &names, brought);
        assert_eq!(problems.len(), 1);
        assert!(problems.concat().contains("`clap`"), "{problems:?}");
        assert!(broken("c", FORMS[0].0, &names, "c v0.1.0\nclap_derive v4.5.0").is_empty());
    }
}
