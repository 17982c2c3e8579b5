//! The directory itself: who has it, and the key in it.

use std::{
    fs::{self, File},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
    process,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::seal::Sealer;
use crate::installation::files::{
    keep_private, lock_file, make_private_folder, named, warn_of_others, write_private,
};

const LOCK: &str = "lock";
const KEY: &str = "key";
const DATABASE: &str = "state.db";

/// A directory that is this process's until this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    /// Released with this, or when its process ends.
    lock: File,
}

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        make_private_folder(path)?;
        warn_of_others(path)?;
        Ok(Self { path: path.to_owned(), lock: take(path)? })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// What records are sealed with; made where there is neither a key nor anything that one could open.
    pub(super) fn sealer(&self) -> io::Result<Sealer> {
        let path = self.path.join(KEY);
        let database = self.database();
        // What SQLite leaves beside a database whose process was killed.
        let journal = with_suffix(&database, "-wal");
        let there = |path: &Path| path.try_exists().map_err(|error| named(path, &error));
        let (has_key, has_database) = (there(&path)?, there(&database)?);
        if !has_key && (has_database || there(&journal)?) {
            return Err(self.refused(format!(
                "{} is missing, and nothing in {} can be read without it. Put the file back",
                path.display(),
                database.display()
            )));
        }
        if !has_database && there(&journal)? {
            return Err(self.refused(format!(
                "{} is missing, though {} is there. Put the file back",
                database.display(),
                journal.display()
            )));
        }
        if !has_key {
            let key = Sealer::generate()?;
            write_private(&path, &URL_SAFE_NO_PAD.encode(&key))?;
            sync(&self.path)?;
        }
        keep_private(&path)?;
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(|error| named(&path, &error))?);
        let key = URL_SAFE_NO_PAD.decode(text.trim()).ok().map(Zeroizing::new);
        key.and_then(|key| Sealer::of(&key)).ok_or_else(|| {
            self.refused(format!("{} holds no key. Put the right file back", path.display()))
        })
    }

    /// Says what is wrong, and the other way out.
    pub(super) fn refused(&self, what: impl std::fmt::Display) -> io::Error {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{what}, or remove the directory {} to start with nothing: what it holds is lost then",
                self.path.display()
            ),
        )
    }
}

impl Drop for Folder {
    /// To close the file is not enough: a child that was forked at this moment has it until it executes its program.
    fn drop(&mut self) {
        if let Err(error) = fs4::FileExt::unlock(&self.lock) {
            tracing::debug!(%error, "the data directory's lock is released when its file is closed");
        }
    }
}

/// Locks the directory for this process, whose number is in the file for others to tell.
fn take(folder: &Path) -> io::Result<File> {
    let path = folder.join(LOCK);
    let mut file = lock_file(&path)?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => {}
        Err(fs4::TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // On some systems a locked file cannot be read.
            let _: io::Result<_> = file.read_to_string(&mut holder);
            let holder = match holder.trim() {
                "" => String::new(),
                process => format!(", process {process}"),
            };
            return Err(io::Error::new(
                io::ErrorKind::WouldBlock,
                format!(
                    "the directory {} is in use by another emulator{holder}. Stop that one, or name another directory",
                    folder.display()
                ),
            ));
        }
        Err(fs4::TryLockError::Error(error)) => return Err(named(&path, &error)),
    }
    let written = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", process::id()));
    written.map_err(|error| named(&path, &error))?;
    Ok(file)
}

/// Has the names in a folder survive a power loss.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| named(folder, &error))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_free_once_it_is_dropped_whoever_still_has_its_file() {
        let path = std::env::temp_dir().join(format!("azvault-folder-{}", uuid::Uuid::new_v4()));
        let folder = Folder::open(&path).unwrap();
        assert_eq!(Folder::open(&path).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        // As a child that was forked has it.
        let inherited = folder.lock.try_clone().unwrap();
        drop(folder);
        drop(Folder::open(&path).unwrap());
        drop(inherited);
        fs::remove_dir_all(&path).unwrap();
    }
}
