//! The state of an emulator as a value: taken at one moment, written down, and put in the place of another.

mod file;

use std::{collections::BTreeMap, fmt, path::Path};

use crate::{
    error::Error,
    installation::write_private,
    router::Router,
    state::{Change, Record},
    whole::{self, Whole},
};

/// All that an emulator holds, at one moment.
///
/// That is every vault and managed HSM, live and deleted, with all that is in it; Resource Manager's groups, private
/// endpoints, operations and roles; the clock; whom the directory has seen; and the keys that backups and test
/// certificates are made with. It fits any emulator, on any port. Not in it are settings, the journal, faults on
/// order, what counts against limits, and sign-ins under way.
///
/// **It holds private keys and the values of secrets in the clear**, as do [`to_bytes`](Self::to_bytes) and the file.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use azvault_emulator::{Emulator, Snapshot};
///
/// let emulator = Emulator::in_memory();
/// let bytes = emulator.snapshot().await?.to_bytes();
/// // … in another process
/// let other = Emulator::in_memory();
/// other.restore(&Snapshot::from_bytes(&bytes)?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Snapshot {
    records: Vec<Record>,
}

impl Snapshot {
    /// The snapshot as JSON, with every secret in the clear.
    pub fn to_bytes(&self) -> Vec<u8> {
        file::write(&self.records)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, in this version or an older one.
    ///
    /// # Errors
    /// When it is no snapshot, or one of a newer version. Nothing of its content is told.
    ///
    /// ```
    /// let error = azvault_emulator::Snapshot::from_bytes(b"{}").unwrap_err();
    /// assert_eq!(error.to_string(), "the emulator could not read a snapshot");
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let records = file::read(bytes).map_err(|error| Error::new("read a snapshot", error))?;
        Ok(Self { records })
    }

    /// Writes it to a file that only its owner may read; one that is there is replaced as a whole.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let text = String::from_utf8(self.to_bytes());
        text.map_err(std::io::Error::other)
            .and_then(|text| write_private(path.as_ref(), &text))
            .map_err(|error| Error::new("write a snapshot", error))
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// As [`from_bytes`](Self::from_bytes), and when the file cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| {
            let error = std::io::Error::new(error.kind(), format!("{}: {error}", path.display()));
            Error::new("read a snapshot", error)
        })?;
        Self::from_bytes(&bytes)
    }
}

/// How many there are of each kind, and nothing of what they say.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts = BTreeMap::<&str, usize>::new();
        for record in &self.records {
            *counts.entry(record.kind.name()).or_default() += 1;
        }
        f.debug_map().entries(counts).finish()
    }
}

impl Router {
    /// The state between two requests: none is under way.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, Error> {
        let _alone = self.gate.write().await;
        let records = whole::records(self).map_err(|error| Error::new("take a snapshot", error))?;
        Ok(Snapshot { records })
    }

    /// Puts that state in the place of the present one, between two requests; a state that is not sound changes nothing.
    pub(crate) async fn restore(&self, snapshot: &Snapshot) -> Result<(), Error> {
        self.become_of(snapshot.records.clone(), |_| ()).await
    }

    /// As newly started, but with the keys that backups and test certificates are made with.
    pub(crate) async fn reset(&self) -> Result<(), Error> {
        self.become_of(Vec::new(), |router| {
            router.faults.clear();
            router.journal.clear();
            router.clear_throttling();
        })
        .await
    }

    /// Takes over the state of `records` and does `besides` at the same moment, also for a caller who goes away while
    /// it is written.
    async fn become_of(
        &self,
        mut records: Vec<Record>,
        besides: impl FnOnce(&Self),
    ) -> Result<(), Error> {
        // The keys are those of whoever was the last to take over a state.
        let _turn = self.keeping.replacing.lock().await;
        let failed = |error| Error::new("take over a state", error);
        for own in whole::keys(self) {
            let own = own.map_err(failed)?;
            if !records.iter().any(|record| record.kind == own.kind) {
                records.push(own);
            }
        }
        // Made before anybody has to wait.
        let state = Whole::load(self, records.clone()).map_err(failed)?;
        // Nobody sees the new state before it is written.
        let _alone = self.gate.write().await;
        state.take_over(self);
        besides(self);
        if !self.ledger.is_kept() {
            return Ok(());
        }
        let puts = records.into_iter().map(Change::Put);
        let changes = [Change::DeleteAll].into_iter().chain(puts).collect();
        let ticket = whole::hand_over_anew(self, changes);
        self.ledger.written(ticket).await.map_err(|error| Error::new("write its state", error))
    }
}
