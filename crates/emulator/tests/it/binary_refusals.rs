//! What the program says when it cannot start.

#![cfg(unix)]

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Command, Stdio},
};

/// Standard error of a program that must fail.
fn refused(arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_azvault-emulator");
    let mut child = Command::new(program)
        .arg("--ephemeral")
        .args(arguments)
        .stderr(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    // One that did start is ended, and has printed something.
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(said, "", "{arguments:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    for option in ["--ca-out", "--journal"] {
        let said = refused(&["--port", "0", option, "/no-such-folder/file"]);
        assert!(said.contains("/no-such-folder/file"), "{said}");
        assert!(said.contains("No such file or directory"), "{said}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for listen in [&[][..], &["--listen", "127.0.0.1"]] {
        let said = refused(&[&["--port", &port], listen].concat());
        assert!(said.contains(&format!("127.0.0.1:{port}")), "{said}");
    }
}

#[test]
fn a_port_that_somebody_has_on_the_other_loopback_address_is_not_shared() {
    // Otherwise `localhost` might lead to either of the two.
    let Ok(taken) = TcpListener::bind(("::1", 0)) else {
        return; // There is no IPv6 here, and so no other address.
    };
    let port = taken.local_addr().unwrap().port();
    let said = refused(&["--port", &port.to_string()]);
    assert!(said.contains(&format!("[::1]:{port}")), "{said}");
}
