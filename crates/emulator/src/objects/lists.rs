//! Lists, a page at a time, in a stable order.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::{
    Content,
    lifecycle::{Deleted, Recovery},
    object::Object,
    version_id,
};
use crate::{
    host::VaultKind,
    locks::lock,
    vault::{Action, Context, Reply, ServiceError},
};

#[derive(Serialize)]
struct Page<T> {
    value: Vec<T>,
    /// `null` on a vault's last page; a managed HSM leaves it out there.
    #[serde(rename = "nextLink", skip_serializing_if = "Option::is_none")]
    next_link: Option<Option<String>>,
}

/// What a skip token holds; clients must not look.
#[derive(Serialize, Deserialize)]
struct Marker {
    #[serde(rename = "NextMarker")]
    next_marker: String,
    #[serde(rename = "TargetLocation")]
    target_location: u8,
}

pub(super) fn live<C: Content>(context: &Context<'_>) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::List, None)?;
    let after = marker(context)?;
    let mut store = lock(C::store(context.vault));
    let items = store.live_after(&after, context.now());
    let items = items.filter(|(_, object)| C::is_listed(context, &object.latest));
    let items = items.map(|(id, object)| (id, item(context, object)));
    page(context, C::KIND.collection(), items)
}

/// A name that is not there has no versions: an empty list, not a refusal.
pub(super) fn versions<C: Content>(
    context: &Context<'_>,
    name: &str,
) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::List, Some(name))?;
    let after = marker(context)?;
    let path = format!("{}/{name}/versions", C::KIND.collection());
    let mut store = lock(C::store(context.vault));
    let object = store.readable(name, context.now()).ok();
    let items = object.iter().flat_map(|object| {
        let versions = object.versions_after(&after);
        versions.filter(|version| C::is_listed(context, version)).map(|version| {
            let id = version_id(context, object, version);
            (version.id.as_str(), C::item(context, id, object, version))
        })
    });
    page(context, &path, items)
}

pub(super) fn deleted<C: Content>(context: &Context<'_>) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::List, None)?;
    let after = marker(context)?;
    let mut store = lock(C::store(context.vault));
    let items = store.deleted_after(&after, context.now());
    let items = items.filter(|(_, (object, _))| C::is_listed(context, &object.latest));
    let items = items.map(|(id, (object, deletion))| {
        let recovery = Recovery::of(context, object, deletion);
        (id, Deleted { recovery, shown: item(context, object) })
    });
    page(context, C::KIND.deleted_collection(), items)
}

/// In a list of objects: no version in the identifier.
fn item<C: Content>(context: &Context<'_>, object: &Object<C>) -> impl Serialize {
    let id = context.url(&format!("{}/{}", C::KIND.collection(), object.name));
    C::item(context, id, object, &object.latest)
}

/// One page of `items`, each with the marker that the next page would start after.
pub(crate) fn page<'a, T: Serialize>(
    context: &Context<'_>,
    path: &str,
    items: impl Iterator<Item = (&'a str, T)>,
) -> Result<Reply, ServiceError> {
    let mut items = items.peekable();
    let mut value = Vec::new();
    let mut last = "";
    while value.len() < context.query.page_size() {
        let Some((id, item)) = items.next() else {
            break;
        };
        last = id;
        value.push(item);
    }
    let next_link = items.peek().is_some().then(|| next_link(context, path, last));
    let next_link = match context.site.kind {
        VaultKind::Vault => Some(next_link),
        VaultKind::ManagedHsm => next_link.map(Some),
    };
    Reply::json(context.site.kind, &Page { value, next_link })
}

fn next_link(context: &Context<'_>, path: &str, last: &str) -> String {
    let marker = Marker { next_marker: last.to_owned(), target_location: 0 };
    let token = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&marker).unwrap_or_default());
    let version = utf8_percent_encode(&context.query.api_version, NON_ALPHANUMERIC).to_string();
    // Dots and hyphens, all that an api-version has besides letters and digits, need no escape.
    let version = version.replace("%2E", ".").replace("%2D", "-");
    // The service names the port in its links, the default one too, and in nothing else.
    let port = if context.site.has_port() { "" } else { ":443" };
    let authority = &context.site.authority;
    let mut link =
        format!("https://{authority}{port}/{path}?api-version={version}&$skiptoken={token}");
    if let Some(max_results) = context.query.max_results {
        link.push_str(&format!("&maxresults={max_results}"));
    }
    if context.query.include_pending {
        link.push_str("&includePending=true");
    }
    link
}

/// The id that the page starts after; the empty one for the first page.
pub(crate) fn marker(context: &Context<'_>) -> Result<String, ServiceError> {
    let Some(token) = &context.query.skip_token else {
        return Ok(String::new());
    };
    let marker = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Marker>(&bytes).ok())
        .ok_or_else(|| ServiceError::bad_parameter("The value of '$skiptoken' is not valid."))?;
    Ok(marker.next_marker)
}
