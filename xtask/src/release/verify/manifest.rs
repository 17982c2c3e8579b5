//! What a packaged crate says of itself, and the files that come with it.

use std::path::Path;

use anyhow::{Context, Result};

use crate::tidy::LICENCE_FILES;

const EMULATOR: &str = "azvault-emulator";
const SAID: [&str; 4] = ["license", "description", "readme", "rust-version"];

/// What is wrong with a packaged manifest; pure.
pub(super) fn inspect(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse()?;
    let mut problems = Vec::new();
    let package = manifest.get("package").context("no [package]")?;
    for field in SAID {
        if package.get(field).and_then(toml::Value::as_str).is_none_or(str::is_empty) {
            problems.push(format!("the packaged manifest has no `{field}`"));
        }
    }
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flatten().filter_map(|(_, target)| target.as_table());
    for table in std::iter::once(&manifest).chain(targets) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let entries = table.get(kind).and_then(toml::Value::as_table);
            for (name, entry) in entries.into_iter().flatten() {
                if entry.get("path").is_some() {
                    problems.push(format!("`{name}` in {kind} is a path"));
                }
                if name == EMULATOR {
                    problems.push(format!("`{name}` was not stripped from {kind}"));
                }
            }
        }
    }
    Ok(problems)
}

/// The files that a tarball lacks.
pub(super) fn missing_files(folder: &Path) -> Vec<String> {
    let wanted = LICENCE_FILES.iter().chain(&["README.md", "CHANGELOG.md", "Cargo.lock"]);
    let missing = wanted.filter(|file| !folder.join(file).is_file());
    missing.map(|file| format!("{file} is not in the tarball")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nlicense = \"MIT\"\ndescription = \"d\"\n\
        readme = \"README.md\"\nrust-version = \"1.88\"\n[dependencies.serde]\nversion = \"1\"\n";

    #[test]
    fn a_complete_manifest_passes() {
        assert!(inspect(GOOD).unwrap().is_empty());
    }

    #[test]
    fn a_missing_field_fails() {
        for field in SAID {
            let without: String =
                GOOD.lines().filter(|line| !line.starts_with(field)).collect::<Vec<_>>().join("\n");
            assert_eq!(
                inspect(&without).unwrap(),
                [format!("the packaged manifest has no `{field}`")]
            );
        }
    }

    #[test]
    fn paths_and_the_emulator_fail() {
        let path = format!("{GOOD}[target.'cfg(unix)'.dependencies.x]\npath = \"../x\"\n");
        assert_eq!(inspect(&path).unwrap(), ["`x` in dependencies is a path"]);
        let emulator = format!("{GOOD}[dev-dependencies.azvault-emulator]\nversion = \"0.1\"\n");
        assert_eq!(
            inspect(&emulator).unwrap(),
            ["`azvault-emulator` was not stripped from dev-dependencies"]
        );
    }
}
