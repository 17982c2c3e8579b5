//! What came of a seed.

use serde::Serialize;

/// What was made of a seed, and what was there already and left alone.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use azvault_emulator::{Emulator, Seed};
/// let seed = Seed::from_toml("[[vaults]]\nname = 'kv-1'\nsecrets = [{ name = 's', value = 'v' }]")?;
/// let emulator = Emulator::in_memory();
/// assert_eq!(emulator.seed(&seed).await?.made().len(), 1);
/// let again = emulator.seed(&seed).await?;
/// assert!(again.made().is_empty());
/// assert_eq!(again.left_alone(), ["secret 's' in 'kv-1'"]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SeedReport {
    pub(super) made: Vec<String>,
    pub(super) left_alone: Vec<String>,
}

impl SeedReport {
    /// What was made, in the order of the seed.
    pub fn made(&self) -> &[String] {
        &self.made
    }

    /// What was there already, deleted or not, and is as it was.
    pub fn left_alone(&self) -> &[String] {
        &self.left_alone
    }
}
