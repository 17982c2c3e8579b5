//! The store beside a list that knows no deadlines, no indexes and no marks, through random lives under a clock that
//! goes to the very moments at which something happens, and back.

use std::{collections::BTreeSet, time::Duration};

use time::OffsetDateTime;

use super::{
    Attributes, AttributesBody, Store, Tags, Version,
    object::{Object, State},
};
use crate::{
    secrets::SecretContent,
    state::{Change, Flag, Record},
    vault::VaultProperties,
};

const SEEDS: u64 = 40;
const STEPS: usize = 400;
const NAMES: [&str; 6] = ["a", "B", "b-1", "C", "c0", "d"];
const OWNER: &str = "o";

/// Numbers that look random, the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }
}

/// What the list knows of an object.
#[derive(Clone)]
struct Known {
    id: String,
    versions: BTreeSet<String>,
    latest: String,
    state: State,
}

#[derive(Default)]
struct Model {
    known: Vec<Known>,
}

impl Model {
    /// Does to those objects what the clock has brought about.
    fn settle(&mut self, now: OffsetDateTime, which: impl Fn(&str) -> bool) {
        self.known.retain(|known| {
            !which(&known.id)
                || match known.state {
                    State::Purging { until } => until > now,
                    State::Deleted { deletion, .. } => {
                        deletion.scheduled_purge_date > now.unix_timestamp()
                    }
                    State::Live | State::Recovering { .. } => true,
                }
        });
        for known in self.known.iter_mut().filter(|known| which(&known.id)) {
            if let State::Recovering { until } = known.state
                && until <= now
            {
                known.state = State::Live;
            }
        }
    }

    fn find(&mut self, id: &str, now: OffsetDateTime) -> Option<&mut Known> {
        self.settle(now, |other| other == id);
        self.known.iter_mut().find(|known| known.id == id)
    }

    fn ids(
        &mut self,
        now: OffsetDateTime,
        after: &str,
        is: impl Fn(&State) -> bool,
    ) -> Vec<String> {
        self.settle(now, |_| true);
        let ids = self.known.iter().filter(|known| known.id.as_str() > after && is(&known.state));
        let mut ids: Vec<_> = ids.map(|known| known.id.clone()).collect();
        ids.sort();
        ids
    }

    /// A moment at which something happens to an object.
    fn moment(&self, dice: &mut Dice) -> Option<OffsetDateTime> {
        let known = self.known.get(dice.roll(self.known.len().max(1)))?;
        match known.state {
            State::Live => None,
            State::Recovering { until } | State::Purging { until } => Some(until),
            State::Deleted { deletion, done } => Some(if dice.roll(2) == 0 && done.year() > 0 {
                done
            } else {
                OffsetDateTime::from_unix_timestamp(deletion.scheduled_purge_date).unwrap()
            }),
        }
    }
}

fn version(now: OffsetDateTime) -> Version<SecretContent> {
    let attributes = Attributes::new(now.unix_timestamp(), &AttributesBody::default());
    Version::new(attributes, Tags::new(), SecretContent::of_certificate(String::new(), "t"))
}

/// Whole milliseconds from none to ten seconds; the model knows no more of lags than what the store wrote down.
fn lag(dice: &mut Dice) -> Duration {
    if dice.roll(2) == 0 { Duration::ZERO } else { Duration::from_millis(dice.roll(10_000) as u64) }
}

fn is_deleted(state: &State, now: OffsetDateTime) -> bool {
    matches!(state, State::Deleted { done, .. } if *done <= now)
}

