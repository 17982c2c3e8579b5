//! Questions to the journal: filters, counts, assertions that explain themselves, and waits.

use std::{fmt::Write, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use super::{Journal, Records, record::RecordedRequest};
use crate::{error::Error, operation::Service};

/// How many requests an explanation shows.
const SHOWN: usize = 30;

/// Which requests a question is about; all that is set has to hold.
///
/// ```
/// use azvault_emulator::{Emulator, JournalFilter};
///
/// let filter: JournalFilter = serde_json::from_str(r#"{"operation": "SetSecret", "status": 429}"#)?;
/// assert_eq!(Emulator::in_memory().journal().matching(filter).count(), 0);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct JournalFilter {
    /// The method, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the path, without the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A part of the host with its port, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The operation's name in the REST specification, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The service that answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// The name of the vault or managed HSM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault: Option<String>,
    /// The caller's `oid` or `appid`, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The status answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code of the refusal, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// The client's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_request_id: Option<String>,
    /// The number of the fault that struck.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<u64>,
    /// Whether a fault struck, whichever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub struck: Option<bool>,
    /// Whether it was dealt with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done: Option<bool>,
    /// Only those with this number and later ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_order: Option<u64>,
}

/// A question to an emulator's journal, which can be asked again as requests come.
///
/// ```
/// let emulator = azvault_emulator::Emulator::in_memory();
/// let throttled = emulator.journal().of_vault("kv").status(429);
/// throttled.assert_none();
/// ```
#[derive(Clone, Debug)]
#[must_use = "a question does nothing until it is asked, such as by `count`"]
pub struct JournalQuery {
    live: Records,
    filter: JournalFilter,
}

