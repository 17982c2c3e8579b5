//! Files: certificates, federated tokens, the keys of Azure Arc.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::SecretBytes;

/// Reads files.
#[async_trait]
pub trait Files: Send + Sync + fmt::Debug {
    /// The whole of the file at `path`.
    ///
    /// # Errors
    /// `FileTooLarge` if it has more than `limit` bytes, else what the system reports.
    async fn read(&self, path: &Path, limit: u64) -> io::Result<SecretBytes>;
}

/// The machine's files.
#[derive(Debug)]
pub(super) struct MachineFiles;

#[async_trait]
impl Files for MachineFiles {
    async fn read(&self, path: &Path, limit: u64) -> io::Result<SecretBytes> {
        let path = path.to_owned();
        // A disk, or a volume on the network, may take its time.
        tokio::task::spawn_blocking(move || read_whole(path, limit))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::Interrupted.into()))
    }
}

fn read_whole(path: PathBuf, limit: u64) -> io::Result<SecretBytes> {
    // A pipe would hold up its reader for ever.
    if !std::fs::metadata(&path)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    // Room for all of it from the start: a buffer that grows leaves copies behind.
    let room = size.min(limit).saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or_default()));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|read| read <= limit) {
        Ok(SecretBytes::new(std::mem::take(&mut *bytes)))
    } else {
        Err(io::ErrorKind::FileTooLarge.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let path = std::env::temp_dir().join(format!("azvault-files-{}", std::process::id()));
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read_whole(path.clone(), 5).unwrap().expose(), b"12345");
        let error = read_whole(path.clone(), 4).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read_whole(path, 5).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
