//! Reads a fleet from TOML. What is wrong is told with its line and column, and all of it at once.

mod contents;
mod reader;
mod vault;

use std::collections::BTreeMap;

use toml::de::DeTable;

use self::reader::{Reader, Section};
use crate::{
    Fleet, InvalidFleet, Place, Principal,
    check::{Read, repeated, twice},
    model::{Deletion, Home},
    place::{Lines, Placed},
    problem::{Problem, suggestion},
};

impl Fleet {
    /// Reads a fleet from the text of a TOML file, and [checks](Self::check) it. `name` is what the
    /// file is called in errors.
    ///
    /// The README of this crate shows a whole file. `[defaults]` holds for vaults that say nothing
    /// else, `[principals]` gives names to object ids, each `[[vault]]` is a vault, and each
    /// `[[delete]]` names one that must go. Environment variables are not read yet.
    ///
    /// # Errors
    /// All that is wrong, each with its place; keys that are not known are wrong too.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::Fleet;
    ///
    /// let fleet = Fleet::from_toml(
    ///     "fleet.toml",
    ///     r#"
    /// [defaults]
    /// subscription = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"
    /// tenant = "6819f86e-5d41-47b0-9297-334f33d7922d"
    /// location = "eastus"
    /// resource_group = "payments"
    ///
    /// [[vault]]
    /// name = "pay-prod"
    /// secrets.db-password.generate = { length = 32 }
    /// "#,
    /// )?;
    /// assert_eq!(fleet.vault_names().collect::<Vec<_>>(), ["pay-prod"]);
    /// # Ok::<(), azvault_fleet::InvalidFleet>(())
    /// ```
    pub fn from_toml(name: impl Into<String>, text: &str) -> Result<Self, InvalidFleet> {
        let name = name.into();
        let lines = Lines::of(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        let syntax = errors.iter().map(|error| {
            // The message alone: the error's own text repeats the line, which may hold what it must
            // not.
            let place = error.span().map(|span| lines.place(span.start));
            Problem::new("", format!("this is not TOML: {}", error.message()), place)
        });
        if let Some(invalid) = InvalidFleet::of(Some(&name), syntax.collect()) {
            return Err(invalid);
        }
        let mut reader = Reader::new(lines);
        let (mut fleet, read) = fleet(&mut reader, document.get_ref());
        fleet.file = Some(name);
        let mut problems = reader.problems;
        problems.extend(fleet.problems_of(&read));
        InvalidFleet::of(fleet.file.as_deref(), problems).map_or(Ok(fleet), Err)
    }
}

/// The fleet, and what of it could be read: of the rest it would only be said again what is missing.
fn fleet<'a>(reader: &mut Reader<'_>, document: &'a DeTable<'a>) -> (Fleet, Read) {
    let root = reader.root(document);
    reader.only(&root, &["defaults", "principals", "vault", "delete"]);
    let defaults = reader.table(&root, "defaults", "a table").map(|section| {
        reader.only(&section, &HOME);
        home(reader, &section)
    });
    let principals = reader.table(&root, "principals", "a table").map(|section| {
        let entries = reader.entries(&section);
        entries.iter().filter_map(|entry| principal(reader, entry)).collect()
    });
    let principals: Principals = principals.unwrap_or_default();
    let mut read = Read { common: reader.problems.is_empty(), ..Read::default() };
    let mut vaults = Vec::new();
    for section in reader.tables(&root, "vault", "[[vault]]") {
        let before = reader.problems.len();
        let vault = vault::read(reader, &section, &principals);
        if reader.problems.len() > before {
            read.not.extend(vault.as_ref().and_then(|vault| vault.place));
        }
        vaults.extend(vault);
    }
    let mut deletions = Vec::new();
    for section in reader.tables(&root, "delete", "[[delete]]") {
        let before = reader.problems.len();
        reader.only(&section, &["name", "subscription"]);
        let subscription = reader.string(&section, "subscription");
        let name = name(reader, &section).filter(|_| reader.problems.len() == before);
        deletions.extend(name.map(|name| Deletion { name, subscription }));
    }
    (Fleet { file: None, defaults: defaults.unwrap_or_default(), vaults, deletions }, read)
}

