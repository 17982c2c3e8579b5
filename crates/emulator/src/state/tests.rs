//! What memory holds and what is written are the same, and it is told when they are not.

mod order;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::http::{Context, Method, Request, Transport, Url, headers::HeaderName};
use serde_json::{Value, json};

use super::{
    Change, Kind, Ledger, Record,
    ledger::{Shelf, serve},
};
use crate::{
    Emulator, EmulatorBuilder, Principal,
    emulator::Inner,
    locks::lock,
    router::Router,
    whole::{self, Whole},
};

type Place = (String, Kind, String);

/// A shelf that a test can look into, and break.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    records: BTreeMap<Place, Vec<u8>>,
    broken: bool,
    attempts: usize,
    /// What was put since somebody last took it.
    put: Vec<Place>,
    notes_each: bool,
    /// What there was after each batch: the process may end after any.
    after_each: Vec<BTreeMap<Place, Vec<u8>>>,
}

impl Shelf for Memory {
    fn write(&mut self, batches: &[Vec<Change>]) -> Result<(), String> {
        let mut held = lock(&self.0);
        held.attempts += 1;
        if held.broken {
            return Err("no space left on device".to_owned());
        }
        for batch in batches {
            held.put.extend(batch.iter().filter_map(|change| match change {
                Change::Put(record) => {
                    Some((record.owner.clone(), record.kind, record.key.clone()))
                }
                _ => None,
            }));
            apply(batch, &mut held.records)?;
            if held.notes_each {
                let records = held.records.clone();
                held.after_each.push(records);
            }
        }
        Ok(())
    }
}

fn apply(batch: &[Change], records: &mut BTreeMap<Place, Vec<u8>>) -> Result<(), String> {
    for change in batch {
        match change.clone() {
            Change::Put(Record { kind, owner, key, body }) => {
                records.insert((owner, kind, key), body);
            }
            Change::Delete { kind, owner, key } => {
                records.remove(&(owner, kind, key));
            }
            Change::DeleteOwned { owner } => records.retain(|(of, ..), _| *of != owner),
            Change::DeleteAll => records.clear(),
            Change::Broken(unreadable) => return Err(unreadable.to_string()),
        }
    }
    Ok(())
}

struct Kept {
    memory: Memory,
    router: Arc<Router>,
    transport: Transport,
    token: String,
}

impl Kept {
    async fn new(builder: EmulatorBuilder) -> Self {
        let memory = Memory::default();
        let mut shelf = memory.clone();
        let mut router = builder.router(None);
        router.vaults.keep();
        router.ledger = Ledger::start(move |queue| serve(queue, &mut shelf)).unwrap();
        Whole::load(&router, Vec::new()).unwrap().take_over(&router);
        let keys = whole::keys(&router).map(Change::from).collect();
        router.ledger.hand_over(keys);
        Self { memory, ..Self::of(Arc::new(router)).await }
    }

    async fn of(router: Arc<Router>) -> Self {
        let inner = Inner { router: Arc::clone(&router), port: 1, network: None };
        let emulator = Emulator::from_inner(inner);
        emulator.clock().freeze();
        let credential = emulator.credential_for(Principal::default());
        let token = credential.get_token(&["https://vault.azure.net/.default"], None).await;
        let token = token.unwrap().token.secret().to_owned();
        let transport = emulator.in_memory_transport();
        Self { memory: Memory::default(), router, transport, token }
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = format!("https://kv.vault.localhost:1{path}{separator}api-version=7.6");
        self.send_to(method, &url, &self.token, body).await
    }

    async fn send_to(&self, method: Method, url: &str, token: &str, body: Value) -> (u16, Value) {
        let mut request = Request::new(Url::parse(url).unwrap(), method);
        let bearer = format!("Bearer {token}");
        request.insert_header(HeaderName::from_static("authorization"), bearer);
        if !body.is_null() {
            request.set_body(body.to_string());
        }
        let answer = self.transport.send(&Context::new(), &mut request).await.unwrap();
        let (status, _, body) = answer.deconstruct();
        let body = body.collect().await.unwrap();
        (u16::from(status), serde_json::from_slice(&body).unwrap_or_default())
    }

