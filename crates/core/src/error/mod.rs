//! One opaque error for everything azvault does, with questions to ask of it.

mod envelope;
mod foreign;
mod kind;

use std::{fmt, sync::Arc, time::Duration};

use azure_core::http::{RawResponse, StatusCode};
pub(crate) use foreign::held;
pub use kind::ErrorKind;

use crate::{headers, retry::StopReason};

/// A `Result` with azvault's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

const LOOK_FIRST: &str = "it may have been carried out, and repeating it would make another version: look at the object's newest version first";

/// Why a call failed, with what the service said and what can be done about it.
///
/// `Display` gives one line and never repeats [`source`](std::error::Error::source). It holds no
/// secret, no token and no URL query.
///
/// # Examples
/// ```
/// use azvault_core::{Endpoint, ErrorKind};
///
/// let error = Endpoint::parse("http://my-vault.vault.azure.net").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert!(error.to_string().contains("https"));
/// assert!(!error.may_have_been_sent());
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    operation: Option<&'static str>,
    message: String,
    codes: Vec<String>,
    status: Option<StatusCode>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    advice: Option<&'static str>,
    evidence: Evidence,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// How far the call had come when it failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) attempts: u32,
    pub(crate) may_have_been_sent: bool,
    /// It may have been carried out, and to repeat it would do it again.
    pub(crate) may_have_made_version: bool,
    pub(crate) stop_reason: Option<StopReason>,
}

impl Error {
    /// An error of `kind`; `message` is one line in lower case, without a full stop.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            operation: None,
            message: message.into(),
            codes: Vec::new(),
            status: None,
            request_id: None,
            retry_after: None,
            advice: None,
            evidence: Evidence::default(),
            source: None,
        }))
    }

    /// An argument that was refused before any request.
    pub fn invalid_input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidInput, message)
    }

    /// An answer that does not hold what it must: keeps its status and request id.
    pub fn invalid_response(message: impl Into<String>, response: &RawResponse) -> Self {
        let mut error = Self::new(ErrorKind::InvalidResponse, message);
        error.0.status = Some(response.status());
        error.0.request_id = request_id(response);
        error
    }

    /// The error that an unsuccessful answer of the service means.
    pub fn from_response(response: &RawResponse) -> Self {
        let decoded = envelope::Decoded::from_body(response.body());
        let codes: Vec<&str> = decoded.codes.iter().map(String::as_str).collect();
        let kind = ErrorKind::of_response(u16::from(response.status()), &codes);
        let mut error = Self::new(kind, decoded.message.unwrap_or_default());
        error.0.codes = decoded.codes;
        error.0.status = Some(response.status());
        error.0.request_id = request_id(response);
        error
    }

    /// How a long-running operation ended, with the reason that its last answer gives.
    pub(crate) fn of_operation(
        kind: ErrorKind,
        what: &str,
        said: Option<&str>,
        response: &RawResponse,
    ) -> Self {
        let decoded = envelope::Decoded::from_body(response.body());
        let reason: Vec<&str> =
            decoded.codes.iter().chain(&decoded.message).map(String::as_str).chain(said).collect();
        let reason = if reason.is_empty() { "no reason is given" } else { &reason.join(" ") };
        let mut error = Self::new(kind, format!("{what}: {reason}"));
        error.0.codes = decoded.codes;
        error.0.request_id = request_id(response);
        error
    }

    /// The same failure for one more of the callers that waited for it; this one is its source,
    /// where it has one itself.
    #[doc(hidden)]
    pub fn shared(error: &Arc<Self>) -> Self {
        let mut same = error.without_source();
        same.0.source = error.0.source.is_some().then(|| SharedSource(error.clone()).into());
        same
    }

    /// The same failure for somebody who only looks; of its source there are the words.
    pub(crate) fn told_again(&self) -> Self {
        let mut same = self.without_source();
        same.0.source = self.0.source.as_ref().map(|source| source.to_string().into());
        same
    }

    fn without_source(&self) -> Self {
        let inner = &*self.0;
        Self(Box::new(Inner {
            kind: inner.kind,
            operation: inner.operation,
            message: inner.message.clone(),
            codes: inner.codes.clone(),
            status: inner.status,
            request_id: inner.request_id.clone(),
            retry_after: inner.retry_after,
            advice: inner.advice,
            evidence: Evidence::default(),
            source: None,
        }))
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds what to do about it, which then takes the place of the kind's general advice.
    #[must_use]
    pub fn with_advice(mut self, advice: &'static str) -> Self {
        self.0.advice = Some(advice);
        self
    }

    /// Adds to the message what else the caller must know.
    #[must_use]
    pub(crate) fn with_note(mut self, note: &str) -> Self {
        let message = &mut self.0.message;
        message.truncate(message.trim_end().len());
        message.push_str(if message.is_empty() { "" } else { "; " });
        message.push_str(note);
        self
    }

    #[must_use]
    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    #[must_use]
    pub(crate) fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.0.evidence = evidence;
        self
    }

    /// What went wrong, by what can be done about it.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The outer error code of the service, `Conflict` for instance.
    pub fn code(&self) -> Option<&str> {
        self.0.codes.first().map(String::as_str)
    }

    /// The innermost error code of the service, `ObjectIsDeletedButRecoverable` for instance.
    pub fn inner_code(&self) -> Option<&str> {
        self.0.codes.get(1..).and_then(<[String]>::last).map(String::as_str)
    }

    /// What the service, or the check that refused the input, says.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The status of the service's answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The service's `x-ms-request-id`, which Microsoft's support asks for.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The wait that the service asked for with its answer, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    #[must_use]
    pub(crate) fn with_retry_after(mut self, delay: Option<Duration>) -> Self {
        self.0.retry_after = delay;
        self
    }

    /// How often the request was tried; 0 if it was refused before any request.
    pub fn attempts(&self) -> u32 {
        self.0.evidence.attempts
    }

    /// Why no further attempt was made, if retries were possible at all.
    pub fn stop_reason(&self) -> Option<&StopReason> {
        self.0.evidence.stop_reason.as_ref()
    }

    /// Whether a request may have reached the service without its answer reaching us: then the
    /// operation may have been carried out.
    pub fn may_have_been_sent(&self) -> bool {
        self.0.evidence.may_have_been_sent
    }

    /// What to do about it, in a sentence, where something can be said.
    pub fn explain(&self) -> Option<&str> {
        if self.0.evidence.may_have_made_version {
            return Some(LOOK_FIRST);
        }
        self.0.advice.or_else(|| self.0.kind.advice())
    }
}

