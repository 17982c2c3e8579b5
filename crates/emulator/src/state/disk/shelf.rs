//! Writing: a transaction for all that waits.

use std::path::Path;

use rusqlite::{Connection, Statement};

use super::{
    database::Database,
    seal::{About, Sealer},
};
use crate::state::{
    Change, Record,
    ledger::{self, Shelf},
    queue::Queue,
};

struct Sqlite<'a> {
    connection: &'a Connection,
    sealer: &'a Sealer,
    begin: Statement<'a>,
    commit: Statement<'a>,
    put: Statement<'a>,
    delete: Statement<'a>,
    delete_owned: Statement<'a>,
    folder: &'a Path,
}

/// Writes what comes until the queue ends.
pub(super) fn serve(queue: &Queue, database: &Database, folder: &Path) {
    match Sqlite::of(database, folder) {
        Ok(mut shelf) => ledger::serve(queue, &mut shelf),
        Err(error) => tracing::error!(%error, "the database cannot be written"),
    }
}

impl<'a> Sqlite<'a> {
    pub(super) fn of(database: &'a Database, folder: &'a Path) -> rusqlite::Result<Self> {
        let Database { connection, sealer, .. } = database;
        Ok(Self {
            connection,
            sealer,
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            put: connection.prepare(
                "INSERT OR REPLACE INTO records (owner, kind, key, body) VALUES (?1, ?2, ?3, ?4)",
            )?,
            delete: connection
                .prepare("DELETE FROM records WHERE owner = ?1 AND kind = ?2 AND key = ?3")?,
            delete_owned: connection.prepare("DELETE FROM records WHERE owner = ?1")?,
            folder,
        })
    }

    fn transact(&mut self, batches: &[Vec<Change>]) -> Result<(), String> {
        let words = |error: rusqlite::Error| error.to_string();
        self.begin.execute([]).map_err(words)?;
        for change in batches.iter().flatten() {
            match change {
                Change::Put(record) => {
                    let body = self.sealed(record).ok_or("there are no random numbers")?;
                    let Record { kind, owner, key, .. } = record;
                    self.put.execute((owner, kind.name(), key, body)).map_err(words)?;
                }
                Change::Delete { kind, owner, key } => {
                    self.delete.execute((owner, kind.name(), key)).map_err(words)?;
                }
                Change::DeleteOwned { owner } => {
                    self.delete_owned.execute([owner]).map_err(words)?;
                }
                Change::DeleteAll => {
                    self.connection.execute("DELETE FROM records", []).map_err(words)?;
                }
                Change::Broken(unreadable) => return Err(unreadable.to_string()),
            }
        }
        self.commit.execute([]).map(|_| ()).map_err(words)
    }

    fn sealed(&self, record: &Record) -> Option<Vec<u8>> {
        let about = About { kind: record.kind.name(), owner: &record.owner, key: &record.key };
        self.sealer.seal(&about, &record.body)
    }
}

impl Shelf for Sqlite<'_> {
    fn write(&mut self, batches: &[Vec<Change>]) -> Result<(), String> {
        self.transact(batches).map_err(|words| {
            // SQLite has done so itself after some errors.
            if !self.connection.is_autocommit()
                && let Err(error) = self.connection.execute_batch("ROLLBACK")
            {
                tracing::error!(%error, "a failed transaction could not be taken back");
            }
            format!(
                "What was changed could not be written to {}: {words}. It is tried again with each request to the \
                 vault, which answers nothing else until it is written.",
                self.folder.display()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use uuid::Uuid;

    use super::*;
    use crate::state::{
        Kind,
        disk::{Disk, Durability},
    };

    fn put(key: &str, body: &str) -> Change {
        Change::put(Kind::Secret, "v", key, &body)
    }

    /// A disk that is full for as long as its database may not grow.
    #[test]
    fn a_full_disk_takes_nothing_of_a_batch_and_all_of_it_once_there_is_room() {
        let path = std::env::temp_dir().join(format!("azvault-shelf-{}", Uuid::new_v4()));
        let (disk, records) = Disk::open(&path, Durability::Full).unwrap();
        assert_eq!(records, []);
        let pages = |pages: u32| {
            disk.database.connection.pragma_update(None, "max_page_count", pages).unwrap();
        };
        let mut shelf = Sqlite::of(&disk.database, disk.folder.path()).unwrap();
        shelf.write(&[vec![put("a", "1")]]).unwrap();
        pages(1);
        let batches = [vec![put("a", "2")], vec![put("b", &"x".repeat(100_000))]];
        let words = shelf.write(&batches).unwrap_err();
        assert!(words.contains("full") && words.contains(path.to_str().unwrap()), "{words}");
        assert_eq!(
            shelf.connection.query_row("SELECT count(*) FROM records", [], |row| row.get(0)),
            Ok(1)
        );
        pages(1_000_000);
        shelf.write(&batches).unwrap();
        drop(shelf);
        drop(disk);
        let (disk, mut records) = Disk::open(&path, Durability::Normal).unwrap();
        records.sort_by(|a, b| a.key.cmp(&b.key));
        assert_eq!(
            records.iter().map(|record| record.read().unwrap()).collect::<Vec<String>>(),
            ["2".to_owned(), "x".repeat(100_000)]
        );
        drop(disk);
        fs::remove_dir_all(&path).unwrap();
    }
}
