//! How a plan prints.

use std::fmt;

use azvault_management::{Difference, RefusalReason, VaultAction, VaultField};

use super::{FleetPlan, ObjectAction, PlannedObject, PlannedVault};
use crate::check::same;

/// Says which subscription the lines that follow are about, where a plan is about several.
struct Heading<'a> {
    several: bool,
    said: Option<&'a str>,
}

impl<'a> Heading<'a> {
    fn of(plan: &'a FleetPlan) -> Self {
        let mut all = plan.subscriptions();
        let first = all.next().unwrap_or_default();
        Self { several: all.any(|other| !same(first, other)), said: None }
    }

    fn write(&mut self, f: &mut fmt::Formatter<'_>, subscription: &'a str) -> fmt::Result {
        if !self.several || self.said.is_some_and(|said| same(said, subscription)) {
            return Ok(());
        }
        self.said = Some(subscription);
        writeln!(f, "subscription {}", subscription.to_ascii_lowercase())
    }
}

impl FleetPlan {
    /// Those in which something will be done, or is refused.
    fn subscriptions(&self) -> impl Iterator<Item = &str> {
        let vaults = self.vaults.iter().filter(|vault| !vault.is_empty());
        let groups = self.groups.iter().map(|group| group.subscription.as_str());
        let deletions = self.deletions.iter().map(|deletion| deletion.subscription.as_str());
        groups.chain(vaults.map(|vault| vault.subscription.as_str())).chain(deletions)
    }
}

impl fmt::Display for FleetPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut heading = Heading::of(self);
        for group in &self.groups {
            heading.write(f, &group.subscription)?;
            writeln!(f, "+ create resource group: {} ({})", group.name, group.location)?;
        }
        for vault in self.vaults.iter().filter(|vault| !vault.is_empty()) {
            heading.write(f, &vault.subscription)?;
            writeln!(f, "{vault}")?;
        }
        for deletion in &self.deletions {
            heading.write(f, &deletion.subscription)?;
            writeln!(
                f,
                "- delete: {}/{} with all that is in it; it can be recovered until its retention ends",
                deletion.resource_group, deletion.name
            )?;
        }
        write!(
            f,
            "Plan: {} to create, {} to recover, {} to update, {} unchanged, {} refused",
            self.count(VaultAction::Create),
            self.count(VaultAction::Recover),
            self.count(VaultAction::Update),
            self.count(VaultAction::Nothing),
            self.count(VaultAction::Refused),
        )?;
        match self.deletions.len() {
            0 => Ok(()),
            count => write!(f, ", {count} to delete"),
        }
    }
}

impl fmt::Display for PlannedVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.vault.is_empty() && !self.is_empty() {
            let group = self.vault.resource_group();
            write!(f, "~ update in place: {group}/{}", self.name())?;
        } else {
            write!(f, "{}", self.vault)?;
        }
        if self.action() == VaultAction::Refused {
            let mut hints = self.vault.refusals().iter().filter_map(|it| in_a_file(it.reason()));
            return hints.try_for_each(|hint| write!(f, "\n    in a file: {hint}"));
        }
        if self.action() == VaultAction::Update {
            let mut notes = self.vault.differences().iter().filter_map(consequence);
            notes.try_for_each(|note| write!(f, "\n    note: {note}"))?;
        }
        for role in &self.roles {
            write!(f, "\n    + role {}: {}", role.role, role.principal.object_id)?;
        }
        if self.by_policies && !self.roles.is_empty() {
            write!(
                f,
                "\n    note: the vault goes by access policies; roles do not open what is in it"
            )?;
        }
        for object in &self.objects {
            write!(f, "\n    {object}")?;
        }
        Ok(())
    }
}

/// What a change of a vault that is there takes away from others, or for good.
fn consequence(difference: &Difference) -> Option<&'static str> {
    match (difference.field(), difference.to()) {
        (VaultField::RbacAuthorization, "true") => {
            Some("its access policies have no effect from then on")
        }
        (VaultField::RbacAuthorization, _) => Some("roles do not open what is in it from then on"),
        (VaultField::PurgeProtection, "true") => {
            Some("purge protection cannot be taken away again")
        }
        _ => None,
    }
}

/// What would be right, where a refusal says it in terms of Rust alone.
fn in_a_file(reason: RefusalReason) -> Option<&'static str> {
    match reason {
        RefusalReason::GoesByRoles => Some("[[vault.role]], or authorization = \"policies\""),
        RefusalReason::PurgeProtection => Some("leave out purge_protection = false"),
        _ => None,
    }
}

impl fmt::Display for PlannedObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = (self.kind(), &self.name);
        match &self.action {
            ObjectAction::Create => write!(f, "+ {kind} {name}: {}", self.wanted),
            ObjectAction::Recover => write!(f, "↺ {kind} {name}: deleted, with all its versions"),
            ObjectAction::LookOnceBack => {
                write!(f, "? {kind} {name}: if it is not there once the vault is back")
            }
            ObjectAction::LookAgain(error) => {
                write!(
                    f,
                    "? {kind} {name}: if it is not there; it could not be looked for: {error}"
                )
            }
        }
    }
}
