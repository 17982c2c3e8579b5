//! To and from `azure_core::Error`, the error type of its policies and credentials.

use azure_core::error::ErrorKind as AzureKind;

use super::{Error, ErrorKind};
use crate::transport::{TransportError, TransportErrorKind};

impl Error {
    /// Reads what a policy or a transport of azure_core reports. Our own errors, which travel
    /// through policies inside one of azure_core's, come out as they went in.
    pub(crate) fn from_azure(error: azure_core::Error) -> Self {
        let error = match error.into_downcast::<Self>() {
            Ok(ours) => return ours,
            Err(foreign) => foreign,
        };
        if let Some(transport) = error.downcast_ref::<TransportError>() {
            let (kind, message) = match transport.kind() {
                TransportErrorKind::Timeout => (ErrorKind::Timeout, transport.to_string()),
                TransportErrorKind::TooLarge => (ErrorKind::InvalidResponse, transport.to_string()),
                _ => (ErrorKind::Transport, transport.to_string()),
            };
            // Its own source: the rest would say the same again.
            return match error.into_downcast::<TransportError>().map(TransportError::into_source) {
                Ok(Some(source)) => Self::new(kind, message).with_source(source),
                Ok(None) => Self::new(kind, message),
                Err(error) => Self::new(kind, message).with_source(error),
            };
        }
        let (kind, message) = match error.kind() {
            AzureKind::Credential => (ErrorKind::Authentication, "no token could be obtained"),
            AzureKind::Connection => (ErrorKind::Transport, "no connection could be made"),
            AzureKind::Io => (ErrorKind::Transport, "the connection broke"),
            AzureKind::DataConversion => (ErrorKind::InvalidResponse, "an answer was malformed"),
            _ => (ErrorKind::Other, "a policy, credential or transport failed"),
        };
        Self::new(kind, message).with_source(error)
    }

    /// Wraps this error for the way through azure_core's policies.
    pub(crate) fn into_azure(self) -> azure_core::Error {
        let kind = match self.kind() {
            ErrorKind::Authentication => AzureKind::Credential,
            ErrorKind::Transport | ErrorKind::Timeout => AzureKind::Io,
            ErrorKind::InvalidResponse => AzureKind::DataConversion,
            _ => AzureKind::Other,
        };
        azure_core::Error::new(kind, self)
    }
}
