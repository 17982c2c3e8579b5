//! To and from `azure_core::Error`, the error type of its policies and credentials.

use azure_core::error::ErrorKind as AzureKind;

use super::{Error, ErrorKind};
use crate::transport::{TransportError, TransportErrorKind};

/// The error of type `T` that `error` is or holds: a policy of the user's may have added its own
/// words around it.
pub(crate) fn held<T: std::error::Error + 'static>(error: &azure_core::Error) -> Option<&T> {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| error.source())
        .find_map(|error| error.downcast_ref::<T>())
}

fn of_transport(error: &TransportError) -> (ErrorKind, String) {
    let kind = match error.kind() {
        TransportErrorKind::Timeout => ErrorKind::Timeout,
        TransportErrorKind::TooLarge => ErrorKind::InvalidResponse,
        _ => ErrorKind::Transport,
    };
    (kind, error.to_string())
}

impl Error {
    /// Reads what a policy or a transport of azure_core reports. Our own errors, which travel
    /// through policies inside one of azure_core's, come out as they went in.
    pub(crate) fn from_azure(error: azure_core::Error) -> Self {
        let error = match error.into_downcast::<Self>() {
            Ok(ours) => return ours,
            Err(foreign) => foreign,
        };
        if let Some(transport) = error.downcast_ref::<TransportError>() {
            let (kind, message) = of_transport(transport);
            // Its own source: the rest would say the same again.
            return match error.into_downcast::<TransportError>().map(TransportError::into_source) {
                Ok(Some(source)) => Self::new(kind, message).with_source(source),
                Ok(None) => Self::new(kind, message),
                Err(error) => Self::new(kind, message).with_source(error),
            };
        }
        // A policy of the user's has added its own words.
        if let Some(ours) = held::<Self>(&error) {
            return Self::new(ours.kind(), ours.message().to_owned()).with_source(error);
        }
        if let Some(transport) = held::<TransportError>(&error) {
            let (kind, message) = of_transport(transport);
            return Self::new(kind, message).with_source(error);
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
