//! Certificates as objects: their updates, their backups and how they are shown.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    CertificateContent, CertificateObject, CertificateSettings, CertificateVersion, Issued,
    Operation,
    bundle::{CertificateBundle, CertificateItem},
    issuers,
    policy::{Policy, PolicyBody},
    publish,
};
use crate::{
    crypto::{KeyMaterial, PrivateKey},
    keys::KeyContent,
    locks::lock,
    objects::{
        AttributesBody, Change, Content, Object, ObjectKind, Part, Store, TagsBody, json,
        known_tags,
    },
    secrets::SecretContent,
    vault::{Context, ServiceError, Vault},
};

pub(super) const MAX_TAG_CHARS: usize = 256;

#[derive(Deserialize)]
struct Body {
    policy: Option<PolicyBody>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
}

/// A version of a certificate in a backup.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedCertificate {
    issued: Option<SavedIssued>,
}

#[derive(Serialize, Deserialize)]
struct SavedIssued {
    /// In base64.
    chain: Vec<String>,
    key: PrivateKey,
    hsm: bool,
    key_ops: Vec<String>,
    file: String,
    content_type: String,
}

impl Content for CertificateContent {
    const KIND: ObjectKind = ObjectKind::Certificate;
    type Change = Option<PolicyBody>;
    type Settings = CertificateSettings;
    type Saved = SavedCertificate;

    fn store(vault: &Vault) -> &Mutex<Store<Self>> {
        &vault.certificates.store
    }

    /// When a certificate is valid it says itself: times in a body are ignored.
    fn read_change(_: &Context<'_>, body: &[u8]) -> Result<Change<Self::Change>, ServiceError> {
        let body: Body = json(body)?;
        Ok(Change {
            attributes: body.attributes.unwrap_or_default().without_times(),
            tags: known_tags(body.tags, MAX_TAG_CHARS)?,
            content: body.policy,
        })
    }

    fn apply(
        context: &Context<'_>,
        object: &mut CertificateObject,
        version: Option<&str>,
        change: Change<Self::Change>,
    ) -> Result<(), ServiceError> {
        let now = context.now().unix_timestamp();
        let policy = match (&change.content, version) {
            (None, _) => None,
            (Some(body), None) => {
                let policy = Policy::of(body.clone(), Some(&object.settings.policy), now)?;
                issuers::check(context, &policy.issuer.name)?;
                Some(policy)
            }
            (Some(_), Some(_)) => {
                return Err(ServiceError::bad_parameter(
                    "The policy of a certificate cannot be updated on one of its versions.",
                ));
            }
        };
        change.apply(object.version_mut(version)?);
        if let Some(policy) = policy {
            object.settings.policy = policy;
        }
        let changed = object.version_mut(version)?;
        changed.attributes.updated = now;
        publish::mirror(context, object, version)
    }

    /// One that is not issued yet is in lists that ask for such.
    fn is_listed(context: &Context<'_>, version: &CertificateVersion) -> bool {
        version.content.issued.is_some() || context.query.include_pending
    }

    fn check_restorable(
        context: &Context<'_>,
        object: &CertificateObject,
    ) -> Result<(), ServiceError> {
        let now = context.now();
        // A certificate in the way is told as the conflict of a restore, not as one with its own key.
        if lock(&context.vault.certificates.store).check_absent(&object.name, now).is_err() {
            return Ok(());
        }
        lock(&context.vault.keys).check_absent(&object.name, now)?;
        lock(&context.vault.secrets).check_absent(&object.name, now)
    }

    fn restored(context: &Context<'_>, object: &CertificateObject) {
        publish::all(context, object);
    }

    fn save(&self) -> Result<SavedCertificate, ServiceError> {
        let failed = |_| ServiceError::internal("The certificate could not be backed up.");
        let save = |issued: &Issued| {
            Ok(SavedIssued {
                chain: issued.chain.iter().map(|der| STANDARD.encode(der)).collect(),
                key: issued.key.to_private().map_err(failed)?,
                hsm: issued.hsm,
                key_ops: issued.key_ops.clone(),
                file: issued.file.clone(),
                content_type: issued.content_type.clone(),
            })
        };
        Ok(SavedCertificate { issued: self.issued.as_ref().map(save).transpose()? })
    }

    fn load(saved: SavedCertificate) -> Option<Self> {
        let Some(saved) = saved.issued else {
            return Some(Self { issued: None });
        };
        let chain: Result<_, _> = saved.chain.iter().map(|der| STANDARD.decode(der)).collect();
        Some(Self {
            issued: Some(Issued {
                chain: chain.ok()?,
                key: Arc::new(KeyMaterial::from_private(&saved.key).ok()?),
                hsm: saved.hsm,
                key_ops: saved.key_ops,
                file: saved.file,
                content_type: saved.content_type,
            }),
        })
    }

    fn save_pending(settings: &CertificateSettings) -> Result<Option<Value>, ServiceError> {
        settings.operation.as_ref().map(Operation::save).transpose()
    }

    fn load_pending(settings: &mut CertificateSettings, saved: Value) -> Option<()> {
        settings.operation = Some(Operation::load(saved)?);
        Some(())
    }

    /// A disabled certificate can still be read, unlike its secret.
    fn check_readable(_: &CertificateVersion) -> Result<(), ServiceError> {
        Ok(())
    }

    fn bundle<'a>(
        context: &Context<'_>,
        id: String,
        object: &'a CertificateObject,
        version: &'a CertificateVersion,
        part: Part,
    ) -> impl Serialize {
        CertificateBundle::of(context, id, object, version, part)
    }

    fn item(
        _: &Context<'_>,
        id: String,
        _: &Object<Self>,
        version: &CertificateVersion,
    ) -> impl Serialize {
        CertificateItem::of(id, version)
    }
}

impl Issued {
    pub(super) fn key(&self) -> KeyContent {
        KeyContent::of_certificate(Arc::clone(&self.key), self.hsm, self.key_ops.clone())
    }

    pub(super) fn secret(&self) -> SecretContent {
        SecretContent::of_certificate(self.file.clone(), &self.content_type)
    }
}
