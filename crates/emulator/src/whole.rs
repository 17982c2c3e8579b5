//! All that is kept of an emulator, in one place: read, taken over, and told as records.
//!
//! Who adds something that is kept adds it here, or a snapshot and a data directory would lack it. Not kept is what a
//! run is about and no vault holds: settings, the journal, faults on order, what counts against limits, and sign-ins
//! under way, whose codes are good for minutes. A refresh token says everything by itself; it is good for as long as
//! the installation's key is.

use crate::{
    arm::{Arm, LoadedArm},
    entra::{Directory, LoadedDirectory},
    locks::lock,
    roles::Book,
    router::Router,
    shims::LoadedBackupKey,
    shims::LoadedTestIssuer,
    shims::LoadedVaults,
    shims::SavedClock,
    state::{Change, Kind, Record, Records, Ticket, Unreadable},
};

/// A state that was read, whole and sound, and is not in use yet.
#[derive(Debug)]
pub(crate) struct Whole {
    vaults: LoadedVaults,
    arm: LoadedArm,
    roles: Book,
    directory: LoadedDirectory,
    clock: SavedClock,
    backups: Option<LoadedBackupKey>,
    issuer: Option<LoadedTestIssuer>,
}

impl Whole {
    /// Makes a state of all its records, for `router` to take over; changes nothing. A record that nobody wants is an
    /// error: something would be lost.
    pub(crate) fn load(router: &Router, records: Vec<Record>) -> Result<Self, Unreadable> {
        let mut records: Records = records.into_iter().collect();
        let vaults = router.vaults.load(&mut records)?;
        let whole = Self {
            arm: Arm::load(&mut records, &vaults)?,
            vaults,
            roles: Book::load(&mut records)?,
            directory: Directory::load(&mut records)?,
            clock: load_clock(&mut records)?,
            backups: LoadedBackupKey::load(&mut records)?,
            issuer: LoadedTestIssuer::load(&mut records)?,
        };
        match records.rest().next() {
            Some(left) => Err(left.unreadable()),
            None => Ok(whole),
        }
    }
}

impl Whole {
    /// Puts this state in the place of the one that is there, as written already. Nobody else may be at work: whoever
    /// calls it holds the router's gate alone, or is the only one who has the router.
    pub(crate) fn take_over(self, router: &Router) {
        router.vaults.replace(self.vaults);
        router.arm.replace(self.arm);
        router.roles.replace(self.roles);
        router.tokens.directory.replace(self.directory);
        router.clock.restore(&self.clock);
        // Without one in the records, the one that is there stays: it is made when it is first needed.
        if let Some(key) = self.backups {
            router.backups.replace(key);
        }
        if let Some(issuer) = self.issuer {
            router.certificate_issuer.replace(issuer);
        }
        if router.ledger.is_kept() {
            let flag = &router.changed;
            router.arm.keep(flag);
            router.roles.keep(flag);
            router.tokens.directory.keep(flag);
            *lock(&router.written_clock) = router.clock.saved();
        }
    }
}

/// Every record of the present state, in no order. Nobody else may be at work.
pub(crate) fn records(router: &Router) -> Result<Vec<Record>, Unreadable> {
    let mut records = Vec::new();
    router.vaults.records(&mut records)?;
    router.arm.records(&mut records)?;
    router.roles.records(&mut records)?;
    router.tokens.directory.records(&mut records)?;
    records.push(clock_record(router)?);
    router.backups.records(&mut records)?;
    router.certificate_issuer.records(&mut records)?;
    Ok(records)
}

/// Hands over all that changed since the last time, as one batch: also what Resource Manager changed of vaults. The
/// ticket stands for what others handed over before as well.
pub(crate) fn hand_over(router: &Router) -> Ticket {
    router.arm.hand_over(|changes| {
        router.changed.lower();
        router.roles.take_changes(changes);
        router.tokens.directory.take_changes(changes);
        clock_change(router, changes);
        router.vaults.hand_over(&router.ledger, std::mem::take(changes))
    })
}

/// Whether there is anything to hand over but what vaults hold.
pub(crate) fn is_changed(router: &Router) -> bool {
    router.changed.is_raised() || *lock(&router.written_clock) != router.clock.saved()
}

fn clock_record(router: &Router) -> Result<Record, Unreadable> {
    Record::of(Kind::Clock, "", "", &router.clock.saved())
}

fn load_clock(records: &mut Records) -> Result<SavedClock, Unreadable> {
    let record = records.take(Kind::Clock, "").pop();
    record.map_or_else(|| Ok(SavedClock::default()), |record| record.read())
}

/// A test may move the clock at any moment, and without a request.
fn clock_change(router: &Router, changes: &mut Vec<Change>) {
    let saved = router.clock.saved();
    let mut written = lock(&router.written_clock);
    if *written != saved {
        changes.push(Change::put(Kind::Clock, "", "", &saved));
        *written = saved;
    }
}
