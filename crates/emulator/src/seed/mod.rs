//! What an emulator begins with: vaults and what is in them, from a file.
//!
//! Reading finds every mistake that can be found without an emulator; a rehearsal on one of its own finds the
//! others, before anything is changed. What is made is made by the emulator's own operations.

mod apply;
mod certificates;
mod file;
mod keys;
mod pem;
mod plan;
mod report;
mod sources;

use std::{fmt, fs, path::Path, sync::Arc};

pub use report::SeedReport;

pub(crate) use apply::sow;

use crate::{entra::Principals, error::Error};
use plan::Plan;
use sources::Sources;

const READ: &str = "read its seed";

/// What an emulator begins with: vaults, secrets, keys, certificates, who may use them, and who signs in.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use azvault_emulator::{Emulator, Seed};
///
/// let seed = Seed::from_toml(
///     r#"
///     [[vaults]]
///     name = "my-vault"
///
///     [[vaults.secrets]]
///     name = "db-password"
///     value = "s3cret"
///
///     [[vaults.keys]]
///     name = "signing"
///     type = "EC"
///     "#,
/// )?;
/// let emulator = Emulator::in_memory();
/// let report = emulator.seed(&seed).await?;
/// assert_eq!(report.made(), ["secret 'db-password' in 'my-vault'", "key 'signing' in 'my-vault'"]);
/// # Ok(())
/// # }
/// ```
///
/// docs/seeding.md has every field.
#[derive(Clone)]
pub struct Seed {
    plan: Arc<Plan>,
}

impl Seed {
    /// Reads a file: JSON when its name ends in `.json`, TOML otherwise. Files that it names are looked for beside it.
    ///
    /// # Errors
    /// When it, or a file or variable that it names, cannot be read, or something in it is not right; the error says
    /// where, and repeats no value.
    ///
    /// ```
    /// let error = azvault_emulator::Seed::read("no/such/seed.toml").unwrap_err();
    /// assert_eq!(error.to_string(), "the emulator could not read its seed");
    /// ```
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let named = |what: String| Error::new(READ, format!("{}: {what}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let is_json = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("json"));
        let file = if is_json { file::json(&text) } else { file::toml(&text) };
        file.and_then(|file| Plan::of(file, &Sources::beside(folder))).map(Self::of).map_err(named)
    }

    /// Reads TOML; files that it names are looked for in the current folder.
    ///
    /// # Errors
    /// As of [`read`](Self::read).
    ///
    /// ```
    /// let error = azvault_emulator::Seed::from_toml("[[vaults]]\nname = 'a-vault'\nsecret = 'x'").unwrap_err();
    /// assert!(format!("{error:?}").contains("unknown field `secret`"));
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        Self::from_file(file::toml(text), &Sources::beside(Path::new("")))
    }

    /// Reads JSON with the same names; files that it names are looked for in the current folder.
    ///
    /// # Errors
    /// As of [`read`](Self::read).
    ///
    /// ```
    /// let text = r#"{"vaults": [{"name": "my-vault", "secrets": [{"name": "s", "value": "v"}]}]}"#;
    /// let seed = azvault_emulator::Seed::from_json(text)?;
    /// # drop(seed);
    /// # Ok::<(), azvault_emulator::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        Self::from_file(file::json(text), &Sources::beside(Path::new("")))
    }

    /// Reads JSON that came from somewhere else: it may name neither files nor variables of this machine.
    pub(crate) fn from_elsewhere(text: &str) -> Result<Self, Error> {
        Self::from_file(file::json(text), &Sources::none())
    }

    fn from_file(file: Result<file::File, String>, sources: &Sources) -> Result<Self, Error> {
        let plan = file.and_then(|file| Plan::of(file, sources));
        plan.map(Self::of).map_err(|what| Error::new(READ, what))
    }

    fn of(plan: Plan) -> Self {
        Self { plan: Arc::new(plan) }
    }

    /// Who is to sign in, if it says so; for the start of an emulator alone.
    pub(crate) fn principals(&self) -> Option<&Principals> {
        self.plan.principals.as_ref()
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seed").field("vaults", &self.plan.vaults.len()).finish_non_exhaustive()
    }
}
