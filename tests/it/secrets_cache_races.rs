//! The cache of secrets when things happen at once, and when futures are dropped.

use std::{sync::Arc, time::Duration};

use azvault::ErrorKind;
use azvault_tests::Answer;
use futures::{future::join_all, join, poll};

use crate::{
    cancellation::{cut, everywhere},
    secrets_cache::{SECOND, Vault, text, value},
};

#[tokio::test(start_paused = true)]
async fn a_read_begun_before_an_invalidation_does_not_put_the_old_value_back() {
    let vault = Vault::new();
    vault.replies(|answer, _| answer.after(SECOND));
    let cache = vault.cache();
    let mut old = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut old).is_pending());
    vault.rotate();
    cache.invalidate("s");
    // Whoever asked before may have the old value; whoever asks afterwards has not.
    let (old, new) = join!(old, cache.get_secret("s").into_future());
    assert_eq!((text(&old.unwrap()), text(&new.unwrap())), ("value-1", "value-2"));
    assert_eq!(value(&cache, "s").await, "value-2");
    assert_eq!(vault.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_read_that_ends_after_an_invalidation_leaves_nothing() {
    let vault = Vault::new();
    vault.replies(|answer, _| answer.after(SECOND));
    let cache = vault.cache();
    let mut old = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut old).is_pending());
    cache.invalidate("s");
    old.await.unwrap();
    assert!(cache.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_renewal_begun_before_an_invalidation_does_not_put_the_old_value_back() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.replies(|answer, _| answer.after(SECOND));
    vault.pass(SECOND * 105).await;
    assert_eq!(value(&cache, "s").await, "value-1");
    assert_eq!(vault.count(), 2, "a renewal is on its way");
    vault.rotate();
    cache.invalidate("s");
    vault.pass(SECOND).await;
    assert_eq!((value(&cache, "s").await.as_str(), vault.count()), ("value-2", 3));
}

#[tokio::test(start_paused = true)]
async fn a_read_from_before_an_invalidation_is_not_kept_while_a_later_one_runs() {
    let vault = Vault::new();
    vault.replies(|answer, seen| answer.after(SECOND * if seen.n == 0 { 2 } else { 5 }));
    let cache = vault.cache();
    let mut early = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut early).is_pending());
    vault.rotate();
    cache.invalidate("s");
    let mut later = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut later).is_pending());
    assert_eq!(text(&early.await.unwrap()), "value-1");
    assert!(cache.is_empty());
    assert_eq!(text(&later.await.unwrap()), "value-2");
}

#[tokio::test(start_paused = true)]
async fn an_earlier_read_that_ends_last_does_not_overwrite_a_later_one() {
    let vault = Vault::new();
    vault.replies(|answer, seen| answer.after(if seen.n == 0 { SECOND * 9 } else { SECOND }));
    let cache = vault.cache();
    let mut early = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut early).is_pending());
    vault.rotate();
    assert_eq!(text(&cache.refresh_now("s").await.unwrap()), "value-2");
    assert_eq!(text(&early.await.unwrap()), "value-1");
    assert_eq!(value(&cache, "s").await, "value-2");
}

#[tokio::test(start_paused = true)]
async fn what_is_set_through_the_cache_is_seen_at_once() {
    let vault = Vault::new();
    let cache = vault.cache();
    assert_eq!(value(&cache, "s").await, "value-1");
    vault.rotate();
    cache.set(cache.client().set_secret("S", "value-2")).await.unwrap();
    assert_eq!(value(&cache, "s").await, "value-2");
    // Also if nobody knows whether it was set.
    vault.rotate();
    vault.replies(|answer, seen| if seen.body.is_empty() { answer } else { Answer::status(504) });
    assert!(cache.set(cache.client().set_secret("s", "value-3")).await.is_err());
    assert_eq!(value(&cache, "s").await, "value-3");
    // And if it was given up on the way.
    vault.rotate();
    vault.replies(|answer, seen| if seen.body.is_empty() { answer } else { Answer::hang() });
    let mut set = Box::pin(cache.set(cache.client().set_secret("s", "value-4")));
    assert!(poll!(&mut set).is_pending());
    drop(set);
    assert_eq!(value(&cache, "s").await, "value-4");
}

