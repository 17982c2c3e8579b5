//! Lists and their pages.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::{Vault, member_order};

async fn with_keys(count: usize) -> Vault {
    let vault = Vault::new().await;
    for n in 0..count {
        vault.create(&format!("Key-{n:03}"), json!({"kty": "EC"})).await;
    }
    vault
}

/// Follows the next links; gives the sizes of the pages and the items.
async fn all(vault: &Vault, path: &str) -> (Vec<usize>, Vec<Value>) {
    let mut page = vault.get(path).await.ok();
    let (mut sizes, mut items) = (Vec::new(), Vec::new());
    loop {
        let value = page["value"].as_array().unwrap();
        sizes.push(value.len());
        items.extend(value.iter().cloned());
        let link = &page["nextLink"];
        if link.is_null() {
            return (sizes, items);
        }
        page = vault.send_to("GET", link.as_str().unwrap(), "", &[]).await.ok();
    }
}

#[tokio::test]
async fn an_empty_list_ends_with_a_null_link() {
    let vault = Vault::new().await;
    for path in ["/keys", "/deletedkeys", "/keys/none/versions"] {
        let answer = vault.get(path).await;
        assert_eq!(
            (answer.status(), answer.text()),
            (200, r#"{"value":[],"nextLink":null}"#),
            "{path}"
        );
    }
}

#[tokio::test]
async fn pages_hold_25_items_unless_fewer_are_asked_for() {
    let vault = with_keys(51).await;
    let (sizes, items) = all(&vault, "/keys").await;
    assert_eq!(sizes, [25, 25, 1]);
    let kids: Vec<_> = items.iter().map(|item| item["kid"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<_> =
        (0..51).map(|n| format!("https://kv.vault.localhost:8443/keys/Key-{n:03}")).collect();
    assert_eq!(kids, expected, "in the order of names, without versions");
    assert_eq!(all(&vault, "/keys?maxresults=20").await.0, [20, 20, 11]);
    assert_eq!(all(&vault, "/keys?maxresults=1").await.0.len(), 51);
}

#[tokio::test]
async fn a_next_link_is_absolute_and_keeps_what_was_asked() {
    let vault = with_keys(3).await;
    let page = vault.get("/keys?maxresults=2").await.ok();
    let link = page["nextLink"].as_str().unwrap();
    assert!(
        link.starts_with("https://kv.vault.localhost:8443/keys?api-version=7.6&$skiptoken="),
        "{link}"
    );
    assert!(link.ends_with("&maxresults=2"), "{link}");
    let token = link.split("$skiptoken=").nth(1).unwrap().split('&').next().unwrap();
    let encoded = format!("/keys?%24skiptoken={token}");
    assert_eq!(vault.get(&encoded).await.ok()["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_page_goes_on_where_it_was_though_its_last_key_is_gone() {
    let vault = with_keys(4).await;
    let page = vault.get("/keys?maxresults=2").await.ok();
    vault.delete("/keys/key-001").await.ok();
    let next = vault.send_to("GET", page["nextLink"].as_str().unwrap(), "", &[]).await.ok();
    let kid = next["value"][0]["kid"].as_str().unwrap();
    assert!(kid.ends_with("/Key-002"), "{kid}");
}

#[tokio::test]
async fn page_sizes_outside_1_to_25_and_made_up_tokens_are_refused() {
    let vault = Vault::new().await;
    for query in
        ["maxresults=0", "maxresults=26", "maxresults=-1", "maxresults=x", "$skiptoken=junk"]
    {
        let (status, code, ..) = vault.get(&format!("/keys?{query}")).await.refusal();
        assert_eq!((status, code.as_str()), (400, "BadParameter"), "{query}");
    }
}

#[tokio::test]
async fn versions_carry_their_ids() {
    let vault = Vault::new().await;
    let mut made = HashSet::new();
    for _ in 0..5 {
        let bundle = vault.create("k", json!({"kty": "EC", "tags": {"a": "1"}})).await;
        made.insert(bundle["key"]["kid"].as_str().unwrap().to_owned());
    }
    let (sizes, items) = all(&vault, "/keys/k/versions?maxresults=2").await;
    assert_eq!(sizes, [2, 2, 1]);
    let listed: HashSet<_> =
        items.iter().map(|item| item["kid"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, made);
    let mut members: Vec<_> = items[0].as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["attributes", "kid", "tags"]);
}

#[tokio::test]
async fn deleted_items_are_written_as_recorded() {
    let vault = with_keys(2).await;
    vault.delete("/keys/key-000").await.ok();
    let answer = vault.get("/deletedkeys").await;
    member_order(
        answer.text(),
        &["recoveryId", "deletedDate", "scheduledPurgeDate", "kid", "attributes"],
    );
    let page = answer.ok();
    assert_eq!(page["value"].as_array().unwrap().len(), 1);
    let item = &page["value"][0];
    assert_eq!(item["kid"], "https://kv.vault.localhost:8443/keys/Key-000");
    assert_eq!(item["recoveryId"], "https://kv.vault.localhost:8443/deletedkeys/Key-000");
    assert_eq!(vault.get("/keys").await.ok()["value"].as_array().unwrap().len(), 1);
}
