//! Putting a certificate where callers find it, with its key and its secret under the same name and version.

use std::sync::Arc;

use super::{
    CertificateContent, CertificateObject, CertificateVersion, Issued, Policy, container,
    x509::{Leaf, X509Error},
};
use crate::{
    crypto::KeyMaterial,
    locks::lock,
    objects::{Attributes, AttributesBody, Content, Object, Store, Tags, Version},
    vault::{Context, ServiceError},
};

impl Issued {
    /// What a certificate in DER, with those behind it, and its key become by this policy. Their file has the
    /// certificates in another order where one is given.
    pub(super) fn of(
        policy: &Policy,
        key: Arc<KeyMaterial>,
        chain: Vec<Vec<u8>>,
        order: Option<Vec<Vec<u8>>>,
    ) -> Result<Self, X509Error> {
        let leaving = policy.key_props.exportable.then_some(&*key);
        let order = order.as_ref().unwrap_or(&chain);
        let file = if policy.is_pem() {
            container::write_pem(leaving, order)?
        } else {
            container::write_pfx(leaving, chain.first(), order)?
        };
        Ok(Self {
            chain,
            key,
            hsm: policy.hsm(),
            key_ops: policy.key_ops(),
            file,
            content_type: policy.secret_props.content_type.clone(),
        })
    }

    /// A version of this, dated `now`; it is valid when its certificate is.
    pub(super) fn version(
        self,
        id: String,
        enabled: bool,
        tags: Tags,
        now: i64,
    ) -> Result<CertificateVersion, X509Error> {
        let (nbf, exp) = Leaf::read(self.chain.first().ok_or(X509Error)?)?.validity();
        let mut attributes = Attributes::new(now, &AttributesBody::default());
        attributes.enabled = enabled;
        attributes.nbf = Some(nbf);
        attributes.exp = Some(exp);
        Ok(Version {
            id,
            number: 0,
            attributes,
            tags,
            content: CertificateContent { issued: Some(self) },
        })
    }
}

/// Makes `version` the latest, in place of one that was never issued; with its key and its secret.
pub(super) fn latest(
    context: &Context<'_>,
    object: &mut CertificateObject,
    version: CertificateVersion,
) {
    if object.latest.content.issued.is_some() {
        object.push(version);
    } else {
        object.replace(version);
    }
    beside(context, &object.name, &object.latest);
}

/// The keys and secrets of all versions, the latest last.
pub(super) fn all(context: &Context<'_>, object: &CertificateObject) {
    let earlier = object.versions_after("").filter(|version| version.id != object.latest.id);
    for version in earlier.chain([&object.latest]) {
        beside(context, &object.name, version);
    }
}

fn beside(context: &Context<'_>, name: &str, version: &CertificateVersion) {
    let Some(issued) = &version.content.issued else {
        return;
    };
    add(&mut lock(&context.vault.keys), name, version, issued.key());
    add(&mut lock(&context.vault.secrets), name, version, issued.secret());
}

fn add<C: Content>(store: &mut Store<C>, name: &str, version: &CertificateVersion, content: C) {
    store.add(
        name,
        Version {
            id: version.id.clone(),
            number: 0,
            attributes: version.attributes.clone(),
            tags: version.tags.clone(),
            content,
        },
    );
}

/// Gives the key and the secret of a version its attributes and tags.
pub(super) fn mirror(
    context: &Context<'_>,
    object: &CertificateObject,
    version: Option<&str>,
) -> Result<(), ServiceError> {
    let version = object.version(version)?;
    if version.content.issued.is_none() {
        return Ok(());
    }
    let now = context.now();
    if let Ok(key) = lock(&context.vault.keys).writable(&object.name, now) {
        copy(version, key)?;
    }
    if let Ok(secret) = lock(&context.vault.secrets).writable(&object.name, now) {
        copy(version, secret)?;
    }
    Ok(())
}

fn copy<C: Content>(from: &CertificateVersion, to: &mut Object<C>) -> Result<(), ServiceError> {
    let to = to.version_mut(Some(&from.id))?;
    to.attributes = from.attributes.clone();
    to.tags = from.tags.clone();
    Ok(())
}
