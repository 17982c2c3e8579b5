//! The admin API: the whole state, what is left of limits, and its documentation.

use azvault_emulator::Emulator;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::admin::{Local, answer, code};

#[tokio::test]
async fn the_whole_state_is_taken_put_back_and_thrown_away() {
    let local = Local::new().await;
    let seed = |name: &str| json!({"vaults": [{"name": "kv-1", "secrets": [{"name": name, "value": "canary"}]}]});
    local.send(Method::POST, "/admin/seed", &seed("before")).await;
    let (status, snapshot) = local.get("/admin/snapshot").await;
    assert_eq!(status, StatusCode::OK);
    local.send(Method::POST, "/admin/seed", &seed("after")).await;
    local.emulator.faults().next(1).status(503);
    let (status, _) = local.send(Method::PUT, "/admin/snapshot", &snapshot).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let (_, report) = local.send(Method::POST, "/admin/seed", &seed("before")).await;
    assert_eq!(report["left_alone"], json!(["secret 'before' in 'kv-1'"]));
    let (_, report) = local.send(Method::POST, "/admin/seed", &seed("after")).await;
    assert_eq!(report["made"], json!(["secret 'after' in 'kv-1'"]));

    let wrong = local.send(Method::PUT, "/admin/snapshot", &json!({"canary": 1})).await;
    assert_eq!(code(&wrong), (400, "BadRequest"));
    assert!(!wrong.1.to_string().contains("canary"), "{}", wrong.1);

    let unmarked = answer(local.request(Method::POST, "/admin/reset")).await;
    assert_eq!(code(&unmarked), (403, "NotMarked"));
    let reset = local.request(Method::POST, "/admin/reset").header("x-azvault-admin", "1");
    assert_eq!(answer(reset).await.0, StatusCode::NO_CONTENT);
    assert_eq!(local.emulator.faults().pending(), 0);
    let (_, report) = local.send(Method::POST, "/admin/seed", &seed("before")).await;
    assert_eq!(report["made"], json!(["secret 'before' in 'kv-1'"]));
}

#[cfg(feature = "durable")]
#[tokio::test]
async fn what_is_seeded_outlives_the_process() {
    let folder = std::env::temp_dir().join(format!("azvault-admin-{}", uuid::Uuid::new_v4()));
    let seed = json!({"vaults": [
        {"name": "kv-1", "secrets": [{"name": "s", "value": "v"}], "keys": [{"name": "k", "type": "EC"}]},
        {"name": "kv-2", "rbac": true, "role_assignments": [{"role": "Key Vault Reader", "client_id": "a"}]},
    ]});
    let mut reports = Vec::new();
    for _ in 0..2 {
        let id = "44444444-4444-4444-4444-444444444444";
        let builder = Emulator::builder().tenant_id(id).subscription_id(id).data_dir(&folder);
        let local = Local::of(builder).await;
        reports.push(local.send(Method::POST, "/admin/seed", &seed).await.1);
        assert_eq!(local.get("/health").await.1["status"], "serving");
        local.emulator.shutdown().await;
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(reports[0]["made"].as_array().unwrap().len(), 4, "{}", reports[0]);
    assert_eq!(reports[1]["left_alone"], reports[0]["made"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_documented_runs() {
    let local = Local::new().await;
    let text = include_str!("../../../../docs/admin.md");
    let proxy = local.emulator.proxy_url().unwrap();
    let folder = std::env::temp_dir().join(format!("azvault-admin-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir(&folder).unwrap();
    let mut count = 0;
    for block in text.split("```sh\n").skip(1) {
        let script = block.split("```").next().unwrap();
        let script = script.replace("http://127.0.0.1:8444", &proxy);
        let mut shell = std::process::Command::new("sh");
        shell.args(["-ec", &script]).current_dir(&folder);
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            shell.env_remove(name);
        }
        let output = tokio::task::spawn_blocking(move || shell.output()).await.unwrap().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{script}: {said}");
        count += 1;
    }
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(count, 6);
    // The last of them put back what they had made.
    let seed = json!({"vaults": [{"name": "my-vault", "secrets": [{"name": "db-password", "value": "x"}]}]});
    let (_, report) = local.send(Method::POST, "/admin/seed", &seed).await;
    assert_eq!(report["left_alone"], json!(["secret 'db-password' in 'my-vault'"]));
    // And each path is told of.
    let (_, info) = local.get("/admin/info").await;
    for listed in info["paths"].as_array().unwrap() {
        let methods = listed["methods"].as_str().unwrap().replace(", ", "`, `");
        let row = format!("| `{}` | `{methods}` |", listed["path"].as_str().unwrap());
        assert!(text.contains(&row), "{row}");
    }
}

#[tokio::test]
async fn others_than_this_machine_are_refused_unless_they_are_let_in() {
    for (anywhere, host, expected) in [
        (false, "localhost", StatusCode::OK),
        (false, "azvault", StatusCode::FORBIDDEN),
        (true, "azvault", StatusCode::OK),
        (true, "rebound.example", StatusCode::FORBIDDEN),
    ] {
        let local = Local::of(Emulator::builder().admin_from_anywhere(anywhere)).await;
        let answered = answer(local.request(Method::GET, "/admin/info").header("host", host)).await;
        assert_eq!(answered.0, expected, "{anywhere} {host}");
    }
}

#[tokio::test]
async fn what_is_left_of_limits_is_told_and_what_was_counted_forgotten() {
    let limits = azvault_emulator::VaultLimits::default();
    let local = Local::of(Emulator::builder().vault_limits(limits)).await;
    assert_eq!(local.get("/admin/limits").await.1, json!({"value": []}));
    let scope = "https://vault.azure.net/.default";
    let token = local.emulator.credential().get_token(&[scope], None).await.unwrap();
    let url = format!("{}/secrets?api-version=7.6", local.emulator.vault_url("kv-1"));
    let list = local.emulator.http_client().get(url).bearer_auth(token.token.secret());
    assert_eq!(list.send().await.unwrap().status(), StatusCode::OK);
    let (_, counted) = local.get("/admin/limits").await;
    let of_vault = counted["value"].as_array().unwrap().iter().find(|it| it["of"] == "kv-1");
    assert_eq!(of_vault.unwrap()["passed"], 1, "{counted}");
    assert_eq!(
        local.send(Method::DELETE, "/admin/limits", &Value::Null).await.0,
        StatusCode::NO_CONTENT
    );
    assert_eq!(local.get("/admin/limits").await.1, json!({"value": []}));
}