/// What `[principals]` names.
type Principals = BTreeMap<String, Principal>;

/// The keys of a [`Home`].
const HOME: [&str; 5] = ["subscription", "tenant", "location", "resource_group", "tags"];

fn home(reader: &mut Reader<'_>, section: &Section<'_>) -> Home {
    Home {
        subscription: reader.string(section, "subscription"),
        tenant: reader.string(section, "tenant"),
        location: reader.string(section, "location"),
        resource_group: reader.string(section, "resource_group"),
        tags: tags(reader, section),
    }
}

/// Tags of a resource, whose names have no case.
fn tags(reader: &mut Reader<'_>, section: &Section<'_>) -> BTreeMap<String, String> {
    let tags = reader.map(section, "tags");
    let entries = reader.keys(section, "tags");
    for (name, place, first) in repeated(entries.iter().map(|(key, at)| (*key, Some(*at)))) {
        let path = section.below("tags");
        reader.problem(format!("{path}.{name}"), twice(first), place.unwrap_or(section.place));
    }
    tags
}

/// The name that each vault and each deletion must have.
fn name(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Placed<String>> {
    let before = reader.problems.len();
    let name = reader.string(section, "name");
    if name.is_none() && reader.problems.len() == before {
        reader.problem(&section.path, "has no name: add name = \"…\"", section.place);
    }
    name
}

fn principal(reader: &mut Reader<'_>, entry: &reader::Entry<'_>) -> Option<(String, Principal)> {
    if let Some(id) = entry.value.as_str() {
        let principal = guid(reader, &entry.path, id, entry.place);
        return Some((entry.key.to_owned(), principal));
    }
    let section = reader.as_table(entry, "an object id, or a table with id and type")?;
    reader.only(&section, &["id", "type"]);
    let kind = reader.word(&section, "type", &PRINCIPAL_TYPES);
    let before = reader.problems.len();
    let Some(id) = reader.string(&section, "id") else {
        if reader.problems.len() == before {
            let message = "has no id: add id = \"…\", the object id";
            reader.problem(&section.path, message, section.place);
        }
        return None;
    };
    let place = id.place.unwrap_or(section.place);
    let principal = guid(reader, &section.below("id"), &id.value, place);
    let principal = kind.into_iter().fold(principal, |it, kind| it.kind(kind.value.into()));
    Some((entry.key.to_owned(), principal))
}

/// <https://learn.microsoft.com/azure/role-based-access-control/role-assignments-rest>
const PRINCIPAL_TYPES: [&str; 5] = ["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"];

/// The principal of that id, also of a wrong one: whoever names it need not be told, too.
fn guid(reader: &mut Reader<'_>, path: &str, id: &str, place: Place) -> Principal {
    if let Err(message) = crate::check::guid(id) {
        reader.problem(path, message, place);
    }
    Principal::new(id)
}

/// The principal that a policy or a role is for: a name from `[principals]`, or an object id.
fn named_principal(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    principals: &Principals,
) -> Option<Placed<Principal>> {
    let path = section.below("principal");
    let before = reader.problems.len();
    let Some(text) = reader.string(section, "principal") else {
        if reader.problems.len() == before {
            let message = "is missing: a name from [principals], or an object id";
            reader.problem(path, message, section.place);
        }
        return None;
    };
    if let Some(principal) = principals.get(&text.value) {
        return Some(Placed::new(principal.clone(), text.place));
    }
    if crate::check::guid(&text.value).is_ok() {
        return Some(Placed::new(Principal::new(text.value), text.place));
    }
    let near = suggestion(&text.value, principals.keys().map(String::as_str));
    let message = format!(
        "{:?} is neither a name in [principals] nor an object id, a GUID{near}",
        text.value
    );
    reader.problems.push(Problem::new(path, message, text.place));
    None
}
