//! Access policies: who may do what with a vault's contents.

use azvault_core::Result;
use serde::{Deserialize, Serialize};

use super::lenient::or_default;
use super::permissions::missing;
use crate::{CertificatePermission, KeyPermission, SecretPermission, StoragePermission, validate};

/// What one principal may do with a vault's contents.
///
/// `All` of a kind means every permission of that kind but `Purge`, which must be named.
///
/// # Examples
/// ```
/// use azvault_management::{AccessPolicyEntry, KeyPermission, SecretPermission};
///
/// let tenant = "6819f86e-5d41-47b0-9297-334f33d7922d";
/// let principal = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
/// let policy = AccessPolicyEntry::new(tenant, principal)
///     .keys([KeyPermission::All, KeyPermission::Purge])
///     .secrets([SecretPermission::Get, SecretPermission::List]);
/// assert_eq!(policy.secret_permissions().len(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessPolicyEntry {
    tenant_id: String,
    object_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    application_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    permissions: Permissions,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Permissions {
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    keys: Vec<KeyPermission>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<SecretPermission>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    certificates: Vec<CertificatePermission>,
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "Vec::is_empty")]
    storage: Vec<StoragePermission>,
}

impl AccessPolicyEntry {
    /// A policy for the principal `object_id` of the vault's tenant, permitting nothing yet.
    pub fn new(tenant_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self {
            tenant_id: tenant_id.into(),
            object_id: object_id.into(),
            application_id: None,
            permissions: Permissions::default(),
        }
    }

    /// Holds only when the principal acts through this application.
    #[must_use]
    pub fn application_id(mut self, id: impl Into<String>) -> Self {
        self.application_id = Some(id.into());
        self
    }

    /// What the principal may do with keys.
    #[must_use]
    pub fn keys(mut self, permissions: impl IntoIterator<Item = KeyPermission>) -> Self {
        self.permissions.keys = permissions.into_iter().collect();
        self
    }

    /// What the principal may do with secrets.
    #[must_use]
    pub fn secrets(mut self, permissions: impl IntoIterator<Item = SecretPermission>) -> Self {
        self.permissions.secrets = permissions.into_iter().collect();
        self
    }

    /// What the principal may do with certificates.
    #[must_use]
    pub fn certificates(
        mut self,
        permissions: impl IntoIterator<Item = CertificatePermission>,
    ) -> Self {
        self.permissions.certificates = permissions.into_iter().collect();
        self
    }

    /// What the principal may do with storage accounts, a feature that is retired.
    #[must_use]
    pub fn storage(mut self, permissions: impl IntoIterator<Item = StoragePermission>) -> Self {
        self.permissions.storage = permissions.into_iter().collect();
        self
    }

    /// The tenant of the principal, which must be the vault's.
    pub fn tenant_id(&self) -> &str {
        &self.tenant_id
    }

    /// The principal: the object id of a user, a group or a service principal.
    pub fn object_id(&self) -> &str {
        &self.object_id
    }

    /// The application that the principal must act through, if one is named.
    pub fn application(&self) -> Option<&str> {
        self.application_id.as_deref()
    }

    /// What the principal may do with keys.
    pub fn key_permissions(&self) -> &[KeyPermission] {
        &self.permissions.keys
    }

    /// What the principal may do with secrets.
    pub fn secret_permissions(&self) -> &[SecretPermission] {
        &self.permissions.secrets
    }

    /// What the principal may do with certificates.
    pub fn certificate_permissions(&self) -> &[CertificatePermission] {
        &self.permissions.certificates
    }

    /// What the principal may do with storage accounts.
    pub fn storage_permissions(&self) -> &[StoragePermission] {
        &self.permissions.storage
    }

