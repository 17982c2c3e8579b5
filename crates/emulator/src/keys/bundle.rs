//! Keys as the service shows them, members in its order. Public parts only.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{
    attributes::AttributesView,
    store::{Deletion, KeyObject, KeyVersion},
};
use crate::{crypto::KeyMaterial, host::VaultKind, vault::Context};

/// The answer to create, get and update.
#[derive(Debug, Serialize)]
pub(super) struct KeyBundle<'a> {
    key: JsonWebKey<'a>,
    attributes: AttributesView,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: &'a BTreeMap<String, String>,
}

/// The answer to delete and to reading a deleted key.
#[derive(Debug, Serialize)]
pub(super) struct DeletedKeyBundle<'a> {
    #[serde(flatten)]
    recovery: Recovery,
    #[serde(flatten)]
    bundle: KeyBundle<'a>,
}

/// An item of a list.
#[derive(Debug, Serialize)]
pub(super) struct KeyItem<'a> {
    kid: String,
    attributes: AttributesView,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: &'a BTreeMap<String, String>,
}

/// An item of the list of deleted keys.
#[derive(Debug, Serialize)]
pub(super) struct DeletedKeyItem<'a> {
    #[serde(flatten)]
    recovery: Recovery,
    #[serde(flatten)]
    item: KeyItem<'a>,
}

#[derive(Debug, Serialize)]
struct Recovery {
    #[serde(rename = "recoveryId")]
    recovery_id: String,
    #[serde(rename = "deletedDate")]
    deleted_date: i64,
    #[serde(rename = "scheduledPurgeDate")]
    scheduled_purge_date: i64,
}

#[derive(Debug, Serialize)]
struct JsonWebKey<'a> {
    kid: String,
    kty: &'static str,
    key_ops: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

/// The identifier of a version, on the host that the client named.
pub(super) fn key_id(context: &Context<'_>, object: &KeyObject, version: &KeyVersion) -> String {
    context.url(&format!("keys/{}/{}", object.name, version.id))
}

/// `kty` as answers and texts spell it.
pub(super) fn key_type(version: &KeyVersion) -> &'static str {
    match (&*version.material, version.hsm) {
        (KeyMaterial::Rsa(_), false) => "RSA",
        (KeyMaterial::Rsa(_), true) => "RSA-HSM",
        (KeyMaterial::Ec(_), false) => "EC",
        (KeyMaterial::Ec(_), true) => "EC-HSM",
        (KeyMaterial::Oct(_), false) => "oct",
        (KeyMaterial::Oct(_), true) => "oct-HSM",
    }
}

impl<'a> KeyBundle<'a> {
    pub(super) fn of(context: &Context<'_>, object: &KeyObject, version: &'a KeyVersion) -> Self {
        Self {
            key: JsonWebKey::of(context, object, version),
            attributes: version.attributes.view(context),
            tags: &version.tags,
        }
    }
}

impl<'a> DeletedKeyBundle<'a> {
    pub(super) fn of(context: &Context<'_>, object: &'a KeyObject, deletion: Deletion) -> Self {
        Self {
            recovery: Recovery::of(context, object, deletion),
            bundle: KeyBundle::of(context, object, &object.latest),
        }
    }
}

impl<'a> KeyItem<'a> {
    /// In a list of keys: no version in the identifier.
    pub(super) fn of_key(context: &Context<'_>, object: &'a KeyObject) -> Self {
        Self {
            kid: context.url(&format!("keys/{}", object.name)),
            attributes: object.latest.attributes.view(context),
            tags: &object.latest.tags,
        }
    }

    /// In a list of versions.
    pub(super) fn of_version(
        context: &Context<'_>,
        object: &KeyObject,
        version: &'a KeyVersion,
    ) -> Self {
        Self {
            kid: key_id(context, object, version),
            attributes: version.attributes.view(context),
            tags: &version.tags,
        }
    }
}

impl<'a> DeletedKeyItem<'a> {
    pub(super) fn of(context: &Context<'_>, object: &'a KeyObject, deletion: Deletion) -> Self {
        Self {
            recovery: Recovery::of(context, object, deletion),
            item: KeyItem::of_key(context, object),
        }
    }
}

impl Recovery {
    fn of(context: &Context<'_>, object: &KeyObject, deletion: Deletion) -> Self {
        Self {
            recovery_id: context.url(&format!("deletedkeys/{}", object.name)),
            deleted_date: deletion.deleted_date,
            scheduled_purge_date: deletion.scheduled_purge_date,
        }
    }
}

impl<'a> JsonWebKey<'a> {
    fn of(context: &Context<'_>, object: &KeyObject, version: &'a KeyVersion) -> Self {
        let base64url = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let mut jwk = Self {
            kid: key_id(context, object, version),
            kty: key_type(version),
            key_ops: &version.key_ops,
            n: None,
            e: None,
            crv: None,
            x: None,
            y: None,
        };
        match &*version.material {
            KeyMaterial::Rsa(key) => {
                jwk.n = base64url(key.n());
                // A premium vault's hardware keys show the exponent in four bytes.
                jwk.e = if version.hsm && context.vault.kind == VaultKind::Vault {
                    base64url(&[&[0], key.e()].concat())
                } else {
                    base64url(key.e())
                };
            }
            KeyMaterial::Ec(key) => {
                let (x, y) = key.point();
                jwk.crv = Some(key.curve().name());
                jwk.x = base64url(x);
                jwk.y = base64url(y);
            }
            // A symmetric key has no public part.
            KeyMaterial::Oct(_) => {}
        }
        jwk
    }
}
