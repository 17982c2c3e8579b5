//! The machine's time of day may be wrong, and may be set: calls go on, and limits are kept.

use std::{sync::Arc, time::Duration};

use azvault_core::{ErrorKind, retry::StopReason};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, ProbeClient, Script, SkewedClock};

const MINUTES: i64 = 60;
const LIFE: Duration = Duration::from_secs(3600);

/// A vault that knows the right time: a token is good for an hour from when it was given.
fn vault() -> Arc<Script> {
    let given = std::sync::Mutex::new(std::collections::HashMap::new());
    Script::by(move |seen| {
        let token = seen.token().unwrap().to_owned();
        let first = *given.lock().unwrap().entry(token).or_insert(seen.at);
        match seen.at - first < LIFE {
            true => Answer::fine(),
            false => Answer::challenge("t1", "https://vault.azure.net"),
        }
    })
}

fn client(script: &Arc<Script>, clerk: &Arc<Clerk>, clock: &Arc<SkewedClock>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, clerk).clock(clock.clone()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_fast_or_slow_cost_no_call() {
    for skew in [-10 * MINUTES, 10 * MINUTES] {
        let (script, clerk) = (vault(), Clerk::rotating());
        let client = client(&script, &clerk, &SkewedClock::by(skew));
        // Five hours, a call a minute: each ends well, by whichever token.
        for _ in 0..300 {
            client.get("k").await.unwrap();
            script.clock().sleep(Duration::from_secs(60)).await;
        }
        assert!(clerk.count() <= 8, "{skew}: {} tokens", clerk.count());
        assert!(script.count() <= 300 + 8, "{skew}: {} requests", script.count());
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_looks_expired_by_a_fast_clock_is_used_all_the_same() {
    let script = Script::always(Answer::fine());
    let clerk =
        Clerk::by(|asked| Grant::token_for(Duration::from_secs(300), format!("token-{}", asked.n)));
    let client = client(&script, &clerk, &SkewedClock::by(10 * MINUTES));
    for n in 0..3 {
        client.get("k").await.unwrap();
        assert_eq!(script.seen()[n].token(), Some(format!("token-{n}").as_str()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_keeps_no_token_that_the_vault_refuses() {
    let (script, clerk, clock) = (vault(), Clerk::rotating(), SkewedClock::by(0));
    let client = client(&script, &clerk, &clock);
    client.get("k").await.unwrap();
    clock.jump(-24 * 60 * MINUTES);
    // By this clock the token is good for a day to come.
    script.clock().sleep(2 * LIFE).await;
    client.get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (3, 2), "one refresh and one replay");
    client.get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_forward_costs_one_token() {
    let (script, clerk, clock) = (vault(), Clerk::rotating(), SkewedClock::by(0));
    let client = client(&script, &clerk, &clock);
    client.get("k").await.unwrap();
    clock.jump(24 * 60 * MINUTES);
    client.get("k").await.unwrap();
    assert_eq!((script.count(), clerk.count()), (2, 2));
    // And back again: what looked expired by the wrong clock may be gone, and is fetched once.
    clock.jump(-24 * 60 * MINUTES);
    for _ in 0..5 {
        client.get("k").await.unwrap();
    }
    assert_eq!(script.count(), 7);
    assert!(clerk.count() <= 3, "{} tokens", clerk.count());
}

#[tokio::test(start_paused = true)]
async fn limits_are_kept_by_time_that_passes_and_not_by_the_time_of_day() {
    for jump in [-24 * 60 * MINUTES, 24 * 60 * MINUTES] {
        let clock = SkewedClock::by(0);
        let set = clock.clone();
        let script = Script::by(move |seen| {
            if seen.n == 0 {
                set.jump(jump);
            }
            Answer::status(429).header("retry-after", "4")
        });
        let client = client(&script, &Clerk::rotating(), &clock);
        let call = client.get("k").with_timeout(Duration::from_secs(10));
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 3), "{jump}");
        assert_eq!(error.stop_reason(), Some(&StopReason::Deadline));
        let waited = script.clock().elapsed();
        assert!(waited >= Duration::from_secs(8) && waited < Duration::from_secs(9), "{waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_is_backed_off_however_the_clock_is_set() {
    let script = Script::always(Answer::fine().after(Duration::from_millis(5)));
    let clerk = Clerk::by(|asked| match asked.n {
        0 => Grant::token("token-0"),
        _ => Grant::failure("the authority is down"),
    });
    let clock = SkewedClock::by(0);
    let client = client(&script, &clerk, &clock);
    client.get("k").await.unwrap();
    clock.jump(56 * MINUTES);
    for _ in 0..5 {
        client.get("k").await.unwrap();
    }
    assert_eq!(clerk.count(), 2);
    clock.jump(-50 * MINUTES);
    for _ in 0..5 {
        client.get("k").await.unwrap();
    }
    assert_eq!(clerk.count(), 2, "a renewal that is not due");
    assert_eq!(script.seen().last().unwrap().token(), Some("token-0"));
}
