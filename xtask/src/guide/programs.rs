//! Whole Rust programs in chapters: each is an example of `azvault-guide` too, so that what it prints
//! can be seen. `cargo xtask guide bless` writes the example from the chapter.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::FOLDER;
use super::blocks::Chapter;
use super::output::Printed;
use crate::examples::{self, Sandbox};

/// The package whose examples the programs are.
const PACKAGE: &str = "azvault-guide";

/// Compares the examples with the chapters, or writes them, and runs them.
pub(super) fn check(
    root: &Path,
    chapters: &[Chapter],
    bless: bool,
    printed: &mut Vec<Printed>,
) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut wanted = BTreeMap::new();
    for chapter in chapters {
        for block in &chapter.blocks {
            if let Some(name) = block.value("program") {
                let text = example(&chapter.path, &block.text);
                let place = (chapter.path.clone(), block.line);
                if wanted.insert(name.to_owned(), (text, place)).is_some() {
                    problems.push(format!("{}:{}: a second `{name}`", chapter.path, block.line));
                }
            }
        }
    }
    if wanted.is_empty() {
        return Ok(problems);
    }
    for (name, (text, _)) in &wanted {
        let file = root.join(FOLDER).join(format!("examples/{name}.rs"));
        let same = std::fs::read_to_string(&file).is_ok_and(|it| it.replace("\r\n", "\n") == *text);
        if bless && !same {
            std::fs::create_dir_all(root.join(FOLDER).join("examples"))?;
            std::fs::write(&file, text).with_context(|| file.display().to_string())?;
        } else if !same {
            problems.push(format!("{name}: not as in its chapter; `cargo xtask guide bless`"));
        }
    }
    for (name, program) in examples::build(PACKAGE)? {
        let Some((_, (path, line))) = wanted.remove(&name) else { continue };
        match Sandbox::new(&name)?.run(&mut Command::new(program)) {
            Ok(text) => {
                println!("{name}: ran, {} lines", text.lines().count());
                printed.push(Printed { path, line, text });
            }
            Err(error) => problems.push(format!("{name}: {error:#}")),
        }
    }
    problems.extend(wanted.keys().map(|name| format!("{name}: it was not built")));
    Ok(problems)
}

/// The example's file: what a file of this workspace needs, and the program.
fn example(chapter: &str, program: &str) -> String {
    format!(
        "//! The program of {chapter}; `cargo xtask guide bless` wrote it.\n\
         #![expect(clippy::print_stdout, reason = \"it shows what it does\")]\n\n{program}"
    )
}
