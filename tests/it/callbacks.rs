//! Tokens from a callback, which is told what each vault's challenge asks for.

use std::sync::{Arc, Mutex};

use azvault_core::{
    ErrorKind,
    credentials::{CallbackChallenge, CallbackCredential},
};
use azvault_tests::{Answer, KNOWN, ProbeClient, Script};

fn recording(
    answer: fn(&CallbackChallenge) -> Result<(&'static str, String), &'static str>,
) -> (CallbackCredential, Arc<Mutex<Vec<CallbackChallenge>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = seen.clone();
    let credential = CallbackCredential::new(move |challenge| {
        let record = record.clone();
        async move {
            let token = answer(&challenge);
            record.lock().unwrap().push(challenge);
            token
        }
    });
    (credential, seen)
}

fn client(script: &Arc<Script>, credential: CallbackCredential) -> ProbeClient {
    azvault_core::ClientBuilder::new(KNOWN, ())
        .transport(script.transport())
        .credential(credential)
        .build()
        .unwrap()
}

fn challenge() -> Answer {
    Answer::challenge("t1", "https://vault.azure.net")
}

#[tokio::test]
async fn a_callback_gets_the_challenge_once_also_in_a_known_cloud() {
    let script = Script::of([challenge(), Answer::fine(), Answer::fine()]);
    let (credential, seen) = recording(|_| Ok(("Bearer", "t".to_owned())));
    let client = client(&script, credential);
    client.get("a").await.unwrap();
    client.get("b").await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].authority(), "https://login.example/t1");
    assert_eq!(seen[0].resource(), "https://vault.azure.net");
    assert_eq!(seen[0].scope(), "https://vault.azure.net/.default");
    assert_eq!(script.seen().len(), 3);
}

#[tokio::test]
async fn the_token_type_of_a_pair_is_used() {
    let script = Script::of([challenge(), Answer::fine()]);
    let (credential, _) = recording(|_| Ok(("pop", "t".to_owned())));
    client(&script, credential).get("a").await.unwrap();
    assert_eq!(script.seen()[1].header("authorization"), Some("pop t"));
}

#[tokio::test]
async fn a_token_without_an_end_is_replaced_when_the_vault_refuses_it() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let script = Script::of([challenge(), Answer::fine(), challenge(), Answer::fine()]);
    let (credential, seen) =
        recording(|_| Ok(("Bearer", format!("t{}", CALLS.fetch_add(1, Ordering::SeqCst)))));
    let client = client(&script, credential);
    client.get("a").await.unwrap();
    client.get("a").await.unwrap();
    assert_eq!(seen.lock().unwrap().len(), 2);
    assert_eq!(script.seen()[3].header("authorization"), Some("Bearer t1"));
}

#[tokio::test]
async fn a_callback_that_fails_is_an_authentication_error_with_its_reason() {
    let script = Script::of([challenge()]);
    let (credential, _) = recording(|_| Err("the safe is locked"));
    let error = client(&script, credential).get("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("the safe is locked"), "{source}");
}
