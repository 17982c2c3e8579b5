//! Tags of groups and resources, as lists are filtered by them.

use std::collections::BTreeMap;

use super::{
    error::ArmError,
    odata::{arguments, equal, joined, quoted},
};

/// One tag: its name, or how that starts, and its value. Names compare ignoring case.
///
/// Source: <https://learn.microsoft.com/rest/api/resources/resources/list#uri-parameters>
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TagFilter {
    name: Option<String>,
    prefix: Option<String>,
    value: Option<String>,
}

impl TagFilter {
    pub(super) fn parse(text: &str) -> Result<Self, ArmError> {
        let mut filter = Self::default();
        if joined(text, " and ").into_iter().all(|term| filter.add(term)) {
            return Ok(filter);
        }
        Err(ArmError::filter(
            "\"tagName eq '…'\", \"tagValue eq '…'\" and \"startswith(tagName, '…')\"",
        ))
    }

    /// Whether a term is about tags; it counts from then on.
    pub(super) fn add(&mut self, term: &str) -> bool {
        if let Some(name) = equal(term, "tagName") {
            self.name = Some(name);
        } else if let Some(value) = equal(term, "tagValue") {
            self.value = Some(value);
        } else if let Some(prefix) = starts_with(term) {
            self.prefix = Some(prefix);
        } else {
            return false;
        }
        true
    }

    pub(super) fn takes(&self, tags: &BTreeMap<String, String>) -> bool {
        if *self == Self::default() {
            return true;
        }
        tags.iter().any(|(name, value)| {
            let start = |prefix: &String| {
                name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
            };
            self.name.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(name))
                && self.prefix.as_ref().is_none_or(start)
                && self.value.as_ref().is_none_or(|wanted| wanted == value)
        })
    }
}

fn starts_with(term: &str) -> Option<String> {
    let (property, prefix) = arguments(term, "startswith")?.split_once(',')?;
    quoted(prefix).filter(|_| property.trim().eq_ignore_ascii_case("tagName"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(filter: &str) -> bool {
        let tags = [("Team", "blue"), ("stage", "test")];
        let tags = tags.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        TagFilter::parse(filter).unwrap().takes(&tags)
    }

    #[test]
    fn name_and_value_are_those_of_one_tag() {
        assert!(takes("tagName eq 'team'"));
        assert!(takes("tagname eq 'team' and tagvalue eq 'blue'"));
        assert!(!takes("tagName eq 'team' and tagValue eq 'test'"));
        assert!(!takes("tagName eq 'other'"));
        assert!(takes("tagValue eq 'test'"));
        assert!(!takes("tagValue eq 'TEST'"), "values keep their case");
        assert!(takes("startswith(tagname, 'TE')"));
        assert!(!takes("startswith(tagname, 'x')"));
    }

    #[test]
    fn what_is_not_about_tags_is_refused() {
        for text in ["", "name eq 'a'", "tagName ne 'a'", "tagName eq a", "startswith(name, 'a')"] {
            assert!(TagFilter::parse(text).is_err(), "{text}");
        }
    }
}
