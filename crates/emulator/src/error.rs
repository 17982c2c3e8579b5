//! Why an emulator could not be started, or could not do what a test asked of it.

use std::{error, fmt};

/// The emulator could not be started, or could not do what was asked of it.
///
/// The cause, for one a refused port or a failed key generation, is in [`source`](error::Error::source).
#[derive(Debug)]
pub struct Error {
    doing: &'static str,
    source: Box<dyn error::Error + Send + Sync>,
}

impl Error {
    pub(crate) fn new(
        doing: &'static str,
        source: impl Into<Box<dyn error::Error + Send + Sync>>,
    ) -> Self {
        Self { doing, source: source.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the emulator could not {}", self.doing)
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        Some(self.source.as_ref())
    }
}