macro_rules! filters {
    ($($(#[$doc:meta])* $name:ident($($value:ident: $type:ty)?) => $field:ident = $set:expr;)*) => {
        impl Journal {
            $($(#[$doc])*
            pub fn $name(&self $(, $value: $type)?) -> JournalQuery {
                self.matching(JournalFilter::default()).$name($($value)?)
            })*
        }

        impl JournalQuery {
            $($(#[$doc])*
            pub fn $name(mut self $(, $value: $type)?) -> Self {
                self.filter.$field = Some($set);
                self
            })*
        }
    };
}

filters! {
    /// Those with this method.
    with_method(method: &str) => method = method.to_owned();
    /// Those whose path, without the query, contains this.
    path_contains(part: &str) => path = part.to_owned();
    /// Those whose host, with its port, contains this.
    host_contains(part: &str) => host = part.to_owned();
    /// Those of this operation, by its name in the REST specification, such as `SetSecret` or `Vaults_CreateOrUpdate`.
    operation(name: &str) => operation = name.to_owned();
    /// Those to this service.
    service(service: Service) => service = service;
    /// Those to the vault or managed HSM of this name, and those to Resource Manager that name it.
    of_vault(name: &str) => vault = name.to_owned();
    /// Those of the caller with this `oid` or `appid`, whose token was good.
    by_principal(id: &str) => principal = id.to_owned();
    /// Those that were answered with this status.
    status(status: u16) => status = status;
    /// Those that were refused with this code.
    error_code(code: &str) => error_code = code.to_owned();
    /// Those with this `x-ms-client-request-id`.
    client_request_id(id: &str) => client_request_id = id.to_owned();
    /// Those that the fault with this number struck.
    struck_by(fault: u64) => fault = fault;
    /// Those that any fault struck.
    struck() => struck = true;
    /// Those that were dealt with: answered, or dropped as ordered.
    answered() => done = true;
}

impl Journal {
    /// Those that this filter is about.
    pub fn matching(&self, filter: JournalFilter) -> JournalQuery {
        JournalQuery { live: self.live.clone(), filter }
    }

    /// Those to come.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// emulator.journal().from_now_on().assert_none();
    /// ```
    pub fn from_now_on(&self) -> JournalQuery {
        let next = crate::locks::lock(&self.live.kept).next;
        self.matching(JournalFilter { from_order: Some(next), ..JournalFilter::default() })
    }
}

impl JournalQuery {
    /// The requests that it is about, as of now, oldest first.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        let mut found = self.live.snapshot();
        found.retain(|request| self.filter.is_of(request));
        found
    }

    /// How many there are as of now.
    pub fn count(&self) -> usize {
        self.live.snapshot().iter().filter(|request| self.filter.is_of(request)).count()
    }

    /// The latest of them.
    pub fn last(&self) -> Option<RecordedRequest> {
        self.requests().pop()
    }

    /// Waits until there are so many, and gives them; no polling.
    ///
    /// A request counts when it has come; say [`answered`](Self::answered) for those that were dealt with.
    ///
    /// # Errors
    /// When there are fewer after `patience`, by tokio's clock; the error's source lists what came.
    pub async fn wait_for(
        &self,
        count: usize,
        patience: Duration,
    ) -> Result<Vec<RecordedRequest>, Error> {
        let enough = async {
            loop {
                // Enabled before looking, so that nothing that comes meanwhile is missed.
                let changed = self.live.changed.notified();
                tokio::pin!(changed);
                changed.as_mut().enable();
                let found = self.requests();
                if found.len() >= count {
                    return found;
                }
                changed.await;
            }
        };
        timeout(patience, enough).await.map_err(|_| {
            let text = self.explain(&format!("at least {count} within {patience:?}"));
            Error::new("see the requests that were waited for", text)
        })
    }

    /// Panics, with what came instead, unless there are exactly so many.
    #[track_caller]
    pub fn assert_count(&self, expected: usize) {
        self.assert(self.count() == expected, &format!("{expected}"));
    }

    /// Panics, with what came instead, unless there are at least so many.
    #[track_caller]
    pub fn assert_at_least(&self, expected: usize) {
        self.assert(self.count() >= expected, &format!("at least {expected}"));
    }

    /// Panics, with what came, if there is one.
    #[track_caller]
    pub fn assert_none(&self) {
        self.assert_count(0);
    }

    #[expect(clippy::panic, reason = "an assertion of a test has no other way to fail")]
    #[track_caller]
    fn assert(&self, holds: bool, expected: &str) {
        if !holds {
            panic!("{}", self.explain(expected));
        }
    }

    /// What was expected and what there is, the latest requests with a `*` at those that the question is about.
    fn explain(&self, expected: &str) -> String {
        let all = self.live.snapshot();
        let found = all.iter().filter(|request| self.filter.is_of(request)).count();
        let about = serde_json::to_string(&self.filter).unwrap_or_default();
        let mut text = format!(
            "expected {expected} requests with {about}, found {found} among {} in the journal",
            all.len()
        );
        for request in all.iter().skip(all.len().saturating_sub(SHOWN)) {
            let mark = if self.filter.is_of(request) { '*' } else { ' ' };
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{mark} {request}");
        }
        text
    }
}

impl JournalFilter {
    /// Whether a request is one that it is about.
    pub fn is_of(&self, request: &RecordedRequest) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted
                .as_ref()
                .is_none_or(|wanted| found.is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
        };
        is(&self.method, Some(request.method()))
            && self.from_order.is_none_or(|from| request.order() >= from)
            && self.path.as_ref().is_none_or(|part| request.path().contains(part.as_str()))
            && self
                .host
                .as_ref()
                .is_none_or(|part| request.host().contains(&part.to_ascii_lowercase()))
            && (is(&self.principal, request.oid()) || is(&self.principal, request.appid()))
            && self.status.is_none_or(|status| request.status() == Some(status))
            && is(&self.error_code, request.error_code())
            && is(&self.client_request_id, request.client_request_id())
            && self.fault.is_none_or(|id| request.fault().is_some_and(|(found, _)| found == id))
            && self.struck.is_none_or(|struck| request.fault().is_some() == struck)
            && self.done.is_none_or(|done| request.is_done() == done)
            && self.service.is_none_or(|service| request.service() == service)
            && (self.operation.is_none() || is(&self.operation, request.operation()))
            && (self.vault.is_none() || is(&self.vault, request.vault().as_deref()))
    }
}
