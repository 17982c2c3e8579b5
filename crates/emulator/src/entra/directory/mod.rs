//! The directory: who may sign in, and which objects are known by their ids.

mod entry;

use std::sync::Mutex;

use uuid::Uuid;

pub(crate) use entry::{Entry, Kind};

use super::principals::{Application, ManagedIdentity, Principals, User};
use crate::{
    locks::lock,
    principal::Principal,
    state::{Change, Flag, Kind as RecordKind, Record, Records, Table, Unreadable},
};

/// Who signs in where nobody is asked for a name, and nobody is listed.
const ANYBODY: &str = "user@emulator.localhost";

/// So many are remembered of those who are not listed; a test that makes a caller a call must not fill the memory.
const REMEMBERED: usize = 10_000;

/// Who is there: those listed, and, if others are let in, those who were seen.
#[derive(Debug)]
pub(crate) struct Directory {
    listed: Principals,
    /// By object id.
    seen: Mutex<Seen>,
}

type Seen = Table<Entry>;

/// Those who were seen, as they were kept.
#[derive(Debug)]
pub(crate) struct LoadedDirectory(Seen);

impl Default for Directory {
    /// Anybody.
    fn default() -> Self {
        Self::of(Principals::new().others(true))
    }
}

impl Directory {
    pub(crate) fn of(listed: Principals) -> Self {
        Self { listed, seen: Mutex::new(Table::new(RecordKind::Principal)) }
    }

    /// Whether those who are not listed are let in.
    pub(crate) fn lets_others_in(&self) -> bool {
        self.listed.others
    }

    pub(crate) fn application(&self, client_id: &str) -> Option<&Application> {
        self.listed.applications.iter().find(|application| application.is(client_id))
    }

    pub(crate) fn user(&self, upn: &str) -> Option<&User> {
        self.listed.users.iter().find(|user| user.is(upn))
    }

    /// The user of that name, listed or not, if let in.
    pub(crate) fn sign_in(&self, upn: &str) -> Option<Principal> {
        match self.user(upn) {
            Some(user) => Some(user.principal.clone()),
            None => self.lets_others_in().then(|| Principal::for_user(upn)),
        }
    }

    /// The name of the user who signs in where nobody is asked.
    pub(crate) fn default_user(&self) -> &str {
        self.listed.users.first().map_or(ANYBODY, |user| &user.upn)
    }

    /// The managed identity that `wanted` means, if there is one.
    pub(crate) fn managed_identity(&self, wanted: &Wanted<'_>) -> Option<Principal> {
        let listed = self.listed.managed_identities.iter().find(|identity| wanted.is(identity));
        if let Some(identity) = listed {
            return Some(identity.principal.clone());
        }
        self.lets_others_in().then(|| match wanted {
            Wanted::System => Principal::system_assigned(),
            Wanted::ClientId(client_id) => Principal::for_client_id(client_id),
            Wanted::ObjectId(object_id) => self.of_object_id(object_id),
            Wanted::ResourceId(resource_id) => Principal::for_resource_id(resource_id),
        })
    }

    /// The application of that object id; one that nobody knows gets a client id that follows from it.
    fn of_object_id(&self, object_id: &str) -> Principal {
        let known = self
            .entries()
            .into_iter()
            .find(|entry| entry.is_service_principal() && entry.has_id(object_id));
        let client_id = known.map_or_else(
            || Principal::for_client_id(object_id).oid().to_owned(),
            |entry| entry.name,
        );
        Principal::new(object_id).with_appid(client_id)
    }

    /// Remembers somebody who got a token or was asked for.
    pub(crate) fn saw(&self, principal: &Principal) -> Entry {
        let entry = self
            .listed_entries()
            .find(|entry| entry.has_id(principal.oid()))
            .unwrap_or_else(|| Entry::of(principal));
        let mut seen = lock(&self.seen);
        let key = entry.id.to_ascii_lowercase();
        if seen.len() < REMEMBERED && seen.get(&key).is_none() {
            seen.insert(key, entry.clone());
        }
        entry
    }

    /// The principal that a client id stands for that nobody has used yet, where others are let in. A GUID that is an
    /// object id already is no client id.
    pub(crate) fn stands_for(&self, client_id: &str) -> Option<Entry> {
        let is_client_id = self.lets_others_in()
            && Uuid::parse_str(client_id).is_ok()
            && !self.entries().iter().any(|entry| entry.has_id(client_id));
        is_client_id.then(|| self.saw(&Principal::for_client_id(client_id)))
    }

    /// Everybody listed, then those who were seen besides.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.listed_entries().collect();
        let seen = lock(&self.seen);
        for entry in seen.values() {
            if !entries.iter().any(|listed| listed.has_id(&entry.id)) {
                entries.push(entry.clone());
            }
        }
        entries
    }

    /// Notes from now on what becomes of records, and raises `flag` with each change.
    pub(crate) fn keep(&self, flag: &Flag) {
        lock(&self.seen).keep(flag.clone());
    }

    pub(crate) fn take_changes(&self, changes: &mut Vec<Change>) {
        lock(&self.seen).take_changes("", Entry::clone, changes);
    }

    pub(crate) fn records(&self, records: &mut Vec<Record>) -> Result<(), Unreadable> {
        records.extend(lock(&self.seen).records("", Entry::clone)?);
        Ok(())
    }

    pub(crate) fn load(records: &mut Records) -> Result<LoadedDirectory, Unreadable> {
        let mut seen = Table::new(RecordKind::Principal);
        seen.load(records.take(RecordKind::Principal, ""), Some)?;
        Ok(LoadedDirectory(seen))
    }

    /// What was loaded takes the place of what is there, and counts as written.
    pub(crate) fn replace(&self, loaded: LoadedDirectory) {
        *lock(&self.seen) = loaded.0;
    }

    fn listed_entries(&self) -> impl Iterator<Item = Entry> {
        let Principals { applications, users, managed_identities, .. } = &self.listed;
        let applications = applications.iter().map(Entry::of_application);
        let users = users.iter().map(Entry::of_user);
        applications.chain(users).chain(managed_identities.iter().map(Entry::of_identity))
    }
}

/// How a managed identity is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted<'a> {
    System,
    ClientId(&'a str),
    ObjectId(&'a str),
    ResourceId(&'a str),
}

impl Wanted<'_> {
    fn is(&self, identity: &ManagedIdentity) -> bool {
        match self {
            Self::System => identity.is_system_assigned,
            Self::ClientId(id) => identity.principal.appid().eq_ignore_ascii_case(id),
            Self::ObjectId(id) => identity.principal.oid().eq_ignore_ascii_case(id),
            Self::ResourceId(id) => identity
                .resource_id
                .as_ref()
                .is_some_and(|resource_id| resource_id.eq_ignore_ascii_case(id)),
        }
    }
}
