//! Crates as cargo packs them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;

/// Unpacks a crate into `place`, and says which folder it is.
pub(super) fn unpack(tarball: &Path, place: &Path) -> Result<PathBuf> {
    let file = std::fs::File::open(tarball).with_context(|| tarball.display().to_string())?;
    tar::Archive::new(GzDecoder::new(file)).unpack(place)?;
    let folder = tarball.file_stem().context("a tarball without a name")?;
    Ok(place.join(folder))
}

/// Makes a folder, or an empty one of what it was.
pub(super) fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(std::fs::create_dir_all(folder)?)
}
