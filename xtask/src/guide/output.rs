//! What blocks print, beside what the book says that they print.

use std::path::Path;

use anyhow::{Context, Result};
use regex::Regex;

use super::blocks::{Block, Chapter};
use crate::examples::Normaliser;

/// What a block printed.
#[derive(Debug)]
pub(super) struct Printed {
    /// The chapter's file.
    pub(super) path: String,
    /// The block's line.
    pub(super) line: usize,
    /// Its standard output.
    pub(super) text: String,
}

/// Compares, after what varies from run to run was made a word on both sides; or writes the chapters.
pub(super) fn check(
    root: &Path,
    chapters: &[Chapter],
    printed: &[Printed],
    bless: bool,
) -> Result<Vec<String>> {
    let (normaliser, times) = (Normaliser::new()?, Regex::new(r"\b[0-9]+ ms\b")?);
    let plain = |text: &str| times.replace_all(&normaliser.apply(text), "<time>").into_owned();
    let mut problems = Vec::new();
    let mut count = 0;
    for chapter in chapters {
        let mut wrong = Vec::new();
        for (block, output) in pairs(chapter) {
            let of = |it: &&Printed| it.path == chapter.path && it.line == block.line;
            let Some(printed) = printed.iter().find(of) else { continue };
            count += 1;
            if plain(&printed.text) != plain(&output.text) {
                wrong.push((output, printed.text.as_str()));
            }
        }
        if bless && !wrong.is_empty() {
            let file = root.join(&chapter.path);
            let text = std::fs::read_to_string(&file).with_context(|| chapter.path.clone())?;
            std::fs::write(file, replaced(&text, &wrong))?;
            println!("{}: {} outputs written", chapter.path, wrong.len());
            continue;
        }
        problems.extend(wrong.into_iter().map(|(output, printed)| {
            format!("{}:{}: this is printed instead:\n{printed}", chapter.path, output.line)
        }));
    }
    println!("{count} outputs compared with what the book says");
    Ok(problems)
}

/// Each block that runs and the output that follows it.
fn pairs(chapter: &Chapter) -> impl Iterator<Item = (&Block, &Block)> {
    let next = chapter.blocks.iter().skip(1);
    let pairs = chapter.blocks.iter().zip(next);
    pairs.filter(|(block, next)| block.runs() && next.language == "output")
}

/// The text with these blocks' contents replaced.
fn replaced(text: &str, blocks: &[(&Block, &str)]) -> String {
    let mut out = String::new();
    let mut skipping = 0;
    for (line, number) in text.lines().zip(1..) {
        if skipping > 0 {
            skipping -= 1;
            continue;
        }
        out.push_str(line);
        out.push('\n');
        if let Some((block, printed)) = blocks.iter().find(|(block, _)| block.line == number) {
            out.push_str(printed);
            skipping = block.text.lines().count();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guide::blocks::chapters;
    use crate::tree::Tree;

    const TEXT: &str = "```sh\necho 1\n```\n\n```output\n0\n```\nEnd.\n";

    fn of(printed: &str) -> Vec<String> {
        let chapters = chapters(&Tree::of(&[("docs/guide/src/a.md", TEXT)]));
        let printed =
            Printed { path: "docs/guide/src/a.md".into(), line: 1, text: printed.to_owned() };
        check(Path::new("/nowhere"), &chapters, &[printed], false).unwrap()
    }

    #[test]
    fn what_is_printed_has_to_be_what_the_book_says() {
        assert!(of("0\n").is_empty());
        assert_eq!(of("1\n").len(), 1);
    }

    #[test]
    fn how_long_it_took_does_not_matter() {
        let text = TEXT.replace("\n0\n", "\ntook 0 ms\n");
        let chapters = chapters(&Tree::of(&[("docs/guide/src/a.md", &text)]));
        let path = "docs/guide/src/a.md".to_owned();
        let printed = Printed { path, line: 1, text: "took 12 ms\n".to_owned() };
        assert!(check(Path::new("/"), &chapters, &[printed], false).unwrap().is_empty());
    }

    #[test]
    fn blessing_replaces_the_output_alone() {
        let chapters = chapters(&Tree::of(&[("docs/guide/src/a.md", TEXT)]));
        let output = &chapters[0].blocks[1];
        let expected = TEXT.replace("\n0\n", "\n1\n2\n");
        assert_eq!(replaced(TEXT, &[(output, "1\n2\n")]), expected);
    }
}
