//! A thousand secrets from a vault that takes 20 ms to answer: by name, and listed and then got.

use std::sync::Arc;

use anyhow::{Result, ensure};
use azure_core::http::Transport;
use futures::{StreamExt as _, TryStreamExt as _};
use tokio::runtime::Runtime;

use crate::{
    contenders::{Contender, Counting, Official, Ours, Raw, reqwest_client, token},
    harness::{Group, Measure, Options, Row, interleaved, runtime, wall},
    server::{SECRETS, Server},
};

const CONCURRENCY: usize = 32;
const LATENCY: [&str; 2] = ["--latency-ms", "20"];

pub(super) fn groups() -> Vec<Group> {
    let kinds = [("http2", false), ("http2", true), ("http1", false), ("http1", true)];
    let group = |(http, listed)| {
        let what = if listed { "listed" } else { "named" };
        let prefix = format!("thousand-{what}-{http}-");
        Group::new(prefix.clone(), move |options| rows(&prefix, http, listed, options))
    };
    kinds.map(group).into()
}

fn rows(prefix: &str, http: &str, listed: bool, options: &Options) -> Result<Vec<Row>> {
    let mut arguments = LATENCY.to_vec();
    if http == "http1" {
        arguments.push("--http1");
    }
    let server = Server::start(&arguments)?;
    let runtime = runtime()?;
    let (url, ca_pem) = (&server.vault_url(), server.ca_pem());
    let mut contenders = [
        measure(&runtime, listed, || Ours::new(url, ca_pem, Counting::new())),
        measure(&runtime, listed, || Ok(Raw::new(reqwest_client(ca_pem)?, url, token()))),
        measure(&runtime, listed, || {
            let transport = Transport::new(Arc::new(reqwest_client(ca_pem)?));
            Official::over(url, transport, Counting::new())
        }),
    ];
    let rounds = interleaved(options.rounds, 1, &mut contenders)?;
    Ok(vec![Row::medians(format!("{prefix}s")).all(rounds)])
}

/// Seconds that a new client takes, its connections and its first challenge included.
fn measure<'a, C: Contender>(
    runtime: &'a Runtime,
    listed: bool,
    client: impl Fn() -> Result<C> + 'a,
) -> Measure<'a> {
    Box::new(move || {
        let client = client()?;
        let spent = wall(|| runtime.block_on(all(&client, listed)))?;
        Ok(spent.as_secs_f64())
    })
}

async fn all(client: &impl Contender, listed: bool) -> Result<()> {
    let names = if listed {
        client.names()
    } else {
        futures::stream::iter((0..SECRETS).map(|n| Ok(format!("s{n}")))).boxed()
    };
    let got = names
        .map_ok(|name| async move { client.get(&name).await })
        .try_buffer_unordered(CONCURRENCY)
        .try_fold(0, async |got, length| {
            ensure!(length > 0, "a secret without a value");
            Ok(got + 1)
        });
    let got = got.await?;
    ensure!(got == SECRETS, "{got} secrets of {SECRETS}");
    Ok(())
}
