//! What a fence in the guide may say, so that no block is only looked at.

use super::blocks::{Block, Chapter};

/// Languages with the words that they may have beside `file=NAME`.
const KNOWN: [(&str, &[&str]); 8] = [
    ("rust", &["program-"]),
    ("sh", &["az", "go"]),
    ("python", &[]),
    ("go", &[]),
    ("toml", &["seed"]),
    ("json", &["seed"]),
    ("yaml", &[]),
    ("output", &[]),
];

/// Blocks that nothing would run or read.
pub(super) fn check(chapter: &Chapter) -> Vec<String> {
    let mut problems = Vec::new();
    let mut before: Option<&Block> = None;
    for (block, after) in chapter.blocks.iter().zip(1..) {
        let at = format!("{}:{}", chapter.path, block.line);
        problems.extend(problem(block).map(|problem| format!("{at}: {problem}")));
        if let Some(name) = block.value("file") {
            let later = chapter.blocks.get(after..).unwrap_or_default();
            if !is_used(name, later) {
                problems.push(format!("{at}: no later block uses `{name}`"));
            }
        } else if block.language == "go" {
            problems.push(format!("{at}: Go is run from a file: add `file=NAME`"));
        }
        if block.language != "output" {
            before = Some(block);
        } else if !before.is_some_and(Block::runs) {
            problems.push(format!("{at}: no block before it prints this"));
        }
    }
    problems
}

/// Whether a block uses the file of that name before another is saved by it.
fn is_used(name: &str, later: &[Block]) -> bool {
    let own = later.iter().take_while(|block| block.value("file") != Some(name));
    let acts = |block: &&Block| {
        let in_shell = block.language == "sh";
        in_shell || block.runs() || block.value("file").is_some()
    };
    own.filter(acts).any(|block| {
        let part = |at: char| at.is_alphanumeric() || "_-.".contains(at);
        block.text.match_indices(name).any(|(from, _)| {
            let (before, after) = block.text.split_at(from);
            let after = after.strip_prefix(name).unwrap_or_default();
            !before.ends_with(part) && !after.starts_with(|at| part(at) && at != '.')
        })
    })
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
        for fence in ["rust", "rust,program-a", "sh", "sh,az", "sh,go", "python", "toml,seed"] {
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
            "go",
            "output",
            "`rust",
        ] {
            assert_eq!(of(&format!("```{fence}\n```\n")).len(), 1, "{fence}");
        }
        assert_eq!(of("```toml\n```\n```output\n```\n").len(), 1, "toml prints nothing");
    }

    #[test]
    fn a_file_that_a_later_block_uses_passes() {
        for later in [
            "```sh\npython app.py\n```",
            "```sh,az\npython ./app.py.\n```",
            "```sh,file=all.sh\npython app.py\n```\n```sh\nsh all.sh\n```",
        ] {
            let text = format!("```python,file=app.py\n```\n{later}\n");
            assert!(of(&text).is_empty(), "{later}");
        }
    }

    #[test]
    fn a_file_that_no_later_block_uses_fails() {
        for later in [
            "",
            "```output\napp.py\n```",
            "```toml\na = 'app.py'\n```",
            "```sh\npython test_app.py\n```",
            "```sh\npython app.pyc\n```",
            "```python,file=app.py\n```\n```sh\npython app.py\n```",
        ] {
            let text = format!("```sh\npython app.py\n```\n```python,file=app.py\n```\n{later}\n");
            let problems = of(&text);
            assert!(problems[0].contains("no later block uses `app.py`"), "{later}: {problems:?}");
        }
    }
}
