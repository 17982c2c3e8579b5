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
    /// What tokens may be for, without slashes at their ends: the first is what metadata name first.
    pub(super) audiences: Vec<String>,
    /// The resource id of Microsoft Graph, which its address begins with.
    pub(super) graph: String,
    pub(super) portal: String,
    pub(super) cloud: &'static str,
}

/// A cloud of Azure, by the names that its metadata tell.
struct Cloud {
    name: &'static str,
    management: &'static str,
    audience: &'static str,
    login: &'static str,
    vault_suffix: &'static str,
    hsm_suffix: &'static str,
    graph: &'static str,
    portal: &'static str,
}

const CLOUDS: [Cloud; 3] = [
    Cloud {
        name: "AzureCloud",
        management: "management.azure.com",
        audience: "https://management.core.windows.net",
        login: "https://login.microsoftonline.com",
        vault_suffix: "vault.azure.net",
        hsm_suffix: "managedhsm.azure.net",
        graph: "https://graph.microsoft.com/",
        portal: "https://portal.azure.com",
    },
    Cloud {
        name: "AzureUSGovernment",
        management: "management.usgovcloudapi.net",
        audience: "https://management.core.usgovcloudapi.net",
        login: "https://login.microsoftonline.us",
        vault_suffix: "vault.usgovcloudapi.net",
        hsm_suffix: "managedhsm.usgovcloudapi.net",
        graph: "https://graph.microsoft.us/",
        portal: "https://portal.azure.us",
    },
    Cloud {
        name: "AzureChinaCloud",
        management: "management.chinacloudapi.cn",
        audience: "https://management.core.chinacloudapi.cn",
        login: "https://login.chinacloudapi.cn",
        vault_suffix: "vault.azure.cn",
        hsm_suffix: "managedhsm.azure.cn",
        graph: "https://microsoftgraph.chinacloudapi.cn",
        portal: "https://portal.azure.cn",
    },
];

impl ArmSite {
    pub(super) fn of(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (name, Some(port).filter(|port| !port.is_empty()))
            }
            _ => (&*host, None),
        };
        let base = format!("https://{host}");
        match CLOUDS.iter().find(|cloud| cloud.management == name) {
            Some(cloud) => Self::of_cloud(cloud, base),
            None => Self::local(base, port),
        }
    }

    fn of_cloud(cloud: &Cloud, base: String) -> Self {
        Self {
            audiences: vec![cloud.audience.to_owned(), format!("https://{}", cloud.management)],
            base,
            login: cloud.login.to_owned(),
            vault_suffix: cloud.vault_suffix.to_owned(),
            hsm_suffix: cloud.hsm_suffix.to_owned(),
            graph: cloud.graph.to_owned(),
            portal: cloud.portal.to_owned(),
            cloud: cloud.name,
        }
    }

    /// Loopback addresses lead to the same names: a vault has no address.
    fn local(base: String, port: Option<&str>) -> Self {
        let local = |name: &str| match port {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        };
        let login = format!("https://{}", local("localhost"));
        let mut audiences = vec![base.clone(), login.clone()];
        audiences.dedup();
        Self {
            audiences,
            graph: format!("{base}/graph"),
            portal: base.clone(),
            base,
            login,
            vault_suffix: local("vault.localhost"),
            hsm_suffix: local("managedhsm.localhost"),
            cloud: "AzvaultEmulator",
        }
    }

    /// The address of Resource Manager as metadata tell it: that of Azure's clouds ends with a slash.
    pub(super) fn resource_manager(&self) -> String {
        if self.is_local() { self.base.clone() } else { format!("{}/", self.base) }
    }

    /// Audiences as metadata tell them.
    pub(super) fn told_audiences(&self) -> Vec<String> {
        if self.is_local() {
            return self.audiences.iter().take(1).cloned().collect();
        }
        self.audiences.iter().map(|audience| format!("{audience}/")).collect()
    }

    fn is_local(&self) -> bool {
        CLOUDS.iter().all(|cloud| cloud.name != self.cloud)
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

    #[test]
    fn a_sovereign_cloud_has_its_own_names() {
        for (host, cloud, vaults, login) in [
            (
                "management.usgovcloudapi.net",
                "AzureUSGovernment",
                "vault.usgovcloudapi.net",
                "https://login.microsoftonline.us",
            ),
            (
                "Management.chinacloudapi.cn:443",
                "AzureChinaCloud",
                "vault.azure.cn",
                "https://login.chinacloudapi.cn",
            ),
        ] {
            let site = ArmSite::of(host);
            assert_eq!((site.cloud, &*site.vault_suffix, &*site.login), (cloud, vaults, login));
        }
    }
}
