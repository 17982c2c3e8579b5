//! The clients over a transport that answers at once: all that a call costs but the network.

use std::{hint::black_box, sync::Arc};

use anyhow::{Context, Result, anyhow, ensure};
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    http::{AsyncRawResponse, HttpClient, Request, StatusCode, Transport, headers::Headers},
};
use azvault_keys::{KeyClient, SignatureAlgorithm};
use azvault_secrets::{SecretCache, SecretClient};
use futures::TryStreamExt as _;

use crate::{Work, runtime};

const VAULT: &str = "https://bench.vault.azure.net";
const NAME: &str = "db-password";
const HEADERS: [(&str, &str); 7] = [
    ("cache-control", "no-cache"),
    ("content-type", "application/json; charset=utf-8"),
    ("expires", "-1"),
    ("x-content-type-options", "nosniff"),
    ("x-ms-keyvault-region", "westus2"),
    ("x-ms-keyvault-service-version", "1.9.3019.1"),
    ("x-ms-request-id", "01234567-89ab-cdef-0123-456789abcdef"),
];

/// Builds the request without sending it.
pub(crate) fn request() -> Result<Work> {
    let client = client(String::new())?;
    Ok(Box::new(move || {
        let call = client.get_secret(black_box(NAME)).into_call();
        black_box(call.request().map_err(|error| anyhow!("{error}"))?);
        Ok(())
    }))
}

/// Request, token from the cache, policies, answer, model.
pub(crate) fn get_secret() -> Result<Work> {
    let client =
        client(format!(r#"{{"value":"0123456789abcdef0123456789ABCDEF",{}"#, properties(0)))?;
    let runtime = runtime()?;
    Ok(Box::new(move || {
        let secret = runtime.block_on(async { client.get_secret(black_box(NAME)).await })?;
        ensure!(secret.value().expose().len() == 32, "another value");
        Ok(())
    }))
}

/// A signature by the service.
pub(crate) fn sign() -> Result<Work> {
    let id = format!("{VAULT}/keys/k/0123456789abcdef0123456789abcdef");
    let answer = format!(r#"{{"kid":"{id}","value":"{}"}}"#, "A".repeat(86));
    let credential: Arc<dyn TokenCredential> = Arc::new(Token);
    let builder = KeyClient::builder(VAULT).credential(credential);
    let client = builder.transport(transport(answer)).build()?;
    let client = client.cryptography_client_by_id(id)?.remote_only()?;
    let runtime = runtime()?;
    Ok(Box::new(move || {
        let signed =
            runtime.block_on(async { client.sign(SignatureAlgorithm::ES256, [7; 32]).await })?;
        ensure!(signed.signature.len() == 64, "another signature");
        Ok(())
    }))
}

/// A page of a list, as large as the service makes them.
pub(crate) fn page() -> Result<Work> {
    let items: Vec<String> = (0..25).map(|n| format!("{{{}", properties(n))).collect();
    let client = client(format!(r#"{{"value":[{}],"nextLink":null}}"#, items.join(",")))?;
    let runtime = runtime()?;
    Ok(Box::new(move || {
        let listed = client.list_secret_properties().try_fold(0, |n, _| async move { Ok(n + 1) });
        ensure!(runtime.block_on(listed)? == 25, "another page");
        Ok(())
    }))
}

/// A hit in the cache of secrets, awaited.
pub(crate) fn cache_awaited() -> Result<Work> {
    let (runtime, cache) = (runtime()?, cache()?);
    runtime.block_on(async { cache.get_secret(NAME).await })?;
    Ok(Box::new(move || {
        black_box(runtime.block_on(async { cache.get_secret(black_box(NAME)).await })?);
        Ok(())
    }))
}

/// The same, without a future.
pub(crate) fn cache_tried() -> Result<Work> {
    let cache = cache()?;
    runtime()?.block_on(async { cache.get_secret(NAME).await })?;
    Ok(Box::new(move || {
        black_box(cache.try_get(black_box(NAME)).context("no hit")?);
        Ok(())
    }))
}

fn cache() -> Result<SecretCache> {
    let client =
        client(format!(r#"{{"value":"0123456789abcdef0123456789ABCDEF",{}"#, properties(0)))?;
    Ok(SecretCache::builder(client).capacity(1000).build())
}

fn client(answer: String) -> Result<SecretClient> {
    let credential: Arc<dyn TokenCredential> = Arc::new(Token);
    let builder = SecretClient::builder(VAULT).credential(credential);
    Ok(builder.transport(transport(answer)).build()?)
}

fn properties(n: usize) -> String {
    format!(
        r#""id":"{VAULT}/secrets/s{n}/0123456789abcdef0123456789abcdef","contentType":"text/plain","attributes":{{"enabled":true,"created":1648664000,"updated":1648664000,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}},"tags":{{"environment":"test","owner":"team"}}}}"#
    )
}

fn transport(answer: String) -> Transport {
    let mut headers = Headers::new();
    for (name, value) in HEADERS {
        headers.insert(name, value);
    }
    Transport::new(Arc::new(Answering { headers, body: answer.into_bytes() }))
}

/// Gives the same answer to every request.
#[derive(Debug)]
struct Answering {
    headers: Headers,
    body: Vec<u8>,
}

#[async_trait::async_trait]
impl HttpClient for Answering {
    async fn execute_request(&self, _: &Request) -> azure_core::Result<AsyncRawResponse> {
        Ok(AsyncRawResponse::from_bytes(StatusCode::Ok, self.headers.clone(), self.body.clone()))
    }
}

/// A token as long as Entra's.
#[derive(Debug)]
struct Token;

#[async_trait::async_trait]
impl TokenCredential for Token {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Ok(AccessToken::new("e".repeat(1400), time::macros::datetime!(2100-01-01 00:00 UTC)))
    }
}
