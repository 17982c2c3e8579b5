//! The program: what it prints, the CA file, and its end by a signal.

#![cfg(unix)]

use std::path::Path;

use reqwest::{Certificate, Client, StatusCode};

use crate::program::Program;

#[tokio::test]
async fn it_prints_where_it_is_and_serves_until_sigterm() {
    let program = Program::start(&[]);
    let ca = program.value("CA certificate:").to_owned();
    let pem = std::fs::read(&ca).unwrap();
    assert!(!String::from_utf8_lossy(&pem).contains("PRIVATE"));
    let authority = program.value("Authority:").to_owned();
    assert!(!authority.ends_with(":0"), "{authority}");
    assert!(program.value("Vault URL:").starts_with("https://{name}.vault.localhost:"));
    assert!(program.printed.contains(&format!("REQUESTS_CA_BUNDLE='{ca}'")));
    let client = Client::builder()
        .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
        .no_proxy()
        .build()
        .unwrap();
    let url =
        format!("{authority}/{}/v2.0/.well-known/openid-configuration", program.value("Tenant:"));
    assert_eq!(client.get(url).send().await.unwrap().status(), StatusCode::OK);
    let form =
        "grant_type=client_credentials&client_id=a&client_secret=canary-secret&scope=a/.default";
    let token = client
        .post(format!("{authority}/common/oauth2/v2.0/token"))
        .body(form)
        .send()
        .await
        .unwrap();
    let token: serde_json::Value = serde_json::from_str(&token.text().await.unwrap()).unwrap();
    let (success, log) = program.terminate();
    assert!(success);
    assert!(log.contains("/common/oauth2/v2.0/token"), "{log}");
    assert!(
        !log.contains("canary-secret") && !log.contains(token["access_token"].as_str().unwrap())
    );
    assert!(!Path::new(&ca).exists(), "the file of the run is removed");
}

#[test]
fn it_says_whether_what_is_in_its_vaults_is_kept() {
    let folder = std::env::temp_dir().join(format!("azvault-kept-{}", uuid::Uuid::new_v4()));
    let program = Program::start(&["--data-dir", folder.to_str().unwrap()]);
    assert_eq!(program.value("Data directory:"), folder.to_str().unwrap());
    assert!(program.printed.contains("all that is in its vaults is kept"), "{}", program.printed);
    assert!(program.terminate().0);
    std::fs::remove_dir_all(&folder).unwrap();
    let program = Program::start(&[]);
    assert!(program.printed.contains("nothing is kept"), "{}", program.printed);
    assert!(!program.printed.contains("Data directory:"));
}

#[test]
fn the_ca_goes_where_told_and_stays() {
    let path =
        std::env::temp_dir().join(format!("azvault-emulator-test-{}.pem", std::process::id()));
    let tenant = "44444444-4444-4444-4444-444444444444";
    let subscription = "55555555-5555-5555-5555-555555555555";
    let program = Program::start(&[
        "--ca-out",
        path.to_str().unwrap(),
        "--tenant-id",
        tenant,
        "--subscription-id",
        subscription,
    ]);
    assert_eq!(program.value("Tenant:"), tenant);
    assert_eq!(program.value("Subscription:"), subscription);
    assert_eq!(program.value("Management URL:"), program.value("Authority:"));
    assert_eq!(program.value("CA certificate:"), path.to_str().unwrap());
    let (success, log) = program.terminate();
    assert!(success && !log.contains("NOT LOOPBACK"));
    assert!(std::fs::read_to_string(&path).unwrap().contains("BEGIN CERTIFICATE"));
    std::fs::remove_file(path).unwrap();
}

#[test]
fn an_address_that_is_not_loopback_is_warned_of() {
    let (_, log) = Program::start(&["--listen", "0.0.0.0"]).terminate();
    assert!(log.contains("NOT LOOPBACK"), "{log}");
}

