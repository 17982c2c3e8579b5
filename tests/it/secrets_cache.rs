//! The cache of secrets when all goes well: what is kept for how long, and what that costs.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use azvault::{
    KeyVaultClient,
    secrets::{SecretBundle, SecretCache, SecretCacheBuilder, SecretClient},
};
use azvault_core::retry::RetryPolicy;
use azvault_tests::{Answer, Clerk, KNOWN, Script, Seen};
use futures::{
    FutureExt, StreamExt,
    future::{Either, join_all, select},
    poll,
};
use serde_json::json;

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// A vault whose secrets are rotated by the test, and that answers as the test says.
pub(crate) struct Vault {
    pub(crate) script: Arc<Script>,
    version: Arc<Mutex<u32>>,
    answer: Arc<Mutex<Reply>>,
}

type Reply = Box<dyn Fn(Answer, &Seen) -> Answer + Send>;

impl Vault {
    pub(crate) fn new() -> Self {
        let version = Arc::new(Mutex::new(1));
        let answer: Arc<Mutex<Reply>> = Arc::new(Mutex::new(Box::new(|answer, _| answer)));
        let (current, reply) = (version.clone(), answer.clone());
        let script = Script::by(move |seen| {
            let latest = *current.lock().unwrap();
            let (path, version) = match seen.url.path().splitn(4, '/').collect::<Vec<_>>()[1..] {
                [collection, name, version] => {
                    (format!("/{collection}/{name}"), u32::from_str_radix(version, 16).unwrap())
                }
                _ => (seen.url.path().to_owned(), latest),
            };
            let fine = Answer::ok(&json!({
                "value": format!("value-{version}"),
                "id": format!("{KNOWN}{path}/{version:032x}"),
                "attributes": {"enabled": true},
            }));
            (reply.lock().unwrap())(fine, seen)
        });
        Self { script, version, answer }
    }

    pub(crate) fn rotate(&self) {
        *self.version.lock().unwrap() += 1;
    }

    /// The value that a secret has now.
    pub(crate) fn latest(&self) -> String {
        format!("value-{}", self.version.lock().unwrap())
    }

    /// Answers so from now on, given the answer that all would be well by.
    pub(crate) fn replies(&self, reply: impl Fn(Answer, &Seen) -> Answer + Send + 'static) {
        *self.answer.lock().unwrap() = Box::new(reply);
    }

    pub(crate) fn is_well(&self) {
        self.replies(|answer, _| answer);
    }

    pub(crate) fn client(&self) -> SecretClient {
        let vaults = KeyVaultClient::builder(Clerk::steady())
            .transport(self.script.transport())
            .retry(RetryPolicy::none())
            .build()
            .unwrap();
        vaults.secrets(KNOWN).unwrap()
    }

    /// A cache with short and round terms: 100 s fresh, 10 s stale at once, 60 s if it must be.
    pub(crate) fn cache(&self) -> SecretCache {
        self.terms().build()
    }

    pub(crate) fn terms(&self) -> SecretCacheBuilder {
        SecretCache::builder(self.client())
            .ttl(SECOND * 100)
            .jitter(0.0)
            .stale_while_revalidate(SECOND * 10)
            .stale_if_error(SECOND * 60)
            .negative_ttl(SECOND * 5)
            .error_pause(SECOND * 3)
    }

    pub(crate) fn count(&self) -> usize {
        self.script.count()
    }

    pub(crate) async fn pass(&self, time: Duration) {
        self.script.clock().sleep(time).await;
    }
}

pub(crate) fn text(secret: &Arc<SecretBundle>) -> &str {
    secret.value().expose()
}

pub(crate) async fn value(cache: &SecretCache, name: &str) -> String {
    text(&cache.get_secret(name).await.unwrap()).to_owned()
}

pub(crate) fn version(n: u32) -> String {
    format!("{n:032x}")
}

#[tokio::test(start_paused = true)]
async fn a_thousand_first_gets_at_once_are_one_request() {
    let vault = Vault::new();
    vault.replies(|answer, _| answer.after(SECOND));
    let cache = vault.cache();
    let gets = join_all((0..1000).map(|_| cache.get_secret("s").into_future())).await;
    assert!(gets.iter().all(|got| text(got.as_ref().unwrap()) == "value-1"));
    assert_eq!(vault.count(), 1);
    assert_eq!((cache.counters().misses, cache.counters().refreshes), (1000, 1));
}

