//! The Keys operations: what a routed request does to a vault's keys.
//!
//! [`request`], [`import`] and [`bundle`] hold a key's wire forms; its life is that of every object, in
//! [`crate::objects`].

mod attestation;
mod bundle;
mod byok;
mod cost;
mod create;
mod import;
mod operations;
mod period;
mod random;
mod release;
mod release_policy;
mod request;
mod rotation;
mod rotation_policy;

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::{
    certificates,
    crypto::{KeyMaterial, PrivateKey},
    objects::{self, Change, Content, Object, ObjectKind, Part, Store, Version},
    vault::{Context, KeyRoute, ObjectRoute, Reply, ServiceError, Vault},
};
use bundle::{KeyBundle, KeyItem};
pub(crate) use cost::{KeyCost, cost};
pub(crate) use create::generate;
use release_policy::ReleasePolicy;
use request::KeyChange;
use rotation_policy::RotationPolicy;
pub(crate) use rotation_policy::check as check_rotation_policy;

/// What a version of a key holds.
#[derive(Debug)]
pub(crate) struct KeyContent {
    material: Arc<KeyMaterial>,
    /// Kept in hardware, as far as its answers tell.
    hsm: bool,
    key_ops: Vec<String>,
    /// A certificate's: only its operations change it.
    managed: bool,
}

impl KeyContent {
    /// The key of a certificate.
    pub(crate) fn of_certificate(
        material: Arc<KeyMaterial>,
        hsm: bool,
        key_ops: Vec<String>,
    ) -> Self {
        Self { material, hsm, key_ops, managed: true }
    }
}

/// What all versions of a key have in common.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct KeySettings {
    exportable: bool,
    release_policy: Option<ReleasePolicy>,
    /// `None`: nobody has set one.
    rotation: Option<RotationPolicy>,
}

/// A version of a key in a backup.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedKey {
    material: PrivateKey,
    hsm: bool,
    key_ops: Vec<String>,
}

type KeyObject = Object<KeyContent>;
type KeyVersion = Version<KeyContent>;

/// Does what is due of the keys that `route` looks at: renewals of their certificates, and rotations.
pub(crate) async fn catch_up(context: &Context<'_>, route: &KeyRoute) -> Result<(), ServiceError> {
    if let Some(looked) = route.certificates_looked() {
        certificates::keep_up(context, looked).await?;
    }
    rotation::keep_up(context, route).await
}

pub(crate) async fn answer(
    context: &Context<'_>,
    route: KeyRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    catch_up(context, &route).await?;
    match route {
        KeyRoute::Object(ObjectRoute::Restore) => {
            let _turn = certificates::take_turn(context);
            objects::answer::<KeyContent>(context, ObjectRoute::Restore, body)
        }
        KeyRoute::Object(route) => objects::answer::<KeyContent>(context, route, body),
        // Boxed, so that other requests do not carry them.
        KeyRoute::Create { name } => Box::pin(create::create(context, &name, body)).await,
        KeyRoute::Import { name } => import::import(context, &name, body),
        KeyRoute::Crypto { name, version, operation } => {
            operations::run(context, &name, version.as_deref(), operation, body).await
        }
        KeyRoute::Rotate { name } => Box::pin(rotation::rotate(context, &name)).await,
        KeyRoute::RotationPolicy { name } => rotation_policy::get(context, &name),
        KeyRoute::SetRotationPolicy { name } => rotation_policy::set(context, &name, body),
        KeyRoute::Release { name, version } => {
            release::release(context, &name, version.as_deref(), body)
        }
        KeyRoute::SecureWrap { name, version } => {
            release::secure_wrap(context, &name, version.as_deref(), body)
        }
        KeyRoute::SecureUnwrap { name, version } => {
            release::secure_unwrap(context, &name, version.as_deref(), body)
        }
        KeyRoute::Attestation { name, version } => {
            attestation::get(context, &name, version.as_deref())
        }
        KeyRoute::RandomBytes => random::bytes(context, body),
    }
}

/// Which keys a request looks at.
enum Looked<'a> {
    Nothing,
    At(&'a str),
    AtAll,
}

impl KeyRoute {
    /// Which certificates may have something to do with the request.
    fn certificates_looked(&self) -> Option<certificates::Looked<'_>> {
        match self.looked() {
            Looked::Nothing => None,
            Looked::At(name) => Some(certificates::Looked::At(name)),
            Looked::AtAll => Some(certificates::Looked::AtAll),
        }
    }

    fn looked(&self) -> Looked<'_> {
        match self {
            Self::RandomBytes => Looked::Nothing,
            Self::Object(ObjectRoute::List) => Looked::AtAll,
            Self::Object(
                ObjectRoute::Get { name, .. }
                | ObjectRoute::Update { name, .. }
                | ObjectRoute::Versions { name }
                | ObjectRoute::Delete { name }
                | ObjectRoute::Backup { name },
            )
            | Self::Create { name }
            | Self::Import { name }
            | Self::Rotate { name }
            | Self::RotationPolicy { name }
            | Self::SetRotationPolicy { name }
            | Self::Crypto { name, .. }
            | Self::Release { name, .. }
            | Self::SecureWrap { name, .. }
            | Self::SecureUnwrap { name, .. }
            | Self::Attestation { name, .. } => Looked::At(name),
            Self::Object(_) => Looked::Nothing,
        }
    }
}

impl Content for KeyContent {
    const KIND: ObjectKind = ObjectKind::Key;
    type Change = KeyChange;
    type Settings = KeySettings;
    type Saved = SavedKey;

    fn store(vault: &Vault) -> &Mutex<Store<Self>> {
        &vault.keys
    }

    fn read_change(context: &Context<'_>, body: &[u8]) -> Result<Change<KeyChange>, ServiceError> {
        request::update(body, context.site.kind)
    }

    fn apply(
        _: &Context<'_>,
        object: &mut KeyObject,
        version: Option<&str>,
        change: Change<KeyChange>,
    ) -> Result<(), ServiceError> {
        let settings = change.content.export.clone().update(&object.settings, version.is_some())?;
        let version = object.version_mut(version)?;
        if let Some(key_ops) = change.apply(version).key_ops {
            version.content.key_ops = key_ops;
        }
        object.settings = settings;
        Ok(())
    }

    fn is_managed(version: &KeyVersion) -> bool {
        version.content.managed
    }

    fn save(&self) -> Result<SavedKey, ServiceError> {
        let material = self
            .material
            .to_private()
            .map_err(|_| ServiceError::internal("The key could not be backed up."))?;
        Ok(SavedKey { material, hsm: self.hsm, key_ops: self.key_ops.clone() })
    }

    fn load(saved: SavedKey) -> Option<Self> {
        let material = Arc::new(KeyMaterial::from_private(&saved.material).ok()?);
        Some(Self { material, hsm: saved.hsm, key_ops: saved.key_ops, managed: false })
    }

    fn load_managed(saved: SavedKey) -> Option<Self> {
        Some(Self { managed: true, ..Self::load(saved)? })
    }

    /// A disabled key can still be read: only its use is refused.
    fn check_readable(_: &KeyVersion) -> Result<(), ServiceError> {
        Ok(())
    }

    fn bundle<'a>(
        context: &Context<'_>,
        id: String,
        object: &'a KeyObject,
        version: &'a KeyVersion,
        _: Part,
    ) -> impl Serialize {
        KeyBundle::of(context, id, object, version)
    }

    fn item(
        context: &Context<'_>,
        id: String,
        object: &KeyObject,
        version: &KeyVersion,
    ) -> impl Serialize {
        KeyItem::of(context, id, object, version)
    }
}
