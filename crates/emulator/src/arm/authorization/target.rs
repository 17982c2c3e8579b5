//! What a path of Microsoft.Authorization names: definitions or assignments, and where.

use super::{
    super::{
        Context,
        error::ArmError,
        names::{GroupId, VaultId, subscription},
    },
    refusals,
};
use crate::roles::Scope;

/// `{place}/providers/Microsoft.Authorization/{collection}[/{name}]`.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::arm) struct Target {
    pub(super) place: Place,
    pub(super) collection: Collection,
    /// As spelled; it must be a GUID.
    pub(super) name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::arm) enum Collection {
    Definitions,
    Assignments,
}

/// A scope, and what of it has to be there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) scope: Scope,
    needs: Needs,
}

#[derive(Debug, PartialEq, Eq)]
enum Needs {
    /// The root, or a subscription: any GUID is one.
    Nothing,
    Group(GroupId),
    /// For the vault, and for what is in it: an object need not be there yet.
    Vault(VaultId),
    /// It is nothing that this emulator has.
    Unknown,
}

impl Target {
    /// `None` for a path of something else; `lower` is `original` in lower case.
    pub(in crate::arm) fn parse(
        lower: &[&str],
        original: &[&str],
    ) -> Result<Option<Self>, ArmError> {
        let Some(at) = lower
            .windows(2)
            .rposition(|segments| segments == ["providers", "microsoft.authorization"])
        else {
            return Ok(None);
        };
        let (Some((place, rest)), Some((named, original))) =
            (lower.split_at_checked(at), original.split_at_checked(at))
        else {
            return Ok(None);
        };
        let (collection, name) = match (rest, original) {
            ([_, _, "roledefinitions"], _) => (Collection::Definitions, None),
            ([_, _, "roleassignments"], _) => (Collection::Assignments, None),
            ([_, _, "roledefinitions", _], [.., name]) => (Collection::Definitions, Some(name)),
            ([_, _, "roleassignments", _], [.., name]) => (Collection::Assignments, Some(name)),
            _ => return Ok(None),
        };
        let place = Place::parse(place, named)?;
        Ok(Some(Self { place, collection, name: name.map(|name| (*name).to_owned()) }))
    }
}

impl Place {
    fn parse(lower: &[&str], original: &[&str]) -> Result<Self, ArmError> {
        let path: String = original.iter().flat_map(|segment| ["/", segment]).collect();
        let needs = match (lower, original) {
            ([], _) => Needs::Nothing,
            (["subscriptions", _, lower @ ..], [_, id, original @ ..]) => {
                Needs::parse(subscription(id)?, lower, original)
            }
            _ => Needs::Unknown,
        };
        Ok(Self { scope: Scope::new(path), needs })
    }

    /// Refuses a scope that is not there.
    pub(super) fn check(&self, context: &Context<'_>) -> Result<(), ArmError> {
        match &self.needs {
            Needs::Nothing => Ok(()),
            Needs::Group(group) => context.state().group(group).map(|_| ()),
            Needs::Vault(vault) => context.state().live(vault).map(|_| ()),
            Needs::Unknown => Err(refusals::scope_not_found(self.scope.path())),
        }
    }
}

impl Needs {
    fn parse(subscription: String, lower: &[&str], original: &[&str]) -> Self {
        let (lower, group) = match (lower, original) {
            ([], _) => return Self::Nothing,
            (["resourcegroups", _, lower @ ..], [_, name, ..]) => {
                (lower, GroupId { subscription, name: (*name).to_owned() })
            }
            _ => return Self::Unknown,
        };
        let vault = |name: &&str| VaultId { group: group.clone(), name: (*name).to_owned() };
        match (lower, original) {
            ([], _) => Self::Group(group),
            (["providers", "microsoft.keyvault", "vaults", _], [.., name])
            | (
                [
                    "providers",
                    "microsoft.keyvault",
                    "vaults",
                    _,
                    "keys" | "secrets" | "certificates",
                    _,
                ],
                [.., name, _, _],
            ) => Self::Vault(vault(name)),
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/RG/providers/\
                         Microsoft.KeyVault/vaults/kv";

    fn parse(path: &str) -> Option<Target> {
        let original: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let lower: Vec<String> = original.iter().map(|segment| segment.to_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        Target::parse(&lower, &original).unwrap()
    }

    #[test]
    fn a_vault_and_its_objects_need_the_vault() {
        for (below, collection) in [("", "roleAssignments"), ("/secrets/s", "ROLEASSIGNMENTS")] {
            let path = format!("{VAULT}{below}/providers/Microsoft.Authorization/{collection}/n");
            let target = parse(&path).unwrap();
            assert_eq!(target.place.scope.path(), format!("{VAULT}{below}"));
            let Needs::Vault(vault) = &target.place.needs else {
                panic!("{:?}", target.place.needs);
            };
            assert_eq!(vault.path(), VAULT);
            assert_eq!(target.collection, Collection::Assignments);
            assert_eq!(target.name.as_deref(), Some("n"));
        }
    }

    #[test]
    fn other_paths_are_left_to_others() {
        for path in [VAULT, "/subscriptions", "/providers/Microsoft.Authorization/denyAssignments"]
        {
            assert_eq!(parse(path), None, "{path}");
        }
        let storage = VAULT.replace("Microsoft.KeyVault", "Microsoft.Storage");
        let path = format!("{storage}/providers/Microsoft.Authorization/roleAssignments");
        assert_eq!(parse(&path).unwrap().place.needs, Needs::Unknown);
        let root = parse("/providers/Microsoft.Authorization/roleDefinitions/x").unwrap();
        assert_eq!((root.place.scope.path(), root.place.needs), ("", Needs::Nothing));
    }
}
