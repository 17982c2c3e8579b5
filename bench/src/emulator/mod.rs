//! The bench of the emulator: its program, built for release, beside a bare server, a bare loop of
//! signatures and SQLite alone.

mod bare;
mod client;
mod commits;
mod crowd;
mod get;
mod machine;
mod program;
mod sign;
mod stall;
mod start;
mod throughput;

pub(crate) use self::bare::{Settings, serve};
use crate::harness::Group;

/// All rows, in the order in which they are printed.
pub(crate) fn groups() -> Vec<Group> {
    let mut groups = vec![
        Group::new("start-", start::time_rows),
        Group::new("idle-memory-", start::memory_rows),
        Group::new("memory-per-secret-", crowd::memory_rows),
    ];
    groups.extend(get::groups());
    groups.push(Group::new("sign-", sign::rows));
    groups.push(Group::new("stall-", stall::rows));
    groups.extend(commits::groups());
    groups.push(Group::new("flat-", crowd::flat_rows));
    groups
}
