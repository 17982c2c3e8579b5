//! What a seed asks for, checked and with every value at hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use http::Method;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{certificates, file, keys, sources::Sources};
use crate::entra::Principals;

/// Where vaults are that do not say so.
const GROUP: &str = "azvault";
const LOCATION: &str = "westus";

/// All of a seed.
pub(super) struct Plan {
    pub(super) principals: Option<Principals>,
    pub(super) vaults: Vec<PlannedVault>,
}

pub(super) struct PlannedVault {
    pub(super) name: String,
    /// `None`: it comes into being when it is first named.
    pub(super) resource: Option<Resource>,
    pub(super) objects: Vec<Planned>,
}

/// A vault of Resource Manager.
pub(super) struct Resource {
    pub(super) group: String,
    pub(super) location: String,
    pub(super) tags: BTreeMap<String, String>,
    /// Without tenant and policies, which depend on the emulator.
    pub(super) properties: Value,
    pub(super) policies: Vec<PlannedPolicy>,
    pub(super) roles: Vec<PlannedRole>,
}

pub(super) struct PlannedPolicy {
    pub(super) who: Who,
    pub(super) permissions: Value,
}

pub(super) struct PlannedRole {
    pub(super) place: String,
    pub(super) who: Who,
    /// Its name or its id.
    pub(super) role: String,
    /// Below the vault, with a slash in front, or empty.
    pub(super) scope: String,
}

/// A principal, by what people know of it.
pub(super) enum Who {
    ObjectId(String),
    ClientId(String),
    User(String),
}

/// A secret, a key or a certificate.
pub(super) struct Planned {
    /// Where it is in the seed.
    pub(super) place: String,
    pub(super) kind: Kind,
    pub(super) name: String,
    /// Made one after the other.
    pub(super) steps: Vec<Step>,
}

/// A request to the vault.
pub(super) struct Step {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Value,
    /// In a rehearsal, in place of the body: what takes no time to make.
    pub(super) rehearsed: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Secret,
    Key,
    Certificate,
}

impl Kind {
    pub(super) fn collection(self) -> &'static str {
        match self {
            Self::Secret => "secrets",
            Self::Key => "keys",
            Self::Certificate => "certificates",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Secret => "secret",
            Self::Key => "key",
            Self::Certificate => "certificate",
        })
    }
}

impl Plan {
    pub(super) fn of(file: file::File, sources: &Sources) -> Result<Self, String> {
        let principals = file.principals.map(|listed| {
            let folder = sources.folder().map_err(|_| {
                "principals: they are known at the start alone, so that a seed that is sent has none".to_owned()
            })?;
            listed.whole(folder).map_err(|error| format!("principals: {}", cause(&error)))
        });
        let mut names = BTreeSet::new();
        let mut vaults = Vec::new();
        for (index, vault) in file.vaults.into_iter().enumerate() {
            let place = format!("vaults[{index}] '{}'", vault.name);
            if !names.insert(vault.name.to_lowercase()) {
                return Err(format!("{place}: there are two vaults of that name"));
            }
            vaults.push(PlannedVault::of(vault, &place, sources)?);
        }
        Ok(Self { principals: principals.transpose()?, vaults })
    }
}

fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}

impl PlannedVault {
    fn of(vault: file::Vault, place: &str, sources: &Sources) -> Result<Self, String> {
        let valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name = &vault.name;
        if !(3..=24).contains(&name.len()) || !name.chars().all(valid) || name.starts_with('-') {
            return Err(format!("{place}: a vault's name has 3 to 24 letters, digits and hyphens"));
        }
        let mut planned = Self {
            name: name.clone(),
            resource: Resource::of(&vault, place)?,
            objects: Vec::new(),
        };
        for (index, secret) in vault.secrets.into_iter().enumerate() {
            let at = format!("{place}, secrets[{index}] '{}'", secret.name);
            let steps = secret_steps(&secret, sources).map_err(|what| format!("{at}: {what}"))?;
            planned.add(at, Kind::Secret, secret.name, steps)?;
        }
        for (index, key) in vault.keys.into_iter().enumerate() {
            let at = format!("{place}, keys[{index}] '{}'", key.name);
            let step = keys::step(&key, sources).map_err(|what| format!("{at}: {what}"))?;
            planned.add(at, Kind::Key, key.name, vec![step])?;
        }
        for (index, certificate) in vault.certificates.into_iter().enumerate() {
            let at = format!("{place}, certificates[{index}] '{}'", certificate.name);
            let step = certificates::step(&certificate, sources);
            let step = step.map_err(|what| format!("{at}: {what}"))?;
            planned.add(at, Kind::Certificate, certificate.name, vec![step])?;
        }
        Ok(planned)
    }

    fn add(
        &mut self,
        place: String,
        kind: Kind,
        name: String,
        steps: Vec<Step>,
    ) -> Result<(), String> {
        let valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if name.is_empty() || name.len() > 127 || !name.chars().all(valid) {
            return Err(format!("{place}: a name has 1 to 127 letters, digits and hyphens"));
        }
        let taken = |it: &Planned| it.kind == kind && it.name.eq_ignore_ascii_case(&name);
        if self.objects.iter().any(taken) {
            return Err(format!(
                "{place}: there are two of that name; 'versions' is for secrets that have several"
            ));
        }
        self.objects.push(Planned { place, kind, name, steps });
        Ok(())
    }
}

