//! What programs have to know of a running emulator, and where it is written down for `env`.

use std::{
    error::Error,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use azvault_emulator::Emulator;
use serde::{Deserialize, Serialize};

use super::{files::write, of_file, place::Place, trust_store::write_trust_store};

const RUNNING: &str = "running.json";
/// Locked for as long as the emulator of `running.json` runs; the system unlocks it, however that ends.
const LOCK: &str = "running.lock";

/// How often the lock is tried, and the wait in between: much longer than an `env` has it.
const ATTEMPTS: u32 = 5;
const PAUSE: Duration = Duration::from_millis(10);

/// What the variables are made of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) process: u32,
    pub(super) proxy: String,
    pub(super) authority: String,
    pub(super) tenant: String,
    pub(super) subscription: String,
    pub(super) identity_header: String,
    /// The certificate to trust, in PEM.
    pub(super) ca: PathBuf,
    /// The same as a trust store of Java.
    pub(super) trust_store: PathBuf,
    /// Configuration of the Azure CLI, in place of the user's.
    pub(super) azure_config: PathBuf,
}

impl Facts {
    /// Writes the files that clients read, and tells where they are.
    pub(super) fn of(
        emulator: &Emulator,
        place: &Place,
        identity_header: &str,
    ) -> Result<Self, Box<dyn Error>> {
        let trust_store = place.folder().join("ca.p12");
        write_trust_store(&trust_store, emulator.ca_pem())?;
        Ok(Self {
            process: std::process::id(),
            proxy: emulator.proxy_url().ok_or("the emulator has no proxy")?,
            authority: emulator.authority(),
            tenant: emulator.tenant_id().to_owned(),
            subscription: emulator.subscription_id().to_owned(),
            identity_header: identity_header.to_owned(),
            ca: place.ca_file(emulator.ca_pem())?,
            trust_store,
            azure_config: place.folder().join("azure"),
        })
    }
}

/// `running.json` of an installation, there for as long as this is.
#[derive(Debug)]
pub(super) struct Running {
    path: PathBuf,
    /// Unlocked when it is closed.
    _lock: File,
}

impl Running {
    /// `None` when another emulator of this installation runs, which `env` goes on to tell of.
    pub(super) fn announce(folder: &Path, facts: &Facts) -> io::Result<Option<Self>> {
        let mut attempts = ATTEMPTS;
        let lock = loop {
            attempts -= 1;
            match lock(folder, fs4::FileExt::try_lock)? {
                Some(lock) => break lock,
                None if attempts == 0 => return Ok(None),
                // An `env` that looks whether anybody has it has a share of it for a moment.
                None => thread::sleep(PAUSE),
            }
        };
        let path = folder.join(RUNNING);
        write(&path, &serde_json::to_vec_pretty(facts)?)?;
        Ok(Some(Self { path, _lock: lock }))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, "{RUNNING} could not be removed");
        }
    }
}

/// The facts of the emulator that runs on the installation in `folder`.
pub(super) fn read_running(folder: &Path) -> Result<Facts, String> {
    let none = || {
        format!(
            "no emulator runs on the installation in {}: start azvault-emulator first, or name another one by \
             --state-dir",
            folder.display()
        )
    };
    let path = folder.join(RUNNING);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(none()),
        Err(error) => return Err(of_file(&path, &error).to_string()),
    };
    let facts: Facts = serde_json::from_str(&text).map_err(|error| {
        format!("{}: {error}; restart the emulator to have it written anew", path.display())
    })?;
    // Shared, so that two who look at once do not take each other for the emulator.
    match lock(folder, fs4::FileExt::try_lock_shared) {
        Ok(Some(_)) => {
            Err(format!("{} (the last one, process {}, is gone)", none(), facts.process))
        }
        Ok(None) => Ok(facts),
        Err(error) => Err(error.to_string()),
    }
}

/// `None` when somebody else has it.
fn lock(
    folder: &Path,
    try_lock: fn(&File) -> Result<(), fs4::TryLockError>,
) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(|error| of_file(&path, &error))?;
    match try_lock(&file) {
        Ok(()) => Ok(Some(file)),
        Err(fs4::TryLockError::WouldBlock) => Ok(None),
        Err(fs4::TryLockError::Error(error)) => Err(of_file(&path, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_who_looks_is_not_taken_for_the_emulator() {
        let folder = std::env::temp_dir().join(format!("azvault-running-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&folder).unwrap();
        let of = |name: &str| folder.join(name);
        let facts = Facts {
            process: 1,
            proxy: String::new(),
            authority: String::new(),
            tenant: String::new(),
            subscription: String::new(),
            identity_header: String::new(),
            ca: of("ca.pem"),
            trust_store: of("ca.p12"),
            azure_config: of("azure"),
        };
        // As `kill -9` leaves it.
        fs::write(of(RUNNING), serde_json::to_vec(&facts).unwrap()).unwrap();
        let other = lock(&folder, fs4::FileExt::try_lock_shared).unwrap().unwrap();
        assert!(read_running(&folder).unwrap_err().contains("is gone"));
        drop(other);
        let running = Running::announce(&folder, &facts).unwrap().unwrap();
        assert!(read_running(&folder).is_ok());
        drop(running);
        fs::remove_dir_all(&folder).unwrap();
    }
}
