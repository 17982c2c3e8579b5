//! What a fault does, as plain data.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize};

/// What happens to a request that an order strikes.
///
/// In JSON it is an object whose `kind` is the variant's name in snake case. Over HTTP/2 a connection that ends takes
/// whatever else is in flight on it along. In memory there is no connection: its end is an I/O error of the one
/// request, be it a reset or a close; a slow answer comes in pieces or late; the framing of a cut body and the end of
/// a connection after an answer cannot be seen.
///
/// ```
/// use azvault_emulator::{Fault, RetryAfter};
///
/// let text = r#"{"kind": "status", "status": 429, "retry_after": [{"seconds": -1}]}"#;
/// let fault: Fault = serde_json::from_str(text)?;
/// let expected = Fault::Status {
///     status: 429,
///     code: None,
///     message: None,
///     retry_after: vec![RetryAfter::Seconds(-1)],
/// };
/// assert_eq!(fault, expected);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The true answer; for an order that only delays, or ends the connection after it.
    #[default]
    #[serde(deserialize_with = "nothing_else")]
    None,
    /// A refusal in the words of the service that is asked, without processing.
    Status {
        /// 200 to 999.
        status: u16,
        /// The error's code; one that goes with the status when not set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The error's text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// When to come back, in each of these headers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        retry_after: Vec<RetryAfter>,
    },
    /// Exactly this answer, without processing; headers that HTTP does not allow are left out, and those of its framing.
    Respond {
        /// 200 to 999.
        status: u16,
        /// Names and values; a name may come more than once.
        #[serde(default)]
        headers: Vec<(String, String)>,
        /// The whole body.
        #[serde(default)]
        body: FaultBody,
    },
    /// 200 with a page in HTML, as the portal of a hotel's network gives it, without processing.
    #[serde(deserialize_with = "nothing_else")]
    CaptivePortal,
    /// The connection ends without processing.
    Disconnect {
        /// By a reset of TCP, where the platform allows, rather than by a close.
        #[serde(default)]
        reset: bool,
    },
    /// The request is processed, then the connection ends without an answer.
    LoseAnswer {
        /// By a reset of TCP, where the platform allows, rather than by a close.
        #[serde(default)]
        reset: bool,
    },
    /// The request is processed; its stream of HTTP/2 is reset by `RST_STREAM`, others go on. Over HTTP/1.1 the connection ends.
    #[serde(deserialize_with = "nothing_else")]
    ResetStream,
    /// The request is processed, and the answer's body ends early.
    Cut {
        /// Bytes of the body that are sent.
        after: usize,
        /// Whether the answer is sent in chunks, without `Content-Length`, which is right otherwise.
        #[serde(default)]
        chunked: bool,
        /// Whether the connection ends by a reset of TCP, which may overtake what was sent.
        #[serde(default)]
        reset: bool,
    },
    /// The request is processed, and the answer's body grows.
    Oversize {
        /// Bytes that are added to the body, made while they are sent.
        bytes: u64,
        /// Whether JSON stays JSON: white space is added, and else the letter `x`.
        #[serde(default)]
        valid: bool,
    },
    /// The request is processed, and the answer comes slowly, its head too.
    Drip {
        /// Bytes at a time, at least 1.
        bytes: usize,
        /// Milliseconds before each, by tokio's clock.
        every_ms: u64,
    },
    /// The request is processed, and the answer claims another content type.
    ContentType {
        /// The header's value.
        value: String,
    },
    /// The request is processed, and the answer's body is this instead.
    Body {
        /// The whole body: JSON of another shape, or broken.
        body: FaultBody,
    },
    /// The first request that is struck is processed, and the others get its answer again without processing.
    #[serde(deserialize_with = "nothing_else")]
    Replay,
    /// The request is processed twice, as when something on the way sends it again; the second answer is given.
    #[serde(deserialize_with = "nothing_else")]
    Twice,
    /// A connection, not a request: its TLS handshake is refused by an alert. It goes by no selector but `vault` and
    /// `host`, which the client's `ClientHello` names. In memory each request counts as a connection.
    #[serde(deserialize_with = "nothing_else")]
    RefuseHandshake,
}

