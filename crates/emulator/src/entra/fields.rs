//! The fields of a form or a query.

use std::collections::HashMap;

use crate::message::{Body, Request};

/// Fields by name; one that is empty counts as absent, as in Entra.
pub(super) struct Fields(HashMap<String, String>);

impl Fields {
    pub(super) fn of_body(request: &Request) -> Self {
        match &request.body {
            Body::Whole(bytes) => Self::parse(bytes),
            Body::TooLarge => Self(HashMap::new()),
        }
    }

    pub(super) fn of_query(request: &Request) -> Self {
        Self::parse(request.query.as_deref().unwrap_or_default().as_bytes())
    }

    fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The first of `names` that is there, with its value.
    pub(super) fn first<'n>(&self, names: &[&'n str]) -> Option<(&'n str, &str)> {
        names.iter().find_map(|name| self.get(name).map(|value| (*name, value)))
    }
}
