//! Snapshots: taken of one emulator, and put into another.

use azvault_emulator::{Emulator, Snapshot};
use serde_json::json;

use super::{
    look::{Answers, Looker},
    world::{self, LAG, Made, PLAIN},
};
use crate::support::{Vault, base64url};

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

async fn look(emulator: &Emulator, made: &Made) -> Answers {
    Looker::of(emulator).await.look(&made.links).await
}

/// Without what is made anew by chance when the clock has moved on.
fn compare(before: &Answers, after: &Answers) {
    for (url, answer) in before {
        assert_eq!(after.get(url), Some(answer), "{url}");
    }
    let more: Vec<_> = after.keys().filter(|url| !before.contains_key(*url)).collect();
    assert!(more.is_empty(), "{more:?}");
}

#[tokio::test]
async fn every_answer_of_an_emulator_with_a_snapshot_is_that_of_the_one_it_was_taken_of() {
    let emulator = world::builder().in_memory();
    let made = world::make(&emulator).await;
    let before = look(&emulator, &made).await;
    assert!(before.len() > 150, "{}", before.len());
    for status in ["200 ", "202 ", "404 ", "409 "] {
        assert!(before.values().any(|answer| answer.starts_with(status)), "none is {status}");
    }
    let bytes = emulator.snapshot().await.unwrap().to_bytes();
    let other = world::builder().port(9443).in_memory();
    other.restore(&Snapshot::from_bytes(&bytes).unwrap()).await.unwrap();
    assert_eq!(other.clock().now(), emulator.clock().now(), "frozen at the same time");
    compare(&before, &look(&other, &made).await);
    compare(&before, &look(&emulator, &made).await);
}
