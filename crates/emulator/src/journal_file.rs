//! A journal on disk: one JSON line for each answered request, for whoever counts what a test run reached.
//!
//! Several processes may append to one file at once, so a line is written by one call.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Arc, OnceLock},
};

use http::header;
use serde::Serialize;

use crate::message::{self, Outcome, Request};

/// Names the file that every emulator of the process appends to.
const VARIABLE: &str = "AZVAULT_EMULATOR_JOURNAL";

/// A file opened for append; clones are the same file.
#[derive(Clone, Debug)]
pub(crate) struct JournalFile(Arc<File>);

/// A request on its way to an answer.
#[derive(Debug)]
pub(crate) struct Pending {
    file: JournalFile,
    method: String,
    host: String,
    path: String,
    user_agent: Option<String>,
}

/// What is told of a request: no query, no body, and of the headers the user agent alone.
#[derive(Serialize)]
struct Line<'a> {
    method: &'a str,
    host: &'a str,
    path: &'a str,
    status: u16,
    user_agent: Option<&'a str>,
    judged: bool,
}

impl JournalFile {
    pub(crate) fn of(file: File) -> Self {
        Self(Arc::new(file))
    }

    /// The file that the environment names, opened once a process; `None` when none is named.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub(crate) fn of_process() -> Option<Self> {
        static FILE: OnceLock<Option<JournalFile>> = OnceLock::new();
        FILE.get_or_init(|| {
            let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty())?;
            match open(Path::new(&path)) {
                Ok(file) => Some(Self::of(file)),
                Err(error) => {
                    tracing::error!(%error, "the file that {VARIABLE} names cannot be written");
                    None
                }
            }
        })
        .clone()
    }

    pub(crate) fn begin(&self, request: &Request) -> Pending {
        Pending {
            file: self.clone(),
            method: request.method.to_string(),
            host: request.host.clone(),
            path: request.path.clone(),
            user_agent: message::header(&request.headers, header::USER_AGENT.as_str())
                .map(str::to_owned),
        }
    }
}

impl Pending {
    /// Writes the line; a request whose connection was dropped was not answered and has none.
    pub(crate) fn end(self, outcome: &Outcome) {
        let Some(response) = outcome.response() else {
            return;
        };
        let line = Line {
            method: &self.method,
            host: &self.host,
            path: &self.path,
            status: response.status().as_u16(),
            user_agent: self.user_agent.as_deref(),
            judged: false,
        };
        let written =
            serde_json::to_vec(&line).map_err(std::io::Error::from).and_then(|mut line| {
                line.push(b'\n');
                // One call, so that the lines of other threads and processes do not get in between.
                (&*self.file.0).write_all(&line)
            });
        if let Err(error) = written {
            tracing::error!(%error, "a line of the journal file is lost");
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}
