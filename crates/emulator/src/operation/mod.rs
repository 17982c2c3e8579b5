//! What a request is called: the operation's name in the REST specification, the service, and the vault it is about.
//!
//! All from method, host and path, so that nothing has to be kept for it and a request that no one asks about costs nothing.

mod service;
mod table;

use percent_encoding::percent_decode_str;

pub use service::Service;
use table::Row;

/// Where the resources of a group are.
const GROUP: [&str; 6] =
    ["subscriptions", "{}", "resourcegroups", "{}", "providers", "microsoft.keyvault"];
/// Where the provider of a subscription is.
const SUBSCRIPTION: [&str; 4] = ["subscriptions", "{}", "providers", "microsoft.keyvault"];
const AUTHORIZATION: &str = "microsoft.authorization";
/// What the name of a vault or of a managed HSM follows in Resource Manager's paths.
const HOLDERS: [&str; 4] = ["vaults", "managedhsms", "deletedvaults", "deletedmanagedhsms"];
/// What a name with no version follows; the specification writes these with one.
const VERSIONED: [&str; 3] = ["keys", "secrets", "certificates"];

/// The operation's name, such as `SetSecret` or `Vaults_CreateOrUpdate`; `None` for what is none.
pub(crate) fn name(service: Service, method: &str, path: &str) -> Option<&'static str> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    match service {
        Service::Vault => find(&table::VAULT, method, &segments)
            .or_else(|| latest(&table::VAULT, method, &segments)),
        Service::ManagedHsm => authorization(method, &segments)
            .or_else(|| find(&table::MANAGED_HSM, method, &segments))
            .or_else(|| find(&table::VAULT, method, &segments))
            .or_else(|| latest(&table::VAULT, method, &segments)),
        Service::Arm => authorization(method, &segments)
            .or_else(|| below(&GROUP, &table::IN_GROUP, method, &segments))
            .or_else(|| below(&SUBSCRIPTION, &table::IN_SUBSCRIPTION, method, &segments))
            .or_else(|| find(&table::MANAGEMENT, method, &segments)),
        Service::Entra => find(&table::ENTRA, method, &segments),
        Service::Imds => Some("ManagedIdentityToken"),
        Service::Graph | Service::Attestation | Service::Unknown => None,
    }
}

/// The vault or managed HSM that a request is about, in lower case: by its host, or by Resource Manager's path.
pub(crate) fn vault(service: Service, host: &str, path: &str) -> Option<String> {
    match service {
        Service::Vault | Service::ManagedHsm => host.split('.').next().map(str::to_ascii_lowercase),
        Service::Arm => named(path),
        _ => None,
    }
}

/// The vault or managed HSM that a path of Resource Manager names, in lower case.
pub(crate) fn named(path: &str) -> Option<String> {
    let mut segments = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .skip_while(|segment| !segment.eq_ignore_ascii_case("microsoft.keyvault"));
    segments.find(|segment| HOLDERS.iter().any(|holder| holder.eq_ignore_ascii_case(segment)))?;
    let name = percent_decode_str(segments.next()?).decode_utf8_lossy();
    Some(name.to_ascii_lowercase())
}

fn find(rows: &[Row], method: &str, segments: &[&str]) -> Option<&'static str> {
    rows.iter()
        .find(|(of, path, _)| *of == method && fits(path.split('/'), segments))
        .map(|(_, _, name)| *name)
}

/// The same for an object that is named without a version.
fn latest(rows: &[Row], method: &str, segments: &[&str]) -> Option<&'static str> {
    let (collection, rest) = segments.split_first()?;
    let (name, rest) = rest.split_first()?;
    if !VERSIONED.iter().any(|known| known.eq_ignore_ascii_case(collection)) {
        return None;
    }
    let versioned: Vec<&str> =
        [*collection, *name, "latest"].into_iter().chain(rest.iter().copied()).collect();
    find(rows, method, &versioned)
}

fn below(root: &[&str], rows: &[Row], method: &str, segments: &[&str]) -> Option<&'static str> {
    let (above, rest) = segments.split_at_checked(root.len())?;
    fits(root.iter().copied(), above).then(|| find(rows, method, rest)).flatten()
}

