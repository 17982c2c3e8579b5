//! What the cache of secrets says of its bounds: capacity, ages, pauses, order, and what it holds on to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request, Transport};
use azvault::{
    ErrorKind, KeyVaultClient,
    secrets::{SecretCache, SecretClient},
};
use azvault_core::retry::RetryPolicy;
use azvault_tests::{Answer, Clerk, KNOWN, Script};
use futures::{FutureExt, StreamExt, poll};
use tokio::time::timeout;

use crate::secrets_cache::{SECOND, Vault, text, value};

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

#[tokio::test(start_paused = true)]
async fn a_watch_with_a_long_interval_does_not_begin_with_what_is_over() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.rotate();
    // Beyond all of the terms: 100 s, and 60 s more in an outage.
    vault.pass(SECOND * 500).await;
    let mut watch = cache.watch("s", SECOND * 3600);
    assert_eq!(text(&watch.next().await.unwrap().unwrap()), "value-2");
}

#[tokio::test(start_paused = true)]
async fn a_watch_with_a_long_interval_does_not_begin_with_an_absence_that_is_over() {
    let vault = Vault::new();
    let cache = vault.cache();
    vault.replies(|_, _| Answer::error(404, "SecretNotFound", "none"));
    assert_eq!(cache.get_secret("s").await.unwrap_err().kind(), ErrorKind::NotFound);
    vault.is_well();
    vault.pass(SECOND * 6).await;
    let mut watch = cache.watch("s", SECOND * 60);
    assert_eq!(text(&watch.next().await.unwrap().unwrap()), "value-1");
}

#[tokio::test(start_paused = true)]
async fn a_watch_does_not_ask_a_failing_vault_more_often_than_was_said() {
    let vault = Vault::new();
    let cache = vault.terms().stale_if_error(SECOND * 1000).error_pause(SECOND * 15).build();
    let mut watch = cache.watch("s", SECOND);
    watch.next().await.unwrap().unwrap();
    vault.replies(|_, _| Answer::status(503));
    let before = vault.count();
    let mut next = Box::pin(watch.next());
    for _ in 0..60 {
        assert!(poll!(&mut next).is_pending(), "what is kept stands in");
        vault.pass(SECOND).await;
    }
    let asked = vault.count() - before;
    assert!((3..=5).contains(&asked), "{asked} requests in a minute");
    vault.is_well();
    vault.rotate();
    assert_eq!(text(&next.await.unwrap().unwrap()), "value-2");
}

#[tokio::test(start_paused = true)]
async fn whoever_saw_a_new_version_is_not_given_the_old_one_in_an_outage() {
    let vault = Vault::new();
    let cache = vault.cache();
    assert_eq!(value(&cache, "s").await, "value-1");
    vault.pass(SECOND * 130).await;
    vault.rotate();
    // The first read takes a second; the second, which overtakes it, fails.
    vault.replies(|answer, seen| match seen.n {
        1 => answer.after(SECOND),
        _ => Answer::status(503).after(SECOND * 2),
    });
    let mut watch = cache.watch("s", SECOND * 10);
    let mut first = Box::pin(watch.next());
    assert!(poll!(&mut first).is_pending());
    let mut refresh = Box::pin(cache.refresh_now("s").into_future());
    assert!(poll!(&mut refresh).is_pending());
    assert_eq!(text(&first.await.unwrap().unwrap()), "value-2");
    assert_eq!(refresh.await.unwrap_err().kind(), ErrorKind::Service);
    assert_eq!(value(&cache, "s").await, "value-2", "it goes back in time");
    vault.pass(SECOND * 11).await;
    assert!(watch.next().now_or_never().is_none(), "nothing is newer");
}

/// Counts the requests that are on their way.
#[derive(Debug)]
struct Counted {
    script: Arc<Script>,
    running: Arc<AtomicUsize>,
}

struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl HttpClient for Counted {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        self.running.fetch_add(1, Ordering::SeqCst);
        let _running = Running(self.running.clone());
        self.script.execute_request(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_nobody_asks_for_any_more_does_not_stay_for_ever() {
    let vault = Vault::new();
    let running = Arc::<AtomicUsize>::default();
    let transport = Counted { script: vault.script.clone(), running: running.clone() };
    let vaults = KeyVaultClient::builder(Clerk::steady())
        .transport(Transport::new(Arc::new(transport)))
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    let client: SecretClient = vaults.secrets(KNOWN).unwrap();
    let cache = SecretCache::builder(client)
        .ttl(SECOND * 100)
        .jitter(0.0)
        .stale_while_revalidate(SECOND * 10)
        .build();
    for n in 0..20 {
        cache.get_secret(&format!("s{n}")).await.unwrap();
    }
    vault.pass(SECOND * 105).await;
    vault.replies(|answer, _| answer.after(SECOND));
    for n in 0..20 {
        cache.get_secret(&format!("s{n}")).await.unwrap();
    }
    assert_eq!(running.load(Ordering::SeqCst), 20, "each is being renewed");
    vault.is_well();
    vault.pass(Duration::from_secs(7200)).await;
    // Reading something else is when the cache looks after what it holds.
    cache.get_secret("other").await.unwrap();
    assert_eq!(running.load(Ordering::SeqCst), 0, "connections are held for nobody");
    assert_eq!(value(&cache, "s7").await, "value-1");
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_wiped_by_the_next_read_however_long_the_time_to_live_is() {
    let vault = Vault::new();
    let cache = vault.cache();
    let memory = Arc::downgrade(&cache.get_secret("once").await.unwrap());
    // A read shortly before the first is over, and one shortly after.
    vault.pass(SECOND * 159).await;
    cache.get_secret("other").await.unwrap();
    assert!(memory.upgrade().is_some());
    vault.pass(SECOND * 2).await;
    cache.get_secret("another").await.unwrap();
    assert!(memory.upgrade().is_none(), "beyond all its bounds, and kept");
    // Absences are over long before values are.
    vault.replies(|_, _| Answer::error(404, "SecretNotFound", "none"));
    cache.get_secret("none").await.unwrap_err();
    vault.is_well();
    assert_eq!(cache.len(), 3);
    vault.pass(SECOND * 6).await;
    cache.get_secret("fourth").await.unwrap();
    assert_eq!(cache.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_refresher_ends_with_its_cache_though_the_vault_does_not_answer() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    cache.get_secret("s").await.unwrap();
    vault.replies(|_, _| Answer::hang());
    let refresher = cache.refresher();
    let mut refresher = Box::pin(refresher);
    for _ in 0..105 {
        assert!(poll!(&mut refresher).is_pending());
        vault.pass(SECOND).await;
    }
    assert_eq!(vault.count(), 2, "a renewal is on its way");
    drop(cache);
    let dropped = vault.script.clock().elapsed();
    refresher.await;
    let after = vault.script.clock().elapsed() - dropped;
    assert!(after <= SECOND * 30, "it ends after {after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_watch_gives_a_secret_that_is_back_again() {
    let vault = Vault::new();
    let cache = vault.cache();
    let mut watch = cache.watch("s", SECOND * 30);
    assert_eq!(text(&watch.next().await.unwrap().unwrap()), "value-1");
    for (code, kind) in
        [("SecretNotFound", ErrorKind::NotFound), ("SecretDisabled", ErrorKind::Disabled)]
    {
        let status = if kind == ErrorKind::NotFound { 404 } else { 403 };
        vault.replies(move |_, _| Answer::error(status, code, "it is gone"));
        assert_eq!(watch.next().await.unwrap().unwrap_err().kind(), kind);
        // Recovered, or enabled: the version is the one it was.
        vault.is_well();
        let back = timeout(SECOND * 100, watch.next()).await.expect("nothing is given");
        assert_eq!(text(&back.unwrap().unwrap()), "value-1");
    }
    vault.pass(SECOND * 31).await;
    assert!(watch.next().now_or_never().is_none(), "each once, while all is well");
}
