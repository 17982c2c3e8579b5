//! Change fragments: one file a change in `.changes/`, named after it.
//!
//! Front matter (`crates: [a, b]`, `kind: added`) between two lines of `---`, then what a user
//! reads in the changelog.

use crate::tree::Tree;

const FOLDER: &str = ".changes/";
/// Explains the folder; not a fragment.
const GUIDE: &str = ".changes/README.md";

/// A change that a user may notice.
#[derive(Debug, PartialEq)]
pub(crate) struct Fragment {
    /// The published crates it is about.
    pub(crate) crates: Vec<String>,
    /// What sort of change it is.
    pub(crate) kind: Kind,
    /// The text for the changelog.
    pub(crate) text: String,
    /// Its file.
    pub(crate) path: String,
}

/// The headings of Keep a Changelog that we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Something new.
    Added,
    /// Something that behaves or is spelled differently: breaking.
    Changed,
    /// A defect less.
    Fixed,
    /// Something that is gone: breaking.
    Removed,
    /// A fix that users should hurry to get.
    Security,
}

impl Kind {
    /// Every kind, in the changelog's order.
    pub(crate) const ALL: [Self; 5] =
        [Self::Added, Self::Changed, Self::Fixed, Self::Removed, Self::Security];

    /// The word in front matter.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Fixed => "fixed",
            Self::Removed => "removed",
            Self::Security => "security",
        }
    }
}

/// Every fragment, or what is wrong with those that are not.
pub(crate) fn all(tree: &Tree) -> Result<Vec<Fragment>, Vec<String>> {
    let published: Vec<&str> =
        tree.members().iter().filter(|m| m.published()).map(|m| m.name.as_str()).collect();
    let mut fragments = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        if !path.starts_with(FOLDER) || path == GUIDE {
            continue;
        }
        match parse(path, text, &published) {
            Ok(fragment) => fragments.push(fragment),
            Err(problem) => problems.push(format!("{path}: {problem}")),
        }
    }
    if problems.is_empty() { Ok(fragments) } else { Err(problems) }
}

fn parse(path: &str, text: &str, published: &[&str]) -> Result<Fragment, String> {
    let name = path.strip_prefix(FOLDER).and_then(|name| name.strip_suffix(".md"));
    if name.is_none_or(|name| name.contains('/')) {
        return Err("want `.changes/NAME.md`".to_owned());
    }
    let parts = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let Some((front, body)) = parts else {
        return Err("want front matter between two lines of `---`".to_owned());
    };
    let (mut crates, mut kind) = (None, None);
    for line in front.lines() {
        match line.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("crates", list)) => crates = Some(names(list, published)?),
            Some(("kind", word)) => {
                let known = Kind::ALL.into_iter().find(|kind| kind.word() == word);
                kind = Some(known.ok_or_else(|| format!("unknown kind `{word}`"))?);
            }
            _ => return Err(format!("unknown front matter `{line}`")),
        }
    }
    let text = body.trim().to_owned();
    match (crates, kind) {
        _ if text.is_empty() => Err("no text".to_owned()),
        (None, _) => Err("front matter lacks `crates`".to_owned()),
        (_, None) => Err("front matter lacks `kind`".to_owned()),
        (Some(crates), Some(kind)) => Ok(Fragment { crates, kind, text, path: path.to_owned() }),
    }
}

fn names(list: &str, published: &[&str]) -> Result<Vec<String>, String> {
    let inner = list.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
    let Some(inner) = inner else { return Err("want `crates: [a, b]`".to_owned()) };
    let names: Vec<&str> = inner.split(',').map(str::trim).collect();
    match names.iter().find(|name| !published.contains(name)) {
        Some(other) => Err(format!("`{other}` is no published crate")),
        None => Ok(names.into_iter().map(str::to_owned).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Fragment, String> {
        parse(".changes/new.md", text, &["a", "b"])
    }

    #[test]
    fn a_fragment_has_crates_a_kind_and_text() {
        let fragment = of("---\ncrates: [a, b]\nkind: fixed\n---\n\nBetter.\n").unwrap();
        assert_eq!((fragment.crates.len(), fragment.kind), (2, Kind::Fixed));
        assert_eq!(fragment.text, "Better.");
    }

    #[test]
    fn each_lack_is_named() {
        for (text, problem) in [
            ("Better.", "between two lines"),
            ("---\nkind: fixed\n---\nx", "lacks `crates`"),
            ("---\ncrates: [a]\n---\nx", "lacks `kind`"),
            ("---\ncrates: [a]\nkind: new\n---\nx", "unknown kind `new`"),
            ("---\ncrates: [c]\nkind: fixed\n---\nx", "`c` is no published crate"),
            ("---\ncrates: []\nkind: fixed\n---\nx", "`` is no published crate"),
            ("---\ncrates: a\nkind: fixed\n---\nx", "want `crates: [a, b]`"),
            ("---\ncrate: [a]\n---\nx", "unknown front matter"),
            ("---\ncrates: [a]\nkind: fixed\n---\n\n", "no text"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }

    #[test]
    fn a_file_of_another_sort_in_the_folder_fails() {
        assert!(parse(".changes/new.txt", "", &[]).is_err());
    }
}
