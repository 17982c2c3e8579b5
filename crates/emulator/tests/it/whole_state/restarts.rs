//! A data directory: the next emulator answers as the one before.

use azvault_emulator::Emulator;

use super::{Folder, compare, look, world};

async fn start(folder: &Folder) -> Emulator {
    world::builder().data_dir(&folder.0).start().await.unwrap()
}

#[tokio::test]
async fn every_answer_after_a_restart_is_that_before_it() {
    let folder = Folder::new();
    let first = start(&folder).await;
    let made = world::make(&first).await;
    let before = look(&first, &made).await;
    let snapshot = first.snapshot().await.unwrap();
    first.shutdown().await;
    drop(first);
    let second = start(&folder).await;
    compare(&before, &look(&second, &made).await);

    // What a reset removed is gone for good, and what was restored is there for good.
    second.reset().await.unwrap();
    second.shutdown().await;
    drop(second);
    let third = start(&folder).await;
    assert_ne!(before, look(&third, &made).await);
    third.restore(&snapshot).await.unwrap();
    compare(&before, &look(&third, &made).await);
    third.shutdown().await;
    drop(third);
    let fourth = start(&folder).await;
    compare(&before, &look(&fourth, &made).await);
    fourth.shutdown().await;
}
