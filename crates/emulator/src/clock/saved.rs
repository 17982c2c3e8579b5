//! What the clocks show, as a record keeps it: how far ahead of wall time, or where they stand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{Clock, Hand};
use crate::locks::lock;

/// All clocks of an emulator; the default is that of one that nobody has touched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SavedClock {
    all: SavedHand,
    /// Of vaults that have one of their own, by name.
    vaults: BTreeMap<String, SavedHand>,
    tokens_follow: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct SavedHand {
    /// Seconds and nanoseconds, of one sign.
    ahead_of_wall: (i64, i32),
    #[serde(with = "crate::moment::option")]
    frozen_at: Option<OffsetDateTime>,
}

impl Clock {
    pub(crate) fn saved(&self) -> SavedClock {
        let state = lock(&self.state);
        SavedClock {
            all: state.all.into(),
            vaults: state
                .vaults
                .iter()
                .map(|(name, hand)| (name.clone(), (*hand).into()))
                .collect(),
            tokens_follow: state.tokens_follow,
        }
    }

    /// Shows what was saved; whoever has this clock sees it change.
    pub(crate) fn restore(&self, saved: &SavedClock) {
        let mut state = lock(&self.state);
        state.all = saved.all.into();
        let vaults = saved.vaults.iter().map(|(name, hand)| (name.clone(), (*hand).into()));
        state.vaults = vaults.collect();
        state.tokens_follow = saved.tokens_follow;
    }
}

impl SavedClock {
    /// This, where tokens follow it also if they do by `settings`.
    pub(crate) fn with(self, settings: &Self) -> Self {
        Self { tokens_follow: self.tokens_follow || settings.tokens_follow, ..self }
    }
}

impl From<Hand> for SavedHand {
    fn from(Hand { ahead_of_wall, frozen_at }: Hand) -> Self {
        let ahead_of_wall = (ahead_of_wall.whole_seconds(), ahead_of_wall.subsec_nanoseconds());
        Self { ahead_of_wall, frozen_at }
    }
}

impl From<SavedHand> for Hand {
    fn from(SavedHand { ahead_of_wall: (seconds, nanoseconds), frozen_at }: SavedHand) -> Self {
        // What is not of one sign, or too much, is no reason to panic.
        let ahead = Duration::seconds(seconds);
        let ahead_of_wall = ahead.saturating_add(Duration::nanoseconds(nanoseconds.into()));
        Self { ahead_of_wall, frozen_at }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_clock_shows_again_what_was_saved() {
        let clock = Clock::default();
        let untouched = clock.saved();
        assert_eq!(untouched, SavedClock::default());
        clock.rewind(std::time::Duration::from_millis(90_500));
        clock.of_vault("KV").set(datetime!(2030-01-01 00:00:00.000_000_001 UTC));
        clock.of_vault("still").freeze();
        clock.carry_tokens(true);
        let saved = clock.saved();
        let other = Clock::default();
        let text = serde_json::to_string(&saved).unwrap();
        other.restore(&serde_json::from_str(&text).unwrap());
        assert_eq!(other.saved(), saved, "{text}");
        assert_eq!(other.of_vault("still").now(), clock.of_vault("still").now());
        assert!(other.carries_tokens() && other.own_clocks().len() == 2);
        other.restore(&untouched);
        assert_eq!(other.saved(), untouched);
    }
}
