//! The roles that Azure has for vaults.

use std::{fmt, str::FromStr};

use azvault_core::{Error, Result};

use crate::validate;

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = ($name:literal, $id:literal),)+) => {
        /// A role for vaults, built into Azure. `Display` gives its name; `FromStr` reads a name, in
        /// upper or lower case, or a GUID.
        ///
        /// Source: [Azure RBAC for Key Vault](https://learn.microsoft.com/azure/key-vault/general/rbac-guide#azure-built-in-roles-for-key-vault-data-plane-operations).
        ///
        /// # Examples
        /// ```
        /// use azvault_management::KeyVaultRole;
        ///
        /// # fn main() -> azvault_management::Result<()> {
        /// let role: KeyVaultRole = "Key Vault Secrets User".parse()?;
        /// assert_eq!(role.id(), "4633458b-17de-408a-b874-0445c86b69e6");
        /// # Ok(())
        /// # }
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum KeyVaultRole {
            $($(#[$doc])* $variant,)+
            /// Another role, by its GUID: one of your own, or of Azure's for other things.
            Other(String),
        }

        impl KeyVaultRole {
            /// Every role that this version knows by name.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its GUID, which is the same everywhere.
            pub fn id(&self) -> &str {
                match self {
                    $(Self::$variant => $id,)+
                    Self::Other(id) => id,
                }
            }

            /// Its name; of another role, its GUID.
            pub fn name(&self) -> &str {
                match self {
                    $(Self::$variant => $name,)+
                    Self::Other(id) => id,
                }
            }
        }
    };
}

roles! {
    /// Does everything with keys, secrets and certificates; not with the vault itself.
    Administrator = ("Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483"),
    /// Reads what keys, secrets and certificates there are, and no secret's value.
    Reader = ("Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2"),
    /// Purges deleted vaults.
    PurgeOperator = ("Key Vault Purge Operator", "a68e7c17-0ab2-4c09-9a58-125dae29748c"),
    /// Does everything with certificates.
    CertificatesOfficer =
        ("Key Vault Certificates Officer", "a4417e6f-fecd-4de8-b567-7b0420556985"),
    /// Reads certificates with their keys and secrets.
    CertificateUser = ("Key Vault Certificate User", "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"),
    /// Does everything with keys.
    CryptoOfficer = ("Key Vault Crypto Officer", "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"),
    /// Uses keys: encrypts, decrypts, wraps, unwraps, signs and verifies.
    CryptoUser = ("Key Vault Crypto User", "12338af0-0e69-4776-bea7-57ae8d297424"),
    /// Wraps and unwraps, for services that encrypt their data under your key.
    CryptoServiceEncryptionUser =
        ("Key Vault Crypto Service Encryption User", "e147488a-f6f5-4113-8e2d-b22465e65bf6"),
    /// Releases keys under their release policy.
    CryptoServiceReleaseUser =
        ("Key Vault Crypto Service Release User", "08bbd89e-9f13-488c-ac41-acfcb10c90ab"),
    /// Does everything with secrets.
    SecretsOfficer = ("Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
    /// Reads secrets with their values.
    SecretsUser = ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6"),
    /// Assigns and takes away the roles for keys, secrets and certificates.
    DataAccessAdministrator =
        ("Key Vault Data Access Administrator", "8b54135c-b56d-4d72-a534-26097cfdc8d8"),
    /// Does everything with vaults themselves but purge them; nothing with what is in them.
    Contributor = ("Key Vault Contributor", "f25e0fa2-a7c8-4377-a976-54943a77a395"),
}

impl KeyVaultRole {
    pub(super) fn check(&self) -> Result<()> {
        validate::guid("role's id", self.id())
    }
}

impl fmt::Display for KeyVaultRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for KeyVaultRole {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL
            .iter()
            .find(|it| it.name().eq_ignore_ascii_case(text) || it.id().eq_ignore_ascii_case(text));
        match known {
            Some(role) => Ok(role.clone()),
            None if validate::guid("role's id", text).is_ok() => {
                Ok(Self::Other(text.to_ascii_lowercase()))
            }
            None => {
                let names: Vec<&str> = Self::ALL.iter().map(Self::name).collect();
                Err(Error::invalid_input(format!(
                    "{text:?} is no GUID and no Key Vault role: these are {}",
                    names.join(", ")
                )))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn roles_are_read_by_name_and_by_guid() {
        let ids: BTreeSet<&str> = KeyVaultRole::ALL.iter().map(KeyVaultRole::id).collect();
        assert_eq!(ids.len(), 13);
        for role in KeyVaultRole::ALL {
            assert!(role.check().is_ok());
            assert_eq!(&role.to_string().to_lowercase().parse::<KeyVaultRole>().unwrap(), role);
            assert_eq!(&role.id().to_uppercase().parse::<KeyVaultRole>().unwrap(), role);
        }
        let other = "B24988AC-6180-42A0-AB88-20F7382DD24C".parse::<KeyVaultRole>().unwrap();
        assert_eq!(other, KeyVaultRole::Other("b24988ac-6180-42a0-ab88-20f7382dd24c".to_owned()));
        let error = "Key Vault Secret User".parse::<KeyVaultRole>().unwrap_err().to_string();
        assert!(error.contains("Key Vault Secrets User"), "{error}");
        assert!(KeyVaultRole::Other("../x".to_owned()).check().is_err());
    }
}
