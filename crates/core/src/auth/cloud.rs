//! Clouds: where their authorities and services are, and for whom a token must be.

use crate::{Endpoint, Error, Result};

/// A cloud: its authority, Azure Resource Manager, vaults and managed HSMs.
///
/// A vault in the public, the US Government's or China's cloud is known by its name and needs none
/// of this. Give it to a management client for another cloud than the public one, and to the
/// clients of a cloud of your own, so that their first call needs no challenge.
///
/// # Examples
/// ```
/// use azvault_core::auth::Cloud;
///
/// let stack = Cloud::custom("https://login.stack.example", "https://management.stack.example")
///     .resource_manager_audience("https://management.stack.example/0f9e")
///     .vaults("vault.stack.example", "https://vault.stack.example");
/// assert_eq!(stack.vault_url("my-vault")?, "https://my-vault.vault.stack.example");
/// assert_eq!(Cloud::china().vault_url("my-vault")?, "https://my-vault.vault.azure.cn");
/// # Ok::<(), azvault_core::Error>(())
/// ```
///
/// Source: [National clouds](https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud),
/// [About keys, secrets and certificates](https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Cloud {
    authority: String,
    resource_manager: String,
    resource_manager_audience: Option<String>,
    vaults: Option<Service>,
    managed_hsms: Option<Service>,
}

/// The names of a service's instances, and the audience of tokens for them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Service {
    suffix: String,
    audience: String,
}

impl Service {
    fn new(suffix: &str, audience: impl Into<String>) -> Self {
        let suffix = suffix.trim_start_matches('.').to_ascii_lowercase();
        Self { suffix, audience: audience.into() }
    }

    /// Whether `host` is a name directly below the suffix.
    fn has(&self, host: &str) -> bool {
        host.strip_suffix(&self.suffix)
            .and_then(|rest| rest.strip_suffix('.'))
            .is_some_and(|name| !name.is_empty() && !name.contains('.'))
    }
}

impl Cloud {
    /// Azure.
    pub fn public() -> Self {
        Self::named(
            "https://login.microsoftonline.com",
            "https://management.azure.com",
            "azure.net",
        )
    }

    /// Azure for the US Government.
    pub fn us_government() -> Self {
        let resource_manager = "https://management.usgovcloudapi.net";
        Self::named("https://login.microsoftonline.us", resource_manager, "usgovcloudapi.net")
    }

    /// Azure operated by 21Vianet in China.
    pub fn china() -> Self {
        let resource_manager = "https://management.chinacloudapi.cn";
        Self::named("https://login.chinacloudapi.cn", resource_manager, "azure.cn")
    }

    fn named(authority: &str, resource_manager: &str, domain: &str) -> Self {
        let service = |kind: &str| {
            Some(Service::new(&format!("{kind}.{domain}"), format!("https://{kind}.{domain}")))
        };
        Self {
            vaults: service("vault"),
            managed_hsms: service("managedhsm"),
            ..Self::custom(authority, resource_manager)
        }
    }

    /// A cloud of your own: the URLs of its authority, without a tenant, and of its Azure Resource
    /// Manager.
    pub fn custom(authority: impl Into<String>, resource_manager: impl Into<String>) -> Self {
        Self {
            authority: authority.into(),
            resource_manager: resource_manager.into(),
            resource_manager_audience: None,
            vaults: None,
            managed_hsms: None,
        }
    }

    /// The audience of tokens for Azure Resource Manager, where that is not its URL.
    pub fn resource_manager_audience(mut self, audience: impl Into<String>) -> Self {
        self.resource_manager_audience = Some(audience.into());
        self
    }

    /// The domain that vaults are directly below, and the audience of tokens for them. Without it
    /// vaults are asked.
    pub fn vaults(mut self, suffix: &str, audience: impl Into<String>) -> Self {
        self.vaults = Some(Service::new(suffix, audience));
        self
    }

    /// The same for managed HSMs.
    pub fn managed_hsms(mut self, suffix: &str, audience: impl Into<String>) -> Self {
        self.managed_hsms = Some(Service::new(suffix, audience));
        self
    }

    /// The URL of its authority.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The URL of its Azure Resource Manager.
    pub fn resource_manager(&self) -> &str {
        &self.resource_manager
    }

