//! `azvault-emulator env`: the variables of the emulator that serves, in the words of a shell.

#![cfg(unix)]

use std::process::{Command, Output};

use reqwest::{Certificate, Client, Proxy, StatusCode};
use serde_json::Value;

use crate::program::{BINARY, Folder, Program};

fn env(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.args(["env", "--state-dir", folder.path()]).args(arguments);
    command.env("AZURE_CLIENT_CERTIFICATE_PATH", "/real").output().unwrap()
}

fn serving(folder: &Folder) -> Program {
    Program::start_with(&[], &[("AZVAULT_EMULATOR_STATE_DIR", &folder.0)])
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn its_variables_lead_to_the_emulator_that_serves() {
    let folder = Folder::new();
    let program = serving(&folder);
    let set = json(&env(&folder, &["--shell", "json"]));
    assert_eq!(set["HTTPS_PROXY"], program.value("Proxy URL:"));
    assert_eq!(set["AZURE_TENANT_ID"], program.value("Tenant:"));
    assert_eq!(set["SSL_CERT_FILE"], program.value("CA certificate:"));
    assert_eq!(set["AZURE_CLIENT_CERTIFICATE_PATH"], Value::Null);
    assert!(set.as_object().unwrap().contains_key("AZURE_CLIENT_CERTIFICATE_PATH"));
    let ca = std::fs::read(set["SSL_CERT_FILE"].as_str().unwrap()).unwrap();
    let client = Client::builder()
        .proxy(Proxy::https(set["HTTPS_PROXY"].as_str().unwrap()).unwrap())
        .tls_certs_only([Certificate::from_pem(&ca).unwrap()])
        .build()
        .unwrap();
    let identity = client
        .get(format!(
            "{}?api-version=2019-08-01&resource=https://vault.azure.net",
            set["IDENTITY_ENDPOINT"].as_str().unwrap()
        ))
        .header("X-IDENTITY-HEADER", set["IDENTITY_HEADER"].as_str().unwrap());
    let token: Value =
        serde_json::from_str(&identity.send().await.unwrap().text().await.unwrap()).unwrap();
    let list = client
        .get("https://my-vault.vault.azure.net/secrets?api-version=7.6")
        .bearer_auth(token["access_token"].as_str().unwrap());
    assert_eq!(list.send().await.unwrap().status(), StatusCode::OK);
}

#[test]
fn a_shell_that_evaluates_it_has_what_json_says_whatever_is_in_the_path() {
    let folder = Folder::new();
    let _program = serving(&folder);
    let expected = json(&env(&folder, &["--shell", "json"]));
    let script = "eval \"$(\"$0\" env --state-dir \"$1\")\" && env -0";
    let output = Command::new("sh")
        .args(["-c", script, BINARY, folder.path()])
        .env("AZURE_CLIENT_CERTIFICATE_PATH", "/real")
        .output()
        .unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for (name, value) in expected.as_object().unwrap() {
        let found = text.split('\0').find_map(|line| line.strip_prefix(&format!("{name}=")));
        assert_eq!(found, value.as_str(), "{name}");
    }
}

#[test]
fn what_the_program_prints_for_a_shell_can_be_evaluated_too() {
    let folder = Folder::new();
    let program = serving(&folder);
    let line = program.printed.lines().find(|line| line.contains("SSL_CERT_FILE=")).unwrap();
    let hint = program.printed.lines().find(|line| line.contains("eval ")).unwrap();
    let binary = std::path::Path::new(BINARY).parent().unwrap();
    for script in [line, hint] {
        let script =
            format!("PATH='{}':$PATH\n{script}\nprintf %s \"$SSL_CERT_FILE\"", binary.display());
        let output = Command::new("sh").args(["-c", &script]).output().unwrap();
        let set = String::from_utf8(output.stdout).unwrap();
        assert_eq!(set, format!("{}/ca.pem", folder.path()), "{script}");
    }
}

#[test]
fn the_direct_way_has_no_proxy_but_the_authority() {
    let folder = Folder::new();
    let program = serving(&folder);
    let set = json(&env(&folder, &["--shell", "json", "--direct"]));
    assert_eq!(set["AZURE_AUTHORITY_HOST"], program.value("Authority:"));
    assert_eq!(set["AZURE_CORE_INSTANCE_DISCOVERY"], "false");
    assert!(set.get("HTTPS_PROXY").is_none_or(Value::is_null), "{set}");
}

#[test]
fn without_an_emulator_it_says_so_and_prints_nothing() {
    let folder = Folder::new();
    let says = |expected: &str| {
        let output = env(&folder, &[]);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(1), &b""[..]));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("no emulator runs on the installation"), "{said}");
        assert!(said.contains(folder.path()) && said.contains(expected), "{said}");
    };
    std::fs::create_dir(&folder.0).unwrap();
    says("start azvault-emulator first");
    let program = serving(&folder);
    assert!(env(&folder, &[]).status.success());
    program.terminate();
    assert!(!folder.0.join("running.json").exists());
    says("start azvault-emulator first");
    serving(&folder).kill();
    assert!(folder.0.join("running.json").exists());
    says("is gone");
    // The next one takes its place.
    let _program = serving(&folder);
    assert!(env(&folder, &[]).status.success());
}

#[test]
fn of_two_emulators_on_one_installation_it_tells_of_the_first() {
    let folder = Folder::new();
    let first = serving(&folder);
    let second = serving(&folder);
    assert_eq!(first.value("Tenant:"), second.value("Tenant:"));
    let set = json(&env(&folder, &["--shell", "json"]));
    assert_eq!(set["HTTPS_PROXY"], first.value("Proxy URL:"));
    let (_, log) = second.terminate();
    assert!(log.contains("another emulator of this installation runs"), "{log}");
    assert!(env(&folder, &[]).status.success());
}
