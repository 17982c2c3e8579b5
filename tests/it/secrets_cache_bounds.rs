//! What the cache of secrets says of its bounds: capacity, ages, pauses, order, and what it holds on to.

use crate::secrets_cache::{Vault, value};

#[tokio::test(start_paused = true)]
async fn a_value_that_is_renewed_is_not_counted_as_one_that_made_room() {
    let vault = Vault::new();
    let cache = vault.terms().capacity(4).build();
    for name in ["a", "b", "c", "d"] {
        cache.get_secret(name).await.unwrap();
    }
    for _ in 0..10 {
        cache.refresh_now("a").await.unwrap();
    }
    assert_eq!((cache.counters().refreshes, cache.len()), (14, 4));
    assert_eq!(cache.counters().evictions, 0, "nothing made room");
    cache.get_secret("e").await.unwrap();
    assert_eq!((cache.counters().evictions, cache.len()), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn as_many_secrets_as_there_is_room_for_are_all_kept() {
    for capacity in [1, 2, 64, 100, 1000] {
        let vault = Vault::new();
        let cache = vault.terms().capacity(capacity).build();
        for n in 0..capacity {
            cache.get_secret(&format!("s{n}")).await.unwrap();
        }
        assert_eq!(cache.len(), capacity);
        for n in 0..capacity {
            assert!(cache.try_get(&format!("s{n}")).is_some(), "{n} of {capacity}");
        }
        cache.get_secret("one-more").await.unwrap();
        assert_eq!(cache.len(), capacity);
    }
}

#[tokio::test(start_paused = true)]
async fn room_without_end_is_no_panic() {
    let vault = Vault::new();
    let cache = vault.terms().capacity(usize::MAX).build();
    assert_eq!(value(&cache, "s").await, "value-1");
    assert!(cache.try_get("s").is_some());
}
