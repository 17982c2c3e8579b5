//! Who may use whom: cli, azvault, fleet → service crates → core, and keys → crypto → core; the
//! emulator stands alone.

use super::Problem;
use crate::tree::{Member, Tree};

const CORE: &str = "azvault-core";
const CRYPTO: &str = "azvault-crypto";
const EMULATOR: &str = "azvault-emulator";
const KEYS: &str = "azvault-keys";
/// What shows in core's documentation how its types are used: core serves nothing by itself.
const SHOWS_CORE: &str = "azvault-secrets";
const SERVICES: [&str; 5] = [
    KEYS,
    "azvault-secrets",
    "azvault-certificates",
    "azvault-administration",
    "azvault-management",
];
const FACADES: [&str; 3] = ["azvault", "azvault-cli", "azvault-fleet"];

/// Arrows that point the wrong way, and dev-dependencies that could not be published.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let ours: Vec<&str> = tree.members().iter().map(|member| member.name.as_str()).collect();
    tree.members()
        .iter()
        .filter(|member| member.dir.starts_with("crates/"))
        .flat_map(|member| problems(member, &ours))
        .collect()
}

fn problems(member: &Member, ours: &[&str]) -> Vec<Problem> {
    let name = member.name.as_str();
    let Some(allowed) = allowed(name) else {
        return vec![format!("{name}: unknown crate; give it a place in xtask's tidy/arrows.rs")];
    };
    let mut problems = Vec::new();
    for table in ["dependencies", "build-dependencies"] {
        for (dependency, _) in member.dependencies(table) {
            if ours.contains(&dependency) && !allowed.contains(&dependency) {
                problems.push(format!("{name}: must not depend on {dependency}"));
            }
        }
    }
    for (dependency, entry) in member.dependencies("dev-dependencies") {
        if (dependency == EMULATOR && name != EMULATOR) || (dependency, name) == (SHOWS_CORE, CORE)
        {
            // Cargo strips a dev-dependency without a version; one with a version is a cycle.
            let inherited = entry.get("workspace").is_some();
            if inherited || entry.get("version").is_some() || entry.get("path").is_none() {
                problems.push(format!("{name}: dev-depend on {dependency} by a literal path only"));
            }
        } else if ours.contains(&dependency) && !allowed.contains(&dependency) {
            problems
                .push(format!("{name}: must not dev-depend on {dependency}; test it in tests/"));
        }
    }
    problems
}

/// What of ours a published crate may use; `None` for a crate nobody placed.
fn allowed(name: &str) -> Option<Vec<&'static str>> {
    match name {
        CORE | EMULATOR => Some(vec![]),
        CRYPTO => Some(vec![CORE]),
        KEYS => Some(vec![CORE, CRYPTO]),
        "azvault" | "azvault-fleet" => Some([&[CORE], SERVICES.as_slice()].concat()),
        "azvault-cli" => Some([&[CORE, FACADES[0], FACADES[2]], SERVICES.as_slice()].concat()),
        _ if SERVICES.contains(&name) => Some(vec![CORE]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, tables: &str) -> Vec<Problem> {
        let manifest = format!("[package]\nname = \"{name}\"\n{tables}");
        Tree::of(&[
            ("crates/x/Cargo.toml", &manifest),
            ("crates/k/Cargo.toml", "[package]\nname = \"azvault-keys\""),
            ("crates/c/Cargo.toml", "[package]\nname = \"azvault-core\""),
            ("crates/e/Cargo.toml", "[package]\nname = \"azvault-emulator\""),
        ])
        .members()
        .iter()
        .filter(|member| member.dir == "crates/x")
        .flat_map(|member| problems(member, &[CORE, EMULATOR, "azvault-keys", SHOWS_CORE]))
        .collect()
    }

    #[test]
    fn a_service_crate_may_use_core_and_the_emulator_by_path() {
        let tables = "[dependencies]\nazvault-core.workspace = true\nserde = \"1\"\n\
            [dev-dependencies]\nazvault-emulator = { path = \"../emulator\" }";
        assert!(of("azvault-secrets", tables).is_empty());
    }

    #[test]
    fn a_service_crate_must_not_use_another() {
        let problems = of("azvault-secrets", "[dependencies]\nazvault-keys.workspace = true");
        assert_eq!(problems, ["azvault-secrets: must not depend on azvault-keys"]);
        let tables = "[target.'cfg(unix)'.dependencies]\nazvault-keys.workspace = true";
        assert_eq!(of("azvault-secrets", tables).len(), 1, "under a target too");
    }

    #[test]
    fn a_facade_may_use_service_crates() {
        let tables = "[dependencies]\nazvault-core.workspace = true\nazvault-keys.workspace = true";
        for facade in FACADES {
            assert!(of(facade, tables).is_empty(), "{facade}");
        }
    }

    #[test]
    fn the_emulator_uses_none_of_ours() {
        for table in ["dependencies", "dev-dependencies"] {
            let tables = format!("[{table}]\nazvault-core.workspace = true");
            assert_eq!(of("azvault-emulator", &tables).len(), 1, "{table}");
        }
    }

    #[test]
    fn core_uses_none_of_ours() {
        assert_eq!(of("azvault-core", "[dependencies]\nazvault-keys.workspace = true").len(), 1);
    }

    #[test]
    fn core_s_documentation_shows_a_service_crate_that_is_not_published_with_it() {
        let tables = |entry| format!("[dev-dependencies]\nazvault-secrets = {{ {entry} }}");
        assert!(of(CORE, &tables("path = \"../secrets\"")).is_empty());
        for entry in ["workspace = true", "path = \"../secrets\", version = \"0.1\""] {
            assert_eq!(of(CORE, &tables(entry)).len(), 1, "{entry}");
        }
        assert_eq!(of(CORE, "[dependencies]\nazvault-secrets = { path = \"x\" }").len(), 1);
        let other = "[dev-dependencies]\nazvault-keys = { path = \"../keys\" }";
        assert_eq!(of(CORE, other).len(), 1);
    }

    #[test]
    fn the_emulator_as_a_versioned_dev_dependency_fails() {
        for entry in ["workspace = true", "path = \"../emulator\", version = \"0.1\""] {
            let tables = format!("[dev-dependencies]\nazvault-emulator = {{ {entry} }}");
            let problems = of("azvault-secrets", &tables);
            assert_eq!(problems.len(), 1, "{entry}: {problems:?}");
        }
        let tables = "[dependencies]\nazvault-emulator = { path = \"../emulator\" }";
        assert_eq!(of("azvault-secrets", tables).len(), 1, "as a normal dependency");
    }

    #[test]
    fn a_crate_without_a_place_fails() {
        assert!(of("azvault-new", "").concat().contains("unknown crate"));
    }
}
