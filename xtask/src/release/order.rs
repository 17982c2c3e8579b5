//! The order in which crates are published: what is used comes first.

use anyhow::{Result, bail};

use crate::tree::{Member, Tree};

/// The published crates in order. Dev-dependencies are stripped or resolved later, so they do not
/// count.
pub(super) fn order(tree: &Tree) -> Result<Vec<&Member>> {
    let mut waiting: Vec<&Member> = tree.members().iter().filter(|m| m.published()).collect();
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let names: Vec<&str> = waiting.iter().map(|member| member.name.as_str()).collect();
        let (ready, rest): (Vec<_>, Vec<_>) =
            waiting.iter().partition(|m| used(m, &names).is_empty());
        if ready.is_empty() {
            bail!("these crates use each other in a circle: {}", names.join(", "));
        }
        ordered.extend(ready);
        waiting = rest;
    }
    Ok(ordered)
}

/// The crates among `names` that a member cannot be built without.
pub(super) fn used<'a>(member: &Member, names: &[&'a str]) -> Vec<&'a str> {
    let tables = ["dependencies", "build-dependencies"];
    let of = |name: &&&str| {
        tables.iter().any(|table| member.dependencies(table).iter().any(|(it, _)| it == *name))
    };
    names.iter().filter(of).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pairs: &[(&str, &str)]) -> Result<Vec<String>> {
        let tree = Tree::of(pairs);
        Ok(order(&tree)?.iter().map(|member| member.name.clone()).collect())
    }

    #[test]
    fn what_is_used_comes_first_and_dev_dependencies_do_not_count() {
        let keys = "[package]\nname = \"keys\"\n[dependencies]\ncore = { workspace = true }\n";
        let core = "[package]\nname = \"zcore\"\n[dev-dependencies]\nkeys = { path = \"x\" }";
        let files = [
            ("a/Cargo.toml", keys.replace("core", "zcore")),
            ("b/Cargo.toml", core.to_owned()),
            ("c/Cargo.toml", "[package]\nname = \"private\"\npublish = false".to_owned()),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (*p, t.as_str())).collect();
        assert_eq!(names(&files).unwrap(), ["zcore", "keys"]);
    }

    #[test]
    fn a_circle_is_an_error() {
        let a = "[package]\nname = \"a\"\n[dependencies]\nb = \"1\"";
        let b = "[package]\nname = \"b\"\n[dependencies]\na = \"1\"";
        let error = names(&[("a/Cargo.toml", a), ("b/Cargo.toml", b)]).unwrap_err().to_string();
        assert!(error.contains("a, b"), "{error}");
    }
}
