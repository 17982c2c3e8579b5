//! Where changes are handed to, and whether they are written.

use std::fmt;

use super::Change;

/// Stands for everything that was handed over until it was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// What was handed over could not be written so far, in words. It is tried again with the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotWritten(String);

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes changes, in the order of their making, and has them written.
#[derive(Debug, Default)]
pub(crate) struct Ledger {}

impl Ledger {
    /// Whether anything is written: where not, nobody need note what changed.
    pub(crate) fn is_kept(&self) -> bool {
        false
    }

    /// Takes a batch, which is written as a whole or not at all, after all batches before it. To be called under the
    /// locks that the changes were read under, so that their order is that of their making.
    pub(crate) fn hand_over(&self, _changes: Vec<Change>) -> Ticket {
        Ticket::default()
    }

    /// Waits until all that `ticket` stands for is written.
    pub(crate) async fn written(&self, _ticket: Ticket) -> Result<(), NotWritten> {
        Ok(())
    }
}
