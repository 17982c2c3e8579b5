//! A program whose bytes do not tell where it was built.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{cargo, run as go};

/// What separates the flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";

/// Where a build happens, and as of when.
#[derive(Debug)]
pub(super) struct Place {
    /// The checkout.
    pub(super) root: PathBuf,
    /// Cargo's home, where the sources of others are unpacked.
    pub(super) cargo_home: PathBuf,
    /// The target triple.
    pub(super) target: String,
    /// The commit's time, in seconds since 1970.
    pub(super) epoch: u64,
}

impl Place {
    /// The folder that all is built in: apart, since its flags fit no other build.
    fn target_dir(&self) -> PathBuf {
        self.root.join("target").join("binaries")
    }

    /// Builds the emulator for release, stripped, and says where it is.
    pub(super) fn emulator(&self) -> Result<PathBuf> {
        let mut command = cargo(&["build", "--release", "--locked", "--package", super::EMULATOR])?;
        command.args(["--target", &self.target]).arg("--target-dir").arg(self.target_dir());
        for (name, value) in self.settings()? {
            command.env(name, value);
        }
        forget_own_flags(&mut command);
        go(&mut command)?;
        let folder = self.target_dir().join(&self.target).join("release");
        Ok(folder.join(self.program()))
    }

    /// The program's file name.
    pub(super) fn program(&self) -> String {
        let ending = if self.target.contains("-windows-") { ".exe" } else { "" };
        format!("{}{ending}", super::EMULATOR)
    }

    /// The environment that makes a build repeatable.
    ///
    /// - <https://reproducible-builds.org/specs/source-date-epoch/>
    /// - `rustc --remap-path-prefix`, and the same of C compilers but Microsoft's
    fn settings(&self) -> Result<Vec<(String, String)>> {
        let places = [(text(&self.root)?, "/azvault"), (text(&self.cargo_home)?, "/cargo")];
        let remapped = |flag: &str| -> Vec<String> {
            places.iter().map(|(from, to)| format!("{flag}={from}={to}")).collect()
        };
        let mut rust = remapped("--remap-path-prefix");
        let mut settings = vec![
            ("SOURCE_DATE_EPOCH".to_owned(), self.epoch.to_string()),
            ("CARGO_INCREMENTAL".to_owned(), "0".to_owned()),
            ("CARGO_PROFILE_RELEASE_STRIP".to_owned(), "symbols".to_owned()),
        ];
        if self.target.ends_with("-msvc") {
            // The linker puts the time of day into a program otherwise.
            rust.push("-Clink-arg=/Brepro".to_owned());
        } else {
            let flags = remapped("-ffile-prefix-map").join(" ");
            settings.push((format!("CFLAGS_{}", self.target.replace('-', "_")), flags));
        }
        settings.push(("CARGO_ENCODED_RUSTFLAGS".to_owned(), rust.join(SEPARATOR)));
        Ok(settings)
    }
}

/// What somebody has set for their own builds.
fn forget_own_flags(command: &mut Command) {
    for name in ["RUSTFLAGS", "CFLAGS", "CXXFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(target: &str) -> Vec<(String, String)> {
        let place = Place {
            root: "/home/me/azvault".into(),
            cargo_home: "/home/me/.cargo".into(),
            target: target.into(),
            epoch: 1_700_000_000,
        };
        place.settings().unwrap()
    }

    fn value(settings: &[(String, String)], name: &str) -> Option<String> {
        settings.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn neither_compiler_may_tell_where_the_sources_were() {
        let settings = settings("x86_64-unknown-linux-musl");
        assert_eq!(
            value(&settings, "CARGO_ENCODED_RUSTFLAGS").unwrap(),
            "--remap-path-prefix=/home/me/azvault=/azvault\u{1f}\
             --remap-path-prefix=/home/me/.cargo=/cargo"
        );
        assert_eq!(
            value(&settings, "CFLAGS_x86_64_unknown_linux_musl").unwrap(),
            "-ffile-prefix-map=/home/me/azvault=/azvault -ffile-prefix-map=/home/me/.cargo=/cargo"
        );
        assert_eq!(value(&settings, "SOURCE_DATE_EPOCH").unwrap(), "1700000000");
    }

    #[test]
    fn microsofts_linker_writes_no_time() {
        let settings = settings("x86_64-pc-windows-msvc");
        assert!(
            value(&settings, "CARGO_ENCODED_RUSTFLAGS")
                .unwrap()
                .ends_with("\u{1f}-Clink-arg=/Brepro")
        );
        assert_eq!(value(&settings, "CFLAGS_x86_64_pc_windows_msvc"), None);
    }
}