    /// The URL of the vault with that name.
    ///
    /// # Errors
    /// `InvalidInput` if the name cannot be a vault's, or the cloud's vaults have no domain.
    pub fn vault_url(&self, name: &str) -> Result<String> {
        let Some(vaults) = &self.vaults else {
            return Err(Error::invalid_input("the cloud does not say what domain its vaults have"));
        };
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if !plain || !(3..=24).contains(&name.len()) {
            return Err(Error::invalid_input(format!(
                "the vault name {name:?} must have 3 to 24 letters, digits and hyphens"
            )));
        }
        let url = format!("https://{name}.{}", vaults.suffix);
        Endpoint::parse(&url).map(|endpoint| endpoint.as_str().to_owned())
    }

    /// The audience for tokens of the vault or managed HSM at `host`.
    pub(super) fn audience_of(&self, host: &str) -> Option<&str> {
        let services = self.vaults.iter().chain(&self.managed_hsms);
        services.into_iter().find(|it| it.has(host)).map(|it| it.audience.as_str())
    }

    /// The audience for tokens of the Azure Resource Manager at `endpoint`.
    pub(super) fn resource_manager_audience_at(&self, endpoint: &Endpoint) -> Option<&str> {
        let own = Endpoint::parse(&self.resource_manager).is_ok_and(|own| own == *endpoint);
        self.resource_manager_audience.as_deref().filter(|_| own)
    }
}

impl Default for Cloud {
    fn default() -> Self {
        Self::public()
    }
}

/// The audience for tokens of the vault at `host`, if it is in a cloud that everybody knows: a
/// first call there needs no challenge.
pub fn known_audience(host: &str) -> Option<String> {
    [Cloud::public(), Cloud::china(), Cloud::us_government()]
        .iter()
        .find_map(|cloud| cloud.audience_of(host).map(ToOwned::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audiences_of_the_three_clouds_are_known() {
        for (host, audience) in [
            ("v.vault.azure.net", "https://vault.azure.net"),
            ("v.vault.azure.cn", "https://vault.azure.cn"),
            ("v.vault.usgovcloudapi.net", "https://vault.usgovcloudapi.net"),
            ("h.managedhsm.azure.net", "https://managedhsm.azure.net"),
            ("h.managedhsm.azure.cn", "https://managedhsm.azure.cn"),
            ("h.managedhsm.usgovcloudapi.net", "https://managedhsm.usgovcloudapi.net"),
        ] {
            assert_eq!(known_audience(host).as_deref(), Some(audience));
        }
    }

    #[test]
    fn only_names_directly_below_a_known_suffix_are_known() {
        for host in [
            "evilvault.azure.net",
            "vault.azure.net",
            ".vault.azure.net",
            "v.vault.azure.net.evil.example",
            "v.vault.azure.net.",
            "a.b.vault.azure.net",
            "v.vault.azure.us",
            "v.vault.localhost",
        ] {
            assert_eq!(known_audience(host), None, "{host}");
        }
    }

    #[test]
    fn a_custom_cloud_has_its_own_names_and_audiences() {
        let cloud = Cloud::custom("https://login.example", "https://arm.example")
            .vaults(".Vault.Example", "https://vault.example")
            .resource_manager_audience("https://arm.example/tenant");
        assert_eq!(cloud.audience_of("v.vault.example"), Some("https://vault.example"));
        assert_eq!(cloud.audience_of("v.evilvault.example"), None);
        assert_eq!(cloud.audience_of("v.vault.azure.net"), None);
        let at = |url| Endpoint::parse(url).unwrap();
        let audience = cloud.resource_manager_audience_at(&at("https://arm.example"));
        assert_eq!(audience, Some("https://arm.example/tenant"));
        assert_eq!(cloud.resource_manager_audience_at(&at("https://evil.example")), None);
    }

    #[test]
    fn a_name_that_is_no_vaults_gives_no_url() {
        for name in ["ab", "a/b", "a.b", "a@evil.example", "", "a234567890123456789012345"] {
            assert_eq!(
                Cloud::public().vault_url(name).unwrap_err().kind(),
                crate::ErrorKind::InvalidInput
            );
        }
        assert!(Cloud::custom("https://a.example", "https://b.example").vault_url("abc").is_err());
    }
}
