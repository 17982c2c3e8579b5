//! Objects as records: what a restart and a snapshot keep of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Attributes, Content, Object, ObjectKind, Store, Tags, Version,
    object::{State, Touched},
};
use crate::{
    state::{Change, Flag, Kind, Record, Records, Unreadable},
    vault::ServiceError,
};

/// Which objects are to be written anew. Nothing is noted where nothing is kept.
#[derive(Debug, Default)]
pub(super) struct Marks {
    flag: Flag,
    changed: BTreeSet<String>,
    /// Those that are no more, with their versions.
    purged: Vec<(String, Vec<String>)>,
}

impl Marks {
    pub(super) fn is_kept(&self) -> bool {
        self.flag.is_kept()
    }

    /// To be called before an object is changed.
    pub(super) fn changed<C: Content>(&mut self, id: &str, object: &mut Object<C>) {
        if self.is_kept() {
            self.grows(id, object);
            object.touched.get_or_insert_default().object = true;
        }
    }

    /// To be called before an object gets a version, and is not changed besides.
    pub(super) fn grows<C: Content>(&mut self, id: &str, object: &mut Object<C>) {
        if self.is_kept() {
            self.changed.insert(id.to_owned());
            object.touched.get_or_insert_default();
            self.flag.raise();
        }
    }

    /// An object that is new here.
    pub(super) fn made<C: Content>(&mut self, id: &str, object: &mut Object<C>) {
        if self.is_kept() {
            self.changed(id, object);
            let versions = object.version_ids();
            object.touched = Some(Box::new(Touched { object: true, versions }));
        }
    }

    pub(super) fn purged<C: Content>(&mut self, id: &str, object: &Object<C>) {
        if self.is_kept() {
            self.purged.push((id.to_owned(), object.version_ids()));
            self.flag.raise();
        }
    }
}

/// An object without its versions.
#[derive(Serialize, Deserialize)]
struct KeptObject<S> {
    name: String,
    /// The id of the latest version, unless that has a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    latest: Option<String>,
    state: State,
    settings: S,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<Value>,
}

/// A version; its key is the object's and its own id.
#[derive(Serialize, Deserialize)]
struct KeptVersion<T> {
    /// The highest is that of the latest.
    #[serde(default, skip_serializing_if = "is_none")]
    number: u64,
    attributes: Attributes,
    tags: Tags,
    content: T,
    managed: bool,
}

impl<C: Content> Store<C> {
    /// Notes changes from now on, and raises `flag` with each; what is there already counts as written.
    pub(crate) fn keep(&mut self, flag: Flag) {
        self.marks.flag = flag;
    }

    /// What became of the records since the last call.
    pub(crate) fn take_changes(&mut self, owner: &str, changes: &mut Vec<Change>) {
        let (of_object, of_version) = kinds(C::KIND);
        // First: a name may have come into being again since.
        for (id, versions) in std::mem::take(&mut self.marks.purged) {
            changes.push(Change::delete(of_object, owner, &id));
            let keys = versions.iter().map(|version| version_key(&id, version));
            changes.extend(keys.map(|key| Change::delete(of_version, owner, &key)));
        }
        for id in std::mem::take(&mut self.marks.changed) {
            let Some(object) = self.get_mut(&id) else {
                continue;
            };
            let Touched { object: itself, versions } =
                object.touched.take().map(|touched| *touched).unwrap_or_default();
            if itself {
                changes.push(object.record(owner, &id).into());
            }
            let versions: BTreeSet<String> = versions.into_iter().collect();
            changes.extend(versions.iter().map(|version| match object.version(Some(version)) {
                Ok(version) => version.record(owner, &id).into(),
                Err(_) => Change::delete(of_version, owner, &version_key(&id, version)),
            }));
        }
    }

    /// Every object's records.
    pub(crate) fn records(&self, owner: &str, records: &mut Vec<Record>) -> Result<(), Unreadable> {
        for (id, object) in self.iter() {
            records.push(object.record(owner, id)?);
            for version in object.earlier.values().chain([&object.latest]) {
                records.push(version.record(owner, id)?);
            }
        }
        Ok(())
    }

