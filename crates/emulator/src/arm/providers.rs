//! The resource providers that this emulator has something of, as clients look them up.
//!
//! Tools read from them which api-version to ask a resource with, and where it can be made.
//! Source: <https://learn.microsoft.com/rest/api/resources/providers>

use serde::Serialize;

use super::{
    locations,
    versions::{HSM_KEYS, HSMS, KEY_VAULT},
};

/// A provider, and the types of its resources.
pub(super) struct Provider {
    namespace: &'static str,
    /// Whether a subscription has to ask for it.
    on_request: bool,
    types: &'static [Type],
}

struct Type {
    name: &'static str,
    /// Oldest first.
    versions: &'static [&'static str],
    /// Whether its resources are in regions.
    regional: bool,
    capabilities: &'static str,
}

const NONE: &str = "None";
const RESOURCE: &str = "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SystemAssignedResourceIdentity, \
                        SupportsTags, SupportsLocation";

const fn part(name: &'static str, versions: &'static [&'static str], regional: bool) -> Type {
    Type { name, versions, regional, capabilities: NONE }
}

const PROVIDERS: [Provider; 3] = [
    Provider {
        namespace: "Microsoft.KeyVault",
        on_request: true,
        types: &[
            Type { name: "vaults", versions: &KEY_VAULT, regional: true, capabilities: RESOURCE },
            part("vaults/secrets", &KEY_VAULT, true),
            part("vaults/keys", &KEY_VAULT, true),
            part("vaults/keys/versions", &KEY_VAULT, true),
            part("vaults/accessPolicies", &KEY_VAULT, true),
            part("vaults/privateEndpointConnections", &KEY_VAULT, true),
            Type {
                name: "managedHSMs",
                versions: HSMS,
                regional: true,
                capabilities: "SupportsTags, SupportsLocation",
            },
            part("managedHSMs/keys", HSM_KEYS, true),
            part("managedHSMs/keys/versions", HSM_KEYS, true),
            part("managedHSMs/privateEndpointConnections", HSMS, true),
            part("deletedManagedHSMs", HSMS, true),
            part("locations/deletedManagedHSMs", HSMS, true),
            part("locations/managedHsmOperationResults", HSMS, true),
            part("operations", &KEY_VAULT, false),
            part("checkNameAvailability", &KEY_VAULT, false),
            part("checkMhsmNameAvailability", HSMS, false),
            part("deletedVaults", &KEY_VAULT, true),
            part("locations", &KEY_VAULT, false),
            part("locations/deletedVaults", &KEY_VAULT, true),
            part("locations/operationResults", &KEY_VAULT, true),
        ],
    },
    Provider {
        namespace: "Microsoft.Authorization",
        on_request: false,
        types: &[
            part("roleAssignments", &["2015-07-01", "2020-04-01-preview", "2022-04-01"], false),
            part("roleDefinitions", &["2015-07-01", "2022-04-01", "2022-05-01-preview"], false),
        ],
    },
    Provider {
        namespace: "Microsoft.Resources",
        on_request: false,
        types: &[
            part("tenants", &["2020-01-01", "2022-12-01"], false),
            part("subscriptions", &["2020-01-01", "2022-12-01"], false),
            part("subscriptions/locations", &["2020-01-01", "2022-12-01"], false),
            part("subscriptions/resourceGroups", &["2021-04-01", "2024-11-01"], false),
            part("subscriptions/resources", &["2015-11-01", "2021-04-01", "2024-11-01"], false),
        ],
    },
];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    id: String,
    namespace: &'static str,
    resource_types: Vec<TypeView>,
    registration_state: &'static str,
    registration_policy: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TypeView {
    resource_type: &'static str,
    locations: Vec<&'static str>,
    api_versions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default_api_version: Option<&'static str>,
    capabilities: &'static str,
}

impl Type {
    /// The newest version that is no preview.
    fn newest(&self) -> Option<&'static str> {
        self.versions.iter().rev().find(|version| !version.ends_with("-preview")).copied()
    }
}

impl Provider {
    pub(super) fn all() -> impl Iterator<Item = &'static Self> {
        PROVIDERS.iter()
    }

    /// Names compare ignoring case.
    pub(super) fn find(namespace: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.namespace.eq_ignore_ascii_case(namespace))
    }

    /// Whether a subscription has to ask for it.
    pub(super) fn is_on_request(&self) -> bool {
        self.on_request
    }

    /// As a subscription sees it, or the tenant.
    pub(super) fn view(&self, subscription: Option<&str>, state: &'static str) -> View {
        let scope = subscription.map(|id| format!("/subscriptions/{id}")).unwrap_or_default();
        let types = self.types.iter().map(|kind| TypeView {
            resource_type: kind.name,
            locations: if kind.regional { locations::display_names() } else { Vec::new() },
            api_versions: kind.versions.iter().rev().copied().collect(),
            default_api_version: kind.newest(),
            capabilities: kind.capabilities,
        });
        View {
            id: format!("{scope}/providers/{}", self.namespace),
            namespace: self.namespace,
            resource_types: types.collect(),
            registration_state: state,
            registration_policy: if self.on_request {
                "RegistrationRequired"
            } else {
                "RegistrationFree"
            },
        }
    }
}
