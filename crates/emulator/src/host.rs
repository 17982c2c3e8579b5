//! Which service a host name stands for: Entra, the management plane, a vault, or a managed HSM.
//!
//! Local names live two labels under `localhost`, since TLS stacks refuse a wildcard directly under it.
//! The public clouds' names are served too, so that clients can be tested on the names they will meet.

/// A family of vault host names.
#[derive(Debug, PartialEq, Eq)]
struct Family {
    suffix: &'static str,
    kind: VaultKind,
    /// The host of the authority that the challenge names; `None`: this emulator, under `localhost`.
    login: Option<&'static str>,
}

/// A vault or a managed HSM pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VaultKind {
    Vault,
    ManagedHsm,
}

const FAMILIES: [Family; 8] = [
    family("vault.localhost", VaultKind::Vault, None),
    family("managedhsm.localhost", VaultKind::ManagedHsm, None),
    family("vault.azure.net", VaultKind::Vault, Some("login.windows.net")),
    family("managedhsm.azure.net", VaultKind::ManagedHsm, Some("login.microsoftonline.com")),
    family("vault.azure.cn", VaultKind::Vault, Some("login.chinacloudapi.cn")),
    family("managedhsm.azure.cn", VaultKind::ManagedHsm, Some("login.chinacloudapi.cn")),
    family("vault.usgovcloudapi.net", VaultKind::Vault, Some("login.microsoftonline.us")),
    family("managedhsm.usgovcloudapi.net", VaultKind::ManagedHsm, Some("login.microsoftonline.us")),
];

/// Entra and the management plane, told apart by the path.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

const AUTHORITIES: [&str; 8] = [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "login.microsoftonline.us",
    "login.usgovcloudapi.net",
];

/// Resource Manager of the public cloud and of the sovereign ones.
const MANAGEMENT: [&str; 3] =
    ["management.azure.com", "management.usgovcloudapi.net", "management.chinacloudapi.cn"];

/// Microsoft Graph, likewise; the older graph.windows.net is asked by no client of today.
const GRAPH: [&str; 4] = [
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
];

const fn family(suffix: &'static str, kind: VaultKind, login: Option<&'static str>) -> Family {
    Family { suffix, kind, login }
}

/// What answers at a host.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// The emulator itself: Entra and the management plane on one host.
    Local,
    Authority,
    Management,
    Graph,
    Vault(VaultSite),
    Unknown,
}

/// A vault as one request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VaultSite {
    pub(crate) name: String,
    pub(crate) kind: VaultKind,
    /// Host with port, for identifiers and links.
    pub(crate) authority: String,
    /// What the challenge names as the resource, and so a token's audience.
    pub(crate) resource: String,
    /// The authority of the challenge, without the tenant.
    pub(crate) login: String,
    /// The audience of the public cloud, which every vault accepts too.
    pub(crate) public_resource: &'static str,
}

impl VaultSite {
    /// Whether the client named a port.
    pub(crate) fn has_port(&self) -> bool {
        split_port(&self.authority).1.is_some()
    }
}

impl Site {
    /// Reads a `Host` header's value.
    pub(crate) fn of(authority: &str) -> Self {
        let authority = authority.to_ascii_lowercase();
        let (host, port) = split_port(&authority);
        if LOCAL.contains(&host) {
            return Self::Local;
        }
        if AUTHORITIES.contains(&host) {
            return Self::Authority;
        }
        if MANAGEMENT.contains(&host) {
            return Self::Management;
        }
        if GRAPH.contains(&host) {
            return Self::Graph;
        }
        let Some((name, family)) = vault_name(host) else {
            return Self::Unknown;
        };
        let with_port = |host: &str| match port {
            // A local name carries its port; the public names' challenges never do.
            Some(port) if family.login.is_none() => ["https://", host, ":", port].concat(),
            _ => ["https://", host].concat(),
        };
        Self::Vault(VaultSite {
            name: name.to_owned(),
            kind: family.kind,
            resource: with_port(family.suffix),
            login: with_port(family.login.unwrap_or("localhost")),
            public_resource: match family.kind {
                VaultKind::Vault => "https://vault.azure.net",
                VaultKind::ManagedHsm => "https://managedhsm.azure.net",
            },
            authority,
        })
    }
}