fn request_id(response: &RawResponse) -> Option<String> {
    headers::get(response.headers(), &headers::REQUEST_ID).map(ToOwned::to_owned)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{operation} failed: ")?;
        }
        if let Some(status) = inner.status {
            write!(f, "{}", u16::from(status))?;
            for (n, code) in inner.codes.iter().enumerate() {
                f.write_str(if n == 0 { " " } else { "/" })?;
                printable(f, code)?;
            }
            f.write_str(if inner.message.is_empty() { "" } else { ": " })?;
        }
        // The service ends some messages with line breaks, and has them inside others.
        let lines = inner.message.lines().map(str::trim).filter(|line| !line.is_empty());
        for (n, line) in lines.enumerate() {
            f.write_str(if n == 0 { "" } else { " | " })?;
            printable(f, line)?;
        }
        if inner.evidence.attempts > 1 {
            write!(f, " (after {} attempts)", inner.evidence.attempts)?;
        }
        if inner.evidence.may_have_made_version {
            f.write_str(" (it may have been carried out)")?;
        }
        Ok(())
    }
}

/// Without what could break a line of a log, or colour it.
fn printable(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for (n, part) in text.split(char::is_control).enumerate() {
        f.write_str(if n == 0 { "" } else { " " })?;
        f.write_str(part)?;
    }
    Ok(())
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.operation)
            .field("message", &inner.message)
            .field("codes", &inner.codes)
            .field("status", &inner.status.map(u16::from))
            .field("request_id", &inner.request_id)
            .field("evidence", &inner.evidence)
            .field("retry_after", &inner.retry_after)
            .field("explain", &self.explain())
            .field("source", &inner.source.as_ref().map(ToString::to_string))
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

/// The source of an error that several callers got: stands in its place.
#[derive(Debug)]
struct SharedSource(Arc<Error>);

impl fmt::Display for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.source.as_ref().map_or(Ok(()), |source| source.fmt(f))
    }
}

impl std::error::Error for SharedSource {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.0.source.as_ref().and_then(|source| source.source())
    }
}

#[cfg(test)]
mod tests;
