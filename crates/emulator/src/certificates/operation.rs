//! The operation that makes a certificate: what clients poll until it is done.

use std::{borrow::Cow, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{CertificateContent, CertificateObject, policy::Policy};
use crate::{
    crypto::KeyMaterial,
    locks::lock,
    objects::{Content, Tags, json},
    vault::{Action, Context, Reply, ServiceError},
};

/// Seconds, as recorded, until clients are to look again.
const RETRY_AFTER: &str = "10";
const BY_ISSUER: &str = "Pending certificate created. Certificate request is in progress. This may take some time based \
                         on the issuer provider. Please check again later.";
const BY_MERGE: &str = "Pending certificate created. Please Perform Merge to complete the request.";

/// What is to become a version of a certificate.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) request_id: String,
    /// The version that it becomes.
    pub(super) version: String,
    pub(super) policy: Policy,
    pub(super) key: Arc<KeyMaterial>,
    pub(super) csr: Vec<u8>,
    pub(super) enabled: bool,
    pub(super) tags: Tags,
    pub(super) begun: OffsetDateTime,
    pub(super) cancel: bool,
    /// Whether the order of a chain is to be kept, if that was said.
    pub(super) preserve_order: Option<bool>,
    pub(super) state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    InProgress,
    Completed,
    Cancelled,
    /// Why there is no certificate.
    Failed(Cow<'static, str>),
}

/// Members in the order of the service.
#[derive(Serialize)]
struct View<'a> {
    id: String,
    issuer: IssuerView<'a>,
    csr: String,
    cancellation_requested: bool,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(rename = "preserveCertOrder", skip_serializing_if = "Option::is_none")]
    preserve_order: Option<bool>,
    request_id: &'a str,
}

#[derive(Serialize)]
struct IssuerView<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cty: Option<&'a str>,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    code: &'static str,
    message: &'a str,
}

#[derive(Deserialize)]
struct Body {
    cancellation_requested: Option<bool>,
}

impl Operation {
    pub(super) fn new(
        policy: Policy,
        key: Arc<KeyMaterial>,
        csr: Vec<u8>,
        enabled: bool,
        tags: Tags,
        begun: OffsetDateTime,
    ) -> Self {
        let id = || Uuid::new_v4().simple().to_string();
        Self {
            request_id: id(),
            version: id(),
            policy,
            key,
            csr,
            enabled,
            tags,
            begun,
            cancel: false,
            preserve_order: None,
            state: State::InProgress,
        }
    }

    pub(super) fn with_preserved_order(self, preserve_order: Option<bool>) -> Self {
        Self { preserve_order, ..self }
    }

    pub(super) fn is_in_progress(&self) -> bool {
        self.state == State::InProgress
    }

    /// Whether this is the other one, and goes on.
    pub(super) fn is_still(&self, other: &Self) -> bool {
        self.is_in_progress() && !self.cancel && self.request_id == other.request_id
    }

    /// Takes effect what was asked for; true when the certificate is to be issued now.
    pub(super) fn is_due(&mut self, context: &Context<'_>, now: OffsetDateTime) -> bool {
        if !self.is_in_progress() {
            return false;
        }
        if self.cancel {
            self.state = State::Cancelled;
            return false;
        }
        !self.policy.is_signed_elsewhere() && self.issued_at(context) <= now
    }

    /// When its issuer is done.
    pub(super) fn issued_at(&self, context: &Context<'_>) -> OffsetDateTime {
        let lag = context.properties.certificate_lag;
        self.begun.saturating_add(lag.try_into().unwrap_or(time::Duration::MAX))
    }

    /// Refuses a `request_id` in the query that is another one's.
    fn check_asked(&self, context: &Context<'_>, name: &str) -> Result<(), ServiceError> {
        match context.query.request_id.as_deref() {
            Some(id) if !id.eq_ignore_ascii_case(&self.request_id) => Err(not_found(name)),
            _ => Ok(()),
        }
    }

