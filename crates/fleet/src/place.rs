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

impl Place {
    /// The place of the byte `offset` of `text`; the end of it, if it is shorter.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: count(line), column: count(column) }
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
        let place = |offset| Place::of(text, offset).to_string();
        assert_eq!(place(0), "1:1");
        assert_eq!(place(6), "2:1");
        assert_eq!(place(text.find('x').unwrap()), "2:11");
        assert_eq!(place(900), "2:12");
    }
}
