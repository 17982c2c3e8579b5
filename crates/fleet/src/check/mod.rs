//! What can be known to be wrong with a fleet before anything is asked of Azure.

mod contents;
mod network;
mod vault;

use std::collections::{BTreeMap, BTreeSet};

use azvault_core::credentials::Env;

use crate::{
    Fleet, InvalidFleet, Place,
    model::{DesiredVault, Home, Source},
    objects::from_env,
    place::Placed,
    problem::Problem,
};

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, key: impl Into<String>, message: impl Into<String>, place: Option<Place>) {
        self.0.push(Problem::new(key, message, place));
    }

    /// Adds what a rule says about a value, if it is against the rule.
    fn rule(&mut self, key: &str, place: Option<Place>, rule: Result<(), String>) {
        if let Err(message) = rule {
            self.add(key, message, place);
        }
    }
}

/// What of a fleet file could be read.
#[derive(Debug, Default)]
pub(crate) struct Read {
    /// Whether all that vaults have in common could be.
    pub(crate) common: bool,
    /// The places of the vaults that could not be, in part.
    pub(crate) not: BTreeSet<Place>,
}

impl Fleet {
    /// Checks all that needs no look at Azure: names, ids, what is missing, what repeats or
    /// contradicts itself. [`from_toml`](Self::from_toml) and a plan do it, too.
    ///
    /// # Errors
    /// All that is wrong.
    ///
    /// # Examples
    /// ```
    /// use azvault_fleet::{DesiredVault, Fleet};
    ///
    /// // A vault needs a subscription, a tenant, a region and a resource group.
    /// let error = Fleet::new().vault(DesiredVault::new("pay-prod")).check();
    /// assert!(error.is_err());
    /// ```
    pub fn check(&self) -> Result<(), InvalidFleet> {
        InvalidFleet::of(self.file.as_deref(), self.problems()).map_or(Ok(()), Err)
    }

    /// The same, and whether the environment holds what secrets are to be made of.
    pub(crate) fn check_with(&self, env: &Env) -> Result<(), InvalidFleet> {
        let mut problems = Problems(self.problems());
        for vault in &self.vaults {
            for (name, secret) in &vault.secrets {
                let Source::Environment(variable) = &secret.source else { continue };
                let Err(message) = from_env(variable, env) else { continue };
                problems.add(key(&vault.name, &format!("secrets.{name}")), message, secret.place);
            }
        }
        InvalidFleet::of(self.file.as_deref(), problems.0).map_or(Ok(()), Err)
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.problems_of(&Read { common: true, ..Read::default() })
    }

    /// Those that do not follow from what could not be read.
    pub(crate) fn problems_of(&self, read: &Read) -> Vec<Problem> {
        let mut problems = Problems::default();
        let names = self.vaults.iter().map(|vault| (vault.name.as_str(), vault.place));
        for (name, place, first) in repeated(names) {
            let message = format!(
                "is there twice{}: a vault is described once (upper and lower case are the same)",
                said_first(first)
            );
            problems.add(format!("vault {name:?}"), message, place);
        }
        if read.common {
            check_defaults(&self.defaults, &mut problems);
        }
        for vault in &self.vaults {
            let name = format!("vault {:?}", vault.name);
            problems.rule(&name, vault.place, vault_name(&vault.name));
            if read.common && !vault.place.is_some_and(|place| read.not.contains(&place)) {
                vault::check(vault, &self.defaults, &mut problems);
            }
        }
        self.check_deletions(read, &mut problems);
        problems.0
    }

    fn check_deletions(&self, read: &Read, problems: &mut Problems) {
        let names = || self.deletions.iter().map(|it| (it.name.value.as_str(), it.name.place));
        for (name, place, first) in repeated(names()) {
            let message = format!("is there twice{}", said_first(first));
            problems.add(format!("delete {name:?}"), message, place);
        }
        for deletion in &self.deletions {
            let key = format!("delete {:?}", deletion.name.value);
            let place = deletion.name.place;
            problems.rule(&key, place, vault_name(&deletion.name.value));
            let wanted = self.vaults.iter().find(|vault| same(&vault.name, &deletion.name.value));
            if let Some(wanted) = wanted {
                let message = format!(
                    "is also a vault that must be there{}: keep one of the two",
                    said_first(wanted.place)
                );
                problems.add(&key, message, place);
            }
            match (&deletion.subscription, &self.defaults.subscription) {
                (Some(id), _) => problems.rule(&key, id.place, guid(&id.value)),
                (None, None) if read.common => problems.add(&key, missing("subscription"), place),
                (None, _) => {}
            }
        }
    }
}

