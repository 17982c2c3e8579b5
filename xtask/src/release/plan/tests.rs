use std::collections::BTreeSet;

use super::*;

const ROOT: &str = "[workspace.dependencies]\na = { path = \"crates/a\", version = \"0.1.3\" }\n\
    b = { path = \"crates/b\", version = \"0.1.3\" }\n";

fn manifest(name: &str, version: &str, uses: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n[dependencies]\n{uses}\n")
}

/// `b` uses `a`; `c` uses neither; `p` is not published.
fn files(more: &[(&str, &str)]) -> Tree {
    let (a, b, c) = (
        manifest("a", "0.1.3", ""),
        manifest("b", "0.1.3", "a.workspace = true"),
        manifest("c", "0.1.3", ""),
    );
    let mut files = BTreeMap::from([
        ("Cargo.toml", ROOT),
        ("crates/a/Cargo.toml", a.as_str()),
        ("crates/b/Cargo.toml", b.as_str()),
        ("crates/c/Cargo.toml", c.as_str()),
        ("crates/p/Cargo.toml", "[package]\nname = \"p\"\npublish = false"),
    ]);
    files.extend(more.iter().copied());
    Tree::of(&files.into_iter().collect::<Vec<_>>())
}

fn tagged(paths: &[&str]) -> Since {
    let versions = ["a", "b", "c"].map(|name| (name.to_owned(), Version::new(0, 1, 3)));
    Since {
        tag: Some("release-2026-01-01".into()),
        paths: paths.iter().map(|path| (*path).to_owned()).collect::<BTreeSet<_>>(),
        versions: versions.into(),
        ..Since::default()
    }
}

fn planned(more: &[(&str, &str)], since: &Since) -> Plan {
    plan(&files(more), since, &BTreeMap::new()).unwrap()
}

fn next(plan: &Plan) -> Vec<String> {
    plan.crates.iter().map(|it| format!("{} {}", it.name, it.next)).collect()
}

const FIX_A: (&str, &str) = (".changes/x.md", "---\ncrates: [a]\nkind: fixed\n---\nOne.\n");
const BREAK_A: (&str, &str) = (".changes/y.md", "---\ncrates: [a]\nkind: changed\n---\nTwo.\n");
const ADD_B: (&str, &str) = (".changes/z.md", "---\ncrates: [b]\nkind: added\n---\nThree.\n");

#[test]
fn the_first_release_has_every_crate_at_its_present_version() {
    let plan = planned(&[FIX_A, ADD_B], &Since::default());
    assert_eq!(next(&plan), ["a 0.1.3", "c 0.1.3", "b 0.1.3"]);
    assert!(plan.crates.iter().all(Planned::released));
    assert!(plan.requirements.is_empty());
    assert!(
        plan.text().starts_with("the first release: no tag release-*\n1. a 0.1.3, its first\n")
    );
    assert!(plan.refuse_silence().unwrap_err().to_string().ends_with(": c"));
}

#[test]
fn a_fix_releases_one_crate_and_the_others_pick_it_up_as_they_are() {
    let plan = planned(&[FIX_A], &tagged(&["crates/a/src/x.rs", "crates/p/src/y.rs"]));
    assert_eq!(next(&plan), ["a 0.1.4", "c 0.1.3", "b 0.1.3"]);
    assert!(plan.requirements.is_empty());
    plan.refuse_silence().unwrap();
    let expected = "since release-2026-01-01\n1. a 0.1.3 -> 0.1.4, fixes\n     \
        fixed: .changes/x.md\n2. c 0.1.3, unchanged\n3. b 0.1.3, unchanged\n";
    assert_eq!(plan.text(), expected);
}

#[test]
fn who_is_released_with_what_it_uses_asks_for_the_one_it_was_tested_with() {
    let plan = planned(&[FIX_A, ADD_B], &tagged(&["crates/a/src/x.rs", "crates/b/src/x.rs"]));
    assert_eq!(next(&plan), ["a 0.1.4", "c 0.1.3", "b 0.1.4"]);
    assert_eq!(plan.requirements, BTreeMap::from([("a".to_owned(), Version::new(0, 1, 4))]));
}

#[test]
fn a_break_goes_through_to_those_who_use_the_crate() {
    let plan = planned(&[BREAK_A], &tagged(&["crates/a/src/x.rs"]));
    assert_eq!(next(&plan), ["a 0.2.0", "c 0.1.3", "b 0.2.0"]);
    assert_eq!(plan.crates[2].broken_by, ["a"]);
    let asked: Vec<String> =
        plan.requirements.iter().map(|(name, version)| format!("{name} {version}")).collect();
    assert_eq!(asked, ["a 0.2.0", "b 0.2.0"]);
    assert!(plan.text().contains("3. b 0.1.3 -> 0.2.0, breaking\n     uses a, whose"));
}

fn found(level: Level) -> BTreeMap<String, Api> {
    let found = vec!["struct_missing: struct a::Gone".to_owned()];
    BTreeMap::from([("a".to_owned(), Api { level, found })])
}

