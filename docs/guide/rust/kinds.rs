//! The chapter on errors has an entry for each kind there is, and for none that is not.

const KINDS: &str = include_str!("../../../crates/core/src/error/kind.rs");
const CHAPTER: &str = include_str!("../src/errors.md");

/// The variants of the enum, in their order.
fn kinds() -> Vec<&'static str> {
    let (_, after) = KINDS.split_once("pub enum ErrorKind {").unwrap();
    let (body, _) = after.split_once("\n}").unwrap();
    let lines = body.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.filter_map(|line| line.strip_suffix(',')).collect()
}

fn entries() -> Vec<(&'static str, &'static str)> {
    let entries = CHAPTER.split("\n### ").skip(1);
    entries.filter_map(|entry| entry.split_once('\n')).collect()
}

#[test]
fn each_kind_of_error_has_its_entry_in_the_enums_order() {
    let kinds = kinds();
    assert!(kinds.len() > 20 && kinds.contains(&"Throttled"), "{kinds:?}");
    let named: Vec<&str> = entries().into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(named, kinds);
}

#[test]
fn each_entry_says_what_to_do_and_the_table_leads_to_it() {
    for (kind, entry) in entries() {
        assert!(entry.contains("\n*Do:* "), "{kind} says nothing to do");
        let link = format!("[{kind}](#{})", kind.to_lowercase());
        assert!(CHAPTER.contains(&link) || kind == "Other", "no link to {kind}");
    }
}

/// Those that no request to an emulator can bring about, or that another chapter provokes.
const ELSEWHERE: [&str; 3] = ["ForbiddenByPolicy", "ForbiddenByRbac", "Other"];

#[test]
fn each_entry_provokes_its_error_unless_another_chapter_does() {
    for (kind, entry) in entries() {
        let provoked = entry.contains(&format!("assert_eq!(error.kind(), ErrorKind::{kind});"));
        assert_eq!(provoked, !ELSEWHERE.contains(&kind), "{kind}");
    }
    for kind in &ELSEWHERE[..2] {
        let access = include_str!("../src/access.md");
        assert!(access.contains(&format!("ErrorKind::{kind}")), "{kind}");
    }
}
