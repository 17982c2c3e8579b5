//! The keys of one vault and their life: live, deleted, being deleted, being recovered, purged.
//!
//! Nothing runs in the background: what the clock has brought about since is applied when a key is
//! looked at.

use std::{collections::BTreeMap, sync::Arc};

use time::OffsetDateTime;

use super::attributes::Attributes;
use crate::{
    crypto::KeyMaterial,
    vault::{ServiceError, VaultProperties},
};

const SECONDS_A_DAY: i64 = 86_400;

/// Keys by lower-cased name: names are the same whatever their case.
#[derive(Debug, Default)]
pub(crate) struct KeyStore {
    objects: BTreeMap<String, KeyObject>,
}

/// A key: all its versions, and where it is in its life.
#[derive(Debug)]
pub(super) struct KeyObject {
    /// As first spelled.
    pub(super) name: String,
    pub(super) latest: KeyVersion,
    /// By version id.
    earlier: BTreeMap<String, KeyVersion>,
    state: State,
}

#[derive(Debug)]
pub(super) struct KeyVersion {
    /// 32 lower-case hex digits.
    pub(super) id: String,
    pub(super) material: Arc<KeyMaterial>,
    pub(super) hsm: bool,
    pub(super) key_ops: Vec<String>,
    pub(super) attributes: Attributes,
    pub(super) tags: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Live,
    Recovering { until: OffsetDateTime },
    Deleted { deletion: Deletion, done: OffsetDateTime },
}

/// When a key was deleted and when it will be purged, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deletion {
    pub(super) deleted_date: i64,
    pub(super) scheduled_purge_date: i64,
}

impl KeyStore {
    /// Applies what the clock has brought about to one key, and finds it.
    fn settled(&mut self, name: &str, now: OffsetDateTime) -> Option<&mut KeyObject> {
        let id = name.to_ascii_lowercase();
        if !self.objects.get_mut(&id)?.settle(now) {
            self.objects.remove(&id);
        }
        self.objects.get_mut(&id)
    }

