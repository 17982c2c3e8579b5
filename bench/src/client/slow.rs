//! Waiting, in virtual time: a vault that throttles for good, and deletions that take their time.
//!
//! Nothing here really waits: the clock is tokio's, paused, and the transport answers from memory.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use async_trait::async_trait;
use azure_core::http::{
    AsyncRawResponse, HttpClient, Method, Request, Transport, headers::Headers,
};
use tokio::{
    runtime::{Builder, Runtime},
    time::Instant,
};

use crate::{
    contenders::{Contender, Counting, Official, Ours},
    harness::{Group, Options, Row},
    server::{DELETED_SECRET, THROTTLED},
};

const VAULT: &str = "https://bench.vault.azure.net";
/// How long deletions take, and what the rows are called by.
const LAGS: [(&str, f64); 4] = [("500ms", 0.5), ("2s", 2.0), ("10s", 10.0), ("60s", 60.0)];

pub(super) fn groups() -> Vec<Group> {
    let mut groups = vec![Group::new("throttled-", throttled)];
    groups.extend(LAGS.map(|(name, lag)| {
        let prefix = format!("deletion-{name}-");
        Group::new(prefix.clone(), move |options| deletion(&prefix, lag, options))
    }));
    groups
}

/// A vault that answers by a function, at once.
struct Double(Box<Answer>);

/// A status and a body for each request.
type Answer = dyn Fn(&Request) -> (u16, &'static str) + Send + Sync;

impl Double {
    fn by(answer: impl Fn(&Request) -> (u16, &'static str) + Send + Sync + 'static) -> Transport {
        Transport::new(Arc::new(Self(Box::new(answer))))
    }
}

impl std::fmt::Debug for Double {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Double")
    }
}

#[async_trait]
impl HttpClient for Double {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let (status, body) = (self.0)(request);
        let mut headers = Headers::new();
        headers.insert("content-type", "application/json; charset=utf-8");
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}

fn paused() -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .context("starting a runtime without time")
}

/// How long a call goes on against 429s without a word on when to come again.
fn throttled(options: &Options) -> Result<Vec<Row>> {
    let (mut ours, mut official) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        ours.push(given_up(|transport| Ours::over(VAULT, transport, Counting::new()))?);
        official.push(given_up(|transport| Official::over(VAULT, transport, Counting::new()))?);
    }
    Ok(vec![Row::worst("throttled-wait-s").ours(ours).official(official)])
}

fn given_up<C: Contender>(client: impl FnOnce(Transport) -> Result<C>) -> Result<f64> {
    paused()?.block_on(async {
        let client = client(Double::by(|_| (429, THROTTLED)))?;
        let start = Instant::now();
        if client.get("s0").await.is_ok() {
            bail!("a call succeeded against nothing but 429s");
        }
        Ok(start.elapsed().as_secs_f64())
    })
}

/// How long after a deletion's end its poller says so; each round's deletion takes a little longer,
/// up to half as long again, so that no poller is lucky. The bar is that of the shortest.
fn deletion(prefix: &str, lag: f64, options: &Options) -> Result<Vec<Row>> {
    let rounds = options.rounds;
    let longer = |round: usize| lag * (1.0 + 0.5 * round as f64 / rounds as f64);
    let late = (0..rounds).map(|round| seen_late(Duration::from_secs_f64(longer(round))));
    Ok(vec![Row::worst(format!("{prefix}seen-late-s")).ours(late.collect::<Result<_>>()?)])
}

fn seen_late(lag: Duration) -> Result<f64> {
    paused()?.block_on(async {
        let end = Instant::now() + lag;
        let transport = Double::by(move |request| match request.method() {
            Method::Delete => (200, DELETED_SECRET),
            _ if Instant::now() >= end => (200, DELETED_SECRET),
            _ => (404, r#"{"error":{"code":"SecretNotFound","message":"Not found"}}"#),
        });
        let client = Ours::over(VAULT, transport, Counting::new())?;
        let deleted = client.0.begin_delete_secret("s0").await?.wait().await?;
        ensure!(deleted.name() == "s0", "{} is deleted", deleted.name());
        let now = Instant::now();
        ensure!(now >= end, "the poller ended before the deletion");
        Ok((now - end).as_secs_f64())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_succeeds_is_no_measure_of_throttling() {
        let paused = paused().unwrap();
        let client = |answer: (u16, &'static str)| {
            Ours::over(VAULT, Double::by(move |_| answer), Counting::new()).unwrap()
        };
        let deleted = client((200, DELETED_SECRET)).0.get_deleted_secret("s0");
        assert!(paused.block_on(deleted.into_future()).is_ok());
        assert!(paused.block_on(client((429, THROTTLED)).get("s0")).is_err());
    }

    #[test]
    fn virtual_time_takes_none() {
        let started = std::time::Instant::now();
        assert!(seen_late(Duration::from_secs(60)).unwrap() >= 0.0);
        assert!(started.elapsed() < Duration::from_secs(30));
    }
}
