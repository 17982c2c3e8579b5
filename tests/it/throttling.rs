//! What callers share about a vault that throttles: one pause, and a budget if one is wanted.

use std::{sync::Arc, time::Duration};

use azure_core::http::Method;
use azvault_core::{
    Call, ErrorKind, Operation,
    retry::{Budget, Charge, KeyWeight, RetryPolicy, StopReason, Throttle},
    time::{Clock, SystemClock},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::future::join_all;
use serde_json::Value;

/// The first request is throttled for `seconds`, and all others are fine.
fn throttled_once(seconds: &'static str) -> Arc<Script> {
    Script::by(move |seen| match seen.n {
        0 => Answer::status(429).header("retry-after", seconds),
        _ => Answer::fine(),
    })
}

fn client(vault: &str, script: &Arc<Script>, clerk: &Arc<Clerk>) -> ProbeClient {
    ProbeClient::builder(vault, script, clerk).build().unwrap()
}

/// Begins a call that is throttled, and is back when its pause has begun.
#[expect(clippy::disallowed_methods, reason = "a caller of its own")]
async fn begin_throttled(client: &ProbeClient) -> tokio::task::JoinHandle<()> {
    let throttled = client.get("first").send();
    let task = tokio::spawn(async move { drop(throttled.await.unwrap()) });
    SystemClock::new().sleep(Duration::from_millis(5)).await;
    task
}

#[tokio::test(start_paused = true)]
async fn calls_begun_while_a_vault_throttles_another_wait_and_do_not_return_together() {
    let script = throttled_once("8");
    let client = client(KNOWN, &script, &Clerk::rotating());
    let first = begin_throttled(&client).await;
    let calls = (0..99).map(|n| client.get(&format!("k{n}")).send());
    for result in join_all(calls).await {
        result.unwrap();
    }
    first.await.unwrap();
    assert_eq!(script.count(), 101, "nobody but the first was throttled");
    let mut others = script.times().split_off(1);
    let own = others.remove(0).as_secs_f64();
    assert!((8.0..8.01).contains(&own), "the first keeps to its own delay: {own}");
    let (earliest, latest) = (others[0].as_secs_f64(), others[98].as_secs_f64());
    assert!(earliest >= 8.0 && latest <= 12.1, "{earliest} {latest}");
    others.dedup();
    assert!(others.len() > 60, "they return one by one, not together: {}", others.len());
}

#[tokio::test(start_paused = true)]
async fn a_throttled_vault_holds_all_clients_of_the_same_credential_and_nobody_else() {
    let (clerk, other) = (Clerk::rotating(), Clerk::rotating());
    let script = throttled_once("20");
    let first = begin_throttled(&client(KNOWN, &script, &clerk)).await;
    let waits = async |client: ProbeClient| {
        let clock = SystemClock::new();
        client.get("k").await.unwrap();
        clock.elapsed().as_secs()
    };
    let alone = Throttle::default().without_pause();
    let unshared = ProbeClient::builder(KNOWN, &script, &clerk).throttle(alone).build().unwrap();
    assert_eq!(waits(client("https://w.vault.azure.net", &script, &clerk)).await, 0);
    assert_eq!(waits(client(KNOWN, &script, &other)).await, 0);
    assert_eq!(waits(unshared).await, 0);
    assert!(waits(client(KNOWN, &script, &clerk)).await >= 19);
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_is_too_short_for_the_pause_fails_at_once_with_nothing_sent() {
    let script = throttled_once("30");
    let client = client(KNOWN, &script, &Clerk::rotating());
    let first = begin_throttled(&client).await;
    let clock = SystemClock::new();
    let error = client.get("k").with_timeout(Duration::from_secs(10)).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 0));
    assert_eq!((script.count(), clock.elapsed()), (1, Duration::ZERO));
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    assert!(error.retry_after().unwrap() >= Duration::from_secs(29));
    assert_eq!(error.stop_reason(), Some(&StopReason::Deadline));
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_delay_too_long_to_obey_pauses_nobody() {
    let script = throttled_once("86400");
    let client = client(KNOWN, &script, &Clerk::rotating());
    client.get("k").await.unwrap_err();
    client.get("k").await.unwrap();
    assert_eq!(script.clock().elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_that_is_not_retried_still_tells_the_others() {
    let script = throttled_once("4");
    let client = client(KNOWN, &script, &Clerk::rotating());
    client.get("k").with_retry(RetryPolicy::none()).await.unwrap_err();
    client.get("k").await.unwrap();
    assert!(script.times()[1] >= Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_while_the_vault_is_paused_strands_nobody() {
    let script = throttled_once("8");
    let client = client(KNOWN, &script, &Clerk::rotating());
    let first = begin_throttled(&client).await;
    let mut gives_up = Box::pin(client.get("a").send());
    let mut stays = Box::pin(client.get("b").send());
    assert!(futures::poll!(&mut gives_up).is_pending());
    assert!(futures::poll!(&mut stays).is_pending());
    drop(gives_up);
    stays.await.unwrap();
    first.await.unwrap();
    assert_eq!(script.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_never_exceeded_in_any_ten_seconds_and_everything_is_sent() {
    // A four-hundredth of 4,000: ten calls in ten seconds.
    let throttle = Throttle::default().with_budget(Budget::published().share(0.0025));
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.throttle(throttle).timeout(Duration::from_secs(600)).build().unwrap();
    let calls = (0..95).map(|n| client.get(&format!("k{n}")).send());
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let times = script.times();
    assert_eq!(times.len(), 95);
    for from in &times {
        let within =
            times.iter().filter(|at| *at >= from && **at < *from + Duration::from_secs(10));
        assert!(within.count() <= 10, "{times:?}");
    }
    assert!(times[94] < Duration::from_secs(100), "and not slower than it must be: {times:?}");
}

#[tokio::test(start_paused = true)]
async fn heavier_keys_use_more_of_the_budget() {
    static USE: Operation = Operation::idempotent("use_thing").charging(Charge::UsesKey);
    let throttle = Throttle::default().with_budget(Budget::published().share(0.004)); // 16
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.throttle(throttle).build().unwrap().client().clone();
    let call = |weight: KeyWeight| {
        let request = client.request(Method::Get, &["things", "k"]);
        Call::<Value>::json(client.pipeline().clone(), &USE, request).with_key_weight(weight)
    };
    for weight in [KeyWeight::RSA_4096, KeyWeight::RSA_3072, KeyWeight::RSA_3072] {
        call(weight).await.unwrap();
    }
    assert_eq!(script.clock().elapsed(), Duration::ZERO);
    call(KeyWeight::EC).await.unwrap();
    assert!(script.times()[3] >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_budget_has_no_room_for_in_its_time_fails_and_takes_no_room() {
    let throttle = Throttle::default().with_budget(Budget::published().share(0.00025)); // 1
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.throttle(throttle).build().unwrap();
    client.get("k").await.unwrap();
    for _ in 0..5 {
        let error = client.get("k").with_timeout(Duration::from_secs(3)).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 0));
    }
    client.get("k").await.unwrap();
    let second = script.times()[1];
    assert!(second >= Duration::from_secs(10) && second < Duration::from_secs(11), "{second:?}");
}
