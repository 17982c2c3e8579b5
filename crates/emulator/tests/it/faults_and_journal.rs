//! Ordered faults, and the record of what was asked.

use std::time::Duration;

use azure_core::error::ErrorKind;
use azvault_emulator::Emulator;
use serde_json::json;

use crate::support::{Answer, Vault};

async fn try_list(vault: &Vault) -> azure_core::Result<Answer> {
    vault.try_send_to("GET", &format!("{}/keys?api-version=7.6", vault.base), "", &[]).await
}

#[tokio::test]
async fn a_status_strikes_so_many_times_and_before_authentication() {
    let mut vault = Vault::new().await;
    vault.emulator.faults().next(2).status(503);
    vault.token = None;
    for expected in [503, 503, 401] {
        assert_eq!(vault.get("/keys").await.status(), expected);
    }
}

#[tokio::test]
async fn a_throttled_answer_says_when_to_come_back() {
    let vault = Vault::new().await;
    vault.emulator.faults().next(1).throttle_with_retry_after(Duration::from_secs(2));
    let answer = vault.get("/keys").await;
    assert_eq!((answer.status(), answer.header("retry-after")), (429, Some("2")));
    assert_eq!(answer.header("retry-after-ms"), None);
    vault.emulator.faults().next(1).throttle_with_retry_after(Duration::from_millis(1500));
    let answer = vault.get("/keys").await;
    assert_eq!(
        (answer.header("retry-after"), answer.header("retry-after-ms")),
        (Some("2"), Some("1500"))
    );
}

#[tokio::test]
async fn an_answer_can_be_made_up_whole() {
    let vault = Vault::new().await;
    let html = "<html>Bad Request - Invalid URL</html>";
    vault.emulator.faults().next(1).respond(
        400,
        &[("content-type", "text/html"), ("x-a", "1"), ("x-a", "2")],
        html,
    );
    let answer = vault.get("/keys").await;
    assert_eq!((answer.status(), answer.text()), (400, html));
    assert_eq!(answer.header("x-a"), Some("1, 2"));
}

#[tokio::test]
async fn a_dropped_connection_is_an_io_error() {
    let vault = Vault::new().await;
    vault.emulator.faults().next(1).disconnect();
    let error = try_list(&vault).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io), "{error:?}");
    assert_eq!(try_list(&vault).await.unwrap().status(), 200);
    assert_eq!(vault.emulator.journal()[0].status(), None);
}

#[tokio::test]
async fn a_lost_answer_has_had_its_effect() {
    let vault = Vault::new().await;
    vault.emulator.faults().next(1).on("POST", "/create").disconnect_after_processing();
    let url = format!("{}/keys/k/create?api-version=7.6", vault.base);
    vault.try_send_to("POST", &url, r#"{"kty":"EC"}"#, &[]).await.unwrap_err();
    assert_eq!(vault.get("/keys/k").await.status(), 200);
}

#[tokio::test]
async fn a_cut_body_breaks_while_it_is_read() {
    let vault = Vault::new().await;
    vault.emulator.faults().next(1).truncate_body(5);
    let error = try_list(&vault).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Io), "{error:?}");
}

#[tokio::test]
async fn filters_choose_what_is_struck() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    faults.next(1).on("post", "/create").status(500);
    faults.next(1).on_host("localhost:8443").on("GET", "/.well-known/").status(502);
    assert_eq!(vault.get("/keys").await.status(), 200);
    assert_eq!(vault.post("/keys/k/create", json!({"kty": "EC"})).await.status(), 500);
    let url =
        format!("{}/common/v2.0/.well-known/openid-configuration", vault.emulator.authority());
    assert_eq!(vault.send_to("GET", &url, "", &[]).await.status(), 502);
    faults.next(5).on_host(".vault.").after(1).status(504);
    for expected in [200, 504, 504] {
        assert_eq!(vault.get("/keys").await.status(), expected);
    }
    faults.clear();
    assert_eq!(vault.get("/keys").await.status(), 200);
}

#[tokio::test]
async fn a_fault_still_to_come_does_not_shield_from_the_next_in_line() {
    let vault = Vault::new().await;
    let faults = vault.emulator.faults();
    faults.next(1).after(1).status(503);
    faults.next(1).status(500);
    faults.next(0).status(501);
    assert_eq!(faults.pending(), 2);
    for expected in [500, 503, 200] {
        assert_eq!(vault.get("/keys").await.status(), expected);
    }
}

#[tokio::test]
async fn the_journal_counts_every_request_and_holds_no_token() {
    let mut vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let token = vault.token.take().unwrap();
    vault.get("/keys").await;
    let journal = vault.emulator.journal();
    let [create, list] = journal.as_slice() else { panic!("{journal:?}") };
    assert_eq!(
        (create.method(), create.path(), create.status()),
        ("POST", "/keys/k/create", Some(200))
    );
    assert_eq!(create.host(), "kv.vault.localhost:8443");
    assert_eq!(create.path_and_query(), "/keys/k/create?api-version=7.6");
    assert_eq!(create.body_len(), r#"{"kty":"EC"}"#.len());
    assert!(create.has_authorization() && create.response_len() > 100);
    assert_eq!((list.status(), list.has_authorization(), list.body_len()), (Some(401), false, 0));
    assert!(!format!("{journal:?}").contains(&token));
    vault.emulator.clear_journal();
    assert!(vault.emulator.journal().is_empty());
}

/// A file of this test, removed at its end.
struct Scratch(std::path::PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("azvault-emulator-{name}-{}.jsonl", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn open(&self) -> std::fs::File {
        std::fs::OpenOptions::new().create(true).append(true).open(&self.0).unwrap()
    }

    fn lines(&self) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(&self.0).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

#[tokio::test]
async fn the_journal_file_has_a_line_for_each_answer_and_none_for_a_dropped_connection() {
    let scratch = Scratch::new("lines");
    let vault = Vault::of(Emulator::builder().journal_file(scratch.open())).await;
    vault.emulator.faults().next(1).disconnect();
    try_list(&vault).await.unwrap_err();
    let url = format!("{}/secrets/a%2Db?api-version=7.6&canary=1", vault.base);
    let headers = [("user-agent", "probe/1"), ("x-canary", "canary")];
    vault.send_to("PUT", &url, r#"{"value":"canary"}"#, &headers).await.ok();
    vault.get("/keys/none").await;
    let line = |method: &str, path: &str, status: u16, agent: Option<&str>| {
        json!({
            "method": method, "host": "kv.vault.localhost:8443", "path": path, "status": status,
            "user_agent": agent, "judged": false,
        })
    };
    assert_eq!(
        scratch.lines(),
        [line("PUT", "/secrets/a%2Db", 200, Some("probe/1")), line("GET", "/keys/none", 404, None)]
    );
}

#[test]
fn emulators_that_share_a_journal_file_write_whole_lines() {
    let scratch = Scratch::new("shared");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            // A file of its own each, as other processes would have.
            let file = scratch.open();
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    let vault = Vault::of(Emulator::builder().journal_file(file)).await;
                    for _ in 0..50 {
                        vault.get("/keys").await;
                    }
                });
            });
        }
    });
    assert_eq!(scratch.lines().len(), 200);
}
