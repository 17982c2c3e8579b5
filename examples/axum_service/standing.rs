//! What is wrong with the key and the secret, in words for whoever operates the service.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use azvault_core::{Error, ErrorKind};
use serde::{Serialize, Serializer};

/// How something of the vault's was when it was last needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Usable,
    Disabled,
    /// It can be recovered.
    Deleted,
    NotFound,
    Forbidden,
    /// It can be read, but the vault does not sign by it.
    SigningForbidden,
    BehindFirewall,
    SignedOut,
    Unreachable,
    /// The key's latest version is of another kind.
    Unfit,
    /// The secret is read, and the database does not let anybody in by it.
    Refused,
    Failing,
}

impl Standing {
    /// What an error says of what was asked for. What is not found may be deleted, which
    /// `look_among_deleted` tells: for that, the permission get is enough.
    pub(crate) async fn of(
        error: &Error,
        look_among_deleted: impl AsyncFnOnce() -> Result<(), Error>,
    ) -> Self {
        match error.kind() {
            ErrorKind::NotFound => match look_among_deleted().await.map_err(|error| error.kind()) {
                Ok(()) | Err(ErrorKind::BeingDeleted | ErrorKind::BeingRecovered) => Self::Deleted,
                Err(_) => Self::NotFound,
            },
            ErrorKind::SoftDeleted | ErrorKind::BeingDeleted => Self::Deleted,
            ErrorKind::Disabled => Self::Disabled,
            ErrorKind::ForbiddenByFirewall => Self::BehindFirewall,
            ErrorKind::ForbiddenByPolicy | ErrorKind::ForbiddenByRbac | ErrorKind::Forbidden => {
                Self::Forbidden
            }
            ErrorKind::Authentication => Self::SignedOut,
            ErrorKind::Service
            | ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::Throttled => Self::Unreachable,
            _ => Self::Failing,
        }
    }
}

/// Names nothing: whoever may ask whether the service is ready may read it.
impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usable => "usable",
            Self::Disabled => "disabled: enable it, or make a new version",
            Self::Deleted => "deleted: recover it",
            Self::NotFound => "not found: it is purged, or was never there",
            Self::Forbidden => "forbidden: the service lacks a permission to read it",
            Self::SigningForbidden => "forbidden: the service may read it, but not sign by it",
            Self::BehindFirewall => "forbidden: the vault's firewall does not let the service in",
            Self::SignedOut => "forbidden: the service cannot sign in",
            Self::Unreachable => "unreachable: what was read before is used",
            Self::Unfit => {
                "not usable: its latest version is not on the curve P-256; make one that is"
            }
            Self::Refused => "refused: the database does not let the service in by it",
            Self::Failing => "not usable: the log says why",
        })
    }
}

impl Serialize for Standing {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The latest standing. A change of it is logged once.
pub(crate) struct Noted {
    what: &'static str,
    latest: Mutex<Standing>,
}

impl Noted {
    pub(crate) fn usable(what: &'static str) -> Self {
        Self { what, latest: Mutex::new(Standing::Usable) }
    }

    pub(crate) fn note(&self, standing: Standing) {
        self.note_with(standing, None);
    }

    /// With the cause, for the log.
    pub(crate) fn note_with(&self, standing: Standing, cause: Option<&Error>) {
        let cause = cause.map(tracing::field::display);
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *latest, standing);
        match standing {
            same if same == before => {}
            Standing::Usable => tracing::info!("{} is {standing} again", self.what),
            _ => tracing::warn!(cause, "{} is {standing}", self.what),
        }
    }

    pub(crate) fn latest(&self) -> Standing {
        *self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
