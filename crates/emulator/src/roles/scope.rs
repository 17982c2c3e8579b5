//! Where a role is assigned: a path of the management plane, and all that is below it.

use serde::{Deserialize, Serialize};

/// A subscription, a resource group, a vault, or an object in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Scope {
    spelled: String,
    key: String,
}

impl From<String> for Scope {
    fn from(path: String) -> Self {
        Self::new(path)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.spelled
    }
}

impl Scope {
    /// The scope of a path such as `/subscriptions/…`; the empty path is above all others.
    pub(crate) fn new(path: impl Into<String>) -> Self {
        let spelled = path.into();
        let key = spelled.to_ascii_lowercase();
        Self { spelled, key }
    }

    /// The path, as spelled.
    pub(crate) fn path(&self) -> &str {
        &self.spelled
    }

    /// Whether `other` is this scope or below it.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other
            .key
            .strip_prefix(&self.key)
            .is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}

/// Case does not matter.
impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Scope {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_covers_what_is_below_it_and_no_neighbour() {
        let group = Scope::new("/subscriptions/s/resourceGroups/RG");
        let below = |rest: &str| Scope::new(format!("/Subscriptions/s/resourcegroups/rg{rest}"));
        for rest in ["", "/providers/Microsoft.KeyVault/vaults/kv"] {
            assert!(group.covers(&below(rest)), "{rest}");
        }
        assert!(!group.covers(&below("2/providers/Microsoft.KeyVault/vaults/kv")));
        assert!(!below("/providers/Microsoft.KeyVault/vaults/kv").covers(&group));
        assert!(Scope::new("").covers(&group));
    }
}
