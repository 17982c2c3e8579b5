//! The rules of secrets and keys.

use azvault_core::object::validate_tags;
use azvault_keys::KeyType;

use super::{Problems, key, repeated, twice};
use crate::model::{DesiredKey, DesiredSecret, DesiredVault, Source};

pub(super) fn check(vault: &DesiredVault, problems: &mut Problems) {
    let secrets = vault.secrets.iter().map(|(name, it)| (name.as_str(), it.place));
    let keys = vault.keys.iter().map(|(name, it)| (name.as_str(), it.place));
    for (kind, again) in [("secrets", repeated(secrets)), ("keys", repeated(keys))] {
        for (name, place, first) in again {
            problems.add(key(&vault.name, &format!("{kind}.{name}")), twice(first), place);
        }
    }
    for (name, secret) in &vault.secrets {
        let key = key(&vault.name, &format!("secrets.{name}"));
        problems.rule(&key, secret.place, object_name("secret", name));
        problems.rule(&key, secret.place, source(&secret.source));
        problems.rule(&key, secret.place, labels(secret));
    }
    for (name, wanted) in &vault.keys {
        let key = key(&vault.name, &format!("keys.{name}"));
        problems.rule(&key, wanted.place, object_name("key", name));
        problems.rule(&key, wanted.place, kind(wanted));
    }
}

fn object_name(noun: &str, name: &str) -> Result<(), String> {
    azvault_core::validate_name(noun, name)
        .map_err(|_| format!("is no {noun}'s name: it has 1 to 127 letters, digits and hyphens"))
}

fn source(source: &Source) -> Result<(), String> {
    match source {
        // What is shorter can be guessed; a secret has 25,600 bytes at most.
        Source::Generated { length, .. } if !(8..=25_600).contains(length) => {
            Err(format!("a value of {length} characters: it must have 8 to 25,600"))
        }
        // Not repeated: it may be the value itself, put into the wrong place.
        Source::Environment(variable) if !is_variable(variable) => Err(
            "from_env must be the name of an environment variable: letters, digits and underscores"
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

/// <https://learn.microsoft.com/azure/key-vault/secrets/about-secrets>
fn labels(secret: &DesiredSecret) -> Result<(), String> {
    validate_tags("secret", &secret.tags, 512).map_err(|error| error.message().to_owned())?;
    match secret.content_type.as_ref().map_or(0, |text| text.chars().count()) {
        0..=255 => Ok(()),
        count => Err(format!("its content type has {count} characters: it may have at most 255")),
    }
}

fn is_variable(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn kind(key: &DesiredKey) -> Result<(), String> {
    match key.kind {
        KeyType::Rsa | KeyType::RsaHsm if key.curve.is_some() => {
            Err("an RSA key has a size, and no curve".to_owned())
        }
        KeyType::Ec | KeyType::EcHsm if key.size.is_some() => {
            Err("an EC key has a curve, and no size".to_owned())
        }
        _ => Ok(()),
    }
}
