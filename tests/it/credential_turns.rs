//! Tools take turns: one run of each at a time, whoever asks for it, and nobody is left waiting.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use azure_core::credentials::{AccessToken, TokenCredential};
use azvault_core::{
    credentials::{AzureCliCredential, Env, Surroundings},
    time::{Clock, SystemClock},
};
use azvault_tests::{Answer, Clerk, KNOWN, Printed, ProbeClient, Programs, Script};
use futures::{future::join_all, join, poll};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

const VAULT: &[&str] = &["https://vault.azure.net/.default"];
const ARM: &[&str] = &["https://management.azure.com/.default"];

/// A credential built on its own, as by a program that has several.
fn az(programs: &Arc<Programs>) -> AzureCliCredential {
    let pairs: [(String, String); 0] = [];
    let around = Surroundings::default().env(Env::from_pairs(pairs)).commands(programs.clone());
    AzureCliCredential::new(around)
}

fn token() -> Printed {
    let printed = json!({
        "accessToken": "az",
        "tokenType": "Bearer",
        "expiresOn": "2096-10-02 07:06:40.000000",
        "expires_on": 4_000_000_000_i64,
    });
    Printed::Ends(0, printed.to_string(), String::new())
}

fn slow(does: Printed) -> Printed {
    Printed::After(Duration::from_secs(3), Box::new(does))
}

fn is_token(result: azure_core::Result<AccessToken>) -> bool {
    result.is_ok_and(|token| token.token.secret() == "az")
}

