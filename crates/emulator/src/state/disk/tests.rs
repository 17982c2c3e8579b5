//! Databases of other forms.

use std::{fs, path::PathBuf};

use rusqlite_migration::M;
use uuid::Uuid;

use super::{
    Disk, Durability,
    database::{Database, FORMS},
    folder::Folder,
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
    assert!(words.contains("could not be brought into form 2, and is as it was"), "{words}");
    assert!(place.bytes() == before);
    let (_disk, records) = Disk::open(&place.0, Durability::Normal).unwrap();
    assert_eq!(records[0].read::<String>().unwrap(), "kept");
}
