//! One request and its answer, as they are remembered. No token, no body, and of the headers those that are named here.

use std::{fmt, sync::Arc};

use http::{Method, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::texts::{LONGEST_HEADER, Texts, cut};
use crate::{
    entra::Caller,
    message::{Notes, Outcome, Request, Response},
    operation::{self, Service},
    router::Port,
};

/// How large a refusal's body may be to be looked at for its code.
const LARGEST_REFUSAL: usize = 64 * 1024;

/// One request and its answer.
///
/// In JSON, in `Debug` and as text it shows no query.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// emulator.http_client().get(format!("{}/keys?api-version=7.6", emulator.vault_url("kv"))).send().await?;
/// let journal = emulator.journal();
/// let [request] = journal.as_slice() else { return Err("one request was sent".into()) };
/// assert_eq!((request.operation(), request.status()), (Some("GetKeys"), Some(401)));
/// assert_eq!(request.vault().as_deref(), Some("kv"));
/// assert_eq!(request.api_version().as_deref(), Some("7.6"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RecordedRequest {
    record: Arc<Record>,
}

#[derive(Clone)]
struct Record {
    order: u64,
    port: Port,
    method: Method,
    texts: Texts,
    has_authorization: bool,
    body_len: usize,
    at: OffsetDateTime,
    vault_time: OffsetDateTime,
    answer: Answered,
}

/// What is known once the request was dealt with.
#[derive(Clone, Default)]
struct Answered {
    done: bool,
    status: Option<u16>,
    response_len: usize,
    error_code: Option<Box<str>>,
    caller: Option<Arc<Caller>>,
    fault: Option<(u64, &'static str)>,
}

impl RecordedRequest {
    pub(super) fn begun(
        order: u64,
        port: Port,
        request: &Request,
        at: OffsetDateTime,
        vault_time: OffsetDateTime,
    ) -> Self {
        Self {
            record: Arc::new(Record {
                order,
                port,
                method: request.method.clone(),
                texts: Texts::of(request),
                has_authorization: request.headers.contains_key(header::AUTHORIZATION),
                body_len: request.body.len(),
                at,
                vault_time,
                answer: Answered::default(),
            }),
        }
    }

    pub(super) fn end(&mut self, outcome: &Outcome, notes: &Notes) {
        let response = outcome.response();
        Arc::make_mut(&mut self.record).answer = Answered {
            done: true,
            status: response.map(|response| response.status().as_u16()),
            response_len: usize::try_from(outcome.body_len()).unwrap_or(usize::MAX),
            error_code: response.and_then(error_code),
            caller: notes.caller().cloned(),
            fault: notes.strike().map(|strike| (strike.id(), strike.fault().kind())),
        };
    }

    /// Its place in the order of arrival, from 0; numbers are not used twice.
    pub fn order(&self) -> u64 {
        self.record.order
    }

    /// The method, in upper case.
    pub fn method(&self) -> &str {
        self.record.method.as_str()
    }

    /// The host as the client named it, in lower case, with its port.
    pub fn host(&self) -> &str {
        self.record.texts.host()
    }

    /// The path and the query, as sent, up to 4096 bytes.
    pub fn path_and_query(&self) -> &str {
        self.record.texts.path_and_query()
    }

    /// The path alone, as sent.
    pub fn path(&self) -> &str {
        self.record.texts.path_and_query().split('?').next().unwrap_or_default()
    }

