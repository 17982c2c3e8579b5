//! The folder of an installation, or one of this run alone.

use std::{
    fs::{self, DirBuilder},
    io,
    path::{Path, PathBuf},
};

use azvault_emulator::EmulatorBuilder;
use clap::{ArgAction, Args, builder::BoolishValueParser};
use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};
use uuid::Uuid;

use super::{files::write, of_file};

/// Where the certificate authority and the key that signs tokens are.
#[derive(Debug, Args)]
pub(super) struct PlaceSettings {
    /// Folder that keeps the certificate authority, the key that signs tokens, the tenant and the subscription
    /// [default: azvault-emulator in the user's folder for the state of programs].
    #[arg(long, value_name = "FOLDER", env = "AZVAULT_EMULATOR_STATE_DIR")]
    state_dir: Option<PathBuf>,
    /// Keep nothing: a new certificate authority and new tokens in each run.
    #[arg(long, env = "AZVAULT_EMULATOR_EPHEMERAL", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    ephemeral: bool,
}

impl PlaceSettings {
    pub(super) fn open(&self) -> io::Result<Place> {
        if self.ephemeral {
            return Place::temporary();
        }
        let folder = self.kept()?;
        make(DirBuilder::new().recursive(true), &folder).map_err(|error| {
            let advice =
                "name a folder that may be written by --state-dir, or keep nothing by --ephemeral";
            io::Error::new(error.kind(), format!("{error}; {advice}"))
        })?;
        Ok(Place::Kept(folder))
    }

    /// The installation's folder, by its absolute path: others get it in their environment.
    pub(super) fn kept(&self) -> io::Result<PathBuf> {
        let folder = match &self.state_dir {
            Some(folder) => folder.clone(),
            None => default_folder()?,
        };
        std::path::absolute(&folder).map_err(|error| of_file(&folder, &error))
    }
}

fn default_folder() -> io::Result<PathBuf> {
    let arguments = AppStrategyArgs {
        top_level_domain: String::new(),
        author: String::new(),
        app_name: "azvault-emulator".to_owned(),
    };
    let strategy = choose_app_strategy(arguments).map_err(|error| {
        io::Error::other(format!(
            "{error}: name a folder by --state-dir, or keep nothing by --ephemeral"
        ))
    })?;
    Ok(strategy.state_dir().unwrap_or_else(|| strategy.data_dir()))
}

/// Makes a folder for the user alone.
fn make(builder: &mut DirBuilder, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(builder, 0o700);
    builder.create(path).map_err(|error| of_file(path, &error))
}

/// An open folder for what clients read.
#[derive(Debug)]
pub(super) enum Place {
    Kept(PathBuf),
    /// Removed at the end.
    Temporary(PathBuf),
}

impl Place {
    fn temporary() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("azvault-emulator-{}", Uuid::new_v4()));
        // Never a folder that somebody else put there.
        make(DirBuilder::new().recursive(false), &path)?;
        Ok(Self::Temporary(path))
    }

    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::Kept(path) | Self::Temporary(path) => path,
        }
    }

    pub(super) fn is_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    pub(super) fn builder(&self, builder: EmulatorBuilder) -> EmulatorBuilder {
        match self {
            Self::Kept(path) => builder.installation(path),
            Self::Temporary(_) => builder,
        }
    }

    /// The file of the authority's certificate, which an installation has already.
    pub(super) fn ca_file(&self, pem: &str) -> io::Result<PathBuf> {
        let path = self.folder().join("ca.pem");
        if !self.is_kept() {
            write(&path, pem.as_bytes())?;
        }
        Ok(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Temporary(path) = self
            && let Err(error) = fs::remove_dir_all(&*path)
        {
            tracing::debug!(%error, "the folder of this run could not be removed");
        }
    }
}
