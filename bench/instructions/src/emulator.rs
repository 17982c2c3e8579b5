//! The emulator in the caller's process: from azure_core's request to its answer, no client, no socket.

use anyhow::{Context as _, Result, ensure};
use azure_core::http::{Context, Method, Request, StatusCode, Transport, Url};
use azvault_emulator::Emulator;
use tokio::runtime::Runtime;

use crate::{Work, runtime};

const VALUE: &str = r#"{"value":"0123456789abcdef0123456789ABCDEF"}"#;

/// A secret read.
pub(crate) fn get_secret() -> Result<Work> {
    let vault = Vault::start()?;
    vault.send(&vault.request(Method::Put, "secrets/s", Some(VALUE))?)?;
    let get = vault.request(Method::Get, "secrets/s", None)?;
    Ok(Box::new(move || vault.send(&get)))
}

/// A new version of one of a hundred secrets.
pub(crate) fn set_secret() -> Result<Work> {
    let vault = Vault::start()?;
    let names = 0..100;
    let sets: Vec<Request> = names
        .map(|n| vault.request(Method::Put, &format!("secrets/s{n}"), Some(VALUE)))
        .collect::<Result<_>>()?;
    for set in &sets {
        vault.send(set)?;
    }
    let mut next = 0..;
    Ok(Box::new(move || {
        let set = next.next().and_then(|n: usize| sets.get(n % sets.len()));
        vault.send(set.context("no request")?)
    }))
}

/// A signature by a key of a curve, which aws-lc computes.
pub(crate) fn sign() -> Result<Work> {
    let vault = Vault::start()?;
    let body = r#"{"kty":"EC","crv":"P-256"}"#;
    vault.send(&vault.request(Method::Post, "keys/k/create", Some(body))?)?;
    // 32 bytes of zeros for a digest.
    let body = format!(r#"{{"alg":"ES256","value":"{}"}}"#, "A".repeat(43));
    let sign = vault.request(Method::Post, "keys/k/sign", Some(&body))?;
    Ok(Box::new(move || vault.send(&sign)))
}

struct Vault {
    runtime: Runtime,
    url: String,
    token: String,
    transport: Transport,
    _emulator: Emulator,
}

impl Vault {
    fn start() -> Result<Self> {
        let (runtime, emulator) = (runtime()?, Emulator::in_memory());
        let scope = "https://vault.azure.net/.default";
        let token = runtime.block_on(emulator.credential().get_token(&[scope], None))?;
        Ok(Self {
            runtime,
            url: emulator.vault_url("bench"),
            token: format!("Bearer {}", token.token.secret()),
            transport: emulator.in_memory_transport(),
            _emulator: emulator,
        })
    }

    fn request(&self, method: Method, path: &str, body: Option<&str>) -> Result<Request> {
        let url = Url::parse(&format!("{}/{path}?api-version=7.6", self.url))?;
        let mut request = Request::new(url, method);
        request.insert_header("authorization", self.token.clone());
        if let Some(body) = body {
            request.insert_header("content-type", "application/json");
            request.set_body(body.to_owned());
        }
        Ok(request)
    }

    fn send(&self, request: &Request) -> Result<()> {
        let answer = self.runtime.block_on(async {
            self.transport.send(&Context::default(), &mut request.clone()).await
        })?;
        ensure!(answer.status() == StatusCode::Ok, "the emulator answered {}", answer.status());
        Ok(())
    }
}
