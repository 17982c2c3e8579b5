//! A signature by a service that takes 20 ms to answer: what azvault adds to a bare loop.

use anyhow::Result;
use azvault_core::transport::TransportOptions;
use azvault_keys::{CryptographyClient, KeyClient, SignatureAlgorithm};

use crate::{
    contenders::{Counting, Raw, reqwest_client, token},
    harness::{Measure, Options, Row, interleaved, runtime, wall},
    server::Server,
};

/// Signatures in a turn: half a second of them.
const SIGNATURES: usize = 25;

pub(super) fn rows(options: &Options) -> Result<Vec<Row>> {
    let server = Server::start(&["--latency-ms", "20"])?;
    let (url, ca_pem) = (server.vault_url(), server.ca_pem());
    let transport = TransportOptions::default().no_proxy().trust_pem(ca_pem);
    let client = KeyClient::builder(&url)
        .credential(Counting::new())
        .transport_options(transport)
        .verify_challenge_resource(false) // localhost is not under vault.azure.net
        .build()?;
    let ours = client.cryptography_client("k")?;
    let raw = Raw::new(reqwest_client(ca_pem)?, &url, token());
    let runtime = runtime()?;
    let mut contenders: [Measure<'_>; 2] = [
        Box::new(|| Ok(wall(|| runtime.block_on(sign(&ours)))?.as_secs_f64() * 1e3 / COUNT)),
        Box::new(|| Ok(wall(|| runtime.block_on(sign_raw(&raw)))?.as_secs_f64() * 1e3 / COUNT)),
    ];
    interleaved(1, 1, &mut contenders)?;
    let rounds = interleaved(options.rounds, 2, &mut contenders)?;
    let added = |[ours, raw]: [&Vec<f64>; 2]| ours.iter().zip(raw).map(|(o, r)| o - r).collect();
    let added = match rounds.as_slice() {
        [ours, raw] => added([ours, raw]),
        _ => Vec::new(),
    };
    Ok(vec![
        Row::medians("remote-sign-ms").all(rounds),
        Row::medians("remote-sign-added-ms").ours(added),
    ])
}

const COUNT: f64 = SIGNATURES as f64;

async fn sign(key: &CryptographyClient) -> Result<()> {
    for _ in 0..SIGNATURES {
        key.sign(SignatureAlgorithm::ES256, [7; 32]).await?;
    }
    Ok(())
}

async fn sign_raw(raw: &Raw) -> Result<()> {
    for _ in 0..SIGNATURES {
        raw.sign("k", "ES256", &[7; 32]).await?;
    }
    Ok(())
}
