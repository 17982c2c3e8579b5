//! The directory as the killed program left it, before the program itself mends anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Looks at a copy: opening a database takes in its journal.
pub(super) fn check(data: &Path) {
    let copy = data.with_file_name("copy");
    fs::create_dir(&copy).unwrap();
    for name in ["state.db", "state.db-wal"] {
        if data.join(name).exists() {
            fs::copy(data.join(name), copy.join(name)).unwrap();
        }
    }
    let database = rusqlite::Connection::open(copy.join("state.db")).unwrap();
    let found: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(found, "ok");
    let mut rows = database
        .prepare("SELECT kind, key FROM records WHERE kind LIKE '%-version' AND key LIKE 'cert-%'")
        .unwrap();
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut found = rows.query([]).unwrap();
    while let Some(row) = found.next().unwrap() {
        versions.entry(row.get(0).unwrap()).or_default().insert(row.get(1).unwrap());
    }
    drop(found);
    drop(rows);
    database.close().unwrap();
    let mut of = |kind: &str| versions.remove(kind).unwrap_or_default();
    let (certificates, keys, secrets) =
        (of("certificate-version"), of("key-version"), of("secret-version"));
    assert_eq!(keys, secrets, "a certificate has its key and its secret");
    // One that is not issued yet has neither.
    assert!(keys.is_subset(&certificates), "{keys:?} {certificates:?}");
    fs::remove_dir_all(copy).unwrap();
}
