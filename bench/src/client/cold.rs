//! Cold calls: many at once from a client that knows nothing yet. Counted on the emulator.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use azvault_emulator::Emulator;
use azvault_secrets::SecretClient;
use futures::future::BoxFuture;

use crate::{
    contenders::{Contender, Counting, Official, Ours, Raw},
    harness::{Group, Options, Row, runtime},
};

/// About as long as a token takes from Entra in the same region.
const TOKEN_DELAY: Duration = Duration::from_millis(50);
const SECRET: &str = "s0";
const VALUE: &str = "cold";

pub(super) fn groups() -> Vec<Group> {
    let places = ["known", "elsewhere"];
    let groups = places.into_iter().flat_map(|place| {
        [1, 100, 1000].map(|calls| {
            let prefix = format!("cold-{place}-{calls}-");
            Group::new(prefix.clone(), move |options| {
                runtime()?.block_on(rows(&prefix, place, calls, options))
            })
        })
    });
    groups.collect()
}

/// What one client's first calls took.
struct Count {
    requests: usize,
    refused: usize,
    tokens: u64,
}

/// Makes a client with a new credential and runs the calls.
type Start = fn(Emulator, String, Arc<Counting>, usize) -> BoxFuture<'static, Result<()>>;

async fn rows(prefix: &str, place: &str, calls: usize, options: &Options) -> Result<Vec<Row>> {
    let emulator = Emulator::start().await?;
    let url = match place {
        "known" => "https://bench.vault.azure.net".to_owned(),
        _ => emulator.vault_url("bench"),
    };
    let seeding = SecretClient::builder(&url)
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    seeding.set_secret(SECRET, VALUE).await?;
    let contenders: [Start; 3] = [
        |emulator, url, credential, calls| {
            Box::pin(async move {
                first_calls(Ours::over(&url, emulator.transport(), credential)?, calls).await
            })
        },
        |emulator, url, credential, calls| {
            Box::pin(async move {
                let token = credential.bearer("https://vault.azure.net/.default").await?;
                first_calls(Raw::new(emulator.http_client(), &url, token), calls).await
            })
        },
        |emulator, url, credential, calls| {
            Box::pin(async move {
                first_calls(Official::over(&url, emulator.transport(), credential)?, calls).await
            })
        },
    ];
    let (mut requests, mut refused, mut tokens) = (vec![], vec![], vec![]);
    for start in contenders {
        let mut counts = Vec::new();
        for _ in 0..options.rounds {
            counts.push(count(&emulator, &url, calls, start).await?);
        }
        requests.push(counts.iter().map(|count| count.requests as f64).collect());
        refused.push(counts.iter().map(|count| count.refused as f64).collect());
        tokens.push(counts.iter().map(|count| count.tokens as f64).collect());
    }
    emulator.shutdown().await;
    Ok(vec![
        Row::worst(format!("{prefix}requests")).all(requests),
        Row::worst(format!("{prefix}401s")).all(refused),
        Row::worst(format!("{prefix}tokens")).all(tokens),
    ])
}

async fn count(emulator: &Emulator, url: &str, calls: usize, start: Start) -> Result<Count> {
    emulator.clear_journal();
    let credential = Counting::of(emulator.credential(), TOKEN_DELAY);
    start(emulator.clone(), url.to_owned(), Arc::clone(&credential), calls).await?;
    let journal = emulator.journal();
    ensure!(journal.len() >= calls, "{calls} calls made {} requests", journal.len());
    Ok(Count {
        requests: journal.len(),
        refused: journal.iter().filter(|request| request.status() == Some(401)).count(),
        tokens: credential.fetches(),
    })
}

/// All at once.
async fn first_calls(client: impl Contender, calls: usize) -> Result<()> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..calls {
        let client = client.clone();
        tasks.spawn(async move { client.get(SECRET).await });
    }
    while let Some(done) = tasks.join_next().await {
        let length = done.context("a task ended early")??;
        ensure!(length == VALUE.len(), "a value of {length} characters");
    }
    Ok(())
}
