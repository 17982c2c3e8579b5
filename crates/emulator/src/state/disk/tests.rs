//! Databases of other forms.

use std::{fs, path::PathBuf};

use rusqlite::ffi;
use rusqlite_migration::M;
use uuid::Uuid;

use super::{
    Disk, Durability,
    database::{Database, FORMS, refused},
    folder::Folder,
    seal::About,
};
use crate::state::{Change, Kind};

/// A directory with one record, gone at the end.
struct Place(PathBuf);

impl Place {
    async fn new() -> Self {
        let path = std::env::temp_dir().join(format!("azvault-disk-{}", Uuid::new_v4()));
        let (disk, records) = Disk::open(&path, Durability::Normal).unwrap();
        assert_eq!(records, []);
        let ledger = disk.ledger().unwrap();
        let ticket = ledger.hand_over(vec![Change::put(Kind::Secret, "v", "k", &"kept")]);
        ledger.written(ticket).await.unwrap();
        Self(path)
    }

    fn open_with(&self, next: M<'static>) -> Result<Database, String> {
        let folder = Folder::open(&self.0).unwrap();
        let forms: Vec<M<'_>> = FORMS.iter().cloned().chain([next]).collect();
        Database::open_in_form(&folder, Durability::Normal, &forms)
            .map_err(|error| error.to_string())
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.0.join("state.db")).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[tokio::test]
async fn an_older_form_is_brought_into_the_newest() {
    let place = Place::new().await;
    let database = place.open_with(M::up("ALTER TABLE records ADD COLUMN more TEXT")).unwrap();
    let records = database.read().unwrap();
    assert_eq!(records[0].read::<String>().unwrap(), "kept");
    drop(database);
    let words = Disk::open(&place.0, Durability::Normal).unwrap_err().to_string();
    assert!(words.contains("a newer emulator"), "{words}");
}

#[tokio::test]
async fn a_migration_that_fails_leaves_the_file_as_it_was() {
    let place = Place::new().await;
    let before = place.bytes();
    let words = place
        .open_with(M::up("DELETE FROM records; ALTER TABLE nothing ADD COLUMN more TEXT"))
        .unwrap_err();
    assert!(words.contains("could not be brought into form 3, and is as it was"), "{words}");
    assert!(place.bytes() == before);
    let (_disk, records) = Disk::open(&place.0, Durability::Normal).unwrap();
    assert_eq!(records[0].read::<String>().unwrap(), "kept");
}

/// A full disk has no room for one, and a directory that cannot be opened then is one whose owner removes it.
#[tokio::test]
async fn a_directory_needs_no_file_of_shared_memory() {
    let place = Place::new().await;
    let (disk, _) = Disk::open(&place.0, Durability::Normal).unwrap();
    let ledger = disk.ledger().unwrap();
    let ticket = ledger.hand_over(vec![Change::put(Kind::Secret, "v", "l", &"kept")]);
    ledger.written(ticket).await.unwrap();
    assert!(place.0.join("state.db-wal").exists());
    assert!(!place.0.join("state.db-shm").exists());
}

#[tokio::test]
async fn what_is_wrong_with_the_system_is_not_blamed_on_the_file() {
    let place = Place::new().await;
    let folder = Folder::open(&place.0).unwrap();
    let words = |code| {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        refused(&folder, &error).to_string()
    };
    for code in [ffi::SQLITE_IOERR, ffi::SQLITE_FULL, ffi::SQLITE_NOMEM, ffi::SQLITE_BUSY] {
        let words = words(code);
        assert!(words.contains("state.db") && !words.contains("damaged"), "{words}");
        assert!(!words.contains("remove"), "{words}");
    }
    assert!(words(ffi::SQLITE_CORRUPT).contains("damaged"));
}

#[tokio::test]
async fn a_kind_of_record_that_only_a_newer_emulator_knows_is_no_damage() {
    let place = Place::new().await;
    let (disk, records) = Disk::open(&place.0, Durability::Normal).unwrap();
    let Database { connection, sealer, .. } = &disk.database;
    let about = About { kind: "kept-since-then", owner: "v", key: "k" };
    let body = sealer.seal(&about, &records[0].body).unwrap();
    let insert =
        "INSERT INTO records (owner, kind, key, body) VALUES ('v', 'kept-since-then', 'k', ?1)";
    connection.execute(insert, [body]).unwrap();
    drop(disk);
    let words = Disk::open(&place.0, Durability::Normal).unwrap_err().to_string();
    assert!(words.contains("a newer emulator") && words.contains("kept-since-then"), "{words}");
    assert!(!words.contains("damaged") && !words.contains("remove"), "{words}");
}

/// Whoever may write to the directory before the emulator does could have it overwrite any file of its user.
#[cfg(unix)]
#[test]
fn a_lock_that_is_a_link_is_refused_and_what_it_leads_to_stays() {
    let path = std::env::temp_dir().join(format!("azvault-link-{}", Uuid::new_v4()));
    fs::create_dir(&path).unwrap();
    let other = path.join("other");
    fs::write(&other, "precious").unwrap();
    std::os::unix::fs::symlink(&other, path.join("lock")).unwrap();
    let words = Disk::open(&path, Durability::Normal).unwrap_err().to_string();
    assert!(words.contains("lock is a link"), "{words}");
    assert_eq!(fs::read_to_string(&other).unwrap(), "precious");
    fs::remove_dir_all(&path).unwrap();
}