#[tokio::test]
async fn its_journal_goes_where_the_option_or_the_variable_says() {
    for option in [true, false] {
        let name = format!("azvault-emulator-journal-{}-{option}.jsonl", std::process::id());
        let path = std::env::temp_dir().join(name);
        let program = if option {
            Program::start(&["--journal", path.to_str().unwrap()])
        } else {
            Program::start_with(&["--ephemeral"], &[("AZVAULT_EMULATOR_JOURNAL", &path)])
        };
        let pem = std::fs::read(program.value("CA certificate:")).unwrap();
        let client = Client::builder()
            .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
            .no_proxy()
            .build()
            .unwrap();
        let url = format!("{}/common/discovery/instance", program.value("Authority:"));
        client.get(url).header("user-agent", "probe/2").send().await.unwrap();
        program.terminate();
        let line: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(line["path"], "/common/discovery/instance");
        assert_eq!((&line["status"], &line["user_agent"]), (&200.into(), &"probe/2".into()));
        std::fs::remove_file(path).unwrap();
    }
}

/// A client that finds the vault `kv-1`, and the port.
fn client_of(program: &Program) -> (Client, u16) {
    let pem = std::fs::read(program.value("CA certificate:")).unwrap();
    let port: u16 = program.value("Authority:").rsplit_once(':').unwrap().1.parse().unwrap();
    let client = Client::builder()
        .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
        .no_proxy()
        .resolve("kv-1.vault.localhost", (std::net::Ipv4Addr::LOCALHOST, port).into())
        .build()
        .unwrap();
    (client, port)
}

#[tokio::test]
async fn vaults_see_callers_come_from_where_it_was_told() {
    let program = Program::start(&["--client-address", "203.0.113.7"]);
    let (client, port) = client_of(&program);
    let url = format!("https://kv-1.vault.localhost:{port}/secrets?api-version=7.6");
    let answer = client.get(url).send().await.unwrap();
    assert_eq!(
        answer.headers()["x-ms-keyvault-network-info"],
        "conn_type=Ipv4;addr=203.0.113.7;act_addr_fam=InterNetwork;"
    );
}

#[tokio::test]
async fn access_counts_as_late_as_it_was_told() {
    for (lag, expected) in [("3600", StatusCode::FORBIDDEN), ("0", StatusCode::OK)] {
        let program = Program::start(&["--access-lag", lag]);
        let (client, port) = client_of(&program);
        let (authority, tenant) = (program.value("Authority:"), program.value("Tenant:"));
        let token = async |audience: &str| {
            let form = format!(
                "grant_type=client_credentials&client_id=a&client_secret=b&scope=https://{audience}/.default"
            );
            let url = format!("{authority}/common/oauth2/v2.0/token");
            let answer = client.post(url).body(form).send().await.unwrap().text().await.unwrap();
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            answer["access_token"].as_str().unwrap().to_owned()
        };
        let oid = azvault_emulator::Principal::for_client_id("a").oid().to_owned();
        let group = format!(
            "{authority}/subscriptions/{}/resourceGroups/rg",
            program.value("Subscription:")
        );
        let vault = serde_json::json!({"location": "westus", "properties": {
            "tenantId": tenant, "sku": {"name": "standard"},
            "accessPolicies":
                [{"tenantId": tenant, "objectId": oid, "permissions": {"secrets": ["list"]}}],
        }});
        let management = token("management.azure.com").await;
        for (path, body) in [
            ("", serde_json::json!({"location": "westus"})),
            ("/providers/Microsoft.KeyVault/vaults/kv-1", vault),
        ] {
            let url = format!("{group}{path}?api-version=2023-07-01");
            let request = client.put(url).bearer_auth(&management).body(body.to_string());
            assert!(request.send().await.unwrap().status().is_success(), "{path}");
        }
        let url = format!("https://kv-1.vault.localhost:{port}/secrets?api-version=7.6");
        let list = client.get(url).bearer_auth(token("vault.azure.net").await);
        assert_eq!(list.send().await.unwrap().status(), expected, "a lag of {lag} s");
    }
}

#[test]
fn a_terminal_that_is_closed_leaves_no_folder_behind() {
    let program = Program::start(&[]);
    let ca = std::path::PathBuf::from(program.value("CA certificate:"));
    assert!(ca.exists());
    // Under nohup the first is not heard.
    let (success, log) = program.terminate_by(&["-HUP", "-TERM"]);
    assert!(success && log.contains("stopping"), "{log}");
    assert!(!ca.exists());
}

