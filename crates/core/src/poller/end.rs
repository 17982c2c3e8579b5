//! How an operation ended, by the word that the service uses; services differ in the spelling.

use azure_core::http::RawResponse;

use crate::{Error, ErrorKind};

/// An end of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Success,
    Failure,
    Cancellation,
}

impl End {
    /// The end that `state` means; none if the operation goes on.
    pub(super) fn of(state: &str) -> Option<Self> {
        let is = |words: &[&str]| words.iter().any(|word| state.eq_ignore_ascii_case(word));
        if is(&["Succeeded", "Completed", "Success"]) {
            Some(Self::Success)
        } else if is(&["Failed"]) {
            Some(Self::Failure)
        } else if is(&["Canceled", "Cancelled"]) {
            Some(Self::Cancellation)
        } else {
            None
        }
    }

    /// The error that an end other than success is, with the reason that `answer` gives, unless
    /// that is `said` elsewhere.
    pub(super) fn into_error(self, state: &str, said: Option<&str>, answer: &RawResponse) -> Error {
        let kind = match self {
            Self::Cancellation => ErrorKind::OperationCanceled,
            Self::Success | Self::Failure => ErrorKind::OperationFailed,
        };
        Error::of_operation(kind, &format!("the operation ended as {state}"), said, answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_known_in_every_spelling_and_all_else_goes_on() {
        for (state, end) in [
            ("Succeeded", Some(End::Success)),
            ("completed", Some(End::Success)),
            ("Success", Some(End::Success)),
            ("FAILED", Some(End::Failure)),
            ("Canceled", Some(End::Cancellation)),
            ("cancelled", Some(End::Cancellation)),
            ("inProgress", None),
            ("Updating", None),
            ("", None),
        ] {
            assert_eq!(End::of(state), end, "{state}");
        }
    }
}