/// Roles are below a scope of any depth.
fn authorization(method: &str, segments: &[&str]) -> Option<&'static str> {
    let place = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case(AUTHORIZATION))?;
    find(&table::AUTHORIZATION, method, segments.get(place + 1..)?)
}

fn fits<'a>(path: impl Iterator<Item = &'a str>, segments: &[&str]) -> bool {
    let mut segments = segments.iter();
    let all = path.filter(|part| !part.is_empty()).all(|part| {
        segments.next().is_some_and(|it| part == "{}" || part.eq_ignore_ascii_case(it))
    });
    all && segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_planes_operations_are_known_with_and_without_a_version() {
        for (method, path, expected) in [
            ("PUT", "/secrets/s", "SetSecret"),
            ("GET", "/secrets/s", "GetSecret"),
            ("GET", "/secrets/s/", "GetSecret"),
            ("GET", "/secrets/s/0a1b", "GetSecret"),
            ("GET", "/secrets/s/versions", "GetSecretVersions"),
            ("GET", "/secrets", "GetSecrets"),
            ("PATCH", "/secrets/s/0a1b", "UpdateSecret"),
            ("POST", "/secrets/restore", "RestoreSecret"),
            ("POST", "/keys/k/create", "CreateKey"),
            ("POST", "/keys/k/v/sign", "sign"),
            ("POST", "/keys/k//wrapKey", "wrapKey"),
            ("GET", "/keys/k/rotationpolicy", "GetKeyRotationPolicy"),
            ("GET", "/certificates/contacts", "GetCertificateContacts"),
            ("GET", "/certificates/c/pending", "GetCertificateOperation"),
            ("DELETE", "/deletedkeys/k", "PurgeDeletedKey"),
        ] {
            assert_eq!(name(Service::Vault, method, path), Some(expected), "{method} {path}");
        }
        assert_eq!(name(Service::Vault, "GET", "/nothing"), None);
        assert_eq!(name(Service::ManagedHsm, "POST", "/rng"), Some("GetRandomBytes"));
    }

    #[test]
    fn resource_managers_operations_are_known_in_either_case() {
        let group = "/subscriptions/s/resourcegroups/rg/providers/microsoft.keyvault";
        for (method, path, expected) in [
            ("PUT", format!("{group}/vaults/kv"), "Vaults_CreateOrUpdate"),
            ("GET", format!("{group}/vaults"), "Vaults_ListByResourceGroup"),
            ("PUT", format!("{group}/vaults/kv/accessPolicies/add"), "Vaults_UpdateAccessPolicy"),
            ("PUT", format!("{group}/managedHSMs/pool"), "ManagedHsms_CreateOrUpdate"),
            (
                "PUT",
                "/subscriptions/s/resourceGroups/rg".to_owned(),
                "ResourceGroups_CreateOrUpdate",
            ),
            (
                "PUT",
                format!("{group}/vaults/kv/providers/Microsoft.Authorization/roleAssignments/1"),
                "RoleAssignments_Create",
            ),
            (
                "POST",
                "/subscriptions/s/providers/Microsoft.KeyVault/locations/l/deletedVaults/kv/purge"
                    .to_owned(),
                "Vaults_PurgeDeleted",
            ),
        ] {
            assert_eq!(name(Service::Arm, method, &path), Some(expected), "{method} {path}");
        }
    }

    #[test]
    fn a_vault_is_known_by_its_host_and_by_its_resource() {
        assert_eq!(
            vault(Service::Vault, "kv.vault.localhost:8443", "/keys").as_deref(),
            Some("kv")
        );
        let path =
            "/subscriptions/s/providers/Microsoft.KeyVault/locations/l/deletedVaults/KV-1/purge";
        assert_eq!(vault(Service::Arm, "localhost", path).as_deref(), Some("kv-1"));
        assert_eq!(vault(Service::Arm, "localhost", "/subscriptions/s/resourcegroups/rg"), None);
        assert_eq!(vault(Service::Entra, "localhost", "/kv"), None);
    }
}
