//! Orders for faults: what they select, when they strike, and what the answers look like.

use std::time::Duration;

use azure_core::error::ErrorKind;
use azvault_emulator::{
    Emulator, Fault, FaultOrder, FaultSelector, Latency, Principal, RetryAfter, Service,
};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::{
    arm::Arm,
    latency::now,
    support::{Vault, token},
};

async fn statuses(vault: &Vault, path: &str, requests: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..requests {
        statuses.push(vault.get(path).await.status());
    }
    statuses
}

/// What a request to the list of keys fails with.
async fn failure(vault: &Vault) -> azure_core::Error {
    let url = format!("{}/keys?api-version=7.6", vault.base);
    vault.try_send_to("GET", &url, "", &[]).await.unwrap_err()
}

#[tokio::test]
async fn an_order_strikes_by_turn_and_tells_how_often() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    let order = faults.always().after(1).every(2).status(500);
    assert_eq!(statuses(&vault, "/keys", 5).await, [200, 200, 500, 200, 500]);
    let report = faults.get(order.id()).unwrap();
    assert_eq!((report.matched, report.struck, report.done), (5, 2, false));
    order.cancel();
    assert!(faults.get(order.id()).unwrap().done && !faults.cancel(order.id()));
    assert_eq!(statuses(&vault, "/keys", 3).await, [200, 200, 200]);
    assert_eq!(order.struck(), 2);
}

#[tokio::test]
async fn an_order_is_cancelled_alone() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    let first = faults.next(5).status(500);
    faults.next(1).status(503);
    assert!(faults.cancel(first.id()));
    assert_eq!(statuses(&vault, "/keys", 2).await, [503, 200]);
    assert_eq!(faults.list().iter().map(|report| report.done).collect::<Vec<_>>(), [true, true]);
}

#[tokio::test]
async fn a_share_strikes_the_same_requests_for_a_seed() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let vault = Vault::new().await;
        vault.emulator.faults().always().share(0.5, seed).status(500);
        runs.push(statuses(&vault, "/keys", 40).await);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    assert!(runs[0].contains(&200) && runs[0].contains(&500));
}

#[tokio::test]
async fn an_operation_a_vault_and_a_service_are_singled_out() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    let url = vault.emulator.vault_url("other");
    let other = Vault::at(vault.emulator.clone(), url, "https://vault.azure.net/.default").await;
    faults.always().operation("GetSecrets").vault("KV").status(500);
    faults.always().service(Service::Entra).status(502);
    assert_eq!(vault.get("/secrets").await.status(), 500);
    assert_eq!(vault.get("/keys").await.status(), 200);
    assert_eq!(other.get("/secrets").await.status(), 200);
    let discovery =
        format!("{}/common/v2.0/.well-known/openid-configuration", vault.emulator.authority());
    assert_eq!(vault.send_to("GET", &discovery, "", &[]).await.status(), 502);
    let arm = Arm::new().await;
    arm.emulator().faults().next(1).operation("Vaults_CreateOrUpdate").vault("kv-2").status(500);
    assert_eq!(arm.put("kv-1", json!({})).await.status(), 200);
    assert_eq!(arm.put("kv-2", json!({})).await.status(), 500);
}

#[tokio::test]
async fn a_principal_is_known_once_its_token_is_good() {
    let mut vault = Vault::new().await;
    let me = vault.emulator.default_principal();
    let faults = vault.emulator.faults().clone();
    let order = faults.always().principal(me.oid()).status(403);
    let mine = vault.token.take();
    assert_eq!(vault.get("/keys").await.status(), 401, "nobody is challenged by a fault");
    let other = Principal::new("11111111-2222-3333-4444-555555555555");
    vault.token = Some(token(&vault.emulator, other, "https://vault.azure.net/.default").await);
    assert_eq!(vault.get("/keys").await.status(), 200);
    vault.token = mine;
    assert_eq!(vault.get("/keys").await.status(), 403);
    assert_eq!(order.struck(), 1);
    order.cancel();
    faults.next(1).principal(me.appid()).status(403);
    assert_eq!(statuses(&vault, "/keys", 2).await, [403, 200]);
}

