//! One key, secret or certificate: its versions and its state.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, PrimitiveDateTime};
use uuid::Uuid;

use super::{Attributes, Content, Tags};
use crate::vault::ServiceError;

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
    /// What is to be written of it; `None` for nothing. Of many objects few are being changed: a pointer is all they have.
    pub(super) touched: Option<Box<Touched>>,
}

/// What was changed of an object since it was last written.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// What an object's own record has: all but its versions.
    pub(super) object: bool,
    /// The ids of versions.
    pub(super) versions: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Version<C> {
    /// 32 lower-case hex digits.
    pub(crate) id: String,
    /// The place in the order of their making, from 1: the latest is known by it, so that a new version is one record to
    /// write. 0 where nobody noted it.
    pub(crate) number: u64,
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
pub(super) enum Settled {
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

impl<C> Version<C> {
    /// A version with an id of its own.
    pub(crate) fn new(attributes: Attributes, tags: Tags, content: C) -> Self {
        Self { id: Uuid::new_v4().simple().to_string(), number: 0, attributes, tags, content }
    }
}

impl<C: Content> Object<C> {
    /// A live object with one version, its first.
    pub(crate) fn new(name: &str, version: Version<C>) -> Self {
        Self::loaded(name, Version { number: 1, ..version })
    }

    /// A live object with a version that has its number, if any has one.
    pub(super) fn loaded(name: &str, latest: Version<C>) -> Self {
        Self {
            name: name.to_owned(),
            latest,
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
            touched.versions.push(id.to_owned());
        }
    }

    /// Puts `version` in the place of the latest, which is no more.
    pub(crate) fn replace(&mut self, version: Version<C>) {
        self.touch(&version.id);
        let version = Version { number: self.latest.number, ..version };
        let previous = std::mem::replace(&mut self.latest, version);
        self.touch(&previous.id);
    }

    /// Makes `version` the latest.
    pub(crate) fn push(&mut self, version: Version<C>) {
        self.touch(&version.id);
        if let Some(touched) = &mut self.touched
            && self.latest.number == 0
        {
            // Its own record says which is the latest, for as long as that one has no number.
            touched.object = true;
        }
        let version = Version { number: self.latest.number.saturating_add(1), ..version };
        let previous = std::mem::replace(&mut self.latest, version);
        self.earlier.insert(previous.id.clone(), previous);
    }

    /// When the clock next changes the state; `None` while it is live.
    pub(super) fn deadline(&self) -> Option<OffsetDateTime> {
        match self.state {
            State::Live => None,
            State::Recovering { until } | State::Purging { until } => Some(until),
            State::Deleted { deletion, .. } => Some(
                OffsetDateTime::from_unix_timestamp(deletion.scheduled_purge_date)
                    // Past the calendar's end, which no clock reaches.
                    .unwrap_or(PrimitiveDateTime::MAX.assume_utc()),
            ),
        }
    }

    /// Brings the state up to `now`.
    pub(super) fn settle(&mut self, now: OffsetDateTime) -> Settled {
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

    /// Versions in the order of their ids, which is not that of their making, those after `after` only.
    pub(crate) fn versions_after<'a>(
        &'a self,
        after: &'a str,
    ) -> impl Iterator<Item = &'a Version<C>> {
        let latest = Some(&self.latest).filter(|latest| latest.id.as_str() > after);
        let before = latest.into_iter().flat_map(move |latest| {
            self.earlier.range::<str, _>((Excluded(after), Excluded(latest.id.as_str())))
        });
        let from = latest.map_or(after, |latest| latest.id.as_str());
        let rest = self.earlier.range::<str, _>((Excluded(from), Unbounded));
        let version = |(_, version)| version;
        before.map(version).chain(latest).chain(rest.map(version))
    }

    fn no_version(&self, id: &str) -> ServiceError {
        ServiceError::not_found(C::KIND, &format!("{}/{id}", self.name))
    }
}