    /// Whether both are for the same principal, acting through the same application if through any.
    pub fn is_of_same_principal(&self, other: &Self) -> bool {
        let through = [self, other].map(|it| it.application_id.as_deref().unwrap_or_default());
        self.object_id.eq_ignore_ascii_case(&other.object_id)
            && self.tenant_id.eq_ignore_ascii_case(&other.tenant_id)
            && through[0].eq_ignore_ascii_case(through[1])
    }

    /// Whose policy it is. Ids have no case.
    pub(crate) fn identity(&self) -> [String; 3] {
        let application = self.application_id.as_deref().unwrap_or_default();
        [&self.tenant_id, &self.object_id, application].map(str::to_ascii_lowercase)
    }

    /// What of this policy none of `policies` permits yet, if anything.
    pub(crate) fn missing_in(&self, policies: &[Self]) -> Option<Self> {
        let has = policies.iter().find(|policy| policy.is_of_same_principal(self));
        let has = has.map(|policy| policy.permissions.clone()).unwrap_or_default();
        let Permissions { keys, secrets, certificates, storage } = &self.permissions;
        let permissions = Permissions {
            keys: missing(keys, &has.keys),
            secrets: missing(secrets, &has.secrets),
            certificates: missing(certificates, &has.certificates),
            storage: missing(storage, &has.storage),
        };
        (permissions != Permissions::default()).then(|| Self { permissions, ..self.clone() })
    }

    pub(crate) fn check(&self) -> Result<()> {
        validate::guid("tenant id of an access policy", &self.tenant_id)?;
        validate::guid("object id of an access policy", &self.object_id)?;
        match &self.application_id {
            Some(id) => validate::guid("application id of an access policy", id),
            None => Ok(()),
        }
    }
}

/// A list of policies, as the operations on policies alone take and give it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PolicyList {
    pub(crate) properties: PolicyListProperties,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolicyListProperties {
    pub(crate) access_policies: Vec<AccessPolicyEntry>,
}

impl PolicyList {
    pub(crate) fn new(access_policies: Vec<AccessPolicyEntry>) -> Self {
        Self { properties: PolicyListProperties { access_policies } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(words: &[&str]) -> AccessPolicyEntry {
        let tenant = "6819f86e-5d41-47b0-9297-334f33d7922d";
        let permissions = words.iter().map(|word| SecretPermission::from(*word));
        AccessPolicyEntry::new(tenant, "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90").secrets(permissions)
    }

    #[test]
    fn what_is_missing_is_told_whatever_the_case_and_all_is_everything_but_purge() {
        let each = ["get", "list", "set", "delete", "backup", "restore", "recover"];
        for (wanted, has, missing) in [
            (&["get", "list"][..], &["get"][..], Some(&["list"][..])),
            (&["get"], &["Get", "LIST"], None),
            (&["get", "get", "GET"], &[], Some(&["get"])),
            (&["get", "set"], &["all"], None),
            (&["get", "purge"], &["all"], Some(&["purge"])),
            (&["all"], &["get", "list"], Some(&["all"])),
            (&["all"], &each, None),
            (&["all", "purge"], &each, Some(&["purge"])),
            (&[], &[], None),
        ] {
            let told = secrets(wanted).missing_in(&[secrets(has)]);
            assert_eq!(told, missing.map(secrets), "{wanted:?} in {has:?}");
        }
        let through = secrets(&["get"]).application_id("9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90");
        assert_eq!(through.missing_in(&[secrets(&["get"])]).as_ref(), Some(&through));
    }

    #[test]
    fn words_of_people_are_read_in_any_case_and_others_refused() {
        assert_eq!("WrapKey".parse::<KeyPermission>().unwrap(), KeyPermission::WrapKey);
        assert_eq!("wrapkey".parse::<KeyPermission>().unwrap(), KeyPermission::WrapKey);
        let error = "read".parse::<SecretPermission>().unwrap_err().to_string();
        assert!(error.contains("\"read\"") && error.contains("get, list, set"), "{error}");
        assert_eq!(SecretPermission::from("read").to_string(), "read");
    }
}
