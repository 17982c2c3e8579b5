//! The words that vaults are described by.

azvault_core::service_enum! {
    /// A family of tiers.
    pub enum SkuFamily ignoring case {
        /// The only one.
        A = "A",
    }
}

azvault_core::service_enum! {
    /// The tier of a vault.
    pub enum SkuName ignoring case {
        /// Keys are kept in software.
        Standard = "standard",
        /// Keys can be kept in hardware.
        Premium = "premium",
    }
}

azvault_core::service_enum! {
    /// Whether a vault or a managed HSM is made, or a deleted one brought back.
    pub enum CreateMode ignoring case {
        /// Makes a vault, or updates the one of that name.
        Default = "default",
        /// Brings back the deleted vault of that name, with what was in it.
        Recover = "recover",
    }
}

azvault_core::service_enum! {
    /// How far the making of a vault has come.
    pub enum ProvisioningState ignoring case {
        /// Ready.
        Succeeded = "Succeeded",
        /// Its host name is being registered.
        RegisteringDns = "RegisteringDns",
    }
}

azvault_core::service_enum! {
    /// Whether a vault or a managed HSM can be reached from public networks at all.
    pub enum PublicNetworkAccess ignoring case {
        /// As its network rules say.
        Enabled = "Enabled",
        /// Through private endpoints and by trusted services alone.
        Disabled = "Disabled",
    }
}

/// What is done with the policies that are given to
/// [`update_access_policy`](crate::VaultsClient::update_access_policy).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the three verbs are part of the path, and closed")]
pub enum AccessPolicyUpdateKind {
    /// Their permissions are added to those that the principals have.
    Add,
    /// Their permissions take the place of those that the principals have.
    Replace,
    /// Their permissions are taken away from the principals.
    Remove,
}

impl AccessPolicyUpdateKind {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Remove => "remove",
        }
    }
}
