//! What a review tried in vain: each of these failed once.
// tidy: allow-long one review, one file: they share its doubles

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use azure_core::http::{AsyncRawResponse, HttpClient, Request, Transport, Url};
use azvault_core::{
    ClientBuilder, ErrorKind, Operation, Poller,
    poller::{OperationStatus, ResultAt},
    retry::{Budget, ElapsedLimit, ExponentialBackoff, RetryPolicy, Throttle},
    time::{Clock, SystemClock},
};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use futures::{
    StreamExt,
    future::{join, join_all},
};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

const S: fn(u64) -> Duration = Duration::from_secs;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn pages() -> Arc<Script> {
    Script::by(|seen| match seen.url.query().unwrap_or_default().contains("page=2") {
        false => Answer::page(&[1, 2], Some("https://v.vault.azure.net/things?page=2")),
        true => Answer::page(&[3, 4], None).after(S(1)),
    })
}

#[derive(Debug)]
struct Foreign;

#[async_trait]
impl HttpClient for Foreign {
    async fn execute_request(&self, _request: &Request) -> azure_core::Result<AsyncRawResponse> {
        Err(azure_core::Error::with_message(
            azure_core::error::ErrorKind::Other,
            "the answer was lost after the request was written",
        ))
    }
}

static MAKES: Operation = Operation::makes_version("begin_make");

#[derive(Debug)]
struct Bump;
#[async_trait]
#[expect(elided_lifetimes_in_paths, reason = "as azure_core spells it")]
impl azure_core::http::policies::Policy for Bump {
    async fn send(
        &self,
        ctx: &azure_core::http::Context,
        request: &mut Request,
        next: &[Arc<dyn azure_core::http::policies::Policy>],
    ) -> azure_core::http::policies::PolicyResult {
        // What a policy of the user's does that adds its own words to an error.
        next[0].send(ctx, request, &next[1..]).await.map_err(|error| {
            azure_core::Error::with_error(
                azure_core::error::ErrorKind::Other,
                error,
                "in my policy",
            )
        })
    }
}