/// Whether a certificate is made for `name`, and the name resolved by the emulator's own transport.
pub(crate) fn is_served(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.as_str();
    LOCAL.contains(&name)
        || AUTHORITIES.contains(&name)
        || MANAGEMENT.contains(&name)
        || GRAPH.contains(&name)
        || vault_name(name).is_some()
}

/// The authority of that name, when it is one that Azure's tokens are issued by.
pub(crate) fn issuer(name: &str) -> Option<&'static str> {
    let issuers = AUTHORITIES.into_iter().chain(["sts.chinacloudapi.cn"]);
    issuers.into_iter().find(|issuer| issuer.eq_ignore_ascii_case(name))
}

/// The names that a certificate may be made for, each with all below it.
pub(crate) fn subtrees() -> impl Iterator<Item = &'static str> {
    // `localhost` has the local vaults below it.
    std::iter::once("localhost").chain(public_subtrees())
}

/// Those of them that are Azure's.
pub fn public_subtrees() -> impl Iterator<Item = &'static str> {
    let suffixes = FAMILIES.iter().filter(|family| family.login.is_some()).map(|it| it.suffix);
    AUTHORITIES.into_iter().chain(MANAGEMENT).chain(GRAPH).chain(suffixes)
}

fn vault_name(host: &str) -> Option<(&str, &'static Family)> {
    FAMILIES.iter().find_map(|family| {
        let name = host.strip_suffix(family.suffix)?.strip_suffix('.')?;
        is_vault_name(name).then_some((name, family))
    })
}

/// Whether a vault or a managed HSM can have that name in a host.
pub(crate) fn is_vault_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
}

/// Splits `host:port`; an IPv6 address keeps its brackets.
pub(crate) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(authority: &str) -> VaultSite {
        match Site::of(authority) {
            Site::Vault(site) => site,
            other => panic!("{authority} is {other:?}"),
        }
    }

    #[test]
    fn a_local_vaults_challenge_carries_the_port() {
        let site = vault("My-Vault.vault.localhost:8443");
        assert_eq!(site.name, "my-vault");
        assert_eq!(site.kind, VaultKind::Vault);
        assert_eq!(site.authority, "my-vault.vault.localhost:8443");
        assert_eq!(site.resource, "https://vault.localhost:8443");
        assert_eq!(site.login, "https://localhost:8443");
    }

    #[test]
    fn a_public_vaults_challenge_names_the_public_cloud() {
        let site = vault("kv.vault.azure.net");
        assert_eq!(site.resource, "https://vault.azure.net");
        assert_eq!(site.login, "https://login.windows.net");
        let hsm = vault("pool.managedhsm.azure.net");
        assert_eq!(hsm.kind, VaultKind::ManagedHsm);
        assert_eq!(hsm.login, "https://login.microsoftonline.com");
    }

    #[test]
    fn loopback_hosts_are_the_emulator_itself() {
        for host in ["localhost:1", "127.0.0.1:1", "[::1]:1", "LOCALHOST"] {
            assert_eq!(Site::of(host), Site::Local, "{host}");
        }
        assert_eq!(Site::of("LOGIN.windows.net"), Site::Authority);
        assert_eq!(Site::of("management.azure.com"), Site::Management);
        assert_eq!(Site::of("graph.microsoft.com:443"), Site::Graph);
    }

    #[test]
    fn the_sovereign_clouds_are_served_too() {
        assert_eq!(Site::of("management.usgovcloudapi.net"), Site::Management);
        assert_eq!(Site::of("login.partner.microsoftonline.cn"), Site::Authority);
        assert_eq!(Site::of("microsoftgraph.chinacloudapi.cn"), Site::Graph);
        for host in MANAGEMENT.iter().chain(&GRAPH).chain(&AUTHORITIES) {
            assert!(is_served(host), "{host}");
        }
    }

    #[test]
    fn other_hosts_are_unknown() {
        for host in
            ["example.com", "vault.localhost:1", "a.b.vault.localhost", "-a.vault.azure.net", ""]
        {
            assert_eq!(Site::of(host), Site::Unknown, "{host}");
            assert!(!is_served(host), "{host}");
        }
    }
}