    /// The objects of a vault.
    pub(crate) fn load(owner: &str, records: &mut Records) -> Result<Self, Unreadable> {
        let (of_object, of_version) = kinds(C::KIND);
        let mut versions: BTreeMap<String, BTreeMap<String, Version<C>>> = BTreeMap::new();
        for record in records.take(of_version, owner) {
            let missing = || record.unreadable();
            let (object, id) = record.key.split_once('/').ok_or_else(missing)?;
            let kept: KeptVersion<C::Saved> = record.read()?;
            let content =
                if kept.managed { C::load_managed(kept.content) } else { C::load(kept.content) };
            let version = Version {
                id: id.to_owned(),
                number: kept.number,
                attributes: kept.attributes,
                tags: kept.tags,
                content: content.ok_or_else(missing)?,
            };
            versions.entry(object.to_owned()).or_default().insert(version.id.clone(), version);
        }
        let mut store = Self::default();
        for record in records.take(of_object, owner) {
            let missing = || record.unreadable();
            let kept: KeptObject<C::Settings> = record.read()?;
            let mut earlier = versions.remove(&record.key).unwrap_or_default();
            let newest = earlier.values().filter(|version| version.number > 0);
            let newest = newest.max_by_key(|version| version.number).map(|version| &version.id);
            let latest = newest.cloned().or(kept.latest).ok_or_else(missing)?;
            let latest = earlier.remove(&latest).ok_or_else(missing)?;
            let mut object = Object::loaded(&kept.name, latest);
            object.earlier = earlier;
            object.state = kept.state;
            object.settings = kept.settings;
            if let Some(pending) = kept.pending {
                C::load_pending(&mut object.settings, pending).ok_or_else(missing)?;
            }
            store.insert_loaded(record.key.clone(), object);
        }
        match versions.into_iter().next() {
            None => Ok(store),
            // A version of nothing.
            Some((key, _)) => Err(Unreadable { kind: of_version, owner: owner.to_owned(), key }),
        }
    }
}

impl<C: Content> Object<C> {
    fn version_ids(&self) -> Vec<String> {
        self.earlier.keys().chain([&self.latest.id]).cloned().collect()
    }

    fn record(&self, owner: &str, id: &str) -> Result<Record, Unreadable> {
        let (kind, _) = kinds(C::KIND);
        let refused = |_: ServiceError| unreadable(kind, owner, id);
        let kept = KeptObject {
            name: self.name.clone(),
            latest: Some(&self.latest)
                .filter(|latest| latest.number == 0)
                .map(|latest| latest.id.clone()),
            state: self.state,
            settings: self.settings.clone(),
            pending: C::save_pending(&self.settings).map_err(refused)?,
        };
        Record::of(kind, owner, id, &kept)
    }
}

impl<C: Content> Version<C> {
    fn record(&self, owner: &str, object: &str) -> Result<Record, Unreadable> {
        let (_, kind) = kinds(C::KIND);
        let key = version_key(object, &self.id);
        let kept = KeptVersion {
            number: self.number,
            attributes: self.attributes.clone(),
            tags: self.tags.clone(),
            content: self.content.save().map_err(|_| unreadable(kind, owner, &key))?,
            managed: C::is_managed(self),
        };
        Record::of(kind, owner, &key, &kept)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

/// No name has a slash.
fn version_key(object: &str, version: &str) -> String {
    format!("{object}/{version}")
}

fn unreadable(kind: Kind, owner: &str, key: &str) -> Unreadable {
    Unreadable { kind, owner: owner.to_owned(), key: key.to_owned() }
}

fn kinds(kind: ObjectKind) -> (Kind, Kind) {
    match kind {
        ObjectKind::Key => (Kind::Key, Kind::KeyVersion),
        ObjectKind::Secret => (Kind::Secret, Kind::SecretVersion),
        ObjectKind::Certificate => (Kind::Certificate, Kind::CertificateVersion),
    }
}
