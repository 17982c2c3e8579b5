//! `azvault-emulator run -- COMMAND`: what the command gets, and what comes back of it.

#![cfg(unix)]

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    process::{Command, Output, Stdio},
};

use crate::program::{BINARY, Folder};

fn run(command: &[&str]) -> Command {
    let mut run = Command::new(BINARY);
    run.args(["run", "--ephemeral", "--"]).args(command);
    run
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The environment of the command.
fn environment(output: &Output) -> HashMap<String, String> {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn the_commands_exit_code_comes_back_and_nothing_else_is_printed() {
    for (script, code) in [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", 137)] {
        let output = run(&["sh", "-c", script]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{script}");
        assert_eq!((text(&output.stdout), text(&output.stderr)), ("", ""), "{script}");
    }
}

#[test]
fn a_command_that_is_not_there_or_no_program_is_told_as_shells_do() {
    for (command, code) in [("no-such-command", 127), ("/dev/null", 126)] {
        let output = run(&[command]).output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(text(&output.stderr).contains(command), "{}", text(&output.stderr));
    }
}

#[test]
fn a_log_that_is_asked_of_others_does_not_silence_ours() {
    for (log, told) in
        [("theirs=debug", true), ("", true), ("theirs=off,error", true), ("off", false)]
    {
        let output = run(&["no-such-command"]).env("RUST_LOG", log).output().unwrap();
        assert_eq!(text(&output.stderr).contains("no-such-command"), told, "{log}");
        assert!(!text(&output.stderr).contains("ignoring"), "{}", text(&output.stderr));
    }
}

#[test]
fn input_and_output_are_the_commands_own() {
    let mut child = run(&["cat"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"through a pipe").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stdout), "through a pipe");
}

#[test]
fn the_command_is_led_to_the_emulator_and_nowhere_else() {
    let theirs = [
        ("AZURE_CLIENT_SECRET", "theirs-secret"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", "/theirs-"),
        ("AZURE_AUTHORITY_HOST", "https://theirs-"),
        ("MSI_ENDPOINT", "http://theirs-"),
        ("ALL_PROXY", "http://theirs-"),
        ("NO_PROXY", "*"),
        ("https_proxy", "http://theirs-"),
        ("AZURE_KEYVAULT_URL", "https://mine.vault.azure.net"),
        ("JAVA_TOOL_OPTIONS", "-Xmx64m"),
    ];
    let output = run(&["env"]).envs(theirs).output().unwrap();
    let set = environment(&output);
    for name in
        ["AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_AUTHORITY_HOST", "MSI_ENDPOINT", "ALL_PROXY"]
    {
        assert_eq!(set.get(name), None, "{name}");
    }
    assert!(!text(&output.stdout).contains("theirs-"));
    let proxy = &set["HTTPS_PROXY"];
    assert!(proxy.starts_with("http://127.0.0.1:"), "{proxy}");
    for name in ["https_proxy", "HTTP_PROXY", "http_proxy", "AZURE_POD_IDENTITY_AUTHORITY_HOST"] {
        assert_eq!(&set[name], proxy, "{name}");
    }
    assert_eq!(set["NO_PROXY"], "localhost,127.0.0.1,::1");
    assert_eq!(set["IDENTITY_ENDPOINT"], format!("{proxy}/msi/token"));
    assert_eq!(set["AZURE_KEYVAULT_URL"], "https://mine.vault.azure.net");
    assert!(set["JAVA_TOOL_OPTIONS"].starts_with("-Xmx64m -Djavax.net.ssl.trustStore="));
    for name in ["AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID"] {
        assert_eq!(set[name].len(), 36, "{name}");
    }
    let folder = std::path::Path::new(&set["SSL_CERT_FILE"]).parent().unwrap();
    assert!(set["AZURE_CONFIG_DIR"].starts_with(folder.to_str().unwrap()));
    assert!(!folder.exists(), "the folder of the run is removed");
}

#[test]
fn no_host_of_azures_is_left_out_of_the_proxy() {
    // As in the NO_PROXY of a company with private endpoints.
    let theirs = "db.test,.vault.azure.net,169.254.169.254";
    let output = Command::new(BINARY)
        .args(["run", "--ephemeral", "--no-proxy", theirs, "--", "echo", "it ran"])
        .output()
        .unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert!(text(&output.stderr).contains(".vault.azure.net"), "{}", text(&output.stderr));
}

#[test]
fn the_certificate_and_the_emulator_are_there_while_the_command_runs() {
    // The port of the proxy answers plain HTTP; bash's own sockets would not be everywhere.
    let script = "cat \"$SSL_CERT_FILE\" && test -s \"${SSL_CERT_FILE%.pem}.p12\"";
    let output = run(&["sh", "-c", script]).output().unwrap();
    assert!(output.status.success());
    assert!(text(&output.stdout).starts_with("-----BEGIN CERTIFICATE-----"));
    assert!(!text(&output.stdout).contains("PRIVATE"));
}

#[test]
fn a_folder_that_everybody_may_write_to_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    std::fs::create_dir(&folder.0).unwrap();
    for (mode, warned) in [(0o777, true), (0o1777, false), (0o775, false), (0o700, false)] {
        std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(mode)).unwrap();
        let arguments = ["run", "--state-dir", folder.path(), "--", "true"];
        let output = Command::new(BINARY).args(arguments).output().unwrap();
        assert!(output.status.success());
        assert_eq!(text(&output.stderr).contains("pose as the emulator"), warned, "{mode:o}");
    }
}

#[test]
fn verbose_tells_on_standard_error_where_it_is() {
    let output =
        Command::new(BINARY).args(["run", "--ephemeral", "-v", "--", "true"]).output().unwrap();
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).contains("the emulator listens"), "{}", text(&output.stderr));
}

#[test]
fn signals_reach_the_command() {
    for (signal, script, code) in [
        ("TERM", "trap 'exit 42' TERM; echo ready; read line", 42),
        ("INT", "trap 'exit 43' INT; echo ready; read line", 43),
        ("USR1", "trap 'exit 44' USR1; echo ready; read line", 44),
        ("TERM", "echo ready; read line", 128 + 15),
    ] {
        let mut child = run(&["sh", "-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Kept open: at its end the script would end by itself.
        let input = child.stdin.take().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        let kill =
            Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}: {script}");
        drop(input);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_nohup_has_ignored_stays_ignored_in_the_command() {
    let script = "trap '' HUP; exec \"$0\" run --ephemeral -- sh -c 'kill -HUP $$; kill -HUP $PPID; echo alive'";
    let output = Command::new("sh").args(["-c", script, BINARY]).output().unwrap();
    assert_eq!((text(&output.stdout), output.status.code()), ("alive\n", Some(0)));
}

#[test]
fn runs_on_one_installation_share_their_certificate_and_tenant_but_no_port() {
    let folder = Folder::new();
    let run = || {
        let arguments =
            ["run", "--state-dir", folder.path(), "--", "sh", "-c", "env; cat \"$SSL_CERT_FILE\""];
        environment(&Command::new(BINARY).args(arguments).output().unwrap())
    };
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(run);
        let second = scope.spawn(run);
        (first.join().unwrap(), second.join().unwrap())
    });
    for name in ["AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID", "SSL_CERT_FILE", "AZURE_CONFIG_DIR"] {
        assert_eq!(first[name], second[name], "{name}");
    }
    assert_ne!(first["IDENTITY_HEADER"], second["IDENTITY_HEADER"]);
    assert_eq!(first["SSL_CERT_FILE"], format!("{}/ca.pem", folder.path()));
}
