//! The keys or secrets of one vault and their life: live, deleted, being deleted, being recovered, purged.
//!
//! Nothing runs in the background: what the clock has brought about since is applied when an
//! object is looked at.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use time::OffsetDateTime;

use super::{
    Content,
    deadlines::Deadlines,
    kept::Marks,
    object::{Deletion, Object, Settled, State, Version},
};
use crate::{
    clock::after,
    vault::{ServiceError, VaultProperties},
};

const SECONDS_A_DAY: i64 = 86_400;

/// Objects by lower-cased name: names are the same whatever their case.
#[derive(Debug)]
pub(crate) struct Store<C: Content> {
    objects: BTreeMap<String, Object<C>>,
    /// Of all objects that are not live.
    deadlines: Deadlines,
    pub(super) marks: Marks,
}

impl<C: Content> Default for Store<C> {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), deadlines: Deadlines::default(), marks: Marks::default() }
    }
}

impl<C: Content> Store<C> {
    /// Applies what the clock has brought about to one object, and finds it.
    fn settled(&mut self, name: &str, now: OffsetDateTime) -> Option<&mut Object<C>> {
        let id = name.to_ascii_lowercase();
        match self.objects.get_mut(&id)?.settle(now) {
            Settled::AsBefore => {}
            Settled::Changed => {
                self.mark(&id);
                self.moved(&id);
            }
            Settled::Purged => {
                if let Some(object) = self.objects.remove(&id) {
                    self.marks.purged(&id, &object);
                    self.moved(&id);
                }
            }
        }
        self.objects.get_mut(&id)
    }

    /// To be called after an object's state was changed, or it is gone.
    fn moved(&mut self, id: &str) {
        self.deadlines.set(id, self.objects.get(id).and_then(Object::deadline));
    }

    /// Applies what the clock has brought about to all objects.
    fn settle(&mut self, now: OffsetDateTime) {
        for id in self.deadlines.due(now) {
            self.settled(&id, now);
        }
    }

    /// Takes over an object that was read; it is in the state that it was written in.
    pub(super) fn insert_loaded(&mut self, id: String, object: Object<C>) {
        self.deadlines.set(&id, object.deadline());
        self.objects.insert(id, object);
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Object<C>> {
        self.objects.get_mut(id)
    }

    /// All objects whatever their state, in the order of their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Object<C>)> {
        self.objects.iter()
    }

    /// To be called before an object is changed.
    fn mark(&mut self, id: &str) {
        if self.marks.is_kept()
            && let Some(object) = self.objects.get_mut(id)
        {
            self.marks.changed(id, object);
        }
    }

    /// The object, for whoever changes it.
    fn marked(&mut self, name: &str) -> Option<&mut Object<C>> {
        let id = name.to_ascii_lowercase();
        self.mark(&id);
        self.objects.get_mut(&id)
    }

