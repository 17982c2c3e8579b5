//! One client on several runtimes, one after another and at once, and those that end too early.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azvault_core::time::{Clock, SystemClock};
use azvault_tests::{Answer, Clerk, Grant, KNOWN, LOCAL, ProbeClient, Script, SkewedClock};
use futures::{
    FutureExt,
    channel::oneshot,
    future::{Shared, join_all},
};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::wire::{Wire, answer, read_request, send};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// Lets what was spawned run as far as it comes.
fn settle(runtime: &Runtime) {
    runtime.block_on(async {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    });
}

/// A credential whose first tokens wait for a gate to open.
struct Gated {
    gate: Shared<oneshot::Receiver<()>>,
    from: usize,
    calls: AtomicUsize,
}

impl Gated {
    /// The gate stands before the token number `from`, counted from 0, and those after it.
    fn from(from: usize) -> (Arc<Self>, oneshot::Sender<()>) {
        let (open, gate) = oneshot::channel();
        (Arc::new(Self { gate: gate.shared(), from, calls: AtomicUsize::new(0) }), open)
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for Gated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gated")
    }
}

#[async_trait]
impl TokenCredential for Gated {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let n = self.calls.fetch_add(1, Ordering::SeqCst);
        if n >= self.from {
            self.gate.clone().await.unwrap();
        }
        let life = if n == 0 && self.from > 0 { 3600 } else { 7200 };
        let expires_on = SystemClock::new().now() + Duration::from_secs(life);
        Ok(AccessToken::new(format!("token-{n}"), expires_on))
    }
}

fn client(vault: &str, script: &Arc<Script>, credential: Arc<Gated>) -> ProbeClient {
    let builder = ProbeClient::builder(vault, script, &Clerk::steady());
    builder.credential(credential).build().unwrap()
}

#[test]
fn a_client_serves_one_runtime_after_another_with_one_token() {
    let script = Script::vault("t1", "https://vault.example:8443");
    let clerk = Clerk::rotating();
    let client = ProbeClient::builder(LOCAL, &script, &clerk).build().unwrap();
    for _ in 0..5 {
        let runtime = runtime();
        runtime.block_on(async { client.get("k").await.unwrap() });
    }
    assert_eq!((script.count(), clerk.count()), (6, 1));
}

#[test]
fn a_client_serves_runtimes_at_once_with_one_question_and_one_token() {
    let script = Script::vault("t1", "https://vault.example:8443");
    let (credential, open) = Gated::from(0);
    let client = client(LOCAL, &script, credential.clone());
    let at_work = Arc::new(std::sync::Barrier::new(5));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (client, at_work) = (client.clone(), at_work.clone());
            std::thread::spawn(move || {
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    at_work.wait();
                    for answer in join_all((0..50).map(|_| client.get("k").send())).await {
                        answer.unwrap();
                    }
                });
            })
        })
        .collect();
    at_work.wait();
    open.send(()).unwrap();
    for thread in threads {
        thread.join().unwrap();
    }
    let questions = script.seen().iter().filter(|seen| seen.token().is_none()).count();
    assert_eq!((questions, credential.calls()), (1, 1));
    assert_eq!(script.count(), 201);
}

#[test]
fn a_runtime_that_ends_while_it_fetches_the_token_leaves_the_fetch_to_the_others() {
    let script = Script::always(Answer::fine());
    let (credential, open) = Gated::from(0);
    let client = client(KNOWN, &script, credential.clone());
    let (first, second) = (runtime(), runtime());
    let lost = first.spawn(client.get("a").send());
    settle(&first);
    assert_eq!(credential.calls(), 1, "the first runtime does not fetch");
    let waiter = second.spawn(client.get("b").send());
    settle(&second);
    drop(first);
    open.send(()).unwrap();
    second.block_on(waiter).unwrap().unwrap();
    assert_eq!((credential.calls(), script.count()), (1, 1));
    assert!(second.block_on(lost).unwrap_err().is_cancelled());
}

