//! Snapshots: taken of one emulator, and put into another.

use azvault_emulator::{Emulator, Snapshot};
use serde_json::json;

use super::{
    Folder, compare, look,
    look::{Answers, Looker},
    world::{self, LAG, Made, PLAIN},
};
use crate::{
    arm::VAULT_SCOPE,
    arm_managed_hsms as hsms,
    support::{Vault, base64url},
};

async fn data(emulator: &Emulator, name: &str) -> Vault {
    Vault::at(emulator.clone(), emulator.vault_url(name), VAULT_SCOPE).await
}

/// Answers of 200, and all, to looking at `version-1.json`.
const VERSION_1: (usize, usize) = (277, 476);

/// One of everything, and another emulator on another port that got it by a snapshot.
async fn copied() -> (Emulator, Emulator, Made) {
    let emulator = world::builder().in_memory();
    let made = world::make(&emulator).await;
    let bytes = emulator.snapshot().await.unwrap().to_bytes();
    let other = world::builder().port(9443).in_memory();
    other.restore(&Snapshot::from_bytes(&bytes).unwrap()).await.unwrap();
    (emulator, other, made)
}

/// The statuses alone: what is made anew, a version of a certificate or an etag, differs.
fn statuses(answers: &Answers) -> Vec<String> {
    let is_version =
        |part: &str| part.len() == 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut all = Vec::new();
    for (url, answer) in answers {
        let parts = url.split(['/', '?']).map(|part| if is_version(part) { "…" } else { part });
        let url = parts.collect::<Vec<_>>().join("/");
        all.push(format!("{url} {}", answer.split(' ').next().unwrap()));
    }
    all.sort_unstable();
    all
}

#[tokio::test]
async fn every_answer_of_an_emulator_with_a_snapshot_is_that_of_the_one_it_was_taken_of() {
    let (emulator, other, made) = copied().await;
    let before = look(&emulator, &made).await;
    assert!(before.len() > 150, "{}", before.len());
    for status in ["200 ", "202 ", "404 ", "409 "] {
        assert!(before.values().any(|answer| answer.starts_with(status)), "none is {status}");
    }
    assert_eq!(other.clock().now(), emulator.clock().now(), "frozen at the same time");
    let [own] = other.clock().own_clocks().try_into().unwrap();
    assert_eq!(own.now(), emulator.clock().of_vault("walled").now());
    compare(&before, &look(&other, &made).await);
    // Looking has changed nothing.
    compare(&before, &look(&emulator, &made).await);
    // What is under way comes to its end in both, step by step.
    for by in [LAG, LAG * 6 * 24 * 8, LAG * 6 * 24 * 90] {
        emulator.clock().advance(by);
        other.clock().advance(by);
        let (one, two) = (look(&emulator, &made).await, look(&other, &made).await);
        assert_eq!(statuses(&one), statuses(&two), "after {by:?}");
        assert_ne!(statuses(&one), statuses(&before), "after {by:?}");
    }
}

#[tokio::test]
async fn restored_keys_are_the_same_keys() {
    let (emulator, other, made) = copied().await;
    let (one, two) = (data(&emulator, "named").await, data(&other, "named").await);
    for (key, alg, len) in [
        ("rsa", "PS256", 32),
        ("EC-P-256", "ES256", 32),
        ("EC-P-384", "ES384", 48),
        ("EC-P-521", "ES512", 64),
        ("EC-P-256K", "ES256K", 32),
        ("own", "ES256", 32),
    ] {
        let digest = base64url(&vec![7; len]);
        let path = format!("/keys/{key}");
        let sign = json!({"alg": alg, "value": digest});
        let signature = two.post(&format!("{path}/sign"), sign).await.ok()["value"].clone();
        let verify = json!({"alg": alg, "digest": digest, "value": signature});
        let verified = one.post(&format!("{path}/verify"), verify).await.ok();
        assert_eq!(verified["value"], true, "{key}");
    }
    let pool = hsms::data(&world::arm(&other).await, "pool").await;
    let decrypted = pool.post("/keys/aes/decrypt", made.encrypted).await.ok();
    assert_eq!(decrypted["value"], base64url(PLAIN));
}

#[tokio::test]
async fn a_backup_made_before_a_snapshot_is_restored_where_the_snapshot_was() {
    let (_, other, made) = copied().await;
    let vault = data(&other, "named").await;
    let restore = json!({"value": made.backup});
    assert_eq!(vault.post("/secrets/restore", restore.clone()).await.status(), 409);
    // A reset keeps the key of backups, too.
    other.reset().await.unwrap();
    let restored = vault.post("/secrets/restore", restore).await.ok();
    assert_eq!(restored["tags"], json!({"a": "b"}));
}

