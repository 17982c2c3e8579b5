//! Archives that depend on nothing but what is put into them: no clock, no user, no order of a folder.

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use tar::{Builder, EntryType, Header};

/// A file to be put into an archive.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its name in the archive's one folder.
    pub(super) name: String,
    /// What is in it.
    pub(super) bytes: Vec<u8>,
    /// Whether it may be run.
    pub(super) program: bool,
}

/// A gzipped tar archive of one folder, its files sorted by name, all of them root's and as old as
/// `epoch` (seconds since 1970).
///
/// The same files give the same bytes, whoever packs them, wherever and whenever.
pub(super) fn packed(folder: &str, mut entries: Vec<Entry>, epoch: u64) -> Result<Vec<u8>> {
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    // The operating system is left out: 255 is "unknown" in RFC 1952.
    let gzip = GzBuilder::new().mtime(0).operating_system(255);
    let mut tar = Builder::new(gzip.write(Vec::new(), Compression::best()));
    tar.append_data(
        &mut header(EntryType::Directory, 0o755, 0, epoch),
        format!("{folder}/"),
        std::io::empty(),
    )?;
    for entry in &entries {
        let mode = if entry.program { 0o755 } else { 0o644 };
        let mut header = header(EntryType::Regular, mode, entry.bytes.len() as u64, epoch);
        let path = format!("{folder}/{}", entry.name);
        tar.append_data(&mut header, &path, entry.bytes.as_slice()).context(path)?;
    }
    Ok(tar.into_inner()?.finish()?)
}

fn header(kind: EntryType, mode: u32, size: u64, epoch: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(epoch);
    header.set_uid(0);
    header.set_gid(0);
    header
}

/// A line as `sha256sum --check` reads it.
pub(super) fn checksum(name: &str, bytes: &[u8]) -> String {
    let mut line = String::new();
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        write!(line, "{byte:02x}").ok();
    }
    line + "  " + name + "\n"
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |name: &str, program| Entry { name: name.into(), bytes: name.into(), program };
        vec![entry("azvault-emulator", true), entry("README.md", false)]
    }

    #[test]
    fn the_same_files_give_the_same_bytes_in_whatever_order_they_come() {
        let mut other = entries();
        other.reverse();
        let one = packed("a-0.1.0", entries(), 1_700_000_000).unwrap();
        assert_eq!(one, packed("a-0.1.0", other, 1_700_000_000).unwrap());
        assert_ne!(one, packed("a-0.1.0", entries(), 1_700_000_001).unwrap());
    }

    #[test]
    fn an_archive_is_one_folder_that_is_roots_and_as_old_as_its_commit() {
        let bytes = packed("a-0.1.0", entries(), 1_700_000_000).unwrap();
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes.as_slice()));
        let mut found = Vec::new();
        for entry in archive.entries().unwrap() {
            let mut entry = entry.unwrap();
            let header = entry.header().clone();
            assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
            assert_eq!(header.mtime().unwrap(), 1_700_000_000);
            let path = entry.path().unwrap().display().to_string();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            found.push((path, header.mode().unwrap(), text));
        }
        let file = |path: &str, mode, text: &str| (path.to_owned(), mode, text.to_owned());
        let expected = [
            file("a-0.1.0/", 0o755, ""),
            file("a-0.1.0/README.md", 0o644, "README.md"),
            file("a-0.1.0/azvault-emulator", 0o755, "azvault-emulator"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_checksum_is_a_line_that_sha256sum_checks() {
        // FIPS 180-2, appendix B.1.
        let expected =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.tar.gz\n";
        assert_eq!(checksum("a.tar.gz", b"abc"), expected);
    }
}