fn compared(more: &[(&str, &str)], level: Level) -> Plan {
    plan(&files(more), &tagged(&["crates/a/src/x.rs"]), &found(level)).unwrap()
}

#[test]
fn a_break_that_no_fragment_tells_is_refused_with_what_broke_and_what_to_write() {
    let plan = compared(&[FIX_A], Level::Break);
    assert_eq!(plan.crates[0].next, Version::new(0, 2, 0));
    let shown = "by cargo-semver-checks: breaking\n       struct_missing: struct a::Gone\n";
    assert!(plan.text().contains(shown), "{}", plan.text());
    let refused = plan.refuse_silence().unwrap_err().to_string();
    for word in ["API of a is", "struct_missing: struct a::Gone", "`crates: [a]`, `kind: removed`"]
    {
        assert!(refused.contains(word), "{refused}");
    }
    assert!(compared(&[], Level::Break).refuse_silence().is_err());
    compared(&[BREAK_A], Level::Break).refuse_silence().unwrap();
}

#[test]
fn what_the_public_api_asks_does_not_lessen_what_fragments_tell() {
    let plan = compared(&[BREAK_A], Level::Addition);
    assert_eq!(plan.crates[0].next, Version::new(0, 2, 0));
    plan.refuse_silence().unwrap();
}

#[test]
fn something_new_needs_its_word_where_the_version_depends_on_it() {
    compared(&[FIX_A], Level::Addition).refuse_silence().unwrap();
    let mut since = tagged(&["crates/a/src/x.rs"]);
    since.versions.insert("a".to_owned(), Version::new(1, 1, 3));
    let a = manifest("a", "1.1.3", "");
    let tree = files(&[("crates/a/Cargo.toml", &a), FIX_A]);
    let refused = plan(&tree, &since, &found(Level::Addition)).unwrap().refuse_silence();
    assert!(refused.unwrap_err().to_string().contains("`kind: added`"));
}

#[test]
fn a_break_that_comes_from_what_a_crate_uses_is_told_by_that() {
    let api = BTreeMap::from([("b".to_owned(), Api { level: Level::Break, found: Vec::new() })]);
    let plan = plan(&files(&[BREAK_A, ADD_B]), &tagged(&["crates/b/src/x.rs"]), &api).unwrap();
    plan.refuse_silence().unwrap();
}

#[test]
fn a_break_that_is_prepared_is_not_asked_for_again() {
    let a = manifest("a", "0.2.0", "");
    let log = ("crates/a/CHANGELOG.md", "# Changelog\n\n## 0.2.0 - 2026-02-02\n");
    compared(&[("crates/a/Cargo.toml", &a), log], Level::Break).refuse_silence().unwrap();
}

#[test]
fn a_change_that_no_fragment_tells_is_found() {
    let refused = |path| planned(&[], &tagged(&[path])).refuse_silence().is_err();
    assert!(refused("crates/b/src/lib.rs"));
    assert!(refused("crates/b/Cargo.toml"));
    assert!(!refused("crates/b/src/x/tests.rs"));
    assert!(!refused("crates/b/README.md"));
}

#[test]
fn a_requirement_that_the_roots_manifest_changes_is_a_change_of_those_who_use_it() {
    let b = manifest("b", "0.1.3", "a.workspace = true\nserde = { workspace = true }");
    let foreign = BTreeSet::from(["serde".to_owned()]);
    let since = Since { foreign, ..tagged(&["Cargo.toml"]) };
    let refused = planned(&[("crates/b/Cargo.toml", &b)], &since).refuse_silence().unwrap_err();
    assert!(refused.to_string().ends_with(": b"), "{refused}");
    planned(&[("crates/b/Cargo.toml", &b), ADD_B], &since).refuse_silence().unwrap();
    planned(&[], &since).refuse_silence().unwrap();
}

#[test]
fn the_commit_that_was_prepared_needs_no_fragment() {
    let a = manifest("a", "0.1.4", "");
    let log = ("crates/a/CHANGELOG.md", "# Changelog\n\n## 0.1.4 - 2026-02-02\n");
    let since = tagged(&["crates/a/src/x.rs", "crates/a/Cargo.toml"]);
    let prepared = planned(&[("crates/a/Cargo.toml", &a), log], &since);
    prepared.refuse_silence().unwrap();
    assert_eq!(next(&prepared), ["a 0.1.4", "c 0.1.3", "b 0.1.3"]);
    let untold = planned(&[("crates/a/Cargo.toml", &a)], &since);
    assert!(untold.refuse_silence().is_err(), "a version alone tells nobody what is new");
}

#[test]
fn a_late_change_moves_what_was_prepared_only_as_far_as_it_must() {
    let a = manifest("a", "0.1.4", "");
    let prepared = ("crates/a/Cargo.toml", a.as_str());
    let since = tagged(&["crates/a/src/x.rs", "crates/a/Cargo.toml"]);
    assert_eq!(next(&planned(&[prepared, FIX_A], &since))[0], "a 0.1.4");
    assert_eq!(next(&planned(&[prepared, BREAK_A], &since))[0], "a 0.2.0");
}
