//! The book, by mdBook as a library, with links to the repository's files leading there.

use std::path::PathBuf;

use anyhow::Result;
use mdbook_driver::MDBook;
use mdbook_driver::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use super::FOLDER;
use crate::tree;

/// Builds it and says where it is.
pub(super) fn build() -> Result<PathBuf> {
    let mut book = MDBook::load(tree::root()?.join(FOLDER))?;
    let repository = book.config.get::<String>("output.html.git-repository-url")?;
    let repository = repository.unwrap_or_default();
    book.with_preprocessor(Repository(repository));
    book.build()?;
    let folder = book.build_dir_for("html");
    println!("{}", folder.display());
    Ok(folder)
}

/// Has links out of the book lead to the repository: the book is not beside its files.
struct Repository(String);

impl Preprocessor for Repository {
    fn name(&self) -> &str {
        "repository"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book> {
        book.for_each_chapter_mut(|chapter| chapter.content = outward(&chapter.content, &self.0));
        Ok(book)
    }
}

/// A chapter's text with links out of `docs/guide/src` as addresses.
fn outward(text: &str, repository: &str) -> String {
    // Three levels up from a chapter is the root; one chapter may not be in a folder of its own.
    text.replace("](../../../", &format!("]({repository}/blob/main/"))
        .replace("](../../", &format!("]({repository}/blob/main/docs/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_out_of_the_book_lead_to_the_repository() {
        let text = "[a](../../../README.md#x) [b](../../admin.md) [c](keys.md)";
        let expected = "[a](r/blob/main/README.md#x) [b](r/blob/main/docs/admin.md) [c](keys.md)";
        assert_eq!(outward(text, "r"), expected);
    }
}