#[tokio::test]
async fn after_authentication_a_challenge_comes_first_and_does_not_count() {
    let mut vault = Vault::new().await;
    vault.emulator.faults().next(1).after_authentication().status(503);
    let token = vault.token.take();
    assert_eq!(vault.get("/keys").await.status(), 401);
    vault.token = token;
    assert_eq!(statuses(&vault, "/keys", 2).await, [503, 200]);
    let arm = Arm::new().await;
    let order = arm.emulator().faults().next(1).after_authentication().disconnect();
    let url = format!("{}{}?api-version=2022-12-01", arm.http.base, arm.subscription());
    arm.http.try_send_to("GET", &url, "", &[]).await.unwrap_err();
    assert_eq!((arm.get(&arm.subscription()).await.status(), order.struck()), (200, 1));
}

#[tokio::test(start_paused = true)]
async fn an_order_that_waits_after_authentication_holds_nobody_up() {
    let vault = Vault::new().await;
    let order = json!({"times": 1, "after_authentication": true,
        "processing_delay": {"at_least_ms": 60_000, "at_most_ms": 60_000}});
    vault.emulator.faults().place(serde_json::from_value(order).unwrap()).unwrap();
    let start = now();
    let struck = vault.get("/keys");
    tokio::pin!(struck);
    let second = Duration::from_secs(1);
    assert!(tokio::time::timeout(second, &mut struck).await.is_err());
    // Waits for the requests under way, and all that come after it wait for it.
    let snapshot = tokio::time::timeout(second, vault.emulator.snapshot()).await;
    snapshot.expect("the request that waits holds nothing").unwrap();
    assert_eq!(vault.get("/secrets").await.status(), 200);
    assert_eq!(start.elapsed(), second);
    assert_eq!(struck.await.status(), 200);
    assert_eq!(start.elapsed(), 60 * second);
}

#[tokio::test]
async fn a_refusal_is_in_the_words_of_the_service_that_is_asked() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    faults.next(1).refuse_as(429, "Throttled", "Slow down.");
    let refused = vault.get("/keys").await;
    assert_eq!(refused.refusal(), (429, "Throttled".to_owned(), None, "Slow down.".to_owned()));
    assert!(refused.header("x-ms-request-id").is_some());
    assert_eq!(refused.header("x-ms-keyvault-region"), Some("westus2"));

    faults.next(1).status(503);
    let url = format!("{}/common/discovery/instance", vault.emulator.authority());
    let refused = vault.send_to("GET", &url, "", &[]).await;
    assert_eq!(refused.status(), 503);
    let body = refused.json();
    assert_eq!(body["error"], "temporarily_unavailable");
    assert_eq!(body["error_codes"], json!([90033]));
    assert!(body["error_description"].as_str().unwrap().starts_with("AADSTS90033: "), "{body}");

    let arm = Arm::new().await;
    arm.emulator().faults().next(1).status(409);
    let refused = arm.get(&arm.subscription()).await;
    assert_eq!((refused.status(), &refused.json()["error"]["code"]), (409, &json!("Conflict")));
    assert!(refused.header("x-ms-correlation-request-id").is_some());
}

#[tokio::test]
async fn every_form_of_retry_after_can_be_sent() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    for (form, header, expected) in [
        (RetryAfter::Seconds(7), "retry-after", "7"),
        (RetryAfter::Seconds(-7), "retry-after", "-7"),
        (RetryAfter::Seconds(i64::MAX), "retry-after", "9223372036854775807"),
        (RetryAfter::Millis(1500), "retry-after-ms", "1500"),
        (RetryAfter::XMsMillis(1500), "x-ms-retry-after-ms", "1500"),
        (RetryAfter::Text("soon".to_owned()), "retry-after", "soon"),
    ] {
        faults.next(1).refuse(503, &[form]);
        let answer = vault.get("/keys").await;
        assert_eq!((answer.status(), answer.header(header)), (503, Some(expected)));
    }
    faults.next(1).refuse(503, &[]);
    assert_eq!(vault.get("/keys").await.header("retry-after"), None);
    // By wall time, which the clock of another emulator shows, wherever the vaults' clock stands.
    vault.emulator.clock().advance(Duration::from_secs(86_400));
    faults.next(1).refuse(503, &[RetryAfter::Date(30)]);
    let answer = vault.get("/keys").await;
    let date = answer.header("retry-after").unwrap().replace("GMT", "+0000");
    let ahead =
        OffsetDateTime::parse(&date, &Rfc2822).unwrap() - Emulator::in_memory().clock().now();
    assert!((0..=30).contains(&ahead.whole_seconds()), "{date}");
}

