//! The bench of the clients: warm and cold calls, throttling, deletions, a thousand secrets.

mod warm;

use crate::harness::Group;

/// All rows, in the order in which they are printed.
pub(crate) fn groups() -> Vec<Group> {
    warm::groups()
}
