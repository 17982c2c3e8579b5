//! Resource groups.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A resource group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ResourceGroup {
    id: String,
    name: String,
    location: String,
    #[serde(default)]
    tags: Option<BTreeMap<String, String>>,
}

impl ResourceGroup {
    /// Its resource id: `/subscriptions/{id}/resourceGroups/{name}`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The region where its own data is.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Its tags.
    pub fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tags.iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
