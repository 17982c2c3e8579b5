//! Identifiers of keys, secrets and certificates, deleted ones included.

use std::{fmt, str::FromStr};

use url::Url;

use crate::{Endpoint, Error, Result, validate_name, validate_version};

/// The identifier of an object in a vault, taken apart.
///
/// Reads `https://{vault}/{collection}/{name}[/{version}]` and the recovery ids of deleted
/// objects, `https://{vault}/deleted{collection}/{name}`. The collection is kept as text.
///
/// Source: [About keys, secrets and certificates](https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates).
///
/// # Examples
/// ```
/// use azvault_core::ResourceId;
///
/// let id: ResourceId = "https://my-vault.vault.azure.net/deletedkeys/my-key".parse()?;
/// assert_eq!(id.vault_url().as_str(), "https://my-vault.vault.azure.net");
/// assert_eq!((id.collection(), id.name(), id.version()), ("keys", "my-key", None));
/// assert!(id.is_deleted());
/// # Ok::<(), azvault_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResourceId {
    vault_url: Endpoint,
    collection: String,
    name: String,
    version: Option<String>,
    deleted: bool,
}

impl ResourceId {
    /// The vault that holds the object.
    pub fn vault_url(&self) -> &Endpoint {
        &self.vault_url
    }

    /// `keys`, `secrets` or `certificates`; without `deleted` for a deleted object.
    pub fn collection(&self) -> &str {
        &self.collection
    }

    /// The object's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version, unless the id stands for the latest, or for a deleted object.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Whether this is the recovery id of a deleted object.
    pub fn is_deleted(&self) -> bool {
        self.deleted
    }

    /// The same object without a version.
    #[must_use]
    pub fn without_version(&self) -> Self {
        Self { version: None, ..self.clone() }
    }
}

impl FromStr for ResourceId {
    type Err = Error;

    fn from_str(id: &str) -> Result<Self> {
        let wrong = |what: &str| {
            Error::invalid_input(format!(
                "the id {what}: an id has the form https://{{vault}}/{{keys|secrets|certificates}}/{{name}}/{{version}}"
            ))
        };
        let mut origin = Url::parse(id).map_err(|_| wrong("is not an absolute URL"))?;
        let path = origin.path().to_owned();
        origin.set_path("");
        let vault_url = Endpoint::parse(origin.as_str())?;
        let mut segments = path.trim_start_matches('/').trim_end_matches('/').split('/');
        let (Some(collection), Some(name)) = (segments.next(), segments.next()) else {
            return Err(wrong("has no name"));
        };
        let version = segments.next();
        if segments.next().is_some() {
            return Err(wrong("has too many parts"));
        }
        let (deleted, collection) = match collection.strip_prefix("deleted") {
            Some(rest) => (true, rest),
            None => (false, collection),
        };
        if collection.is_empty() || !collection.bytes().all(|b| b.is_ascii_lowercase()) {
            return Err(wrong("has no collection"));
        }
        if deleted && version.is_some() {
            return Err(wrong("of a deleted object has a version"));
        }
        let what = collection.trim_end_matches('s');
        validate_name(what, name)?;
        if let Some(version) = version {
            validate_version(what, version)?;
        }
        Ok(Self {
            vault_url,
            collection: collection.to_owned(),
            name: name.to_owned(),
            version: version.map(ToOwned::to_owned),
            deleted,
        })
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deleted = if self.deleted { "deleted" } else { "" };
        write!(f, "{}/{deleted}{}/{}", self.vault_url, self.collection, self.name)?;
        match &self.version {
            Some(version) => write!(f, "/{version}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResourceId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn ids_with_a_port_a_version_or_neither_round_trip() {
        for id in [
            format!("https://v.vault.azure.net/keys/k/{V}"),
            format!("https://v.vault.localhost:8443/secrets/s/{V}"),
            "https://v.managedhsm.azure.net/keys/k".to_owned(),
            "https://v.vault.localhost:8443/deletedcertificates/c".to_owned(),
        ] {
            assert_eq!(id.parse::<ResourceId>().unwrap().to_string(), id);
        }
    }

    #[test]
    fn what_is_not_an_id_is_refused() {
        for id in [
            "",
            "my-key",
            "http://v.vault.azure.net/keys/k",
            "https://v.vault.azure.net",
            "https://v.vault.azure.net/keys",
            "https://v.vault.azure.net/keys/k/not-a-version",
            "https://v.vault.azure.net/keys/k%2F..",
            "https://v.vault.azure.net/keys/k?x=1",
            "https://u:p@v.vault.azure.net/keys/k",
            &format!("https://v.vault.azure.net/deletedkeys/k/{V}"),
            &format!("https://v.vault.azure.net/keys/k/{V}/sign"),
        ] {
            assert!(id.parse::<ResourceId>().is_err(), "{id}");
        }
    }
}
