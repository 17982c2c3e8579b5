//! The first uses of a key: who reads it, who waits, and what they are told.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use azure_core::http::{
    Context, Method, Request,
    policies::{Policy, PolicyResult},
};
use azvault_core::time::{Clock, SystemClock};
use azvault_keys::{
    CryptographyClient, EncryptionAlgorithm as E, ErrorKind, JwtEncoder, JwtVerifier, KeyClient,
    RetryPolicy, SignatureAlgorithm as S,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::support::Vault;

/// Holds back the answers to reads, or the next use before it is sent, until it is told to let
/// them through.
#[derive(Debug)]
struct Gate {
    held: AtomicUsize,
    holds_reads: AtomicBool,
    holds_uses: AtomicBool,
    open: Semaphore,
}

impl Gate {
    async fn hold(&self) {
        self.held.fetch_add(1, Ordering::SeqCst);
        self.open.acquire().await.unwrap().forget();
    }
}

#[expect(elided_lifetimes_in_paths, reason = "as azure_core spells it")]
#[async_trait]
impl Policy for Gate {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let reads = request.method() == Method::Get;
        if !reads && self.holds_uses.swap(false, Ordering::SeqCst) {
            self.hold().await;
        }
        let (first, rest) = next.split_first().unwrap();
        let answer = first.send(ctx, request, rest).await;
        if reads && self.holds_reads.load(Ordering::SeqCst) {
            self.hold().await;
        }
        answer
    }
}

/// A vault with a key, and a client of it whose reads are held back.
async fn gated() -> (Vault, Arc<Gate>, CryptographyClient) {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    let gate = Arc::new(Gate {
        held: AtomicUsize::new(0),
        holds_reads: AtomicBool::new(true),
        holds_uses: AtomicBool::new(false),
        open: Semaphore::new(0),
    });
    let client = KeyClient::builder(&vault.emulator.vault_url("my-vault"))
        .credential(vault.emulator.credential())
        .transport(vault.emulator.in_memory_transport())
        .per_attempt_policy(gate.clone())
        .build()
        .unwrap();
    let crypto = client.cryptography_client("k").unwrap();
    (vault, gate, crypto)
}

