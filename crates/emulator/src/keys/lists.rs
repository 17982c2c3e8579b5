//! Lists, a page at a time, in a stable order.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::bundle::{DeletedKeyItem, KeyItem};
use crate::{
    locks::lock,
    vault::{Action, Context, Reply, ServiceError},
};

#[derive(Serialize)]
struct Page<T> {
    value: Vec<T>,
    /// `null` on the last page.
    #[serde(rename = "nextLink")]
    next_link: Option<String>,
}

/// What a skip token holds; clients must not look.
#[derive(Serialize, Deserialize)]
struct Marker {
    #[serde(rename = "NextMarker")]
    next_marker: String,
    #[serde(rename = "TargetLocation")]
    target_location: u8,
}

pub(super) fn keys(context: &Context<'_>) -> Result<Reply, ServiceError> {
    context.authorize(Action::List)?;
    let after = marker(context)?;
    let mut store = lock(&context.vault.keys);
    let items = store.live_after(&after, context.router.clock.now());
    page(context, "keys", items.map(|(id, object)| (id, KeyItem::of_key(context, object))))
}

/// A name that is not there has no versions: an empty list, not a refusal.
pub(super) fn versions(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(Action::List)?;
    let after = marker(context)?;
    let path = format!("keys/{name}/versions");
    let mut store = lock(&context.vault.keys);
    match store.readable(name, context.router.clock.now()) {
        Ok(object) => {
            let versions = object.versions().into_iter().filter(|version| version.id > after);
            let items = versions.map(|version| {
                (version.id.as_str(), KeyItem::of_version(context, object, version))
            });
            page(context, &path, items)
        }
        Err(_) => page(context, &path, std::iter::empty::<(&str, KeyItem<'_>)>()),
    }
}

pub(super) fn deleted(context: &Context<'_>) -> Result<Reply, ServiceError> {
    context.authorize(Action::List)?;
    let after = marker(context)?;
    let mut store = lock(&context.vault.keys);
    let items = store.deleted_after(&after, context.router.clock.now());
    let items =
        items.map(|(id, (object, deletion))| (id, DeletedKeyItem::of(context, object, deletion)));
    page(context, "deletedkeys", items)
}

/// One page of `items`, each with the marker that the next page would start after.
fn page<'a, T: Serialize>(
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
    Reply::json(context.site.kind, &Page { value, next_link })
}

fn next_link(context: &Context<'_>, path: &str, last: &str) -> String {
    let marker = Marker { next_marker: last.to_owned(), target_location: 0 };
    let token = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&marker).unwrap_or_default());
    let version = utf8_percent_encode(&context.query.api_version, NON_ALPHANUMERIC).to_string();
    // Dots and hyphens, all that an api-version has besides letters and digits, need no escape.
    let version = version.replace("%2E", ".").replace("%2D", "-");
    let mut link = context.url(&format!("{path}?api-version={version}&$skiptoken={token}"));
    if let Some(max_results) = context.query.max_results {
        link.push_str(&format!("&maxresults={max_results}"));
    }
    link
}

/// The id that the page starts after; the empty one for the first page.
fn marker(context: &Context<'_>) -> Result<String, ServiceError> {
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
