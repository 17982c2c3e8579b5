//! Links in the built book: to its pages and headings, and to the documentation of our crates.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use regex::Regex;

/// Where documentation of published crates is.
const DOCS: &str = "https://docs.rs/";

/// A page: its links, and what links may lead to.
#[derive(Debug, Default)]
struct Page {
    links: Vec<String>,
    anchors: Vec<String>,
}

/// Links that lead nowhere. Those to our crates' documentation are looked up in `docs`, rustdoc's
/// folder, where a crate is documented; a crate that is not there yet is not judged.
pub(super) fn check(book: &Path, docs: &Path) -> Result<Vec<String>> {
    let mut pages = BTreeMap::new();
    for entry in std::fs::read_dir(book)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        // The page for wrong addresses has a base of its own; print.html repeats all chapters.
        if name.ends_with(".html") && !["404.html", "print.html", "toc.html"].contains(&name) {
            pages.insert(name.to_owned(), page(&std::fs::read_to_string(&path)?)?);
        }
    }
    let mut problems = Vec::new();
    for (name, page) in &pages {
        for link in &page.links {
            let bad = match link.strip_prefix(DOCS) {
                Some(item) => !documented(item, docs),
                None => !leads(name, link, &pages, book),
            };
            if bad {
                problems.push(format!("{name}: nothing is at the link `{link}`"));
            }
        }
    }
    Ok(problems)
}

fn page(html: &str) -> Result<Page> {
    let all = |pattern: &str| -> Result<Vec<String>> {
        let found = Regex::new(pattern)?;
        let texts = found.captures_iter(html).filter_map(|it| Some(it.get(1)?.as_str().to_owned()));
        Ok(texts.collect())
    };
    Ok(Page { links: all(r#"(?:href|src)="([^"]*)""#)?, anchors: all(r#"\bid="([^"]*)""#)? })
}

/// Whether a link within the book leads to a page or file, and to a heading of it if it names one.
fn leads(from: &str, link: &str, pages: &BTreeMap<String, Page>, book: &Path) -> bool {
    if link.contains("://") || link.starts_with("mailto:") || link.starts_with("data:") {
        return true;
    }
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let file = if file.is_empty() { from } else { file };
    match pages.get(file) {
        Some(page) => anchor.is_empty() || page.anchors.iter().any(|it| it == anchor),
        None => book.join(file).exists(),
    }
}

/// Whether `CRATE/VERSION/PATH` is a page that rustdoc wrote, with that item in it.
fn documented(item: &str, docs: &Path) -> bool {
    let mut parts = item.splitn(3, '/');
    let (Some(krate), Some(_), Some(path)) = (parts.next(), parts.next(), parts.next()) else {
        return true; // A crate's front page.
    };
    if !krate.starts_with("azvault") || !docs.join(krate.replace('-', "_")).exists() {
        return true;
    }
    let (path, anchor) = path.split_once('#').unwrap_or((path, ""));
    let file =
        docs.join(if path.ends_with('/') { format!("{path}index.html") } else { path.into() });
    let has = |html: String| anchor.is_empty() || html.contains(&format!("id=\"{anchor}\""));
    std::fs::read_to_string(file).is_ok_and(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> BTreeMap<String, Page> {
        let html = |html: &str| page(html).unwrap();
        BTreeMap::from([
            ("a.html".to_owned(), html(r##"<h2 id="one">1</h2><a href="b.html#two">b</a>"##)),
            ("b.html".to_owned(), html(r#"<h2 id="two">2</h2>"#)),
        ])
    }

    #[test]
    fn pages_headings_and_other_sites_are_found() {
        let pages = pages();
        assert_eq!(pages["a.html"].links, ["b.html#two"]);
        for link in ["b.html", "b.html#two", "#one", "https://a.b/c"] {
            assert!(leads("a.html", link, &pages, Path::new("/nowhere")), "{link}");
        }
    }

    #[test]
    fn pages_and_headings_that_are_not_there_are_told() {
        let pages = pages();
        for link in ["c.html", "b.html#one", "#two", "img/gone.svg"] {
            assert!(!leads("a.html", link, &pages, Path::new("/nowhere")), "{link}");
        }
    }

    #[test]
    fn an_item_has_to_be_documented_where_its_crate_is() {
        let docs = std::env::temp_dir().join(format!("azvault-links-{}", std::process::id()));
        std::fs::create_dir_all(docs.join("azvault_keys")).unwrap();
        std::fs::write(docs.join("azvault_keys/struct.A.html"), r#"<p id="method.b">"#).unwrap();
        let item =
            |path: &str| documented(&format!("azvault-keys/latest/azvault_keys/{path}"), &docs);
        assert!(item("struct.A.html"));
        assert!(item("struct.A.html#method.b"));
        assert!(!item("struct.B.html"));
        assert!(!item("struct.A.html#method.c"));
        assert!(documented("azvault-secrets/latest/azvault_secrets/struct.A.html", &docs));
        std::fs::remove_dir_all(docs).unwrap();
    }
}
