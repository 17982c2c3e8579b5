//! Objects as the management plane looks at them: whatever their state, and without a secret's value.

use serde_json::Value;

use super::{Content, Object, Part, Version, version_id};
use crate::{
    locks::lock,
    vault::{Context, ServiceError},
};

/// A version of an object, and what the data plane tells of it.
#[derive(Debug)]
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) bundle: Value,
}

/// Some of a list, and whether there is more.
#[derive(Debug)]
pub(crate) struct DescribedPage {
    pub(crate) items: Vec<Described>,
    more: bool,
}

impl DescribedPage {
    /// Where the next page goes on from, if there is one.
    pub(crate) fn last(&self) -> Option<&Described> {
        self.items.last().filter(|_| self.more)
    }
}

/// The version of that id, or the latest.
pub(crate) fn describe<C: Content>(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Described, ServiceError> {
    let mut store = lock(C::store(context.vault));
    let object = store.readable(name, context.now())?;
    described(context, object, object.version(version)?)
}

/// The latest versions of at most `most` live objects, those after `after` only.
pub(crate) fn describe_all<C: Content>(
    context: &Context<'_>,
    after: &str,
    most: usize,
) -> Result<DescribedPage, ServiceError> {
    let mut store = lock(C::store(context.vault));
    let objects = store.live_after(after, context.now());
    page(context, objects.map(|(_, object)| (object, &object.latest)), most)
}

/// At most `most` versions of an object, in the order of their ids, those after `after` only.
pub(crate) fn describe_versions<C: Content>(
    context: &Context<'_>,
    name: &str,
    after: &str,
    most: usize,
) -> Result<DescribedPage, ServiceError> {
    let mut store = lock(C::store(context.vault));
    let object = store.readable(name, context.now())?;
    page(context, object.versions_after(after).map(|version| (object, version)), most)
}

fn page<'a, C: Content + 'a>(
    context: &Context<'_>,
    versions: impl Iterator<Item = (&'a Object<C>, &'a Version<C>)>,
    most: usize,
) -> Result<DescribedPage, ServiceError> {
    let mut versions = versions.peekable();
    let mut items = Vec::new();
    while items.len() < most
        && let Some((object, version)) = versions.next()
    {
        items.push(described(context, object, version)?);
    }
    Ok(DescribedPage { items, more: versions.peek().is_some() })
}

fn described<C: Content>(
    context: &Context<'_>,
    object: &Object<C>,
    version: &Version<C>,
) -> Result<Described, ServiceError> {
    let id = version_id(context, object, version);
    let bundle = serde_json::to_value(C::bundle(context, id, object, version, Part::Properties))
        .map_err(|_| ServiceError::internal("The object could not be described."))?;
    Ok(Described { name: object.name.clone(), version: version.id.clone(), bundle })
}