#[tokio::test(start_paused = true)]
async fn a_set_in_another_vault_is_refused_and_not_sent() {
    let vault = Vault::new();
    let cache = vault.cache();
    let other = azvault::secrets::SecretClient::builder("https://other.vault.azure.net")
        .credential(azvault_tests::Clerk::steady())
        .transport(vault.script.transport())
        .build()
        .unwrap();
    let error = cache.set(other.set_secret("s", "canary")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("https://other.vault.azure.net"), "{error}");
    assert_eq!(vault.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_the_read_that_it_began_strands_nobody() {
    let vault = Vault::new();
    vault.replies(|answer, _| answer.after(SECOND));
    let cache = vault.cache();
    let mut first = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut first).is_pending());
    let mut others: Vec<_> =
        (0..10).map(|_| Box::pin(cache.get_secret("s").into_future())).collect();
    for other in &mut others {
        assert!(poll!(other).is_pending());
    }
    drop(first);
    let begun = vault.script.clock().elapsed();
    assert!(join_all(others).await.into_iter().all(|got| got.is_ok()));
    assert_eq!((vault.count(), vault.script.clock().elapsed() - begun), (1, SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_read_that_everybody_gave_up_is_begun_anew() {
    let vault = Vault::new();
    vault.replies(|answer, seen| if seen.n == 0 { Answer::hang() } else { answer });
    let cache = vault.cache();
    let mut first = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut first).is_pending());
    drop(first);
    let begun = vault.script.clock().elapsed();
    assert_eq!(value(&cache, "s").await, "value-1");
    assert_eq!((vault.count(), vault.script.clock().elapsed()), (2, begun), "nobody waits for it");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_ever_for_a_read_that_another_began() {
    let vault = Vault::new();
    vault.replies(|answer, seen| if seen.n == 0 { Answer::hang() } else { answer });
    let cache = vault.cache();
    // Begun on a runtime that nobody drives any more, say.
    let mut first = Box::pin(cache.get_secret("s").into_future());
    assert!(poll!(&mut first).is_pending());
    let begun = vault.script.clock().elapsed();
    assert_eq!(value(&cache, "s").await, "value-1");
    assert_eq!(vault.script.clock().elapsed() - begun, SECOND * 45);
}

#[tokio::test(start_paused = true)]
async fn gets_and_sets_dropped_anywhere_leave_a_cache_that_works() {
    let tick = Duration::from_millis(10);
    let places = everywhere(|polls, dropped| async move {
        let vault = Vault::new();
        vault.replies(move |answer, seen| match seen.n % 3 {
            1 => Answer::status(503),
            _ => answer.after(tick).body_after(tick),
        });
        let cache = vault.terms().stale_while_revalidate(SECOND * 10).build();
        // A get that waits, one that is answered at once, one that renews, a refresh and a set.
        let ended = cut(
            async {
                let _first = cache.get_secret("s").await;
                let _hit = cache.get_secret("s").await;
                vault.pass(SECOND * 101).await;
                let _stale = cache.get_secret("s").await;
                let _renewed = cache.refresh_now("s").await;
                vault.rotate();
                let _set = cache.set(cache.client().set_secret("s", "v")).await;
            },
            polls,
            dropped,
        )
        .await;
        vault.is_well();
        let begun = vault.script.clock().elapsed();
        let got = join_all((0..3).map(|_| cache.get_secret("s").into_future())).await;
        // Once the set is on its way, nobody may be given the value before it.
        let latest = vault.latest();
        assert!(got.iter().all(|got| text(got.as_ref().unwrap()) == latest), "after {polls} polls");
        assert!(vault.script.clock().elapsed() - begun < SECOND, "after {polls} polls");
        assert_eq!(cache.len(), 1);
        ended
    })
    .await;
    assert!(places > 8, "{places}");
}

#[tokio::test]
async fn threads_that_get_set_and_invalidate_at_once_end_with_the_last_value() {
    let vault = Arc::new(Vault::new());
    let cache = vault.terms().capacity(4).build();
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (cache, vault) = (cache.clone(), vault.clone());
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(async {
                    for n in 0..300 {
                        let name = format!("s{}", n % 7);
                        match (n + thread) % 5 {
                            0 => cache.invalidate(&name),
                            1 => {
                                vault.rotate();
                                cache.set(cache.client().set_secret(&name, "v")).await.unwrap();
                            }
                            2 => drop(cache.refresh_now(&name).await.unwrap()),
                            _ => drop(cache.get_secret(&name).await.unwrap()),
                        }
                    }
                });
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    // Nobody rotates any more: after an invalidation each has the last value.
    vault.rotate();
    cache.invalidate_all();
    assert!(cache.is_empty());
    let latest = vault.latest();
    for n in 0..7 {
        assert_eq!(value(&cache, &format!("s{n}")).await, latest);
    }
    assert!(cache.len() <= 4);
}

#[test]
fn a_cache_outlives_the_runtime_that_its_refresher_and_its_reads_ran_on() {
    let vault = Vault::new();
    let cache = vault.terms().ttl(Duration::ZERO).stale_while_revalidate(SECOND * 3600).build();
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let _refresher = first.spawn(cache.refresher());
    first.block_on(async {
        cache.get_secret("s").await.unwrap();
        // A renewal that waits on this runtime's timer when the runtime ends.
        vault.replies(|answer, _| answer.after(SECOND * 3600));
        assert_eq!(value(&cache, "s").await, "value-1");
    });
    drop(first);
    vault.is_well();
    vault.rotate();
    runtime().block_on(async {
        assert_eq!(value(&cache, "s").await, "value-1", "what is kept is given");
        assert_eq!(text(&cache.refresh_now("s").await.unwrap()), "value-2");
        assert_eq!(value(&cache, "s").await, "value-2");
    });
}