    /// The `api-version` of the query, when there is one.
    pub fn api_version(&self) -> Option<String> {
        let (_, query) = self.record.texts.path_and_query().split_once('?')?;
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        query.split('&').find_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            decoded(name).eq_ignore_ascii_case("api-version").then(|| decoded(value))
        })
    }

    /// The service that it went to.
    pub fn service(&self) -> Service {
        Service::of(self.record.port, self.record.texts.host(), self.path())
    }

    /// The operation's name in the REST specification, such as `SetSecret` or `Vaults_CreateOrUpdate`.
    pub fn operation(&self) -> Option<&'static str> {
        operation::name(self.service(), self.method(), self.path())
    }

    /// The vault or managed HSM that it is about, in lower case: that of the host, or the one that Resource Manager's path names.
    pub fn vault(&self) -> Option<String> {
        operation::vault(self.service(), self.record.texts.host(), self.path())
    }

    /// Whether an `Authorization` header came along.
    pub fn has_authorization(&self) -> bool {
        self.record.has_authorization
    }

    /// The caller's object id, when its token was found good by a vault, a managed HSM or Resource Manager.
    pub fn oid(&self) -> Option<&str> {
        self.record.answer.caller.as_ref().map(|caller| caller.oid.as_str())
    }

    /// The caller's application id, likewise.
    pub fn appid(&self) -> Option<&str> {
        self.record.answer.caller.as_ref().map(|caller| caller.appid.as_str())
    }

    /// The `User-Agent`, up to 256 bytes.
    pub fn user_agent(&self) -> Option<&str> {
        self.record.texts.user_agent()
    }

    /// The `x-ms-client-request-id`, up to 256 bytes.
    pub fn client_request_id(&self) -> Option<&str> {
        self.record.texts.client_request_id()
    }

    /// Length of the request's body, in bytes.
    pub fn body_len(&self) -> usize {
        self.record.body_len
    }

    /// When it came, by wall time.
    pub fn at(&self) -> OffsetDateTime {
        self.record.at
    }

    /// When it came, by the clock of its vault, or of all vaults.
    pub fn vault_time(&self) -> OffsetDateTime {
        self.record.vault_time
    }

    /// Whether it was dealt with: answered, or its connection dropped as ordered. A client that went away leaves this false.
    pub fn is_done(&self) -> bool {
        self.record.answer.done
    }

    /// The status answered; `None` while unanswered, or when the connection was dropped.
    pub fn status(&self) -> Option<u16> {
        self.record.answer.status
    }

    /// The code of a refusal: `error.code`, or what OAuth calls `error`.
    pub fn error_code(&self) -> Option<&str> {
        self.record.answer.error_code.as_deref()
    }

    /// Length of the whole answer's body, in bytes.
    pub fn response_len(&self) -> usize {
        self.record.answer.response_len
    }

    /// The number of the fault that struck it, and its kind, such as `status`.
    pub fn fault(&self) -> Option<(u64, &'static str)> {
        self.record.answer.fault
    }
}

fn error_code(response: &Response) -> Option<Box<str>> {
    let refused = response.status() >= StatusCode::BAD_REQUEST;
    if !refused || response.body().len() > LARGEST_REFUSAL {
        return None;
    }
    let body: serde_json::Value = serde_json::from_slice(response.body()).ok()?;
    let error = body.get("error")?;
    let code = error.get("code").unwrap_or(error).as_str()?;
    Some(cut(code, LONGEST_HEADER).into())
}

impl fmt::Display for RecordedRequest {
    /// One line, without the query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {} {}{}", self.order(), self.method(), self.host(), self.path())?;
        match (self.status(), self.is_done()) {
            (Some(status), _) => write!(f, " {status}")?,
            (None, true) => write!(f, " dropped")?,
            (None, false) => write!(f, " unanswered")?,
        }
        for (name, value) in [
            ("", self.operation()),
            ("error ", self.error_code()),
            ("oid ", self.oid()),
            ("fault ", self.fault().map(|(_, kind)| kind)),
        ] {
            if let Some(value) = value {
                write!(f, ", {name}{value}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordedRequest({self})")
    }
}

impl Serialize for RecordedRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let time = |at: OffsetDateTime| at.format(&Rfc3339).ok();
        let mut object = serializer.serialize_struct("RecordedRequest", 20)?;
        object.serialize_field("order", &self.order())?;
        object.serialize_field("at", &time(self.at()))?;
        object.serialize_field("vault_time", &time(self.vault_time()))?;
        object.serialize_field("service", &self.service())?;
        object.serialize_field("operation", &self.operation())?;
        object.serialize_field("vault", &self.vault())?;
        object.serialize_field("method", self.method())?;
        object.serialize_field("host", self.host())?;
        object.serialize_field("path", self.path())?;
        object.serialize_field("api_version", &self.api_version())?;
        object.serialize_field("has_authorization", &self.has_authorization())?;
        object.serialize_field("oid", &self.oid())?;
        object.serialize_field("appid", &self.appid())?;
        object.serialize_field("user_agent", &self.user_agent())?;
        object.serialize_field("client_request_id", &self.client_request_id())?;
        object.serialize_field("body_len", &self.body_len())?;
        object.serialize_field("status", &self.status())?;
        object.serialize_field("error_code", &self.error_code())?;
        object.serialize_field("response_len", &self.response_len())?;
        object.serialize_field("fault", &self.fault())?;
        object.end()
    }
}
