//! What was asked and how it was answered, for tests to count on. No token and no body is kept.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use http::{Method, header};

use crate::{
    locks::lock,
    message::{Outcome, Request},
};

/// Older records are dropped, so that a long run does not grow without end.
const KEPT: usize = 10_000;

/// One request and its answer.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// emulator.http_client().get(format!("{}/keys?api-version=7.6", emulator.vault_url("kv"))).send().await?;
/// let challenges = emulator.journal().iter().filter(|request| request.status() == Some(401)).count();
/// assert_eq!(challenges, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    id: u64,
    method: Method,
    host: String,
    path_and_query: String,
    has_authorization: bool,
    body_len: usize,
    status: Option<u16>,
    response_len: usize,
}

impl RecordedRequest {
    /// The method, in upper case.
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The host as the client named it, in lower case, with its port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The path and the query, as sent.
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The path alone, as sent.
    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or_default()
    }

    /// Whether an `Authorization` header came along.
    pub fn has_authorization(&self) -> bool {
        self.has_authorization
    }

    /// Length of the request's body, in bytes.
    pub fn body_len(&self) -> usize {
        self.body_len
    }

    /// The status answered; `None` while unanswered, or when the connection was dropped.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// Length of the whole answer's body, in bytes.
    pub fn response_len(&self) -> usize {
        self.response_len
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    records: Arc<Mutex<Records>>,
}

#[derive(Debug, Default)]
struct Records {
    next_id: u64,
    kept: VecDeque<RecordedRequest>,
}

impl Journal {
    /// Records a request before it is answered, so that one that its client gave up is there too.
    pub(crate) fn begin(&self, request: &Request) -> u64 {
        let path_and_query = match &request.query {
            Some(query) => format!("{}?{query}", request.path),
            None => request.path.clone(),
        };
        let mut records = lock(&self.records);
        let id = records.next_id;
        records.next_id += 1;
        if records.kept.len() >= KEPT {
            records.kept.pop_front();
        }
        records.kept.push_back(RecordedRequest {
            id,
            method: request.method.clone(),
            host: request.host.clone(),
            path_and_query,
            has_authorization: request.headers.contains_key(header::AUTHORIZATION),
            body_len: request.body.len(),
            status: None,
            response_len: 0,
        });
        id
    }

    pub(crate) fn end(&self, id: u64, outcome: &Outcome) {
        let (Outcome::Answer(response) | Outcome::Truncated(response, _)) = outcome else {
            return;
        };
        let mut records = lock(&self.records);
        if let Some(record) = records.kept.iter_mut().rev().find(|record| record.id == id) {
            record.status = Some(response.status().as_u16());
            record.response_len = response.body().len();
        }
    }

    pub(crate) fn snapshot(&self) -> Vec<RecordedRequest> {
        lock(&self.records).kept.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.records).kept.clear();
    }
}
