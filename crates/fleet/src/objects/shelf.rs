//! The secrets or the keys of one vault.

use std::collections::BTreeSet;

use azvault_core::{Error, Pager, Result, SecretValue, credentials::Env};
use azvault_keys::{KeyClient, KeyType};
use azvault_secrets::SecretClient;
use futures::TryStreamExt;

use super::{Wanted, generate::generate};
use crate::model::Source;

/// The client of the secrets or of the keys of one vault.
#[derive(Clone, Debug)]
pub(crate) enum Shelf {
    Secrets(SecretClient),
    Keys(KeyClient),
}

/// Which of the names that were looked for are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Found {
    pub(crate) live: BTreeSet<String>,
    /// Those of the others that a deleted object holds.
    pub(crate) deleted: BTreeSet<String>,
}

/// How an object will be made; the value is made or read once, and kept until it is set.
pub(super) enum Recipe<'a> {
    Secret(&'a crate::DesiredSecret, SecretValue),
    Key(&'a crate::DesiredKey),
}

impl<'a> Recipe<'a> {
    pub(super) fn of(wanted: &'a Wanted, env: &Env) -> Result<Self> {
        Ok(match wanted {
            Wanted::Key(key) => Self::Key(key),
            Wanted::Secret(secret) => match &secret.source {
                Source::Generated { length, alphabet } => {
                    Self::Secret(secret, generate(*length, *alphabet)?)
                }
                Source::Environment(variable) => {
                    let value = from_env(variable, env).map_err(Error::invalid_input)?;
                    Self::Secret(secret, value)
                }
            },
        })
    }
}

/// What a secret takes: <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets>
const MOST_BYTES: usize = 25 * 1024;

/// The value of an environment variable, as it is, or in words why it cannot be a secret's.
pub(crate) fn from_env(variable: &str, env: &Env) -> Result<SecretValue, String> {
    let wrong = |what: &str| Err(format!("the environment variable {variable} {what}"));
    match env.get(variable).map(SecretValue::new) {
        None => wrong("is not set, or is empty"),
        Some(value) if value.expose().len() > MOST_BYTES => {
            wrong("has more than 25,600 bytes, a secret's most")
        }
        // What is no text was replaced when it was read: the secret would be another.
        Some(value) if value.expose().contains(char::REPLACEMENT_CHARACTER) => {
            wrong("is no text: set it to UTF-8, to base64 for instance")
        }
        Some(value) => Ok(value),
    }
}

impl Shelf {
    /// Looks which of `names` are there: by one list, and by a second of what is deleted if some are
    /// not.
    pub(crate) async fn find(&self, names: &BTreeSet<String>) -> Result<Found> {
        let live = match self {
            Self::Secrets(client) => {
                known(client.list_secret_properties(), names, |it| it.name()).await
            }
            Self::Keys(client) => known(client.list_key_properties(), names, |it| it.name()).await,
        }?;
        let missing: BTreeSet<String> = names.difference(&live).cloned().collect();
        if missing.is_empty() {
            return Ok(Found { live, deleted: BTreeSet::new() });
        }
        let deleted = match self {
            Self::Secrets(client) => {
                known(client.list_deleted_secret_properties(), &missing, |it| it.name()).await
            }
            Self::Keys(client) => {
                known(client.list_deleted_key_properties(), &missing, |it| it.name()).await
            }
        }?;
        Ok(Found { live, deleted })
    }

    /// Whether there is a live object of this name, in whatever state its versions are.
    pub(super) async fn has(&self, name: &str) -> Result<bool> {
        let some = match self {
            Self::Secrets(client) => {
                let mut versions = client.list_secret_properties_versions(name);
                versions.try_next().await.map(|version| version.is_some())
            }
            Self::Keys(client) => {
                let mut versions = client.list_key_properties_versions(name);
                versions.try_next().await.map(|version| version.is_some())
            }
        };
        // An empty list is recorded for keys; for secrets nothing is, and either means the same.
        match some {
            Err(error) if matches!(error.code(), Some("SecretNotFound" | "KeyNotFound")) => {
                Ok(false)
            }
            some => some,
        }
    }

    /// Brings a deleted object back, with all its versions, and waits until it is there.
    pub(super) async fn recover(&self, name: &str) -> Result<()> {
        match self {
            Self::Secrets(client) => {
                client.begin_recover_deleted_secret(name).await?.wait().await.map(drop)
            }
            Self::Keys(client) => {
                client.begin_recover_deleted_key(name).await?.wait().await.map(drop)
            }
        }
    }

    pub(super) async fn make(&self, name: &str, recipe: &Recipe<'_>) -> Result<()> {
        match (self, recipe) {
            (Self::Secrets(client), Recipe::Secret(secret, value)) => {
                let mut set = client.set_secret(name, value.clone());
                if let Some(content_type) = &secret.content_type {
                    set = set.content_type(content_type);
                }
                for (name, value) in &secret.tags {
                    set = set.tag(name, value);
                }
                set.await.map(drop)
            }
            (Self::Keys(client), Recipe::Key(key)) => {
                let mut create = client.create_key(name, KeyType::clone(&key.kind));
                if let Some(bits) = key.size {
                    create = create.size(bits);
                }
                if let Some(curve) = &key.curve {
                    create = create.curve(curve.clone());
                }
                create.await.map(drop)
            }
            _ => Err(Error::invalid_input("a secret is no key, and a key no secret")),
        }
    }
}

/// Those of `names` that a list has; the list itself is not held. Names of objects do not differ by
/// case.
async fn known<T>(
    list: Pager<T>,
    names: &BTreeSet<String>,
    name: impl Fn(&T) -> &str,
) -> Result<BTreeSet<String>>
where
    T: serde::de::DeserializeOwned + Send + 'static,
{
    list.try_fold(BTreeSet::new(), |mut known, item| {
        let same = |wanted: &&String| crate::check::same(wanted, name(&item));
        known.extend(names.iter().find(same).cloned());
        std::future::ready(Ok(known))
    })
    .await
}
