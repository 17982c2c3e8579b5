//! One thing that is kept, and what becomes of it.

use std::{collections::BTreeMap, fmt};

use serde::{Serialize, de::DeserializeOwned};

use super::Kind;

/// A thing with its whole content. There is one of a kind, an owner and a key.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) kind: Kind,
    /// The id of the vault that it belongs to; empty for what is in none.
    pub(crate) owner: String,
    /// Empty where an owner has one of the kind.
    pub(crate) key: String,
    /// JSON. It may hold secrets.
    pub(crate) body: Vec<u8>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("kind", &self.kind)
            .field("owner", &self.owner)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// A record of `body`; `Err` says which could not be written down.
    pub(crate) fn of(
        kind: Kind,
        owner: &str,
        key: &str,
        body: &impl Serialize,
    ) -> Result<Self, Unreadable> {
        let (owner, key) = (owner.to_owned(), key.to_owned());
        match serde_json::to_vec(body) {
            Ok(body) => Ok(Self { kind, owner, key, body }),
            Err(_) => Err(Unreadable { kind, owner, key }),
        }
    }

    /// What it says.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Unreadable> {
        serde_json::from_slice(&self.body).map_err(|_| self.unreadable())
    }

    /// To be told when it says what cannot be.
    pub(crate) fn unreadable(&self) -> Unreadable {
        Unreadable { kind: self.kind, owner: self.owner.clone(), key: self.key.clone() }
    }
}

/// A record cannot be written down or made sense of. Nothing of its content is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) kind: Kind,
    pub(crate) owner: String,
    pub(crate) key: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} '{}' of '{}' makes no sense", self.kind.name(), self.key, self.owner)
    }
}

impl std::error::Error for Unreadable {}

/// What becomes of records. Of several for the same one, the last counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Put(Record),
    Delete {
        kind: Kind,
        owner: String,
        key: String,
    },
    /// All records of a vault, but not the vault's own.
    DeleteOwned {
        owner: String,
    },
    /// All there are.
    DeleteAll,
    /// What had to be put could not be written down: the batch that has it is never written.
    Broken(Unreadable),
}

impl Change {
    /// Puts a record of `body`.
    pub(crate) fn put(kind: Kind, owner: &str, key: &str, body: &impl Serialize) -> Self {
        Record::of(kind, owner, key, body).into()
    }

    pub(crate) fn delete(kind: Kind, owner: &str, key: &str) -> Self {
        Self::Delete { kind, owner: owner.to_owned(), key: key.to_owned() }
    }
}

impl From<Result<Record, Unreadable>> for Change {
    fn from(record: Result<Record, Unreadable>) -> Self {
        record.map_or_else(Self::Broken, Self::Put)
    }
}

/// All records of a state, to be taken apart by those whose they are.
#[derive(Debug, Default)]
pub(crate) struct Records {
    by_kind: BTreeMap<Kind, BTreeMap<String, Vec<Record>>>,
}

impl Records {
    /// Takes the records of a kind of one owner, in the order of their keys.
    pub(crate) fn take(&mut self, kind: Kind, owner: &str) -> Vec<Record> {
        let owners = self.by_kind.get_mut(&kind);
        let mut records = owners.and_then(|owners| owners.remove(owner)).unwrap_or_default();
        records.sort_by(|a, b| a.key.cmp(&b.key));
        records
    }

    /// What nobody has taken.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &Record> {
        self.by_kind.values().flat_map(BTreeMap::values).flatten()
    }
}

impl FromIterator<Record> for Records {
    fn from_iter<I: IntoIterator<Item = Record>>(records: I) -> Self {
        let mut all = Self::default();
        for record in records {
            let owners = all.by_kind.entry(record.kind).or_default();
            owners.entry(record.owner.clone()).or_default().push(record);
        }
        all
    }
}
