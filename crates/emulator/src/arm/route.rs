//! What a path of the management plane names. Paths compare ignoring case.

use percent_encoding::percent_decode_str;

use super::{
    authorization::Target,
    error::ArmError,
    names::{GroupId, HsmId, VaultId, subscription},
    part::VaultPart,
};

/// What a path names; the method decides later.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    MetadataEndpoints,
    Tenants,
    Subscriptions,
    Subscription(String),
    Locations {
        subscription: String,
    },
    Providers {
        subscription: Option<String>,
    },
    Provider {
        subscription: Option<String>,
        namespace: String,
    },
    RegisterProvider {
        subscription: Option<String>,
        namespace: String,
    },
    Groups(String),
    Group(GroupId),
    GroupOperation {
        subscription: String,
        token: String,
    },
    Resources {
        subscription: String,
        group: Option<GroupId>,
    },
    Vaults {
        subscription: String,
        group: Option<GroupId>,
    },
    Vault(VaultId),
    AccessPolicies {
        vault: VaultId,
        verb: String,
    },
    PrivateEndpoint {
        group: GroupId,
        name: String,
    },
    /// What the provider can do.
    Actions,
    InVault {
        vault: VaultId,
        part: VaultPart,
    },
    CheckName {
        subscription: String,
    },
    /// For a managed HSM.
    CheckHsmName {
        subscription: String,
    },
    DeletedVaults {
        subscription: String,
    },
    DeletedVault {
        subscription: String,
        location: String,
        name: String,
    },
    PurgeVault {
        subscription: String,
        location: String,
        name: String,
    },
    VaultOperation {
        subscription: String,
        location: String,
        token: String,
    },
    /// Roles, at any scope.
    Authorization(Target),
    ManagedHsms {
        subscription: String,
        group: Option<GroupId>,
    },
    ManagedHsm(HsmId),
    /// A private endpoint connection of a managed HSM, for one.
    InHsm {
        hsm: HsmId,
        part: VaultPart,
    },
    /// The regions that a managed HSM is in.
    HsmRegions(HsmId),
    DeletedHsms {
        subscription: String,
    },
    DeletedHsm {
        subscription: String,
        location: String,
        name: String,
    },
    PurgeHsm {
        subscription: String,
        location: String,
        name: String,
    },
    HsmOperation {
        subscription: String,
        location: String,
        token: String,
    },
    Unknown,
}

/// Whether a path belongs to the management plane where it shares a host with Entra.
pub(crate) fn is_management(path: &str) -> bool {
    let first = path.split('/').find(|segment| !segment.is_empty()).unwrap_or_default();
    ["subscriptions", "tenants", "providers", "metadata"]
        .iter()
        .any(|root| root.eq_ignore_ascii_case(first))
}

impl Route {
    pub(super) fn parse(path: &str) -> Result<Self, ArmError> {
        let original: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let lower: Vec<String> =
            original.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let lower: Vec<&str> = lower.iter().map(String::as_str).collect();
        let original: Vec<&str> = original.iter().map(String::as_str).collect();
        if let Some(target) = Target::parse(&lower, &original)? {
            return Ok(Self::Authorization(target));
        }
        match (lower.as_slice(), original.as_slice()) {
            (["metadata", "endpoints"], _) => Ok(Self::MetadataEndpoints),
            (["tenants"], _) => Ok(Self::Tenants),
            (["subscriptions"], _) => Ok(Self::Subscriptions),
            (["providers", "microsoft.keyvault", "operations"], _) => Ok(Self::Actions),
            (["providers", lower @ ..], _) => Ok(Self::of_providers(None, lower)),
            (["subscriptions", _, lower @ ..], [_, id, original @ ..]) => {
                in_subscription(subscription(id)?, lower, original)
            }
            _ => Ok(Self::Unknown),
        }
    }

    /// What is below `providers` and about no resource.
    fn of_providers(subscription: Option<String>, lower: &[&str]) -> Self {
        match lower {
            [] => Self::Providers { subscription },
            [namespace] => Self::Provider { subscription, namespace: (*namespace).to_owned() },
            [namespace, "register"] => {
                Self::RegisterProvider { subscription, namespace: (*namespace).to_owned() }
            }
            _ => Self::Unknown,
        }
    }
}

fn in_subscription(
    subscription: String,
    lower: &[&str],
    original: &[&str],
) -> Result<Route, ArmError> {
    Ok(match (lower, original) {
        ([], _) => Route::Subscription(subscription),
        (["locations"], _) => Route::Locations { subscription },
        (["resources"], _) => Route::Resources { subscription, group: None },
        (["resourcegroups"], _) => Route::Groups(subscription),
        (["operationresults", _], [_, token]) => {
            Route::GroupOperation { subscription, token: (*token).to_owned() }
        }
        (["resourcegroups", _, lower @ ..], [_, name, original @ ..]) => {
            in_group(GroupId { subscription, name: (*name).to_owned() }, lower, original)
        }
        (["providers"] | ["providers", _] | ["providers", _, "register"], _) => {
            Route::of_providers(Some(subscription), lower.get(1..).unwrap_or_default())
        }
        (["providers", "microsoft.keyvault", lower @ ..], [_, _, original @ ..]) => {
            in_provider(subscription, lower, original)
        }
        _ => Route::Unknown,
    })
}

