//! The api-versions of the data plane that the service knows; asked only where an emulator is told to be strict.

use super::ServiceError;

/// Stable ones and the previews that released clients send.
const KNOWN: [&str; 23] = [
    "2015-06-01",
    "2016-10-01",
    "7.0-preview",
    "7.0",
    "7.1-preview",
    "7.1",
    "7.2-preview",
    "7.2",
    "7.3-preview",
    "7.3",
    "7.4-preview.1",
    "7.4",
    "7.5-preview.1",
    "7.5",
    "7.6-preview.1",
    "7.6-preview.2",
    "7.6",
    "2025-06-01-preview",
    "2025-07-01",
    "2026-01-01-preview",
    "2026-03-01-preview",
    LATEST,
    "2026-07-01-preview",
];

/// The latest stable one, which the refusal recommends.
const LATEST: &str = "2026-04-01";

/// Refuses a version that the service does not know, in its words.
pub(super) fn check(version: &str) -> Result<(), ServiceError> {
    if KNOWN.contains(&version) {
        return Ok(());
    }
    Err(ServiceError::unknown_version(version, LATEST))
}
