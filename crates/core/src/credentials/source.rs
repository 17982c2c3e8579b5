//! How a credential says that it cannot be used here, which is no failure.

use std::{fmt, time::Duration};

use azure_core::error::ErrorKind as AzureKind;

/// Why a credential has nothing to offer on this machine. A chain then tries the next one; any
/// other error ends it, since a credential that was set up but failed must not be passed over
/// for another identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable(String);

impl Unavailable {
    /// With a reason: what is missing.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    pub(crate) fn into_azure(self) -> azure_core::Error {
        azure_core::Error::new(AzureKind::Credential, self)
    }

    /// The reason, if `error` says that a credential is unavailable.
    pub(crate) fn reason(error: &azure_core::Error) -> Option<&str> {
        error.downcast_ref::<Self>().map(|unavailable| unavailable.0.as_str())
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unavailable {}

/// What came of one link of a chain, for a log that explains itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkOutcome {
    /// The credential's name, `ManagedIdentityCredential` for instance.
    pub link: &'static str,
    /// `None` if it gave a token, else why not.
    pub skipped: Option<String>,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for LinkOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = self.took.as_millis();
        match &self.skipped {
            None => write!(f, "{}: gave a token ({milliseconds} ms)", self.link),
            Some(reason) => write!(f, "{}: {reason} ({milliseconds} ms)", self.link),
        }
    }
}
