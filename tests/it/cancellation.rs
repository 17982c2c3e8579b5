//! A future may be dropped at every one of its await points: nobody who waits beside it is
//! stranded, nothing is left half done, and the next call works.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use azvault_core::poller::PollState;
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script};
use futures::{FutureExt, StreamExt, TryStreamExt, future::join_all, poll};
use serde_json::{Value, json};

const TICK: Duration = Duration::from_millis(10);
const RESOURCE: &str = "https://vault.example:8443";

/// How a future is dropped: as it has just said that it must wait, or once it was woken again and
/// nobody looked.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Dropped {
    Waiting,
    Woken,
}

/// Polls `future` no more than `polls` times; gives whether it came to its end.
pub(crate) async fn cut(future: impl Future, polls: usize, dropped: Dropped) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(_) => Poll::Ready(true),
            Poll::Pending if left == 0 && dropped == Dropped::Waiting => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Runs `scenario` with every number of polls until the future that is cut comes to its end; gives
/// how many places there were.
pub(crate) async fn everywhere<F: Future<Output = bool>>(
    scenario: impl Fn(usize, Dropped) -> F,
) -> usize {
    let mut most = 0;
    for dropped in [Dropped::Waiting, Dropped::Woken] {
        let mut polls = 0;
        while !scenario(polls, dropped).await {
            polls += 1;
            assert!(polls < 500, "it never ends");
        }
        most = most.max(polls);
    }
    most
}

/// A vault that must be asked, throttles now and then, and takes its time with all it does.
fn slow_vault() -> Arc<Script> {
    Script::by(|seen| {
        let answer = match (seen.token(), seen.n % 4) {
            (None, _) => Answer::challenge("t1", RESOURCE),
            (_, 1) => Answer::status(429).header("retry-after-ms", "10"),
            (_, 2) => Answer::status(503),
            _ => Answer::ok(&json!({"path": seen.url.path(), "body": seen.text()})),
        };
        answer.after(TICK).body_after(TICK)
    })
}

fn slow_clerk() -> Arc<Clerk> {
    Clerk::by(|asked| Grant::token(format!("token-{}", asked.n)).after(TICK))
}

#[tokio::test(start_paused = true)]
async fn a_first_call_dropped_anywhere_strands_none_of_those_that_wait_beside_it() {
    let places = everywhere(|polls, dropped| async move {
        let (script, clerk) = (slow_vault(), slow_clerk());
        let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
        let body = json!({"secret": "s"});
        // The one that is dropped is the first to ask, and the first to fetch a token.
        let first = cut(client.update("first", &body).send(), polls, dropped);
        let others = join_all((0..5).map(|n| client.update(&n.to_string(), &json!(n)).send()));
        let (ended, others) = futures::join!(first, others);
        for (n, answer) in others.into_iter().enumerate() {
            let expected = json!({"path": format!("/things/{n}"), "body": n.to_string()});
            assert_eq!(answer.unwrap(), expected, "after {polls} polls");
        }
        // A lock that was left behind would have cost them the five seconds of their patience.
        assert!(script.clock().elapsed() < Duration::from_secs(5), "after {polls} polls");
        assert!(clerk.count() <= 2, "{} tokens", clerk.count());
        client.get("next").await.unwrap();
        ended
    })
    .await;
    assert!(places >= 8, "{places}");
}

