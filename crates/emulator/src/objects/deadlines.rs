//! Which objects are not live, and when the clock next does something to each: lists look at no others for that.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound::{Excluded, Unbounded},
};

use time::OffsetDateTime;

#[derive(Debug, Default)]
pub(super) struct Deadlines {
    by_id: BTreeMap<String, OffsetDateTime>,
    by_time: BTreeSet<(OffsetDateTime, String)>,
}

impl Deadlines {
    /// Takes note of the object of that id: something happens to it at `at`, or it is live, or gone.
    pub(super) fn set(&mut self, id: &str, at: Option<OffsetDateTime>) {
        let before = match at {
            Some(at) => self.by_id.insert(id.to_owned(), at),
            None => self.by_id.remove(id),
        };
        if let Some(before) = before {
            self.by_time.remove(&(before, id.to_owned()));
        }
        if let Some(at) = at {
            self.by_time.insert((at, id.to_owned()));
        }
    }

    /// The ids of those that something has happened to by `now`.
    pub(super) fn due(&self, now: OffsetDateTime) -> Vec<String> {
        let due = self.by_time.iter().take_while(|(at, _)| *at <= now);
        due.map(|(_, id)| id.clone()).collect()
    }

    /// The ids after `after` of those that are not live, in order.
    pub(super) fn ids_after<'a>(&'a self, after: &'a str) -> impl Iterator<Item = &'a str> {
        self.by_id.range::<str, _>((Excluded(after), Unbounded)).map(|(id, _)| id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    #[test]
    fn what_is_due_comes_by_time_and_what_is_there_by_id() {
        let mut deadlines = Deadlines::default();
        for (id, seconds) in [("c", 1), ("a", 3), ("b", 2)] {
            deadlines.set(id, Some(at(seconds)));
        }
        assert_eq!(deadlines.due(at(0)), Vec::<String>::new());
        assert_eq!(deadlines.due(at(2)), ["c", "b"]);
        assert!(deadlines.ids_after("").eq(["a", "b", "c"]));
        assert!(deadlines.ids_after("a").eq(["b", "c"]));
        assert!(deadlines.ids_after("aa").eq(["b", "c"]));
    }

    #[test]
    fn a_later_note_takes_the_place_of_the_one_before() {
        let mut deadlines = Deadlines::default();
        deadlines.set("a", Some(at(1)));
        deadlines.set("a", Some(at(5)));
        assert_eq!(deadlines.due(at(4)), Vec::<String>::new());
        deadlines.set("a", Some(at(5)));
        assert_eq!(deadlines.due(at(5)), ["a"]);
        deadlines.set("a", None);
        deadlines.set("a", None);
        assert_eq!(deadlines.due(at(9)), Vec::<String>::new());
        assert_eq!(deadlines.ids_after("").count(), 0);
    }
}
