//! How a plan prints.

use std::fmt;

use super::{VaultAction, VaultPlan};

impl fmt::Display for VaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.action() {
            VaultAction::Create => "+ create",
            VaultAction::Recover => "↺ recover",
            VaultAction::Update => "~ update in place",
            VaultAction::Nothing => "= nothing to do",
            VaultAction::Refused => "! refused",
        };
        write!(f, "{what}: {}/{}", self.resource_group(), self.vault_name())?;
        if let (VaultAction::Recover, Some(deleted)) = (self.action(), self.deleted()) {
            if let Some(date) = deleted.deleted_on() {
                write!(f, "\n    deleted on {}", date.date())?;
            }
            write!(f, "\n    then what differs, once it is back")?;
        }
        for refusal in self.refusals() {
            write!(f, "\n    ! {refusal}")?;
        }
        for difference in self.differences() {
            write!(f, "\n    {difference}")?;
        }
        Ok(())
    }
}
