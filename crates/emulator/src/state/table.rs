//! A map that knows what changed of it.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::{Change, Flag, Kind, Record, Unreadable};

/// Things of a kind by their keys. Where it is [kept](Table::keep), it notes whose records are out of date.
#[derive(Clone, Debug)]
pub(crate) struct Table<T> {
    kind: Kind,
    rows: BTreeMap<String, T>,
    changed: BTreeSet<String>,
    flag: Flag,
}

impl<T> Table<T> {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, rows: BTreeMap::new(), changed: BTreeSet::new(), flag: Flag::default() }
    }

    /// Notes changes from now on, and raises `flag` with each; what is there already counts as written.
    pub(crate) fn keep(&mut self, flag: Flag) {
        self.flag = flag;
    }

    fn mark(&mut self, key: &str) {
        if self.flag.is_kept() {
            self.changed.insert(key.to_owned());
            self.flag.raise();
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.rows.get(key)
    }

    /// Counts as a change, whatever becomes of it.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        if self.rows.contains_key(key) {
            self.mark(key);
        }
        self.rows.get_mut(key)
    }

    pub(crate) fn insert(&mut self, key: String, row: T) -> Option<T> {
        self.mark(&key);
        self.rows.insert(key, row)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<T> {
        let row = self.rows.remove(key)?;
        self.mark(key);
        Some(row)
    }

    /// Gives each row to `change`, which says whether it changed it.
    pub(crate) fn change_each(&mut self, mut change: impl FnMut(&str, &mut T) -> bool) {
        for (key, row) in &mut self.rows {
            if change(key, row) && self.flag.is_kept() {
                self.changed.insert(key.clone());
                self.flag.raise();
            }
        }
    }

    /// Puts a row behind all others, under a key of its own: for tables that are in the order of their making.
    pub(crate) fn push(&mut self, row: T) {
        let last = self.rows.keys().next_back();
        let last = last.and_then(|key| u64::from_str_radix(key, 16).ok()).unwrap_or_default();
        self.insert(format!("{:016x}", last + 1), row);
    }

    /// The first row that `is_it` is true for, to be changed: it counts as a change.
    pub(crate) fn find_mut(&mut self, is_it: impl Fn(&T) -> bool) -> Option<&mut T> {
        let (key, row) = self.rows.iter_mut().find(|(_, row)| is_it(row))?;
        if self.flag.is_kept() {
            self.changed.insert(key.clone());
            self.flag.raise();
        }
        Some(row)
    }

    /// Removes the rows that `goes` is true for, and gives them.
    pub(crate) fn extract(&mut self, goes: impl Fn(&T) -> bool) -> Vec<T> {
        let gone = self.rows.iter().filter(|(_, row)| goes(row)).map(|(key, _)| key.clone());
        let gone: Vec<String> = gone.collect();
        gone.iter().filter_map(|key| self.remove(key)).collect()
    }

    pub(crate) fn pop_first(&mut self) -> Option<T> {
        let first = self.rows.keys().next().cloned()?;
        self.remove(&first)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Those whose keys are behind `key`.
    pub(crate) fn after(&self, key: &str) -> impl Iterator<Item = (&String, &T)> {
        self.rows.range::<str, _>((Bound::Excluded(key), Bound::Unbounded))
    }

    /// Removes the rows that `stays` is false for.
    pub(crate) fn retain(&mut self, mut stays: impl FnMut(&str, &T) -> bool) {
        self.rows.retain(|key, row| {
            let stays = stays(key, row);
            if !stays && self.flag.is_kept() {
                self.changed.insert(key.clone());
                self.flag.raise();
            }
            stays
        });
    }

    /// In the order of their keys.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&String, &T)> {
        self.rows.iter()
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.rows.values()
    }

    /// What became of the records since the last call, each row by what `save` makes of it.
    pub(crate) fn take_changes<S: serde::Serialize>(
        &mut self,
        owner: &str,
        save: impl Fn(&T) -> S,
        changes: &mut Vec<Change>,
    ) {
        let changed = std::mem::take(&mut self.changed);
        changes.extend(changed.into_iter().map(|key| match self.rows.get(&key) {
            Some(row) => Change::put(self.kind, owner, &key, &save(row)),
            None => Change::delete(self.kind, owner, &key),
        }));
    }

    /// Every row's record.
    pub(crate) fn records<S: serde::Serialize>(
        &self,
        owner: &str,
        save: impl Fn(&T) -> S,
    ) -> Result<Vec<Record>, Unreadable> {
        let record =
            |(key, row): (&String, &T)| Record::of(self.kind, owner, key.borrow(), &save(row));
        self.rows.iter().map(record).collect()
    }

    /// Takes over rows that are written already, in place of those that are there.
    pub(crate) fn load<S: serde::de::DeserializeOwned>(
        &mut self,
        records: Vec<Record>,
        mut load: impl FnMut(S) -> Option<T>,
    ) -> Result<(), Unreadable> {
        let mut rows = BTreeMap::new();
        for record in records {
            let row = load(record.read()?).ok_or_else(|| record.unreadable())?;
            rows.insert(record.key, row);
        }
        self.rows = rows;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(table: &mut Table<u8>) -> Vec<Change> {
        let mut changes = Vec::new();
        table.take_changes("v", |row| *row, &mut changes);
        changes
    }

    fn put(key: &str, row: u8) -> Change {
        Change::put(Kind::Issuer, "v", key, &row)
    }

    #[test]
    fn a_kept_table_tells_each_change_once() {
        let mut table = Table::new(Kind::Issuer);
        table.insert("before".to_owned(), 0);
        let flag = Flag::new();
        table.keep(flag.clone());
        assert_eq!(changes(&mut table), [], "what was there is written");
        assert!(!flag.is_raised());
        for (key, row) in [("a", 1), ("b", 2), ("c", 3)] {
            table.insert(key.to_owned(), row);
        }
        *table.get_mut("a").unwrap() = 9;
        table.remove("b");
        assert!(flag.is_raised());
        let told = changes(&mut table);
        assert_eq!(told, [put("a", 9), Change::delete(Kind::Issuer, "v", "b"), put("c", 3)]);
        assert_eq!(changes(&mut table), []);
        table.change_each(|key, row| {
            *row += 1;
            key == "c"
        });
        table.retain(|key, _| key != "a");
        assert_eq!(changes(&mut table), [Change::delete(Kind::Issuer, "v", "a"), put("c", 4)]);
        table.remove("nothing");
        assert_eq!(changes(&mut table), []);
    }

    #[test]
    fn a_table_that_is_not_kept_notes_nothing() {
        let mut table = Table::new(Kind::Issuer);
        table.insert("a".to_owned(), 1);
        assert_eq!(changes(&mut table), []);
    }

    #[test]
    fn what_is_pushed_comes_last_and_what_is_found_to_be_changed_is_told() {
        let mut table = Table::new(Kind::Issuer);
        for row in 0..300 {
            table.push(row);
        }
        assert!(table.values().copied().eq(0..300), "in the order of their making");
        assert_eq!(table.pop_first(), Some(0));
        table.keep(Flag::new());
        *table.find_mut(|row| *row == 7).unwrap() = 1000;
        assert_eq!(table.extract(|row| *row > 297), [1000, 298, 299]);
        assert_eq!((table.len(), table.find_mut(|row| *row == 298)), (296, None));
        table.push(5000);
        assert_eq!(table.values().next_back(), Some(&5000));
    }

    #[test]
    fn a_table_comes_back_from_its_records() {
        let mut table = Table::new(Kind::Issuer);
        table.insert("a".to_owned(), 1);
        table.insert("b".to_owned(), 2);
        let records = table.records("v", |row| *row).unwrap();
        let mut other = Table::new(Kind::Issuer);
        other.insert("other".to_owned(), 3_u8);
        other.load(records, |row: u8| Some(row)).unwrap();
        assert!(other.iter().eq(table.iter()));
        let broken =
            Record { body: b"{".to_vec(), ..table.records("v", |row| *row).unwrap()[0].clone() };
        assert!(other.load(vec![broken], |row: u8| Some(row)).is_err());
        assert!(other.iter().eq(table.iter()), "a failed load changes nothing");
    }
}