#[test]
fn a_list_goes_on_after_the_runtime_that_began_its_page_ended() {
    let client = ProbeClient::builder(KNOWN, &pages(), &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    let first = runtime();
    first.block_on(async {
        list.next().await.unwrap().unwrap();
        list.next().await.unwrap().unwrap();
    });
    drop(first);
    let third = runtime().block_on(list.next()).unwrap().unwrap();
    assert_eq!(third, json!(3));
}

#[test]
fn a_list_goes_on_while_the_runtime_that_began_its_page_idles() {
    let client = ProbeClient::builder(KNOWN, &pages(), &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    let first = runtime();
    first.block_on(async {
        list.next().await.unwrap().unwrap();
        list.next().await.unwrap().unwrap();
    });
    let second = runtime();
    let third = second.block_on(async { tokio::time::timeout(S(1000), list.next()).await });
    assert_eq!(third.expect("stranded").unwrap().unwrap(), json!(3));
}

#[tokio::test(start_paused = true)]
async fn a_call_with_a_patient_backoff_of_its_own_does_not_hold_the_others_as_long() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::status(429),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let patient = RetryPolicy::default().backoff(ExponentialBackoff::new(S(3000), 1.0));
    let mut batch = Box::pin(client.get("batch").with_timeout(S(7200)).with_retry(patient).send());
    assert!(futures::poll!(&mut batch).is_pending());
    SystemClock::new().sleep(S(60)).await;
    // A minute after a 429 without any Retry-After.
    let others = client.get("other").await;
    assert!(others.is_ok(), "{:?}", others.unwrap_err());
}

#[tokio::test(start_paused = true)]
async fn a_foreign_transport_that_fails_in_its_own_way_may_have_sent_the_request() {
    let client: ProbeClient = ClientBuilder::new(KNOWN, ())
        .transport(Transport::new(Arc::new(Foreign)))
        .credential(Clerk::rotating())
        .build()
        .unwrap();
    let error = client.create("k", &json!({})).await.unwrap_err();
    assert!(error.may_have_been_sent(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_was_sent_is_only_said_where_it_is_true() {
    let script = Script::by(|seen| match seen.url.path() {
        "/things/a" => Answer::error(503, "Busy", "real reason").after(S(1)),
        _ => Answer::status(429).header("retry-after", "30"),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let eager = RetryPolicy::default().backoff(ExponentialBackoff::new(Duration::ZERO, 1.0));
    let update = client.update("a", &json!({})).with_timeout(S(10)).with_retry(eager).send();
    let throttled = client.get("b").with_retry(RetryPolicy::none()).send();
    let (update, _) = join(update, throttled).await;
    let error = update.unwrap_err();
    assert!(!error.to_string().contains("nothing was sent"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_answer_keeps_the_wait_it_asked_for() {
    let script = Script::by(|seen| match seen.url.path() {
        "/things/a" => Answer::status(503).header("retry-after", "2"),
        _ => Answer::status(429).header("retry-after", "30"),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let update = client.update("a", &json!({})).with_timeout(S(10)).send();
    let throttled = client.get("b").with_retry(RetryPolicy::none()).send();
    let (update, _) = join(update, throttled).await;
    let error = update.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(503));
    assert_eq!(error.retry_after(), Some(S(2)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_look_at_an_operation_that_fails_does_not_say_that_a_version_was_made() {
    let script = Script::always(Answer::status(503));
    let client =
        ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap().client().clone();
    let url = Url::parse("https://v.vault.azure.net/operations/7").unwrap();
    let status =
        OperationStatus::new(client.clone(), MAKES.name(), url, ResultAt::Nowhere).unwrap();
    let mut poller: Poller<()> = Poller::new(client.pipeline().clone(), &MAKES, status);
    let error = poller.poll_once().await.unwrap_err();
    assert!(
        !error.to_string().contains("may have been carried out"),
        "{error}: {:?}",
        error.explain()
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_that_was_carried_out_is_told() {
    let script = Script::always(Answer::fine());
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    let error = client.create("k", &json!({})).await.unwrap_err();
    assert_eq!(script.count(), 1);
    assert!(error.may_have_been_sent(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_elapsed_limit_counts_from_the_first_attempt_and_not_from_the_queue() {
    let throttle = Throttle::default().with_budget(Budget::published().share(0.00025));
    let script = Script::by(|seen| match seen.n {
        1 => Answer::status(503),
        _ => Answer::fine(),
    });
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::rotating());
    let client = builder.throttle(throttle).timeout(S(600)).build().unwrap();
    client.get("first").await.unwrap();
    // Its first attempt is made 10.5 s after it is begun; its retry 10.5 s after that.
    let policy = RetryPolicy::default().limit(ElapsedLimit::new(S(5)));
    let result = client.get("second").with_retry(policy).await;
    assert!(result.is_ok(), "{:?}", result.unwrap_err());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_takes_45_seconds_serves_all_that_wait_for_it_when_it_comes() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|asked| Grant::token(format!("t{}", asked.n)).after(S(45)));
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let clock = SystemClock::new();
    let call = |name: &'static str| {
        let call = client.get(name).with_timeout(S(60)).send();
        let clock = &clock;
        async move { (call.await, clock.elapsed()) }
    };
    let all = join_all(["a", "b", "c"].map(call)).await;
    let report: Vec<_> =
        all.iter().map(|(r, at)| (r.as_ref().map_err(|e| e.kind()).is_ok(), *at)).collect();
    assert!(report.iter().all(|(ok, _)| *ok), "{report:?} tokens asked for: {}", clerk.count());
}

#[tokio::test(start_paused = true)]
async fn a_create_that_was_refused_for_its_token_is_not_said_to_be_perhaps_done() {
    let script = Script::by(|seen| match seen.token() {
        Some("t0") => Answer::challenge("t1", "https://vault.azure.net"),
        _ => Answer::fine(),
    });
    let clerk = Clerk::by(|asked| match asked.n {
        1 => Grant::silence(),
        n => Grant::token(format!("t{n}")),
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let result = client.create("k", &json!({})).await;
    assert!(result.is_ok(), "{:?}", result.unwrap_err());
}

#[tokio::test(start_paused = true)]
async fn two_batches_of_creates_starve_reads() {
    let script = Script::by(|seen| match seen.url.path().ends_with("/create") {
        true => Answer::status(429),
        false => Answer::fine(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut batches = Vec::new();
    for _ in 0..4 {
        let creator = client.clone();
        batches.push(apart(async move {
            loop {
                let _ = creator.create("k", &json!({})).await;
            }
        }));
    }
    SystemClock::new().sleep(S(1)).await;
    let clock = SystemClock::new();
    let (mut good, mut bad) = (0, 0);
    for _ in 0..50 {
        match client.get("s").await {
            Ok(_) => good += 1,
            Err(_) => bad += 1,
        }
    }
    let took = clock.elapsed();
    for batch in batches {
        batch.abort();
    }
    assert_eq!(bad, 0, "{good} good, {bad} bad, in {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_page_ahead_fails_is_not_asked_twice_as_long() {
    let script = Script::by(|seen| match seen.url.query().unwrap_or_default().contains("page=2") {
        false => Answer::page(&[1, 2], Some("https://v.vault.azure.net/things?page=2")),
        true => Answer::broken(azvault_core::transport::TransportErrorKind::Interrupted),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    list.next().await.unwrap().unwrap();
    list.next().await.unwrap().unwrap();
    let error = list.next().await.unwrap().unwrap_err();
    assert_eq!(script.count(), 7, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stuck_old_fetch_that_fails_leaves_the_new_one_alone() {
    let script = Script::always(Answer::fine());
    let clerk = Clerk::by(|asked| match asked.n {
        0 => Grant::failure("late").after(S(50)),
        n => Grant::token(format!("t{n}")).after(S(8)),
    });
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let late = async {
        SystemClock::new().sleep(S(51)).await;
        client.get("c").send().await
    };
    let (_a, b, c) = futures::join!(client.get("a").send(), client.get("b").send(), late);
    b.unwrap();
    c.unwrap();
    assert_eq!(clerk.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_policy_that_adds_words_to_an_error_does_not_hide_that_the_time_ran_out() {
    let script = Script::always(Answer::hang());
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating())
        .per_call_policy(Arc::new(Bump))
        .build()
        .unwrap();
    let error = client.get("k").with_timeout(S(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_per_attempt_that_adds_words_does_not_stop_retries_of_a_broken_connection() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::broken(azvault_core::transport::TransportErrorKind::Connect),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating())
        .per_attempt_policy(Arc::new(Bump))
        .build()
        .unwrap();
    client.get("k").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_policy_per_attempt_that_adds_words_does_not_hide_that_a_create_was_sent() {
    let script =
        Script::always(Answer::broken(azvault_core::transport::TransportErrorKind::Interrupted));
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating())
        .per_attempt_policy(Arc::new(Bump))
        .build()
        .unwrap();
    let error = client.create("k", &json!({})).await.unwrap_err();
    assert!(error.may_have_been_sent(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_the_time_of_a_call_is_over() {
    let script = Script::always(Answer::fine().after(S(1)));
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let error = client.create("k", &json!({})).with_timeout(Duration::ZERO).await.unwrap_err();
    assert_eq!(script.count(), 0, "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_slow_token_is_asked_for_twice_at_most() {
    let script = Script::always(Answer::fine());
    // A person who signs in within two minutes, by a credential that is not ours.
    let clerk = Clerk::by(|asked| Grant::token(format!("t{}", asked.n)).after(S(110)));
    let client = ProbeClient::builder(KNOWN, &script, &clerk)
        .timeout(S(600))
        .attempt_timeout(S(600))
        .build()
        .unwrap();
    let names: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let all = join_all(names.iter().map(|n| client.get(n).send())).await;
    assert!(all.iter().all(Result::is_ok));
    assert!(clerk.count() <= 2, "{} prompts", clerk.count());
}

#[tokio::test(start_paused = true)]
async fn a_vault_slow_to_answer_the_question_is_not_asked_by_everybody() {
    let script = Script::by(|seen| match seen.token() {
        None => Answer::challenge("t1", "https://vault.example:8443").after(S(6)),
        Some(_) => Answer::fine(),
    });
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    let names: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let all = join_all(names.iter().map(|n| client.get(n).send())).await;
    assert!(all.iter().all(Result::is_ok));
    let questions = script.seen().iter().filter(|seen| seen.token().is_none()).count();
    assert!(questions <= 3, "{questions} questions");
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_outlasts_the_pause_is_not_refused_by_the_jitter() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::status(429).header("retry-after", "60"),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    client.get("first").with_retry(RetryPolicy::none()).await.unwrap_err();
    let names: Vec<String> = (0..50).map(|n| n.to_string()).collect();
    let all = join_all(names.iter().map(|n| client.get(n).with_timeout(S(70)).send())).await;
    let bad = all.iter().filter(|it| it.is_err()).count();
    assert_eq!(bad, 0, "{bad} of 50 refused, though the pause ends 10 s before their time does");
}

#[tokio::test(start_paused = true)]
async fn a_page_ahead_held_up_by_its_reader_is_in_order() {
    // The reader takes 10 minutes for an item while the page ahead is on its way.
    let script = Script::by(|seen| match seen.url.query().unwrap_or_default().contains("page=2") {
        false => Answer::page(&[1, 2], Some("https://v.vault.azure.net/things?page=2")),
        true => Answer::page(&[3, 4], None).after(S(1)),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    list.next().await.unwrap().unwrap();
    list.next().await.unwrap().unwrap();
    SystemClock::new().sleep(S(600)).await;
    assert_eq!(list.next().await.unwrap().unwrap(), json!(3));
}

#[tokio::test(start_paused = true)]
async fn a_call_held_up_by_its_own_task_is_answered_all_the_same() {
    // The answer is there, but so is the timer: the task did something else for two minutes.
    let script = Script::always(Answer::fine().after(S(1)));
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut call = Box::pin(client.create("k", &json!({})).send());
    assert!(futures::poll!(&mut call).is_pending());
    SystemClock::new().sleep(S(200)).await;
    call.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_another_call_brought_does_not_end_a_wait_of_ten_minutes() {
    let script = Script::by(|seen| match seen.url.path() {
        "/things/other" => Answer::status(429).header("retry-after", "60"),
        "/deletedthings/k" if seen.at < S(100) => Answer::status(404),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let poller = client.begin_delete("k").await.unwrap();
    let other = client.clone();
    let batch = apart(async move {
        loop {
            let _ = other.get("other").with_timeout(S(300)).await;
        }
    });
    let result = poller.await;
    batch.abort();
    assert!(result.is_ok(), "at {:?}: {:?}", script.clock().elapsed(), result.unwrap_err());
}

#[tokio::test(start_paused = true)]
async fn many_calls_with_a_revoked_token_ask_for_one_more() {
    let script = Script::by(|seen| match seen.token() {
        Some("token-0") if seen.n > 0 => {
            Answer::challenge("t1", "https://vault.azure.net").after(S(1))
        }
        _ => Answer::fine().after(S(1)),
    });
    let clerk = Clerk::by(|asked| Grant::token(format!("token-{}", asked.n)).after(S(1)));
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    client.get("first").await.unwrap();
    let names: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let all = join_all(names.iter().map(|n| client.get(n).send())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(clerk.count(), 2);
}

#[expect(clippy::disallowed_methods, reason = "a caller of its own")]
fn apart(work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    tokio::spawn(work)
}

#[tokio::test(start_paused = true)]
async fn a_silent_credential_is_asked_a_few_times_by_any_number_of_callers() {
    for n in [10, 1000] {
        let clerk = Clerk::by(|_| Grant::silence());
        let script = Script::always(Answer::fine());
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let all = join_all((0..n).map(|_| client.get("k").send())).await;
        assert!(all.iter().all(Result::is_err));
        assert!(clerk.count() <= 4, "{n} callers asked {} times", clerk.count());
    }
}
