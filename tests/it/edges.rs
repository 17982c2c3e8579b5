//! What services and callers do rarely, and a client must still get right.

use azure_core::http::Method;
use azvault_core::{
    Call, Client, ClientBuilder, Endpoint, ErrorKind, Operation, Poller, Result, ServiceClient,
    auth::{Cloud, Requirement},
    credentials::CallbackCredential,
    object::{BeginDelete, ObjectKind, Target},
    poller::{Location, PollState, ProvisioningState},
};
use azvault_tests::{Answer, Clerk, KNOWN, ProbeClient, Script};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

static PURGE: Operation = Operation::idempotent("begin_purge_thing");
static GET: Operation = Operation::idempotent("get_group");
static KIND: ObjectKind = ObjectKind::new(
    "thing",
    "things",
    "deletedthings",
    Operation::idempotent("begin_delete_thing"),
    Operation::idempotent("begin_recover_thing"),
);

fn client(script: &Arc<Script>) -> ProbeClient {
    ProbeClient::builder(KNOWN, script, &Clerk::rotating()).build().unwrap()
}
async fn begin(script: &Arc<Script>) -> Result<Poller<()>> {
    let client = client(script).client().clone();
    let request = client.request(Method::Post, &["things", "k", "purge"]);
    let pipeline = client.pipeline().clone();
    Call::new(pipeline.clone(), &PURGE, request, move |answer| {
        let location = Location::begun(client, PURGE.name(), answer)?;
        let ended = location.has_ended();
        let poller = Poller::new(pipeline, &PURGE, location);
        Ok(if ended { poller.ready(()) } else { poller })
    })
    .await
}
fn accepted(l: &str) -> Answer {
    Answer::status(202).header("location", l)
}

#[derive(Debug)]
struct Manager(Client);
impl ServiceClient for Manager {
    const API_VERSION: &'static str = "2026-05-15";
    type Seed = ();
    fn from_client(client: Client, _: ()) -> Result<Self> {
        Ok(Self(client))
    }
    fn requirement(endpoint: &Endpoint, cloud: Option<&Cloud>) -> Option<Requirement> {
        Some(Requirement::of_resource_manager(endpoint, cloud))
    }
}

#[tokio::test(start_paused = true)]
async fn a_callback_serves_resource_manager_whose_401_names_no_resource() {
    let script = Script::by(|seen| {
        match seen.token() {
        None => Answer::status(401).header("www-authenticate", r#"Bearer authorization_uri="https://login.example/t1", error="invalid_token", error_description="missing""#),
        Some(_) => Answer::fine(),
    }
    });
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    let record = seen.clone();
    let callback = CallbackCredential::new(move |challenge| {
        record.lock().unwrap().push(challenge);
        async { Ok::<_, std::io::Error>("t") }
    });
    let m: Manager = ClientBuilder::new("https://management.azure.com", ())
        .transport(script.transport())
        .credential(callback)
        .build()
        .unwrap();
    let request = m.0.request(Method::Get, &["subscriptions"]);
    Call::<Value>::json(m.0.pipeline().clone(), &GET, request).await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].authority(), "https://login.example/t1");
    assert_eq!(seen[0].resource(), "https://management.azure.com");
    assert_eq!(seen[0].scope(), "https://management.azure.com/.default");
}

