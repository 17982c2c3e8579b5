//! The admin API and the health, over plain HTTP as other languages use them.

use azvault_emulator::Emulator;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// An emulator and a client that knows no certificate of it.
pub(crate) struct Local {
    pub(crate) emulator: Emulator,
    client: Client,
}

impl Local {
    pub(crate) async fn new() -> Self {
        Self::of(Emulator::builder()).await
    }

    pub(crate) async fn of(builder: azvault_emulator::EmulatorBuilder) -> Self {
        let emulator = builder.proxy_port(0).start().await.unwrap();
        Self { emulator, client: Client::builder().no_proxy().build().unwrap() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.emulator.proxy_url().unwrap()))
    }

    /// Sends JSON, and gives the status and the answer's JSON.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let request = self.request(method, path).header("content-type", "application/json");
        answer(request.body(body.to_string())).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        answer(self.request(Method::GET, path)).await
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> (StatusCode, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

pub(crate) fn code(answer: &(StatusCode, Value)) -> (u16, &str) {
    (answer.0.as_u16(), answer.1["error"]["code"].as_str().unwrap())
}

#[tokio::test]
async fn the_clock_is_read_and_moved_from_any_language() {
    let local = Local::new().await;
    let frozen = json!({"frozen": true, "now": "2031-02-03T04:05:06Z", "advance_seconds": 60});
    let (status, shown) = local.send(Method::PUT, "/admin/clock", &frozen).await;
    assert_eq!((status, &shown["now"]), (StatusCode::OK, &json!("2031-02-03T04:06:06Z")));
    assert_eq!(local.get("/admin/clock").await.1, shown);
    assert_eq!(local.emulator.clock().now().year(), 2031);
    local.send(Method::PUT, "/admin/clock", &json!({"frozen": false})).await;
    assert_eq!(local.get("/admin/clock").await.1["frozen"], false);
}

#[tokio::test]
async fn what_would_do_nothing_or_something_else_is_refused() {
    let local = Local::new().await;
    for (path, body) in [
        ("/admin/faults", json!([])),
        ("/admin/seed", json!([])),
        ("/admin/faults", json!({"fault": {"kind": "captive_portal", "status": 503}})),
        ("/admin/faults", json!({"fault": {"kind": "none", "bytes": 5}})),
    ] {
        assert_eq!(
            code(&local.send(Method::POST, path, &body).await),
            (400, "BadRequest"),
            "{body}"
        );
    }
    assert!(local.emulator.faults().list().is_empty());
    let portal = json!({"fault": {"kind": "captive_portal"}});
    assert_eq!(local.send(Method::POST, "/admin/faults", &portal).await.0, StatusCode::CREATED);
    for name in ["kv.vault.localhost", "no%20vault", "-kv"] {
        let path = format!("/admin/clock/{name}");
        let refused = local.send(Method::PUT, &path, &json!({"frozen": true})).await;
        assert_eq!(code(&refused), (400, "BadRequest"), "{name}");
    }
    assert!(local.emulator.clock().own_clocks().is_empty());
    let twice = local.get("/admin/journal?status=429&status=503").await;
    assert_eq!(code(&twice), (400, "BadRequest"));
}

#[tokio::test]
async fn a_clock_does_not_leave_the_calendar() {
    let local = Local::new().await;
    local.send(Method::PUT, "/admin/clock", &json!({"frozen": true})).await;
    let before = local.get("/admin/clock").await.1;
    for change in [
        json!({"rewind_seconds": 100_000_000_000_u64}),
        json!({"advance_seconds": 300_000_000_000_u64}),
        json!({"advance_seconds": u64::MAX, "rewind_seconds": u64::MAX}),
        json!({"frozen": false, "now": "0000-01-01T00:00:00+01:00"}),
    ] {
        for path in ["/admin/clock", "/admin/clock/kv"] {
            let refused = local.send(Method::PUT, path, &change).await;
            assert_eq!(code(&refused), (400, "BadRequest"), "{change}");
        }
    }
    assert_eq!(local.get("/admin/clock").await.1, before);
}

#[tokio::test]
async fn a_wrong_body_is_refused_with_what_would_be_right_and_without_its_values() {
    let local = Local::new().await;
    for (body, told) in [
        (r#"{"advance": 5}"#, "advance_seconds"),
        (r#"{"now": "canary"}"#, "line 1"),
        (r#"{}"#, "frozen"),
        (r#"{"now": "#, "line 1"),
    ] {
        let request = local.request(Method::PUT, "/admin/clock");
        let refused = answer(request.header("content-type", "application/json").body(body)).await;
        assert_eq!(code(&refused), (400, "BadRequest"));
        let message = refused.1["error"]["message"].as_str().unwrap();
        assert!(message.contains(told) && !message.contains("canary"), "{body}: {message}");
    }
    let unsaid =
        answer(local.request(Method::PUT, "/admin/clock").body(r#"{"frozen": true}"#)).await;
    assert_eq!(code(&unsaid), (415, "UnsupportedMediaType"));
    assert_eq!(local.get("/admin/clock").await.1["frozen"], false);
}

#[tokio::test]
async fn no_web_page_gets_at_it() {
    let local = Local::new().await;
    let of = |name: &str, value: &str| {
        answer(local.request(Method::GET, "/admin/clock").header(name, value))
    };
    assert_eq!(code(&of("host", "rebound.example").await), (403, "ForeignHost"));
    assert_eq!(code(&of("origin", "https://evil.example").await), (403, "WebPage"));
    assert_eq!(code(&of("origin", "null").await), (403, "WebPage"));
    assert_eq!(code(&of("sec-fetch-site", "cross-site").await), (403, "WebPage"));
    assert_eq!(of("sec-fetch-site", "none").await.0, StatusCode::OK);
    // A form can send these without asking first.
    let form = local.request(Method::POST, "/admin/clock").header("content-type", "text/plain");
    assert_eq!(code(&answer(form.body("{}")).await), (403, "NotMarked"));
    // And nobody is told that more would be allowed.
    let asked = answer(local.request(Method::OPTIONS, "/admin/clock")).await;
    assert_eq!(code(&asked), (405, "MethodNotAllowed"));
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() {
    let local = Local::new().await;
    let missing = local.get("/admin/cloak").await;
    assert_eq!(code(&missing), (404, "NotFound"));
    assert!(missing.1["error"]["message"].as_str().unwrap().contains("/admin/info"));
    let (status, info) = local.get("/admin/info").await;
    assert_eq!((status, &info["version"]), (StatusCode::OK, &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!(info["tenant"], local.emulator.tenant_id());
    for listed in info["paths"].as_array().unwrap() {
        let path = listed["path"].as_str().unwrap();
        if path.contains('{') {
            continue; // The tests of that part know names.
        }
        let answered = local.get(path).await.0;
        let gets = listed["methods"].as_str().unwrap().contains("GET");
        assert_eq!(answered == StatusCode::METHOD_NOT_ALLOWED, !gets, "{path}: {answered}");
    }
}

#[tokio::test]
async fn it_is_on_the_tls_port_too_and_on_no_vaults_host() {
    let local = Local::new().await;
    let client = local.emulator.http_client();
    let url = format!("{}/admin/clock", local.emulator.authority());
    assert_eq!(client.get(url).send().await.unwrap().status(), StatusCode::OK);
    let url = format!("{}/admin/clock", local.emulator.vault_url("kv"));
    let vaults = client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(!vaults.contains("frozen"), "the vault's own answer: {vaults}");
    let recorded: Vec<_> = local.emulator.journal().iter().map(|it| it.host().to_owned()).collect();
    assert_eq!(recorded.len(), 1, "the journal has the services' requests alone: {recorded:?}");
}

#[tokio::test]
async fn no_fault_strikes_it() {
    let local = Local::new().await;
    local.emulator.faults().next(1).disconnect();
    assert_eq!(local.get("/admin/info").await.0, StatusCode::OK);
    assert_eq!(local.get("/health").await.0, StatusCode::OK);
    assert_eq!(local.emulator.faults().pending(), 1);
}

#[tokio::test]
async fn health_is_told_to_anybody_by_any_name() {
    let local = Local::new().await;
    let health = answer(local.request(Method::GET, "/health").header("host", "10.1.2.3")).await;
    assert_eq!(health.0, StatusCode::OK);
    assert_eq!(health.1["status"], "serving");
    assert_eq!(health.1["version"], env!("CARGO_PKG_VERSION"));
    assert!(health.1["uptime_seconds"].as_i64().is_some());
    let named = answer(local.request(Method::GET, "/health").header("host", "azvault")).await;
    assert_eq!(named.0, StatusCode::OK);
    let head = local.request(Method::HEAD, "/health").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    let url = format!("{}/health", local.emulator.authority());
    assert_eq!(local.emulator.http_client().get(url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn health_says_that_it_stops() {
    let local = Local::new().await;
    let proxy = local.emulator.proxy_url().unwrap();
    let address = proxy.strip_prefix("http://").unwrap();
    // Begun before the end, so that they are answered still.
    let begun = async |method: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!("{method} /health HTTP/1.1\r\nHost: a\r\n");
        let rest = "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n";
        stream.write_all((head + rest).as_bytes()).await.unwrap();
        let mut continued = [0; 25];
        stream.read_exact(&mut continued).await.unwrap();
        assert_eq!(&continued, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream
    };
    let mut streams = [begun("PUT").await, begun("GET").await];
    let stopping = local.emulator.shutdown();
    let rest = async {
        let mut answers = [String::new(), String::new()];
        for (stream, answer) in streams.iter_mut().zip(&mut answers) {
            stream.write_all(b"x").await.unwrap();
            stream.read_to_string(answer).await.unwrap();
        }
        answers
    };
    let ((), [put, get]) = tokio::join!(stopping, rest);
    assert!(put.starts_with("HTTP/1.1 405 "), "{put}");
    assert!(get.starts_with("HTTP/1.1 503 ") && get.contains(r#""status":"stopping""#), "{get}");
}

#[tokio::test]
async fn who_may_not_use_it_has_no_large_body_read() {
    let local = Local::new().await;
    let url = local.emulator.proxy_url().unwrap();
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    let head = "PUT /admin/snapshot HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\n\
                Content-Type: application/json\r\nContent-Length: 268435456\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; 1024 * 1024 + 1]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

#[tokio::test]
async fn a_seed_is_sent_and_names_nothing_of_this_machine() {
    let local = Local::new().await;
    let seed = json!({"vaults": [{"name": "kv-1", "secrets": [{"name": "s", "value": "canary"}]}]});
    let (status, report) = local.send(Method::POST, "/admin/seed", &seed).await;
    assert_eq!(
        (status, report),
        (StatusCode::OK, json!({"made": ["secret 's' in 'kv-1'"], "left_alone": []}))
    );
    let (_, again) = local.send(Method::POST, "/admin/seed", &seed).await;
    assert_eq!(again["left_alone"], json!(["secret 's' in 'kv-1'"]));
    for field in ["value_file", "value_from_env"] {
        let seed = json!({"vaults": [{"name": "kv-1", "secrets": [{"name": "t", field: "PATH"}]}]});
        let refused = local.send(Method::POST, "/admin/seed", &seed).await;
        assert_eq!(code(&refused), (400, "BadRequest"));
        let message = refused.1["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("secrets[0] 't'") && message.contains("no files and no variables"),
            "{message}"
        );
    }
    for named in [
        json!({"keys": [{"name": "k", "pem_file": "/etc/hostname"}]}),
        json!({"keys": [{"name": "k", "jwk_file": "/etc/hostname"}]}),
        json!({"certificates": [{"name": "c", "file": "/etc/hostname"}]}),
        json!({"certificates": [{"name": "c", "pem": "x", "password_file": "/etc/hostname"}]}),
    ] {
        let mut vault = json!({"name": "kv-1"});
        vault.as_object_mut().unwrap().extend(named.as_object().unwrap().clone());
        let refused = local.send(Method::POST, "/admin/seed", &json!({"vaults": [vault]})).await;
        let message = refused.1["error"]["message"].as_str().unwrap();
        assert!(message.contains("no files and no variables"), "{message}");
    }
}

#[tokio::test]
async fn a_vault_may_have_a_time_of_its_own() {
    let local = Local::new().await;
    local
        .send(Method::PUT, "/admin/clock", &json!({"frozen": true, "now": "2031-01-01T00:00:00Z"}))
        .await;
    let own = json!({"frozen": true, "rewind_seconds": 3600});
    let (status, shown) = local.send(Method::PUT, "/admin/clock/kv-1", &own).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&shown["now"], &shown["own"]), (&json!("2030-12-31T23:00:00Z"), &json!(true)));
    let (_, all) = local.get("/admin/clock").await;
    assert_eq!((&all["now"], &all["vaults"][0]), (&json!("2031-01-01T00:00:00Z"), &shown));
    let (_, shown) = local.send(Method::DELETE, "/admin/clock/kv-1", &Value::Null).await;
    assert_eq!((&shown["now"], &shown["own"]), (&json!("2031-01-01T00:00:00Z"), &json!(false)));
    assert_eq!(local.get("/admin/clock").await.1["vaults"], json!([]));
    let misplaced = local.send(Method::PUT, "/admin/clock", &json!({"follow": true})).await;
    assert_eq!(code(&misplaced), (400, "BadRequest"));
    let misplaced =
        local.send(Method::PUT, "/admin/clock/kv-1", &json!({"tokens_follow": true})).await;
    assert_eq!(code(&misplaced), (400, "BadRequest"));
}

#[tokio::test]
async fn tokens_go_by_the_vaults_time_when_they_are_told_to() {
    let local = Local::new().await;
    let (_, shown) = local.send(Method::PUT, "/admin/clock", &json!({"tokens_follow": true})).await;
    assert_eq!(shown["tokens_follow"], true);
    assert!(local.emulator.clock().carries_tokens());
}

#[tokio::test]
async fn faults_are_ordered_looked_at_and_cancelled() {
    let local = Local::new().await;
    let order =
        json!({"on": {"vault": "kv-1"}, "times": 1, "fault": {"kind": "status", "status": 503}});
    let (status, placed) = local.send(Method::POST, "/admin/faults", &order).await;
    assert_eq!(status, StatusCode::CREATED, "{placed}");
    let id = placed["id"].as_u64().unwrap();
    assert_eq!(local.get(&format!("/admin/faults/{id}")).await.1, placed);
    let url = format!("{}/secrets?api-version=7.6", local.emulator.vault_url("kv-1"));
    let struck = local.emulator.http_client().get(url).send().await.unwrap();
    assert_eq!(struck.status(), 503);
    assert_eq!(local.get(&format!("/admin/faults/{id}")).await.1["struck"], 1);

    let (_, other) = local.send(Method::POST, "/admin/faults", &order).await;
    assert_eq!(local.get("/admin/faults").await.1["pending"], 1);
    let path = format!("/admin/faults/{}", other["id"]);
    assert_eq!(local.send(Method::DELETE, &path, &Value::Null).await.0, StatusCode::NO_CONTENT);
    assert_eq!(local.emulator.faults().pending(), 0);
    local.send(Method::POST, "/admin/faults", &order).await;
    assert_eq!(
        local.send(Method::DELETE, "/admin/faults", &Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(local.emulator.faults().pending(), 0);

    for none in ["/admin/faults/4711", "/admin/faults/x"] {
        assert_eq!(code(&local.get(none).await), (404, "FaultNotFound"));
    }
    let wrong = json!({"fault": {"kind": "statsu", "status": 503}});
    let refused = local.send(Method::POST, "/admin/faults", &wrong).await;
    assert_eq!(code(&refused), (400, "BadRequest"));
}

#[tokio::test]
async fn the_journal_is_asked_by_filters_and_emptied() {
    let local = Local::new().await;
    let client = local.emulator.http_client();
    for vault in ["kv-1", "kv-2"] {
        let url = format!("{}/secrets?api-version=7.6", local.emulator.vault_url(vault));
        client.get(url).bearer_auth("canary-token").send().await.unwrap();
    }
    let (_, all) = local.get("/admin/journal").await;
    assert_eq!(all["count"], 2);
    assert!(!all.to_string().contains("canary-token"));
    let (_, one) = local.get("/admin/journal?vault=kv-2&status=401&method=GET").await;
    assert_eq!((&one["count"], &one["value"][0]["vault"]), (&json!(1), &json!("kv-2")));
    assert_eq!(one["value"][0], all["value"][1]);
    assert_eq!(local.get("/admin/journal?status=200").await.1["count"], 0);
    for wrong in ["/admin/journal?vaults=kv", "/admin/journal?status=ok"] {
        assert_eq!(code(&local.get(wrong).await), (400, "BadRequest"));
    }
    assert_eq!(
        local.send(Method::DELETE, "/admin/journal", &Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(local.get("/admin/journal").await.1["count"], 0);
}
