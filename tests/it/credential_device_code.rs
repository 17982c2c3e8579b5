//! A person who signs in with a code, as a client of a vault sees it.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use azure_core::credentials::{TokenCredential, TokenRequestOptions};
use azvault_core::{
    ErrorKind,
    credentials::{DeviceCodeCredential, DeviceCodeInfo, Env, Surroundings, TenantId},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::{join, poll};
use serde_json::json;
use tokio::runtime::{Builder, Runtime};

const SCOPE: &[&str] = &["https://vault.azure.net/.default"];
const OTHER: &[&str] = &["https://management.azure.com/.default"];

/// A code, from the page that gives them.
fn code() -> Answer {
    Answer::ok(&json!({
        "device_code": "canary-device",
        "user_code": "A1B2C3",
        "verification_uri": "https://microsoft.com/devicelogin",
        "expires_in": 900,
        "interval": 5,
    }))
}

/// An authority where the person enters the code so long after they were shown it.
fn entra(enters_after: Duration) -> Arc<Script> {
    Script::by(move |seen| {
        if seen.url.path().ends_with("/devicecode") {
            return code();
        }
        if seen.at < enters_after {
            return Answer::new(400, json!({"error": "authorization_pending"}).to_string());
        }
        Answer::token("device-token")
    })
}

fn credential(
    entra: &Arc<Script>,
    prompt: impl Fn(&DeviceCodeInfo) + Send + Sync + 'static,
) -> DeviceCodeCredential {
    let pairs: [(String, String); 0] = [];
    let around = Surroundings::default().env(Env::from_pairs(pairs)).transport(entra.transport());
    DeviceCodeCredential::with_surroundings("organizations", "c", prompt, around).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_person_who_is_slower_than_a_call_is_asked_once_and_the_next_call_goes_on() {
    let entra = entra(Duration::from_secs(150));
    let shown = Arc::new(AtomicUsize::new(0));
    let count = shown.clone();
    let credential = credential(&entra, move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let vault = Script::always(Answer::fine());
    let builder = ProbeClient::builder(KNOWN, &vault, &Clerk::rotating());
    let client = builder.credential(credential).build().unwrap();
    let error = client.get("k").await.unwrap_err();
    assert_eq!((error.kind(), vault.count()), (ErrorKind::Timeout, 0));
    client.get("k").await.unwrap();
    assert_eq!(vault.seen()[0].token(), Some("device-token"));
    assert_eq!(shown.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn whoever_signs_in_first_waits_for_as_long_as_the_code_is_good() {
    let entra = entra(Duration::from_secs(600));
    let credential = credential(&entra, |_| {});
    credential.sign_in(SCOPE).await.unwrap();
    assert!(entra.clock().elapsed() >= Duration::from_secs(600));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_a_message_is_given_one() {
    let said = Arc::new(Mutex::new(String::new()));
    let kept = said.clone();
    let credential = credential(&entra(Duration::ZERO), move |info| {
        kept.lock().unwrap().clone_from(&info.message);
    });
    credential.sign_in(SCOPE).await.unwrap();
    let said = said.lock().unwrap().clone();
    assert!(
        said.contains("https://microsoft.com/devicelogin") && said.contains("A1B2C3"),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_panics_fails_the_call_and_the_next_one_asks_again() {
    let calls = AtomicUsize::new(0);
    let credential = credential(&entra(Duration::ZERO), move |_| {
        if calls.fetch_add(1, Ordering::SeqCst) == 0 {
            // Without the hook, so that the test's output stays clean.
            std::panic::resume_unwind(Box::new("a double panicked"));
        }
    });
    let error = credential.get_token(SCOPE, None).await.unwrap_err();
    assert!(error.to_string().contains("the callback that shows the code panicked"), "{error}");
    credential.get_token(SCOPE, None).await.unwrap();
}

/// An authority that gives refresh tokens, and refuses those requests with one that have this in
/// their address or body.
fn entra_that_refuses(what: &'static str, why: &'static str) -> Arc<Script> {
    Script::by(move |seen| {
        let body = seen.text();
        if seen.url.path().ends_with("/devicecode") {
            return code();
        }
        let asked = format!("{} {body}", seen.url);
        if body.contains("grant_type=refresh_token") && asked.contains(what) {
            return Answer::new(400, json!({"error": why}).to_string());
        }
        Answer::ok(&json!({
            "token_type": "Bearer",
            "access_token": format!("token-{}", seen.n),
            "expires_in": 3600,
            "refresh_token": format!("refresh-{}", seen.n),
        }))
    })
}

/// Whether somebody who signed in for a scope is asked again for it after a refusal of another
/// request, for which nobody signs in.
async fn is_asked_again(
    entra: &Arc<Script>,
    scopes: &[&str],
    options: Option<TokenRequestOptions<'_>>,
) -> bool {
    let credential = credential(entra, |_| {});
    credential.sign_in(SCOPE).await.unwrap();
    let refused = credential.get_token(scopes, options);
    // The person is away.
    tokio::time::timeout(Duration::from_secs(2), refused).await.unwrap_err();
    let renewed = credential.get_token(SCOPE, None);
    tokio::time::timeout(Duration::from_secs(1), renewed).await.is_err()
}

#[tokio::test(start_paused = true)]
async fn what_one_scope_or_tenant_refuses_signs_nobody_out_of_the_others() {
    let entra = entra_that_refuses("management", "interaction_required");
    assert!(!is_asked_again(&entra, OTHER, None).await, "another scope");
    let entra = entra_that_refuses("guest", "invalid_grant");
    let mut guest = TokenRequestOptions::default();
    guest.method_options.context.insert(TenantId::new("guest"));
    assert!(!is_asked_again(&entra, SCOPE, Some(guest)).await, "another tenant");
}

#[tokio::test(start_paused = true)]
async fn a_refresh_token_that_has_ended_is_dropped() {
    let entra = entra_that_refuses("management", "invalid_grant");
    assert!(is_asked_again(&entra, OTHER, None).await);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_was_slower_than_a_new_sign_in_does_not_replace_it() {
    let entra = Script::by(|seen| {
        let body = seen.text();
        let by = |who| body.contains(&format!("refresh-{who}"));
        let grant = |who| {
            Answer::ok(&json!({
                "token_type": "Bearer",
                "access_token": format!("token-{who}"),
                "expires_in": 3600,
                "refresh_token": format!("refresh-{who}"),
            }))
        };
        if seen.url.path().ends_with("/devicecode") {
            code()
        } else if by("alice") && body.contains("slow") {
            grant("alice").after(Duration::from_secs(20))
        } else if by("alice") {
            Answer::new(400, json!({"error": "invalid_grant"}).to_string())
        } else if by("bob") || seen.n > 3 {
            grant("bob")
        } else {
            grant("alice")
        }
    });
    let credential = credential(&entra, |_| {});
    credential.sign_in(SCOPE).await.unwrap();
    let slow = credential.get_token(&["https://slow.example/.default"], None);
    let (slow, quick) = join!(slow, credential.get_token(OTHER, None));
    assert_eq!(slow.unwrap().token.secret(), "token-alice");
    assert_eq!(quick.unwrap().token.secret(), "token-bob");
    credential.sign_in(SCOPE).await.unwrap();
    assert!(entra.seen().last().unwrap().text().contains("refresh-bob"));
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[test]
fn a_sign_in_on_a_runtime_that_is_not_driven_is_gone_on_with_on_another() {
    let (first, second) = (runtime(), runtime());
    let (entra, shown) = (entra(Duration::ZERO), Arc::new(AtomicUsize::new(0)));
    let count = shown.clone();
    let credential = second.block_on(async {
        credential(&entra, move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        })
    });
    first.block_on(async {
        let call = credential.get_token(SCOPE, None);
        tokio::time::timeout(Duration::from_secs(2), call).await.unwrap_err();
    });
    let limit = Duration::from_secs(20);
    second.block_on(async {
        tokio::time::timeout(limit, credential.sign_in(SCOPE)).await.unwrap().unwrap();
    });
    assert_eq!(shown.load(Ordering::SeqCst), 1, "the code that was shown is still good");
}

#[test]
fn a_sign_in_that_hangs_with_its_runtime_is_begun_anew_on_another() {
    for hangs in ["devicecode", "token"] {
        let (first, second) = (runtime(), runtime());
        let asked = AtomicUsize::new(0);
        let entra = Script::by(move |seen| {
            let page = seen.url.path().rsplit('/').next().unwrap_or_default().to_owned();
            let answer = if page == "devicecode" { code() } else { Answer::token("device-token") };
            let first = page == hangs && asked.fetch_add(1, Ordering::SeqCst) == 0;
            if first { answer.after(Duration::from_secs(50)) } else { answer }
        });
        let credential = second.block_on(async { credential(&entra, |_| {}) });
        first.block_on(async {
            let call = credential.get_token(SCOPE, None);
            tokio::time::timeout(Duration::from_secs(10), call).await.unwrap_err();
        });
        // Two who wait for it begin one sign-in.
        let limit = Duration::from_secs(200);
        second.block_on(async {
            let both = async { join!(credential.sign_in(SCOPE), credential.sign_in(SCOPE)) };
            let (one, other) = tokio::time::timeout(limit, both).await.unwrap();
            one.unwrap();
            other.unwrap();
        });
        let codes = entra.seen().iter().filter(|s| s.url.path().ends_with("devicecode")).count();
        assert_eq!(codes, 2, "the page that hung: {hangs}");
    }
}

#[test]
fn a_sign_in_whose_runtime_is_gone_is_begun_anew_on_another() {
    let (first, second) = (runtime(), runtime());
    let (entra, shown) = (entra(Duration::ZERO), Arc::new(AtomicUsize::new(0)));
    let count = shown.clone();
    let credential = second.block_on(async {
        credential(&entra, move |_| {
            count.fetch_add(1, Ordering::SeqCst);
        })
    });
    let mut begun = credential.get_token(SCOPE, None);
    first.block_on(async { assert!(poll!(&mut begun).is_pending()) });
    drop((begun, first));
    second.block_on(async { credential.get_token(SCOPE, None).await.unwrap() });
    assert_eq!(shown.load(Ordering::SeqCst), 2);
}
