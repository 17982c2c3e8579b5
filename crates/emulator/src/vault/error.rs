//! The service's refusals: status, code, inner code and text, as recorded from the service.

use std::borrow::Cow;

use http::{Method, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use super::reply;
use crate::{host::VaultKind, message::Response, objects::ObjectKind, state::NotWritten};

/// Where the service says "invalid value" without a name: an enum value it does not know.
const INVALID_VALUE: &str = "Property  has invalid value\r\n";

/// A refusal of the data plane.
#[derive(Debug)]
pub(crate) struct ServiceError {
    status: StatusCode,
    code: &'static str,
    inner: Option<&'static str>,
    message: Cow<'static, str>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Outer<'a>,
}

#[derive(Serialize)]
struct Outer<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    innererror: Option<Inner<'a>>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'a str,
}

impl ServiceError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, inner: None, message: message.into() }
    }

    fn with_inner(mut self, inner: &'static str) -> Self {
        self.inner = Some(inner);
        self
    }

    pub(crate) fn unauthorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", message)
    }

    /// Too many requests for this vault.
    pub(crate) fn throttled() -> Self {
        Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "Throttled",
            "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
        )
    }

    pub(crate) fn bad_parameter(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadParameter", message)
    }

    /// A missing or unknown enum value; the service leaves the property's name out.
    pub(crate) fn invalid_value() -> Self {
        Self::bad_parameter(INVALID_VALUE)
    }

    /// A type of key that no vault has.
    pub(crate) fn key_type_not_supported(kty: &str) -> Self {
        Self::bad_parameter(format!("Invalid kty value: {kty}")).with_inner("KeyTypeNotSupported")
    }

    /// The sentence is on record, its status and code are not.
    pub(crate) fn hardware_needs_premium() -> Self {
        Self::bad_parameter("Hardware key operation not allowed on standard vault")
    }

    /// An api-version that the service does not know.
    pub(super) fn unknown_version(version: &str, latest: &str) -> Self {
        Self::bad_parameter(format!(
            "The specified version ({version}) is not recognized. Consider using the latest supported version \
             ({latest})."
        ))
    }

    pub(crate) fn required(property: &str) -> Self {
        Self::bad_parameter(format!("Property '{property}' is required.\r\n"))
    }

    pub(crate) fn not_base64url(property: &str) -> Self {
        Self::bad_parameter(format!(
            "Content of '{property}' is not base64url.\r\nProperty '{property}' is required.\r\n"
        ))
    }

    pub(crate) fn not_found(kind: ObjectKind, id: &str) -> Self {
        let noun = kind.noun();
        Self::new(
            StatusCode::NOT_FOUND,
            kind.not_found(),
            format!(
                "A {noun} with (name/id) {id} was not found in this key vault. If you recently deleted this {noun} you \
                 may be able to recover it using the correct recovery command. For help resolving this issue, \
                 please see https://go.microsoft.com/fwlink/?linkid=2125182"
            ),
        )
    }

    /// While a deletion runs; once it is known that nothing is there, the text is the long one.
    pub(crate) fn deleted_not_found(kind: ObjectKind, name: &str) -> Self {
        let message = format!("Deleted {} not found: {name}", kind.title());
        Self::new(StatusCode::NOT_FOUND, kind.not_found(), message)
    }

    pub(crate) fn name_is_deleted(kind: ObjectKind, name: &str) -> Self {
        Self::conflict(format!(
            "{} {name} is currently in a deleted but recoverable state, and its name cannot be reused; in \
             this state, the {} can only be recovered or purged.",
            kind.title(),
            kind.noun()
        ))
        .with_inner("ObjectIsDeletedButRecoverable")
    }

    pub(crate) fn being_deleted(kind: ObjectKind) -> Self {
        Self::conflict(format!("{} is currently being deleted.", kind.title()))
            .with_inner("ObjectIsBeingDeleted")
    }

    pub(crate) fn being_recovered(kind: ObjectKind) -> Self {
        Self::conflict(format!("{} is currently being recovered.", kind.title()))
            .with_inner("ObjectIsBeingRecovered")
    }

    pub(crate) fn name_is_being_recovered(kind: ObjectKind, name: &str) -> Self {
        Self::conflict(format!(
            "{} {name} is currently being recovered and cannot be re-created; retry later.",
            kind.title()
        ))
        .with_inner("ObjectIsBeingRecovered")
    }

    /// Refuses to restore what has the URL `id`: its name is taken, in whatever way.
    pub(crate) fn restore_conflict(kind: ObjectKind, id: &str) -> Self {
        let noun = kind.noun();
        Self::conflict(format!(
            "There was a conflict restoring the {noun} '{id}'. This can happen if either: a second {noun} with \
             the same name was created after the first {noun} was deleted; thus trying to restore a {noun} whose \
             name is already in use. To fix this, rename the second {noun} to something else so that the restore \
             works. The second probable cause of this exception is when multiple operations are performed in \
             parallel against the {noun}. To avoid this error, perform operations against a {noun} in a \
             sequential manner."
        ))
    }

    pub(crate) fn pending_not_found(message: String) -> Self {
        Self::new(StatusCode::NOT_FOUND, "PendingCertificateNotFound", message)
    }

    /// As documented: a conflict by its status, forbidden by its code.
    pub(crate) fn certificate_in_progress() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "Forbidden",
            "A new key vault certificate can not be created or imported while a pending key vault certificate's \
             status is inProgress.",
        )
    }

    /// As documented, with its misspelling.
    pub(crate) fn merge_forbidden(issuer: &str) -> Self {
        Self::forbidden(format!(
            "Merge is forbidden on pending object created with issuer : {issuer} while it is in progess."
        ))
    }

    /// The words are not on record.
    pub(crate) fn certificate_expired() -> Self {
        Self::bad_parameter("The specified certificate has expired.")
    }

    pub(crate) fn issuer_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "CertificateIssuerNotFound", "Issuer not found")
    }

    pub(crate) fn contacts_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "ContactsNotFound", "Contacts not found")
    }

    /// A certificate needs the name of this key or secret.
    pub(crate) fn name_is_taken(kind: ObjectKind, name: &str) -> Self {
        Self::conflict(format!(
            "A {} with the name {name} is already in this key vault; a certificate cannot have the name.",
            kind.noun()
        ))
    }

    /// What a certificate owns is changed by that certificate alone.
    pub(crate) fn managed(kind: ObjectKind, operation: &str) -> Self {
        Self::forbidden(format!(
            "Operation \"{operation}\" is not allowed as this object's lifetime is managed by Key Vault."
        ))
        .with_inner(kind.managed())
    }

    pub(crate) fn corrupt_backup() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Malformed backup blob", "Backup blob is corrupt.")
    }

    /// A blob of another subscription or geography: its key is not here.
    pub(crate) fn foreign_backup() -> Self {
        Self::bad_parameter("Cannot decrypt backup blob.")
    }

    fn conflict(message: String) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", message)
    }

    pub(crate) fn purge_protected(vault: &str, region: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            format!(
                "Operation \"purge\" is not allowed because purge protection is enabled for this vault. Key Vault \
                 service will automatically purge it after the retention period has passed.\r\nVault: \
                 {vault};location={region}"
            ),
        )
    }

    /// What an attestation token says does not let a key out.
    pub(crate) fn attestation(message: &'static str) -> Self {
        Self::forbidden(message.to_owned())
    }

    pub(crate) fn operation_not_permitted(operation: &str) -> Self {
        Self::forbidden(format!("Operation {operation} is not permitted on this key."))
            .with_inner("KeyOperationForbidden")
    }

    pub(crate) fn key_disabled(operation: &str) -> Self {
        Self::forbidden(format!("Operation {operation} is not allowed on a disabled key."))
            .with_inner("KeyDisabled")
    }

    pub(crate) fn secret_disabled() -> Self {
        Self::forbidden("Operation get is not allowed on a disabled secret.".to_owned())
            .with_inner("SecretDisabled")
    }

    pub(crate) fn key_expired(operation: &str) -> Self {
        Self::forbidden(format!("Operation {operation} is not allowed on an expired key."))
            .with_inner("KeyExpired")
    }

    pub(crate) fn key_not_yet_valid(operation: &str) -> Self {
        Self::forbidden(format!("Operation {operation} is not allowed on a not yet valid key."))
            .with_inner("KeyNotYetValid")
    }

    pub(crate) fn forbidden_by_policy(message: String) -> Self {
        Self::forbidden(message).with_inner("ForbiddenByPolicy")
    }

    /// No access policy speaks of the caller.
    pub(crate) fn access_denied(message: String) -> Self {
        Self::forbidden(message).with_inner("AccessDenied")
    }

    pub(crate) fn forbidden_by_rbac(message: String) -> Self {
        Self::forbidden(message).with_inner("ForbiddenByRbac")
    }

    pub(super) fn forbidden_by_firewall(message: String) -> Self {
        Self::forbidden(message).with_inner("ForbiddenByFirewall")
    }

    pub(super) fn forbidden_by_connection(message: String) -> Self {
        Self::forbidden(message).with_inner("ForbiddenByConnection")
    }

    /// The service's host name would be gone; here something has to answer.
    pub(crate) fn vault_gone(vault: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "VaultNotFound",
            format!("The vault '{vault}' was deleted; recover it or create it through ARM."),
        )
    }

    /// Of a managed HSM, whose code is that of the refusal itself.
    pub(super) fn not_an_administrator(message: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    fn forbidden(message: String) -> Self {
        Self::new(StatusCode::FORBIDDEN, "Forbidden", message)
    }

    pub(crate) fn method_not_allowed(method: &Method) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "MethodNotAllowed",
            format!("HTTP {method} not allowed"),
        )
    }

    pub(crate) fn unsupported(method: &Method, path: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "NotSupportedByEmulator",
            format!("The operation {method} {path} is not supported by this emulator."),
        )
    }

    pub(crate) fn body_too_large(most: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestEntityTooLarge",
            format!("The request body is larger than {most} bytes."),
        )
    }

    pub(crate) fn internal(message: &'static str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError", message)
    }

    /// What was changed, or seen, is not on disk.
    pub(crate) fn not_written(error: NotWritten) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", error.to_string())
    }

    /// The status, the code and the message: all that the management plane's errors have.
    pub(crate) fn into_parts(self) -> (StatusCode, &'static str, Cow<'static, str>) {
        (self.status, self.code, self.message)
    }

    /// The answer to the request of that id, which a managed HSM's sentences end with.
    pub(crate) fn into_response(self, kind: VaultKind, request: &Uuid) -> Response {
        let innererror = self.inner.map(|code| Inner { code });
        let message = match kind {
            VaultKind::Vault => self.message,
            VaultKind::ManagedHsm => format!("{} (Activity ID: {request})", self.message).into(),
        };
        let envelope = Envelope { error: Outer { code: self.code, message: &message, innererror } };
        let body = reply::serialize(kind, &envelope).unwrap_or_default();
        let mut response = Response::new(body.into());
        *response.status_mut() = self.status;
        response
    }
}