#[tokio::test(start_paused = true)]
async fn an_order_waits_before_processing_and_before_the_answer() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    let fixed = Duration::from_secs(3);
    faults.next(1).delay_processing(fixed).delay(Duration::from_secs(4));
    let begun = now();
    assert_eq!(vault.get("/keys").await.status(), 200);
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
    let range = Latency::between(Duration::from_millis(10), Duration::from_millis(90), 7);
    let mut waits = Vec::new();
    faults.next(20).delay(range);
    for _ in 0..20 {
        let begun = now();
        vault.get("/keys").await.status();
        waits.push(begun.elapsed().as_millis());
    }
    assert!(waits.iter().all(|wait| (10..=90).contains(wait)), "{waits:?}");
    waits.dedup();
    assert!(waits.len() > 10, "{waits:?}");
}

/// Whose request it is, is known only once its vault was looked up.
#[tokio::test(start_paused = true)]
async fn a_request_that_waited_does_not_reach_a_vault_that_was_deleted_meanwhile() {
    let arm = Arm::new().await;
    let data = arm.open_vault("kv-1", json!({})).await;
    let me = arm.emulator().default_principal();
    let wait = Duration::from_secs(9);
    let order = arm.emulator().faults().next(1).operation("SetSecret").principal(me.oid());
    order.delay_processing(wait).delay(Duration::ZERO);
    let set = data.send("PUT", "/secrets/s", Some(json!({"value": "v"})));
    let deleted = async {
        tokio::task::yield_now().await;
        arm.delete("kv-1").await.status()
    };
    let (set, deleted) = tokio::join!(set, deleted);
    assert_eq!(deleted, 200);
    assert!(set.status() >= 400, "{}", set.text());
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_comes_in_pieces() {
    let vault = Vault::new().await;
    vault.emulator.faults().next(1).drip(10, Duration::from_secs(1));
    let begun = now();
    let answer = vault.get("/keys").await;
    assert_eq!(answer.json()["value"], json!([]));
    // 28 bytes of body and some hundred of the head.
    assert!(begun.elapsed() > Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn answers_can_be_odd_in_type_shape_and_size() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    faults.next(1).captive_portal();
    let portal = vault.get("/keys").await;
    assert_eq!(portal.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(portal.text().contains("Welcome"));
    faults.next(1).content_type("text/plain");
    let plain = vault.get("/keys").await;
    assert_eq!((plain.status(), plain.header("content-type")), (200, Some("text/plain")));
    assert_eq!(plain.json()["value"], json!([]));
    faults.next(1).body(r#"{"value": 7}"#);
    assert_eq!(vault.get("/keys").await.json(), json!({"value": 7}));
    faults.next(1).oversize_body(3 << 20, true);
    let padded = vault.get("/keys").await;
    assert_eq!((padded.text().len(), &padded.json()["value"]), ((3 << 20) + 28, &json!([])));
    faults.next(1).oversize_body(10, false);
    assert!(vault.get("/keys").await.text().ends_with("}xxxxxxxxxx"));
}

#[tokio::test]
async fn a_replayed_answer_is_the_first_ones() {
    let vault = Vault::new().await;
    vault.set("s", json!({"value": "one"})).await;
    let order = vault.emulator.faults().always().operation("GetSecret").replay();
    assert_eq!(vault.get("/secrets/s").await.json()["value"], "one");
    vault.set("s", json!({"value": "two"})).await;
    assert_eq!(vault.get("/secrets/s").await.json()["value"], "one");
    order.cancel();
    assert_eq!(vault.get("/secrets/s").await.json()["value"], "two");
}

#[tokio::test]
async fn a_request_that_comes_twice_has_its_effect_twice() {
    let vault = Vault::new().await;
    for after_authentication in [false, true] {
        let name = format!("s-{after_authentication}");
        let order = vault.emulator.faults().next(1).operation("SetSecret");
        if after_authentication { order.after_authentication() } else { order }.twice();
        vault.set(&name, json!({"value": "v"})).await.to_string();
        let versions = vault.get(&format!("/secrets/{name}/versions")).await.json();
        assert_eq!(versions["value"].as_array().map(Vec::len), Some(2), "{name}");
    }
}

#[tokio::test]
async fn in_memory_every_end_of_a_connection_is_an_io_error() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    for order in [
        Fault::Disconnect { reset: true },
        Fault::LoseAnswer { reset: true },
        Fault::ResetStream,
        Fault::Cut { after: 5, chunked: true, reset: true },
    ] {
        faults.place(faults.next(1).order(order.clone())).unwrap();
        let error = failure(&vault).await;
        assert!(matches!(error.kind(), ErrorKind::Io), "{order:?}: {error:?}");
    }
    faults.next(1).vault("kv").refuse_handshake();
    let error = failure(&vault).await;
    assert!(matches!(error.kind(), ErrorKind::Connection), "{error:?}");
    assert_eq!(vault.get("/keys").await.status(), 200);
}

#[tokio::test]
async fn an_order_is_plain_data_that_survives_json() {
    let text = json!({
        "on": {"operation": "SetSecret", "principal": "p"}, "times": 2, "skip": 1, "every": 3,
        "share": {"probability": 0.5, "seed": 9}, "after_authentication": true, "close": true,
        "processing_delay": {"at_least_ms": 1, "at_most_ms": 2, "seed": 3},
        "fault": {"kind": "cut", "after": 5, "chunked": true, "reset": false},
    });
    let order: FaultOrder = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(&order).unwrap(), text);
    assert_eq!(
        order.on,
        serde_json::from_str::<FaultSelector>(r#"{"operation":"SetSecret","principal":"p"}"#)
            .unwrap()
    );
    assert_eq!(serde_json::from_str::<FaultOrder>("{}").unwrap(), FaultOrder::default());
    for wrong in [
        json!({"times": 1, "falut": {"kind": "twice"}}),
        json!({"fault": {"kind": "unheard_of"}}),
        json!({"on": {"colour": "red"}}),
    ] {
        assert!(serde_json::from_value::<FaultOrder>(wrong.clone()).is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_carried_out_is_refused_in_words() {
    let emulator = Emulator::in_memory();
    for (order, says) in [
        (json!({"fault": {"kind": "status", "status": 199}}), "a status is from 200 to 999"),
        (json!({"share": {"probability": 1.5}}), "a probability is from 0 to 1"),
        (
            json!({"fault": {"kind": "body", "body": {"base64": "%"}}}),
            "a body in base64 is not base64",
        ),
        (
            json!({"fault": {"kind": "drip", "bytes": 0, "every_ms": 1}}),
            "a slow answer has at least 1 byte at a time",
        ),
        (
            json!({"on": {"operation": "GetKey"}, "fault": {"kind": "refuse_handshake"}}),
            "a handshake has a host and a vault alone",
        ),
    ] {
        let order = serde_json::from_value(order).unwrap();
        let error = emulator.faults().place(order).unwrap_err();
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(
            (error.to_string().as_str(), source.as_str()),
            ("the emulator could not order a fault", says)
        );
    }
    assert_eq!(emulator.faults().list(), []);
}

#[tokio::test]
async fn a_report_is_told_as_json() {
    let vault = Vault::new().await;
    let order = vault.emulator.faults().next(1).vault("kv").status(503);
    vault.get("/keys").await.status();
    let report: Value = serde_json::to_value(vault.emulator.faults().get(order.id())).unwrap();
    assert_eq!(
        report,
        json!({
            "id": order.id(), "matched": 1, "struck": 1, "done": true,
            "order": {
                "on": {"vault": "kv"}, "times": 1, "skip": 0, "every": 0, "close": false,
                "after_authentication": false, "fault": {"kind": "status", "status": 503},
            },
        })
    );
}
