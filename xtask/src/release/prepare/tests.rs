use super::*;
use crate::release::since::Since;

const ROOT: &str = "[workspace.package]\nrust-version = \"1.88\"\n\n[workspace.dependencies]\n\
    # Ours.\na = { path = \"crates/a\", version = \"0.1.0\" } # not c\n";

/// `b` uses `a`.
fn files() -> BTreeMap<String, String> {
    let crates = [("a", ""), ("b", "a.workspace = true\n")];
    let mut files = BTreeMap::from([
        ("Cargo.toml".to_owned(), ROOT.to_owned()),
        ("README.md".to_owned(), "# all\n\nA Rust toolchain (1.80 or newer).\n".to_owned()),
    ]);
    for (name, uses) in crates {
        let manifest = format!(
            "[package]\nname = \"{name}\" # a name\nversion = \"0.1.0\" # kept\n\n[dependencies]\n{uses}"
        );
        files.insert(format!("crates/{name}/Cargo.toml"), manifest);
        files.insert(format!("crates/{name}/README.md"), format!("# {name}\n\nWords.\n"));
        files.insert(format!("crates/{name}/CHANGELOG.md"), changelog::empty(name));
    }
    files
}

fn fragment(files: &mut BTreeMap<String, String>, name: &str, crates: &str, kind: &str) {
    let text = format!("---\ncrates: [{crates}]\nkind: {kind}\n---\nThe change {name}.\n");
    files.insert(format!(".changes/{name}.md"), text);
}

fn tree(files: &BTreeMap<String, String>) -> Tree {
    let pairs: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    Tree::of(&pairs)
}

/// Prepares a release of these files, `since` being the last one.
fn prepare(files: &mut BTreeMap<String, String>, since: &Since) -> Edits {
    let tree = tree(files);
    let plan = plan::plan(&tree, since, &BTreeMap::new()).unwrap();
    let edits = edits(&tree, &plan, "2026-11-22").unwrap();
    files.extend(edits.write.clone());
    for path in &edits.remove {
        files.remove(path);
    }
    edits
}

fn released() -> Since {
    let versions = ["a", "b"].map(|name| (name.to_owned(), Version::new(0, 1, 0)));
    let paths = ["crates/a/src/x.rs".to_owned()].into();
    let (tag, versions) = (Some("release-2026-01-01".into()), versions.into());
    Since { tag, paths, versions, ..Since::default() }
}

#[test]
fn a_first_release_tells_each_crate_what_is_its_own_and_runs_again_without_effect() {
    let mut files = files();
    fragment(&mut files, "one", "a, b", "added");
    fragment(&mut files, "two", "b", "fixed");
    prepare(&mut files, &Since::default());
    let log = &files["crates/b/CHANGELOG.md"];
    let section = "## 0.1.0 - 2026-11-22\n\n### Added\n\n- The change one.\n\n### Fixed\n\n- The change two.\n";
    assert!(log.ends_with(section), "{log}");
    assert!(!files["crates/a/CHANGELOG.md"].contains("two"));
    assert!(!files.keys().any(|path| path.starts_with(".changes/")));
    assert!(files["README.md"].contains("(1.88 or newer)"));
    assert!(files["crates/a/README.md"].contains("\n![version 0.1.0]("));
    assert_eq!(prepare(&mut files, &Since::default()), Edits::default());
}

#[test]
fn a_fix_touches_its_crate_alone() {
    let mut files = files();
    prepare(&mut files, &released());
    fragment(&mut files, "one", "a", "fixed");
    let edits = prepare(&mut files, &released());
    let expected = ["crates/a/CHANGELOG.md", "crates/a/Cargo.toml", "crates/a/README.md"];
    assert_eq!(edits.written().collect::<Vec<_>>(), expected);
    let manifest = &files["crates/a/Cargo.toml"];
    assert!(manifest.contains("name = \"a\" # a name\nversion = \"0.1.1\" # kept\n"), "{manifest}");
    assert_eq!(prepare(&mut files, &released()), Edits::default());
}

#[test]
fn a_break_is_asked_for_and_told_by_those_who_use_the_crate() {
    let mut files = files();
    fragment(&mut files, "one", "a", "removed");
    prepare(&mut files, &released());
    let root = &files["Cargo.toml"];
    assert!(
        root.contains("# Ours.\na = { path = \"crates/a\", version = \"0.2.0\" } # not c"),
        "{root}"
    );
    assert!(files["crates/b/Cargo.toml"].contains("version = \"0.2.0\" # kept"));
    let log = &files["crates/b/CHANGELOG.md"];
    assert!(
        log.contains("## 0.2.0 - 2026-11-22\n\n### Changed\n\n- It uses `a` 0.2.0, which"),
        "{log}"
    );
    assert_eq!(prepare(&mut files, &released()), Edits::default());
}

#[test]
fn a_late_fragment_joins_what_was_prepared() {
    let mut late = files();
    fragment(&mut late, "one", "a", "fixed");
    prepare(&mut late, &released());
    fragment(&mut late, "two", "a", "changed");
    prepare(&mut late, &released());
    let mut direct = files();
    fragment(&mut direct, "one", "a", "fixed");
    fragment(&mut direct, "two", "a", "changed");
    prepare(&mut direct, &released());
    assert_eq!(late, direct);
    assert!(late["crates/a/CHANGELOG.md"].contains("## 0.2.0 - "));
    assert!(!late["crates/a/CHANGELOG.md"].contains("## 0.1.1 - "));
}

#[test]
fn a_readme_that_tells_another_version_is_found() {
    let mut files = files();
    prepare(&mut files, &released());
    let out = |files: &BTreeMap<String, String>| {
        let tree = tree(files);
        let plan = plan::plan(&tree, &released(), &BTreeMap::new()).unwrap();
        out_of_step(&tree, &plan).unwrap()
    };
    assert!(out(&files).is_empty());
    let readme = files["crates/a/README.md"].replace("0.1.0", "0.0.9");
    files.insert("crates/a/README.md".to_owned(), readme);
    files.insert("Cargo.toml".to_owned(), ROOT.replace("1.88", "1.90"));
    assert_eq!(out(&files), ["README.md", "crates/a/README.md", "crates/b/README.md"]);
}

#[test]
fn a_day_is_written_as_year_month_and_day() {
    assert!(is_day("2026-01-31"));
    for text in ["2026-1-31", "31.01.2026", "2026-01", "yyyy-mm-dd"] {
        assert!(!is_day(text), "{text}");
    }
}
