//! The Keys operations: what a routed request does to a vault's keys.
//!
//! [`request`] and [`bundle`] hold a key's wire forms; its life is that of every object, in
//! [`crate::objects`].

mod bundle;
mod create;
mod operations;
mod request;

use std::sync::{Arc, Mutex};

use serde::Serialize;

use crate::{
    crypto::KeyMaterial,
    objects::{self, Change, Content, ObjectKind, Part, Store, Version},
    vault::{Context, KeyRoute, Reply, ServiceError, Vault},
};
use bundle::{KeyBundle, KeyItem};

/// What a version of a key holds.
#[derive(Debug)]
pub(crate) struct KeyContent {
    material: Arc<KeyMaterial>,
    /// Kept in hardware, as far as its answers tell.
    hsm: bool,
    key_ops: Vec<String>,
}

type KeyVersion = Version<KeyContent>;

pub(crate) async fn answer(
    context: &Context<'_>,
    route: KeyRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    match route {
        KeyRoute::Object(route) => objects::answer::<KeyContent>(context, route, body),
        KeyRoute::Create { name } => create::create(context, &name, body).await,
        KeyRoute::Crypto { name, version, operation } => {
            operations::run(context, &name, version.as_deref(), operation, body)
        }
    }
}

impl Content for KeyContent {
    const KIND: ObjectKind = ObjectKind::Key;
    type Change = Option<Vec<String>>;

    fn store(vault: &Vault) -> &Mutex<Store<Self>> {
        &vault.keys
    }

    fn read_change(body: &[u8]) -> Result<Change<Self::Change>, ServiceError> {
        request::update(body)
    }

    fn apply(&mut self, key_ops: Self::Change) {
        if let Some(key_ops) = key_ops {
            self.key_ops = key_ops;
        }
    }

    /// A disabled key can still be read: only its use is refused.
    fn check_readable(_: &KeyVersion) -> Result<(), ServiceError> {
        Ok(())
    }

    fn bundle(context: &Context<'_>, id: String, version: &KeyVersion, _: Part) -> impl Serialize {
        KeyBundle::of(context, id, version)
    }

    fn item(context: &Context<'_>, id: String, version: &KeyVersion) -> impl Serialize {
        KeyItem::of(context, id, version)
    }
}