#[tokio::test(start_paused = true)]
async fn a_callback_for_a_vault_whose_401_names_no_resource_is_still_refused_where_unknown() {
    let script = Script::always(
        Answer::status(401)
            .header("www-authenticate", r#"Bearer authorization="https://login.example/t1""#),
    );
    let callback = CallbackCredential::new(|_| async { Ok::<_, std::io::Error>("t") });
    let c: ProbeClient = ClientBuilder::new("https://v.vault.example", ())
        .transport(script.transport())
        .credential(callback)
        .build()
        .unwrap();
    assert_eq!(c.get("k").await.unwrap_err().kind(), ErrorKind::Authentication);
    assert_eq!(script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_one_however_its_reason_is_written() {
    for body in [
        json!({"status": "Failed", "error": "by a lock"}),
        json!({"status": "Failed", "error": {"code": 409, "message": "by a lock"}}),
        json!({"status": "Failed", "error": {"code": "Held", "message": {"value": "by a lock"}}}),
        json!({"status": "failed"}),
    ] {
        let script = Script::of([accepted("/operations/7"), Answer::ok(&body)]);
        let outcome = begin(&script).await.unwrap().await;
        assert_eq!(outcome.map_err(|e| e.kind()), Err(ErrorKind::OperationFailed), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_of_html_at_the_location_is_not_the_end() {
    let script = Script::of([
        accepted("/operations/7"),
        Answer::new(200, "<html>portal</html>"),
        Answer::status(204),
    ]);
    let mut poller = begin(&script).await.unwrap();
    assert_eq!(poller.poll_once().await.unwrap_err().kind(), ErrorKind::InvalidResponse);
    assert!(matches!(poller.poll_once().await, Ok(PollState::Done(()))));
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_failed_is_named_in_its_error() {
    let script = Script::of([accepted("/operations/7"), Answer::ok(&json!({"status": "Failed"}))]);
    let error = begin(&script).await.unwrap().await.unwrap_err();
    assert!(error.to_string().starts_with("begin_purge_thing failed: "), "{error}");
    assert!(!error.to_string().trim_end().ends_with(':'), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_last_page_size_that_was_set_counts() {
    let script = Script::always(Answer::page(&[], None));
    client(&script).list(None).page_size(5).page_size(7).try_collect().await.unwrap();
    assert_eq!(script.seen()[0].url.query(), Some("api-version=7.6&maxresults=7"));
}

#[tokio::test(start_paused = true)]
async fn looking_for_what_was_deleted_keeps_to_the_time_of_the_call() {
    let script = Script::by(|seen| match seen.n {
        0 => Answer::status(503).header("retry-after", "8"),
        1 => Answer::error(404, "KeyNotFound", "gone"),
        _ => Answer::hang(),
    });
    let target = Target::latest(client(&script).client().clone(), &KIND, "k");
    let error =
        BeginDelete::<Value>::new(target).with_timeout(Duration::from_secs(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        script.clock().elapsed() < Duration::from_millis(10_100),
        "{:?}",
        script.clock().elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_callback_given_to_two_clients_is_called_once() {
    let script = Script::vault("t1", "https://vault.azure.net");
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let callback = CallbackCredential::new(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, std::io::Error>("t") }
    });
    for _ in 0..2 {
        let c: ProbeClient = ClientBuilder::new(KNOWN, ())
            .transport(script.transport())
            .credential(callback.clone())
            .build()
            .unwrap();
        c.get("k").await.unwrap();
    }
    // The first client is gone here, so keep both alive:
    calls.store(0, Ordering::SeqCst);
    let make = || -> ProbeClient {
        ClientBuilder::new(KNOWN, ())
            .transport(script.transport())
            .credential(callback.clone())
            .build()
            .unwrap()
    };
    let (a, b) = (make(), make());
    a.get("k").await.unwrap();
    b.get("k").await.unwrap();
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_challenge_for_two_scopes_is_refused() {
    for scope in [
        "https://vault.azure.net/.default https://graph.microsoft.com/.default",
        "https://vault.azure.net/.default\thttps://graph.microsoft.com/.default",
    ] {
        let header = format!(r#"Bearer authorization="https://login.example/t1", scope="{scope}""#);
        let script = Script::by(move |seen| match seen.token() {
            None => Answer::status(401).header("www-authenticate", &header),
            Some(_) => Answer::fine(),
        });
        let callback = CallbackCredential::new(|_| async { Ok::<_, std::io::Error>("t") });
        let c: ProbeClient = ClientBuilder::new(KNOWN, ())
            .transport(script.transport())
            .credential(callback)
            .build()
            .unwrap();
        let outcome = c.get("k").await;
        assert_eq!(outcome.map_err(|e| e.kind()), Err(ErrorKind::Authentication), "{scope}");
    }
}

#[tokio::test(start_paused = true)]
async fn provisioning_states_are_read_without_case() {
    let thing = |s: &str| Answer::ok(&json!({"properties": {"provisioningState": s}}));
    for (s, kind) in [
        ("failed", ErrorKind::OperationFailed),
        ("Cancelled", ErrorKind::OperationCanceled),
        ("CANCELED", ErrorKind::OperationCanceled),
    ] {
        let script = Script::of([thing(s)]);
        let c = client(&script).client().clone();
        let request = c.request(Method::Put, &["things", "k"]);
        let outcome = Call::new(c.pipeline().clone(), &PURGE, request, |answer| {
            ProvisioningState::read::<Value>(answer).map(drop)
        })
        .await;
        assert_eq!(outcome.map_err(|e| e.kind()), Err(kind), "{s}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_callback_of_resource_manager_follows_its_tenant_and_renews_where_none_is_named() {
    let bare = |more: &str| {
        Answer::status(401)
            .header("www-authenticate", &format!(r#"Bearer error="invalid_token"{more}"#))
    };
    let at =
        |tenant: &str| bare(&format!(r#", authorization_uri="https://login.example/{tenant}""#));
    let script =
        Script::of([at("t1"), Answer::fine(), at("t2"), Answer::fine(), bare(""), Answer::fine()]);
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let callback = CallbackCredential::new(move |challenge| {
        let n = counter.fetch_add(1, Ordering::SeqCst);
        async move { Ok::<_, std::io::Error>(format!("{n}|{}", challenge.authority())) }
    });
    let m: Manager = ClientBuilder::new("https://management.azure.com", ())
        .transport(script.transport())
        .credential(callback)
        .build()
        .unwrap();
    for _ in 0..3 {
        let request = m.0.request(Method::Get, &["subscriptions"]);
        Call::<Value>::json(m.0.pipeline().clone(), &GET, request).await.unwrap();
    }
    let tokens: Vec<_> =
        script.seen().iter().filter_map(|s| s.token().map(str::to_owned)).collect();
    let (t1, t2) = ("https://login.example/t1", "https://login.example/t2");
    assert_eq!(
        tokens,
        [
            format!("0|{t1}"),
            format!("0|{t1}"),
            format!("1|{t2}"),
            format!("1|{t2}"),
            format!("2|{t2}")
        ]
    );
}
