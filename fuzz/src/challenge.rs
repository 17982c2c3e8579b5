//! `WWW-Authenticate`: whatever it says, no token for a stranger's audience is asked for.

use azvault_core::{
    Endpoint,
    auth::{Challenge, Requirement},
};
use url::{Host, Url};

const VAULTS: [&str; 5] = [
    "https://v.vault.azure.net",
    "https://h.managedhsm.azure.net",
    "https://v.vault.localhost:8443",
    "https://vault.corp.example",
    "https://127.0.0.1:8443",
];

/// Reads `data` as a header and asks every vault what it would make of it.
pub fn check(data: &[u8]) {
    let Ok(header) = std::str::from_utf8(data) else { return };
    let all = Challenge::parse_all(header);
    // Each challenge takes a character at least, and what is too long is not read at all.
    assert!(all.len() <= header.len());
    assert!(header.len() <= 16 * 1024 || all.is_empty());
    // What was read stays so when more challenges follow.
    let longer = format!("{header}, ");
    if longer.len() <= 16 * 1024 {
        assert!(Challenge::parse_all(&longer).starts_with(&all));
    }
    let Some(bearer) = Challenge::bearer(header) else { return };
    assert!(all.contains(&bearer));
    if all.iter().any(|challenge| challenge.parameter("claims").is_some() && is_bearer(challenge)) {
        assert!(bearer.parameter("claims").is_some(), "claims were passed over");
    }
    for vault in VAULTS {
        let endpoint = Endpoint::parse(vault).expect("a vault's address");
        let believed = Requirement::from_challenge(&bearer, &endpoint, false);
        let verified = Requirement::from_challenge(&bearer, &endpoint, true);
        if let Ok(requirement) = &verified {
            is_of_a_parent(requirement.scope(), &endpoint);
            if let Some(resource) = requirement.resource() {
                is_of_a_parent(resource, &endpoint);
            }
            assert_eq!(believed.as_ref().ok(), Some(requirement), "the check changed something");
        }
        if let Some(tenant) = believed.ok().as_ref().and_then(Requirement::tenant) {
            assert!(!tenant.is_empty() && !tenant.contains(['/', '?', '#']), "{tenant}");
        }
    }
}

fn is_bearer(challenge: &Challenge) -> bool {
    format!("{challenge:?}").to_ascii_lowercase().contains("scheme: \"bearer\"")
}

/// Said in other words than the code that is under test: label by label from the right.
fn is_of_a_parent(audience: &str, endpoint: &Endpoint) {
    let url = Url::parse(audience).unwrap_or_else(|_| panic!("not a URL: {audience:?}"));
    assert_eq!(url.scheme(), "https", "{audience:?}");
    assert!(url.username().is_empty() && url.password().is_none(), "{audience:?}");
    assert_eq!(audience.split_whitespace().count(), 1, "two audiences: {audience:?}");
    let Some(Host::Domain(host)) = url.host() else { panic!("no domain: {audience:?}") };
    let (theirs, ours): (Vec<_>, Vec<_>) =
        (host.rsplit('.').collect(), endpoint.host().rsplit('.').collect());
    assert!(theirs.len() < ours.len(), "{audience:?} is no parent of {endpoint}");
    assert!(ours.starts_with(&theirs), "{audience:?} is no parent of {endpoint}");
    assert!(theirs.len() > 1 || host == "localhost", "{audience:?} is half the world");
    assert!(url.port().is_none_or(|port| port == endpoint.port()), "{audience:?}");
}
