//! Lists walked page by page while the clock, recoveries and purges change what is in them.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::support::Vault;

const DAY: Duration = Duration::from_secs(86_400);
const LAG: Duration = Duration::from_secs(10);
const SECRETS: usize = 60;

/// The ends of the ids in a list, by pages of seven.
async fn walk(vault: &Vault, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut page = vault.get(&format!("{path}?maxresults=7")).await.ok();
    loop {
        let items = page["value"].as_array().unwrap();
        assert!(items.len() <= 7, "{page:?}");
        let ids = items.iter().map(|item| item["id"].as_str().unwrap());
        found.extend(ids.map(|id| id.rsplit('/').next().unwrap().to_owned()));
        let Some(link) = page["nextLink"].as_str().map(str::to_owned) else {
            return found;
        };
        page = vault.send_to("GET", &link, "", &[]).await.ok();
    }
}

/// The names of those secrets that are left by `stays`.
fn names(stays: impl Fn(usize) -> bool) -> Vec<String> {
    (0..SECRETS).filter(|number| stays(*number)).map(|number| format!("s{number:02}")).collect()
}

/// Deleted items name their version: the name is before it.
async fn deleted(vault: &Vault) -> Vec<String> {
    walk(vault, "/deletedsecrets").await
}

#[tokio::test]
async fn every_secret_is_in_one_list_whatever_became_of_it() {
    let builder = Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).purge_lag(LAG);
    let vault = Vault::of(builder.retention_days(7)).await;
    for name in names(|_| true) {
        vault.set(&name, json!({"value": "v"})).await;
    }
    assert_eq!(walk(&vault, "/secrets").await, names(|_| true));
    for name in names(|number| number % 3 == 0) {
        vault.delete(&format!("/secrets/{name}")).await.ok();
    }
    assert_eq!(walk(&vault, "/secrets").await, names(|number| number % 3 != 0));
    assert!(deleted(&vault).await.is_empty(), "they are still being deleted");
    vault.emulator.clock().advance(LAG);
    assert_eq!(deleted(&vault).await, names(|number| number % 3 == 0));

    for name in names(|number| number % 6 == 0) {
        vault.send("POST", &format!("/deletedsecrets/{name}/recover"), None).await.ok();
    }
    assert_eq!(walk(&vault, "/secrets").await, names(|number| number % 3 != 0));
    assert_eq!(deleted(&vault).await, names(|number| number % 6 == 3));
    vault.emulator.clock().advance(LAG);
    assert_eq!(walk(&vault, "/secrets").await, names(|number| number % 6 != 3));

    let purged = vault.delete("/deletedsecrets/s03").await;
    assert_eq!(purged.status(), 204, "{}", purged.text());
    assert_eq!(deleted(&vault).await, names(|number| number % 6 == 3 && number != 3));
    vault.emulator.clock().advance(7 * DAY);
    assert!(deleted(&vault).await.is_empty(), "their time is over");
    assert_eq!(walk(&vault, "/secrets").await, names(|number| number % 6 != 3));
    for name in names(|number| number % 6 == 3) {
        vault.set(&name, json!({"value": "new"})).await;
    }
    assert_eq!(walk(&vault, "/secrets").await, names(|_| true));
}

#[tokio::test]
async fn a_clock_that_is_set_back_brings_nothing_back_and_hides_nothing() {
    let vault = Vault::of(Emulator::builder().recovery_lag(LAG).retention_days(7)).await;
    for name in ["a", "b", "c"] {
        vault.set(name, json!({"value": "v"})).await;
        vault.delete(&format!("/secrets/{name}")).await.ok();
    }
    vault.send("POST", "/deletedsecrets/a/recover", None).await.ok();
    let before = vault.emulator.clock().now();
    vault.emulator.clock().advance(LAG);
    assert_eq!(walk(&vault, "/secrets").await, ["a"]);
    vault.emulator.clock().set(before - DAY);
    assert_eq!(walk(&vault, "/secrets").await, ["a"]);
    assert_eq!(deleted(&vault).await, ["b", "c"]);
    // The time that each was to be purged at stays.
    vault.emulator.clock().set(before + 7 * DAY);
    assert!(deleted(&vault).await.is_empty());
    assert_eq!(walk(&vault, "/secrets").await, ["a"]);
}

#[tokio::test]
async fn all_versions_are_listed_once_in_the_order_of_their_ids() {
    let vault = Vault::new().await;
    let mut versions = Vec::new();
    for _ in 0..30 {
        let bundle = vault.set("s", json!({"value": "v"})).await;
        versions.push(bundle["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned());
        let mut sorted = versions.clone();
        sorted.sort();
        assert_eq!(walk(&vault, "/secrets/s/versions").await, sorted);
    }
}
