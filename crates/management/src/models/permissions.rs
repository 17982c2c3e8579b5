//! What an access policy can permit.

azvault_core::service_enum! {
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

azvault_core::service_enum! {
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

azvault_core::service_enum! {
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

azvault_core::service_enum! {
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
