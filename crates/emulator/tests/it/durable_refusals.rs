//! Data directories that are not opened, and what is said of them.

use std::{fs, path::Path};

use azvault_emulator::Emulator;
use serde_json::json;

use crate::durable::{Data, stop};

async fn filled() -> Data {
    let data = Data::new();
    let vault = data.start().await;
    for number in 0..20 {
        vault.set(&format!("s{number}"), json!({"value": "x".repeat(1000)})).await;
    }
    stop(vault).await;
    data
}

fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_key_that_is_missing_or_another_is_told_and_nothing_is_lost() {
    let data = filled().await;
    let key = fs::read(data.path("key")).unwrap();
    fs::remove_file(data.path("key")).unwrap();
    let words = data.refusal().await;
    assert!(words.contains("key is missing") && words.contains("Put the file back"), "{words}");
    fs::write(data.path("key"), "AAAA").unwrap();
    assert!(data.refusal().await.contains("holds no key"));
    fs::write(data.path("key"), "A".repeat(43)).unwrap();
    let words = data.refusal().await;
    assert!(words.contains("is not that of"), "{words}");
    fs::write(data.path("key"), key).unwrap();
    let vault = data.start().await;
    assert_eq!(vault.get("/secrets/s7").await.ok()["value"], "x".repeat(1000));
    stop(vault).await;
}

#[tokio::test]
async fn a_damaged_database_is_told_and_never_taken_for_an_empty_one() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 6] = [
        ("empty", Vec::clear),
        ("half", |bytes| bytes.truncate(bytes.len() / 2)),
        ("a page short", |bytes| bytes.truncate(bytes.len() - 4096)),
        ("garbage", |bytes| bytes.fill(0x5a)),
        ("another database", |bytes| bytes[68..72].fill(0)),
        ("a bit of a record", |bytes| {
            // A page without pages below it ends with the body of its first record.
            let mut leaves = bytes
                .chunks_mut(4096)
                .skip(1)
                .filter(|page| page[0] == 0x0a && page[4096 - 1] != 0);
            leaves.next_back().unwrap()[4096 - 8] ^= 1;
        }),
    ];
    for (what, damage) in damages {
        let data = filled().await;
        let database = data.path("state.db");
        overwrite(&database, damage);
        let damaged = fs::read(&database).unwrap();
        let words = data.refusal().await;
        assert!(words.contains("state.db"), "{what}: {words}");
        assert!(words.contains("remove the directory"), "{what}: {words}");
        assert_eq!(fs::read(&database).unwrap(), damaged, "{what}: as it was");
    }
}

#[tokio::test]
async fn a_database_that_is_missing_beside_its_journal_is_told() {
    let data = filled().await;
    fs::rename(data.path("state.db"), data.path("state.db-wal")).unwrap();
    let words = data.refusal().await;
    assert!(words.contains("state.db is missing"), "{words}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let data = filled().await;
    let database = rusqlite::Connection::open(data.path("state.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    database.close().unwrap();
    let words = data.refusal().await;
    assert!(words.contains("form 99") && words.contains("newer"), "{words}");
}

#[tokio::test]
async fn a_place_where_there_can_be_no_directory_is_told() {
    let file = std::env::temp_dir().join(format!("azvault-file-{}", uuid::Uuid::new_v4()));
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = Emulator::builder().data_dir(&path).start().await.unwrap_err();
        let words = std::error::Error::source(&error).unwrap().to_string();
        assert!(words.contains(path.to_str().unwrap()), "{words}");
    }
    fs::remove_file(file).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_key_that_others_may_read_is_theirs_no_more() {
    use std::os::unix::fs::PermissionsExt;
    let data = filled().await;
    let key = data.path("key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    stop(data.start().await).await;
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
}
