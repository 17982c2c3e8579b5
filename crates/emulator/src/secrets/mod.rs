//! The Secrets operations: setting a secret, and what a version of one holds.
//!
//! A secret's life, lists and updates are those of every object, in [`crate::objects`].

mod bundle;
mod request;

use std::{fmt, sync::Mutex};

use serde::{Deserialize, Serialize};

use crate::{
    certificates,
    locks::lock,
    objects::{self, Attributes, Change, Content, Object, ObjectKind, Part, Store, Version, reply},
    vault::{Action, Context, ObjectRoute, Reply, SecretRoute, ServiceError, Vault},
};
use bundle::{SecretBundle, SecretItem};
use request::SetBody;

/// The one form of file that a certificate is converted to.
const PEM: &str = "application/x-pem-file";

/// What a version of a secret holds.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SecretContent {
    value: String,
    content_type: Option<String>,
    /// A certificate's: only its operations change it.
    #[serde(skip)]
    managed: bool,
}

impl SecretContent {
    /// The secret of a certificate: its file.
    pub(crate) fn of_certificate(value: String, content_type: &str) -> Self {
        Self { value, content_type: Some(content_type.to_owned()), managed: true }
    }
}

type SecretObject = Object<SecretContent>;
type SecretVersion = Version<SecretContent>;

impl fmt::Debug for SecretContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretContent")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// Does what is due of the certificates whose secrets `route` looks at.
pub(crate) async fn catch_up(
    context: &Context<'_>,
    route: &SecretRoute,
) -> Result<(), ServiceError> {
    if matches!(route, SecretRoute::Object(ObjectRoute::Get { .. })) {
        check_form(context)?;
    }
    match route {
        SecretRoute::Object(route) => {
            certificates::keep_up(context, certificates::objects_looked(route)).await
        }
        SecretRoute::Set { .. } => Ok(()),
    }
}

pub(crate) fn answer(
    context: &Context<'_>,
    route: SecretRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    match route {
        SecretRoute::Object(ObjectRoute::Restore) => {
            let _turn = certificates::take_turn(context);
            objects::answer::<SecretContent>(context, ObjectRoute::Restore, body)
        }
        SecretRoute::Object(route) => objects::answer::<SecretContent>(context, route, body),
        SecretRoute::Set { name } => set(context, &name, body),
    }
}

/// Refuses a form of file that nothing is converted to.
fn check_form(context: &Context<'_>) -> Result<(), ServiceError> {
    match context.query.out_content_type.as_deref() {
        None | Some(PEM) => Ok(()),
        Some(other) => Err(ServiceError::bad_parameter(format!(
            "The content type '{other}' of outContentType is not supported; {PEM} is."
        ))),
    }
}

/// Makes a new version, whatever was there.
fn set(context: &Context<'_>, name: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    context.authorize(SecretContent::KIND, Action::Set, Some(name))?;
    let body = SetBody::parse(body)?;
    let _turn = certificates::claim(context, SecretContent::KIND, name, "set")?;
    let now = context.now();
    let attributes = Attributes::new(now.unix_timestamp(), &body.attributes);
    let mut store = lock(&context.vault.secrets);
    store.check_name(name, now)?;
    let object = store.push(name, Version::new(attributes, body.tags, body.content));
    reply(context, object, &object.latest, Part::Whole)
}

impl Content for SecretContent {
    const KIND: ObjectKind = ObjectKind::Secret;
    type Change = Option<String>;
    type Settings = ();
    type Saved = Self;

    fn store(vault: &Vault) -> &Mutex<Store<Self>> {
        &vault.secrets
    }

    fn read_change(_: &Context<'_>, body: &[u8]) -> Result<Change<Self::Change>, ServiceError> {
        request::update(body)
    }

    fn apply(
        _: &Context<'_>,
        object: &mut Object<Self>,
        version: Option<&str>,
        change: Change<Self::Change>,
    ) -> Result<(), ServiceError> {
        let version = object.version_mut(version)?;
        if let Some(content_type) = change.apply(version) {
            version.content.content_type = Some(content_type);
        }
        Ok(())
    }

    fn is_managed(version: &SecretVersion) -> bool {
        version.content.managed
    }

    fn save(&self) -> Result<Self, ServiceError> {
        Ok(self.clone())
    }

    fn load(saved: Self) -> Option<Self> {
        Some(saved)
    }

    fn load_managed(saved: Self) -> Option<Self> {
        Some(Self { managed: true, ..saved })
    }

    /// A disabled secret cannot be read, deleted or not; `nbf` and `exp` never matter.
    fn check_readable(version: &SecretVersion) -> Result<(), ServiceError> {
        if version.attributes.enabled { Ok(()) } else { Err(ServiceError::secret_disabled()) }
    }

    fn bundle<'a>(
        context: &Context<'_>,
        id: String,
        object: &'a Object<Self>,
        version: &'a SecretVersion,
        part: Part,
    ) -> impl Serialize {
        SecretBundle::of(context, id, object, version, part)
    }

    fn item(
        context: &Context<'_>,
        id: String,
        _: &Object<Self>,
        version: &SecretVersion,
    ) -> impl Serialize {
        SecretItem::of(context, id, version)
    }
}
