//! Purging, recreating and restoring over a key, against the service's own conflicts.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::http::Method;
use azvault_core::{retry::RetryPolicy, transport::TransportErrorKind};
use azvault_keys::{Error, ErrorKind, KeyBackup, KeyClient};
use azvault_tests::{Answer, Clerk, KNOWN, Script, Seen};
use serde_json::{Value, json};

const LAG: Duration = Duration::from_secs(8);
const V: &str = "0123456789abcdef0123456789abcdef";

/// Where the name `k` stands, and since when or until when.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Absent,
    Live,
    /// Being deleted until then, and deleted after it.
    Deleted(Duration),
    /// Being recovered until then, and live after it.
    Recovering(Duration),
    /// Purged; the name is taken until then.
    Limbo(Duration),
}

/// A vault with one name, which answers as recordings and reports say that the service does.
struct Vault {
    state: Mutex<State>,
    level: &'static str,
    /// What a restore is answered in the place of a success, until none is left.
    restores: Mutex<Vec<Answer>>,
    /// Whether `get` is refused.
    unreadable: bool,
}

fn bundle(level: &str) -> Value {
    let key = json!({"kid": format!("{KNOWN}/keys/k/{V}"), "kty": "EC", "key_ops": ["sign"]});
    json!({"key": key, "attributes": {"enabled": true, "recoveryLevel": level}})
}

fn conflict(inner: &str, message: &str) -> Answer {
    let error = json!({"code": "Conflict", "message": message, "innererror": {"code": inner}});
    Answer::new(409, json!({"error": error}).to_string())
}

fn restore_conflict(name: &str) -> Answer {
    let message = format!(
        "There was a conflict restoring the key '{KNOWN}/keys/{name}/{V}'. This can happen if either: a second key with the same name was created after the first key was deleted"
    );
    Answer::error(409, "Conflict", &message)
}

impl Vault {
    fn new(state: State) -> Self {
        let level = "Recoverable+Purgeable";
        Self { state: Mutex::new(state), level, restores: Mutex::default(), unreadable: false }
    }

    fn answer(&self, seen: &Seen) -> Answer {
        let mut state = self.state.lock().unwrap();
        match *state {
            State::Recovering(until) if until <= seen.at => *state = State::Live,
            State::Limbo(until) if until <= seen.at => *state = State::Absent,
            _ => {}
        }
        let not_found =
            || Answer::error(404, "KeyNotFound", "A key with (name/id) k was not found");
        let ok = || Answer::ok(&bundle(self.level));
        let being_deleted = || conflict("ObjectIsBeingDeleted", "Key is currently being deleted.");
        let deleted = matches!(*state, State::Deleted(done) if done <= seen.at);
        match (seen.method, seen.url.path()) {
            (Method::Get, _) if self.unreadable => {
                Answer::error(403, "Forbidden", "does not have keys get permission")
            }
            (Method::Get, "/keys/k") if *state == State::Live => ok(),
            (Method::Get, "/deletedkeys/k") if deleted => ok(),
            (Method::Get, _) => not_found(),
            (Method::Delete, "/keys/k") if *state == State::Live => {
                *state = State::Deleted(seen.at + LAG);
                ok()
            }
            (Method::Delete, "/deletedkeys/k") => match *state {
                State::Deleted(done) if done > seen.at => being_deleted(),
                State::Deleted(_) => {
                    *state = State::Limbo(seen.at + LAG);
                    Answer::status(204)
                }
                State::Recovering(_) => {
                    conflict("ObjectIsBeingRecovered", "Key k is currently being recovered")
                }
                _ => not_found(),
            },
            (Method::Post, "/keys/k/create") => match *state {
                State::Absent | State::Live => {
                    *state = State::Live;
                    ok()
                }
                State::Recovering(_) => conflict(
                    "ObjectIsBeingRecovered",
                    "Key k is currently being recovered and cannot be re-created; retry later.",
                ),
                State::Deleted(_) if deleted => conflict(
                    "ObjectIsDeletedButRecoverable",
                    "Key k is currently in a deleted but recoverable state, and its name cannot be reused",
                ),
                State::Deleted(_) | State::Limbo(_) => being_deleted(),
            },
            (Method::Post, "/keys/restore") if *state != State::Absent => restore_conflict("k"),
            (Method::Post, "/keys/restore") => match self.restores.lock().unwrap().pop() {
                Some(answer) => answer,
                None => {
                    *state = State::Live;
                    ok()
                }
            },
            _ => not_found(),
        }
    }
}

