//! Which answers a test has judged, written to the journal file when there is one.
//!
//! An answer is judged when a test has looked at its status and at its body or headers. The lines are written when
//! all that holds the ledger is gone, and only if the test did not panic.

use std::{
    fs::OpenOptions,
    io::Write,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU16, Ordering},
    },
};

use azure_core::http::Url;
use serde_json::json;

/// The judged requests of one test's vault.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    lines: Mutex<String>,
}

impl Drop for Ledger {
    fn drop(&mut self) {
        let lines = self.lines.get_mut().unwrap();
        if lines.is_empty() || std::thread::panicking() {
            return;
        }
        // Lines are only gathered when the variable is set.
        let path = journal().unwrap();
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(lines.as_bytes()).unwrap();
    }
}

#[allow(clippy::disallowed_methods, reason = "the variable is cargo xtask coverage's to set")]
fn journal() -> Option<std::ffi::OsString> {
    std::env::var_os("AZVAULT_EMULATOR_JOURNAL").filter(|path| !path.is_empty())
}

/// What a test has looked at of one answer.
#[derive(Debug)]
pub(crate) struct Judgement {
    ledger: Arc<Ledger>,
    method: String,
    host: String,
    path: String,
    answered: AtomicU16,
    status: AtomicBool,
    content: AtomicBool,
}

impl Judgement {
    pub(crate) fn new(ledger: &Arc<Ledger>, method: &str, url: &Url) -> Self {
        Self {
            ledger: Arc::clone(ledger),
            method: method.to_owned(),
            host: url.authority().to_owned(),
            path: url.path().to_owned(),
            answered: AtomicU16::new(0),
            status: AtomicBool::new(false),
            content: AtomicBool::new(false),
        }
    }

    /// An answer without a body has no content left to look at.
    pub(crate) fn answered(&self, status: u16, empty: bool) {
        self.answered.store(status, Ordering::Relaxed);
        self.content.store(empty, Ordering::Relaxed);
    }

    pub(crate) fn saw_status(&self) {
        self.status.store(true, Ordering::Relaxed);
    }

    pub(crate) fn saw_content(&self) {
        self.content.store(true, Ordering::Relaxed);
    }
}

impl Drop for Judgement {
    fn drop(&mut self) {
        let judged = *self.status.get_mut() && *self.content.get_mut();
        if !judged || journal().is_none() {
            return;
        }
        let line = json!({
            "method": self.method, "host": self.host, "path": self.path, "status": *self.answered.get_mut(),
            "user_agent": null, "judged": true,
        });
        if let Ok(mut lines) = self.ledger.lines.lock() {
            lines.push_str(&line.to_string());
            lines.push('\n');
        }
    }
}