#[test]
fn a_fetch_that_stood_on_the_timer_of_a_runtime_that_ended_is_made_anew() {
    let script = Script::always(Answer::fine());
    let clerk =
        Clerk::by(|asked| Grant::token(format!("token-{}", asked.n)).after(Duration::from_secs(1)));
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let (first, second) = (runtime(), runtime());
    let lost = first.spawn(client.get("a").send());
    settle(&first);
    assert_eq!(clerk.count(), 1);
    let waiter = second.spawn(client.get("b").send());
    settle(&second);
    drop((first, lost));
    second.block_on(waiter).unwrap().unwrap();
    second.block_on(client.get("c").send()).unwrap();
}

#[test]
fn a_runtime_that_ends_while_it_renews_the_token_leaves_the_old_one_and_the_renewal() {
    let script = Script::always(Answer::hang());
    let answers = Script::always(Answer::fine().after(Duration::from_millis(10)));
    let (credential, open) = Gated::from(1);
    let clock = SkewedClock::by(0);
    let build = |script: &Arc<Script>| {
        let builder = ProbeClient::builder(KNOWN, script, &Clerk::steady()).clock(clock.clone());
        builder.credential(credential.clone()).build().unwrap()
    };
    // Two clients of one credential: the first one's calls hang while they push the renewal along.
    let (hanging, working) = (build(&script), build(&answers));
    let (first, second) = (runtime(), runtime());
    second.block_on(working.get("a").send()).unwrap();
    clock.jump(3400);
    let lost = first.spawn(hanging.get("b").send());
    settle(&first);
    assert_eq!((credential.calls(), script.count()), (2, 1), "no renewal is under way");
    drop((first, lost));
    // The old token serves on, and whoever calls now has the renewal in hand.
    second.block_on(working.get("c").send()).unwrap();
    open.send(()).unwrap();
    second.block_on(working.get("d").send()).unwrap();
    second.block_on(working.get("e").send()).unwrap();
    assert_eq!(answers.seen().last().unwrap().token(), Some("token-1"));
    assert_eq!(credential.calls(), 2);
}

#[test]
fn a_fetch_on_a_runtime_that_nobody_drives_does_not_hold_up_the_others() {
    let script = Script::always(Answer::fine());
    let clerk =
        Clerk::by(|asked| Grant::token(format!("token-{}", asked.n)).after(Duration::from_secs(1)));
    let client = ProbeClient::builder(KNOWN, &script, &clerk).build().unwrap();
    let (idle, second) = (runtime(), runtime());
    let kept = idle.spawn(client.get("a").send());
    settle(&idle);
    assert_eq!(clerk.count(), 1);
    // It still lives, and nothing moves its timers.
    second.block_on(client.get("b").send()).unwrap();
    idle.block_on(kept).unwrap().unwrap();
}

#[test]
fn a_connection_of_a_runtime_that_ended_costs_the_next_one_nothing() {
    let wire = Wire::serve(|_, stream| {
        while read_request(&stream).is_some() {
            send(&stream, &answer(200, &[], r#"{"id":"fine"}"#));
        }
    });
    let script = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &script, &Clerk::steady());
    let client = builder.transport(wire.transport()).build().unwrap();
    for n in 0..10 {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        // What makes a version would not be sent again, had it been given to a dead connection.
        let call = client.create("k", &json!({"n": n})).send_for_response();
        runtime.block_on(call).unwrap();
    }
}

#[test]
fn a_runtime_that_ends_in_a_call_leaves_the_question_to_the_others() {
    let script = Script::by(|seen| match (seen.n, seen.token()) {
        (0, _) => Answer::hang(),
        (_, None) => Answer::challenge("t1", "https://vault.example:8443"),
        _ => Answer::fine(),
    });
    let client = ProbeClient::builder(LOCAL, &script, &Clerk::rotating()).build().unwrap();
    let (first, second) = (runtime(), runtime());
    let lost = first.spawn(client.get("a").send());
    settle(&first);
    let waiter = second.spawn(client.get("b").send());
    settle(&second);
    assert_eq!(script.count(), 1, "both ask");
    drop((first, lost));
    second.block_on(waiter).unwrap().unwrap();
}
