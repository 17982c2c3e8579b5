//! What scripts answered, in the journal that `cargo xtask coverage` counts from. The lines say that
//! they are of a script: they count for those operations alone that no emulator answers.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    sync::OnceLock,
};

use serde_json::json;

use crate::Seen;

/// Names the file; `cargo xtask coverage` sets it.
const VARIABLE: &str = "AZVAULT_EMULATOR_JOURNAL";

/// Notes that a request was answered: no query, no body, and of the headers the user agent alone.
pub(crate) fn note(seen: &Seen, status: u16) {
    let Some(mut file) = file() else { return };
    // One call, so that the lines of other threads and processes do not get in between. A line that
    // is lost is missed by the count.
    let _ = file.write_all(&line(seen, status));
}

fn line(seen: &Seen, status: u16) -> Vec<u8> {
    let line = json!({
        "method": seen.method.as_str(),
        "host": seen.url.host_str(),
        "path": seen.url.path(),
        "status": status,
        "user_agent": seen.header("user-agent"),
        "judged": false,
        "scripted": true,
    });
    format!("{line}\n").into_bytes()
}

#[expect(clippy::disallowed_methods, reason = "a double's own switch, set for a whole test run")]
fn file() -> Option<&'static File> {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    let open = || {
        let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty())?;
        OpenOptions::new().create(true).append(true).open(path).ok()
    };
    FILE.get_or_init(open).as_ref()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use azure_core::http::{Method, headers::Headers};

    use super::*;

    #[test]
    fn a_line_says_that_it_is_of_a_script_and_holds_no_query_and_no_token() {
        let mut headers = Headers::new();
        headers.insert("authorization", "Bearer canary");
        headers.insert("user-agent", "azvault-rust/1");
        let seen = Seen {
            n: 0,
            method: Method::Get,
            url: "https://management.azure.com/a/b?x=canary".parse().unwrap(),
            headers,
            body: "canary".into(),
            at: Duration::ZERO,
        };
        let line = String::from_utf8(line(&seen, 202)).unwrap();
        assert!(line.ends_with("}\n") && !line.contains("canary"), "{line}");
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["path"], &line["status"]), (&json!("/a/b"), &json!(202)));
        assert_eq!((&line["scripted"], &line["judged"]), (&json!(true), &json!(false)));
        assert_eq!(line["user_agent"], "azvault-rust/1");
    }
}
