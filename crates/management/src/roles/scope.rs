//! Where a role holds.

use std::{fmt, str::FromStr};

use azvault_core::{Error, Result, validate_name};

use crate::{Vault, validate};

/// What a role can be assigned for within a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectCollection {
    /// A key.
    Keys,
    /// A secret.
    Secrets,
    /// A certificate.
    Certificates,
}

impl ObjectCollection {
    const ALL: [Self; 3] = [Self::Keys, Self::Secrets, Self::Certificates];

    fn as_str(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Secrets => "secrets",
            Self::Certificates => "certificates",
        }
    }
}

/// Where a role holds: in a subscription, a resource group, a vault, or for one object in a vault,
/// and in all that is below. `Display` gives its resource id, and `FromStr` reads one.
///
/// # Examples
/// ```
/// use azvault_management::Scope;
///
/// # fn main() -> azvault_management::Result<()> {
/// let subscription = "6819f86e-5d41-47b0-9297-334f33d7922d";
/// let vault = Scope::vault(subscription, "my-rg", "my-vault")?;
/// assert!(vault.to_string().ends_with("/Microsoft.KeyVault/vaults/my-vault"));
/// assert_eq!(vault.to_string().parse::<Scope>()?, vault);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope(Vec<String>);

impl Scope {
    /// A whole subscription.
    ///
    /// # Errors
    /// `InvalidInput` if the id is not a GUID.
    pub fn subscription(id: impl AsRef<str>) -> Result<Self> {
        validate::guid("subscription id", id.as_ref())?;
        Ok(Self(vec!["subscriptions".to_owned(), id.as_ref().to_owned()]))
    }

    /// A resource group.
    ///
    /// # Errors
    /// `InvalidInput` for an id or a name that cannot be one.
    pub fn resource_group(subscription_id: impl AsRef<str>, name: impl AsRef<str>) -> Result<Self> {
        validate::resource_group(name.as_ref())?;
        Ok(Self::subscription(subscription_id)?.below(&["resourceGroups", name.as_ref()]))
    }

    /// A vault.
    ///
    /// # Errors
    /// `InvalidInput` for an id or a name that cannot be one.
    pub fn vault(
        subscription_id: impl AsRef<str>,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Result<Self> {
        validate::vault_name(name.as_ref())?;
        let group = Self::resource_group(subscription_id, resource_group)?;
        Ok(group.below(&["providers", "Microsoft.KeyVault", "vaults", name.as_ref()]))
    }

    /// One key, secret or certificate of the vault that this is the scope of, whether it is there
    /// yet or not.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one, and for a scope that is not a vault's.
    pub fn object(&self, collection: ObjectCollection, name: impl AsRef<str>) -> Result<Self> {
        validate_name("object", name.as_ref())?;
        if self.0.len() != 8 {
            return Err(Error::invalid_input(format!(
                "{self} is no vault's scope, and holds no objects: begin with Scope::vault"
            )));
        }
        Ok(self.clone().below(&[collection.as_str(), name.as_ref()]))
    }

    /// The scope of a vault that was read.
    ///
    /// # Errors
    /// `InvalidInput` if its id is none of a vault.
    pub fn of_vault(vault: &Vault) -> Result<Self> {
        vault.id().parse()
    }

    /// The subscription it is in.
    pub fn subscription_id(&self) -> &str {
        self.0.get(1).map(String::as_str).unwrap_or_default()
    }

    pub(super) fn segments<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        self.0.iter().map(String::as_str).chain(rest.iter().copied()).collect()
    }

    fn below(mut self, rest: &[&str]) -> Self {
        self.0.extend(rest.iter().map(|&segment| segment.to_owned()));
        self
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|segment| write!(f, "/{segment}"))
    }
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid_input(format!(
                "{text:?} is no scope: it is the resource id of a subscription, a resource group, a vault, or an object in one, like /subscriptions/…/resourceGroups/…/providers/Microsoft.KeyVault/vaults/…/secrets/…"
            ))
        };
        let path = text.strip_prefix('/').ok_or_else(wrong)?;
        let segments: Vec<&str> = path.split('/').collect();
        let names = ["subscriptions", "resourceGroups", "providers", "vaults"];
        if !segments.iter().step_by(2).zip(names).all(|(it, name)| it.eq_ignore_ascii_case(name)) {
            return Err(wrong());
        }
        let provider = segments.get(5).copied().unwrap_or("Microsoft.KeyVault");
        if !provider.eq_ignore_ascii_case("Microsoft.KeyVault") {
            return Err(wrong());
        }
        match segments[..] {
            [_, id] => Self::subscription(id),
            [_, id, _, group] => Self::resource_group(id, group),
            [_, id, _, group, _, _, _, vault] => Self::vault(id, group, vault),
            [_, id, _, group, _, _, _, vault, collection, name] => {
                let named = |it: &ObjectCollection| it.as_str().eq_ignore_ascii_case(collection);
                let collection = ObjectCollection::ALL.into_iter().find(named).ok_or_else(wrong)?;
                Self::vault(id, group, vault)?.object(collection, name)
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";

    #[test]
    fn scopes_are_written_and_read_as_resource_ids() {
        let vault = Scope::vault(SUBSCRIPTION, "rg", "my-vault").unwrap();
        let path = format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/my-vault"
        );
        assert_eq!(vault.to_string(), path);
        let secret = vault.object(ObjectCollection::Secrets, "db").unwrap();
        assert_eq!(secret.to_string(), format!("{path}/secrets/db"));
        for scope in [
            Scope::subscription(SUBSCRIPTION).unwrap(),
            Scope::resource_group(SUBSCRIPTION, "rg").unwrap(),
            vault,
            secret,
        ] {
            assert_eq!(scope.to_string().parse::<Scope>().unwrap(), scope);
            assert_eq!(scope.subscription_id(), SUBSCRIPTION);
        }
        let lower = path.replace("resourceGroups", "resourcegroups").parse::<Scope>().unwrap();
        assert_eq!(lower.to_string(), path);
    }

    #[test]
    fn what_is_no_scope_is_refused() {
        for text in [
            "",
            "/",
            "subscriptions/x",
            "/subscriptions/x",
            &format!("/subscriptions/{SUBSCRIPTION}/"),
            &format!("/subscriptions/{SUBSCRIPTION}/groups/rg"),
            &format!(
                "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault"
            ),
            &format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/X/vaults/v12"),
            &format!(
                "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/v12/things/a"
            ),
            &format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/../x"),
        ] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
        let group = Scope::resource_group(SUBSCRIPTION, "rg").unwrap();
        let error = group.object(ObjectCollection::Keys, "k").unwrap_err().to_string();
        assert!(error.contains("no vault's scope"), "{error}");
        let vault = Scope::vault(SUBSCRIPTION, "rg", "my-vault").unwrap();
        assert!(vault.object(ObjectCollection::Keys, "../x").is_err());
    }
}
