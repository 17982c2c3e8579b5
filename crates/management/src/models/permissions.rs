//! What an access policy can permit.

use std::str::FromStr;

use azvault_core::{Error, Result};

/// A permission, by its word.
pub(crate) trait Permission: Clone {
    /// Every word that this version knows.
    const WORDS: &'static [&'static str];

    /// The word on the wire.
    fn word(&self) -> &str;
}

/// What of `wanted` is not in `has`. `all` stands for everything but `purge`, and so do all its
/// words together, as which the service may give it back.
pub(crate) fn missing<T: Permission>(wanted: &[T], has: &[T]) -> Vec<T> {
    let holds = |word: &str| has.iter().any(|it| it.word().eq_ignore_ascii_case(word));
    let everything = holds("all")
        || T::WORDS.iter().filter(|word| !["all", "purge"].contains(word)).all(|word| holds(word));
    let mut missing: Vec<T> = Vec::new();
    for permission in wanted {
        let word = permission.word();
        let covered = holds(word) || everything && !word.eq_ignore_ascii_case("purge");
        let named = missing.iter().any(|it| it.word().eq_ignore_ascii_case(word));
        if !covered && !named {
            missing.push(permission.clone());
        }
    }
    missing
}

/// A `service_enum!` of permissions.
macro_rules! permissions {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $($(#[$variant_attribute:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        azvault_core::service_enum! {
            $(#[$attribute])*
            pub enum $name ignoring case {
                $($(#[$variant_attribute])* $variant = $word,)+
            }
        }

        impl $name {
            /// Every word that this version knows, as it is on the wire.
            pub const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl Permission for $name {
            const WORDS: &'static [&'static str] = Self::WORDS;

            fn word(&self) -> &str {
                self.as_str()
            }
        }

        /// The permission of that word, in upper or lower case. Unlike `From<&str>`, which reads
        /// what the service says, it refuses a word that this version does not know.
        impl FromStr for $name {
            type Err = Error;

            fn from_str(word: &str) -> Result<Self> {
                Self::WORDS
                    .iter()
                    .find(|known| known.eq_ignore_ascii_case(word))
                    .map(|known| Self::from(*known))
                    .ok_or_else(|| {
                        Error::invalid_input(format!(
                            "{word:?} is no {}: these are {}",
                            stringify!($name),
                            Self::WORDS.join(", ")
                        ))
                    })
            }
        }
    };
}

permissions! {
    /// What a principal may do with keys.
    pub enum KeyPermission {
        /// Every permission but `purge`, which must be named.
        All = "all",
        /// To encrypt.
        Encrypt = "encrypt",
        /// To decrypt.
        Decrypt = "decrypt",
        /// To wrap a key.
        WrapKey = "wrapKey",
        /// To unwrap a key.
        UnwrapKey = "unwrapKey",
        /// To sign.
        Sign = "sign",
        /// To verify.
        Verify = "verify",
        /// To read keys, deleted ones included.
        Get = "get",
        /// To list keys, their versions, and deleted keys.
        List = "list",
        /// To create keys.
        Create = "create",
        /// To change keys' properties.
        Update = "update",
        /// To import keys.
        Import = "import",
        /// To delete keys.
        Delete = "delete",
        /// To back keys up.
        Backup = "backup",
        /// To restore keys.
        Restore = "restore",
        /// To recover deleted keys.
        Recover = "recover",
        /// To remove deleted keys for good; not part of `all`.
        Purge = "purge",
        /// To release keys under their release policy.
        Release = "release",
        /// To rotate keys.
        Rotate = "rotate",
        /// To read rotation policies.
        GetRotationPolicy = "getrotationpolicy",
        /// To change rotation policies.
        SetRotationPolicy = "setrotationpolicy",
    }
}

permissions! {
    /// What a principal may do with secrets.
    pub enum SecretPermission {
        /// Every permission but `purge`, which must be named.
        All = "all",
        /// To read secrets.
        Get = "get",
        /// To list secrets, their versions, and deleted secrets.
        List = "list",
        /// To set secrets and change their properties.
        Set = "set",
        /// To delete secrets.
        Delete = "delete",
        /// To back secrets up.
        Backup = "backup",
        /// To restore secrets.
        Restore = "restore",
        /// To recover deleted secrets.
        Recover = "recover",
        /// To remove deleted secrets for good; not part of `all`.
        Purge = "purge",
    }
}

permissions! {
    /// What a principal may do with certificates.
    pub enum CertificatePermission {
        /// Every permission but `purge`, which must be named.
        All = "all",
        /// To read certificates.
        Get = "get",
        /// To list certificates, their versions, and deleted certificates.
        List = "list",
        /// To delete certificates.
        Delete = "delete",
        /// To create certificates.
        Create = "create",
        /// To import certificates.
        Import = "import",
        /// To change certificates' properties and policies.
        Update = "update",
        /// To change the vault's contacts.
        ManageContacts = "managecontacts",
        /// To read an issuer.
        GetIssuers = "getissuers",
        /// To list issuers.
        ListIssuers = "listissuers",
        /// To change issuers.
        SetIssuers = "setissuers",
        /// To delete issuers.
        DeleteIssuers = "deleteissuers",
        /// To do anything with issuers.
        ManageIssuers = "manageissuers",
        /// To recover deleted certificates.
        Recover = "recover",
        /// To remove deleted certificates for good; not part of `all`.
        Purge = "purge",
        /// To back certificates up.
        Backup = "backup",
        /// To restore certificates.
        Restore = "restore",
    }
}

permissions! {
    /// What a principal may do with storage accounts, a feature that is retired.
    pub enum StoragePermission {
        /// Every permission but `purge`, which must be named.
        All = "all",
        /// To read an account.
        Get = "get",
        /// To list accounts.
        List = "list",
        /// To delete accounts.
        Delete = "delete",
        /// To add accounts.
        Set = "set",
        /// To change accounts.
        Update = "update",
        /// To make an account's key anew.
        RegenerateKey = "regeneratekey",
        /// To recover deleted accounts.
        Recover = "recover",
        /// To remove deleted accounts for good; not part of `all`.
        Purge = "purge",
        /// To back accounts up.
        Backup = "backup",
        /// To restore accounts.
        Restore = "restore",
        /// To set SAS definitions.
        SetSas = "setsas",
        /// To list SAS definitions.
        ListSas = "listsas",
        /// To read SAS definitions.
        GetSas = "getsas",
        /// To delete SAS definitions.
        DeleteSas = "deletesas",
    }
}
