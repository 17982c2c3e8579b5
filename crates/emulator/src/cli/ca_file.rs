//! The CA certificate in a file, for clients to trust.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use uuid::Uuid;

use super::of_file;

/// The CA certificate on disk, never its key; a file of our own choosing is removed at the end.
pub(super) struct CaFile {
    path: PathBuf,
    ours: bool,
}

impl CaFile {
    pub(super) fn write(path: Option<PathBuf>, pem: &str) -> io::Result<Self> {
        if let Some(path) = path {
            fs::write(&path, pem).map_err(|error| of_file(&path, &error))?;
            return Ok(Self { path, ours: false });
        }
        let path = std::env::temp_dir().join(format!("azvault-emulator-{}.pem", Uuid::new_v4()));
        // Never through a file or a link that somebody else put there.
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .and_then(|mut file| file.write_all(pem.as_bytes()))
            .map_err(|error| of_file(&path, &error))?;
        Ok(Self { path, ours: true })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if self.ours
            && let Err(error) = fs::remove_file(&self.path)
        {
            tracing::debug!(%error, "the CA file could not be removed");
        }
    }
}
