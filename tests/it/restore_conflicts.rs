//! Restores over an object, where the service's conflict does not say what it is about, or says
//! that it is about another object: nothing may be deleted then.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::http::Method;
use azvault::secrets::{SecretBackup, SecretClient};
use azvault_core::retry::RetryPolicy;
use azvault_keys::{Error, ErrorKind, KeyBackup, KeyClient};
use azvault_tests::{Answer, Clerk, KNOWN, Script};
use serde_json::json;

const BOTH: [&str; 2] = ["keys", "secrets"];
const V: &str = "0123456789abcdef0123456789abcdef";

/// What the service adds to each conflict of a restore.
const WHY: &str = "This can happen if either: a second key with the same name was created after the first key was deleted";

/// Where the name `k` stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Absent,
    Live,
    Deleted,
}

/// A vault with the key and the secret `k`; `refuse` answers the nth restore, from 0, if it does.
fn vault(
    state: State,
    refuse: impl Fn(usize, State) -> Option<Answer> + Send + Sync + 'static,
) -> Arc<Script> {
    let now = Mutex::new((state, 0));
    Script::by(move |seen| {
        let (state, restores) = &mut *now.lock().unwrap();
        let path = &*seen.url.path().to_ascii_lowercase();
        let collection = if path.contains("secrets") { "secrets" } else { "keys" };
        let id = format!("{KNOWN}/{collection}/k/{V}");
        let key = json!({"kid": id, "kty": "EC"});
        let attributes = json!({"enabled": true, "recoveryLevel": "Recoverable+Purgeable"});
        let ok = Answer::ok(&json!({"id": id, "key": key, "attributes": attributes}));
        match (seen.method, path) {
            (Method::Post, "/keys/restore" | "/secrets/restore") => {
                *restores += 1;
                refuse(*restores - 1, *state).unwrap_or_else(|| {
                    *state = State::Live;
                    ok
                })
            }
            (Method::Post, "/keys/k/backup" | "/secrets/k/backup") => {
                Answer::ok(&json!({"value": "YmFja3Vw"}))
            }
            (Method::Get, "/keys/k" | "/secrets/k") if *state == State::Live => ok,
            (Method::Get, "/deletedkeys/k" | "/deletedsecrets/k") if *state == State::Deleted => ok,
            (Method::Delete, "/keys/k" | "/secrets/k") if *state == State::Live => {
                *state = State::Deleted;
                ok
            }
            (Method::Delete, "/deletedkeys/k" | "/deletedsecrets/k")
                if *state == State::Deleted =>
            {
                *state = State::Absent;
                Answer::status(204)
            }
            _ => Answer::error(404, "NotFound", "was not found in this key vault"),
        }
    })
}

fn keys(script: &Arc<Script>) -> KeyClient {
    let builder = KeyClient::builder(KNOWN).retry(RetryPolicy::none());
    builder.transport(script.transport()).credential(Clerk::rotating()).build().unwrap()
}

fn secrets(script: &Arc<Script>) -> SecretClient {
    let builder = SecretClient::builder(KNOWN).retry(RetryPolicy::none());
    builder.transport(script.transport()).credential(Clerk::rotating()).build().unwrap()
}

/// Restores a backup that was kept as bytes over the key or the secret `k`, and gives what became
/// of it and what was sent.
async fn restore(
    collection: &str,
    state: State,
    refuse: impl Fn(usize, State) -> Option<Answer> + Send + Sync + 'static,
) -> (Result<(), Error>, Arc<Script>) {
    let script = vault(state, refuse);
    let result = if collection == "keys" {
        let backup = KeyBackup::from_bytes(*b"of which key?");
        keys(&script).restore_replace("k", &backup).await.map(drop)
    } else {
        let backup = SecretBackup::from_bytes(*b"of which secret?");
        secrets(&script).restore_replace("k", &backup).await.map(drop)
    };
    (result, script)
}

