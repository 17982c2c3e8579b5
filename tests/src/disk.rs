//! Files that are on no disk.

use std::{
    collections::HashMap,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azvault_core::{
    SecretBytes,
    credentials::Files,
    time::{Clock, SystemClock},
};

/// What comes of reading a file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Paper {
    /// It has this content.
    Has(Vec<u8>),
    /// It cannot be read, for that reason.
    Fails(io::ErrorKind),
    /// It is this, but on a slow disk.
    After(Duration, Box<Paper>),
}

/// Stands in for the machine's files. What it was not given does not exist.
#[derive(Default)]
pub struct Disk {
    papers: Mutex<HashMap<PathBuf, Paper>>,
    read: Mutex<Vec<PathBuf>>,
}

impl Disk {
    /// A disk with these files.
    pub fn of(papers: impl IntoIterator<Item = (PathBuf, Paper)>) -> Arc<Self> {
        let papers = Mutex::new(papers.into_iter().collect());
        Arc::new(Self { papers, read: Mutex::default() })
    }

    /// The files that were asked for, in order.
    pub fn read(&self) -> Vec<PathBuf> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[async_trait]
impl Files for Disk {
    async fn read(&self, path: &Path, limit: u64) -> io::Result<SecretBytes> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
        let paper = self.papers.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        let mut paper = paper.ok_or(io::ErrorKind::NotFound)?;
        while let Paper::After(delay, then) = paper {
            SystemClock::new().sleep(delay).await;
            paper = *then;
        }
        match paper {
            Paper::Has(bytes) if bytes.len() as u64 > limit => {
                Err(io::ErrorKind::FileTooLarge.into())
            }
            Paper::Has(bytes) => Ok(SecretBytes::new(bytes)),
            Paper::Fails(kind) => Err(kind.into()),
            Paper::After(..) => Err(io::ErrorKind::Other.into()),
        }
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk { .. }")
    }
}