    /// Whether nothing was ever put here, or all of it is gone.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The live object, to read or to use.
    pub(crate) fn readable(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<&Object<C>, ServiceError> {
        match self.settled(name, now) {
            Some(object) if matches!(object.state, State::Live) => Ok(object),
            _ => Err(ServiceError::not_found(C::KIND, name)),
        }
    }

    /// The live object, to change; one in transition refuses with a conflict.
    pub(crate) fn writable(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<&mut Object<C>, ServiceError> {
        let missing = || ServiceError::not_found(C::KIND, name);
        match self.settled(name, now).ok_or_else(missing)?.state {
            State::Live => self.marked(name).ok_or_else(missing),
            State::Recovering { .. } => Err(ServiceError::being_recovered(C::KIND)),
            State::Deleted { done, .. } if done > now => Err(ServiceError::being_deleted(C::KIND)),
            State::Deleted { .. } | State::Purging { .. } => Err(missing()),
        }
    }

    /// Refuses unless a version of this name can be made now.
    pub(crate) fn check_name(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<(), ServiceError> {
        match self.settled(name, now).map(|object| object.state) {
            None | Some(State::Live) => Ok(()),
            Some(State::Recovering { .. }) => {
                Err(ServiceError::name_is_being_recovered(C::KIND, name))
            }
            Some(State::Purging { .. }) => Err(ServiceError::being_deleted(C::KIND)),
            Some(State::Deleted { done, .. }) if done > now => {
                Err(ServiceError::being_deleted(C::KIND))
            }
            Some(State::Deleted { .. }) => Err(ServiceError::name_is_deleted(C::KIND, name)),
        }
    }

    /// Refuses unless nothing at all has this name, in whatever state.
    pub(crate) fn check_absent(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<(), ServiceError> {
        self.check_name(name, now)?;
        match self.settled(name, now) {
            Some(_) => Err(ServiceError::name_is_taken(C::KIND, name)),
            None => Ok(()),
        }
    }

    /// Puts a restored object under its name; gives it back if the name is taken: by a live object,
    /// a deleted one, or one on its way.
    pub(crate) fn restore(
        &mut self,
        mut object: Object<C>,
        now: OffsetDateTime,
    ) -> Result<&Object<C>, Box<Object<C>>> {
        use std::collections::btree_map::Entry;
        self.settled(&object.name, now);
        match self.objects.entry(object.name.to_ascii_lowercase()) {
            Entry::Occupied(_) => Err(Box::new(object)),
            Entry::Vacant(entry) => {
                self.marks.made(entry.key(), &mut object);
                Ok(entry.insert(object))
            }
        }
    }

    /// Makes `version` the latest of `name`, for whoever changes more of it; the name was checked under the same lock.
    pub(crate) fn add(&mut self, name: &str, version: Version<C>) -> &mut Object<C> {
        self.mark(&name.to_ascii_lowercase());
        self.grown(name, version)
    }

    /// Makes `version` the latest of `name`, and changes nothing besides; the name was checked under the same lock.
    pub(crate) fn push(&mut self, name: &str, version: Version<C>) -> &Object<C> {
        self.grown(name, version)
    }

    fn grown(&mut self, name: &str, version: Version<C>) -> &mut Object<C> {
        use std::collections::btree_map::Entry;
        match self.objects.entry(name.to_ascii_lowercase()) {
            Entry::Occupied(mut entry) => {
                if self.marks.is_kept() {
                    let id = entry.key().clone();
                    self.marks.grows(&id, entry.get_mut());
                }
                let object = entry.into_mut();
                object.push(version);
                object
            }
            Entry::Vacant(entry) => {
                let mut object = Object::new(name, version);
                self.marks.made(entry.key(), &mut object);
                entry.insert(object)
            }
        }
    }

    pub(crate) fn delete(
        &mut self,
        name: &str,
        now: OffsetDateTime,
        properties: &VaultProperties,
    ) -> Result<(&Object<C>, Deletion), ServiceError> {
        let object = self.writable(name, now)?;
        let deleted_date = now.unix_timestamp();
        let deletion = Deletion {
            deleted_date,
            scheduled_purge_date: deleted_date
                + i64::from(properties.retention_days) * SECONDS_A_DAY,
        };
        object.state = State::Deleted { deletion, done: after(now, properties.deletion_lag) };
        let id = name.to_ascii_lowercase();
        self.moved(&id);
        let missing = || ServiceError::not_found(C::KIND, name);
        Ok((self.objects.get(&id).ok_or_else(missing)?, deletion))
    }

    /// The deleted object, once its deletion is done.
    pub(crate) fn deleted(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<(&Object<C>, Deletion), ServiceError> {
        match self.settled(name, now) {
            Some(Object { state: State::Deleted { done, .. }, .. }) if *done > now => {
                Err(ServiceError::deleted_not_found(C::KIND, name))
            }
            Some(object) => match object.state {
                State::Deleted { deletion, .. } => Ok((object, deletion)),
                _ => Err(ServiceError::not_found(C::KIND, name)),
            },
            None => Err(ServiceError::not_found(C::KIND, name)),
        }
    }

    pub(crate) fn recover(
        &mut self,
        name: &str,
        now: OffsetDateTime,
        properties: &VaultProperties,
    ) -> Result<&Object<C>, ServiceError> {
        let object = self.deleted_for_change(name, now)?;
        object.state = State::Recovering { until: after(now, properties.recovery_lag) };
        object.settle(now);
        let id = name.to_ascii_lowercase();
        self.moved(&id);
        self.objects.get(&id).ok_or_else(|| ServiceError::not_found(C::KIND, name))
    }

    pub(crate) fn purge(
        &mut self,
        name: &str,
        now: OffsetDateTime,
        properties: &VaultProperties,
    ) -> Result<(), ServiceError> {
        let object = self.deleted_for_change(name, now)?;
        object.state = State::Purging { until: after(now, properties.purge_lag) };
        self.moved(&name.to_ascii_lowercase());
        // Without a lag the object is gone now, with its key material.
        self.settled(name, now);
        Ok(())
    }

    /// Brings what a certificate owns to the state that the certificate has in `leader`, if it owns what has this name:
    /// one that was never issued has neither key nor secret.
    pub(crate) fn follow<D: Content>(&mut self, name: &str, leader: &Store<D>) {
        let id = name.to_ascii_lowercase();
        let owned = |object: &Object<C>| C::is_managed(&object.latest);
        if !self.objects.get(&id).is_some_and(owned) {
            return;
        }
        match leader.objects.get(&id).map(|object| object.state) {
            Some(state) => {
                if let Some(object) = self.marked(name) {
                    object.state = state;
                }
            }
            None => {
                if let Some(object) = self.objects.remove(&id) {
                    self.marks.purged(&id, &object);
                }
            }
        }
        self.moved(&id);
    }

    /// The deleted object, for recovery and purge, which meet a conflict while it is in transition.
    fn deleted_for_change(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<&mut Object<C>, ServiceError> {
        let missing = || ServiceError::not_found(C::KIND, name);
        match self.settled(name, now).ok_or_else(missing)?.state {
            State::Deleted { done, .. } if done > now => Err(ServiceError::being_deleted(C::KIND)),
            State::Deleted { .. } => self.marked(name).ok_or_else(missing),
            State::Recovering { .. } => Err(ServiceError::being_recovered(C::KIND)),
            State::Live | State::Purging { .. } => Err(missing()),
        }
    }

    /// Live objects in the order of their ids, those after `after` only.
    pub(crate) fn live_after<'a>(
        &'a mut self,
        after: &'a str,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&'a str, &'a Object<C>)> {
        self.settle(now);
        let all = self.objects.range::<str, _>((Excluded(after), Unbounded));
        all.filter(|(_, object)| matches!(object.state, State::Live))
            .map(|(id, object)| (id.as_str(), object))
    }

    /// Deleted objects in the order of their ids, those after `after` only.
    pub(crate) fn deleted_after<'a>(
        &'a mut self,
        after: &'a str,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&'a str, (&'a Object<C>, Deletion))> {
        self.settle(now);
        let objects = &self.objects;
        self.deadlines.ids_after(after).filter_map(move |id| {
            let object = objects.get(id)?;
            match object.state {
                State::Deleted { deletion, done } if done <= now => Some((id, (object, deletion))),
                _ => None,
            }
        })
    }
}
