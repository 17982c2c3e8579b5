//! The program as scripts and containers operate it.

#![cfg(unix)]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::program::{BINARY, Folder};

/// A program of which the output is what a test is about.
struct Started {
    child: Child,
    line: String,
}

impl Started {
    fn with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(BINARY)
            .args(arguments)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, line }
    }

    fn signal(&self, signal: &str) {
        let kill = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    fn ended(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FREE: [&str; 5] = ["--ephemeral", "--port", "0", "--output", "json"];

#[test]
fn a_line_of_json_and_the_ready_file_tell_the_same() {
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).unwrap();
    let path = folder.0.join("emulator.json");
    // Of one that was killed.
    std::fs::write(&path, "stale").unwrap();
    let file = ["--ready-file", path.to_str().unwrap()];
    let program = Started::with(&[&FREE[..], &file].concat(), &[]);
    let told: Value = serde_json::from_str(&program.line).unwrap();
    let port = told["port"].as_u64().unwrap();
    assert_ne!(port, 0);
    assert_eq!(told["vault_url"], format!("https://{{name}}.vault.localhost:{port}"));
    assert_eq!(told["authority"], format!("https://localhost:{port}"));
    assert_eq!(told["process"], program.child.id());
    assert!(Path::new(told["ca_certificate"].as_str().unwrap()).exists());
    let health = told["health_url"].as_str().unwrap();
    assert_eq!(health_of(&["--url", health]).0, Some(0));
    // It is written after the line, and whole.
    let written = loop {
        match std::fs::read(&path) {
            Ok(bytes) if bytes != b"stale" => break bytes,
            _ => std::thread::yield_now(),
        }
    };
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), told);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    program.signal("-TERM");
    assert_eq!(program.ended().0, Some(0));
    assert!(!path.exists(), "it is there for as long as the emulator serves");
}

#[test]
fn a_ready_file_is_not_there_when_the_emulator_cannot_serve() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).unwrap();
    let path = folder.0.join("emulator.json");
    std::fs::write(&path, "stale").unwrap();
    let arguments = ["--ephemeral", "--port", &port, "--ready-file", path.to_str().unwrap()];
    let (code, log) = Started::with(&arguments, &[]).ended();
    assert_eq!(code, Some(1));
    assert!(log.contains("something listens there already") && log.contains("--port"), "{log}");
    assert!(!path.exists());
}

