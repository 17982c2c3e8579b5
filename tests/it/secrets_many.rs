//! Many secrets at once: how many at a time, while the list still comes, and what is told of failures.

use std::{sync::Arc, time::Duration};

use azvault::{ErrorKind, KeyVaultClient, secrets::SecretClient};
use azvault_core::retry::RetryPolicy;
use azvault_tests::{Answer, Clerk, KNOWN, Script};
use serde_json::json;

const TICK: Duration = Duration::from_millis(100);

fn client(script: &Arc<Script>) -> SecretClient {
    let clerk = Clerk::steady();
    let vaults = KeyVaultClient::builder(clerk)
        .transport(script.transport())
        .retry(RetryPolicy::none())
        .build()
        .unwrap();
    vaults.secrets(KNOWN).unwrap()
}

fn secret(path: &str) -> Answer {
    let id = format!("{KNOWN}{path}/0123456789abcdef0123456789abcdef");
    Answer::ok(&json!({"value": path, "id": id, "attributes": {"enabled": true}}))
}

/// A page of a list, of `names`, and where it goes on.
fn page(names: &[&str], next: Option<&str>) -> Answer {
    let items: Vec<_> = names
        .iter()
        .map(|name| {
            let enabled = !name.starts_with("disabled");
            json!({"id": format!("{KNOWN}/secrets/{name}"), "attributes": {"enabled": enabled}})
        })
        .collect();
    let next = next.map(|at| format!("{KNOWN}/secrets?api-version=2026-04-01&at={at}"));
    Answer::ok(&json!({"value": items, "nextLink": next}))
}