#[tokio::test]
async fn a_reset_leaves_what_a_new_emulator_has() {
    let (_, other, made) = copied().await;
    data(&other, "named").await.get("/secrets").await.ok();
    other.faults().next(1).status(500);
    assert!(!other.journal().is_empty() && other.faults().pending() == 1);
    other.reset().await.unwrap();
    assert!(other.journal().is_empty() && other.faults().pending() == 0);
    assert!(!other.clock().is_frozen() && other.clock().own_clocks().is_empty());
    let fresh = world::builder().port(9443).in_memory();
    for emulator in [&other, &fresh] {
        emulator.clock().set(time::OffsetDateTime::UNIX_EPOCH);
        emulator.clock().freeze();
        emulator.clock().set(time::OffsetDateTime::UNIX_EPOCH);
    }
    compare(&look(&fresh, &made).await, &look(&other, &made).await);
}

#[tokio::test]
async fn a_snapshot_that_makes_no_sense_changes_nothing() {
    let (emulator, other, made) = copied().await;
    let before = look(&other, &made).await;
    let text = String::from_utf8(emulator.snapshot().await.unwrap().to_bytes()).unwrap();
    for (what, with) in [
        (r#""location":"westus""#, r#""location":7"#),
        (r#""kind":"vault""#, r#""kind":"contacts""#),
        (r#""kind":"secret-version""#, r#""kind":"key-version""#),
        // None is the latest then.
        (r#""number":1,"#, r#""number":0,"#),
    ] {
        let broken = text.replace(what, with);
        assert_ne!(broken, text, "{what}");
        let broken = Snapshot::from_bytes(broken.as_bytes()).unwrap();
        let restored = other.restore(&broken).await;
        let error = restored.expect_err(what);
        assert_eq!(error.to_string(), "the emulator could not take over a state", "{what}");
        compare(&before, &look(&other, &made).await);
    }
}

#[tokio::test]
async fn a_snapshot_shows_what_it_has_of_each_and_no_value() {
    let vault = Vault::new().await;
    vault.set("canary-name", json!({"value": "canary-value"})).await;
    let snapshot = vault.emulator.snapshot().await.unwrap();
    let shown = format!("{snapshot:?}");
    assert!(shown.contains(r#""secret": 1"#) && !shown.contains("canary"), "{shown}");
    let folder = Folder::new();
    let path = folder.0.join("state.json");
    snapshot.write(&path).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let other = Emulator::in_memory();
    other.restore(&Snapshot::read(&path).unwrap()).await.unwrap();
    let secret = data(&other, "kv").await.get("/secrets/canary-name").await.ok();
    assert_eq!(secret["value"], "canary-value");
    let missing = Snapshot::read(folder.0.join("missing")).unwrap_err();
    let source = std::error::Error::source(&missing).unwrap().to_string();
    assert!(source.contains("missing"), "{source}");
}

#[tokio::test]
async fn a_snapshot_of_version_1_is_read_for_ever() {
    let emulator = world::builder().in_memory();
    let written = include_bytes!("version-1.json");
    emulator.restore(&Snapshot::from_bytes(written).unwrap()).await.unwrap();
    let answers = Looker::of(&emulator).await.look(&[]).await;
    let good = answers.values().filter(|answer| answer.starts_with("200 ")).count();
    assert_eq!((good, answers.len()), (VERSION_1.0, VERSION_1.1), "as when it was written");
    let named = data(&emulator, "named").await;
    assert_eq!(named.get("/secrets/kept").await.ok()["value"], "v");
    let digest = base64url(&[7; 32]);
    let signed = named.post("/keys/rsa/sign", json!({"alg": "RS256", "value": digest})).await.ok();
    let verify = json!({"alg": "RS256", "digest": digest, "value": signed["value"]});
    assert_eq!(named.post("/keys/rsa/verify", verify).await.ok()["value"], true);
}

/// Each page is of one state, whatever is restored meanwhile; and a write is in the state that it was answered in.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[expect(clippy::disallowed_methods, reason = "requests that truly run at once")]
async fn a_restore_under_load_mixes_no_states() {
    let vault = Vault::new().await;
    let mut states = Vec::new();
    for state in ["one", "two"] {
        vault.emulator.reset().await.unwrap();
        for number in 0..20 {
            vault.set(&format!("{state}-{number}"), json!({"value": state})).await;
        }
        states.push(vault.emulator.snapshot().await.unwrap());
    }
    let emulator = vault.emulator.clone();
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let emulator = emulator.clone();
            tokio::spawn(async move {
                let vault = data(&emulator, "kv").await;
                let mut seen = [0, 0];
                while seen.iter().any(|count| *count < 5) {
                    let page = vault.get("/secrets").await.ok();
                    let page = page["value"].as_array().unwrap();
                    let ones = page
                        .iter()
                        .filter(|item| item["id"].as_str().unwrap().contains("/one-"))
                        .count();
                    assert!(
                        page.len() == 20 && (ones == 0 || ones == 20),
                        "{ones} of {}",
                        page.len()
                    );
                    seen[usize::from(ones == 0)] += 1;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    while readers.iter().any(|reader| !reader.is_finished()) {
        for state in &states {
            emulator.restore(state).await.unwrap();
            tokio::task::yield_now().await;
        }
    }
    for reader in readers {
        reader.await.unwrap();
    }
}