fn sent(script: &Script, method: Method) -> usize {
    script.seen().iter().filter(|it| it.method == method).count()
}

fn conflict(inner: Option<&str>, message: &str) -> Answer {
    let mut error = json!({"code": "Conflict", "message": message});
    if let Some(code) = inner {
        error["innererror"] = json!({"code": code});
    }
    Answer::new(409, json!({"error": error}).to_string())
}

/// A conflict about that id, as it is on record.
fn about(id: &str) -> Answer {
    conflict(None, &format!("There was a conflict restoring the key '{id}'. {WHY}."))
}

fn source(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_names_no_object_deletes_nothing() {
    let deleted = Some("ObjectIsDeletedButRecoverable");
    let two =
        format!("The keys '{KNOWN}/keys/k' and '{KNOWN}/keys/other' are being changed; retry.");
    for answer in [
        conflict(None, &format!("There was a conflict restoring the key. {WHY}")),
        conflict(None, "A key with the name other already exists in this key vault."),
        conflict(None, "A key with the name k already exists in this key vault."),
        conflict(None, &two.replace("keys/", "secrets/").replace("keys", "secrets")),
        conflict(None, &two),
        conflict(None, &format!("See {KNOWN}/certificates/k, {KNOWN}/keys/k.other and /keys/k/.")),
        conflict(deleted, "It is in a deleted but recoverable state."),
        conflict(deleted, "Key k.other is currently in a deleted but recoverable state"),
        conflict(None, ""),
        Answer::new(409, "<html>keys/k</html>"),
        Answer::status(412),
    ] {
        for state in [State::Live, State::Deleted, State::Absent] {
            let text = format!("{answer:?}");
            for collection in BOTH {
                let answer = answer.clone();
                let (result, script) =
                    restore(collection, state, move |_, _| Some(answer.clone())).await;
                let error = result.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Conflict, "{text}: {error}");
                assert!(error.to_string().contains("nothing was deleted"), "{error}");
                assert!(error.explain().unwrap().contains("purge_and_wait"), "{error:?}");
                assert!(source(&error).contains("_backup failed: 4"), "{error:?}");
                assert_eq!(script.count(), 1, "nothing but one restore: {text}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_about_another_object_deletes_nothing() {
    for collection in BOTH {
        for answer in [
            about(&format!("{KNOWN}/{collection}/other/{V}")),
            about(&format!("{KNOWN}/{collection}/k-2/{V}")),
            about(&format!("{KNOWN}/{collection}/OTHER")),
            about(&format!("{KNOWN}/{collection}/other/{V}").to_uppercase()),
            about(&format!("https://second.vault.azure.net/{collection}/other/{V}")),
            about(&format!("{KNOWN}/deleted{collection}/other")),
            conflict(None, &format!("A conflict: {KNOWN}/{collection}/other/{V}.")),
            conflict(
                Some("ObjectIsBeingDeleted"),
                &format!("{KNOWN}/{collection}/other is being deleted"),
            ),
        ] {
            let refuse = move |_, _| Some(answer.clone());
            let (result, script) = restore(collection, State::Live, refuse).await;
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
            assert!(source(&error).contains("409 Conflict"), "{error:?}");
            assert_eq!(script.count(), 1, "nothing but one restore: {error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_about_the_name_in_any_spelling_is_seen_through() {
    for id in [
        format!("{KNOWN}/COLLECTION/k/{V}"),
        format!("{KNOWN}/COLLECTION/K/{V}"),
        format!("{KNOWN}:443/COLLECTION/k"),
        // A backup made in another vault may keep the id that it had there.
        format!("https://second.vault.azure.net/COLLECTION/k/{V}"),
        format!("{KNOWN}/deletedCOLLECTION/k"),
    ] {
        for (collection, upper) in BOTH.into_iter().flat_map(|it| [(it, false), (it, true)]) {
            let id = id.replace("COLLECTION", collection);
            let answer = about(&if upper { id.to_uppercase() } else { id.clone() });
            let refuse = move |_, state| (state != State::Absent).then(|| answer.clone());
            let (result, script) = restore(collection, State::Live, refuse).await;
            result.unwrap();
            assert_eq!(sent(&script, Method::Delete), 2, "deleted and purged: {id}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_transition_that_names_no_object_is_waited_for_and_deletes_nothing() {
    for (inner, message) in [
        ("ObjectIsBeingDeleted", "Key is currently being deleted."),
        ("ObjectIsBeingRecovered", "Key is currently being recovered."),
    ] {
        for state in [State::Live, State::Deleted, State::Absent] {
            for collection in BOTH {
                let refuse = move |_, _| Some(conflict(Some(inner), message));
                let (result, script) = restore(collection, state, refuse).await;
                let error = result.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Timeout);
                assert!(source(&error).contains(inner), "{error:?}");
                assert!(!error.to_string().contains("purged"), "{error}");
                assert_eq!(sent(&script, Method::Delete), 0, "{state:?}");
                let end = *script.times().last().unwrap();
                assert!(end < Duration::from_secs(301), "{end:?}");
            }
        }
        for collection in BOTH {
            let refuse = move |n, _| (n < 3).then(|| conflict(Some(inner), message));
            let (result, script) = restore(collection, State::Absent, refuse).await;
            result.unwrap();
            assert_eq!((sent(&script, Method::Post), sent(&script, Method::Delete)), (4, 0));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_stays_although_nothing_holds_the_name_ends_by_the_deadline() {
    for collection in BOTH {
        let answer = about(&format!("{KNOWN}/{collection}/k/{V}"));
        let refuse = move |_, _| Some(answer.clone());
        let (result, script) = restore(collection, State::Absent, refuse).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert!(source(&error).contains("conflict restoring"), "{error:?}");
        assert!(!error.to_string().contains("purged"), "{error}");
        assert_eq!(sent(&script, Method::Delete), 0);
        let end = *script.times().last().unwrap();
        assert!(end >= Duration::from_secs(300) && end < Duration::from_secs(301), "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_of_this_process_is_restored_over_its_name_whatever_the_conflict_says() {
    for inner in [None, Some("ObjectIsDeletedButRecoverable"), Some("ObjectIsBeingDeleted")] {
        let refuse = move |_, state| {
            (state != State::Absent).then(|| conflict(inner, "There was a conflict."))
        };
        let (of_keys, of_secrets) = (vault(State::Live, refuse), vault(State::Live, refuse));
        let client = keys(&of_keys);
        let backup = client.backup_key("k").await.unwrap();
        client.restore_replace("K", &backup).await.unwrap();
        let client = secrets(&of_secrets);
        let backup = client.backup_secret("k").await.unwrap();
        client.restore_replace("k", &backup).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateways_conflict_deletes_nothing_even_for_a_backup_of_this_process() {
    let named = json!({"message": format!("conflict at {KNOWN}/keys/k")}).to_string();
    let coded = json!({"error": {"code": "ConditionNotMet", "message": "try again"}}).to_string();
    for answer in [
        Answer::status(409),
        Answer::new(409, "<html>Conflict</html>"),
        Answer::new(409, named),
        Answer::new(412, coded),
    ] {
        let script = vault(State::Live, move |_, _| Some(answer.clone()));
        let client = keys(&script);
        let backup = client.backup_key("k").await.unwrap();
        let error = client.restore_replace("k", &backup).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.to_string().contains("nothing was deleted"), "{error}");
        assert_eq!(sent(&script, Method::Delete), 0, "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_about_another_object_outweighs_what_the_backup_says() {
    let other = |_, _| Some(about(&format!("{KNOWN}/keys/other/{V}")));
    let script = vault(State::Live, other);
    let client = keys(&script);
    let backup = client.backup_key("k").await.unwrap();
    let error = client.restore_replace("k", &backup).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(sent(&script, Method::Delete), 0);
}
