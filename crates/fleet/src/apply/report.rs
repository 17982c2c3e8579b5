//! What became of a plan, vault by vault.

use std::{fmt, sync::Arc};

use azvault_core::Error;

use super::Step;

/// What became of a plan, vault by vault. `Display` prints a line for each vault about which
/// something was done or failed, and a summary; it holds no value of a secret.
#[derive(Clone, Debug, Default)]
#[must_use = "what failed is told here and nowhere else"]
pub struct FleetReport {
    pub(super) vaults: Vec<VaultReport>,
}

/// What became of one vault.
#[derive(Clone, Debug)]
pub struct VaultReport {
    pub(super) name: String,
    pub(super) subscription: String,
    pub(super) steps: Vec<Step>,
    pub(super) at: Option<String>,
    pub(super) outcome: Outcome,
}

/// How the work on a vault ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// There was nothing to do.
    Unchanged,
    /// All was done.
    Done,
    /// It cannot be made what is wanted; nothing was done.
    Refused(Arc<Error>),
    /// A step failed; those before it are done.
    Failed(Arc<Error>),
}

impl FleetReport {
    /// Each vault of the plan, in its order; those that were to be deleted at the end.
    pub fn vaults(&self) -> &[VaultReport] {
        &self.vaults
    }

    /// The vaults that failed or were refused.
    pub fn failed(&self) -> impl Iterator<Item = &VaultReport> {
        self.vaults.iter().filter(|vault| vault.error().is_some())
    }

    /// Whether something failed or was refused.
    pub fn has_failures(&self) -> bool {
        self.failed().next().is_some()
    }

    fn steps(&self, step: &Step) -> usize {
        self.vaults.iter().filter(|vault| vault.steps.contains(step)).count()
    }

    fn outcomes(&self, wanted: impl Fn(&Outcome) -> bool) -> usize {
        self.vaults.iter().filter(|vault| wanted(&vault.outcome)).count()
    }
}

impl VaultReport {
    /// The vault's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The subscription's id.
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// What was done, in this order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What failed, if that is a role, a secret or a key and not the vault itself: `the secret
    /// db-password` for instance.
    pub fn failed_at(&self) -> Option<&str> {
        self.at.as_deref()
    }

    /// How it ended.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Why it failed or was refused, if it was.
    pub fn error(&self) -> Option<&Error> {
        match &self.outcome {
            Outcome::Refused(error) | Outcome::Failed(error) => Some(error),
            Outcome::Unchanged | Outcome::Done => None,
        }
    }
}

impl fmt::Display for VaultReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.steps.iter().map(ToString::to_string).collect();
        let steps = steps.join(", ");
        let name = &self.name;
        let at = self.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
        match &self.outcome {
            Outcome::Unchanged => write!(f, "{name}: unchanged"),
            Outcome::Done if steps.is_empty() => write!(f, "{name}: done by somebody else"),
            Outcome::Done => write!(f, "{name}: {steps}"),
            Outcome::Refused(error) => write!(f, "{name}: refused: {error}"),
            Outcome::Failed(error) if steps.is_empty() => write!(f, "{name}: failed{at}: {error}"),
            Outcome::Failed(error) => write!(f, "{name}: {steps}, then failed{at}: {error}"),
        }
    }
}

impl fmt::Display for FleetReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for vault in &self.vaults {
            if !matches!(vault.outcome, Outcome::Unchanged) {
                writeln!(f, "{vault}")?;
            }
        }
        let (created, recovered) = (Step::VaultCreated, Step::VaultRecovered);
        let updated = |vault: &&VaultReport| {
            let whole = [&created, &recovered, &Step::VaultDeleted];
            !vault.steps.is_empty() && !vault.steps.iter().any(|step| whole.contains(&step))
        };
        // Those too that somebody else has seen to since the plan.
        let unchanged = |vault: &&VaultReport| vault.steps.is_empty() && vault.error().is_none();
        write!(
            f,
            "Done: {} created, {} recovered, {} updated, {} unchanged, {} failed, {} refused",
            self.steps(&created),
            self.steps(&recovered),
            self.vaults.iter().filter(updated).count(),
            self.vaults.iter().filter(unchanged).count(),
            self.outcomes(|it| matches!(it, Outcome::Failed(_))),
            self.outcomes(|it| matches!(it, Outcome::Refused(_))),
        )?;
        match self.steps(&Step::VaultDeleted) {
            0 => Ok(()),
            count => write!(f, ", {count} deleted"),
        }
    }
}
