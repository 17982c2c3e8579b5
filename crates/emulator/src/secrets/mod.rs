//! The Secrets operations: setting a secret, and what a version of one holds.
//!
//! A secret's life, lists and updates are those of every object, in [`crate::objects`].

mod bundle;
mod request;

use std::{fmt, sync::Mutex};

use serde::Serialize;

use crate::{
    locks::lock,
    objects::{self, Attributes, Change, Content, ObjectKind, Part, Store, Version, reply},
    vault::{Action, Context, Reply, SecretRoute, ServiceError, Vault},
};
use bundle::{SecretBundle, SecretItem};
use request::SetBody;

/// What a version of a secret holds.
pub(crate) struct SecretContent {
    value: String,
    content_type: Option<String>,
}

type SecretVersion = Version<SecretContent>;

impl fmt::Debug for SecretContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretContent")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

pub(crate) fn answer(
    context: &Context<'_>,
    route: SecretRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    match route {
        SecretRoute::Object(route) => objects::answer::<SecretContent>(context, route, body),
        SecretRoute::Set { name } => set(context, &name, body),
    }
}

/// Makes a new version, whatever was there.
fn set(context: &Context<'_>, name: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    context.authorize(SecretContent::KIND, Action::Set, Some(name))?;
    let body = SetBody::parse(body)?;
    let now = context.router.clock.now();
    let attributes = Attributes::new(now.unix_timestamp(), &body.attributes);
    let mut store = lock(&context.vault.secrets);
    store.check_name(name, now)?;
    let object = store.add(name, Version::new(attributes, body.tags, body.content));
    reply(context, object, &object.latest, Part::Whole)
}

impl Content for SecretContent {
    const KIND: ObjectKind = ObjectKind::Secret;
    type Change = Option<String>;

    fn store(vault: &Vault) -> &Mutex<Store<Self>> {
        &vault.secrets
    }

    fn read_change(body: &[u8]) -> Result<Change<Self::Change>, ServiceError> {
        request::update(body)
    }

    fn apply(&mut self, content_type: Self::Change) {
        if content_type.is_some() {
            self.content_type = content_type;
        }
    }

    /// A disabled secret cannot be read, deleted or not; `nbf` and `exp` never matter.
    fn check_readable(version: &SecretVersion) -> Result<(), ServiceError> {
        if version.attributes.enabled { Ok(()) } else { Err(ServiceError::secret_disabled()) }
    }

    fn bundle(
        context: &Context<'_>,
        id: String,
        version: &SecretVersion,
        part: Part,
    ) -> impl Serialize {
        SecretBundle::of(context, id, version, part)
    }

    fn item(context: &Context<'_>, id: String, version: &SecretVersion) -> impl Serialize {
        SecretItem::of(context, id, version)
    }
}
