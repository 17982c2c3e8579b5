//! Files of an installation and of a data directory: whole or not there at all, and the secret ones for their owner alone.
//!
//! On Windows they have the rights of the folder that they are in, which in a profile are the user's.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The system's errors do not name the file.
pub(crate) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Makes a folder, and those above it, that only the owner may enter; one that is there stays as it is.
pub(crate) fn make_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| named(path, &error))
}

/// Opens or makes a file to lock, which is written to then: one that a link leads to is somebody else's.
pub(crate) fn lock_file(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|file| file.is_symlink()) {
        let words = format!("{} is a link. Remove it, or name another folder", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| named(path, &error))
}

/// Writes a file that only the owner may read; whoever reads it meanwhile sees the old one or the new one.
pub(crate) fn write_private(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, 0o600)
}

/// The same for what everybody may read.
pub(crate) fn write_public(path: &Path, text: &str) -> io::Result<()> {
    write(path, text, 0o644)
}

fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let new = with_suffix(path, ".new");
    let written = (|| {
        // What a process that was killed left behind.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        let mut file = options.open(&new)?;
        file.write_all(text.as_bytes())?;
        // A name that appears before its content would be a damaged file after a power loss.
        file.sync_all()?;
        fs::rename(&new, path)
    })();
    written.map_err(|error| named(path, &error))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Says so when anybody may put another certificate there for clients to trust; the sticky bit keeps ours in its place.
pub(crate) fn warn_of_others(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            fs::metadata(folder).map_err(|error| named(folder, &error))?.permissions().mode();
        if mode & 0o1002 == 0o002 {
            tracing::warn!(
                folder = %folder.display(),
                "everybody on this machine may write to this folder, and so pose as the emulator"
            );
        }
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Takes rights away that others have been given on a secret file, and says so.
pub(crate) fn keep_private(path: &Path) -> io::Result<()> {
    take_away(path, 0o077)
}

/// The same of the folder around secret files, which others must not put theirs into.
pub(crate) fn keep_own(folder: &Path) -> io::Result<()> {
    take_away(folder, 0o022)
}

fn take_away(path: &Path, rights: u32) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(|error| named(path, &error))?.permissions().mode();
        // The sticky bit, as mounted secrets have it, keeps what is there in its place.
        if mode & rights != 0 && mode & 0o1000 == 0 {
            tracing::warn!(
                path = %path.display(),
                "others had rights to this; only its owner has from now on"
            );
            fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))
                .map_err(|error| named(path, &error))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, rights);
    Ok(())
}
