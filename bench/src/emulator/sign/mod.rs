//! Signatures by a key of the emulator, beside a bare loop of aws-lc-rs on the same processor.

mod embedded;

use std::{
    hint::black_box,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::{
    digest::{Digest, SHA256},
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use azvault_crypto::JsonWebKey;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cpu_time::ProcessTime;
use http::Method;
use serde_json::Value;

use super::{
    client::{Http, Load, Vault},
    machine::{Side, keep_to},
    program::{Folder, Program},
    throughput::{Turn, turn},
};
use crate::harness::{Measures, Options, Row, interleaved_all, runtime};
use embedded::Embedded;

/// Callers at a time, so that the emulator is never without work.
const CALLERS: usize = 8;
/// Signatures in a turn, a quarter of a second, and turns of each contender in a round.
const SIGNATURES: usize = 320;
const TURNS: usize = 3;
const DIGEST: [u8; 32] = [7; 32];

pub(super) fn rows(options: &Options) -> Result<Vec<Row>> {
    let runtime = Rc::new(runtime()?);
    let state = Folder::new()?;
    let program = Program::start_apart(&state)?;
    let _here = keep_to(Side::Client)?;
    let vault = runtime.block_on(Vault::sign_in(&program, "bench"))?;
    // Either signs by the same key.
    let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)?;
    let jwk = JsonWebKey::from_der(der.as_ref())?.to_private_json()?;
    let import_body = format!(r#"{{"key":{}}}"#, jwk.expose());
    let import = vault.request(Http::Two, Method::PUT, "/keys/k", Some(import_body.clone()))?;
    let imported = vault.once(&runtime, import)?.json()?;
    let kid = imported.pointer("/key/kid").and_then(Value::as_str).context("no kid")?;
    let path = kid.split_once("/keys/").map(|(_, name)| format!("/keys/{name}/sign"));
    let digest = URL_SAFE_NO_PAD.encode(DIGEST);
    let body = serde_json::json!({ "alg": "RS256", "value": digest }).to_string();
    let path = path.context("no name")?;
    let sign = vault.request(Http::Two, Method::POST, &path, Some(body.clone()))?;
    let embedded = Embedded::new(&runtime, &import_body, &body)?;

    for signed in [vault.once(&runtime, sign.clone())?.json()?, embedded.sign()?] {
        let signed = signed.get("value").and_then(Value::as_str).context("no signature")?;
        ensure!(signed == URL_SAFE_NO_PAD.encode(bare(&pair)?), "the signatures differ");
    }

    let made = vec![sign];
    let mut load = Load::connect(&runtime, vault.place(), vault.host(), Http::Two, CALLERS)?;
    let mut contenders: [Measures<'_, 2>; 2] = [
        Box::new(|| {
            turn(program.id(), SIGNATURES, || load.send(SIGNATURES, &made)).map(Turn::figures)
        }),
        Box::new(|| bare_turn(&pair).map(Turn::figures)),
    ];
    interleaved_all(1, 1, &mut contenders)?;
    let [per_s, cpu] = interleaved_all(options.rounds, TURNS, &mut contenders)?;
    let mut contenders: [Measures<'_, 2>; 2] = [
        Box::new(|| embedded.turn().map(Turn::figures)),
        Box::new(|| bare_turn(&pair).map(Turn::figures)),
    ];
    interleaved_all(1, 1, &mut contenders)?;
    let [embedded_per_s, _] = interleaved_all(options.rounds, TURNS, &mut contenders)?;
    Ok(vec![
        Row::medians("sign-rs256-2048-per-s").all(per_s),
        Row::medians("sign-rs256-2048-cpu-us").all(cpu),
        Row::medians("sign-rs256-2048-embedded-per-s").all(embedded_per_s),
    ])
}

fn bare(pair: &RsaKeyPair) -> Result<Vec<u8>> {
    let digest = Digest::import_less_safe(black_box(&DIGEST), &SHA256)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature)?;
    Ok(signature)
}

/// In this process, on the server's processor.
fn bare_turn(pair: &RsaKeyPair) -> Result<Turn> {
    let _there = keep_to(Side::Server)?;
    let (cpu, start) = (ProcessTime::try_now()?, Instant::now());
    for _ in 0..SIGNATURES {
        black_box(bare(pair)?);
    }
    let wall: Duration = start.elapsed();
    Ok(Turn::new(SIGNATURES, wall, cpu.try_elapsed()?))
}
