//! All that is kept of an emulator, in one place: read, taken over, and told as records.
//!
//! Who adds something that is kept adds it here, or a snapshot and a data directory would lack it. Not kept is what a
//! run is about and no vault holds: settings, the journal, faults on order, what counts against limits, and sign-ins
//! under way, whose codes are good for minutes. A refresh token says everything by itself; it is good for as long as
//! the installation's key is.

#[cfg(feature = "durable")]
use std::io;
use std::sync::{Mutex, atomic::AtomicU64};

#[cfg(feature = "durable")]
use crate::state::disk::Disk;

use crate::{
    arm::{Arm, LoadedArm},
    backup::BackupKey,
    certificates::TestIssuer,
    clock::{Clock, SavedClock},
    entra::{Directory, LoadedDirectory},
    locks::lock,
    roles::Book,
    router::Router,
    state::{Change, Flag, Kind, Record, Records, Ticket, Unreadable},
    vault::LoadedVaults,
};

/// What is known of the records of all that is in no vault.
#[derive(Debug)]
pub(crate) struct Keeping {
    /// Raised when one is out of date.
    changed: Flag,
    /// As the emulator was made.
    first_clock: SavedClock,
    /// What was last handed over of the clock, which moves without a request.
    clock: Mutex<SavedClock>,
    /// Stands for all that was handed over.
    ticket: AtomicU64,
    /// Held while a whole state is made ready and taken over, before the router's gate.
    pub(crate) replacing: tokio::sync::Mutex<()>,
}

impl Keeping {
    /// Of an emulator with that clock, as it was set.
    pub(crate) fn of(clock: &Clock) -> Self {
        Self {
            changed: Flag::new(),
            first_clock: clock.saved(),
            clock: Mutex::default(),
            ticket: AtomicU64::default(),
            replacing: tokio::sync::Mutex::default(),
        }
    }
}

/// A state that was read, whole and sound, and is not in use yet.
#[derive(Debug)]
pub(crate) struct Whole {
    vaults: LoadedVaults,
    arm: LoadedArm,
    roles: Book,
    directory: LoadedDirectory,
    clock: SavedClock,
    backups: BackupKey,
    issuer: TestIssuer,
}

impl Whole {
    /// Makes a state of all its records, for `router` to take over; changes nothing. A record that nobody wants is an
    /// error: something would be lost.
    pub(crate) fn load(router: &Router, records: Vec<Record>) -> Result<Self, Unreadable> {
        let mut records: Records = records.into_iter().collect();
        let vaults = router.vaults.load(&mut records)?;
        let whole = Self {
            arm: Arm::load(&mut records, &vaults, router.vaults.defaults())?,
            vaults,
            roles: Book::load(&mut records)?,
            directory: Directory::load(&mut records)?,
            clock: load_clock(&mut records)?.with(&router.keeping.first_clock),
            backups: BackupKey::load(&mut records)?,
            issuer: TestIssuer::load(&mut records)?,
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
        router.backups.replace(self.backups);
        router.certificate_issuer.replace(self.issuer);
        if router.ledger.is_kept() {
            let flag = &router.keeping.changed;
            router.arm.keep(flag);
            router.roles.keep(flag);
            router.tokens.directory.keep(flag);
            *lock(&router.keeping.clock) = router.clock.saved();
        }
    }
}

#[cfg(feature = "durable")]
impl Router {
    /// Takes over the records of a data directory, which has all changes from now on; what the ticket stands for is to
    /// be written before anybody is let in.
    pub(crate) fn keep(&mut self, records: Vec<Record>, disk: Disk) -> io::Result<Ticket> {
        // From here on, so that what is loaded notes what becomes of it.
        self.vaults.keep();
        let whole = Whole::load(self, records).map_err(|error| disk.refused(&error))?;
        self.ledger = disk.ledger()?;
        whole.take_over(self);
        // Made now, so that no request has to.
        let keys = keys(self).map(Change::from).collect();
        self.vaults.hand_over(&self.ledger, keys);
        Ok(hand_over(self))
    }
}

/// Every record of the present state, in no order. Nobody else may be at work.
pub(crate) fn records(router: &Router) -> Result<Vec<Record>, Unreadable> {
    let mut records = Vec::new();
    let closed = router.arm.records(&mut records)?;
    router.vaults.records(&closed, &mut records)?;
    router.roles.records(&mut records)?;
    router.tokens.directory.records(&mut records)?;
    records.push(clock_record(router)?);
    for record in keys(router) {
        records.push(record?);
    }
    Ok(records)
}

/// The records of the keys that backups and test certificates are made with, which are made for that.
pub(crate) fn keys(router: &Router) -> impl Iterator<Item = Result<Record, Unreadable>> {
    [router.backups.record(), router.certificate_issuer.record()].into_iter().flatten()
}

/// Hands over all that changed since the last time, as one batch: also what Resource Manager changed of vaults. The
/// ticket stands for what others handed over before as well.
pub(crate) fn hand_over(router: &Router) -> Ticket {
    router.arm.hand_over(|mut changes| {
        let Keeping { changed, ticket, .. } = &router.keeping;
        // Before anything is taken: what changes from here on raises it again.
        changed.lower();
        router.roles.take_changes(&mut changes);
        router.tokens.directory.take_changes(&mut changes);
        clock_change(router, &mut changes);
        let handed = router.vaults.hand_over(&router.ledger, changes);
        handed.put(ticket);
        handed
    })
}

/// The same for a request to a vault, which sees to that vault itself: only when there is anything else.
pub(crate) fn hand_over_rest(router: &Router) -> Ticket {
    let Keeping { changed, clock, ticket, .. } = &router.keeping;
    if changed.is_raised() || *lock(clock) != router.clock.saved() {
        return hand_over(router);
    }
    // Somebody who is handing over lowers the flag first, and then has the ticket when the lock is free.
    router.arm.hold(|| Ticket::of(ticket))
}

/// All that there is was handed over by `changes`, which put it there anew.
pub(crate) fn hand_over_anew(router: &Router, changes: Vec<Change>) -> Ticket {
    let ticket = router.ledger.hand_over(changes);
    router.vaults.handed_over(ticket);
    ticket.put(&router.keeping.ticket);
    ticket
}

/// Stands for all that [`hand_over`] took so far.
pub(crate) fn ticket(router: &Router) -> Ticket {
    Ticket::of(&router.keeping.ticket)
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
    let mut written = lock(&router.keeping.clock);
    if *written != saved {
        changes.push(Change::put(Kind::Clock, "", "", &saved));
        *written = saved;
    }
}