fn paths(script: &Arc<Script>) -> Vec<String> {
    script.seen().iter().map(|seen| seen.url.path().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn no_more_secrets_are_got_at_a_time_than_was_said() {
    let script = Script::by(|seen| secret(seen.url.path()).after(TICK));
    let names: Vec<String> = (0..20).map(|n| format!("s{n}")).collect();
    for (concurrency, rounds) in [(None, 3), (Some(5), 4), (Some(0), 20), (Some(100), 1)] {
        let before = script.count();
        let many = client(&script).get_many(&names);
        let many = match concurrency {
            Some(concurrency) => many.with_concurrency(concurrency),
            None => many,
        };
        let report = many.await;
        assert!(report.is_complete());
        assert_eq!(report.into_secrets().len(), 20);
        // All that run at a time begin at a time: each takes one tick.
        let mut times = script.times().split_off(before);
        times.dedup();
        assert_eq!(times.len(), rounds, "{concurrency:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_failed_is_told_by_name_and_what_was_read_is_kept() {
    let script = Script::by(|seen| match seen.url.path() {
        "/secrets/gone" => Answer::error(404, "SecretNotFound", "there is no such secret"),
        "/secrets/off" => Answer::error(403, "Forbidden", "the secret is disabled"),
        "/secrets/role" => Answer::error(403, "ForbiddenByRbac", "no role permits it"),
        path => secret(path),
    });
    let names = ["a", "gone", "off", "b", "role", "no name", "a"];
    let report = client(&script).get_many(names).await;
    assert_eq!(report.secrets().keys().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(report.get("a").unwrap().value().expose(), "/secrets/a");
    let failed: Vec<_> =
        report.failed().iter().map(|(name, e)| (name.as_str(), e.kind())).collect();
    assert_eq!(
        failed,
        [
            ("gone", ErrorKind::NotFound),
            ("no name", ErrorKind::InvalidInput),
            ("off", ErrorKind::Forbidden),
            ("role", ErrorKind::ForbiddenByRbac),
        ]
    );
    assert!(!report.is_complete() && !report.stopped_early() && report.skipped().is_empty());
    assert_eq!(script.count(), 5, "each name once");
    assert!(report.into_result().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_would_meet_all_stops_the_reading_and_keeps_what_was_read() {
    let script = Script::by(|seen| match seen.url.path() {
        "/secrets/s00" => secret("/secrets/s00"),
        _ => Answer::error(403, "ForbiddenByPolicy", "no permission").after(TICK),
    });
    let names: Vec<String> = (0..50).map(|n| format!("s{n:02}")).collect();
    let report = client(&script).get_many(&names).with_concurrency(4).await;
    assert!(report.stopped_early() && !report.is_complete());
    assert_eq!(report.secrets().len(), 1);
    // Those that were on their way were waited for; nothing began after the first failure.
    assert_eq!((report.failed().len(), report.skipped().len()), (4, 45));
    assert_eq!(script.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_got_while_the_list_still_comes() {
    let script = Script::by(|seen| match (seen.url.path(), seen.url.query()) {
        ("/secrets", Some(query)) if query.contains("at=2") => {
            page(&["c", "d"], None).after(TICK * 9)
        }
        ("/secrets", _) => page(&["a", "b"], Some("2")),
        (path, _) => secret(path).after(TICK),
    });
    let report = client(&script).load_all(|_| true).await;
    assert_eq!(report.secrets().keys().map(String::as_str).collect::<String>(), "abcd");
    assert!(report.is_complete());
    let position = |path: &str| paths(&script).iter().position(|it| it == path).unwrap();
    assert!(script.times()[position("/secrets/b")] < TICK * 9);
    assert_eq!(script.clock().elapsed(), TICK * 10, "the gets of the first page cost no time");
}

#[tokio::test(start_paused = true)]
async fn a_long_list_is_not_read_ahead_of_its_gets() {
    let script = Script::by(|seen| match (seen.url.path(), seen.url.query()) {
        ("/secrets", Some(query)) => {
            let at: usize = query.rsplit_once("at=").map_or(0, |(_, at)| at.parse().unwrap());
            let names: Vec<String> = (0..10).map(|n| format!("s{at}-{n}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            page(&names, (at < 19).then(|| (at + 1).to_string()).as_deref())
        }
        (path, _) => secret(path).after(TICK),
    });
    let report = client(&script).load_all(|_| true).with_concurrency(4).await;
    assert_eq!(report.secrets().len(), 200);
    // At any time no more was listed than what is got, four, this page's rest and the next page.
    let (mut listed, mut got) = (0_usize, 0_usize);
    for path in paths(&script) {
        if path == "/secrets" {
            listed += 10
        } else {
            got += 1
        }
        assert!(listed <= got + 24, "{listed} listed, {got} got");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_would_meet_all_ends_the_listing_too() {
    let script = Script::by(|seen| match (seen.url.path(), seen.url.query()) {
        ("/secrets", Some(query)) => {
            let at: usize = query.rsplit_once("at=").map_or(0, |(_, at)| at.parse().unwrap());
            let name = if at == 0 { "app" } else { "other" };
            let next = (at < 99).then(|| (at + 1).to_string());
            page(&[name], next.as_deref()).after(TICK)
        }
        _ => Answer::error(403, "ForbiddenByPolicy", "no permission").after(TICK),
    });
    let report = client(&script).load_all(|secret| secret.name() == "app").await;
    assert!(report.stopped_early());
    assert_eq!(report.failed().len(), 1);
    let listed = paths(&script).iter().filter(|path| *path == "/secrets").count();
    assert!(listed <= 4, "{listed} pages for nothing");
}

#[tokio::test(start_paused = true)]
async fn the_filter_and_the_disabled_cost_no_request_and_the_deleted_are_told() {
    let script = Script::by(|seen| match seen.url.path() {
        "/secrets" => page(&["app-a", "app-gone", "disabled-app", "other"], None),
        "/secrets/app-gone" => Answer::error(404, "SecretNotFound", "there is no such secret"),
        path => secret(path),
    });
    let report = client(&script).load_all(|secret| secret.name().contains("app")).await;
    assert_eq!(report.secrets().keys().collect::<Vec<_>>(), ["app-a"]);
    assert_eq!(report.vanished().iter().collect::<Vec<_>>(), ["app-gone"]);
    assert!(report.is_complete() && report.failed().is_empty());
    assert_eq!(paths(&script), ["/secrets", "/secrets/app-a", "/secrets/app-gone"]);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_loses_nothing_that_was_read() {
    let script = Script::by(|seen| match (seen.url.path(), seen.url.query()) {
        ("/secrets", Some(query)) if query.contains("at=2") => Answer::status(500),
        ("/secrets", _) => page(&["a", "b"], Some("2")),
        (path, _) => secret(path),
    });
    let report = client(&script).load_all(|_| true).await;
    assert_eq!(report.secrets().len(), 2);
    assert_eq!(report.listing_error().unwrap().kind(), ErrorKind::Service);
    assert!(!report.is_complete());
    assert_eq!(report.into_result().unwrap_err().kind(), ErrorKind::Service);
}

#[tokio::test(start_paused = true)]
async fn one_throttled_get_pauses_the_others_and_all_are_read() {
    let script = Script::by(|seen| match (seen.n, seen.url.path()) {
        (2, _) => Answer::status(429).header("retry-after", "5"),
        (_, path) => secret(path).after(TICK),
    });
    let vaults = KeyVaultClient::builder(Clerk::steady()).transport(script.transport());
    let client = vaults.build().unwrap().secrets(KNOWN).unwrap();
    let names: Vec<String> = (0..40).map(|n| format!("s{n}")).collect();
    let report = client.get_many(&names).with_concurrency(4).await;
    assert!(report.is_complete(), "{:?}", report.failed());
    assert_eq!(script.count(), 41);
    let quiet = |at: &&Duration| (TICK..Duration::from_secs(5)).contains(*at);
    assert_eq!(script.times().iter().filter(quiet).count(), 0, "{:?}", script.times());
}

#[tokio::test(start_paused = true)]
async fn the_largest_backup_of_a_secret_is_read() {
    let blob = "A".repeat(23 * 1024 * 1024);
    let script = Script::always(Answer::ok(&json!({ "value": blob })));
    let backup = client(&script).backup_secret("s").await.unwrap();
    assert!(backup.as_bytes().len() > 16 << 20);
}
