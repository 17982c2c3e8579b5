//! Recreating what cannot be read while it is disabled, as secrets are.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use azure_core::http::Method;
use azvault_core::{
    Call, ErrorKind, Operation, Result,
    call::CallOptions,
    object::{ObjectKind, Recreate, Target},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script, Seen};
use serde_json::{Value, json};

static SECRETS: ObjectKind = ObjectKind::new(
    "secret",
    "secrets",
    "deletedsecrets",
    Operation::idempotent("begin_delete_secret"),
    Operation::idempotent("begin_recover_deleted_secret"),
);
static SET: Operation = Operation::makes_version("set_secret");

/// A vault with a disabled secret, whose versions are listed as `versions` says.
fn vault(versions: Answer) -> Arc<Script> {
    vault_by(move |_| versions.clone())
}

fn vault_by(versions: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Arc<Script> {
    let stage = AtomicUsize::new(0);
    Script::by(move |seen: &Seen| {
        let disabled = json!({"error": {"code": "Forbidden", "message": "Operation get is not allowed on a disabled secret.", "innererror": {"code": "SecretDisabled"}}});
        let disabled = Answer::new(403, disabled.to_string());
        let done = |method: Method, path: &str| seen.method == method && seen.url.path() == path;
        let at = stage.load(Ordering::SeqCst);
        if done(Method::Get, "/secrets/s/versions") {
            versions(seen)
        } else if done(Method::Delete, "/secrets/s") && at == 0
            || done(Method::Delete, "/deletedsecrets/s") && at == 1
        {
            stage.store(at + 1, Ordering::SeqCst);
            Answer::fine()
        } else if done(Method::Get, "/secrets/s") && at == 0
            || done(Method::Get, "/deletedsecrets/s") && at == 1
        {
            disabled
        } else if done(Method::Put, "/secrets/s") && at == 2 {
            Answer::ok(&json!({"id": "made"}))
        } else {
            Answer::error(404, "SecretNotFound", "not found")
        }
    })
}

async fn recreate(script: &Arc<Script>) -> Result<Value> {
    let probe = ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap();
    let target = Target::latest(probe.client().clone(), &SECRETS, "s");
    let set = target.clone();
    Recreate::new(target, CallOptions::default(), move || {
        let request = set.request_json(Method::Put, None, &json!({"value": "v"}));
        Call::json(set.client().pipeline().clone(), &SET, request)
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn the_recovery_level_of_a_disabled_secret_is_read_from_its_versions() {
    let purgeable = json!({"value": [{"attributes": {"recoveryLevel": "Recoverable+Purgeable"}}]});
    let script = vault(Answer::ok(&purgeable));
    assert_eq!(recreate(&script).await.unwrap(), json!({"id": "made"}));

    let protected = json!({"value": [{"attributes": {"recoveryLevel": "Recoverable"}}]});
    let script = vault(Answer::ok(&protected));
    assert_eq!(recreate(&script).await.unwrap_err().kind(), ErrorKind::Forbidden);
    assert!(script.seen().iter().all(|seen| seen.method == Method::Get));
}

#[tokio::test(start_paused = true)]
async fn the_recovery_level_is_looked_for_beyond_a_page_without_versions() {
    // The service gives such pages.
    let next = format!("{KNOWN}/secrets/s/versions?api-version=2026-04-01&$skiptoken=2");
    let empty = json!({"value": [], "nextLink": next});
    let protected = json!({"value": [{"attributes": {"recoveryLevel": "Recoverable"}}]});
    let script = vault_by(move |seen| match seen.url.query() {
        Some(query) if query.contains("skiptoken") => Answer::ok(&protected),
        _ => Answer::ok(&empty),
    });
    assert_eq!(recreate(&script).await.unwrap_err().kind(), ErrorKind::Forbidden);
    assert!(script.seen().iter().all(|seen| seen.method == Method::Get), "it was deleted");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_secret_whose_versions_are_not_shown_is_not_deleted() {
    let script = vault(Answer::error(403, "Forbidden", "does not have secrets list permission"));
    let error = recreate(&script).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.explain().unwrap().contains("nothing is deleted"), "{error:?}");
    assert!(script.seen().iter().all(|seen| seen.method == Method::Get));
}