/// The path of a key of a vault.
fn key(vault: &str, key: &str) -> String {
    format!("vault {vault:?}.{key}")
}

fn missing(what: &str) -> String {
    format!("has no {what}: set one here or in the defaults")
}

/// Names of Azure do not differ by case.
pub(crate) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

fn said_first(place: Option<Place>) -> String {
    place.map(|place| format!(", first in line {}", place.line)).unwrap_or_default()
}

/// What occurs again, with its place, and the place of its first time.
pub(crate) fn repeated<'a>(
    items: impl Iterator<Item = (&'a str, Option<Place>)>,
) -> Vec<(&'a str, Option<Place>, Option<Place>)> {
    let mut first: BTreeMap<String, Option<Place>> = BTreeMap::new();
    let mut again = Vec::new();
    let mut items: Vec<_> = items.collect();
    items.sort_by_key(|(_, place)| *place);
    for (name, place) in items {
        match first.entry(name.to_ascii_lowercase()) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(place);
            }
            std::collections::btree_map::Entry::Occupied(entry) => {
                again.push((name, place, *entry.get()));
            }
        }
    }
    again
}

/// A GUID: 32 hexadecimal digits in five groups.
pub(crate) fn guid(id: &str) -> Result<(), String> {
    let groups: Vec<&str> = id.split('-').collect();
    let hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    if groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.iter().all(hex) {
        return Ok(());
    }
    Err(format!("{id:?} is not a GUID like 00000000-0000-0000-0000-000000000000"))
}

/// <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules>
fn vault_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let right = (3..=24).contains(&name.len())
        && name.chars().all(allowed)
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--");
    if right {
        return Ok(());
    }
    Err("is no vault's name: it has 3 to 24 letters, digits and single hyphens, begins with a letter and ends with a letter or digit".to_owned())
}

/// A part of a home: what it is called, where it is said, and its rule.
type Part = (&'static str, fn(&Home) -> Option<&Placed<String>>, fn(&str) -> Result<(), String>);

const PARTS: [Part; 4] = [
    ("subscription", |home| home.subscription.as_ref(), guid),
    ("tenant", |home| home.tenant.as_ref(), guid),
    ("location", |home| home.location.as_ref(), location),
    ("resource_group", |home| home.resource_group.as_ref(), resource_group),
];

/// The defaults, once for all vaults.
fn check_defaults(defaults: &Home, problems: &mut Problems) {
    for (name, of, rule) in PARTS {
        if let Some(part) = of(defaults) {
            problems.rule(&format!("defaults.{name}"), part.place, rule(&part.value));
        }
    }
    check_tags("defaults.tags", defaults, None, problems);
}

/// <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>
fn check_tags(key: &str, home: &Home, place: Option<Place>, problems: &mut Problems) {
    for (name, _, _) in repeated(home.tags.keys().map(|name| (name.as_str(), None))) {
        problems.add(format!("{key}.{name}"), twice(None), place);
    }
}

/// Of a name that is there again in another case.
pub(crate) fn twice(first: Option<Place>) -> String {
    format!("is there twice{}: upper and lower case are the same", said_first(first))
}

fn check_home(vault: &DesiredVault, defaults: &Home, problems: &mut Problems) {
    for (name, of, rule) in PARTS {
        match (of(&vault.home), of(defaults)) {
            (Some(part), _) => {
                problems.rule(&key(&vault.name, name), part.place, rule(&part.value));
            }
            (None, Some(_)) => {}
            (None, None) => {
                problems.add(format!("vault {:?}", vault.name), missing(name), vault.place);
            }
        }
    }
    check_tags(&key(&vault.name, "tags"), &vault.home, vault.place, problems);
}

fn location(region: &str) -> Result<(), String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    if !region.is_empty() && region.bytes().all(allowed) {
        return Ok(());
    }
    Err(format!("{region:?} is no region: it is like eastus or East US"))
}

fn resource_group(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if (1..=90).contains(&name.chars().count()) && name.chars().all(allowed) && !name.ends_with('.')
    {
        return Ok(());
    }
    Err(format!(
        "{name:?} is no resource group's name: it has 1 to 90 letters, digits, hyphens, underscores, periods and parentheses, and does not end with a period"
    ))
}