    fn assert_written(&self, after: &str) {
        let told = told(&self.router);
        let mut held = lock(&self.memory.0);
        held.records.retain(|(_, kind, _), _| *kind != Kind::Clock);
        let names = |records: &BTreeMap<Place, Vec<u8>>| {
            records.keys().map(|place| format!("{place:?}")).collect::<Vec<_>>()
        };
        assert_eq!(names(&held.records), names(&told), "after {after}");
        for (place, body) in &told {
            // Lossless: it is all ASCII JSON.
            let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
            assert_eq!(text(&held.records[place]), text(body), "{place:?} after {after}");
        }
    }
}

/// The records of the present state, without the clock's, which has a test of its own.
fn told(router: &Router) -> BTreeMap<Place, Vec<u8>> {
    let records = whole::records(router).unwrap().into_iter();
    let records = records.filter(|record| record.kind != Kind::Clock);
    records.map(|record| ((record.owner, record.kind, record.key), record.body)).collect()
}

fn certificate(issuer: &str, reuse: bool) -> Value {
    // What somebody else signs does not renew itself.
    let action = if issuer == "Unknown" { "EmailContacts" } else { "AutoRenew" };
    json!({"policy": {
        "issuer": {"name": issuer},
        "key_props": {"kty": "EC", "crv": "P-256", "exportable": true, "reuse_key": reuse},
        "secret_props": {"contentType": "application/x-pem-file"},
        "x509_props": {"subject": "CN=t", "validity_months": 12},
        "lifetime_actions": [{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": action}}],
    }})
}

/// Every operation that changes something, in an order that a seed decides, with the clock moving on between them.
#[tokio::test]
async fn after_every_request_what_is_written_is_what_memory_holds() {
    for lag in [0, 30] {
        let lag = Duration::from_secs(lag);
        let builder = Emulator::builder()
            .retention_days(7)
            .deletion_lag(lag)
            .recovery_lag(lag)
            .purge_lag(lag)
            .certificate_lag(lag);
        let kept = Kept::new(builder).await;
        let rotation = json!({
            "lifetimeActions": [{"trigger": {"timeAfterCreate": "P10D"}, "action": {"type": "Rotate"}}],
            "attributes": {"expiryTime": "P60D"},
        });
        let contacts = json!({"contacts": [{"email": "a@contoso.com"}]});
        let requests = [
            (Method::Put, "/secrets/s", json!({"value": "v", "tags": {"a": "b"}})),
            (
                Method::Patch,
                "/secrets/s",
                json!({"attributes": {"enabled": true}, "contentType": "c"}),
            ),
            (Method::Delete, "/secrets/s", Value::Null),
            (Method::Post, "/deletedsecrets/s/recover", Value::Null),
            (Method::Delete, "/deletedsecrets/s", Value::Null),
            (Method::Get, "/secrets", Value::Null),
            (Method::Get, "/deletedsecrets", Value::Null),
            (Method::Put, "/secrets/S", json!({"value": "other"})),
            (Method::Post, "/keys/k/create", json!({"kty": "EC"})),
            (Method::Patch, "/keys/k", json!({"key_ops": ["sign"]})),
            (Method::Post, "/keys/k/rotate", Value::Null),
            (Method::Put, "/keys/k/rotationpolicy", rotation),
            (Method::Delete, "/keys/k", Value::Null),
            (Method::Post, "/deletedkeys/k/recover", Value::Null),
            (Method::Delete, "/deletedkeys/k", Value::Null),
            (Method::Get, "/keys", Value::Null),
            (Method::Post, "/certificates/c/create", certificate("Self", false)),
            (Method::Post, "/certificates/c/create", certificate("ca", true)),
            (Method::Post, "/certificates/c/create", certificate("Unknown", false)),
            (Method::Get, "/certificates/c/pending", Value::Null),
            (Method::Patch, "/certificates/c/pending", json!({"cancellation_requested": true})),
            (Method::Delete, "/certificates/c/pending", Value::Null),
            (Method::Patch, "/certificates/c", json!({"tags": {"t": "u"}})),
            (Method::Patch, "/certificates/c/policy", json!({"key_props": {"reuse_key": true}})),
            (Method::Get, "/certificates", Value::Null),
            (Method::Delete, "/certificates/c", Value::Null),
            (Method::Post, "/deletedcertificates/c/recover", Value::Null),
            (Method::Delete, "/deletedcertificates/c", Value::Null),
            (Method::Put, "/certificates/issuers/ca", json!({"provider": "Test"})),
            (Method::Patch, "/certificates/issuers/ca", json!({"attributes": {"enabled": true}})),
            (Method::Delete, "/certificates/issuers/ca", Value::Null),
            (Method::Put, "/certificates/contacts", contacts),
            (Method::Delete, "/certificates/contacts", Value::Null),
            // What seldom can be done is tried more often.
            (Method::Put, "/certificates/issuers/ca", json!({"provider": "Test"})),
            (Method::Post, "/certificates/c/create", certificate("ca", false)),
            (Method::Post, "/certificates/c/create", certificate("ca", true)),
            (Method::Patch, "/certificates/c/pending", json!({"cancellation_requested": true})),
            (Method::Delete, "/certificates/c/pending", Value::Null),
            (Method::Post, "backup", Value::Null),
            (Method::Post, "restore", Value::Null),
        ];
        let kinds = ["secrets/s", "keys/k", "certificates/c"];
        let mut blobs = vec![Value::Null; kinds.len()];
        let (mut state, mut good) = (7_u64, vec![0_usize; requests.len()]);
        for _ in 0..1500 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let random = usize::try_from(state >> 33).unwrap();
            let index = random % requests.len();
            let (method, path, body) = requests[index].clone();
            let which = random / 64 % kinds.len();
            let (path, body) = match path {
                "backup" => (format!("/{}/backup", kinds[which]), Value::Null),
                "restore" => {
                    let collection = kinds[which].split('/').next().unwrap();
                    (format!("/{collection}/restore"), json!({"value": blobs[which]}))
                }
                path => (path.to_owned(), body),
            };
            let (status, answer) = kept.send(method, &path, body).await;
            assert_ne!(status, 503, "{answer}");
            if status < 300 {
                good[index] += 1;
                if path.ends_with("/backup") {
                    blobs[which] = answer["value"].clone();
                }
            }
            let seconds = [0, 1, 40, 40, 3 * 86_400][random / 1024 % 5];
            kept.assert_written(&path);
            kept.router.clock.advance(Duration::from_secs(seconds));
        }
        let mut done = BTreeMap::new();
        for (request, good) in requests.iter().zip(good) {
            *done.entry(format!("{request:?}")).or_insert(0) += good;
        }
        for (request, good) in done {
            assert!(good > 0, "never done: {request}");
        }
        kept.assert_loads();
    }
}

impl Kept {
    /// What is written makes a state that tells the same records.
    fn assert_loads(&self) {
        let held = lock(&self.memory.0);
        let told = told(&loaded(&held.records));
        let mut written = held.records.clone();
        written.retain(|(_, kind, _), _| *kind != Kind::Clock);
        let differ = |(place, body): &(&Place, &Vec<u8>)| told.get(*place) != Some(*body);
        let lost: Vec<_> = written.iter().filter(differ).map(|(place, _)| place).collect();
        assert!(lost.is_empty() && told.len() == written.len(), "{lost:?}");
    }
}

/// What a process begins with that finds these records.
fn loaded(records: &BTreeMap<Place, Vec<u8>>) -> Router {
    let records = records.iter().map(|((owner, kind, key), body)| Record {
        kind: *kind,
        owner: owner.clone(),
        key: key.clone(),
        body: body.clone(),
    });
    let router = Emulator::builder().router(None);
    Whole::load(&router, records.collect()).unwrap().take_over(&router);
    router
}

#[tokio::test]
async fn what_cannot_be_written_is_neither_acknowledged_nor_shown_until_it_is() {
    let kept = Kept::new(Emulator::builder()).await;
    let set = |value: &str| kept.send(Method::Put, "/secrets/s", json!({"value": value}));
    let get = || kept.send(Method::Get, "/secrets/s", Value::Null);
    assert_eq!(set("kept").await.0, 200);
    let versions = || {
        let held = lock(&kept.memory.0);
        held.records.keys().filter(|(_, kind, _)| *kind == Kind::SecretVersion).count()
    };
    lock(&kept.memory.0).broken = true;
    let (status, answer) = set("refused").await;
    assert_eq!((status, &answer["error"]["code"]), (503, &json!("ServiceUnavailable")));
    assert!(answer["error"]["message"].as_str().unwrap().contains("no space left"), "{answer}");
    // Nobody is shown what a restart would take away, and nothing more is done.
    for _ in 0..3 {
        let attempts = lock(&kept.memory.0).attempts;
        assert_eq!(get().await.0, 503);
        assert_eq!(set("not even done").await.0, 503);
        assert_eq!(lock(&kept.memory.0).attempts, attempts + 2, "each tries again, once");
    }
    assert_eq!(versions(), 1);
    lock(&kept.memory.0).broken = false;
    let (status, secret) = get().await;
    assert_eq!((status, &secret["value"]), (200, &json!("refused")));
    assert_eq!(versions(), 2);
    kept.assert_written("the recovery");
}

/// Most of what programs write are versions of what there is: each is a page of the database to write, not two.
#[tokio::test]
async fn a_new_version_of_a_secret_is_one_record() {
    let kept = Kept::new(Emulator::builder()).await;
    let kinds = async |value: &str| {
        lock(&kept.memory.0).put.clear();
        assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": value})).await.0, 200);
        lock(&kept.memory.0).put.iter().map(|(_, kind, _)| *kind).collect::<Vec<_>>()
    };
    let first = kinds("0").await;
    assert!(first.contains(&Kind::Secret), "{first:?}");
    // Their ids follow no order.
    for value in 1..20 {
        assert_eq!(kinds(&value.to_string()).await, [Kind::SecretVersion]);
        let router = Arc::new(loaded(&lock(&kept.memory.0).records));
        let (_, answer) = Kept::of(router).await.send(Method::Get, "/secrets/s", Value::Null).await;
        assert_eq!(answer["value"], value.to_string(), "{answer}");
    }
}

#[tokio::test]
async fn another_vault_is_read_while_one_cannot_be_written() {
    let kept = Kept::new(Emulator::builder()).await;
    let other = "https://other.vault.localhost:1/secrets/s?api-version=7.6";
    let send = async |method: Method, body: &'static str| {
        let mut request = Request::new(Url::parse(other).unwrap(), method);
        let bearer = format!("Bearer {}", kept.token);
        request.insert_header(HeaderName::from_static("authorization"), bearer);
        request.set_body(body);
        u16::from(kept.transport.send(&Context::new(), &mut request).await.unwrap().status())
    };
    assert_eq!(send(Method::Put, r#"{"value":"v"}"#).await, 200);
    assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": "v"})).await.0, 200);
    lock(&kept.memory.0).broken = true;
    assert_eq!(kept.send(Method::Put, "/secrets/s", json!({"value": "w"})).await.0, 503);
    assert_eq!(send(Method::Get, "").await, 200);
    assert_eq!(kept.send(Method::Get, "/secrets/s", Value::Null).await.0, 503);
}

#[tokio::test]
async fn a_thread_that_is_gone_is_told() {
    let ledger = Ledger::start(|_| ()).unwrap();
    let ticket = ledger.hand_over(vec![Change::delete(Kind::Secret, "v", "k")]);
    assert!(ledger.written(ticket).await.is_err());
    assert!(ledger.able(ticket).await.is_err());
}

/// Whoever sees that a certificate is deleted, and recovers or purges it at once, meets its key and secret so too.
#[tokio::test]
async fn a_certificate_goes_from_state_to_state_at_the_moment_of_its_key_and_secret() {
    let lag = Duration::from_secs(3600);
    let builder = Emulator::builder().deletion_lag(lag).recovery_lag(lag).purge_lag(lag);
    let kept = Kept::new(builder).await;
    let policy = certificate("Self", false);
    assert_eq!(kept.send(Method::Post, "/certificates/c/create", policy).await.0, 202);
    assert_eq!(kept.send(Method::Get, "/certificates/c", Value::Null).await.0, 200);
    let steps = [
        (Method::Delete, "/certificates/c"),
        (Method::Post, "/deletedcertificates/c/recover"),
        (Method::Delete, "/certificates/c"),
        (Method::Delete, "/deletedcertificates/c"),
    ];
    for (method, path) in steps {
        kept.router.clock.unfreeze();
        let (status, answer) = kept.send(method, path, Value::Null).await;
        assert!(status < 300, "{path}: {answer}");
        kept.router.clock.freeze();
        let states: Vec<_> = told(&kept.router)
            .iter()
            .filter(|((_, kind, _), _)| {
                matches!(kind, Kind::Certificate | Kind::Key | Kind::Secret)
            })
            .map(|(_, body)| serde_json::from_slice::<Value>(body).unwrap()["state"].clone())
            .collect();
        assert_eq!(states.len(), 3, "{path}: {states:?}");
        assert!(states.iter().all(|state| *state == states[0]), "{path}: {states:#?}");
        kept.router.clock.advance(lag * 2);
    }
    assert_eq!(kept.send(Method::Get, "/deletedcertificates", Value::Null).await.0, 200);
    kept.assert_written("the last of it");
}