#[tokio::test(start_paused = true)]
async fn credentials_that_were_built_apart_run_one_az_at_a_time() {
    let programs = Programs::by(|_| slow(token()));
    let (one, other) = (az(&programs), az(&programs));
    let (first, second) = join!(one.get_token(VAULT, None), other.get_token(ARM, None));
    assert!(is_token(first) && is_token(second));
    assert_eq!((programs.lines().len(), programs.most_at_once()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn tools_of_different_names_do_not_wait_for_each_other() {
    let programs = Programs::by(|line| match line.contains("az account") {
        true => Printed::Hangs,
        false => slow(Printed::Missing),
    });
    let pairs: [(String, String); 0] = [];
    let around = Surroundings::default().env(Env::from_pairs(pairs)).commands(programs.clone());
    let other = azvault_core::credentials::AzurePowerShellCredential::new(around);
    let (az, clock) = (az(&programs), SystemClock::new());
    let mut hanging = pin!(az.get_token(VAULT, None));
    assert!(poll!(&mut hanging).is_pending());
    other.get_token(VAULT, None).await.unwrap_err();
    assert!(clock.elapsed() < Duration::from_secs(4));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_came_while_one_waited_is_taken() {
    let programs = Programs::by(|_| slow(token()));
    let az = az(&programs);
    let mut first = pin!(az.get_token(VAULT, None));
    let (mut second, mut third) = (pin!(az.get_token(ARM, None)), pin!(az.get_token(ARM, None)));
    assert!(poll!(&mut first).is_pending());
    assert!(poll!(&mut second).is_pending() && poll!(&mut third).is_pending());
    // The third is not polled while the second has its turn and is done.
    let (first, second) = join!(first, second);
    assert!(is_token(first) && is_token(second) && is_token(third.await));
    assert_eq!(programs.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_caller_is_not_polled_any_more_holds_nobody_up() {
    let programs = Programs::by(|_| slow(token()));
    let az = az(&programs);
    let mut stuck = pin!(az.get_token(VAULT, None));
    assert!(poll!(&mut stuck).is_pending());
    assert!(is_token(az.get_token(ARM, None).await));
    assert!(matches!(poll!(&mut stuck), Poll::Ready(Ok(_))));
    assert_eq!((programs.lines().len(), programs.most_at_once()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_nobody_wants_any_more_is_ended() {
    let programs = Programs::by(|_| Printed::Hangs);
    let (az, clock) = (az(&programs), SystemClock::new());
    for _ in 0..3 {
        let mut dropped = Box::pin(az.get_token(VAULT, None));
        assert!(poll!(&mut dropped).is_pending());
    }
    assert_eq!((programs.lines().len(), programs.most_at_once()), (3, 1));
    assert!(clock.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_shared_like_a_token() {
    let programs = Programs::by(|_| Printed::Hangs);
    let (az, clock) = (az(&programs), SystemClock::new());
    let all = join_all((0..50).map(|_| az.get_token(VAULT, None))).await;
    assert!(all.into_iter().all(|result| result.is_err()));
    assert_eq!(programs.lines().len(), 1);
    assert!(clock.elapsed() < Duration::from_millis(20_020));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_breaks_off_is_tried_again_by_those_who_shared_it() {
    let runs = AtomicUsize::new(0);
    let programs = Programs::by(move |_| match runs.fetch_add(1, Ordering::SeqCst) {
        // Without the hook, so that the test's output stays clean.
        0 => std::panic::resume_unwind(Box::new("a double panicked")),
        _ => slow(token()),
    });
    let az = az(&programs);
    let mut shared = pin!(az.get_token(VAULT, None));
    let first = az.get_token(VAULT, None).await.unwrap_err();
    assert!(first.to_string().contains("broken off"), "{first}");
    assert!(poll!(&mut shared).is_pending());
    assert!(is_token(shared.await));
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Begins a run for `scope` in a task of a runtime that is kept but not driven any more.
fn begin_and_leave(on: &Runtime, az: AzureCliCredential, scope: &'static [&'static str]) {
    drop(on.spawn(async move { az.get_token(scope, None).await.map(drop) }));
    on.block_on(async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    });
}

#[test]
fn a_run_on_a_runtime_that_is_not_driven_is_given_up_by_others_after_its_limit() {
    let programs = Programs::by(|_| slow(token()));
    for (scope, waits) in [(ARM, "for its turn"), (VAULT, "for the same answer")] {
        let (first, second) = (runtime(), runtime());
        let az = second.block_on(async { az(&programs) });
        let before = programs.lines().len();
        begin_and_leave(&first, az.clone(), VAULT);
        assert_eq!(programs.lines().len(), before + 1);
        second.block_on(async {
            let clock = SystemClock::new();
            let limit = Duration::from_secs(60);
            let got = tokio::time::timeout(limit, az.get_token(scope, None)).await;
            assert!(got.is_ok_and(is_token), "it waits {waits}");
            assert!(clock.elapsed() > Duration::from_secs(20), "it was not given up before");
        });
        assert_eq!(programs.lines().len(), before + 2);
    }
}

#[test]
fn a_run_that_was_given_up_takes_no_turn_from_the_one_after_it() {
    let programs = Programs::by(|_| slow(token()));
    let (first, second) = (runtime(), runtime());
    let az = second.block_on(async { az(&programs) });
    begin_and_leave(&first, az.clone(), VAULT);
    let (mut next, mut third) = (az.get_token(ARM, None), az.get_token(VAULT, None));
    second.block_on(async {
        let given_up = Duration::from_secs(22);
        assert!(tokio::time::timeout(given_up, &mut next).await.is_err(), "it has its turn");
    });
    // The first is driven again and ends, within the turn of the second.
    first.block_on(async { SystemClock::new().sleep(Duration::from_secs(60)).await });
    assert_eq!(first.metrics().num_alive_tasks(), 0);
    second.block_on(async {
        assert!(poll!(&mut third).is_pending());
        assert_eq!(programs.lines().len(), 2, "the third waits for its turn");
        let (next, third) = join!(next, third);
        assert!(is_token(next) && is_token(third));
    });
    assert_eq!(programs.lines().len(), 3);
}

#[test]
fn clients_on_another_runtime_than_that_of_a_stuck_run_recover() {
    let programs = Programs::by(|_| slow(token()));
    let (first, second) = (runtime(), runtime());
    let (one, other) = second.block_on(async { (az(&programs), az(&programs)) });
    begin_and_leave(&first, one, ARM);
    second.block_on(async {
        let vault = Script::always(Answer::fine());
        let builder = ProbeClient::builder(KNOWN, &vault, &Clerk::rotating());
        let client = builder.credential(other).build().unwrap();
        client.get("k").await.unwrap();
    });
}

#[test]
fn a_run_that_a_runtime_took_with_it_is_tried_again_on_another() {
    let programs = Programs::by(|_| slow(token()));
    let (first, second) = (runtime(), runtime());
    let az = second.block_on(async { az(&programs) });
    let mut begun = Box::pin(az.get_token(VAULT, None));
    first.block_on(async { assert!(poll!(&mut begun).is_pending()) });
    drop(first);
    assert!(second.block_on(async { is_token(az.get_token(VAULT, None).await) }));
    assert_eq!(programs.lines().len(), 2);
}
