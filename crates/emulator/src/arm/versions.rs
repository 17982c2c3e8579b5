//! The api-versions that ARM knows, by type of resource; asked only where an emulator is told to be strict.
//!
//! Each type has its own list, and ARM's own paths have one: three texts refuse what is not on them.

use http::StatusCode;
use serde::Deserialize;

use super::{
    Context,
    error::ArmError,
    names::{HsmId, VaultId},
    part::VaultPart,
    route::Route,
};

/// Of Microsoft.KeyVault, oldest first: the specification's, with the previews between them.
pub(super) const KEY_VAULT: [&str; 25] = [
    "2014-12-19-preview",
    "2015-06-01",
    "2016-10-01",
    "2018-02-14-preview",
    "2018-02-14",
    "2019-09-01",
    "2020-04-01-preview",
    "2021-04-01-preview",
    "2021-06-01-preview",
    "2021-10-01",
    "2021-11-01-preview",
    "2022-02-01-preview",
    "2022-07-01",
    "2022-11-01",
    "2023-02-01",
    "2023-07-01",
    "2024-04-01-preview",
    "2024-11-01",
    "2024-12-01-preview",
    "2025-05-01",
    "2026-02-01",
    "2026-03-01-preview",
    "2026-04-01-preview",
    "2026-04-01",
    "2026-05-15",
];

/// Keys came to ARM with this version, connections and link resources with the other.
const KEYS_SINCE: &str = "2019-09-01";
const CONNECTIONS_SINCE: &str = "2018-02-14";

/// Managed HSMs came with this version, their keys with the other.
const HSMS_SINCE: &str = "2021-04-01-preview";
const HSM_KEYS_SINCE: &str = "2023-02-01";
pub(super) const HSMS: &[&str] = KEY_VAULT.as_slice().split_at(7).1;
pub(super) const HSM_KEYS: &[&str] = KEY_VAULT.as_slice().split_at(14).1;

/// Of ARM's own paths, the latest first, as its refusal of 2024 lists them; and what released clients send since: az
/// 2024-11-01, the SDKs of Python, JavaScript and Java 2025-04-01.
const ARM: [&str; 59] = [
    "2025-04-01",
    "2024-11-01",
    "2024-08-01",
    "2024-06-01-preview",
    "2024-03-01",
    "2023-07-01",
    "2023-07-01-preview",
    "2023-03-01-preview",
    "2022-12-01",
    "2022-11-01-preview",
    "2022-09-01",
    "2022-06-01",
    "2022-05-01",
    "2022-03-01-preview",
    "2022-01-01",
    "2021-04-01",
    "2021-01-01",
    "2020-10-01",
    "2020-09-01",
    "2020-08-01",
    "2020-07-01",
    "2020-06-01",
    "2020-05-01",
    "2020-01-01",
    "2019-11-01",
    "2019-10-01",
    "2019-09-01",
    "2019-08-01",
    "2019-07-01",
    "2019-06-01",
    "2019-05-10",
    "2019-05-01",
    "2019-03-01",
    "2018-11-01",
    "2018-09-01",
    "2018-08-01",
    "2018-07-01",
    "2018-06-01",
    "2018-05-01",
    "2018-02-01",
    "2018-01-01",
    "2017-12-01",
    "2017-08-01",
    "2017-06-01",
    "2017-05-10",
    "2017-05-01",
    "2017-03-01",
    "2016-09-01",
    "2016-07-01",
    "2016-06-01",
    "2016-02-01",
    "2015-11-01",
    "2015-01-01",
    "2014-04-01-preview",
    "2014-04-01",
    "2014-01-01",
    "2013-03-01",
    "2014-02-26",
    "2014-04",
];

/// Where vaults can be, as far as the refusal tells.
const LOCATIONS: &str = "northcentralus, eastus, northeurope, westeurope, eastasia, southeastasia, eastus2, centralus, \
    southcentralus, westus, japaneast, japanwest, australiaeast, australiasoutheast, brazilsouth, centralindia, southindia, \
    westindia, canadacentral, canadaeast, uksouth, ukwest, westcentralus, westus2, koreacentral, koreasouth, francecentral, \
    australiacentral, uaenorth, southafricanorth, switzerlandnorth, germanywestcentral, norwayeast";

/// A type of resource with the first of its versions.
struct Kind<'a> {
    name: &'static str,
    since: &'static str,
    /// Whose location decides, when one is named.
    named: Option<Named<'a>>,
}