    /// The live key, to read or to use.
    pub(super) fn readable(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<&KeyObject, ServiceError> {
        match self.settled(name, now) {
            Some(object) if matches!(object.state, State::Live) => Ok(object),
            _ => Err(ServiceError::key_not_found(name)),
        }
    }

    /// The live key, to change; one in transition refuses with a conflict.
    pub(super) fn writable(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<&mut KeyObject, ServiceError> {
        let object = self.settled(name, now).ok_or_else(|| ServiceError::key_not_found(name))?;
        match object.state {
            State::Live => Ok(object),
            State::Recovering { .. } => Err(ServiceError::being_recovered()),
            State::Deleted { done, .. } if done > now => Err(ServiceError::being_deleted()),
            State::Deleted { .. } => Err(ServiceError::key_not_found(name)),
        }
    }

    /// Refuses unless a version of this name can be made now.
    pub(super) fn check_name(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<(), ServiceError> {
        match self.settled(name, now).map(|object| object.state) {
            None | Some(State::Live) => Ok(()),
            Some(State::Recovering { .. }) => Err(ServiceError::being_recovered()),
            Some(State::Deleted { done, .. }) if done > now => Err(ServiceError::being_deleted()),
            Some(State::Deleted { .. }) => Err(ServiceError::name_is_deleted(name)),
        }
    }

    /// Makes `version` the latest of `name`; the name was checked under the same lock.
    pub(super) fn add(&mut self, name: &str, version: KeyVersion) -> &KeyObject {
        use std::collections::btree_map::Entry;
        match self.objects.entry(name.to_ascii_lowercase()) {
            Entry::Occupied(entry) => {
                let object = entry.into_mut();
                let previous = std::mem::replace(&mut object.latest, version);
                object.earlier.insert(previous.id.clone(), previous);
                object
            }
            Entry::Vacant(entry) => entry.insert(KeyObject {
                name: name.to_owned(),
                latest: version,
                earlier: BTreeMap::new(),
                state: State::Live,
            }),
        }
    }

    pub(super) fn delete(
        &mut self,
        name: &str,
        now: OffsetDateTime,
        properties: &VaultProperties,
    ) -> Result<(&KeyObject, Deletion), ServiceError> {
        let object = self.writable(name, now)?;
        let deleted_date = now.unix_timestamp();
        let deletion = Deletion {
            deleted_date,
            scheduled_purge_date: deleted_date
                + i64::from(properties.retention_days) * SECONDS_A_DAY,
        };
        object.state = State::Deleted { deletion, done: now + properties.deletion_lag };
        Ok((object, deletion))
    }

    /// The deleted key, once its deletion is done.
    pub(super) fn deleted(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<(&KeyObject, Deletion), ServiceError> {
        match self.settled(name, now) {
            Some(KeyObject { state: State::Deleted { done, .. }, .. }) if *done > now => {
                Err(ServiceError::deleted_key_not_found(name))
            }
            Some(object) => match object.state {
                State::Deleted { deletion, .. } => Ok((object, deletion)),
                _ => Err(ServiceError::key_not_found(name)),
            },
            None => Err(ServiceError::key_not_found(name)),
        }
    }

    pub(super) fn recover(
        &mut self,
        name: &str,
        now: OffsetDateTime,
        properties: &VaultProperties,
    ) -> Result<&KeyObject, ServiceError> {
        let object = self.deleted_for_change(name, now)?;
        object.state = State::Recovering { until: now + properties.recovery_lag };
        object.settle(now);
        Ok(object)
    }

    pub(super) fn purge(&mut self, name: &str, now: OffsetDateTime) -> Result<(), ServiceError> {
        self.deleted_for_change(name, now)?;
        self.objects.remove(&name.to_ascii_lowercase());
        Ok(())
    }

    /// The deleted key, for recovery and purge, which meet a conflict while it is in transition.
    fn deleted_for_change(
        &mut self,
        name: &str,
        now: OffsetDateTime,
    ) -> Result<&mut KeyObject, ServiceError> {
        let object = self.settled(name, now).ok_or_else(|| ServiceError::key_not_found(name))?;
        match object.state {
            State::Deleted { done, .. } if done > now => Err(ServiceError::being_deleted()),
            State::Deleted { .. } => Ok(object),
            State::Recovering { .. } => Err(ServiceError::being_recovered()),
            State::Live => Err(ServiceError::key_not_found(name)),
        }
    }

    /// Live keys in the order of their ids, those after `after` only.
    pub(super) fn live_after<'a>(
        &'a mut self,
        after: &'a str,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&'a str, &'a KeyObject)> {
        self.all_after(after, now).filter(|(_, object)| matches!(object.state, State::Live))
    }

    /// Deleted keys in the order of their ids, those after `after` only.
    pub(super) fn deleted_after<'a>(
        &'a mut self,
        after: &'a str,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&'a str, (&'a KeyObject, Deletion))> {
        self.all_after(after, now).filter_map(move |(id, object)| match object.state {
            State::Deleted { deletion, done } if done <= now => Some((id, (object, deletion))),
            _ => None,
        })
    }

    fn all_after<'a>(
        &'a mut self,
        after: &'a str,
        now: OffsetDateTime,
    ) -> impl Iterator<Item = (&'a str, &'a KeyObject)> {
        self.objects.retain(|_, object| object.settle(now));
        self.objects
            .iter()
            .map(|(id, object)| (id.as_str(), object))
            .skip_while(move |(id, _)| *id <= after)
    }
}

impl KeyObject {
    /// Brings the state up to `now`; false when the key is purged.
    fn settle(&mut self, now: OffsetDateTime) -> bool {
        match self.state {
            State::Recovering { until } if until <= now => self.state = State::Live,
            State::Deleted { deletion, .. }
                if deletion.scheduled_purge_date <= now.unix_timestamp() =>
            {
                return false;
            }
            _ => {}
        }
        true
    }

    /// The version of that id, or the latest.
    pub(super) fn version(&self, id: Option<&str>) -> Result<&KeyVersion, ServiceError> {
        let Some(id) = id.map(str::to_ascii_lowercase) else {
            return Ok(&self.latest);
        };
        if self.latest.id == id {
            return Ok(&self.latest);
        }
        self.earlier.get(&id).ok_or_else(|| self.no_version(&id))
    }

    pub(super) fn version_mut(
        &mut self,
        id: Option<&str>,
    ) -> Result<&mut KeyVersion, ServiceError> {
        let Some(id) = id.map(str::to_ascii_lowercase) else {
            return Ok(&mut self.latest);
        };
        if self.latest.id == id {
            return Ok(&mut self.latest);
        }
        let missing = self.no_version(&id);
        self.earlier.get_mut(&id).ok_or(missing)
    }

    /// All versions in the order of their ids, which is not that of their making.
    pub(super) fn versions(&self) -> Vec<&KeyVersion> {
        let mut versions: Vec<_> = self.earlier.values().chain([&self.latest]).collect();
        versions.sort_by(|a, b| a.id.cmp(&b.id));
        versions
    }

    fn no_version(&self, id: &str) -> ServiceError {
        ServiceError::key_not_found(&format!("{}/{id}", self.name))
    }
}