fn client(vault: &Arc<Vault>) -> (KeyClient, Arc<Script>) {
    let vault = vault.clone();
    let script = Script::by(move |seen| vault.answer(seen));
    let builder = KeyClient::builder(KNOWN).retry(RetryPolicy::none());
    let client = builder.transport(script.transport()).credential(Clerk::rotating()).build();
    (client.unwrap(), script)
}

fn count(script: &Script, method: Method, path: &str) -> usize {
    script.seen().iter().filter(|seen| seen.method == method && seen.url.path() == path).count()
}

fn deletions(script: &Script) -> usize {
    script.seen().iter().filter(|seen| seen.method == Method::Delete).count()
}

fn backup() -> KeyBackup {
    KeyBackup::from_bytes(*b"the backup of k")
}

fn source(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

const STAGES: [State; 7] = [
    State::Absent,
    State::Live,
    State::Deleted(Duration::ZERO),
    State::Deleted(LAG),
    State::Recovering(Duration::ZERO),
    State::Recovering(LAG),
    State::Limbo(LAG),
];

#[tokio::test(start_paused = true)]
async fn a_key_is_recreated_from_any_state_within_seconds_of_what_the_service_takes() {
    for state in STAGES {
        let vault = Arc::new(Vault::new(state));
        let (client, script) = client(&vault);
        client.create_ec_key("k").recreate().await.unwrap();
        assert_eq!(*vault.state.lock().unwrap(), State::Live, "{state:?}");
        // At most three transitions, each of which a growing pause sees late by as much again.
        assert!(script.times().last().unwrap() < &(LAG * 7), "{state:?}: {:?}", script.times());
        let created = script.seen().iter().filter(|it| it.url.path() == "/keys/k/create").count();
        assert!(created >= 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_recreated_key_has_no_version_of_the_old_one() {
    for state in [State::Live, State::Recovering(Duration::ZERO), State::Recovering(LAG)] {
        let vault = Arc::new(Vault::new(state));
        let (client, script) = client(&vault);
        client.create_ec_key("k").recreate().await.unwrap();
        assert_eq!(count(&script, Method::Delete, "/keys/k"), 1, "{state:?}");
        let purge = script
            .seen()
            .iter()
            .rposition(|it| it.url.path() == "/deletedkeys/k" && it.method == Method::Delete);
        let made = script.seen().iter().rposition(|it| it.url.path() == "/keys/k/create");
        assert!(purge < made, "{state:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_ends_between_the_look_and_the_create_is_seen_through() {
    let vault = Arc::new(Vault::new(State::Deleted(Duration::ZERO)));
    let inner = vault.clone();
    let script = Script::by(move |seen| match inner.answer(seen) {
        _ if seen.n < 2 => Answer::error(404, "KeyNotFound", "not found"),
        answer => answer,
    });
    let builder = KeyClient::builder(KNOWN).transport(script.transport());
    let client = builder.credential(Clerk::rotating()).build().unwrap();
    client.create_ec_key("k").recreate().await.unwrap();
    let second = script.seen()[2].clone();
    assert_eq!((second.url.path(), second.at), ("/keys/k/create", Duration::ZERO));
    assert_eq!(count(&script, Method::Delete, "/deletedkeys/k"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_create_right_after_a_purge_is_seen_through() {
    let vault = Arc::new(Vault::new(State::Deleted(Duration::ZERO)));
    let (client, script) = client(&vault);
    client.purge_and_wait("k").await.unwrap();
    let error = client.create_ec_key("k").await.unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::BeingDeleted,
        "the name is taken although the purge is done"
    );
    client.create_ec_key("k").recreate().await.unwrap();
    assert_eq!(count(&script, Method::Delete, "/deletedkeys/k"), 1);
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_and_differ_and_are_never_long() {
    let vault = Arc::new(Vault::new(State::Deleted(Duration::from_secs(200))));
    let (client, script) = client(&vault);
    client.purge_and_wait("k").await.unwrap();
    let times = script.times();
    let pauses: Vec<Duration> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses[0] < Duration::from_millis(501), "{pauses:?}");
    assert!(pauses.iter().all(|pause| pause < &Duration::from_millis(8_550)), "{pauses:?}");
    let later = &pauses[8..pauses.len() - 1];
    assert!(later.iter().all(|pause| pause > &Duration::from_secs(4)), "{pauses:?}");
    assert!(later.windows(2).any(|pair| pair[0] != pair[1]), "{pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_key_is_restored_from_any_state() {
    for state in STAGES {
        let vault = Arc::new(Vault::new(state));
        let (client, script) = client(&vault);
        let restored = client.restore_replace("k", &backup()).await.unwrap();
        assert_eq!(restored.version(), Some(V), "{state:?}");
        // At most three transitions, each of which a growing pause sees late by as much again.
        assert!(script.times().last().unwrap() < &(LAG * 7), "{state:?}: {:?}", script.times());
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_that_cannot_be_restored_deletes_nothing() {
    for (status, kind) in [(400, ErrorKind::BadRequest), (403, ErrorKind::Forbidden)] {
        let script = Script::by(move |seen| match seen.url.path() {
            "/keys/restore" => Answer::error(status, "x", "Backup blob is corrupt."),
            _ => Answer::ok(&bundle("Recoverable+Purgeable")),
        });
        let builder = KeyClient::builder(KNOWN).transport(script.transport());
        let client = builder.credential(Clerk::rotating()).build().unwrap();
        let error = client.restore_replace("k", &backup()).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(script.count(), 1, "nothing but the restore was sent");
        assert!(!error.to_string().contains("purged"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn purge_protection_refuses_a_replacement_before_anything_is_deleted() {
    for level in ["Recoverable", "CustomizedRecoverable", "Recoverable+ProtectedSubscription"] {
        for state in [State::Live, State::Deleted(Duration::ZERO)] {
            let vault = Arc::new(Vault { level, ..Vault::new(state) });
            let (client, script) = client(&vault);
            let errors = [
                client.restore_replace("k", &backup()).await.unwrap_err(),
                client.create_ec_key("k").recreate().await.unwrap_err(),
            ];
            for error in errors {
                assert_eq!(error.kind(), ErrorKind::Forbidden);
                assert!(
                    error.to_string().contains(&format!("recovery level is {level}")),
                    "{error}"
                );
            }
            assert_eq!(deletions(&script), 0);
            assert_eq!(script.times().last(), Some(&Duration::ZERO), "nothing is waited for");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_known_to_be_purgeable_is_not_deleted() {
    let vault = Arc::new(Vault { unreadable: true, ..Vault::new(State::Live) });
    let (client, script) = client(&vault);
    let error = client.restore_replace("k", &backup()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.explain().unwrap().contains("grant `get`"), "{error:?}");
    assert_eq!(deletions(&script), 0);
}

#[tokio::test(start_paused = true)]
async fn the_backup_of_another_key_purges_nothing() {
    let script = Script::by(|seen| match (seen.method, seen.url.path()) {
        (Method::Post, "/keys/restore") => restore_conflict("other"),
        (Method::Get, "/keys/k") => Answer::ok(&bundle("Recoverable+Purgeable")),
        (Method::Post, "/keys/other/backup") => Answer::ok(&json!({"value": "YmFja3Vw"})),
        _ => Answer::error(404, "KeyNotFound", "not found"),
    });
    let builder = KeyClient::builder(KNOWN).transport(script.transport());
    let client = builder.credential(Clerk::rotating()).build().unwrap();
    let error = client.restore_replace("k", &backup()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("that is 'other'"), "{error}");

    // A backup of this process knows it without asking.
    let other = client.backup_key("other").await.unwrap();
    let sent = script.count();
    let error = client.restore_replace("k", &other).await.unwrap_err();
    assert!(error.to_string().contains("of the key 'other'"), "{error}");
    assert_eq!((script.count(), deletions(&script)), (sent, 0));
}

#[tokio::test(start_paused = true)]
async fn a_failure_after_the_purge_says_that_the_key_is_in_the_backup_alone() {
    let refusal = Answer::error(403, "Forbidden", "no longer allowed");
    let vault = Arc::new(Vault { restores: Mutex::new(vec![refusal]), ..Vault::new(State::Live) });
    let (client, script) = client(&vault);
    let backup = backup();
    let error = client.restore_replace("k", &backup).await.unwrap_err();
    assert_eq!((error.kind(), error.status().map(u16::from)), (ErrorKind::Forbidden, Some(403)));
    let text = error.to_string();
    assert!(text.contains("no longer allowed; the key 'k' is purged and not restored: it exists in the backup alone"), "{text}");
    assert!(error.explain().unwrap().contains("keep the backup"), "{error:?}");

    // The backup is as good as before, and the call goes on.
    client.restore_replace("k", &backup).await.unwrap();
    assert_eq!(deletions(&script), 1 + count(&script, Method::Delete, "/deletedkeys/k"));
}

#[tokio::test(start_paused = true)]
async fn an_outage_after_the_purge_is_waited_out() {
    let outages = vec![Answer::broken(TransportErrorKind::Connect), Answer::status(503)];
    let vault = Arc::new(Vault { restores: Mutex::new(outages), ..Vault::new(State::Live) });
    let (client, _script) = client(&vault);
    client.restore_replace("k", &backup()).await.unwrap();
    assert_eq!(*vault.state.lock().unwrap(), State::Live);
}

#[tokio::test(start_paused = true)]
async fn a_restore_whose_answer_was_lost_is_found_out_and_not_undone() {
    let vault = Arc::new(Vault::new(State::Deleted(Duration::ZERO)));
    let inner = vault.clone();
    let script = Script::by(move |seen| {
        let answer = inner.answer(seen);
        let restored =
            seen.url.path() == "/keys/restore" && *inner.state.lock().unwrap() == State::Live;
        if restored { Answer::broken(TransportErrorKind::Interrupted) } else { answer }
    });
    let builder = KeyClient::builder(KNOWN).transport(script.transport());
    let client = builder.credential(Clerk::rotating()).build().unwrap();
    let restored = client.restore_replace("k", &backup()).await.unwrap();
    assert_eq!(restored.name(), "k");
    assert_eq!(count(&script, Method::Delete, "/keys/k"), 0);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_keeps_the_services_last_word_and_says_what_was_done() {
    let vault = Arc::new(Vault::new(State::Limbo(Duration::from_secs(9000))));
    let (client, script) = client(&vault);
    let error = client.restore_replace("k", &backup()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(source(&error).contains("409 Conflict: There was a conflict restoring"), "{error:?}");
    let end = *script.times().last().unwrap();
    assert!(end >= Duration::from_secs(300) && end < Duration::from_secs(301), "{end:?}");

    let short = client.create_ec_key("k").recreate().with_timeout(Duration::from_secs(7));
    let error = short.await.unwrap_err();
    assert!(error.to_string().contains("did not end within 7 s"), "{error}");
    assert!(source(&error).contains("ObjectIsBeingDeleted"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_service_that_contradicts_itself_is_asked_slowly_and_not_for_ever() {
    let script = Script::by(|seen| match (seen.method, seen.url.path()) {
        (Method::Get, "/keys/k") => Answer::ok(&bundle("Recoverable+Purgeable")),
        (Method::Post, "/keys/restore") => restore_conflict("k"),
        _ => Answer::error(404, "KeyNotFound", "not found"),
    });
    let builder = KeyClient::builder(KNOWN).transport(script.transport());
    let client = builder.credential(Clerk::rotating()).build().unwrap();
    let errors = [
        client.create_ec_key("k").recreate().await.unwrap_err(),
        client.restore_replace("k", &backup()).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
    assert!(script.count() < 500, "{}", script.count());
}

#[tokio::test(start_paused = true)]
async fn a_key_that_somebody_makes_meanwhile_is_not_deleted() {
    let vault = Arc::new(Vault::new(State::Live));
    let inner = vault.clone();
    let script = Script::by(move |seen| {
        // Somebody recovers the key each time that it is deleted.
        let answer = inner.answer(seen);
        let mut state = inner.state.lock().unwrap();
        if let State::Deleted(done) = *state {
            *state = State::Recovering(done);
        }
        answer
    });
    let builder = KeyClient::builder(KNOWN).transport(script.transport());
    let client = builder.credential(Clerk::rotating()).build().unwrap();
    let error = client.create_ec_key("k").recreate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("somebody else"), "{error}");
    assert_eq!(count(&script, Method::Delete, "/keys/k"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_dropped_anywhere_is_gone_on_with_by_the_next() {
    for steps in 1..12 {
        let vault = Arc::new(Vault::new(State::Live));
        let (client, script) = client(&vault);
        let limit = Duration::from_millis(2500 * steps);
        let first = client.restore_replace("k", &backup());
        let _dropped = tokio::time::timeout(limit, first.into_future()).await;
        client.restore_replace("k", &backup()).await.unwrap();
        assert_eq!(*vault.state.lock().unwrap(), State::Live, "dropped after {limit:?}");
        assert!(count(&script, Method::Delete, "/keys/k") <= 2, "{limit:?}");
    }
}