/// Of a kind alone, which serde would let anything stand beside.
fn nothing_else<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(deserializer).map(|Nothing {}| ())
}

/// When to come back, in the header of that form.
///
/// ```
/// use azvault_emulator::RetryAfter;
///
/// let forms: Vec<RetryAfter> =
///     serde_json::from_str(r#"[{"seconds": 3}, {"date": -10}, {"millis": 5}, {"x_ms_millis": 5}, {"text": "soon"}]"#)?;
/// assert_eq!(forms.first(), Some(&RetryAfter::Seconds(3)));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#name-retry-after>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RetryAfter {
    /// `Retry-After` in seconds; negative ones are no HTTP, and are sent all the same.
    Seconds(i64),
    /// `Retry-After` as a date, so many seconds from now by wall time; negative ones are over.
    Date(i64),
    /// `retry-after-ms`, in milliseconds.
    Millis(i64),
    /// `x-ms-retry-after-ms`, in milliseconds.
    XMsMillis(i64),
    /// `Retry-After` with this text, such as a number beyond all counting.
    Text(String),
}

/// A body, as text or in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultBody {
    /// In UTF-8.
    Text(String),
    /// Any bytes, in base64 with padding.
    Base64(String),
}

/// A time to wait, by tokio's clock: always the same, or drawn anew for each request that is struck.
///
/// ```
/// use azvault_emulator::Latency;
/// use std::time::Duration;
///
/// let fixed = Latency::from(Duration::from_millis(50));
/// assert_eq!(serde_json::to_string(&fixed)?, r#"{"at_least_ms":50,"at_most_ms":50,"seed":0}"#);
/// let drawn = Latency::between(Duration::from_millis(10), Duration::from_millis(90), 7);
/// assert_eq!((drawn.at_least_ms, drawn.at_most_ms), (10, 90));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Latency {
    /// The shortest, in milliseconds.
    pub at_least_ms: u64,
    /// The longest, in milliseconds; the shortest when less.
    pub at_most_ms: u64,
    /// The same seed draws the same times.
    #[serde(default)]
    pub seed: u64,
}

impl Default for FaultBody {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl FaultBody {
    pub(super) fn of(bytes: &Bytes) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(STANDARD.encode(bytes)),
        }
    }

    /// `None` when it is no base64.
    pub(super) fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Text(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
            Self::Base64(text) => STANDARD.decode(text).ok().map(Bytes::from),
        }
    }
}

impl Latency {
    /// Drawn between these, both included, from `seed`.
    pub fn between(at_least: Duration, at_most: Duration, seed: u64) -> Self {
        Self { at_least_ms: millis(at_least), at_most_ms: millis(at_most), seed }
    }

    /// That of the request with this number.
    pub(super) fn draw(&self, number: u64) -> Duration {
        let span = self.at_most_ms.saturating_sub(self.at_least_ms);
        let more = match span.checked_add(1) {
            Some(choices) => super::draw(self.seed, number) % choices,
            None => super::draw(self.seed, number),
        };
        Duration::from_millis(self.at_least_ms.saturating_add(more))
    }
}

impl From<Duration> for Latency {
    fn from(fixed: Duration) -> Self {
        Self::between(fixed, fixed, 0)
    }
}

pub(super) fn millis(of: Duration) -> u64 {
    u64::try_from(of.as_millis()).unwrap_or(u64::MAX)
}

impl Fault {
    /// Its name in JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Status { .. } => "status",
            Self::Respond { .. } => "respond",
            Self::CaptivePortal => "captive_portal",
            Self::Disconnect { .. } => "disconnect",
            Self::LoseAnswer { .. } => "lose_answer",
            Self::ResetStream => "reset_stream",
            Self::Cut { .. } => "cut",
            Self::Oversize { .. } => "oversize",
            Self::Drip { .. } => "drip",
            Self::ContentType { .. } => "content_type",
            Self::Body { .. } => "body",
            Self::Replay => "replay",
            Self::Twice => "twice",
            Self::RefuseHandshake => "refuse_handshake",
        }
    }
}
