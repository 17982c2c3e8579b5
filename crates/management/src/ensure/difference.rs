//! One thing in which a vault is not what is wanted.

use std::fmt;

/// What access policies are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PermissionKind {
    /// Keys.
    Keys,
    /// Secrets.
    Secrets,
    /// Certificates.
    Certificates,
    /// Storage accounts, a feature that is retired.
    Storage,
}

impl fmt::Display for PermissionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Keys => "keys",
            Self::Secrets => "secrets",
            Self::Certificates => "certificates",
            Self::Storage => "storage",
        })
    }
}

/// What of a vault differs. `Display` gives its path: `sku`, `tags.team`,
/// `access_policies[…].secrets`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VaultField {
    /// The region.
    Location,
    /// The tenant whose principals may use it.
    TenantId,
    /// The tier.
    Sku,
    /// For how many days what is deleted can be recovered.
    RetentionDays,
    /// Whether nobody can purge what is deleted.
    PurgeProtection,
    /// Whether it goes by Azure roles.
    RbacAuthorization,
    /// Whether it can be reached from public networks at all.
    PublicNetworkAccess,
    /// Whether virtual machines may read certificates that are kept as secrets.
    EnabledForDeployment,
    /// Whether Azure Disk Encryption may read secrets and unwrap keys.
    EnabledForDiskEncryption,
    /// Whether Resource Manager may read secrets for templates.
    EnabledForTemplateDeployment,
    /// What becomes of traffic that no network rule matches.
    DefaultAction,
    /// Whose traffic skips the network rules.
    Bypass,
    /// The addresses that are let in.
    IpRules,
    /// The subnets that are let in.
    VirtualNetworkRules,
    /// A tag, by its name.
    Tag(String),
    /// What a principal may do.
    AccessPolicy {
        /// The principal.
        object_id: String,
        /// The application it must act through, if one is named.
        application_id: Option<String>,
        /// With what.
        kind: PermissionKind,
    },
}

impl fmt::Display for VaultField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Location => "location",
            Self::TenantId => "tenant_id",
            Self::Sku => "sku",
            Self::RetentionDays => "retention_days",
            Self::PurgeProtection => "purge_protection",
            Self::RbacAuthorization => "rbac_authorization",
            Self::PublicNetworkAccess => "public_network_access",
            Self::EnabledForDeployment => "enabled_for_deployment",
            Self::EnabledForDiskEncryption => "enabled_for_disk_encryption",
            Self::EnabledForTemplateDeployment => "enabled_for_template_deployment",
            Self::DefaultAction => "network_rules.default_action",
            Self::Bypass => "network_rules.bypass",
            Self::IpRules => "network_rules.ip_rules",
            Self::VirtualNetworkRules => "network_rules.virtual_network_rules",
            Self::Tag(name) => return write!(f, "tags.{name}"),
            Self::AccessPolicy { object_id, application_id, kind } => {
                let through = application_id.as_deref().map(|id| format!(" through {id}"));
                return write!(
                    f,
                    "access_policies[{object_id}{}].{kind}",
                    through.unwrap_or_default()
                );
            }
        })
    }
}

/// One thing in which a vault is not what is wanted: what it is, and what it is to be. It holds
/// what Resource Manager shows of a vault, so never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    field: VaultField,
    from: Option<String>,
    to: String,
}

impl Difference {
    pub(super) fn new(field: VaultField, from: Option<String>, to: impl Into<String>) -> Self {
        Self { field, from, to: to.into() }
    }

    /// What differs.
    pub fn field(&self) -> &VaultField {
        &self.field
    }

    /// Where it is in the parameters: `tags.team`.
    pub fn path(&self) -> String {
        self.field.to_string()
    }

    /// What the vault has now, if it has something there.
    pub fn from(&self) -> Option<&str> {
        self.from.as_deref()
    }

    /// What it is to have.
    pub fn to(&self) -> &str {
        &self.to
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, from, to } = self;
        let line = match from {
            Some(from) => format!("~ {field}: {from} -> {to}"),
            None => format!("+ {field}: {to}"),
        };
        // A tag may hold anything: it must not look like a line of its own.
        for part in line.split(char::is_control).enumerate() {
            f.write_str(if part.0 == 0 { "" } else { " " })?;
            f.write_str(part.1)?;
        }
        Ok(())
    }
}
