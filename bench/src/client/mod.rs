//! The bench of the clients: warm and cold calls, waiting, and a thousand secrets.

mod cold;
mod count;
mod slow;
mod table;
mod thousand;
mod warm;

pub(crate) use self::count::{Loop, Loops};
use crate::harness::Group;

/// All rows, in the order in which they are printed.
pub(crate) fn groups() -> Vec<Group> {
    [warm::groups(), cold::groups(), slow::groups(), thousand::groups()]
        .into_iter()
        .flatten()
        .collect()
}
