//! Small files that other programs read: whole or not there at all.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::Path,
};

use uuid::Uuid;

use super::of_file;

/// Writes a file for the user alone, in place of one that is there.
pub(super) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    // Another process may be writing the same file.
    name.push(format!(".{}", Uuid::new_v4().simple()));
    let new = Path::new(&name);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(new)
        .and_then(|mut file| file.write_all(content))
        .and_then(|()| fs::rename(new, path));
    written.map_err(|error| {
        // It may not be there at all.
        let _ = fs::remove_file(new);
        of_file(path, &error)
    })
}