#[tokio::test]
async fn its_switches_make_resource_manager_slow_strict_and_unregistered() {
    let program = Program::start(&[
        "--provider-unregistered",
        "--registration-lag",
        "3600",
        "--resource-manager-limits",
        "--latency",
        "1",
    ]);
    let pem = std::fs::read(program.value("CA certificate:")).unwrap();
    let client = Client::builder()
        .tls_certs_only([Certificate::from_pem(&pem).unwrap()])
        .no_proxy()
        .build()
        .unwrap();
    let authority = program.value("Authority:");
    let form = format!(
        "grant_type=client_credentials&client_id=a&client_secret=b&scope={authority}/.default"
    );
    let url = format!("{authority}/common/oauth2/v2.0/token");
    let token = client.post(url).body(form).send().await.unwrap().text().await.unwrap();
    let token: serde_json::Value = serde_json::from_str(&token).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let provider = format!(
        "{authority}/subscriptions/{}/providers/Microsoft.KeyVault",
        program.value("Subscription:")
    );
    let url = format!("{provider}/register?api-version=2021-04-01");
    let answer = client.post(url).bearer_auth(token).send().await.unwrap();
    assert_eq!(answer.headers()["x-ms-ratelimit-remaining-subscription-writes"], "199");
    let shown: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(shown["registrationState"], "Registering");
    program.terminate();
}

/// A token of `client_id` for vaults, or the refusal's status.
async fn token_of(
    program: &Program,
    client: &Client,
    client_id: &str,
) -> Result<String, StatusCode> {
    let form = format!(
        "grant_type=client_credentials&client_id={client_id}&client_secret=b&scope=https://vault.azure.net/.default"
    );
    let url = format!("{}/common/oauth2/v2.0/token", program.value("Authority:"));
    let answer = client.post(url).body(form).send().await.unwrap();
    if !answer.status().is_success() {
        return Err(answer.status());
    }
    let answer: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    Ok(answer["access_token"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn unknown_api_versions_are_refused_when_it_is_told_so() {
    for (switches, expected) in
        [(&["--strict-api-versions"][..], StatusCode::BAD_REQUEST), (&[], StatusCode::OK)]
    {
        let program = Program::start(switches);
        let (client, port) = client_of(&program);
        let token = token_of(&program, &client, "a").await.unwrap();
        let url = format!("https://kv-1.vault.localhost:{port}/secrets?api-version=2999-01-01");
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        assert_eq!(answer.status(), expected);
    }
}

#[tokio::test]
async fn a_lag_that_is_set_goes_before_the_services() {
    for (switches, expected) in [
        (&["--service-times"][..], StatusCode::NOT_FOUND),
        (&["--service-times", "--deletion-lag", "0"], StatusCode::OK),
    ] {
        let program = Program::start(switches);
        let (client, port) = client_of(&program);
        let token = token_of(&program, &client, "a").await.unwrap();
        let url =
            |folder| format!("https://kv-1.vault.localhost:{port}/{folder}/s?api-version=7.6");
        let set = client.put(url("secrets")).bearer_auth(&token).body(r#"{"value":"v"}"#);
        assert_eq!(set.send().await.unwrap().status(), StatusCode::OK);
        let delete = client.delete(url("secrets")).bearer_auth(&token);
        assert_eq!(delete.send().await.unwrap().status(), StatusCode::OK);
        let deleted = client.get(url("deletedsecrets")).bearer_auth(&token);
        assert_eq!(deleted.send().await.unwrap().status(), expected, "{switches:?}");
    }
}

#[tokio::test]
async fn only_listed_principals_sign_in_when_there_is_a_list() {
    let path = std::env::temp_dir().join(format!("azvault-list-{}.toml", std::process::id()));
    std::fs::write(&path, "[[applications]]\nclient_id = \"listed\"\nsecrets = [\"b\"]\n").unwrap();
    let program = Program::start(&["--principals", path.to_str().unwrap()]);
    let (client, _) = client_of(&program);
    assert!(token_of(&program, &client, "listed").await.is_ok());
    assert!(token_of(&program, &client, "other").await.is_err());
    std::fs::remove_file(path).unwrap();
}
