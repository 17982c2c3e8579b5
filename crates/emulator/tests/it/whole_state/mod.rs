//! What outlives a restart and goes into a snapshot: everything. One of each is made, and every answer compared.

mod look;
#[cfg(feature = "durable")]
mod restarts;
mod snapshots;
mod world;

use std::{fs, path::PathBuf};

use azvault_emulator::Emulator;

use look::{Answers, Looker};
use world::Made;

async fn look(emulator: &Emulator, made: &Made) -> Answers {
    Looker::of(emulator).await.look(&made.links).await
}

fn compare(before: &Answers, after: &Answers) {
    for (url, answer) in before {
        assert_eq!(after.get(url), Some(answer), "{url}");
    }
    let more: Vec<_> = after.keys().filter(|url| !before.contains_key(*url)).collect();
    assert!(more.is_empty(), "{more:?}");
}

/// A folder that is gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("azvault-whole-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is no reason to fail.
        fs::remove_dir_all(&self.0).ok();
    }
}
