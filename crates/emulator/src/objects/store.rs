//! The keys or secrets of one vault and their life: live, deleted, being deleted, being recovered, purged.
//!
//! Nothing runs in the background: what the clock has brought about since is applied when an
//! object is looked at.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{Attributes, Content, Tags, kept::Marks};
use crate::{
    clock::after,
    vault::{ServiceError, VaultProperties},
};

const SECONDS_A_DAY: i64 = 86_400;

/// Objects by lower-cased name: names are the same whatever their case.
#[derive(Debug)]
pub(crate) struct Store<C: Content> {
    pub(super) objects: BTreeMap<String, Object<C>>,
    pub(super) marks: Marks,
}

/// A key or a secret: all its versions, and where it is in its life.
#[derive(Debug)]
pub(crate) struct Object<C: Content> {
    /// As first spelled.
    pub(crate) name: String,
    pub(crate) latest: Version<C>,
    /// By version id.
    pub(super) earlier: BTreeMap<String, Version<C>>,
    pub(crate) settings: C::Settings,
    pub(super) state: State,
    /// The ids of versions that were changed since they were last written; `None` unless it is to be written.
    #[expect(
        clippy::box_collection,
        reason = "of many objects few are being changed: a pointer is all they have"
    )]
    pub(super) touched: Option<Box<Vec<String>>>,
}

#[derive(Debug)]
pub(crate) struct Version<C> {
    /// 32 lower-case hex digits.
    pub(crate) id: String,
    pub(crate) attributes: Attributes,
    pub(crate) tags: Tags,
    pub(crate) content: C,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) enum State {
    Live,
    Recovering {
        #[serde(with = "crate::moment")]
        until: OffsetDateTime,
    },
    Deleted {
        deletion: Deletion,
        #[serde(with = "crate::moment")]
        done: OffsetDateTime,
    },
    /// Purged for whoever looks, but the name is not free yet.
    Purging {
        #[serde(with = "crate::moment")]
        until: OffsetDateTime,
    },
}

/// What the clock has done to an object.
enum Settled {
    AsBefore,
    Changed,
    Purged,
}

/// When an object was deleted and when it will be purged, in seconds since 1970.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Deletion {
    pub(crate) deleted_date: i64,
    pub(crate) scheduled_purge_date: i64,
}

impl<C: Content> Default for Store<C> {
    fn default() -> Self {
        Self { objects: BTreeMap::new(), marks: Marks::default() }
    }
}

impl<C> Version<C> {
    /// A version with an id of its own.
    pub(crate) fn new(attributes: Attributes, tags: Tags, content: C) -> Self {
        Self { id: Uuid::new_v4().simple().to_string(), attributes, tags, content }
    }
}

