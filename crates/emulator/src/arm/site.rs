//! The host by which a request reached the management plane: its links and vault URIs go by it.

/// Where the management plane was reached, and the names that go with that.
#[derive(Clone, Debug)]
pub(super) struct ArmSite {
    /// `https://` and the host, with the port when there is one.
    pub(super) base: String,
    /// The authority that challenges and metadata name.
    pub(super) login: String,
    /// The suffix of vault names, with the port when there is one.
    pub(super) vault_suffix: String,
    pub(super) hsm_suffix: String,
    /// Besides the public cloud's: the emulator's own names.
    pub(super) audiences: Vec<String>,
    pub(super) cloud: &'static str,
}

impl ArmSite {
    pub(super) fn of(host: &str) -> Self {
        if host.starts_with("management.azure.com") {
            return Self {
                base: format!("https://{host}"),
                login: "https://login.microsoftonline.com".to_owned(),
                vault_suffix: "vault.azure.net".to_owned(),
                hsm_suffix: "managedhsm.azure.net".to_owned(),
                audiences: Vec::new(),
                cloud: "AzureCloud",
            };
        }
        // Loopback addresses lead to the same names: a vault has no address.
        let port = host
            .rsplit_once(':')
            .map(|(_, port)| port)
            .filter(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
        let local = |name: &str| match port {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        let login = format!("https://{}", local("localhost"));
        let base = format!("https://{host}");
        Self {
            audiences: vec![login.clone(), base.clone()],
            base,
            login,
            vault_suffix: local("vault.localhost"),
            hsm_suffix: local("managedhsm.localhost"),
            cloud: "AzvaultEmulator",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names_carry_the_port_and_public_ones_do_not() {
        for host in ["localhost:8443", "127.0.0.1:8443", "[::1]:8443"] {
            let site = ArmSite::of(host);
            assert_eq!(site.vault_suffix, "vault.localhost:8443");
            assert_eq!(site.login, "https://localhost:8443");
            assert_eq!(site.base, format!("https://{host}"));
        }
        assert_eq!(ArmSite::of("[::1]").vault_suffix, "vault.localhost");
        assert_eq!(ArmSite::of("management.azure.com").vault_suffix, "vault.azure.net");
    }
}
