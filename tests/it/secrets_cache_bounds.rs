//! What the cache of secrets says of its bounds: capacity, ages, pauses, order, and what it holds on to.

use crate::secrets_cache::Vault;

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
