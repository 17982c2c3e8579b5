//! Keeping what is used fresh ahead of its time, for programs that give it a task.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use futures::{
    StreamExt,
    future::{Either, select},
    stream,
};

use super::store::Store;

/// Renews what is in use before it is stale, until every handle of the cache is dropped.
pub(super) async fn run(store: Weak<Store>) {
    loop {
        let Some(alive) = store.upgrade() else { return };
        let pause = alive.terms.ttl.mul_f64(PART).clamp(SHORTEST, LONGEST);
        // Twice the pause: what is renewed now is fresh until the next look is over.
        let due = alive.due(alive.clock.elapsed().saturating_add(pause * 2));
        let clock = alive.clock.clone();
        drop(alive);
        stream::iter(due)
            .for_each_concurrent(CONCURRENCY, async |key| {
                let fetch = store.upgrade().map(|store| store.renew(&key));
                if let Some(fetch) = fetch {
                    // What it gives is taken in by itself, and a slow one is joined again.
                    let _ended: Either<_, _> = select(fetch, clock.sleep(LONGEST)).await;
                }
            })
            .await;
        // Not one more pause for nobody: the last handle may be gone since the reads began.
        if store.strong_count() == 0 {
            return;
        }
        clock.sleep(pause).await;
    }
}

pub(super) fn of(store: &Arc<Store>) -> impl Future<Output = ()> + Send + 'static + use<> {
    run(Arc::downgrade(store))
}

/// How many secrets are read at a time.
const CONCURRENCY: usize = 8;
/// The pause between two looks, as a part of the time to live.
const PART: f64 = 0.05;
const SHORTEST: Duration = Duration::from_millis(500);
/// Of the longest wait for a read, too: so soon it is seen that the cache is gone.
const LONGEST: Duration = Duration::from_secs(30);