    /// The answer that shows it.
    pub(super) fn reply(&self, context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
        let (status, error) = match &self.state {
            State::InProgress => ("inProgress", None),
            State::Completed => ("completed", None),
            State::Cancelled => ("cancelled", None),
            State::Failed(message) => {
                ("failed", Some(ErrorView { code: "Certificate issuer error", message }))
            }
        };
        let details = if self.policy.is_signed_elsewhere() { BY_MERGE } else { BY_ISSUER };
        let told = matches!(self.state, State::InProgress | State::Failed(_));
        let completed = self.state == State::Completed;
        let view = View {
            id: context.url(&format!("certificates/{name}/pending")),
            issuer: IssuerView {
                name: &self.policy.issuer.name,
                cty: self.policy.issuer.cty.as_deref(),
            },
            csr: STANDARD.encode(&self.csr),
            cancellation_requested: self.cancel,
            status,
            status_details: told.then_some(details),
            error,
            target: completed.then(|| context.url(&format!("certificates/{name}"))),
            preserve_order: self.preserve_order,
            request_id: &self.request_id,
        };
        Reply::json(context.site.kind, &view)
    }

    /// The answer to the request that began it.
    pub(super) fn accepted(
        &self,
        context: &Context<'_>,
        name: &str,
    ) -> Result<Reply, ServiceError> {
        let location = context.url(&format!(
            "certificates/{name}/pending?api-version={}&request_id={}",
            context.query.api_version, self.request_id
        ));
        Ok(self
            .reply(context, name)?
            .with_status(StatusCode::ACCEPTED)
            .with_header(header::LOCATION, &location)
            .with_header(header::RETRY_AFTER, RETRY_AFTER))
    }
}

pub(super) fn get(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Get, Some(name))?;
    let mut store = lock(&context.vault.certificates.store);
    let object = store.readable(name, context.now()).map_err(|_| not_found(name))?;
    let operation = object.settings.operation.as_ref().ok_or_else(|| not_found(name))?;
    operation.check_asked(context, name)?;
    let reply = operation.reply(context, &object.name)?;
    Ok(match operation.state {
        State::InProgress => reply.with_header(header::RETRY_AFTER, RETRY_AFTER),
        _ => reply,
    })
}

/// Whether it is too late for a cancellation: the certificate is issued by now, though nobody has looked. Without a
/// lag it never is.
pub(super) fn is_late(context: &Context<'_>, name: &str) -> bool {
    let now = context.now();
    let mut store = lock(&context.vault.certificates.store);
    let object = store.readable(name, now).ok();
    let operation = object.and_then(|object| object.settings.operation.as_ref());
    let due = |operation: &Operation| !operation.cancel && operation.issued_at(context) <= now;
    !context.properties.certificate_lag.is_zero() && operation.is_some_and(due)
}

/// Asks for a cancellation, which is seen by the next who looks.
pub(super) fn update(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Update, Some(name))?;
    let body: Body = json(body)?;
    let cancel = body
        .cancellation_requested
        .ok_or_else(|| ServiceError::required("cancellation_requested"))?;
    let mut store = lock(&context.vault.certificates.store);
    let (object_name, operation) = find(&mut store, context, name, not_found)?;
    operation.check_asked(context, name)?;
    if !operation.is_in_progress() {
        return Err(ServiceError::bad_parameter(
            "The certificate operation is not in progress and cannot be cancelled.",
        ));
    }
    if !cancel {
        return Err(ServiceError::bad_parameter(
            "A cancellation can only be requested: cancellation_requested must be true.",
        ));
    }
    operation.cancel = true;
    operation.reply(context, &object_name)
}

/// Forgets the operation, in whatever state the last look left it; what it made stays.
pub(super) fn delete(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Update, Some(name))?;
    let mut store = lock(&context.vault.certificates.store);
    let object = store.writable(name, context.now()).map_err(|_| not_found(name))?;
    let held = object.settings.operation.as_ref().ok_or_else(|| not_found(name))?;
    held.check_asked(context, name)?;
    let operation = object.settings.operation.take().ok_or_else(|| not_found(name))?;
    operation.reply(context, &object.name)
}

/// The operation to change, and the name of its certificate.
pub(super) fn find<'a>(
    store: &'a mut crate::objects::Store<CertificateContent>,
    context: &Context<'_>,
    name: &str,
    missing: impl Fn(&str) -> ServiceError,
) -> Result<(String, &'a mut Operation), ServiceError> {
    let now = context.now();
    let object: &mut CertificateObject = store.writable(name, now).map_err(|_| missing(name))?;
    let object_name = object.name.clone();
    let operation = object.settings.operation.as_mut().ok_or_else(|| missing(name))?;
    Ok((object_name, operation))
}

fn not_found(name: &str) -> ServiceError {
    ServiceError::pending_not_found(format!("Pending certificate not found: {name}"))
}
