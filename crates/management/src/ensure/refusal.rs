//! Why a vault cannot be made what is wanted.

use std::fmt;

use azvault_core::{Error, ErrorKind};

/// Why a vault cannot be made what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalReason {
    /// It has purge protection, and nothing takes that away.
    PurgeProtection,
    /// Its retention was set when it was made.
    Retention,
    /// It is in another region.
    Location,
    /// It is another tenant's.
    Tenant,
    /// It is in another resource group of the subscription.
    ResourceGroup,
    /// Somebody else has the name.
    NameTaken,
    /// The name cannot be one.
    NameInvalid,
    /// It is deleted, and was in another region.
    DeletedElsewhere,
    /// It goes by Azure roles, and access policies have no effect there.
    GoesByRoles,
    /// It is of the premium tier, which keys in hardware need: it is left by
    /// [`update`](crate::VaultsClient::update) alone.
    SkuDowngrade,
    /// It would have more access policies than a vault can have.
    TooManyAccessPolicies,
}

impl RefusalReason {
    /// Whether another state of the world, and not another wish, would be needed.
    fn kind(self) -> ErrorKind {
        match self {
            Self::NameTaken
            | Self::Location
            | Self::Tenant
            | Self::ResourceGroup
            | Self::DeletedElsewhere => ErrorKind::Conflict,
            _ => ErrorKind::InvalidInput,
        }
    }
}

/// Something that cannot be done, and what would be right. `Display` gives it in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    reason: RefusalReason,
    text: String,
}

impl Refusal {
    pub(super) fn new(reason: RefusalReason, text: impl Into<String>) -> Self {
        Self { reason, text: text.into() }
    }

    /// Why.
    pub fn reason(&self) -> RefusalReason {
        self.reason
    }

    /// The error that these refusals of a vault are, if there are any.
    pub(super) fn error(vault: &str, refusals: &[Self]) -> Option<Error> {
        let kind = refusals.first()?.reason.kind();
        let texts: Vec<&str> = refusals.iter().map(|refusal| refusal.text.as_str()).collect();
        let message = format!("{vault} cannot be made what is wanted: {}", texts.join("; "));
        Some(Error::new(kind, message))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
