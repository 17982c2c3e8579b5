//! A crate's changelog: what its users notice, one section a release, newest first.

use super::bump::Version;
use super::fragments::Kind;

/// A section that tells what a release, or the one to come, contains.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Section {
    /// Each change's kind and text, in the order they are told.
    changes: Vec<(Kind, String)>,
}

impl Section {
    /// Adds a change, unless it is told already.
    pub(super) fn add(&mut self, kind: Kind, text: &str) {
        let change = (kind, text.trim().to_owned());
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }

    /// The section as text: kinds in the changelog's order.
    fn text(&self, version: &Version, date: &str) -> String {
        let mut text = format!("## {version} - {date}\n");
        for kind in Kind::ALL {
            let mut changes = self.changes.iter().filter(|(it, _)| *it == kind).peekable();
            if changes.peek().is_some() {
                text.push_str(&format!("\n### {}\n\n", title(kind)));
            }
            for (_, words) in changes {
                text.push_str(&format!(
                    "- {}\n",
                    words.replace('\n', "\n  ").replace("\n  \n", "\n\n")
                ));
            }
        }
        text
    }

    /// Reads what [`Section::text`] wrote, its title left out.
    fn parse(text: &str) -> Self {
        let mut section = Self::default();
        let mut kind = None;
        for line in text.lines() {
            if let Some(word) = line.strip_prefix("### ") {
                kind = Kind::ALL.into_iter().find(|kind| title(*kind) == word);
            } else if let (Some(kind), Some(words)) = (kind, line.strip_prefix("- ")) {
                section.changes.push((kind, words.to_owned()));
            } else if let (Some(_), Some((_, words))) = (kind, section.changes.last_mut()) {
                words.push('\n');
                words.push_str(line.strip_prefix("  ").unwrap_or(line));
            }
        }
        for (_, words) in &mut section.changes {
            words.truncate(words.trim_end().len());
        }
        section
    }
}

/// A changelog without releases.
pub(super) fn empty(name: &str) -> String {
    format!("# Changelog\n\nWhat users of `{name}` notice, newest release first.\n")
}

/// Whether a changelog tells of a version.
pub(super) fn tells(log: &str, version: &Version) -> bool {
    log.contains(&format!("\n## {version} - "))
}

/// The changelog with a section of these changes, newest first. The section of `pending`, a version
/// that was prepared and never tagged, becomes part of it.
pub(super) fn with(
    log: &str,
    pending: Option<&Version>,
    version: &Version,
    date: &str,
    changes: Section,
) -> String {
    let (head, sections) = match log.split_once("\n## ") {
        Some((head, rest)) => (head, format!("## {rest}")),
        None => (log.trim_end(), String::new()),
    };
    let starts = pending.map(|pending| format!("## {pending} - "));
    let is_pending = starts.is_some_and(|starts| sections.starts_with(&starts));
    let (mut section, older) = if is_pending {
        let (first, older) = match sections.split_once("\n## ") {
            Some((first, older)) => (first.to_owned(), format!("## {older}")),
            None => (sections, String::new()),
        };
        (Section::parse(&first), older)
    } else {
        (Section::default(), sections)
    };
    for (kind, text) in &changes.changes {
        section.add(*kind, text);
    }
    let mut text = format!("{}\n\n{}", head.trim_end(), section.text(version, date));
    if !older.is_empty() {
        text.push('\n');
        text.push_str(&older);
    }
    text
}

fn title(kind: Kind) -> String {
    let mut title = kind.word().to_owned();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "2026-11-22";

    fn section(changes: &[(Kind, &str)]) -> Section {
        let mut section = Section::default();
        for (kind, text) in changes {
            section.add(*kind, text);
        }
        section
    }

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn a_section_groups_changes_by_kind_and_is_read_as_written() {
        let section = section(&[
            (Kind::Fixed, "One."),
            (Kind::Added, "Two\nlines.\n\nAnd:\n\n- a list\n- of two"),
            (Kind::Fixed, "Three."),
        ]);
        let text = section.text(&version("0.2.0"), DAY);
        let expected = "## 0.2.0 - 2026-11-22\n\n### Added\n\n- Two\n  lines.\n\n  And:\n\n  - a list\n  \
            - of two\n\n### Fixed\n\n- One.\n- Three.\n";
        assert_eq!(text, expected);
        assert_eq!(Section::parse(&text).text(&version("0.2.0"), DAY), text);
    }

    #[test]
    fn the_newest_release_comes_first() {
        let first = with(
            &empty("a"),
            None,
            &version("0.1.0"),
            "2026-01-01",
            section(&[(Kind::Added, "x")]),
        );
        let second = with(&first, None, &version("0.1.1"), DAY, section(&[(Kind::Fixed, "y")]));
        let expected = "# Changelog\n\nWhat users of `a` notice, newest release first.\n\n\
            ## 0.1.1 - 2026-11-22\n\n### Fixed\n\n- y\n\n## 0.1.0 - 2026-01-01\n\n### Added\n\n- x\n";
        assert_eq!(second, expected);
        assert!(tells(&second, &version("0.1.0")) && !tells(&second, &version("0.1.2")));
    }

    #[test]
    fn what_was_prepared_and_not_tagged_becomes_part_of_the_release() {
        let released = with(
            &empty("a"),
            None,
            &version("0.1.0"),
            "2026-01-01",
            section(&[(Kind::Added, "x")]),
        );
        let prepared =
            with(&released, None, &version("0.1.1"), "2026-02-01", section(&[(Kind::Fixed, "y")]));
        let later = with(
            &prepared,
            Some(&version("0.1.1")),
            &version("0.2.0"),
            DAY,
            section(&[(Kind::Changed, "z"), (Kind::Fixed, "y")]),
        );
        let direct = with(
            &released,
            None,
            &version("0.2.0"),
            DAY,
            section(&[(Kind::Changed, "z"), (Kind::Fixed, "y")]),
        );
        assert_eq!(later, direct);
    }
}
