//! Which variables lead a program to the emulator, and which of its surroundings would lead it elsewhere.

use std::ffi::{OsStr, OsString};

use super::{facts::Facts, java, trust_store::PASSWORD};

/// Any will do; it names the principal.
const CLIENT_ID: &str = "5f0c1a8e-3b5d-4c57-9d0a-6f1e2b7a4c10";
const CLIENT_SECRET: &str = "local";
/// Loopback itself; other names below `localhost` are the emulator's for those who go by whole names.
const NO_PROXY: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A variable to set, or to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) name: OsString,
    /// `None`: it is removed.
    pub(super) value: Option<OsString>,
}

/// How a program comes to the emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way<'a> {
    /// By the names of the public cloud, all of which the proxy takes; these hosts are left out of it.
    Proxy { besides: &'a [String] },
    /// By the names under `localhost`.
    Direct,
}

/// What to change in the environment `present`.
pub(super) fn changes(
    facts: &Facts,
    way: Way<'_>,
    present: &[(OsString, OsString)],
) -> Vec<Change> {
    let set = variables(facts, way, present);
    let mut changes: Vec<Change> = present
        .iter()
        .filter(|(name, _)| is_foreign(name))
        .filter(|(name, _)| !set.iter().any(|(set, _)| same(OsStr::new(set), name)))
        .map(|(name, _)| Change { name: name.clone(), value: None })
        .collect();
    let set = set.into_iter();
    changes.extend(set.map(|(name, value)| Change { name: name.into(), value: Some(value) }));
    changes
}

fn variables(
    facts: &Facts,
    way: Way<'_>,
    present: &[(OsString, OsString)],
) -> Vec<(&'static str, OsString)> {
    let proxy = &facts.proxy;
    let mut all: Vec<(&'static str, OsString)> = Vec::new();
    let mut set = |name, value: &dyn AsRef<OsStr>| all.push((name, value.as_ref().to_owned()));
    // Nobody but the emulator can be reached by those who heed the proxy, so that its authority is enough.
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        set(name, &facts.ca);
    }
    // Set by Nix, and read before SSL_CERT_FILE there.
    if present.iter().any(|(name, _)| same(name, OsStr::new("NIX_SSL_CERT_FILE"))) {
        set("NIX_SSL_CERT_FILE", &facts.ca);
    }
    let mut java = java::trust(&facts.trust_store, PASSWORD);
    if let Way::Proxy { besides } = way {
        let own = besides.iter().map(String::as_str);
        let no_proxy: Vec<&str> = NO_PROXY.into_iter().chain(own).collect();
        java.extend(java::proxy(proxy, &no_proxy));
        let no_proxy = no_proxy.join(",");
        for (upper, lower) in [("HTTPS_PROXY", "https_proxy"), ("HTTP_PROXY", "http_proxy")] {
            set(upper, proxy);
            set(lower, proxy);
        }
        set("NO_PROXY", &no_proxy);
        set("no_proxy", &no_proxy);
        // Node has heeded the above since 24 when this is set.
        set("NODE_USE_ENV_PROXY", &"1");
    } else {
        set("AZURE_AUTHORITY_HOST", &facts.authority);
        set("AZURE_CORE_INSTANCE_DISCOVERY", &"false");
    }
    let mut java_options = vec![java::VARIABLE];
    let mut texts = present.iter().filter_map(|(name, value)| name.to_str().zip(value.to_str()));
    if texts.any(|(name, value)| java::contradicts(name, value)) {
        java_options.push(java::LAST_WORD);
    }
    for variable in java_options {
        let options = present.iter().find(|(name, _)| same(name, OsStr::new(variable)));
        set(variable, &java::added(options.map(|(_, value)| value.as_os_str()), &java));
    }
    set("IDENTITY_ENDPOINT", &format!("{proxy}/msi/token"));
    set("IDENTITY_HEADER", &facts.identity_header);
    set("AZURE_POD_IDENTITY_AUTHORITY_HOST", proxy);
    set("AZURE_TENANT_ID", &facts.tenant);
    set("AZURE_CLIENT_ID", &CLIENT_ID);
    set("AZURE_CLIENT_SECRET", &CLIENT_SECRET);
    set("AZURE_SUBSCRIPTION_ID", &facts.subscription);
    set("AZURE_CONFIG_DIR", &facts.azure_config);
    set("AZURE_CORE_COLLECT_TELEMETRY", &"false");
    // The Azure Developer CLI's own sign-in stays out of this, too.
    set("AZD_CONFIG_DIR", &facts.azure_config.join("azd"));
    all
}

/// Names of variables are not case-sensitive on Windows, and proxies' are written in both cases everywhere.
fn same(one: &OsStr, other: &OsStr) -> bool {
    if cfg!(windows) { one.eq_ignore_ascii_case(other) } else { one == other }
}

/// Whether a variable may lead a program to somebody else's identity, or past the proxy.
fn is_foreign(name: &OsStr) -> bool {
    const NAMES: [&str; 24] = [
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "FTP_PROXY",
        "NO_PROXY",
        // axios looks for these first.
        "NPM_CONFIG_PROXY",
        "NPM_CONFIG_HTTP_PROXY",
        "NPM_CONFIG_HTTPS_PROXY",
        "NPM_CONFIG_NO_PROXY",
        "NPM_CONFIG_NOPROXY",
        "SSL_CERT_DIR",
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "IDENTITY_SERVER_THUMBPRINT",
        "IDENTITY_API_VERSION",
        "IMDS_ENDPOINT",
        "ARM_TENANT_ID",
        "ARM_SUBSCRIPTION_ID",
        "ARM_ENVIRONMENT",
        "ARM_MSI_ENDPOINT",
        "ARM_ACCESS_KEY",
        "ARM_SAS_TOKEN",
        "ARM_METADATA_HOSTNAME",
        "ARM_CLOUD_METADATA_URL",
    ];
    const PREFIXES: [&str; 6] = ["AZURE_", "AZD_", "MSI_", "ARM_CLIENT_", "ARM_OIDC_", "ARM_USE_"];
    let Some(name) = name.to_str() else {
        return false;
    };
    let name = name.to_ascii_uppercase();
    (NAMES.contains(&name.as_str()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        && !names_a_vault(&name)
}

/// What programs are told of their vault: such as `AZURE_KEYVAULT_URL`, but nothing of an identity.
fn names_a_vault(name: &str) -> bool {
    const IDENTITY: [&str; 6] = ["CLIENT", "TENANT", "SECRET", "PASSWORD", "CERTIFICATE", "TOKEN"];
    let rest = ["AZURE_KEYVAULT_", "AZURE_KEY_VAULT_"].iter().find_map(|it| name.strip_prefix(it));
    rest.is_some_and(|rest| !IDENTITY.iter().any(|word| rest.contains(word)))
}

#[cfg(test)]
mod tests;
