//! What keys and secrets have in common: versions, the life from live to purged, lists, attributes.
//!
//! A kind of object says by [`Content`] what its versions hold and how they are written; nothing here
//! knows a key from a secret.

mod attributes;
mod backup;
mod body;
mod deadlines;
mod described;
mod kept;
mod lifecycle;
mod lists;
#[cfg(test)]
mod model_tests;
mod object;
mod store;

use std::{collections::BTreeMap, sync::Mutex};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

pub(crate) use attributes::{Attributes, AttributesBody, AttributesView};
pub(crate) use body::{TagsBody, json, known_tags};
pub(crate) use described::{Described, describe, describe_all, describe_versions};
pub(crate) use lists::{marker, page};
pub(crate) use object::{Object, Version};
pub(crate) use store::Store;

use crate::{
    locks::lock,
    vault::{Action, Context, ObjectRoute, Reply, ServiceError, Vault},
};

/// Tags of a version.
pub(crate) type Tags = BTreeMap<String, String>;

/// A kind of object, as paths, codes and texts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Key,
    Secret,
    Certificate,
}

impl ObjectKind {
    /// In the middle of a text.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Secret => "secret",
            Self::Certificate => "certificate",
        }
    }

    /// At the start of a text, and in codes.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Key => "Key",
            Self::Secret => "Secret",
            Self::Certificate => "Certificate",
        }
    }

    /// The path of live objects, and the group of an access policy's permissions.
    pub(crate) fn collection(self) -> &'static str {
        match self {
            Self::Key => "keys",
            Self::Secret => "secrets",
            Self::Certificate => "certificates",
        }
    }

    /// The path of deleted objects.
    pub(crate) fn deleted_collection(self) -> &'static str {
        match self {
            Self::Key => "deletedkeys",
            Self::Secret => "deletedsecrets",
            Self::Certificate => "deletedcertificates",
        }
    }

    /// What the blobs of backups are labelled with; only that of keys is on record.
    pub(crate) fn backup_label(self) -> &'static str {
        match self {
            Self::Key => "AzureKeyVaultKeyBackupV1.microsoft.com",
            Self::Secret => "AzureKeyVaultSecretBackupV1.microsoft.com",
            Self::Certificate => "AzureKeyVaultCertificateBackupV1.microsoft.com",
        }
    }

    /// The inner code of a refusal to touch what a certificate owns; none owns a certificate.
    pub(crate) fn managed(self) -> &'static str {
        match self {
            Self::Key => "KeyManagedByKeyVault",
            Self::Secret => "SecretManagedByKeyVault",
            Self::Certificate => "CertificateManagedByKeyVault",
        }
    }

    /// The code of a refusal for want of an object.
    pub(crate) fn not_found(self) -> &'static str {
        match self {
            Self::Key => "KeyNotFound",
            Self::Secret => "SecretNotFound",
            Self::Certificate => "CertificateNotFound",
        }
    }
}

/// How much of a version an answer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// Of one version that was asked for: without what all versions have in common, a certificate's policy and
    /// operation.
    Version,
    /// Without what only reading and setting give: a secret's value.
    Properties,
    /// Of one version that was changed: nor with a certificate's policy, but with its operation, as recorded.
    VersionProperties,
}

impl Part {
    /// Whether it tells what a secret is.
    pub(crate) fn has_value(self) -> bool {
        matches!(self, Self::Whole | Self::Version)
    }

    /// Whether it tells how a certificate is made.
    pub(crate) fn has_policy(self) -> bool {
        matches!(self, Self::Whole | Self::Properties)
    }
}

/// What a body changes in a version; what is absent stays.
#[derive(Debug)]
pub(crate) struct Change<T> {
    pub(crate) attributes: AttributesBody,
    /// Replaced as a whole.
    pub(crate) tags: Option<Tags>,
    pub(crate) content: T,
}

impl<T> Change<T> {
    /// Changes what all kinds have, and gives the rest.
    pub(crate) fn apply<C>(self, version: &mut Version<C>) -> T {
        self.attributes.apply(&mut version.attributes);
        if let Some(tags) = self.tags {
            version.tags = tags;
        }
        self.content
    }
}

/// What the versions of one kind of object hold, and how they travel.
pub(crate) trait Content: Sized {
    const KIND: ObjectKind;
    type Change;
    /// What an object has besides its versions.
    type Settings: Clone + std::fmt::Debug + Default + Serialize + DeserializeOwned;
    /// What a version holds, in a backup.
    type Saved: Serialize + DeserializeOwned;

    fn store(vault: &Vault) -> &Mutex<Store<Self>>;

    fn read_change(
        context: &Context<'_>,
        body: &[u8],
    ) -> Result<Change<Self::Change>, ServiceError>;

    /// Changes the version of that id, or the latest; refuses before anything is changed.
    fn apply(
        context: &Context<'_>,
        object: &mut Object<Self>,
        version: Option<&str>,
        change: Change<Self::Change>,
    ) -> Result<(), ServiceError>;

