//! What ARM's resources are named by, and when two names are the same.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::ArmError;

/// A resource group, as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupId {
    /// A GUID in lower case.
    pub(super) subscription: String,
    pub(super) name: String,
}

/// A vault, as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct VaultId {
    pub(super) group: GroupId,
    pub(super) name: String,
}

impl GroupId {
    pub(super) fn path(&self) -> String {
        format!("/subscriptions/{}/resourceGroups/{}", self.subscription, self.name)
    }

    /// Whether both name the same group: case does not matter.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.subscription == other.subscription && self.name.eq_ignore_ascii_case(&other.name)
    }

    /// Up to 90 letters, digits and `-_.()`, no dot at the end.
    pub(super) fn check(&self) -> Result<(), ArmError> {
        let name = self.name.as_str();
        let valid = (1..=90).contains(&name.chars().count())
            && name.chars().all(|c| c.is_alphanumeric() || "-_.()".contains(c))
            && !name.ends_with('.');
        if valid {
            return Ok(());
        }
        Err(ArmError::invalid(
            "InvalidResourceGroup",
            format!("The resource group name '{name}' is not valid."),
        ))
    }
}

impl VaultId {
    pub(super) fn path(&self) -> String {
        format!("{}/providers/Microsoft.KeyVault/vaults/{}", self.group.path(), self.name)
    }

    /// Vault names are the same whatever their case, in all groups and subscriptions.
    pub(super) fn key(&self) -> String {
        self.name.to_ascii_lowercase()
    }
}

/// A managed HSM, as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HsmId {
    pub(super) group: GroupId,
    pub(super) name: String,
}

impl HsmId {
    pub(super) fn path(&self) -> String {
        format!("{}/providers/Microsoft.KeyVault/managedHSMs/{}", self.group.path(), self.name)
    }

    /// Unique everywhere, as a vault's, and apart from those.
    pub(super) fn key(&self) -> String {
        self.name.to_ascii_lowercase()
    }
}

/// Any GUID is a subscription.
pub(super) fn subscription(segment: &str) -> Result<String, ArmError> {
    match Uuid::try_parse(segment) {
        Ok(id) if segment.len() == 36 => Ok(id.to_string()),
        _ => Err(ArmError::invalid_subscription(segment)),
    }
}

/// 3 to 24 letters, digits and single hyphens, starting with a letter, not ending with a hyphen.
pub(super) fn is_vault_name(name: &str) -> bool {
    (3..=24).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !name.ends_with('-')
        && !name.contains("--")
}

/// 1 to 127 letters, digits and hyphens: a key or a secret.
pub(super) fn is_object_name(name: &str) -> bool {
    (1..=127).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A region as paths and comparisons spell it: `West US` is `westus`.
pub(super) fn normalized_location(location: &str) -> String {
    location.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vault_names_follow_the_services_rule() {
        for name in ["abc", "A-1", "kv-0123456789-0123456789"] {
            assert!(is_vault_name(name), "{name}");
        }
        for name in ["ab", "1bc", "a--b", "ab-", "a_b", "é-kv", &"a".repeat(25)] {
            assert!(!is_vault_name(name), "{name}");
        }
    }

    #[test]
    fn a_subscription_is_a_guid_with_hyphens() {
        let id = "6819F86E-5d41-47b0-9297-334f33d7922d";
        assert_eq!(subscription(id).unwrap(), id.to_lowercase());
        for id in ["", "sub", "6819f86e5d4147b09297334f33d7922d"] {
            assert!(subscription(id).is_err(), "{id}");
        }
    }
}
