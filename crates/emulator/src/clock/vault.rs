//! The clock of one vault.

use std::time::Duration;

use time::OffsetDateTime;

use super::{Clock, Hand};
use crate::locks::lock;

/// The time that one vault, or one managed HSM, lives by: its data plane and what Resource Manager shows of it.
///
/// It follows the [`Clock`] of all until it is moved or frozen, and again after [`VaultClock::follow`]. Clones move
/// together, and so do a vault and a managed HSM of one name.
///
/// ```
/// use std::time::Duration;
///
/// let emulator = azvault_emulator::Emulator::in_memory();
/// let clock = emulator.clock().of_vault("kv");
/// clock.advance(Duration::from_secs(90 * 86_400)); // what was deleted in it is purged, and nothing elsewhere
/// assert!(clock.is_own());
/// ```
#[derive(Clone, Debug)]
pub struct VaultClock {
    pub(super) clock: Clock,
    pub(super) name: String,
}

impl VaultClock {
    /// The vault's name, in lower case.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The vault's present time, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        self.clock.now_of(&self.name)
    }

    /// Whether the vault has a clock of its own at present.
    pub fn is_own(&self) -> bool {
        lock(&self.clock.state).vaults.contains_key(&self.name)
    }

    /// Whether the vault's time stands still, by its own clock or that of all.
    pub fn is_frozen(&self) -> bool {
        lock(&self.clock.state).of(&self.name).frozen_at.is_some()
    }

    /// Moves the vault's time on by `by`; past the year 9999 it stays where it is.
    pub fn advance(&self, by: Duration) {
        self.own(|hand| hand.advance(by));
    }

    /// Moves the vault's time back by `by`; before the year 0 it stays where it is.
    pub fn rewind(&self, by: Duration) {
        self.own(|hand| hand.rewind(by));
    }

    /// Stops the vault's time where it is.
    pub fn freeze(&self) {
        self.own(Hand::freeze);
    }

    /// Lets the vault's frozen clock run again, from the time it shows.
    pub fn unfreeze(&self) {
        self.own(Hand::unfreeze);
    }

    /// Sets the vault's time, backwards too; it stays where it is when the year is none of 0 to 9999.
    pub fn set(&self, to: OffsetDateTime) {
        self.own(|hand| hand.set(to));
    }

    /// Gives the vault's own clock up: it goes by that of all again.
    pub fn follow(&self) {
        lock(&self.clock.state).vaults.remove(&self.name);
    }

    /// Changes the vault's clock, which starts from that of all if it has none yet.
    fn own(&self, change: impl FnOnce(&mut Hand)) {
        let mut state = lock(&self.clock.state);
        let all = state.all;
        change(state.vaults.entry(self.name.clone()).or_insert(all));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn a_vault_follows_until_it_is_moved_and_again_when_told() {
        let clock = Clock::default();
        clock.freeze();
        let vault = clock.of_vault("KV");
        clock.advance(DAY);
        assert_eq!((vault.now(), vault.is_own()), (clock.now(), false));
        vault.advance(DAY);
        clock.advance(DAY);
        clock.advance(DAY);
        assert_eq!(clock.now() - vault.now(), DAY);
        assert_eq!(clock.own_clocks().iter().map(VaultClock::name).collect::<Vec<_>>(), ["kv"]);
        assert_eq!(clock.of_vault("other").now(), clock.now());
        vault.follow();
        assert_eq!(vault.now(), clock.now());
    }

    #[test]
    fn a_vault_can_stand_still_while_the_others_go_on() {
        let clock = Clock::default();
        let vault = clock.of_vault("kv");
        vault.freeze();
        let at = vault.now();
        clock.advance(DAY);
        assert_eq!((vault.now(), vault.is_frozen(), clock.is_frozen()), (at, true, false));
        vault.rewind(DAY);
        assert_eq!(at - vault.now(), DAY);
        vault.unfreeze();
        assert!(clock.now() - vault.now() > DAY);
    }
}
