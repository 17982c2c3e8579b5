//! The resource providers that this emulator has something of, as clients look them up.
//!
//! Tools read from them which api-version to ask a resource with, and where it can be made.
//! Source: <https://learn.microsoft.com/rest/api/resources/providers>

use serde::Serialize;

use super::locations;

/// Stable versions of Microsoft.KeyVault, newest first.
const KEY_VAULT_VERSIONS: &[&str] = &[
    "2026-05-15",
    "2026-02-01",
    "2025-05-01",
    "2024-11-01",
    "2023-07-01",
    "2023-02-01",
    "2022-11-01",
    "2022-07-01",
    "2021-10-01",
    "2019-09-01",
    "2018-02-14",
    "2016-10-01",
    "2015-06-01",
];

/// Those that have managed HSMs.
const HSM_VERSIONS: &[&str] = &[
    "2026-05-15",
    "2026-02-01",
    "2025-05-01",
    "2024-11-01",
    "2023-07-01",
    "2023-02-01",
    "2022-11-01",
    "2022-07-01",
    "2021-10-01",
];

/// A provider, and the types of its resources.
pub(super) struct Provider {
    namespace: &'static str,
    /// Whether a subscription has to ask for it.
    on_request: bool,
    types: &'static [Type],
}

struct Type {
    name: &'static str,
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
            Type {
                name: "vaults",
                versions: KEY_VAULT_VERSIONS,
                regional: true,
                capabilities: RESOURCE,
            },
            part("vaults/secrets", KEY_VAULT_VERSIONS, true),
            part("vaults/keys", KEY_VAULT_VERSIONS, true),
            part("vaults/keys/versions", KEY_VAULT_VERSIONS, true),
            part("vaults/accessPolicies", KEY_VAULT_VERSIONS, true),
            part("vaults/privateEndpointConnections", KEY_VAULT_VERSIONS, true),
            Type {
                name: "managedHSMs",
                versions: HSM_VERSIONS,
                regional: true,
                capabilities: "SupportsTags, SupportsLocation",
            },
            part("managedHSMs/keys", HSM_VERSIONS, true),
            part("managedHSMs/keys/versions", HSM_VERSIONS, true),
            part("managedHSMs/privateEndpointConnections", HSM_VERSIONS, true),
            part("deletedManagedHSMs", HSM_VERSIONS, true),
            part("locations/deletedManagedHSMs", HSM_VERSIONS, true),
            part("locations/managedHsmOperationResults", HSM_VERSIONS, true),
            part("operations", KEY_VAULT_VERSIONS, false),
            part("checkNameAvailability", KEY_VAULT_VERSIONS, false),
            part("checkMhsmNameAvailability", KEY_VAULT_VERSIONS, false),
            part("deletedVaults", KEY_VAULT_VERSIONS, true),
            part("locations", KEY_VAULT_VERSIONS, false),
            part("locations/deletedVaults", KEY_VAULT_VERSIONS, true),
            part("locations/operationResults", KEY_VAULT_VERSIONS, true),
        ],
    },
    Provider {
        namespace: "Microsoft.Authorization",
        on_request: false,
        types: &[
            part("roleAssignments", &["2022-04-01", "2020-04-01-preview", "2015-07-01"], false),
            part("roleDefinitions", &["2022-05-01-preview", "2022-04-01", "2015-07-01"], false),
        ],
    },
    Provider {
        namespace: "Microsoft.Resources",
        on_request: false,
        types: &[
            part("tenants", &["2022-12-01", "2020-01-01"], false),
            part("subscriptions", &["2022-12-01", "2020-01-01"], false),
            part("subscriptions/locations", &["2022-12-01", "2020-01-01"], false),
            part("subscriptions/resourceGroups", &["2024-11-01", "2021-04-01"], false),
            part("subscriptions/resources", &["2024-11-01", "2021-04-01", "2015-11-01"], false),
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
    api_versions: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    default_api_version: Option<&'static str>,
    capabilities: &'static str,
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
            api_versions: kind.versions,
            default_api_version: kind.versions.first().copied(),
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
