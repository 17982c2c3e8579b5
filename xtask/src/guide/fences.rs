//! What a fence in the guide may say, so that no block is only looked at.

use super::blocks::{Block, Chapter};

/// Languages with the words that they may have beside `file=NAME`.
const KNOWN: [(&str, &[&str]); 7] = [
    ("rust", &["program-"]),
    ("sh", &["az"]),
    ("python", &[]),
    ("toml", &["seed"]),
    ("json", &["seed"]),
    ("yaml", &[]),
    ("output", &[]),
];

/// Blocks that nothing would run or read.
pub(super) fn check(chapter: &Chapter) -> Vec<String> {
    let mut problems = Vec::new();
    let mut before: Option<&Block> = None;
    for block in &chapter.blocks {
        let at = format!("{}:{}", chapter.path, block.line);
        problems.extend(problem(block).map(|problem| format!("{at}: {problem}")));
        if block.language != "output" {
            before = Some(block);
        } else if !before.is_some_and(Block::runs) {
            problems.push(format!("{at}: no block before it prints this"));
        }
    }
    problems
}

fn problem(block: &Block) -> Option<String> {
    let language = block.language.as_str();
    let Some((_, words)) = KNOWN.iter().find(|(known, _)| *known == language) else {
        return Some(format!("a block of `{language}` is run by nobody"));
    };
    let known = |word: &String| {
        let file = word.starts_with("file=") && !["rust", "output"].contains(&language);
        let own = |known: &&str| *known == word || known.ends_with('-') && word.starts_with(*known);
        file || words.iter().any(own)
    };
    let unknown = block.words.iter().find(|word| !known(word))?;
    Some(format!("`{unknown}` means nothing for a block of `{language}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::blocks::chapters;
    use crate::tree::Tree;

    fn of(text: &str) -> Vec<String> {
        let tree = Tree::of(&[("docs/guide/src/a.md", text)]);
        chapters(&tree).iter().flat_map(check).collect()
    }

    #[test]
    fn blocks_that_something_runs_pass() {
        for fence in ["rust", "rust,program-a", "sh", "sh,az", "python,file=a.py", "toml,seed"] {
            assert!(of(&format!("```{fence}\n```\n")).is_empty(), "{fence}");
        }
        assert!(of("```sh\n```\n```output\n```\n").is_empty());
    }

    #[test]
    fn blocks_that_nothing_runs_fail() {
        for fence in [
            "",
            "text",
            "console",
            "rust,no_run",
            "rust,program=a",
            "rust,ignore",
            "sh,later",
            "output",
            "`rust",
        ] {
            assert_eq!(of(&format!("```{fence}\n```\n")).len(), 1, "{fence}");
        }
        assert_eq!(of("```toml\n```\n```output\n```\n").len(), 1, "toml prints nothing");
    }
}
