//! Reading what callers send, as far as it is the same for every kind of object.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;

use super::Tags;
use crate::vault::ServiceError;

const MAX_TAGS: usize = 15;

/// Tags as sent; `null` is the empty text.
pub(crate) type TagsBody = BTreeMap<String, Option<String>>;

/// Reads a body; the error tells where it is wrong, never what it says.
pub(crate) fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ServiceError> {
    if body.is_empty() {
        return Err(ServiceError::bad_parameter("Request body not specified"));
    }
    serde_json::from_slice(body).map_err(|error| {
        ServiceError::bad_parameter(format!(
            "The request body is not the JSON that this operation takes: line {}, column {}.",
            error.line(),
            error.column()
        ))
    })
}

/// Refuses more tags than there may be, and names and values longer than `max_chars`.
pub(crate) fn known_tags(
    tags: Option<TagsBody>,
    max_chars: usize,
) -> Result<Option<Tags>, ServiceError> {
    let Some(tags) = tags else {
        return Ok(None);
    };
    let fits = |text: &str| text.chars().count() <= max_chars;
    let tags: Tags =
        tags.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect();
    if tags.len() > MAX_TAGS || !tags.iter().all(|(name, value)| fits(name) && fits(value)) {
        return Err(ServiceError::bad_parameter(format!(
            "At most {MAX_TAGS} tags are allowed, with names and values of at most {max_chars} characters."
        )));
    }
    Ok(Some(tags))
}
