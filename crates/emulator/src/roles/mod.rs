//! Azure roles: what they allow, and who is assigned them where.
//!
//! The management plane writes here; a vault on Azure RBAC asks here. Neither knows the other.

mod action;
mod assignment;
mod built_in;
mod definition;
mod scope;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard},
};

use time::{Duration, OffsetDateTime};
use uuid::Uuid;

pub(crate) use assignment::{Assignment, AssignmentDetails};
pub(crate) use definition::{Definition, RolePermission, Written};
pub(crate) use scope::Scope;

use crate::locks::lock;

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

#[derive(Debug, Default)]
struct Book {
    custom: BTreeMap<Uuid, Definition>,
    /// In the order of their making; those removed stay while they still count.
    assignments: Vec<Assignment>,
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
        self.book().custom.insert(definition.id, definition);
    }

    /// Takes a custom definition away; `Err` while somebody is assigned the role.
    pub(crate) fn undefine(&self, id: Uuid) -> Result<Option<Definition>, ()> {
        let mut book = self.book();
        if book.listed().any(|assignment| assignment.role == id) {
            return Err(());
        }
        Ok(book.custom.remove(&id))
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
        let mut same = None;
        for assignment in book.assignments.iter_mut().filter(|assignment| assignment.is_listed()) {
            if assignment.name == name {
                same = Some(assignment);
            } else if assignment.details.is_for_the_same(&details) {
                return Err(AssignmentRefusal::Exists(assignment.name));
            }
        }
        if let Some(assignment) = same {
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
            .iter_mut()
            .find(|assignment| assignment.is_listed() && assignment.is(name, scope))
            .map(|assignment| {
                assignment.remove(self.counts_from(now));
                assignment.clone()
            });
        book.tidy(now);
        removed
    }

    /// Removes what is assigned at `scope` and below it, at once: what is there was deleted.
    pub(crate) fn forget(&self, scope: &Scope) {
        self.book().assignments.retain(|assignment| !scope.covers(&assignment.details.scope));
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
            .iter()
            .filter(|assignment| assignment.counts_for(principal, resource, now))
            .find(|assignment| {
                book.definition(assignment.role)
                    .is_some_and(|definition| definition.allows_data_action(action))
            })
            .map(|assignment| assignment.name)
    }
}

impl Book {
    fn definition(&self, id: Uuid) -> Option<&Definition> {
        built_in::definition(id).or_else(|| self.custom.get(&id))
    }

    fn listed(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.iter().filter(|assignment| assignment.is_listed())
    }

    fn tidy(&mut self, now: OffsetDateTime) {
        self.assignments.retain(|assignment| !assignment.is_over(now));
    }
}

#[cfg(test)]
mod tests;