#[tokio::test(start_paused = true)]
async fn a_hit_is_ready_at_once_and_asks_nobody() {
    let vault = Vault::new();
    let cache = vault.cache();
    assert!(cache.try_get("s").is_none() && cache.is_empty());
    cache.get_secret("s").await.unwrap();
    let hit = cache.get_secret("s").into_future().now_or_never().unwrap().unwrap();
    assert!(Arc::ptr_eq(&hit, &cache.try_get("s").unwrap()), "it is not copied");
    assert_eq!((vault.count(), cache.counters().hits, cache.counters().misses), (1, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_seen_within_the_time_to_live() {
    let vault = Vault::new();
    let cache = vault.terms().stale_while_revalidate(Duration::ZERO).build();
    assert_eq!(value(&cache, "s").await, "value-1");
    vault.rotate();
    vault.pass(SECOND * 99).await;
    assert_eq!((value(&cache, "s").await.as_str(), vault.count()), ("value-1", 1));
    vault.pass(SECOND).await;
    assert_eq!((value(&cache, "s").await.as_str(), vault.count()), ("value-2", 2));
}

#[tokio::test(start_paused = true)]
async fn a_read_that_took_long_is_as_old_as_when_it_began() {
    let vault = Vault::new();
    vault.replies(|answer, _| answer.after(SECOND * 40));
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.pass(SECOND * 59).await;
    assert!(cache.try_get("s").is_some());
    vault.pass(SECOND).await;
    assert!(cache.try_get("s").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_stale_value_is_given_at_once_while_one_read_renews_it() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.rotate();
    vault.replies(|answer, _| answer.after(SECOND));
    vault.pass(SECOND * 100).await;
    let before = vault.script.clock().elapsed();
    for _ in 0..50 {
        assert_eq!(value(&cache, "s").await, "value-1");
    }
    assert_eq!(vault.script.clock().elapsed(), before, "none of them waited");
    assert_eq!((vault.count(), cache.counters().stale_served), (2, 50));
    // The next that comes by finds the read ended, and takes what it gave.
    vault.pass(SECOND).await;
    let mut rounds = 0;
    while value(&cache, "s").await != "value-2" {
        rounds += 1;
        assert!(rounds < 10, "it is not renewed");
    }
    assert_eq!(vault.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stale_value_is_not_given_at_once_beyond_its_bound() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("s").await.unwrap();
    vault.rotate();
    vault.replies(|answer, _| answer.after(SECOND));
    vault.pass(SECOND * 110).await;
    assert_eq!(value(&cache, "s").await, "value-2");
    assert_eq!(cache.counters().stale_served, 0);
}

#[tokio::test(start_paused = true)]
async fn values_read_together_are_not_renewed_together() {
    let vault = Vault::new();
    let cache = vault.terms().jitter(0.5).build();
    let names: Vec<String> = (0..40).map(|n| format!("s{n}")).collect();
    join_all(names.iter().map(|name| cache.get_secret(name).into_future())).await;
    let mut ended = HashSet::new();
    for second in 0..100 {
        let fresh = names.iter().filter(|name| cache.try_get(name).is_some()).count();
        if second < 50 {
            assert_eq!(fresh, 40, "after {second} s");
        }
        ended.insert(fresh);
        vault.pass(SECOND).await;
    }
    assert!(ended.len() > 10, "they ended at {} different times", ended.len());
    assert!(names.iter().all(|name| cache.try_get(name).is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_version_is_kept_for_good_and_can_be_asked_for_anew() {
    let vault = Vault::new();
    let cache = vault.cache();
    let first = version(1);
    cache.get_secret("s").version(&first).await.unwrap();
    vault.rotate();
    vault.pass(SECOND * 1_000_000).await;
    let kept = cache.get_secret("s").version(&first).await.unwrap();
    assert_eq!((text(&kept), vault.count()), ("value-1", 1));
    assert_eq!(value(&cache, "s").await, "value-2");
    // Disabled since: whoever wants to know asks anew.
    vault.replies(|_, _| Answer::error(403, "Forbidden", "disabled"));
    assert!(cache.get_secret("s").version(&first).await.is_ok());
    assert!(cache.get_secret("s").version(&first).with_refresh().await.is_err());
    assert!(cache.get_secret("s").version(&first).await.is_err(), "and it is forgotten");
}

#[tokio::test(start_paused = true)]
async fn names_in_any_case_are_one_secret() {
    let vault = Vault::new();
    let cache = vault.cache();
    cache.get_secret("DB-Password").await.unwrap();
    assert!(cache.try_get("db-password").is_some());
    cache.invalidate("db-PASSWORD");
    assert!(cache.try_get("DB-Password").is_none() && cache.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_evicted_is_dropped_at_once_and_counted() {
    let vault = Vault::new();
    let cache = vault.terms().capacity(8).build();
    let names: Vec<String> = (0..200).map(|n| format!("s{n}")).collect();
    let mut memory = Vec::new();
    let mut reader = None;
    for name in &names {
        let secret = cache.get_secret(name).await.unwrap();
        memory.push(Arc::downgrade(&secret));
        if name == "s50" {
            reader = Some(secret);
        }
    }
    let kept: Vec<bool> = names.iter().map(|name| cache.try_get(name).is_some()).collect();
    let count = kept.iter().filter(|kept| **kept).count();
    assert!((1..=8).contains(&count), "{count} values");
    assert_eq!(cache.len(), count);
    assert_eq!(cache.counters().evictions, 200 - count as u64);
    // Whoever reads an evicted value still has it; with the last reader it is wiped.
    assert!(!kept[50] && text(reader.as_ref().unwrap()) == "value-1");
    drop(reader);
    for (memory, kept) in memory.iter().zip(kept) {
        assert_eq!(memory.upgrade().is_some(), kept, "a value outlives its eviction");
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_asks_for_any_more_does_not_stay_in_memory() {
    let vault = Vault::new();
    let cache = vault.cache();
    let memory = Arc::downgrade(&cache.get_secret("once").await.unwrap());
    vault.pass(SECOND * 161).await;
    assert!(memory.upgrade().is_some());
    cache.get_secret("other").await.unwrap();
    assert!(memory.upgrade().is_none(), "beyond all its bounds, and kept");
}

#[tokio::test(start_paused = true)]
async fn a_watch_gives_each_version_once_and_asks_no_more_when_dropped() {
    let vault = Vault::new();
    let cache = vault.cache();
    let mut watch = cache.watch("s", SECOND * 30);
    assert_eq!(text(&watch.next().await.unwrap().unwrap()), "value-1");
    for n in 2..5 {
        assert!(poll!(watch.next()).is_pending());
        vault.pass(SECOND * 70).await;
        vault.rotate();
        assert_eq!(text(&watch.next().await.unwrap().unwrap()), format!("value-{n}"));
        // It polls on the cache: who asks meanwhile has the new version too.
        assert_eq!(value(&cache, "s").await, format!("value-{n}"));
    }
    drop(watch);
    let before = vault.count();
    vault.pass(SECOND * 300).await;
    assert_eq!(vault.count(), before);
}

#[tokio::test(start_paused = true)]
async fn a_watch_costs_no_request_where_others_have_just_asked() {
    let vault = Vault::new();
    let cache = vault.cache();
    let mut watch = cache.watch("s", SECOND * 30);
    watch.next().await.unwrap().unwrap();
    let mut changed = Box::pin(watch.next());
    for _ in 0..10 {
        vault.pass(SECOND * 20).await;
        cache.refresh_now("s").await.unwrap();
        assert!(poll!(&mut changed).is_pending());
    }
    assert_eq!(vault.count(), 11);
}

#[tokio::test(start_paused = true)]
async fn a_refresher_renews_what_is_used_ahead_of_its_time_and_nothing_else() {
    let vault = Vault::new();
    let cache = vault.cache();
    let refresher = Box::pin(cache.refresher());
    let program = Box::pin(async {
        cache.get_secret("idle").await.unwrap();
        cache.get_secret("used").await.unwrap();
        for second in 0..1000 {
            let hit = second % 7 > 0 || cache.try_get("used").is_some();
            assert!(hit, "it waits after {second} s");
            vault.pass(SECOND).await;
        }
        drop(cache);
    });
    let Either::Right(((), refresher)) = select(refresher, program).await else {
        panic!("it ends before the cache")
    };
    let reads =
        |path: &str| vault.script.seen().iter().filter(|seen| seen.url.path() == path).count();
    assert_eq!(reads("/secrets/idle"), 1);
    assert!((11..=14).contains(&reads("/secrets/used")), "{}", reads("/secrets/used"));
    let begun = vault.script.clock().elapsed();
    refresher.await;
    assert!(vault.script.clock().elapsed() - begun <= SECOND * 30, "it outlives the cache");
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_printed_shows_a_value() {
    let vault = Vault::new();
    let cache = vault.cache();
    let secret = cache.get_secret("s").await.unwrap();
    let hit = cache.get_secret("s").into_future();
    let shown = format!(
        "{cache:?} {:?} {:?} {hit:?} {secret:?} {:?} {:?} {:?}",
        cache.get_secret("s"),
        cache.get_secret("s").into_future(),
        cache.watch("s", SECOND),
        cache.counters(),
        SecretCache::builder(cache.client().clone()),
    );
    assert!(shown.contains("SecretCache") && !shown.contains("value-1"), "{shown}");
}