impl<C: Content> Store<C> {
    /// Applies what the clock has brought about to one object, and finds it.
    fn settled(&mut self, name: &str, now: OffsetDateTime) -> Option<&mut Object<C>> {
        let id = name.to_ascii_lowercase();
        match self.objects.get_mut(&id)?.settle(now) {
            Settled::AsBefore => {}
            Settled::Changed => self.mark(&id),
            Settled::Purged => {
                if let Some(object) = self.objects.remove(&id) {
                    self.marks.purged(&id, &object);
                }
            }
        }
        self.objects.get_mut(&id)
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

    /// Whether a certificate owns what has this name.
    pub(crate) fn is_managed(&mut self, name: &str, now: OffsetDateTime) -> bool {
        self.settled(name, now).is_some_and(|object| C::is_managed(&object.latest))
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

    /// Makes `version` the latest of `name`; the name was checked under the same lock.
    pub(crate) fn add(&mut self, name: &str, version: Version<C>) -> &mut Object<C> {
        use std::collections::btree_map::Entry;
        let id = name.to_ascii_lowercase();
        self.mark(&id);
        match self.objects.entry(id) {
            Entry::Occupied(entry) => {
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
        Ok((object, deletion))
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
        Ok(object)
    }

    pub(crate) fn purge(
        &mut self,
        name: &str,
        now: OffsetDateTime,
        properties: &VaultProperties,
    ) -> Result<(), ServiceError> {
        let object = self.deleted_for_change(name, now)?;
        object.state = State::Purging { until: after(now, properties.purge_lag) };
        // Without a lag the object is gone now, with its key material.
        self.settled(name, now);
        Ok(())
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
        self.all_after(after, now).filter(|(_, object)| matches!(object.state, State::Live))
    }

    /// Deleted objects in the order of their ids, those after `after` only.
    pub(crate) fn deleted_after<'a>(
        &'a mut self,
        after: &'a str,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&'a str, (&'a Object<C>, Deletion))> {
        self.all_after(after, now).filter_map(move |(id, object)| match object.state {
            State::Deleted { deletion, done } if done <= now => Some((id, (object, deletion))),
            _ => None,
        })
    }

    fn all_after<'a>(
        &'a mut self,
        after: &'a str,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&'a str, &'a Object<C>)> {
        let marks = &mut self.marks;
        self.objects.retain(|id, object| match object.settle(now) {
            Settled::AsBefore => true,
            Settled::Changed => {
                marks.changed(id, object);
                true
            }
            Settled::Purged => {
                marks.purged(id, object);
                false
            }
        });
        self.objects
            .iter()
            .map(|(id, object)| (id.as_str(), object))
            .skip_while(move |(id, _)| *id <= after)
    }
}

impl<C: Content> Object<C> {
    /// A live object with one version.
    pub(crate) fn new(name: &str, version: Version<C>) -> Self {
        Self {
            name: name.to_owned(),
            latest: version,
            earlier: BTreeMap::new(),
            settings: C::Settings::default(),
            state: State::Live,
            touched: None,
        }
    }

    /// How many versions there are.
    pub(crate) fn count(&self) -> usize {
        self.earlier.len() + 1
    }

    /// Notes that the version of that id is to be written anew, or is no more.
    fn touch(&mut self, id: &str) {
        if let Some(touched) = &mut self.touched {
            touched.push(id.to_owned());
        }
    }

    /// Puts `version` in the place of the latest, which is no more.
    pub(crate) fn replace(&mut self, version: Version<C>) {
        self.touch(&version.id);
        let previous = std::mem::replace(&mut self.latest, version);
        self.touch(&previous.id);
    }

    /// Makes `version` the latest.
    pub(crate) fn push(&mut self, version: Version<C>) {
        self.touch(&version.id);
        let previous = std::mem::replace(&mut self.latest, version);
        self.earlier.insert(previous.id.clone(), previous);
    }

    /// Brings the state up to `now`.
    fn settle(&mut self, now: OffsetDateTime) -> Settled {
        match self.state {
            State::Recovering { until } if until <= now => {
                self.state = State::Live;
                Settled::Changed
            }
            State::Deleted { deletion, .. }
                if deletion.scheduled_purge_date <= now.unix_timestamp() =>
            {
                Settled::Purged
            }
            State::Purging { until } if until <= now => Settled::Purged,
            _ => Settled::AsBefore,
        }
    }

    /// The version of that id, or the latest.
    pub(crate) fn version(&self, id: Option<&str>) -> Result<&Version<C>, ServiceError> {
        let Some(id) = id.map(str::to_ascii_lowercase) else {
            return Ok(&self.latest);
        };
        if self.latest.id == id {
            return Ok(&self.latest);
        }
        self.earlier.get(&id).ok_or_else(|| self.no_version(&id))
    }

    pub(crate) fn version_mut(
        &mut self,
        id: Option<&str>,
    ) -> Result<&mut Version<C>, ServiceError> {
        let id = self.version(id)?.id.clone();
        self.touch(&id);
        if self.latest.id == id {
            return Ok(&mut self.latest);
        }
        let missing = self.no_version(&id);
        self.earlier.get_mut(&id).ok_or(missing)
    }

    /// All versions in the order of their ids, which is not that of their making.
    pub(crate) fn versions(&self) -> Vec<&Version<C>> {
        let mut versions: Vec<_> = self.earlier.values().chain([&self.latest]).collect();
        versions.sort_by(|a, b| a.id.cmp(&b.id));
        versions
    }

    fn no_version(&self, id: &str) -> ServiceError {
        ServiceError::not_found(C::KIND, &format!("{}/{id}", self.name))
    }
}