/// One thing that a request does to both.
fn step(store: &mut Store<SecretContent>, model: &mut Model, dice: &mut Dice, now: OffsetDateTime) {
    let name = NAMES[dice.roll(NAMES.len())];
    let id = name.to_ascii_lowercase();
    let properties = VaultProperties {
        retention_days: 7,
        deletion_lag: lag(dice),
        recovery_lag: lag(dice),
        purge_lag: lag(dice),
        ..VaultProperties::default()
    };
    let known = model.find(&id, now).cloned();
    let live = known.as_ref().is_some_and(|known| matches!(known.state, State::Live));
    let deleted = known.as_ref().is_some_and(|known| is_deleted(&known.state, now));
    match dice.roll(8) {
        0 | 1 => {
            let made = store.check_name(name, now).is_ok();
            assert_eq!(made, known.is_none() || live, "{name}");
            if made {
                let version = version(now);
                let latest = version.id.clone();
                store.add(name, version);
                match model.find(&id, now) {
                    Some(known) => {
                        known.versions.insert(latest.clone());
                        known.latest = latest;
                    }
                    None => model.known.push(Known {
                        id,
                        versions: BTreeSet::from([latest.clone()]),
                        latest,
                        state: State::Live,
                    }),
                }
            }
        }
        2 => {
            let done = store.delete(name, now, &properties).map(|(object, _)| object.state);
            assert_eq!(done.is_ok(), live, "{name}");
            if let (Ok(state), Some(known)) = (done, model.find(&id, now)) {
                known.state = state;
            }
        }
        3 => {
            let done = store.recover(name, now, &properties).map(|object| object.state);
            assert_eq!(done.is_ok(), deleted, "{name}");
            if let (Ok(state), Some(known)) = (done, model.find(&id, now)) {
                known.state = state;
            }
        }
        4 => {
            let done = store.purge(name, now, &properties);
            assert_eq!(done.is_ok(), deleted, "{name}");
            if let (Ok(()), Some(known)) = (done, model.find(&id, now)) {
                known.state =
                    State::Purging { until: crate::clock::after(now, properties.purge_lag) };
            }
        }
        5 => {
            let version = version(now);
            let latest = version.id.clone();
            let done = store.restore(Object::new(name, version), now).is_ok();
            assert_eq!(done, known.is_none(), "{name}");
            if done {
                let versions = BTreeSet::from([latest.clone()]);
                model.known.push(Known { id, versions, latest, state: State::Live });
            }
        }
        6 => {
            assert_eq!(store.readable(name, now).is_ok(), live, "{name}");
            assert_eq!(store.deleted(name, now).is_ok(), deleted, "{name}");
            assert_eq!(store.check_absent(name, now).is_ok(), known.is_none(), "{name}");
        }
        _ => {
            if let (true, Some(known), Ok(object)) = (live, known, store.readable(name, now)) {
                assert_eq!(object.latest.id, known.latest);
                let all: Vec<_> = known.versions.iter().cloned().collect();
                let after = all.get(dice.roll(all.len() + 1)).cloned().unwrap_or_default();
                let listed = object.versions_after(&after).map(|version| version.id.clone());
                let left = all.into_iter().filter(|id| *id > after);
                assert!(listed.eq(left), "{name} after {after}");
            }
        }
    }
}

fn compare(store: &mut Store<SecretContent>, model: &mut Model, after: &str, now: OffsetDateTime) {
    let live = model.ids(now, after, |state| matches!(state, State::Live));
    assert!(store.live_after(after, now).map(|(id, _)| id).eq(live.iter()), "live: {live:?}");
    let deleted = model.ids(now, after, |state| is_deleted(state, now));
    assert!(
        store.deleted_after(after, now).map(|(id, _)| id).eq(deleted.iter()),
        "deleted: {deleted:?}"
    );
    assert_eq!(store.is_empty(), model.known.is_empty());
}

/// What a disk holds when those changes were written, and what is read of it.
fn reloaded(store: &mut Store<SecretContent>, disk: &mut Vec<Record>) -> Store<SecretContent> {
    let mut changes = Vec::new();
    store.take_changes(OWNER, &mut changes);
    for change in changes {
        let (kind, key) = match &change {
            Change::Put(record) => (record.kind, record.key.clone()),
            Change::Delete { kind, key, .. } => (*kind, key.clone()),
            other => panic!("no store has this: {other:?}"),
        };
        disk.retain(|record| record.kind != kind || record.key != key);
        if let Change::Put(record) = change {
            disk.push(record);
        }
    }
    let mut loaded = Store::load(OWNER, &mut disk.iter().cloned().collect()).unwrap();
    loaded.keep(Flag::new());
    loaded
}

#[test]
fn a_store_does_what_a_list_would() {
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let (mut store, mut model) = (Store::default(), Model::default());
        store.keep(Flag::new());
        let mut disk = Vec::new();
        let mut now = OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap();
        for number in 0..STEPS {
            let told = std::panic::AssertUnwindSafe(|| {
                match dice.roll(12) {
                    0..4 => now += Duration::from_millis(dice.roll(5_000) as u64),
                    4 => now -= Duration::from_millis(dice.roll(20_000) as u64),
                    5 => now += Duration::from_secs(dice.roll(8) as u64 * 86_400),
                    6..9 => {
                        if let Some(moment) = model.moment(&mut dice) {
                            let early = Duration::from_nanos(dice.roll(2) as u64);
                            now = moment.max(now - Duration::from_secs(1)) - early;
                        }
                    }
                    _ => {}
                }
                step(&mut store, &mut model, &mut dice, now);
                if dice.roll(3) == 0 {
                    let after = ["", "a", "b", "b-1", "c", "c00", "z"][dice.roll(7)];
                    compare(&mut store, &mut model, after, now);
                }
                if dice.roll(20) == 0 {
                    store = reloaded(&mut store, &mut disk);
                }
            });
            let done = std::panic::catch_unwind(told);
            assert!(done.is_ok(), "seed {seed}, step {number}, at {now}");
        }
    }
}