fn in_group(group: GroupId, lower: &[&str], original: &[&str]) -> Route {
    let subscription = group.subscription.clone();
    match (lower, original) {
        ([], _) => Route::Group(group),
        (["resources"], _) => Route::Resources { subscription, group: Some(group) },
        (["providers", "microsoft.keyvault", "managedhsms"], _) => {
            Route::ManagedHsms { subscription, group: Some(group) }
        }
        (
            ["providers", "microsoft.keyvault", "managedhsms", _, lower @ ..],
            [_, _, _, name, original @ ..],
        ) => in_hsm(HsmId { group, name: (*name).to_owned() }, lower, original),
        (["providers", "microsoft.keyvault", "vaults"], _) => {
            Route::Vaults { subscription, group: Some(group) }
        }
        (["providers", "microsoft.keyvault", "vaults", _], [.., name]) => {
            Route::Vault(VaultId { group, name: (*name).to_owned() })
        }
        (
            ["providers", "microsoft.keyvault", "vaults", _, "accesspolicies", verb],
            [_, _, _, name, ..],
        ) => Route::AccessPolicies {
            vault: VaultId { group, name: (*name).to_owned() },
            verb: (*verb).to_owned(),
        },
        (["providers", "microsoft.network", "privateendpoints", _], [.., name]) => {
            Route::PrivateEndpoint { group, name: (*name).to_owned() }
        }
        (
            ["providers", "microsoft.keyvault", "vaults", _, lower @ ..],
            [_, _, _, name, original @ ..],
        ) => VaultPart::route(VaultId { group, name: (*name).to_owned() }, lower, original),
        _ => Route::Unknown,
    }
}

fn in_hsm(hsm: HsmId, lower: &[&str], original: &[&str]) -> Route {
    match lower {
        [] => Route::ManagedHsm(hsm),
        ["regions"] => Route::HsmRegions(hsm),
        _ => VaultPart::route_of_hsm(hsm, lower, original),
    }
}

fn in_provider(subscription: String, lower: &[&str], original: &[&str]) -> Route {
    match (lower, original) {
        (["vaults"], _) => Route::Vaults { subscription, group: None },
        (["managedhsms"], _) => Route::ManagedHsms { subscription, group: None },
        (["deletedmanagedhsms"], _) => Route::DeletedHsms { subscription },
        (["deletedvaults"], _) => Route::DeletedVaults { subscription },
        (["checknameavailability"], _) => Route::CheckName { subscription },
        (["checkmhsmnameavailability"], _) => Route::CheckHsmName { subscription },
        (["locations", _, "operationresults", _], [_, location, _, token]) => {
            Route::VaultOperation {
                subscription,
                location: (*location).to_owned(),
                token: (*token).to_owned(),
            }
        }
        (["locations", _, "deletedvaults", _], [_, location, _, name]) => Route::DeletedVault {
            subscription,
            location: (*location).to_owned(),
            name: (*name).to_owned(),
        },
        (["locations", _, "deletedvaults", _, "purge"], [_, location, _, name, _]) => {
            Route::PurgeVault {
                subscription,
                location: (*location).to_owned(),
                name: (*name).to_owned(),
            }
        }
        (["locations", _, kind, lower @ ..], [_, location, _, original @ ..]) => {
            hsm_in_location(subscription, location, kind, lower, original)
        }
        _ => Route::Unknown,
    }
}

/// What is about a deleted managed HSM, or an operation on one.
fn hsm_in_location(
    subscription: String,
    location: &str,
    kind: &str,
    lower: &[&str],
    original: &[&str],
) -> Route {
    let location = location.to_owned();
    match (kind, lower, original) {
        ("managedhsmoperationresults", [_], [token]) => {
            Route::HsmOperation { subscription, location, token: (*token).to_owned() }
        }
        ("deletedmanagedhsms", [_], [name]) => {
            Route::DeletedHsm { subscription, location, name: (*name).to_owned() }
        }
        ("deletedmanagedhsms", [_, "purge"], [name, _]) => {
            Route::PurgeHsm { subscription, location, name: (*name).to_owned() }
        }
        _ => Route::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";

    #[test]
    fn paths_compare_ignoring_case_and_keep_names_as_spelled() {
        let group = GroupId { subscription: SUBSCRIPTION.to_owned(), name: "My-RG".to_owned() };
        let expected = Route::Vault(VaultId { group, name: "My-KV".to_owned() });
        for path in [
            format!(
                "/subscriptions/{SUBSCRIPTION}/resourceGroups/My-RG/providers/Microsoft.KeyVault/vaults/My-KV"
            ),
            format!(
                "//SUBSCRIPTIONS/{SUBSCRIPTION}/resourcegroups/My-RG/providers/microsoft.keyvault/VAULTS/My-KV/"
            ),
        ] {
            assert_eq!(Route::parse(&path).unwrap(), expected, "{path}");
        }
    }

    #[test]
    fn a_location_may_have_an_encoded_space() {
        let path = format!(
            "/subscriptions/{SUBSCRIPTION}/providers/Microsoft.KeyVault/locations/West%20US/deletedVaults/kv"
        );
        let Ok(Route::DeletedVault { location, .. }) = Route::parse(&path) else {
            panic!("{path}");
        };
        assert_eq!(location, "West US");
    }

    #[test]
    fn paths_of_entra_are_left_to_it() {
        for path in ["/subscriptions", "//metadata/endpoints", "/Tenants"] {
            assert!(is_management(path), "{path}");
        }
        for path in ["/common/discovery/instance", "/", "/tenant/oauth2/v2.0/token"] {
            assert!(!is_management(path), "{path}");
        }
    }
}
