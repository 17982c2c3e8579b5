//! Texts of the caller's own, by name.

use std::collections::BTreeMap;

use crate::{Error, Result};

/// Texts of the caller's own, by name.
pub type Tags = BTreeMap<String, String>;

/// How many tags an object has at most.
const MOST: usize = 15;

/// Refuses more than 15 tags, and one whose name or value has more than `longest` characters.
///
/// Source: [Key tags](https://learn.microsoft.com/azure/key-vault/keys/about-keys-details#key-tags).
///
/// # Errors
/// `InvalidInput`; the message has the tag's name, but not its value.
pub fn validate_tags(noun: &str, tags: &Tags, longest: usize) -> Result<()> {
    if tags.len() > MOST {
        let count = tags.len();
        return Err(Error::invalid_input(format!(
            "{count} tags are too many: a {noun} has {MOST} at most"
        )));
    }
    for (name, value) in tags {
        for (what, text) in [("name", name), ("value", value)] {
            let count = text.chars().count();
            if count > longest {
                let start: String = name.chars().take(20).collect();
                return Err(Error::invalid_input(format!(
                    "the {what} of the tag '{start}' has {count} characters: a {noun}'s has {longest} at most"
                )));
            }
        }
    }
    Ok(())
}