/// Runs `first` until its read is held back.
async fn until_held<F: Future + Unpin>(gate: &Gate, first: &mut F) {
    while gate.held.load(Ordering::SeqCst) == 0 {
        assert!(futures::poll!(&mut *first).is_pending());
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_rotation_while_the_key_is_read_does_not_part_what_signs_from_what_verifies() {
    let (vault, gate, crypto) = gated().await;
    let mut reading = Box::pin(crypto.verify(S::RS256, [0; 32], [0; 256]).send());
    until_held(&gate, &mut reading).await;
    let new = vault.client.create_rsa_key("k").await.unwrap();
    let signed = crypto.sign_data(S::RS256, b"message").await.unwrap();
    assert_eq!(signed.key_id.as_ref(), Some(new.id()));
    gate.open.add_permits(10);
    let _ = reading.await.unwrap();

    assert_eq!(crypto.key_id().as_ref(), Some(new.id()));
    let verified = crypto.verify_data(S::RS256, b"message", signed.signature).await.unwrap();
    assert!(verified.is_valid());
    let encoder = JwtEncoder::new(crypto, S::RS256).unwrap();
    let token = encoder.encode(&json!({ "exp": 4_000_000_000_u64 })).await.unwrap();
    let version = vault.client.cryptography_client_for(&new).unwrap();
    let verifier = JwtVerifier::new([S::RS256]).unwrap().key(version);
    verifier.verify::<Value>(&token).await.unwrap();
}

#[tokio::test]
async fn a_rotation_while_a_signature_is_on_its_way_does_not_part_it_from_what_verifies() {
    let (vault, gate, crypto) = gated().await;
    gate.holds_uses.store(true, Ordering::SeqCst);
    let mut signing = Box::pin(crypto.sign_data(S::RS256, b"message").send());
    until_held(&gate, &mut signing).await;
    // Read, and kept to, while the signature was asked for without a version.
    let old = vault.client.get_key("k").await.unwrap();
    gate.holds_reads.store(false, Ordering::SeqCst);
    crypto.prepare().await.unwrap();
    vault.client.create_rsa_key("k").await.unwrap();
    gate.open.add_permits(10);

    let signed = signing.await.unwrap();
    assert_eq!(signed.key_id.as_ref(), Some(old.id()));
    let verified = crypto.verify_data(S::RS256, b"message", signed.signature).await.unwrap();
    assert!(verified.is_valid());
}

#[tokio::test]
async fn a_refusal_to_let_the_key_be_read_is_told_to_all_who_wait() {
    let (vault, gate, crypto) = gated().await;
    let body = r#"{"error":{"code":"Forbidden","message":"no get","innererror":{"code":"ForbiddenByRbac"}}}"#;
    vault.emulator.faults().next(1).on("GET", "/keys/k").respond(403, &[], body);
    let mut first = Box::pin(crypto.encrypt(E::RsaOaep256, *b"plain").send());
    until_held(&gate, &mut first).await;
    gate.open.add_permits(10);
    let others = (0..9).map(|_| crypto.encrypt(E::RsaOaep256, *b"plain").send());
    let (first, others) = futures::join!(first, futures::future::join_all(others));
    first.unwrap();
    assert!(others.into_iter().all(|other| other.is_ok()));
    assert_eq!(vault.requests("GET", "/keys/k"), 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_anothers_read_waits_no_longer_than_its_own_limit() {
    let (_vault, gate, crypto) = gated().await;
    let mut first = Box::pin(crypto.encrypt(E::RsaOaep256, *b"plain").send());
    until_held(&gate, &mut first).await;
    let second = crypto.encrypt(E::RsaOaep256, *b"plain").with_timeout(Duration::from_secs(2));
    let second = tokio::time::timeout(Duration::from_secs(3), second.send());
    let error = second.await.expect("it has a limit of 2 s").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    gate.open.add_permits(1);
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_outage_costs_each_of_many_waiters_no_more_than_two_reads() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    vault.emulator.faults().next(10_000).on("GET", "/keys/k").status(503);
    let crypto = vault.client.cryptography_client("k").unwrap();
    let policy = RetryPolicy::default();
    let used = || crypto.encrypt(E::RsaOaep256, *b"plain").with_retry(policy.clone()).send();
    let clock = SystemClock::new();
    used().await.unwrap_err();
    let alone = clock.elapsed();
    assert!(alone > Duration::from_secs(1), "it retries: {alone:?}");

    for used in futures::future::join_all((0..30).map(|_| used())).await {
        used.unwrap_err();
    }
    let together = clock.elapsed() - alone;
    assert!(together < alone * 5, "{together:?} beside {alone:?}");
}

#[tokio::test]
async fn a_key_that_may_be_read_later_is_read_when_that_is_insisted_on() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    let body = r#"{"error":{"code":"Forbidden","message":"no get","innererror":{"code":"ForbiddenByRbac"}}}"#;
    let refuse = || vault.emulator.faults().next(1).on("GET", "/keys/k").respond(403, &[], body);

    let crypto = vault.client.cryptography_client("k").unwrap();
    refuse();
    let local = crypto.clone().local_only();
    let error = local.encrypt(E::RsaOaep256, *b"plain").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    // The role has reached the vault meanwhile.
    local.encrypt(E::RsaOaep256, *b"plain").await.unwrap();

    let crypto = crypto.latest().unwrap();
    refuse();
    crypto.prepare().await.unwrap();
    assert_eq!(crypto.key_id().unwrap().version(), None);
    crypto.prepare().await.unwrap();
    assert!(crypto.key_id().unwrap().version().is_some());

    let crypto = crypto.latest().unwrap();
    refuse();
    let encoder = JwtEncoder::new(crypto, S::RS256).unwrap();
    encoder.encode(&json!({})).await.unwrap_err();
    encoder.encode(&json!({})).await.unwrap();
}