#[derive(Clone, Copy)]
enum Named<'a> {
    Vault(&'a VaultId),
    Hsm(&'a HsmId),
}

#[derive(Deserialize)]
struct Located {
    location: Option<String>,
}

/// Refuses a version that ARM does not know for what `route` names.
pub(super) fn check(context: &Context<'_>, route: &Route) -> Result<(), ArmError> {
    let version = context.query.api_version.as_str();
    match route {
        // Their versions are many, and other providers'.
        Route::PrivateEndpoint { .. } | Route::Authorization(_) | Route::Unknown => Ok(()),
        route => match kind(route) {
            Some(kind) => kind.check(context, version),
            None if ARM.contains(&version) => Ok(()),
            None => Err(ArmError::gateway(
                StatusCode::BAD_REQUEST,
                "InvalidApiVersionParameter",
                format!(
                    "The api-version '{version}' is invalid. The supported versions are '{}'.",
                    ARM.join(",")
                ),
            )),
        },
    }
}

/// `None` for ARM's own.
fn kind(route: &Route) -> Option<Kind<'_>> {
    let (name, since, named) = match route {
        Route::Vaults { .. } => ("vaults", "", None),
        Route::Vault(vault) => ("vaults", "", Some(Named::Vault(vault))),
        Route::AccessPolicies { vault, .. } => {
            ("vaults/accessPolicies", "", Some(Named::Vault(vault)))
        }
        Route::InVault { vault, part } => match part {
            VaultPart::Secrets | VaultPart::Secret { .. } => {
                ("vaults/secrets", "", Some(Named::Vault(vault)))
            }
            VaultPart::Keys | VaultPart::Key { .. } => {
                ("vaults/keys", KEYS_SINCE, Some(Named::Vault(vault)))
            }
            VaultPart::KeyVersions { .. } | VaultPart::KeyVersion { .. } => {
                ("vaults/keys/versions", KEYS_SINCE, Some(Named::Vault(vault)))
            }
            VaultPart::Connections | VaultPart::Connection { .. } => {
                ("vaults/privateEndpointConnections", CONNECTIONS_SINCE, Some(Named::Vault(vault)))
            }
            VaultPart::LinkResources => {
                ("vaults/privateLinkResources", CONNECTIONS_SINCE, Some(Named::Vault(vault)))
            }
        },
        Route::DeletedVaults { .. } => ("deletedVaults", "", None),
        Route::DeletedVault { .. } | Route::PurgeVault { .. } => {
            ("locations/deletedVaults", "", None)
        }
        Route::VaultOperation { .. } => ("locations/operationResults", "", None),
        Route::CheckName { .. } => ("checkNameAvailability", "", None),
        Route::Actions => ("operations", "", None),
        Route::CheckHsmName { .. } => ("checkMhsmNameAvailability", "2022-07-01", None),
        Route::ManagedHsms { .. } => ("managedHSMs", HSMS_SINCE, None),
        Route::ManagedHsm(hsm) => ("managedHSMs", HSMS_SINCE, Some(Named::Hsm(hsm))),
        Route::InHsm { hsm, part } => {
            let (name, since) = kind_in_hsm(part);
            (name, since, Some(Named::Hsm(hsm)))
        }
        Route::HsmRegions(hsm) => ("managedHSMs/regions", HSM_KEYS_SINCE, Some(Named::Hsm(hsm))),
        Route::DeletedHsms { .. } => ("deletedManagedHSMs", HSMS_SINCE, None),
        Route::DeletedHsm { .. } | Route::PurgeHsm { .. } => {
            ("locations/deletedManagedHSMs", HSMS_SINCE, None)
        }
        Route::HsmOperation { .. } => ("locations/managedHsmOperationResults", HSMS_SINCE, None),
        _ => return None,
    };
    Some(Kind { name, since, named })
}

fn kind_in_hsm(part: &VaultPart) -> (&'static str, &'static str) {
    match part {
        VaultPart::LinkResources => ("managedHSMs/privateLinkResources", HSMS_SINCE),
        VaultPart::Connections | VaultPart::Connection { .. } => {
            ("managedHSMs/privateEndpointConnections", HSMS_SINCE)
        }
        VaultPart::KeyVersions { .. } | VaultPart::KeyVersion { .. } => {
            ("managedHSMs/keys/versions", HSM_KEYS_SINCE)
        }
        _ => ("managedHSMs/keys", HSM_KEYS_SINCE),
    }
}

impl Kind<'_> {
    fn check(&self, context: &Context<'_>, version: &str) -> Result<(), ArmError> {
        let versions: Vec<&str> =
            KEY_VAULT.into_iter().filter(|version| *version >= self.since).collect();
        if versions.contains(&version) {
            return Ok(());
        }
        let (name, versions) = (self.name, versions.join(", "));
        Err(match self.location(context) {
            Some(location) => ArmError::gateway(
                StatusCode::BAD_REQUEST,
                "NoRegisteredProviderFound",
                format!(
                    "No registered resource provider found for location '{location}' and API version '{version}' for \
                     type '{name}'. The supported api-versions are '{versions}'. The supported locations are \
                     '{LOCATIONS}'."
                ),
            ),
            None => ArmError::gateway(
                StatusCode::NOT_FOUND,
                "InvalidResourceType",
                format!(
                    "The resource type '{name}' could not be found in the namespace 'Microsoft.KeyVault' for api \
                     version '{version}'. The supported api-versions are '{versions}'."
                ),
            ),
        })
    }

    /// Where that is which is named, or is to be.
    fn location(&self, context: &Context<'_>) -> Option<String> {
        let named = self.named?;
        let sent = || serde_json::from_slice::<Located>(context.body).ok()?.location;
        let state = context.state();
        let there = match named {
            Named::Vault(id) => state.vaults.get(&id.key()).map(|vault| vault.location.clone()),
            Named::Hsm(id) => state.hsms.get(&id.key()).map(|hsm| hsm.location.clone()),
        };
        there.or_else(sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_of_managed_hsms_begin_with_their_first() {
        assert_eq!(HSMS.first(), Some(&HSMS_SINCE));
        assert_eq!(HSM_KEYS.first(), Some(&HSM_KEYS_SINCE));
    }
}
