//! The fields of a form or a query.

use std::collections::HashMap;

use crate::message::{Body, Request};

/// Fields by name; one that is empty counts as absent, as in Entra.
pub(crate) struct Fields(HashMap<String, String>);

impl Fields {
    pub(super) fn of_body(request: &Request) -> Self {
        match &request.body {
            Body::Whole(bytes) => Self::parse(bytes),
            Body::TooLarge => Self(HashMap::new()),
        }
    }

    pub(crate) fn of_query(request: &Request) -> Self {
        Self::parse(request.query.as_deref().unwrap_or_default().as_bytes())
    }

    pub(super) fn of_pairs<const N: usize>(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The first of `names` that is there.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}
