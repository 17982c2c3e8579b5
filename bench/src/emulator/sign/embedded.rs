//! The same signatures by an emulator in the caller's process, without a socket: what is the emulator's own.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use azure_core::http::{Context as Call, Method, Request, Transport, Url};
use azvault_emulator::Emulator;
use cpu_time::ProcessTime;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{
    super::{
        machine::{Side, keep_to},
        throughput::Turn,
    },
    SIGNATURES,
};

const SCOPE: &str = "https://vault.azure.net/.default";

/// An emulator with a key, and the request that has it sign.
pub(super) struct Embedded<'a> {
    runtime: &'a Runtime,
    transport: Transport,
    sign: Request,
}

impl<'a> Embedded<'a> {
    /// One whose key is the one in `import`, the body of an import.
    pub(super) fn new(runtime: &'a Runtime, import: &str, sign: &str) -> Result<Self> {
        let emulator = Emulator::in_memory();
        let token = runtime.block_on(emulator.credential().get_token(&[SCOPE], None))?;
        let token = format!("Bearer {}", token.token.secret());
        let transport = emulator.in_memory_transport();
        let request = |method, url: &str, body: &str| -> Result<Request> {
            let mut request = Request::new(Url::parse(&format!("{url}?api-version=7.6"))?, method);
            request.insert_header("authorization", token.clone());
            request.insert_header("content-type", "application/json");
            request.set_body(body.to_owned());
            Ok(request)
        };
        let import = request(Method::Put, &format!("{}/keys/k", emulator.vault_url("kv")), import)?;
        let imported = answer(runtime, &transport, &import)?;
        let kid = imported.pointer("/key/kid").and_then(Value::as_str).context("no kid")?;
        let sign = request(Method::Post, &format!("{kid}/sign"), sign)?;
        Ok(Self { runtime, transport, sign })
    }

    /// What it answers.
    pub(super) fn sign(&self) -> Result<Value> {
        answer(self.runtime, &self.transport, &self.sign)
    }

    /// On the processor of the loop that it is measured beside.
    pub(super) fn turn(&self) -> Result<Turn> {
        let _there = keep_to(Side::Server)?;
        let (cpu, start) = (ProcessTime::try_now()?, Instant::now());
        for _ in 0..SIGNATURES {
            self.sign()?;
        }
        Ok(Turn::new(SIGNATURES, start.elapsed(), cpu.try_elapsed()?))
    }
}

fn answer(runtime: &Runtime, transport: &Transport, request: &Request) -> Result<Value> {
    let answer = runtime.block_on(async {
        let answer = transport.send(&Call::default(), &mut request.clone()).await?;
        answer.try_into_raw_response().await
    })?;
    ensure!(answer.status().is_success(), "the emulator answered {}", answer.status());
    Ok(serde_json::from_slice(answer.body())?)
}