    /// Whether a certificate owns this version, so that only its operations change it.
    fn is_managed(_: &Version<Self>) -> bool {
        false
    }

    /// Whether lists show this version.
    fn is_listed(_: &Context<'_>, _: &Version<Self>) -> bool {
        true
    }

    /// Refuses to restore what has a free name, but needs more than that.
    fn check_restorable(_: &Context<'_>, _: &Object<Self>) -> Result<(), ServiceError> {
        Ok(())
    }

    /// Restores what belongs to an object that was restored.
    fn restored(_: &Context<'_>, _: &Object<Self>) {}

    /// Everything there is to know of a version, for a backup.
    fn save(&self) -> Result<Self::Saved, ServiceError>;

    /// `None` when what was saved makes no sense.
    fn load(saved: Self::Saved) -> Option<Self>;

    /// The same for what outlives a run, where a certificate's stays its own.
    fn load_managed(saved: Self::Saved) -> Option<Self> {
        Self::load(saved)
    }

    /// What outlives a run of the settings besides what a backup has.
    fn save_pending(_: &Self::Settings) -> Result<Option<Value>, ServiceError> {
        Ok(None)
    }

    /// Puts that back; `None` when it makes no sense.
    fn load_pending(_: &mut Self::Settings, _: Value) -> Option<()> {
        None
    }

    /// Refuses when this version must not be shown.
    fn check_readable(version: &Version<Self>) -> Result<(), ServiceError>;

    /// A version under its identifier.
    fn bundle<'a>(
        context: &Context<'_>,
        id: String,
        object: &'a Object<Self>,
        version: &'a Version<Self>,
        part: Part,
    ) -> impl Serialize;

    /// An item of a list.
    fn item(
        context: &Context<'_>,
        id: String,
        object: &Object<Self>,
        version: &Version<Self>,
    ) -> impl Serialize;
}

/// Runs an operation that every kind of object has.
pub(crate) fn answer<C: Content>(
    context: &Context<'_>,
    route: ObjectRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    match route {
        ObjectRoute::Get { name, version } => get::<C>(context, &name, version.as_deref()),
        ObjectRoute::Update { name, version } => {
            update::<C>(context, &name, version.as_deref(), body)
        }
        ObjectRoute::List => lists::live::<C>(context),
        ObjectRoute::Versions { name } => lists::versions::<C>(context, &name),
        ObjectRoute::Delete { name } => lifecycle::delete::<C>(context, &name),
        ObjectRoute::ListDeleted => lists::deleted::<C>(context),
        ObjectRoute::GetDeleted { name } => lifecycle::get::<C>(context, &name),
        ObjectRoute::Recover { name } => lifecycle::recover::<C>(context, &name),
        ObjectRoute::Purge { name } => lifecycle::purge::<C>(context, &name),
        ObjectRoute::Backup { name } => backup::backup::<C>(context, &name),
        ObjectRoute::Restore => backup::restore::<C>(context, body),
    }
}

/// The identifier of a version, on the host that the client named.
pub(crate) fn version_id<C: Content>(
    context: &Context<'_>,
    object: &Object<C>,
    version: &Version<C>,
) -> String {
    context.url(&[C::KIND.collection(), "/", &object.name, "/", &version.id].concat())
}

/// The answer that shows a version.
pub(crate) fn reply<C: Content>(
    context: &Context<'_>,
    object: &Object<C>,
    version: &Version<C>,
    part: Part,
) -> Result<Reply, ServiceError> {
    let id = version_id(context, object, version);
    Reply::json(context.site.kind, &C::bundle(context, id, object, version, part))
}

fn get<C: Content>(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Get, Some(name))?;
    let mut store = lock(C::store(context.vault));
    let object = store.readable(name, context.now())?;
    let part = if version.is_some() { Part::Version } else { Part::Whole };
    let version = object.version(version)?;
    C::check_readable(version)?;
    reply(context, object, version, part)
}

/// Refuses to do that to what a certificate owns.
pub(crate) fn check_unmanaged<C: Content>(
    object: &Object<C>,
    operation: &str,
) -> Result<(), ServiceError> {
    if C::is_managed(&object.latest) {
        return Err(ServiceError::managed(C::KIND, operation));
    }
    Ok(())
}

/// What the body leaves out stays; tags are replaced as a whole; the version stays the same.
fn update<C: Content>(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Update, Some(name))?;
    let now = context.now();
    let mut store = lock(C::store(context.vault));
    let object = store.writable(name, now)?;
    check_unmanaged(object, "update")?;
    // What is not there is told before what is wrong with the body.
    object.version(version)?;
    let change = C::read_change(context, body)?;
    C::apply(context, object, version, change)?;
    object.version_mut(version)?.attributes.updated = now.unix_timestamp();
    let part = if version.is_some() { Part::VersionProperties } else { Part::Properties };
    let version = object.version(version)?;
    reply(context, object, version, part)
}
