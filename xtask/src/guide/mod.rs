//! `cargo xtask guide`: the book in `docs/guide`, built, and its blocks run.
//!
//! Its Rust blocks are doctests of the package `azvault-guide`; what is here runs the others, compares
//! what programs print with what the book says they do, and looks for links that lead nowhere.

mod blocks;
mod book;
mod fences;
mod links;
mod output;
mod programs;
mod scratch;

use std::time::Instant;

use anyhow::{Result, bail};

use self::blocks::Chapter;
use crate::tree::Tree;
use crate::{process, tree};

/// The book's folder.
const FOLDER: &str = "docs/guide";

/// What to do with the guide.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Build the book in target/guide/book.
    Build,
    /// Build the book and serve it on this machine alone.
    Serve {
        /// The port to serve on.
        #[arg(long, default_value_t = 3000)]
        port: u16,
    },
    /// Build the book, follow its links, and run its blocks; CI does.
    Check(Options),
    /// Write the programs, and what blocks print, from what the chapters say and do now.
    Bless(Options),
}

/// Which blocks.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Only these chapters, by their files' names without `.md` [default: all].
    #[arg(value_name = "CHAPTER")]
    chapters: Vec<String>,
    /// Run the blocks for `az` too, which is installed if it is not there: that takes minutes.
    #[arg(long)]
    az: bool,
}

/// Does what the command line says.
pub(crate) fn run(command: &Command) -> Result<()> {
    match command {
        Command::Build => book::build().map(|_| ()),
        Command::Serve { port } => serve(*port),
        Command::Check(options) => check(options, false),
        Command::Bless(options) => check(options, true),
    }
}

/// The CI step.
pub(crate) fn ci() -> Result<()> {
    check(&Options::default(), false)
}

fn serve(port: u16) -> Result<()> {
    let folder = book::build()?;
    println!("http://127.0.0.1:{port}");
    let mut server = std::process::Command::new("python3");
    server.args(["-m", "http.server", "--bind", "127.0.0.1", &port.to_string()]);
    process::run(server.arg("--directory").arg(folder))
}

fn check(options: &Options, bless: bool) -> Result<()> {
    let tree = Tree::load()?;
    let chapters = chosen(blocks::chapters(&tree), &options.chapters)?;
    let mut problems: Vec<String> = chapters.iter().flat_map(fences::check).collect();
    let root = tree::root()?;
    let built = Instant::now();
    let folder = book::build()?;
    problems.extend(links::check(&folder, &root.join("target/doc"))?);
    println!("book built and its links followed in {}", process::human(built.elapsed()));
    let mut printed = Vec::new();
    problems.extend(programs::check(&root, &chapters, bless, &mut printed)?);
    for chapter in &chapters {
        let started = Instant::now();
        match scratch::run(&root, chapter, options.az) {
            Ok(ran) if ran.is_empty() => {}
            Ok(ran) => {
                let took = process::human(started.elapsed());
                println!("{}: {} blocks ran in {took}", chapter.name, ran.len());
                printed.extend(ran);
            }
            Err(error) => problems.push(format!("{error:#}")),
        }
    }
    problems.extend(output::check(&root, &chapters, &printed, bless)?);
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems with the guide", problems.len());
    }
    Ok(())
}

/// The chapters that were asked for.
fn chosen(chapters: Vec<Chapter>, names: &[String]) -> Result<Vec<Chapter>> {
    if let Some(unknown) = names.iter().find(|name| chapters.iter().all(|it| it.name != **name)) {
        bail!("no chapter `{unknown}` in {FOLDER}/src");
    }
    let wanted = |chapter: &Chapter| names.is_empty() || names.contains(&chapter.name);
    Ok(chapters.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chapter_that_is_not_there_is_refused() {
        let chapters = || blocks::chapters(&Tree::of(&[("docs/guide/src/a.md", "# A")]));
        assert_eq!(chosen(chapters(), &[]).unwrap().len(), 1);
        assert_eq!(chosen(chapters(), &["a".to_owned()]).unwrap().len(), 1);
        assert!(chosen(chapters(), &["b".to_owned()]).is_err());
    }
}
