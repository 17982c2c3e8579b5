//! What the program says when it cannot start.

#![cfg(unix)]

use std::{net::TcpListener, process::Command};

/// Standard error of a program that must fail.
fn refused(arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_azvault-emulator");
    let output = Command::new(program).args(arguments).env("NO_COLOR", "1").output().unwrap();
    assert!(!output.status.success(), "{arguments:?}");
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
