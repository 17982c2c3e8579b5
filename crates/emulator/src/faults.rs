//! Faults that a test orders: refused, throttled, cut or dropped answers.
//!
//! A fault strikes before authentication and counts down only on the requests that it matches.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::{
    locks::lock,
    message::{Request, Response, json_response},
};

/// The faults on order; the first that matches a request strikes.
///
/// ```
/// use azvault_emulator::Emulator;
/// use std::time::Duration;
///
/// let emulator = Emulator::in_memory();
/// emulator.faults().next(2).status(503);
/// emulator.faults().next(1).on("POST", "/oauth2/").disconnect();
/// emulator.faults().next(1).throttle_with_retry_after(Duration::from_secs(1));
/// assert_eq!(emulator.faults().pending(), 4);
/// emulator.faults().clear();
/// assert_eq!(emulator.faults().pending(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Arc<Mutex<Vec<Rule>>>,
}

#[derive(Clone, Debug)]
struct Rule {
    skip: usize,
    remaining: usize,
    method: Option<String>,
    path: Option<String>,
    host: Option<String>,
    fault: Fault,
}

#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Answer(Response),
    Disconnect,
    /// The request is processed, then the connection is dropped.
    LoseAnswer,
    Truncate(usize),
}

impl Faults {
    /// Starts an order for the next `count` matching requests; a method of the builder completes it.
    pub fn next(&self, count: usize) -> FaultBuilder {
        FaultBuilder {
            faults: self.clone(),
            rule: Rule {
                skip: 0,
                remaining: count,
                method: None,
                path: None,
                host: None,
                fault: Fault::Disconnect,
            },
        }
    }

    /// Cancels every fault that has not struck.
    pub fn clear(&self) {
        lock(&self.rules).clear();
    }

    /// How many requests are still to be struck.
    pub fn pending(&self) -> usize {
        lock(&self.rules).iter().map(|rule| rule.remaining).sum()
    }

    pub(crate) fn strike(&self, request: &Request) -> Option<Fault> {
        let mut rules = lock(&self.rules);
        let mut fault = None;
        for rule in rules.iter_mut().filter(|rule| rule.matches(request)) {
            if rule.skip > 0 {
                rule.skip -= 1;
            } else {
                rule.remaining -= 1;
                fault = Some(rule.fault.clone());
                break;
            }
        }
        rules.retain(|rule| rule.remaining > 0);
        fault
    }
}

impl Rule {
    fn matches(&self, request: &Request) -> bool {
        let contains = |text: &str, part: &Option<String>| {
            part.as_ref().is_none_or(|part| text.contains(part))
        };
        self.remaining > 0
            && self.method.as_ref().is_none_or(|method| method == request.method.as_str())
            && contains(&request.path, &self.path)
            && contains(&request.host, &self.host)
    }
}

/// An order for a fault; [`status`](FaultBuilder::status), [`disconnect`](FaultBuilder::disconnect) and the like place it.
#[derive(Debug)]
#[must_use = "a fault is ordered by the method that names it, such as `status`"]
pub struct FaultBuilder {
    faults: Faults,
    rule: Rule,
}

impl FaultBuilder {
    /// Only requests with this method whose path contains `path`.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.rule.method = Some(method.to_ascii_uppercase());
        self.rule.path = Some(path.to_owned());
        self
    }

    /// Only requests whose host contains `host`, such as `.vault.` for the data plane.
    pub fn on_host(mut self, host: &str) -> Self {
        self.rule.host = Some(host.to_ascii_lowercase());
        self
    }

    /// Lets so many matching requests pass first.
    pub fn after(mut self, count: usize) -> Self {
        self.rule.skip = count;
        self
    }

    /// Answers with this status and a Key Vault error body; a status outside 100 to 999 becomes 500.
    pub fn status(self, status: u16) {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.answer(error_response(status));
    }

    /// Answers 429 with `Retry-After` in whole seconds, rounded up, and `retry-after-ms` when `delay` is not whole.
    pub fn throttle_with_retry_after(self, delay: Duration) {
        let mut response = error_response(StatusCode::TOO_MANY_REQUESTS);
        let millis = delay.as_millis();
        let headers = response.headers_mut();
        if let Ok(seconds) = HeaderValue::from_str(&millis.div_ceil(1000).to_string()) {
            headers.insert(http::header::RETRY_AFTER, seconds);
        }
        if !millis.is_multiple_of(1000)
            && let Ok(millis) = HeaderValue::from_str(&millis.to_string())
        {
            headers.insert(HeaderName::from_static("retry-after-ms"), millis);
        }
        self.answer(response);
    }

    /// Answers with exactly this; headers that HTTP does not allow are left out.
    pub fn respond(self, status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) {
        let mut response = Response::new(body.into());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(*name), HeaderValue::from_str(value))
            {
                response.headers_mut().append(name, value);
            }
        }
        self.answer(response);
    }

    /// Drops the connection before the request is processed.
    ///
    /// Over TLS the whole connection goes, with whatever else is in flight on it.
    pub fn disconnect(self) {
        self.place(Fault::Disconnect);
    }

    /// Processes the request, then drops the connection instead of answering.
    pub fn disconnect_after_processing(self) {
        self.place(Fault::LoseAnswer);
    }

    /// Processes the request and sends only the first `len` bytes of the answer's body.
    pub fn truncate_body(self, len: usize) {
        self.place(Fault::Truncate(len));
    }

    fn answer(self, response: Response) {
        self.place(Fault::Answer(response));
    }

    fn place(mut self, fault: Fault) {
        self.rule.fault = fault;
        if self.rule.remaining > 0 {
            lock(&self.faults.rules).push(self.rule);
        }
    }
}

fn error_response(status: StatusCode) -> Response {
    let code = match status {
        StatusCode::TOO_MANY_REQUESTS => "Throttled".to_owned(),
        other => other.canonical_reason().unwrap_or("Error").replace(' ', ""),
    };
    let message = "This answer was ordered by the test.";
    json_response(status, &serde_json::json!({"error": {"code": code, "message": message}}))
}
