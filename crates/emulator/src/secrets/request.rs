//! The bodies that set and update a secret. Refusals never repeat a value.

use serde::Deserialize;

use super::SecretContent;
use crate::{
    objects::{AttributesBody, Change, Tags, TagsBody, json, known_tags},
    vault::ServiceError,
};

/// The largest value, in bytes of UTF-8.
const MAX_VALUE: usize = 25 * 1024;
const MAX_CONTENT_TYPE_CHARS: usize = 255;
const MAX_TAG_CHARS: usize = 512;

/// What a set body asks for.
pub(super) struct SetBody {
    pub(super) content: SecretContent,
    pub(super) attributes: AttributesBody,
    pub(super) tags: Tags,
}

#[derive(Deserialize)]
struct Raw {
    value: Option<String>,
    #[serde(rename = "contentType")]
    content_type: Option<String>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
}

impl SetBody {
    pub(super) fn parse(body: &[u8]) -> Result<Self, ServiceError> {
        let raw: Raw = json(body)?;
        let value = raw.value.ok_or_else(|| ServiceError::required("value"))?;
        if value.len() > MAX_VALUE {
            return Err(ServiceError::bad_parameter(format!(
                "The secret's value has {} bytes; at most {MAX_VALUE} are allowed.",
                value.len()
            )));
        }
        let content_type = known_content_type(raw.content_type)?;
        Ok(Self {
            content: SecretContent { value, content_type, managed: false },
            attributes: raw.attributes.unwrap_or_default(),
            tags: known_tags(raw.tags, MAX_TAG_CHARS)?.unwrap_or_default(),
        })
    }
}

/// A value in an update's body is ignored: only setting changes it.
pub(super) fn update(body: &[u8]) -> Result<Change<Option<String>>, ServiceError> {
    let raw: Raw = json(body)?;
    Ok(Change {
        attributes: raw.attributes.unwrap_or_default(),
        tags: known_tags(raw.tags, MAX_TAG_CHARS)?,
        content: known_content_type(raw.content_type)?,
    })
}

fn known_content_type(content_type: Option<String>) -> Result<Option<String>, ServiceError> {
    match content_type {
        Some(text) if text.chars().count() > MAX_CONTENT_TYPE_CHARS => {
            Err(ServiceError::bad_parameter(format!(
                "The content type has more than {MAX_CONTENT_TYPE_CHARS} characters."
            )))
        }
        content_type => Ok(content_type),
    }
}
