//! Where a client's suite is, and where its packages are kept: outside of the checkout.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders of one client.
#[derive(Debug)]
pub(super) struct Place {
    /// The client's name.
    pub(super) client: String,
    /// The root of the checkout.
    pub(super) root: PathBuf,
    /// `tests/conformance/CLIENT`.
    pub(super) suite: PathBuf,
    /// Where its packages are: `$AZVAULT_CONFORMANCE_HOME/CLIENT`, else in the user's cache.
    pub(super) home: PathBuf,
}

impl Place {
    /// The folders of a client; its home is made.
    pub(super) fn of(root: &Path, client: &str) -> Result<Self> {
        let home = match std::env::var_os("AZVAULT_CONFORMANCE_HOME") {
            Some(home) => PathBuf::from(home),
            None => cache()?.join("azvault/conformance"),
        };
        let home = home.join(client);
        std::fs::create_dir_all(&home).with_context(|| format!("making {}", home.display()))?;
        let suite = root.join("tests/conformance").join(client);
        Ok(Self { client: client.to_owned(), root: root.to_owned(), suite, home })
    }

    /// A path for what the runs of this checkout write.
    pub(super) fn own(&self, name: &str) -> Result<PathBuf> {
        let folder = self.root.join("target/conformance").join(&self.client);
        std::fs::create_dir_all(&folder)?;
        Ok(folder.join(name))
    }

    /// Installs what the suite's file of pins names, unless that has been done with the same pins.
    pub(super) fn install(&self, pins: &str, install: impl FnOnce() -> Result<()>) -> Result<()> {
        let wanted = std::fs::read(self.suite.join(pins))?;
        let installed = self.home.join("installed");
        if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        install()?;
        Ok(std::fs::write(installed, wanted)?)
    }
}

fn cache() -> Result<PathBuf> {
    if let Some(cache) = std::env::var_os("XDG_CACHE_HOME").filter(|cache| !cache.is_empty()) {
        return Ok(PathBuf::from(cache));
    }
    Ok(std::env::home_dir().context("no home folder: set AZVAULT_CONFORMANCE_HOME")?.join(".cache"))
}
