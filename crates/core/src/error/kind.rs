//! The kinds of failure, by what the caller can do about them.

/// What went wrong, by what a program can do about it.
///
/// Each kind says whether the request was *not sent*, *answered* or *may have been sent*;
/// [`Error::may_have_been_sent`](super::Error::may_have_been_sent) tells which for one error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument was refused before any request: the message says what is right. Not sent.
    InvalidInput,
    /// The service refused the request as malformed (400). Answered.
    BadRequest,
    /// No such object, version or vault (404). Answered.
    NotFound,
    /// The name is held by a deleted object that can be recovered or purged (409). Answered.
    SoftDeleted,
    /// The object is still being deleted or purged; wait and try again (409). Answered.
    BeingDeleted,
    /// The object is still being recovered; wait and try again (409). Answered.
    BeingRecovered,
    /// Another conflict with the state of the service (409, 412). Answered.
    Conflict,
    /// The object is disabled (403). Answered.
    Disabled,
    /// The key does not permit the operation: its `key_ops` or its validity period (403). Answered.
    OperationForbidden,
    /// The vault's access policies give the caller no such permission (403). Answered.
    ForbiddenByPolicy,
    /// No role assignment gives the caller that action (403). Answered.
    ForbiddenByRbac,
    /// The vault's firewall does not let the caller's address in (403). Answered.
    ForbiddenByFirewall,
    /// Refused for another reason (403). Answered.
    Forbidden,
    /// No token could be obtained, or the service refused the token (401).
    Authentication,
    /// Too many requests, and the retries allowed were not enough (429). Answered.
    Throttled,
    /// The service failed (500 and above, 408), and the retries allowed were not enough. Answered.
    Service,
    /// No connection, or it broke.
    Transport,
    /// A time limit set by the caller or by the client ran out.
    Timeout,
    /// The answer could not be understood, or pointed somewhere it must not. Answered.
    InvalidResponse,
    /// A long-running operation ended as failed. Answered.
    OperationFailed,
    /// A long-running operation was canceled. Answered.
    OperationCanceled,
    /// None of the others.
    Other,
}

impl ErrorKind {
    /// The kind that a service answer means, from its status and its codes, outermost first.
    pub(crate) fn of_response(status: u16, codes: &[&str]) -> Self {
        for code in codes.iter().rev() {
            if let Some(kind) = Self::of_code(code) {
                return kind;
            }
        }
        match status {
            401 => Self::Authentication,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 | 412 => Self::Conflict,
            408 | 500..=599 => Self::Service,
            429 => Self::Throttled,
            400..=499 => Self::BadRequest,
            _ => Self::InvalidResponse,
        }
    }

    fn of_code(code: &str) -> Option<Self> {
        Some(match code {
            "ObjectIsDeletedButRecoverable" => Self::SoftDeleted,
            "ObjectIsBeingDeleted" => Self::BeingDeleted,
            "ObjectIsBeingRecovered" => Self::BeingRecovered,
            "KeyDisabled" | "SecretDisabled" | "CertificateDisabled" => Self::Disabled,
            "KeyOperationForbidden" | "KeyExpired" | "KeyNotYetValid" => Self::OperationForbidden,
            "ForbiddenByPolicy" | "AccessDenied" => Self::ForbiddenByPolicy,
            "ForbiddenByRbac" | "AuthorizationFailed" => Self::ForbiddenByRbac,
            "ForbiddenByFirewall" => Self::ForbiddenByFirewall,
            _ => return None,
        })
    }

    /// What to do about it, in one sentence, where that holds for every operation.
    pub(crate) fn advice(self) -> Option<&'static str> {
        Some(match self {
            Self::SoftDeleted => {
                "recover the deleted object, or purge it (which cannot be undone), or choose another name"
            }
            Self::BeingDeleted => "wait until the deletion has finished, then try again",
            Self::BeingRecovered => "wait until the recovery has finished, then try again",
            Self::Disabled => {
                "enable the object by updating its attributes, or use another version"
            }
            Self::OperationForbidden => {
                "use a key whose operations and validity period permit this, or update the key"
            }
            Self::ForbiddenByPolicy => {
                "grant the permission that the message names in the vault's access policies"
            }
            Self::ForbiddenByRbac => {
                "assign a role with the action that the message names; a new assignment takes some minutes, which wait_for_access sees through"
            }
            Self::ForbiddenByFirewall => {
                "allow the address that the message names in the vault's network rules, or call from a permitted network"
            }
            Self::Throttled => {
                "send fewer requests to this vault, cache what was read, or allow more time"
            }
            Self::Timeout => {
                "allow more time with with_timeout, or see whether the service is reachable"
            }
            Self::Transport => {
                "look at the vault's name in the URL, at the network and at the proxy; the error's source says what failed"
            }
            Self::Authentication => {
                "look at the credential: its tenant, and whether it may sign in; the message and the source say what was refused"
            }
            Self::Service => {
                "try again later; before a create is repeated, may_have_been_sent() tells whether it may have been done"
            }
            Self::Forbidden => {
                "the message says what stands in the way: purge protection, for instance, can only be waited for"
            }
            Self::InvalidInput => "put right what the message names; nothing was sent",
            Self::InvalidResponse => {
                "see what answers at this address: a proxy or a portal in between, perhaps"
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_known_code_decides() {
        let kind = |status, codes: &[&str]| ErrorKind::of_response(status, codes);
        assert_eq!(
            kind(409, &["Conflict", "ObjectIsDeletedButRecoverable"]),
            ErrorKind::SoftDeleted
        );
        assert_eq!(kind(409, &["Conflict", "ObjectIsBeingDeleted"]), ErrorKind::BeingDeleted);
        assert_eq!(kind(403, &["Forbidden", "ForbiddenByRbac"]), ErrorKind::ForbiddenByRbac);
        assert_eq!(kind(403, &["Forbidden", "ANewOne"]), ErrorKind::Forbidden);
    }

    #[test]
    fn the_status_decides_where_no_code_is_known() {
        for (status, kind) in [
            (400, ErrorKind::BadRequest),
            (401, ErrorKind::Authentication),
            (404, ErrorKind::NotFound),
            (405, ErrorKind::BadRequest),
            (408, ErrorKind::Service),
            (409, ErrorKind::Conflict),
            (429, ErrorKind::Throttled),
            (503, ErrorKind::Service),
            (302, ErrorKind::InvalidResponse),
        ] {
            assert_eq!(ErrorKind::of_response(status, &[]), kind, "{status}");
        }
    }
}
