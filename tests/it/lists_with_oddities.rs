//! Lists as services really give them: empty, repeated, changed meanwhile, and very long.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use azvault::{ErrorKind, KeyVaultClient};
use azvault_core::{Client, ClientBuilder, Operation, Pager, ServiceClient};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use futures::{StreamExt, TryStreamExt};
use serde::Deserialize;
use serde_json::json;

fn vaults(script: &Arc<Script>) -> KeyVaultClient {
    let builder = KeyVaultClient::builder(Clerk::rotating());
    builder.transport(script.transport()).build().unwrap()
}

fn secret(name: &str) -> serde_json::Value {
    json!({"id": format!("{KNOWN}/secrets/{name}"), "attributes": {"enabled": true}})
}

#[tokio::test(start_paused = true)]
async fn an_empty_first_page_with_a_link_is_not_the_end() {
    let script = Script::of([
        Answer::ok(&json!({"value": [], "nextLink": format!("{KNOWN}/secrets?page=1")})),
        Answer::ok(&json!({"value": null, "nextLink": format!("{KNOWN}/secrets?page=2")})),
        Answer::ok(&json!({"nextLink": format!("{KNOWN}/secrets?page=3")})),
        Answer::ok(&json!({"value": [secret("a")], "nextLink": null})),
    ]);
    let secrets = vaults(&script).secrets(KNOWN).unwrap();
    let all = secrets.list_secret_properties().try_collect().await.unwrap();
    assert_eq!((all.len(), script.count()), (1, 4));
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_gone_by_the_time_it_is_read_does_not_end_the_list() {
    let script = Script::by(|seen| match (seen.url.path(), seen.n) {
        ("/secrets", _) if seen.url.query().is_some_and(|query| query.contains("page=2")) => {
            // Repeated across pages, as happens when something is made meanwhile.
            Answer::ok(&json!({"value": [secret("b"), secret("c")]}))
        }
        ("/secrets", _) => Answer::ok(&json!({
            "value": [secret("a"), secret("b")],
            "nextLink": format!("{KNOWN}/secrets?page=2"),
        })),
        (path, _) if path.starts_with("/secrets/b") => {
            Answer::error(404, "SecretNotFound", "it is gone")
        }
        (path, _) => Answer::ok(&json!({
            "value": "v",
            "id": format!("{KNOWN}{path}/0123456789abcdef0123456789abcdef"),
            "attributes": {"enabled": true},
        })),
    });
    let secrets = vaults(&script).secrets(KNOWN).unwrap();
    let mut list = secrets.list_secret_properties();
    let (mut read, mut gone) = (Vec::new(), Vec::new());
    while let Some(properties) = list.try_next().await.unwrap() {
        let name = properties.id().name().to_owned();
        match secrets.get_secret(&name).await {
            Ok(_) => read.push(name),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound);
                gone.push(name);
            }
        }
    }
    assert_eq!((read.concat(), gone.concat()), ("ac".to_owned(), "bb".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn members_that_nobody_knows_are_passed_over_and_an_item_without_an_id_is_told() {
    let odd = json!({
        "id": format!("{KNOWN}/secrets/a"),
        "attributes": {"enabled": true, "aNewOne": {"deep": [1, null]}, "exp": null},
        "tags": null, "contentType": null, "managed": null, "aNewMember": [{}],
    });
    let script = Script::always(Answer::ok(&json!({"value": [odd], "aNewOne": 7})));
    let secrets = vaults(&script).secrets(KNOWN).unwrap();
    assert_eq!(secrets.list_secret_properties().try_collect().await.unwrap().len(), 1);
    for item in [json!({"id": null}), json!({"attributes": {}}), json!(null), json!(7)] {
        let script = Script::always(Answer::ok(&json!({"value": [item]})));
        let secrets = vaults(&script).secrets(KNOWN).unwrap();
        let results: Vec<_> = secrets.list_secret_properties().collect().await;
        assert_eq!(results.len(), 1, "an error is the end");
        let kind = results[0].as_ref().unwrap_err().kind();
        assert_eq!(kind, ErrorKind::InvalidResponse, "{item}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_fails_is_where_another_list_goes_on() {
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let flag = broken.clone();
    let script = Script::by(move |seen| {
        let page: u32 = match seen.url.query_pairs().find(|(name, _)| name == "page") {
            Some((_, page)) => page.parse().unwrap(),
            None => 0,
        };
        let next = format!("{KNOWN}/things?page={}", page + 1);
        match page {
            2 if flag.load(Ordering::Relaxed) => Answer::error(403, "Forbidden", "not now"),
            _ => Answer::page(&[2 * page, 2 * page + 1], (page < 4).then_some(&next)),
        }
    });
    let client = ProbeClient::builder(KNOWN, &script, &Clerk::rotating()).build().unwrap();
    let mut list = client.list(None);
    let mut items = Vec::new();
    let error = loop {
        match list.try_next().await {
            Ok(item) => items.push(item.unwrap().as_u64().unwrap()),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), items.as_slice()), (ErrorKind::Forbidden, &[0, 1, 2, 3][..]));
    // Kept as text, as another process would have it.
    let kept = list.continuation().unwrap().as_str().to_owned();
    broken.store(false, Ordering::Relaxed);
    let rest = client.list(Some(azvault_core::pager::Continuation::new(kept)));
    for item in rest.try_collect().await.unwrap() {
        items.push(item.as_u64().unwrap());
    }
    assert_eq!(items, (0..10).collect::<Vec<u64>>());
}

static LIST: Operation = Operation::idempotent("list_versions");
static ALIVE: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

/// An item that counts how many of its kind there are.
#[derive(Debug)]
struct Counted(u64);

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = u64::deserialize(deserializer)?;
        let alive = ALIVE.fetch_add(1, Ordering::SeqCst) + 1;
        MOST.fetch_max(alive, Ordering::SeqCst);
        Ok(Self(n))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Versions(Client);

impl ServiceClient for Versions {
    const API_VERSION: &'static str = "7.6";

    type Seed = ();

    fn from_client(client: Client, (): ()) -> azvault_core::Result<Self> {
        Ok(Self(client))
    }
}

#[tokio::test(start_paused = true)]
async fn twenty_thousand_versions_are_never_more_than_a_page_and_a_half_in_memory() {
    const ALL: u64 = 20_000;
    // The bodies that somebody still holds, by the memory they share.
    let held = Arc::new(std::sync::Mutex::new(Vec::<bytes::Bytes>::new()));
    let most_bodies = Arc::new(AtomicUsize::new(0));
    let (bodies, most) = (held.clone(), most_bodies.clone());
    let script = Script::by(move |seen| {
        let first = seen.n as u64 * 25;
        let items: Vec<u64> = (first..first + 25).collect();
        let next = format!("{KNOWN}/versions?page={}", seen.n + 1);
        let next = (first + 25 < ALL).then_some(next);
        let body: bytes::Bytes = json!({"value": items, "nextLink": next}).to_string().into();
        let mut held = bodies.lock().unwrap();
        held.push(body.clone());
        held.retain(|body| !body.is_unique());
        most.fetch_max(held.len(), Ordering::SeqCst);
        Answer::new(200, body)
    });
    let builder = ClientBuilder::<Versions>::new(KNOWN, ()).transport(script.transport());
    let client = builder.credential(Clerk::rotating()).build().unwrap().0;
    let request = client.request(azure_core::http::Method::Get, &["versions"]);
    let mut list: Pager<Counted> = Pager::new(client, &LIST, request);
    let mut expected = 0;
    while let Some(item) = list.try_next().await.unwrap() {
        assert_eq!(item.0, expected);
        expected += 1;
    }
    assert_eq!((expected, script.count()), (ALL, 800));
    let (items, bodies) = (MOST.load(Ordering::SeqCst), most_bodies.load(Ordering::SeqCst));
    assert!(items <= 25 + 25 / 2 + 1, "{items} items at once");
    assert!(bodies <= 2, "{bodies} bodies at once");
    assert_eq!(ALIVE.load(Ordering::SeqCst), 0);
}