/// The exit code of `health`, and what it said.
fn health_of(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(BINARY).arg("health").args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn health_asks_the_emulator_of_the_installation() {
    let folder = Folder::new();
    let state = ["--state-dir", folder.path()];
    let program = Started::with(&[&["--port", "0", "--output", "json"], &state[..]].concat(), &[]);
    let told: Value = serde_json::from_str(&program.line).unwrap();
    assert_eq!(told["process"], program.child.id());
    let (code, said) = health_of(&state);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(r#""status":"serving""#), "{said}");
    program.signal("-TERM");
    program.ended();
}

#[test]
fn health_is_asked_where_there_is_no_certificate_authority() {
    let program = Started::with(&FREE, &[]);
    let told: Value = serde_json::from_str(&program.line).unwrap();
    // As in an image that holds the program alone.
    let output = Command::new(BINARY)
        .args(["health", "--url", told["health_url"].as_str().unwrap()])
        .envs([("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/dev/null")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn health_fails_where_nobody_answers_or_something_else_does() {
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let (code, said) = health_of(&["--url", &format!("http://127.0.0.1:{port}/health")]);
    assert_eq!(code, Some(1));
    assert!(said.contains("no emulator answers") && said.contains("is it started"), "{said}");
    let (code, said) = health_of(&["--url", "https://localhost:8443/health"]);
    assert!(code == Some(1) && said.contains("plain HTTP is asked"), "{said}");
    let program = Started::with(&FREE, &[]);
    let told: Value = serde_json::from_str(&program.line).unwrap();
    let elsewhere = format!("{}/nothing", told["proxy_url"].as_str().unwrap());
    assert_eq!(health_of(&["--url", &elsewhere]).0, Some(1));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let program = Started::with(&FREE, &[]);
    let told: Value = serde_json::from_str(&program.line).unwrap();
    let proxy = told["proxy_url"].as_str().unwrap().strip_prefix("http://").unwrap();
    // A request that never comes to its end, which the first signal waits for.
    let mut stream = TcpStream::connect(proxy).unwrap();
    let head = "GET /health HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut continued = [0; 12];
    stream.read_exact(&mut continued).unwrap();
    assert_eq!(&continued, b"HTTP/1.1 100", "it is being read");
    program.signal("-INT");
    let mut closed = TcpStream::connect(proxy);
    while closed.is_ok() {
        closed = TcpStream::connect(proxy);
    }
    program.signal("-INT");
    let (code, log) = program.ended();
    assert_eq!(code, Some(130), "{log}");
    assert!(log.contains("stopping") && log.contains("stopped at once"), "{log}");
}

#[test]
fn logs_are_lines_of_json_when_asked() {
    let program = Started::with(&[&FREE[..], &["--log-format", "json"]].concat(), &[]);
    program.signal("-TERM");
    let (_, log) = program.ended();
    let lines: Vec<BTreeMap<String, Value>> =
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().any(|line| {
        line["message"].as_str().unwrap().starts_with("stopping") && line["level"] == "INFO"
    }));
}

#[test]
fn every_option_may_come_from_a_variable() {
    let variables = [
        ("AZVAULT_EMULATOR_PORT", "0"),
        ("AZVAULT_EMULATOR_EPHEMERAL", "yes"),
        ("AZVAULT_EMULATOR_OUTPUT", "json"),
        ("AZVAULT_EMULATOR_TENANT_ID", "44444444-4444-4444-4444-444444444444"),
        ("AZVAULT_EMULATOR_LISTEN", "0.0.0.0"),
        ("AZVAULT_EMULATOR_ADMIN_FROM_ANYWHERE", "1"),
        ("AZVAULT_EMULATOR_PURGE_PROTECTION", "false"),
        ("AZVAULT_EMULATOR_RETENTOIN_DAYS", "canary"),
    ];
    let program = Started::with(&[], &variables);
    let told: Value = serde_json::from_str(&program.line).unwrap();
    assert_eq!(told["tenant"], "44444444-4444-4444-4444-444444444444");
    program.signal("-TERM");
    let (code, log) = program.ended();
    assert_eq!(code, Some(0));
    assert!(log.contains("NOT LOOPBACK") && log.contains("ADMIN FROM ANYWHERE"), "{log}");
    assert!(log.contains("AZVAULT_EMULATOR_RETENTOIN_DAYS") && !log.contains("canary"), "{log}");
}

#[test]
fn a_seed_is_made_before_it_serves_and_its_values_are_not_logged() {
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).unwrap();
    let path = folder.0.join("seed.toml");
    let seed = "[[vaults]]\nname = 'kv-1'\nsecrets = [{ name = 's', value_from_env = 'SEEDED' }]\n";
    std::fs::write(&path, seed).unwrap();
    let option = ["--seed", path.to_str().unwrap(), "--log-level", "trace"];
    let program = Started::with(&[&FREE[..], &option].concat(), &[("SEEDED", "canary-value")]);
    program.signal("-TERM");
    let (code, log) = program.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("secret 's' in 'kv-1'") && !log.contains("canary-value"), "{log}");
    std::fs::write(&path, "[[vaults]]\nname = 'kv-1'\nsecret = 'canary-value'\n").unwrap();
    let (code, log) = Started::with(&[&FREE[..], &option].concat(), &[]).ended();
    assert_eq!(code, Some(1));
    assert!(log.contains("seed.toml: line 3: unknown field `secret`"), "{log}");
    assert!(!log.contains("canary-value"), "{log}");
}

/// User and group of nobody.
const NOBODY: u32 = 65_534;

#[test]
fn no_root_is_needed_nor_a_home_that_can_be_written() {
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).unwrap();
    // Where everybody may run it.
    let program = folder.0.join("azvault-emulator");
    std::fs::copy(BINARY, &program).unwrap();
    let (home, state) = (folder.0.join("home"), folder.0.join("state"));
    for folder in [&home, &state] {
        std::fs::create_dir(folder).unwrap();
    }
    let is_root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(&home).unwrap()) == 0;
    let mut command = Command::new(&program);
    if is_root {
        std::os::unix::fs::chown(&state, Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    for folder in [&folder.0, &home] {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o555)).unwrap();
    }
    let mut child = command
        .env("HOME", &home)
        .env_remove("XDG_STATE_HOME")
        .args(["--port", "0", "--output", "json", "--state-dir"])
        .arg(&state)
        .current_dir(&home)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let started = Started { child, line };
    let told: Result<Value, _> = serde_json::from_str(&started.line);
    let health =
        told.as_ref().map(|told| health_of(&["--url", told["health_url"].as_str().unwrap()]));
    let owner =
        std::fs::metadata(state.join("ca.pem")).map(|it| std::os::unix::fs::MetadataExt::uid(&it));
    started.signal("-TERM");
    let (code, log) = started.ended();
    for folder in [&folder.0, &home] {
        std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    }
    assert_eq!(health.unwrap().0, Some(0), "{log}");
    assert_eq!(code, Some(0), "{log}");
    assert!(!is_root || owner.unwrap() == NOBODY);
}

#[test]
fn a_home_that_cannot_be_written_is_told_with_what_to_do() {
    let program = Started::with(&["--port", "0", "--state-dir", "/proc/no-such"], &[]);
    let (code, log) = program.ended();
    assert_eq!(code, Some(1));
    assert!(log.contains("/proc/no-such") && log.contains("--state-dir"), "{log}");
}

#[test]
fn the_help_has_examples() {
    let output = Command::new(BINARY).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for example in
        ["azvault-emulator run -- python app.py", "--ready-file emulator.json", "/admin/clock"]
    {
        assert!(help.contains(example), "{example}");
    }
}
