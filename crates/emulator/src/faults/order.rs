//! An order for a fault, as plain data: on what, when, and what.

use serde::{Deserialize, Serialize};

use super::fault::{Fault, Latency};
use crate::operation::Service;

/// An order for a fault.
///
/// Of the requests that [`on`](Self::on) selects, the first [`skip`](Self::skip) pass; of the others each
/// [`every`](Self::every)th is struck, or a [`share`](Self::share) of them, until [`times`](Self::times) were.
/// In JSON everything has a default, and the default strikes every request until it is cancelled; an unknown member is refused.
///
/// ```
/// use azvault_emulator::{Emulator, FaultOrder};
///
/// let order: FaultOrder = serde_json::from_str(
///     r#"{
///         "on": {"operation": "SetSecret", "vault": "kv"},
///         "times": 2, "skip": 1,
///         "processing_delay": {"at_least_ms": 5, "at_most_ms": 20, "seed": 7},
///         "fault": {"kind": "status", "status": 503}
///     }"#,
/// )?;
/// let emulator = Emulator::in_memory();
/// let handle = emulator.faults().place(order)?;
/// assert_eq!((emulator.faults().pending(), handle.struck()), (2, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultOrder {
    /// Which requests.
    pub on: FaultSelector,
    /// How many requests are struck; `None`: all until it is cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// How many selected requests pass first.
    pub skip: u64,
    /// Each such number of them is struck, such as the third, the sixth and so on with 3; 0 and 1 are all.
    pub every: u64,
    /// What share of them is struck; `None`: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<FaultShare>,
    /// Whether it strikes once the caller is known, instead of before: a request without a good token is then challenged and
    /// does not count. Only vaults, managed HSMs and Resource Manager know a caller. A `principal` implies it.
    pub after_authentication: bool,
    /// A wait before processing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_delay: Option<Latency>,
    /// A wait between processing and the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_delay: Option<Latency>,
    /// Whether the connection ends after the answer: `Connection: close`, or `GOAWAY` in HTTP/2.
    pub close: bool,
    /// What happens.
    pub fault: Fault,
}

/// Which requests an order is for; all that is set has to hold.
///
/// ```
/// use azvault_emulator::FaultSelector;
///
/// let selector: FaultSelector = serde_json::from_str(r#"{"service": "arm", "vault": "kv"}"#)?;
/// assert_eq!(selector.vault.as_deref(), Some("kv"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultSelector {
    /// The method, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the path, without the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A part of the host with its port, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The operation's name in the REST specification, such as `SetSecret` or `Vaults_CreateOrUpdate`, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The service that answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// The name of the vault or managed HSM: that of the host, or the one that Resource Manager's path names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<String>,
    /// The caller's `oid` or `appid`, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
}

/// A share of requests, drawn one by one: the same seed draws the same ones.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultShare {
    /// From 0, none, to 1, all.
    pub probability: f64,
    /// What the drawing starts from.
    #[serde(default)]
    pub seed: u64,
}

impl FaultOrder {
    /// Whether it waits until the caller is known.
    pub(super) fn needs_caller(&self) -> bool {
        self.after_authentication || self.on.principal.is_some()
    }

    /// What is wrong with it, if anything.
    pub(super) fn complaint(&self) -> Option<&'static str> {
        if self.share.is_some_and(|share| !(0.0..=1.0).contains(&share.probability)) {
            return Some("a probability is from 0 to 1");
        }
        let is_status = |status: u16| (200..=999).contains(&status);
        match &self.fault {
            Fault::Status { status, .. } | Fault::Respond { status, .. } if !is_status(*status) => {
                Some("a status is from 200 to 999")
            }
            Fault::Respond { body, .. } | Fault::Body { body } if body.bytes().is_none() => {
                Some("a body in base64 is not base64")
            }
            Fault::Drip { bytes: 0, .. } => Some("a slow answer has at least 1 byte at a time"),
            Fault::ContentType { value } if http::HeaderValue::from_str(value).is_err() => {
                Some("a content type is not the value of a header")
            }
            Fault::RefuseHandshake if !self.on.is_of_connection() || self.needs_caller() => {
                Some("a handshake has a host and a vault alone")
            }
            _ => None,
        }
    }
}

impl FaultSelector {
    /// Whether a connection can be held against it, which has no request yet.
    fn is_of_connection(&self) -> bool {
        self.method.is_none()
            && self.path.is_none()
            && self.operation.is_none()
            && self.service.is_none()
            && self.principal.is_none()
    }
}
