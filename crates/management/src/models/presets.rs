//! Sets of permissions for what people do, by name.

use crate::{AccessPolicyEntry, CertificatePermission, KeyPermission, SecretPermission};

impl KeyPermission {
    /// To use keys without changing them: encrypt, decrypt, wrap, unwrap, sign and verify, and to
    /// read the key for it.
    pub fn cryptography() -> Vec<Self> {
        use KeyPermission::*;
        vec![Get, Encrypt, Decrypt, WrapKey, UnwrapKey, Sign, Verify]
    }

    /// What a service needs that encrypts its data under a key of yours: to read, wrap and unwrap.
    pub fn wrapping() -> Vec<Self> {
        vec![Self::Get, Self::WrapKey, Self::UnwrapKey]
    }

    /// To read and list keys.
    pub fn reading() -> Vec<Self> {
        vec![Self::Get, Self::List]
    }

    /// Everything, purging included.
    pub fn everything() -> Vec<Self> {
        vec![Self::All, Self::Purge]
    }
}

impl SecretPermission {
    /// To read and list secrets.
    pub fn reading() -> Vec<Self> {
        vec![Self::Get, Self::List]
    }

    /// Everything, purging included.
    pub fn everything() -> Vec<Self> {
        vec![Self::All, Self::Purge]
    }
}

impl CertificatePermission {
    /// To read and list certificates.
    pub fn reading() -> Vec<Self> {
        vec![Self::Get, Self::List]
    }

    /// Everything, purging included.
    pub fn everything() -> Vec<Self> {
        vec![Self::All, Self::Purge]
    }
}

impl AccessPolicyEntry {
    /// Reads and lists secrets: what a program needs that is configured by them.
    ///
    /// # Examples
    /// ```
    /// use azvault_management::{AccessPolicyEntry, SecretPermission};
    ///
    /// let tenant = "6819f86e-5d41-47b0-9297-334f33d7922d";
    /// let policy = AccessPolicyEntry::secrets_reader(tenant, "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90");
    /// assert_eq!(policy.secret_permissions(), SecretPermission::reading());
    /// ```
    pub fn secrets_reader(tenant_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self::new(tenant_id, object_id).secrets(SecretPermission::reading())
    }

    /// Does everything with secrets but purge them.
    pub fn secrets_officer(tenant_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self::new(tenant_id, object_id).secrets([SecretPermission::All])
    }

    /// Uses keys without changing them; see [`KeyPermission::cryptography`].
    pub fn keys_user(tenant_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self::new(tenant_id, object_id).keys(KeyPermission::cryptography())
    }

    /// Does everything with keys but purge them.
    pub fn keys_officer(tenant_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self::new(tenant_id, object_id).keys([KeyPermission::All])
    }

    /// Does everything with keys, secrets and certificates but purge them.
    pub fn administrator(tenant_id: impl Into<String>, object_id: impl Into<String>) -> Self {
        Self::new(tenant_id, object_id)
            .keys([KeyPermission::All])
            .secrets([SecretPermission::All])
            .certificates([CertificatePermission::All])
    }
}
