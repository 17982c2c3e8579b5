//! A token near its end is renewed while calls go on.

use std::time::Duration;

use azvault_tests::{Answer, Clerk, Grant, KNOWN, ProbeClient, Script};

const LIFE: Duration = Duration::from_secs(3600);
/// Within the time of renewal: the last five minutes of the life.
const NEAR_ITS_END: Duration = Duration::from_secs(3400);

fn slow_service() -> std::sync::Arc<Script> {
    Script::always(Answer::fine().after(Duration::from_millis(10)))
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_ahead_and_the_next_call_uses_the_new_one() {
    let (script, clerk) = (slow_service(), Clerk::rotating());
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    script.clock().sleep(Duration::from_secs(3000)).await;
    client.get("k").await.unwrap();
    assert_eq!(clerk.count(), 1, "renewed too early");
    script.clock().sleep(NEAR_ITS_END - Duration::from_secs(3000)).await;
    client.get("k").await.unwrap();
    client.get("k").await.unwrap();
    let seen = script.seen();
    let tokens: Vec<_> = seen.iter().filter_map(|seen| seen.token()).collect();
    assert_eq!(tokens, ["token-0", "token-0", "token-0", "token-1"]);
    assert_eq!(clerk.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_delays_no_call_and_is_shared_by_all() {
    let script = slow_service();
    let clerk = Clerk::by(|asked| {
        let wait = if asked.n == 0 { Duration::ZERO } else { Duration::from_secs(60) };
        Grant::token_for(LIFE, format!("token-{}", asked.n)).after(wait)
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    script.clock().sleep(NEAR_ITS_END).await;
    for _ in 0..20 {
        let start = script.clock().elapsed();
        client.get("k").await.unwrap();
        assert!(script.clock().elapsed() - start <= Duration::from_millis(11));
    }
    assert_eq!(clerk.count(), 2);
    script.clock().sleep(Duration::from_secs(61)).await;
    client.get("k").await.unwrap();
    client.get("k").await.unwrap();
    assert_eq!(script.seen().last().unwrap().token(), Some("token-1"));
    assert_eq!(clerk.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_disturbs_nobody_and_waits_before_the_next() {
    for panics in [false, true] {
        let script = slow_service();
        let clerk = Clerk::by(move |asked| match asked.n {
            0 => Grant::token("token-0"),
            _ if panics => Grant::panic(),
            _ => Grant::failure("the authority is down"),
        });
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        client.get("k").await.unwrap();
        script.clock().sleep(NEAR_ITS_END).await;
        for _ in 0..10 {
            client.get("k").await.unwrap();
        }
        assert_eq!(clerk.count(), 2, "a failed renewal was not backed off");
        script.clock().sleep(Duration::from_secs(31)).await;
        client.get("k").await.unwrap();
        assert_eq!(clerk.count(), 3, "a failed renewal was not tried again");
        assert_eq!(script.seen().last().unwrap().token(), Some("token-0"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_changes_nothing_waits_before_the_next() {
    let script = slow_service();
    let clerk = Clerk::by(|asked| {
        // What a credential with a cache of its own gives: the same token, that much older.
        let left = if asked.n == 0 { LIFE } else { Duration::from_secs(150) };
        Grant::token_for(left, "same")
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    script.clock().sleep(NEAR_ITS_END).await;
    for _ in 0..10 {
        client.get("k").await.unwrap();
    }
    assert_eq!(clerk.count(), 2, "asked again at once");
    script.clock().sleep(Duration::from_secs(31)).await;
    client.get("k").await.unwrap();
    assert_eq!(clerk.count(), 3, "not asked again after the pause");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_ends_while_its_renewal_hangs_is_fetched_by_the_callers() {
    let script = slow_service();
    let clerk = Clerk::by(|asked| match asked.n {
        1 => Grant::silence(),
        n => Grant::token(format!("token-{n}")),
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("k").await.unwrap();
    script.clock().sleep(NEAR_ITS_END).await;
    client.get("k").await.unwrap();
    script.clock().sleep(Duration::from_secs(200)).await;
    client.get("k").await.unwrap();
    assert_eq!(script.seen().last().unwrap().token(), Some("token-2"));
}
