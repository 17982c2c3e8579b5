//! Azure roles: what they allow, and who is assigned them where.
//!
//! The management plane writes here; a vault on Azure RBAC asks here. Neither knows the other.

mod action;
mod assignment;
mod built_in;
mod definition;
mod scope;

use std::sync::{Mutex, MutexGuard};

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(crate) use assignment::{Assignment, AssignmentDetails};
pub(crate) use definition::{Definition, RolePermission, Written};
pub(crate) use scope::Scope;

use crate::{
    locks::lock,
    state::{Change, Flag, Kind, Record, Records, Table, Unreadable},
};

/// Why an assignment is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AssignmentRefusal {
    /// The same role, principal and scope under another name, which this is.
    Exists(Uuid),
    /// The name is that of an assignment with another role, principal or scope.
    NotTheSame,
}

/// The roles of one emulator and their assignments.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    book: Mutex<Book>,
    /// How long changes of access are without effect.
    lag: Duration,
}

#[derive(Debug)]
pub(crate) struct Book {
    /// By their ids.
    custom: Table<Definition>,
    /// In the order of their making; those removed stay while they still count.
    assignments: Table<Assignment>,
}

impl Default for Book {
    fn default() -> Self {
        Self {
            custom: Table::new(Kind::RoleDefinition),
            assignments: Table::new(Kind::RoleAssignment),
        }
    }
}

impl Roles {
    pub(crate) fn new(lag: std::time::Duration) -> Self {
        Self { lag: lag.try_into().unwrap_or(Duration::MAX), ..Self::default() }
    }

    /// When a change of access that is made now counts, be it of roles or of access policies.
    pub(crate) fn counts_from(&self, now: OffsetDateTime) -> OffsetDateTime {
        now.saturating_add(self.lag)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.book)
    }

    /// The definition of that id, built in or custom.
    pub(crate) fn definition(&self, id: Uuid) -> Option<Definition> {
        self.book().definition(id).cloned()
    }

    /// All definitions, those built in first.
    pub(crate) fn definitions(&self) -> Vec<Definition> {
        built_in::definitions().iter().chain(self.book().custom.values()).cloned().collect()
    }

    pub(crate) fn define(&self, definition: Definition) {
        self.book().custom.insert(definition.id.to_string(), definition);
    }

    /// Takes a custom definition away; `Err` while somebody is assigned the role.
    pub(crate) fn undefine(&self, id: Uuid) -> Result<Option<Definition>, ()> {
        let mut book = self.book();
        if book.listed().any(|assignment| assignment.role == id) {
            return Err(());
        }
        Ok(book.custom.remove(&id.to_string()))
    }

    /// Makes an assignment, or changes what may be changed of one; tells whether it is new.
    pub(crate) fn assign(
        &self,
        name: Uuid,
        details: AssignmentDetails,
        by: &str,
        now: OffsetDateTime,
    ) -> Result<(Assignment, bool), AssignmentRefusal> {
        let mut book = self.book();
        book.tidy(now);
        let is_other =
            |known: &&Assignment| known.name != name && known.details.is_for_the_same(&details);
        if let Some(other) = book.listed().find(is_other) {
            return Err(AssignmentRefusal::Exists(other.name));
        }
        let is_it = |known: &Assignment| known.is_listed() && known.name == name;
        if let Some(assignment) = book.assignments.find_mut(is_it) {
            if !assignment.details.is_for_the_same(&details) {
                return Err(AssignmentRefusal::NotTheSame);
            }
            assignment.update(details, by, now);
            return Ok((assignment.clone(), false));
        }
        let assignment = Assignment::new(name, details, by, now, self.counts_from(now));
        book.assignments.push(assignment.clone());
        Ok((assignment, true))
    }

    pub(crate) fn assignment(&self, name: Uuid, scope: &Scope) -> Option<Assignment> {
        self.book().listed().find(|assignment| assignment.is(name, scope)).cloned()
    }

    /// The assignments that `wanted` takes, in the order of their making.
    pub(crate) fn assignments(&self, wanted: impl Fn(&Assignment) -> bool) -> Vec<Assignment> {
        self.book().listed().filter(|assignment| wanted(assignment)).cloned().collect()
    }

    /// Removes an assignment, and gives it.
    pub(crate) fn unassign(
        &self,
        name: Uuid,
        scope: &Scope,
        now: OffsetDateTime,
    ) -> Option<Assignment> {
        let mut book = self.book();
        let removed = book
            .assignments
            .find_mut(|assignment| assignment.is_listed() && assignment.is(name, scope))
            .map(|assignment| {
                assignment.remove(self.counts_from(now));
                assignment.clone()
            });
        book.tidy(now);
        removed
    }

    /// Removes what is assigned at `scope` and below it, at once: what is there was deleted.
    pub(crate) fn forget(&self, scope: &Scope) {
        self.book().assignments.retain(|_, assignment| !scope.covers(&assignment.details.scope));
    }

    /// The assignment that lets `principal` do `action`, a data action, to `resource`.
    pub(crate) fn granting(
        &self,
        principal: &str,
        resource: &Scope,
        action: &str,
        now: OffsetDateTime,
    ) -> Option<Uuid> {
        let book = self.book();
        book.assignments
            .values()
            .filter(|assignment| assignment.counts_for(principal, resource, now))
            .find(|assignment| {
                book.definition(assignment.role)
                    .is_some_and(|definition| definition.allows_data_action(action))
            })
            .map(|assignment| assignment.name)
    }

    /// Notes from now on what becomes of records, and raises `flag` with each change.
    pub(crate) fn keep(&self, flag: &Flag) {
        let mut book = self.book();
        book.custom.keep(flag.clone());
        book.assignments.keep(flag.clone());
    }

    pub(crate) fn take_changes(&self, changes: &mut Vec<Change>) {
        let mut book = self.book();
        book.custom.take_changes("", Definition::clone, changes);
        book.assignments.take_changes("", Assignment::clone, changes);
    }

    pub(crate) fn records(&self, records: &mut Vec<Record>) -> Result<(), Unreadable> {
        let book = self.book();
        records.extend(book.custom.records("", Definition::clone)?);
        records.extend(book.assignments.records("", Assignment::clone)?);
        Ok(())
    }

    /// What was loaded takes the place of what is there, and counts as written.
    pub(crate) fn replace(&self, loaded: Book) {
        *self.book() = loaded;
    }
}

impl Book {
    pub(crate) fn load(records: &mut Records) -> Result<Self, Unreadable> {
        let mut book = Self::default();
        book.custom.load(records.take(Kind::RoleDefinition, ""), Some)?;
        book.assignments.load(records.take(Kind::RoleAssignment, ""), Some)?;
        Ok(book)
    }

    fn definition(&self, id: Uuid) -> Option<&Definition> {
        built_in::definition(id).or_else(|| self.custom.get(&id.to_string()))
    }

    fn listed(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.values().filter(|assignment| assignment.is_listed())
    }

    fn tidy(&mut self, now: OffsetDateTime) {
        self.assignments.retain(|_, assignment| !assignment.is_over(now));
    }
}

#[cfg(test)]
mod tests;
