//! The kinds of records, under the names that data directories know them by.

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $name:literal,)*) => {
        /// What a record is about. Names are for good: data directories have them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum Kind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl Kind {
            const ALL: &[Self] = &[$(Self::$kind,)*];

            /// As data directories and snapshots write it.
            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// A vault or a managed HSM by its id: name and settings.
    Vault = "vault",
    /// A name of a vault: which vault stands there, if any.
    Slot = "slot",
    Key = "key",
    KeyVersion = "key-version",
    Secret = "secret",
    SecretVersion = "secret-version",
    Certificate = "certificate",
    CertificateVersion = "certificate-version",
    /// Who signs certificates, by the issuer's name.
    Issuer = "issuer",
    /// Whom to tell of certificates.
    Contacts = "contacts",
    /// What backups are sealed with.
    BackupKey = "backup-key",
    /// The authority behind every issuer.
    TestIssuer = "test-issuer",
    Group = "group",
    ArmVault = "arm-vault",
    ManagedHsm = "managed-hsm",
    PrivateEndpoint = "private-endpoint",
    Registration = "registration",
    ArmOperation = "arm-operation",
    RoleDefinition = "role-definition",
    RoleAssignment = "role-assignment",
    Principal = "principal",
    Clock = "clock",
}

impl Kind {
    /// The kind of that name, if it is one of this version.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_no_other() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.name()), Some(*kind));
        }
        assert_eq!(Kind::of("Vault"), None);
    }
}
