//! What keeps a list that never ends from being followed for ever.

use super::Continuation;
use crate::{Error, ErrorKind, Result};

/// Pages in a row without an item: a service that filters may give some, none gives as many.
const MOST_EMPTY: u32 = 1_000;

/// Finds a circle of links of any length in constant memory, by Brent's method: each link is
/// compared with one kept, and the distance after which another is kept doubles. Lists that go on
/// with ever new links are ended by the number of their pages.
#[derive(Debug)]
pub(super) struct Guard {
    kept: Option<Continuation>,
    steps: u64,
    distance: u64,
    pub(super) most_pages: u64,
    pages: u64,
    empty: u32,
}

impl Default for Guard {
    fn default() -> Self {
        Self { kept: None, steps: 0, distance: 0, most_pages: 100_000, pages: 0, empty: 0 }
    }
}

impl Guard {
    /// A page came with that many items.
    pub(super) fn count(&mut self, items: usize) {
        self.pages += 1;
        self.empty = if items == 0 { self.empty + 1 } else { 0 };
    }

    /// Whether `link` may be followed.
    pub(super) fn check(&mut self, link: &Continuation) -> Result<()> {
        let endless = |message: String| Err(Error::new(ErrorKind::InvalidResponse, message));
        if self.pages >= self.most_pages {
            return endless(format!(
                "the list did not end within {} pages; its continuation() goes on",
                self.pages
            ));
        }
        if self.empty >= MOST_EMPTY {
            return endless(format!("the list gave {MOST_EMPTY} pages in a row without an item"));
        }
        if self.kept.as_ref() == Some(link) {
            return endless("the links to next pages go in a circle".to_owned());
        }
        self.steps += 1;
        if self.steps >= self.distance {
            self.kept = Some(link.clone());
            self.distance = (self.distance * 2).max(1);
            self.steps = 0;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_of_any_length_are_found_and_long_lists_are_not_circles() {
        for length in [1_u32, 2, 3, 7, 50] {
            let mut guard = Guard::default();
            let found = (0..)
                .take(1000)
                .any(|n| guard.check(&Continuation::new((n % length).to_string())).is_err());
            assert!(found, "a circle of {length}");
        }
        let mut guard = Guard::default();
        assert!((0..10_000).all(|n| guard.check(&Continuation::new(n.to_string())).is_ok()));
    }

    #[test]
    fn pages_are_limited_all_together_and_the_empty_ones_in_a_row() {
        let reached = |most_pages, items: fn(u64) -> usize| {
            let mut guard = Guard { most_pages, ..Guard::default() };
            (0..u64::MAX)
                .find(|n| {
                    guard.count(items(*n));
                    guard.check(&Continuation::new(n.to_string())).is_err()
                })
                .map(|n| n + 1)
        };
        assert_eq!(reached(50, |_| 1), Some(50));
        assert_eq!(reached(100_000, |_| 0), Some(1_000));
        assert_eq!(reached(5_000, |n| usize::from(n % 999 == 0)), Some(5_000));
    }
}