#[tokio::test(start_paused = true)]
async fn a_lone_call_dropped_anywhere_leaves_nothing_half_done() {
    let places = everywhere(|polls, dropped| async move {
        let (script, clerk) = (slow_vault(), slow_clerk());
        let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
        let ended = cut(client.create("a", &json!({"n": 1})).send(), polls, dropped).await;
        let answer = client.update("b", &json!({"n": 2})).await.unwrap();
        assert_eq!(answer["body"], r#"{"n":2}"#);
        for seen in script.seen() {
            let (token, body) = (seen.token(), seen.text());
            assert!(token.is_some() || body.is_empty(), "a body went before authentication");
            assert!(token.is_none_or(|token| token.starts_with("token-")));
        }
        ended
    })
    .await;
    assert!(places >= 4, "{places}");
}

#[tokio::test(start_paused = true)]
async fn a_replay_dropped_anywhere_leaves_a_token_that_works() {
    let places = everywhere(|polls, dropped| async move {
        let script = Script::by(|seen| {
            let answer = match seen.token() {
                Some("token-0") => Answer::claims("eyJhIjoxfQ=="),
                _ => Answer::fine(),
            };
            answer.after(TICK).body_after(TICK)
        });
        let clerk = slow_clerk();
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let ended = cut(client.get("a").send(), polls, dropped).await;
        for _ in 0..3 {
            client.get("b").await.unwrap();
        }
        let (before, requests) = (clerk.count(), script.count());
        client.get("c").await.unwrap();
        let after = (clerk.count(), script.count());
        assert_eq!(after, (before, requests + 1), "the calls after it still look for a token");
        assert!(before <= 3, "{before} tokens");
        ended
    })
    .await;
    assert!(places >= 5, "{places}");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_dropped_anywhere_is_taken_up_by_the_next_call() {
    let places = everywhere(|polls, dropped| async move {
        let script = Script::always(Answer::fine().after(TICK).body_after(TICK));
        let clerk = slow_clerk();
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        client.get("a").await.unwrap();
        script.clock().sleep(Duration::from_secs(3400)).await;
        let ended = cut(client.get("b").send(), polls, dropped).await;
        for _ in 0..3 {
            client.get("c").await.unwrap();
        }
        assert_eq!(script.seen().last().unwrap().token(), Some("token-1"));
        assert_eq!(clerk.count(), 2, "the renewal was begun anew");
        ended
    })
    .await;
    assert!(places >= 2, "{places}");
}

fn pages() -> Arc<Script> {
    Script::by(|seen| {
        let page = seen.url.query_pairs().find(|(name, _)| name == "page");
        let n: u32 = page.map_or(0, |(_, page)| page.parse().unwrap());
        let answer = match seen.n % 3 {
            1 => Answer::status(429).header("retry-after-ms", "10"),
            _ => {
                let next = format!("{KNOWN}/things?page={}", n + 1);
                let items: Vec<u32> = (4 * n..4 * n + 4).collect();
                Answer::page(&items, (n < 4).then_some(next.as_str()))
            }
        };
        answer.after(TICK).body_after(TICK)
    })
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_next_item_is_given_up_anywhere_loses_none_and_repeats_none() {
    let places = everywhere(|polls, dropped| async move {
        let client = ProbeClient::builder(KNOWN, &pages(), &slow_clerk()).build().unwrap();
        let mut list = client.list(None);
        let mut items = Vec::new();
        let ended = cut(take(&mut list, &mut items), polls, dropped).await;
        take(&mut list, &mut items).await;
        assert_eq!(items, (0..20).collect::<Vec<u64>>(), "after {polls} polls");
        ended
    })
    .await;
    assert!(places >= 10, "{places}");
}

async fn take(list: &mut azvault_core::Pager<Value>, items: &mut Vec<u64>) {
    while let Some(item) = list.try_next().await.unwrap() {
        items.push(item.as_u64().unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn pages_given_up_anywhere_come_whole_and_in_order() {
    let places = everywhere(|polls, dropped| async move {
        let client = ProbeClient::builder(KNOWN, &pages(), &slow_clerk()).build().unwrap();
        let mut list = client.list(None).pages();
        let mut sizes = Vec::new();
        let all = async {
            while let Some(page) = list.next().await {
                sizes.push(page.unwrap().items.len());
            }
        };
        let ended = cut(all, polls, dropped).await;
        while let Some(page) = list.next().await {
            sizes.push(page.unwrap().items.len());
        }
        assert_eq!(sizes, [4; 5], "after {polls} polls");
        ended
    })
    .await;
    assert!(places >= 10, "{places}");
}

fn deletions() -> Arc<Script> {
    Script::by(|seen| {
        let answer = match (seen.method, seen.n % 5) {
            (azure_core::http::Method::Delete, _) => Answer::ok(&json!({"id": "begun"})),
            (_, 2) => Answer::status(503),
            (_, 4) => Answer::ok(&json!({"id": "done"})),
            _ => Answer::error(404, "KeyNotFound", "not yet"),
        };
        answer.after(TICK).body_after(TICK)
    })
}

#[tokio::test(start_paused = true)]
async fn a_look_given_up_anywhere_leaves_a_poller_that_goes_on() {
    let places = everywhere(|polls, dropped| async move {
        let (script, clerk) = (deletions(), slow_clerk());
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let mut poller = client.begin_delete("k").await.unwrap();
        let ended = cut(poller.poll_once(), polls, dropped).await;
        assert_eq!(poller.wait().await.unwrap()["id"], "done");
        ended
    })
    .await;
    assert!(places >= 2, "{places}");
}

#[tokio::test(start_paused = true)]
async fn states_given_up_anywhere_go_on_to_the_end() {
    let places = everywhere(|polls, dropped| async move {
        let (script, clerk) = (deletions(), slow_clerk());
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let mut states = Box::pin(client.begin_delete("k").await.unwrap().states());
        let mut last = None;
        let ended = cut(states.next().map(|state| last = state), polls, dropped).await;
        while let Some(state) = states.next().await {
            last = Some(state);
        }
        assert!(matches!(last, Some(Ok(PollState::Done(_)))), "after {polls} polls: {last:?}");
        ended
    })
    .await;
    assert!(places >= 2, "{places}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_an_operation_dropped_anywhere_leaves_its_token_good() {
    let places = everywhere(|polls, dropped| async move {
        let (script, clerk) = (deletions(), slow_clerk());
        let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
        let poller = client.begin_delete("k").await.unwrap();
        let token = poller.resume_token();
        let ended = cut(poller.wait(), polls, dropped).await;
        assert_eq!(client.resume_delete(&token).unwrap().await.unwrap()["id"], "done");
        ended
    })
    .await;
    assert!(places >= 4, "{places}");
}

#[tokio::test(start_paused = true)]
async fn a_pause_for_throttling_dropped_anywhere_holds_up_nobody() {
    let places = everywhere(|polls, dropped| async move {
        let script = Script::by(|seen| match seen.n {
            0 => Answer::status(429).header("retry-after", "5").after(TICK),
            _ => Answer::fine().after(TICK),
        });
        let client = ProbeClient::builder(KNOWN, &script, &slow_clerk()).build().unwrap();
        let ended = cut(client.get("a").send(), polls, dropped).await;
        // Those that come after it wait no longer than the vault has asked for.
        for answer in join_all((0..5).map(|_| client.get("b").send())).await {
            answer.unwrap();
        }
        assert!(script.clock().elapsed() < Duration::from_secs(12), "after {polls} polls");
        ended
    })
    .await;
    assert!(places >= 3, "{places}");
}

#[tokio::test(start_paused = true)]
async fn a_first_caller_that_is_woken_but_never_polled_again_does_not_hold_the_others() {
    let (script, clerk) = (slow_vault(), slow_clerk());
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    let mut kept = Vec::new();
    // Each leads a step further than the one before it, and then nobody polls it.
    for polls in 1..6 {
        let mut call = Box::pin(client.get("idle").send());
        for _ in 0..polls {
            if poll!(&mut call).is_ready() {
                break;
            }
            script.clock().sleep(TICK).await;
        }
        kept.push(call);
        client.get("busy").await.unwrap();
    }
    assert!(script.clock().elapsed() < Duration::from_secs(30));
}
