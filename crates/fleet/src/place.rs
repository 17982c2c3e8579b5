//! Where in a fleet file something was said.

use std::fmt;

/// A place in a fleet file: line and column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
}

/// The lines of a text, so that a place is found without reading all that is before it.
#[derive(Debug)]
pub(crate) struct Lines<'t> {
    text: &'t str,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        // A byte order mark is no character of the first line.
        let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, starts: std::iter::once(first).chain(ends).collect() }
    }

    /// The place of a byte; that of the end, if the text is shorter.
    pub(crate) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line));
        let before = self.text.get(start.copied().unwrap_or_default()..offset);
        let column = before.unwrap_or_default().chars().count() + 1;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place { line: count(line), column: count(column) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value, and where it was said, if that was in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) place: Option<Place>,
}

impl<T> Placed<T> {
    pub(crate) fn new(value: T, place: Option<Place>) -> Self {
        Self { value, place }
    }
}

impl<T> From<T> for Placed<T> {
    fn from(value: T) -> Self {
        Self { value, place: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let text = "a = 1\nkey = \"ä\" x";
        let lines = Lines::of(text);
        let place = |offset| lines.place(offset).to_string();
        assert_eq!(place(0), "1:1");
        assert_eq!(place(6), "2:1");
        assert_eq!(place(text.find('x').unwrap()), "2:11");
        assert_eq!(place(900), "2:12");
    }
}
