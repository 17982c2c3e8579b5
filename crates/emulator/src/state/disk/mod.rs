//! A data directory: a SQLite database of sealed records, the key that they are sealed with, and a lock.

mod database;
mod folder;
mod seal;
mod shelf;

use std::{io, path::Path};

use super::{Ledger, Record};
use database::Database;
use folder::Folder;

/// When what an emulator acknowledged survives what.
///
/// In either, whatever was acknowledged survives the end of the process, also by `kill -9`.
///
/// ```
/// use azvault_emulator::{Durability, Emulator};
///
/// let builder = Emulator::builder().data_dir("/tmp/unused").durability(Durability::Full);
/// # drop(builder);
/// ```
///
/// Source: <https://www.sqlite.org/pragma.html#pragma_synchronous>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Durability {
    /// A crash of the machine may lose the last changes, but damages nothing. SQLite's `synchronous=NORMAL`.
    #[default]
    Normal,
    /// A crash of the machine loses nothing: each answer waits for the disk. SQLite's `synchronous=FULL`.
    Full,
}

/// An open data directory, which no other process can open meanwhile.
#[derive(Debug)]
pub(crate) struct Disk {
    database: Database,
    folder: Folder,
}

impl Disk {
    /// Opens the directory, making what a new one lacks, and reads all its records.
    pub(crate) fn open(path: &Path, durability: Durability) -> io::Result<(Self, Vec<Record>)> {
        let folder = Folder::open(path)?;
        let database = Database::open(&folder, durability)?;
        let records = database.read()?;
        Ok((Self { database, folder }, records))
    }

    /// Why what was read makes no sense, and what to do.
    pub(crate) fn refused(&self, what: &dyn std::fmt::Display) -> io::Error {
        self.database.refused(what)
    }

    /// A ledger that writes here.
    pub(crate) fn ledger(self) -> io::Result<Ledger> {
        let Self { database, folder } = self;
        Ledger::start(move |queue| {
            shelf::serve(queue, &database, folder.path());
            // In this order: whoever opens the directory next finds the database closed.
            drop(database);
            drop(folder);
        })
    }
}

#[cfg(test)]
mod tests;
