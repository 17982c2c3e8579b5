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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::harness::Bars;

    #[test]
    fn each_bar_is_of_one_group_and_each_group_has_a_bar() {
        let bars = Bars::parse(include_str!("../../bars.toml"), "emulator").unwrap();
        let groups = groups();
        for (name, _) in bars.iter() {
            assert_eq!(groups.iter().filter(|group| group.has(name)).count(), 1, "{name}");
        }
        let has_one = |group: &Group| bars.iter().any(|(name, _)| group.has(name));
        assert!(groups.iter().all(has_one));
    }
}