impl Resource {
    /// `None` for a vault of which nothing is said but its name and what is in it.
    fn of(vault: &file::Vault, place: &str) -> Result<Option<Self>, String> {
        let file::Vault { resource_group, location, sku, rbac, retention_days, .. } = vault;
        let file::Vault { purge_protection, tags, access_policies, role_assignments, .. } = vault;
        let told = resource_group.is_some()
            || location.is_some()
            || sku.is_some()
            || rbac.is_some()
            || retention_days.is_some()
            || purge_protection.is_some()
            || tags.is_some()
            || access_policies.is_some()
            || role_assignments.is_some();
        if !told {
            return Ok(None);
        }
        let rbac = rbac.unwrap_or(access_policies.is_none());
        if rbac && access_policies.is_some() {
            return Err(format!("{place}: a vault on roles (rbac) heeds no access_policies"));
        }
        if !rbac && role_assignments.is_some() {
            return Err(format!(
                "{place}: a vault on access_policies heeds no role_assignments; set rbac = true"
            ));
        }
        let mut policies = Vec::new();
        for (index, policy) in access_policies.iter().flatten().enumerate() {
            let who = Who::of([&policy.object_id, &policy.client_id, &policy.user])
                .map_err(|what| format!("{place}, access_policies[{index}]: {what}"))?;
            let permissions = json!({
                "keys": policy.keys, "secrets": policy.secrets, "certificates": policy.certificates,
            });
            policies.push(PlannedPolicy { who, permissions });
        }
        let mut roles = Vec::new();
        for (index, role) in role_assignments.iter().flatten().enumerate() {
            let place = format!("{place}, role_assignments[{index}]");
            let who = Who::of([&role.object_id, &role.client_id, &role.user])
                .map_err(|what| format!("{place}: {what}"))?;
            let scope = role.scope.as_deref().map_or_else(String::new, |it| format!("/{it}"));
            roles.push(PlannedRole { place, who, role: role.role.clone(), scope });
        }
        let mut properties = json!({
            "sku": {"family": "A", "name": sku.as_deref().unwrap_or("standard")},
            "enableRbacAuthorization": rbac,
        });
        if let (Some(days), Some(it)) = (retention_days, properties.as_object_mut()) {
            it.insert("softDeleteRetentionInDays".to_owned(), json!(days));
        }
        if let (Some(true), Some(it)) = (purge_protection, properties.as_object_mut()) {
            it.insert("enablePurgeProtection".to_owned(), json!(true));
        }
        Ok(Some(Self {
            group: resource_group.clone().unwrap_or_else(|| GROUP.to_owned()),
            location: location.clone().unwrap_or_else(|| LOCATION.to_owned()),
            tags: tags.clone().unwrap_or_default(),
            properties,
            policies,
            roles,
        }))
    }
}

impl Who {
    fn of(given: [&Option<String>; 3]) -> Result<Self, String> {
        match given {
            [Some(id), None, None] => Ok(Self::ObjectId(id.clone())),
            [None, Some(id), None] => Ok(Self::ClientId(id.clone())),
            [None, None, Some(name)] => Ok(Self::User(name.clone())),
            _ => Err("say whom it is for by one of object_id, client_id, user".to_owned()),
        }
    }
}

fn secret_steps(secret: &file::Secret, sources: &Sources) -> Result<Vec<Step>, String> {
    let names = ["value", "value_from_env", "value_file"];
    let (value, env, file) =
        (secret.value.as_ref(), secret.value_from_env.as_ref(), secret.value_file.as_ref());
    let own = sources.one(names, value, env, file)?;
    let step = |value: String,
                content_type: &Option<String>,
                tags: &Option<BTreeMap<String, String>>,
                attributes: Value| Step {
        method: Method::PUT,
        path: format!("secrets/{}", secret.name),
        body: json!({"value": value, "contentType": content_type, "tags": tags, "attributes": attributes}),
        rehearsed: None,
    };
    match (own, &secret.versions) {
        (Some(value), None) => {
            let attributes = attributes(
                secret.enabled,
                secret.not_before.as_deref(),
                secret.expires.as_deref(),
            )?;
            Ok(vec![step(value, &secret.content_type, &secret.tags, attributes)])
        }
        (None, Some(versions)) if !versions.is_empty() => {
            let each = versions.iter().enumerate().map(|(index, version)| {
                let (value, env, file) = (
                    version.value.as_ref(),
                    version.value_from_env.as_ref(),
                    version.value_file.as_ref(),
                );
                let value = sources.one(names, value, env, file).and_then(|value| {
                    let attributes = attributes(
                        version.enabled.or(secret.enabled),
                        version.not_before.as_deref().or(secret.not_before.as_deref()),
                        version.expires.as_deref().or(secret.expires.as_deref()),
                    )?;
                    let value = value.ok_or_else(|| format!("give one of {}", names.join(", ")))?;
                    let content_type = version.content_type.clone().or(secret.content_type.clone());
                    let tags = version.tags.clone().or(secret.tags.clone());
                    Ok(step(value, &content_type, &tags, attributes))
                });
                value.map_err(|what| format!("versions[{index}]: {what}"))
            });
            each.collect()
        }
        (Some(_), Some(_)) => Err("give a value or 'versions', not both".to_owned()),
        _ => Err(format!("give one of {}, versions", names.join(", "))),
    }
}

/// Attributes as the wire has them.
pub(super) fn attributes(
    enabled: Option<bool>,
    not_before: Option<&str>,
    expires: Option<&str>,
) -> Result<Value, String> {
    let seconds = |name: &str, text: Option<&str>| {
        text.map(|text| OffsetDateTime::parse(text, &Rfc3339))
            .transpose()
            .map(|time| time.map(OffsetDateTime::unix_timestamp))
            .map_err(|_| {
                format!("'{name}' is a time as of RFC 3339, such as \"2030-01-31T00:00:00Z\"")
            })
    };
    Ok(json!({
        "enabled": enabled.unwrap_or(true),
        "nbf": seconds("not_before", not_before)?,
        "exp": seconds("expires", expires)?,
    }))
}
