//! Chapters taken apart into their fenced blocks.

use super::FOLDER;
use crate::tree::Tree;

/// A file of the book.
#[derive(Debug)]
pub(super) struct Chapter {
    /// The file's name without `.md`.
    pub(super) name: String,
    /// The file, from the root.
    pub(super) path: String,
    /// Its blocks, in order.
    pub(super) blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    /// The line of its opening fence, from 1.
    pub(super) line: usize,
    /// The first word of its fence; empty when there is none.
    pub(super) language: String,
    /// The other words.
    pub(super) words: Vec<String>,
    /// What is in it, with line ends.
    pub(super) text: String,
}

impl Block {
    /// Whether the fence has this word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|it| it == word)
    }

    /// What follows `KEY=` in the fence, or `KEY-`: rustdoc warns of the other in blocks of Rust.
    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix(['=', '-']))
    }

    /// The text as it runs: mdBook hides lines that begin with `~`, and they run without it.
    pub(super) fn code(&self) -> String {
        let bare = |line: &str| {
            let bare = line.strip_prefix("~ ").or_else(|| line.strip_prefix('~'));
            format!("{}\n", bare.unwrap_or(line))
        };
        self.text.lines().map(bare).collect()
    }

    /// Whether it is a program of its own, whose output the book may show.
    pub(super) fn runs(&self) -> bool {
        match self.language.as_str() {
            "rust" => self.value("program").is_some(),
            "python" => self.value("file").is_none(),
            "sh" => !self.has("az"),
            _ => false,
        }
    }
}

/// The chapters of the book.
pub(super) fn chapters(tree: &Tree) -> Vec<Chapter> {
    let folder = format!("{FOLDER}/src/");
    let chapter = |(path, text): (&str, &str)| {
        let name = path.strip_prefix(&folder)?.strip_suffix(".md")?;
        (name != "SUMMARY").then(|| Chapter {
            name: name.to_owned(),
            path: path.to_owned(),
            blocks: blocks(text),
        })
    };
    tree.texts().filter_map(chapter).collect()
}

/// The blocks of a text. A fence that does not begin its line with three backticks is a block too, in
/// a language of that whole line, which nothing runs: readers would see code that nobody ran.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<&str> = None;
    for (line, number) in text.lines().zip(1..) {
        match (open, blocks.last_mut()) {
            (Some(fence), _) if closes(line, fence) => open = None,
            (Some(_), Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            _ => {
                let Some(fence) = fence(line) else { continue };
                let (language, words) = match line.strip_prefix("```") {
                    Some(info) if fence.len() == 3 => {
                        let mut words = info.split(',').map(|word| word.trim().to_owned());
                        (words.next().unwrap_or_default(), words.collect())
                    }
                    _ => (line.to_owned(), Vec::new()),
                };
                blocks.push(Block { line: number, language, words, text: String::new() });
                open = Some(fence);
            }
        }
    }
    blocks
}

/// The backticks or tildes that a line begins with, in a list or a quotation too, if they are a fence.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(|at: char| at.is_whitespace() || ">-*+".contains(at));
    let of = |mark: char| line.len() - line.trim_start_matches(mark).len();
    let length = of('`').max(of('~'));
    (length >= 3).then(|| &line[..length])
}

/// Whether a line ends the block that `opening` began.
fn closes(line: &str, opening: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>']);
    line.starts_with(opening) && line.trim_start_matches(['`', '~']).trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_have_a_language_words_and_a_place() {
        let text = "# T\n\n```python,file=app.py\nprint(1)\n~ assert 1\n```\n\n```output\n1\n```\n";
        let blocks = blocks(text);
        assert_eq!(blocks.len(), 2);
        assert_eq!((blocks[0].line, blocks[0].language.as_str()), (3, "python"));
        assert_eq!(blocks[0].value("file"), Some("app.py"));
        assert_eq!(blocks[0].code(), "print(1)\nassert 1\n");
        assert_eq!(blocks[1].text, "1\n");
    }

    #[test]
    fn a_fence_that_is_indented_quoted_or_of_tildes_is_a_block_that_nothing_runs() {
        for fence in ["~~~sh", "  ```rust", "> ```sh", "````sh", "- ```python"] {
            let end = fence.trim_end_matches(char::is_alphabetic).replace('-', " ");
            let blocks = blocks(&format!("{fence}\na\n{end}\n\n```sh\nb\n```\n"));
            assert_eq!(blocks.len(), 2, "{fence}: {blocks:?}");
            assert_eq!((blocks[0].language.as_str(), blocks[0].text.as_str()), (fence, "a\n"));
            assert!(!blocks[0].runs() && blocks[1].runs());
        }
    }

    #[test]
    fn what_is_saved_or_for_az_prints_nothing_by_itself() {
        let runs = |fence: &str| blocks(&format!("```{fence}\n```"))[0].runs();
        for fence in ["sh", "python", "rust,program-a"] {
            assert!(runs(fence), "{fence}");
        }
        for fence in ["sh,az", "python,file=a.py", "rust", "toml", "output"] {
            assert!(!runs(fence), "{fence}");
        }
    }
}
