//! Every path that a document names in backticks exists: from the root, from the document's folder or its
//! `src`, or, after a line of ARCHITECTURE.md that opens with a folder in bold (a crate), from that folder or
//! its `src`. Elsewhere the end of a path is enough where a file or folder is spoken of by its name.

use super::Problem;
use crate::tree::Tree;

const MAP: &str = "ARCHITECTURE.md";
const ENDINGS: [&str; 7] = [".rs", ".md", ".toml", ".yml", ".json", ".txt", ".lock"];
/// Paths that git does not know, with the reason.
const ABSENT: [(&str, &str); 1] = [("fuzz/artifacts/", "cargo-fuzz writes its finds there")];

/// Named paths that are not there.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    if tree.text(MAP).is_none() {
        return vec![format!("{MAP} is missing")];
    }
    let fragments = |file: &str| file.starts_with(".changes/") || file.ends_with("CHANGELOG.md");
    // What those tell of may be gone since.
    let documents = tree.texts_ending(".md").filter(|(file, _)| !fragments(file));
    documents.flat_map(|(file, text)| problems(tree, file, text)).collect()
}

fn problems(tree: &Tree, file: &str, text: &str) -> Vec<Problem> {
    let own = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let (mut problems, mut folder, mut fenced) = (Vec::new(), own, false);
    for (line, number) in text.lines().zip(1..) {
        fenced ^= line.trim_start().starts_with("```");
        if fenced || line.trim_start().starts_with("```") {
            continue;
        }
        if let Some(opened) = opened(line).filter(|_| file == MAP) {
            folder = opened;
        } else if line.starts_with('#') {
            folder = own;
        }
        for path in named(line).filter(|path| is_path(tree, folder, path)) {
            let below = |folder: &str| {
                let exists = |src: &str| tree.exists(&format!("{folder}/{src}{path}"));
                !folder.is_empty() && (exists("") || exists("src/"))
            };
            let spoken = file != MAP && tree.has_end(path);
            let absent = ABSENT.iter().any(|(absent, _)| *absent == path);
            if !below(folder) && !tree.exists(path) && !spoken && !absent {
                problems.push(format!("{file}:{number}: `{path}` does not exist"));
            }
        }
    }
    problems
}

/// The folder in bold at the start of a line.
fn opened(line: &str) -> Option<&str> {
    let (folder, _) = line.strip_prefix("**`")?.split_once("`**")?;
    Some(folder.trim_end_matches('/'))
}

/// What stands between backticks.
fn named(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// A file by its ending, or anything below a folder of the root or of `folder`; not a pattern, not a media
/// type.
fn is_path(tree: &Tree, folder: &str, text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if text.is_empty() || text.starts_with('/') || !text.chars().all(plain) {
        return false;
    }
    let first = text.split('/').next().unwrap_or(text);
    let ending = ENDINGS.iter().any(|ending| text.ends_with(ending) && text.len() > ending.len());
    let known =
        tree.exists(first) || !folder.is_empty() && tree.exists(&format!("{folder}/{first}"));
    ending || text.ends_with('/') || text.contains('/') && known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Problem> {
        check(&Tree::of(&[(MAP, text), ("crates/core/src/lib.rs", ""), ("README.md", "")]))
    }

    #[test]
    fn present_paths_and_other_words_pass() {
        assert!(of("`crates/core/` `crates/core/src/lib.rs` `README.md`").is_empty());
        assert!(
            of("`application/json` `/keys/{name}` `crates/*/README.md` `KeyClient`").is_empty()
        );
    }

    #[test]
    fn after_a_folder_in_bold_paths_start_there() {
        assert!(of("**`crates/core`**: `lib.rs`,\n`src/lib.rs`").is_empty());
        assert_eq!(of("**`crates/core`**: `gone.rs`").len(), 1);
        assert_eq!(of("**`crates/core`**\n## Next\n`lib.rs`").len(), 1, "a heading ends it");
        assert_eq!(of("**`crates/gone`**: `lib.rs`").len(), 2);
    }

    #[test]
    fn absent_paths_fail_with_their_line() {
        for path in ["crates/core/src/gone.rs", "crates/gone", "gone/", "gone.md", "src/lib.rs"] {
            let expected = format!("{MAP}:2: `{path}` does not exist");
            assert_eq!(of(&format!("\n`{path}`")), [expected]);
        }
    }

    fn said(file: &str, text: &str) -> Vec<Problem> {
        check(&Tree::of(&[
            (MAP, ""),
            (file, text),
            ("crates/core/src/lib.rs", ""),
            ("crates/core/src/retry/mod.rs", ""),
        ]))
    }

    #[test]
    fn every_document_is_read_and_may_start_at_its_own_folder() {
        let readme = "crates/core/README.md";
        assert!(said(readme, "`src/lib.rs` `lib.rs` `retry/` `crates/core/src/lib.rs`").is_empty());
        assert_eq!(
            said(readme, "`src/gone.rs`"),
            ["crates/core/README.md:1: `src/gone.rs` does not exist"]
        );
        assert_eq!(said("docs/a.md", "a\n`crates/core/src/gone/`").len(), 1);
        assert!(said("docs/a.md", "`retry/mod.rs` and `lib.rs`").is_empty(), "ends of paths");
        assert_eq!(said("docs/a.md", "`try/mod.rs`").len(), 1, "whole segments");
    }

    #[test]
    fn what_was_and_what_is_code_may_name_anything() {
        assert!(said("CHANGELOG.md", "`gone.rs`").is_empty());
        assert!(said(".changes/a.md", "`gone.rs`").is_empty());
        assert!(said("docs/a.md", "```sh\n`gone.rs`\n```\n").is_empty());
    }
}
