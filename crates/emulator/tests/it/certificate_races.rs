//! What happens to a certificate at once, on threads of their own: whoever is told that it was done finds it done.

use std::{
    sync::{Arc, Barrier},
    time::Duration,
};

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    certificate_support::{issued, merged_by, policy, policy_with, request, version},
    support::{Answer, Vault},
};

const LAG: Duration = Duration::from_secs(10);
const CANCEL: &str = r#"{"cancellation_requested": true}"#;

/// Sends all of these at once, each on its own thread, and gives the answers' statuses and texts in that order.
fn at_once(vault: &Arc<Vault>, requests: Vec<(&'static str, String, String)>) -> Vec<(u16, Value)> {
    let start = Arc::new(Barrier::new(requests.len()));
    let threads: Vec<_> = requests
        .into_iter()
        .map(|(method, path, body)| {
            let (vault, start) = (Arc::clone(vault), Arc::clone(&start));
            std::thread::spawn(move || {
                let url = format!("{}{path}?api-version={}", vault.base, vault.api_version);
                on_this_thread(async {
                    start.wait();
                    let answer = vault.send_to(method, &url, body, &[]).await;
                    (answer.status(), answer.json())
                })
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

fn on_this_thread<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn count(list: &Value) -> usize {
    list["value"].as_array().unwrap().len()
}

#[test]
fn of_creates_at_once_one_begins_and_the_others_are_told_so() {
    let vault = Arc::new(on_this_thread(Vault::of(Emulator::builder().certificate_lag(LAG))));
    for round in 0..40 {
        let path = format!("/certificates/c-{round}");
        let body = json!({"policy": policy()}).to_string();
        let requests = vec![("POST", format!("{path}/create"), body); 3];
        let answers = at_once(&vault, requests);
        let (begun, refused): (Vec<_>, Vec<_>) =
            answers.iter().partition(|(status, _)| *status == 202);
        assert_eq!(begun.len(), 1, "{answers:?}");
        for (status, body) in refused {
            assert_eq!((*status, &body["error"]["code"]), (409, &json!("Forbidden")));
        }
        on_this_thread(async {
            let pending = vault.get(&format!("{path}/pending")).await.ok();
            assert_eq!(pending["request_id"], begun[0].1["request_id"]);
            vault.emulator.clock().advance(LAG);
            let bundle = vault.get(&path).await.ok();
            assert_eq!(count(&vault.get(&format!("{path}/versions")).await.ok()), 1);
            let key = vault.get(&format!("/keys/c-{round}")).await.ok();
            assert_eq!(key["key"]["kid"], bundle["kid"], "one key, of the one that was told");
        });
    }
}

/// The first one's key takes its time, so that the second overtakes it for certain.
#[tokio::test]
async fn a_create_that_was_overtaken_while_its_key_was_made_is_refused() {
    let vault = Vault::of(Emulator::builder().certificate_lag(LAG)).await;
    let slow = policy_with(json!({"key_props": {"kty": "RSA", "key_size": 4096}}));
    let (slow, quick) = tokio::join!(request(&vault, "c", slow), request(&vault, "c", policy()));
    assert_eq!((slow.status(), quick.status()), (409, 202), "{}", slow.text());
    let pending = vault.get("/certificates/c/pending").await.ok();
    assert_eq!(pending["request_id"], quick.json()["request_id"]);
    let kept = vault.get("/certificates/c/policy").await.ok();
    assert_eq!(kept["key_props"]["kty"], "EC", "the policy is not that of the one who was refused");
}

#[tokio::test]
async fn a_policy_that_changes_while_a_key_is_made_stays_changed() {
    let vault = Vault::new().await;
    let slow =
        policy_with(json!({"key_props": {"kty": "RSA", "key_size": 4096, "reuse_key": false}}));
    let first = issued(&vault, "c", policy()).await;
    vault.send("PATCH", "/certificates/c/policy", Some(slow)).await.ok();
    let change = json!({"x509_props": {"subject": "CN=changed"}});
    let (begun, changed) = tokio::join!(
        vault.post("/certificates/c/create", json!({})),
        vault.send("PATCH", "/certificates/c/policy", Some(change)),
    );
    assert_eq!((begun.status(), changed.status()), (202, 200));
    let second = vault.get("/certificates/c").await.ok();
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["policy"]["x509_props"]["subject"], "CN=changed");
}

/// Without a lag a request is issued by the first look, which signs while the cancellation may arrive.
#[test]
fn a_cancellation_and_a_look_at_once_agree_on_what_came_first() {
    let vault = Arc::new(on_this_thread(Vault::new()));
    let policy =
        policy_with(json!({"key_props": {"kty": "RSA", "key_size": 4096, "reuse_key": true}}));
    let mut versions = 1;
    on_this_thread(issued(&vault, "c", policy.clone()));
    for _ in 0..100 {
        on_this_thread(async {
            assert_eq!(request(&vault, "c", policy.clone()).await.status(), 202)
        });
        let pending = "/certificates/c/pending".to_owned();
        let answers = at_once(
            &vault,
            vec![
                ("GET", pending.clone(), String::new()),
                ("PATCH", pending.clone(), CANCEL.to_owned()),
            ],
        );
        let (end, listed) = on_this_thread(async {
            let end = vault.get(&pending).await.ok();
            (end, count(&vault.get("/certificates/c/versions").await.ok()))
        });
        let asked = answers[1].0 == 200;
        let expected = if asked { "cancelled" } else { "completed" };
        assert_eq!(end["status"], expected, "{answers:?}");
        assert_eq!(end["cancellation_requested"], asked, "{answers:?}");
        versions += usize::from(!asked);
        assert_eq!(listed, versions, "{answers:?}");
    }
}

#[test]
fn of_merges_at_once_one_makes_the_version() {
    let vault = Arc::new(on_this_thread(Vault::new()));
    for round in 0..30 {
        let name = format!("c-{round}");
        let body = on_this_thread(async {
            let unknown = policy_with(json!({"issuer": {"name": "Unknown"}}));
            let begun = request(&vault, &name, unknown).await;
            json!({"x5c": merged_by(&begun.json()["csr"])}).to_string()
        });
        let path = format!("/certificates/{name}/pending/merge");
        let answers = at_once(&vault, vec![("POST", path, body); 3]);
        let mut statuses: Vec<_> = answers.iter().map(|(status, _)| *status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 404, 404], "{answers:?}");
        let merged = answers.iter().find(|(status, _)| *status == 201).unwrap();
        on_this_thread(async {
            let bundle = vault.get(&format!("/certificates/{name}")).await.ok();
            assert_eq!(version(&merged.1["id"]), version(&bundle["id"]));
            let key = vault.get(&format!("/keys/{name}/versions")).await.ok();
            assert_eq!(count(&key), 1, "{key}");
        });
    }
}

#[tokio::test]
async fn another_ones_request_id_neither_cancels_nor_deletes() {
    let vault = Vault::of(Emulator::builder().certificate_lag(LAG)).await;
    let begun = request(&vault, "c", policy()).await.json();
    let other = "/certificates/c/pending?request_id=0123456789abcdef0123456789abcdef";
    let body: Value = serde_json::from_str(CANCEL).unwrap();
    for (method, body) in [("GET", None), ("PATCH", Some(body.clone())), ("DELETE", None)] {
        let refused = vault.send(method, other, body).await.refusal();
        assert_eq!(
            (refused.0, refused.1.as_str()),
            (404, "PendingCertificateNotFound"),
            "{method}"
        );
    }
    let pending = vault.get("/certificates/c/pending").await.ok();
    assert_eq!(pending["cancellation_requested"], false);
    let id = begun["request_id"].as_str().unwrap().to_uppercase();
    let own = format!("/certificates/c/pending?request_id={id}");
    assert_eq!(vault.send("PATCH", &own, Some(body)).await.ok()["cancellation_requested"], true);
    assert_eq!(vault.delete(&own).await.ok()["request_id"], begun["request_id"]);
}

#[tokio::test]
async fn a_cancellation_is_not_taken_back() {
    let vault = Vault::of(Emulator::builder().certificate_lag(LAG)).await;
    request(&vault, "c", policy()).await;
    let ask = async |wanted: bool| -> Answer {
        let body = json!({"cancellation_requested": wanted});
        vault.send("PATCH", "/certificates/c/pending", Some(body)).await
    };
    assert_eq!(ask(false).await.status(), 400);
    ask(true).await.ok();
    assert_eq!(ask(false).await.status(), 400);
    assert_eq!(vault.get("/certificates/c/pending").await.ok()["status"], "cancelled");
}
