//! Every path that ARCHITECTURE.md names in backticks exists, from the root or, after a line that
//! opens with a folder in bold (a crate), from that folder or its `src`.

use super::Problem;
use crate::tree::Tree;

const FILE: &str = "ARCHITECTURE.md";
const ENDINGS: [&str; 7] = [".rs", ".md", ".toml", ".yml", ".json", ".txt", ".lock"];

/// Named paths that are not there.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(text) = tree.text(FILE) else { return vec![format!("{FILE} is missing")] };
    let mut problems = Vec::new();
    let mut folder = "";
    for (line, number) in text.lines().zip(1..) {
        if let Some(opened) = opened(line) {
            folder = opened;
        } else if line.starts_with('#') {
            folder = "";
        }
        for path in named(line).filter(|path| is_path(tree, path)) {
            let below = !folder.is_empty()
                && ["", "src/"].iter().any(|src| tree.exists(&format!("{folder}/{src}{path}")));
            if !below && !tree.exists(path) {
                problems.push(format!("{FILE}:{number}: `{path}` does not exist"));
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

/// A file by its ending, or anything below a folder of the root; not a pattern, not a media type.
fn is_path(tree: &Tree, text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if text.is_empty() || text.starts_with('/') || !text.chars().all(plain) {
        return false;
    }
    let first = text.split('/').next().unwrap_or(text);
    let ending = ENDINGS.iter().any(|ending| text.ends_with(ending) && text.len() > ending.len());
    ending || text.ends_with('/') || text.contains('/') && tree.exists(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Problem> {
        check(&Tree::of(&[(FILE, text), ("crates/core/src/lib.rs", ""), ("README.md", "")]))
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
            let expected = format!("{FILE}:2: `{path}` does not exist");
            assert_eq!(of(&format!("\n`{path}`")), [expected]);
        }
    }
}
