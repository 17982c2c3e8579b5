//! Hosts that are left out of the proxy: none that it answers for, since the command would reach Azure itself there.

use std::net::Ipv4Addr;

use azvault_emulator::public_subtrees;

/// Where a virtual machine gets a real identity.
const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

/// What `--no-proxy` takes.
pub(super) fn own_host(text: &str) -> Result<String, String> {
    let text = text.trim();
    // Clients split at these, too.
    let mut patterns = text.split([' ', '|', ';']);
    match patterns.find_map(azures) {
        None => Ok(text.to_owned()),
        Some(name) => Err(format!(
            "it would lead past the emulator, to {name} itself; it is for servers of your own"
        )),
    }
}

/// What of Azure's is left out of a proxy by that pattern, in the way of the client that takes it for most.
fn azures(pattern: &str) -> Option<String> {
    let pattern = pattern.to_ascii_lowercase();
    let pattern = without_port(&pattern).trim_end_matches('.');
    if has_metadata(pattern) {
        return Some(METADATA.to_string());
    }
    let mut names = public_subtrees().map(str::to_owned).chain([METADATA.to_string()]);
    names.find(|name| covers(pattern, name))
}

fn without_port(pattern: &str) -> &str {
    match pattern.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => {
            host
        }
        _ => pattern,
    }
}

/// Whether it is a network with the metadata service in it.
fn has_metadata(pattern: &str) -> bool {
    let network = pattern.split_once('/').and_then(|(address, length)| {
        Some((address.parse::<Ipv4Addr>().ok()?, length.parse::<u32>().ok()?))
    });
    network.is_some_and(|(address, length)| {
        let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length)).unwrap_or(0);
        address.to_bits() & mask == METADATA.to_bits() & mask
    })
}

fn covers(pattern: &str, name: &str) -> bool {
    let (first, last) = match pattern.split_once('*') {
        None => (None, pattern),
        Some((first, rest)) => (Some(first), rest.rsplit('*').next().unwrap_or_default()),
    };
    let last = last.trim_matches('.');
    match first {
        _ if !last.is_empty() => {
            // Python's requests looks for no dot before it.
            name.ends_with(last) || last.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
        }
        Some(first) => name.starts_with(first),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pattern_leads_past_the_emulator() {
        for pattern in [
            "*",
            "*.azure.net",
            ".vault.azure.net",
            "azure.net",
            "net",
            "My-Vault.vault.azure.net",
            "my-vault.vault.azure.net.",
            "my-vault.vault.azure.net:443",
            "my-*.vault.azure.net",
            "login.microsoftonline.com",
            "login.*",
            "management.azure.com",
            "169.254.169.254",
            "169.254.169.254:80",
            "169.254.*",
            "169.254.0.0/16",
            "0.0.0.0/0",
            "db.test .azure.com",
            "db.test|*.microsoft.com",
        ] {
            assert!(own_host(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn servers_of_ones_own_are_let_alone() {
        for pattern in [
            "",
            "db.test",
            ".test",
            "*.internal.example",
            "app.localhost:5000",
            "10.0.0.0/8",
            "10.*",
            "::1",
            "fe80::/10",
            "blob.core.windows.net",
        ] {
            assert_eq!(own_host(pattern), Ok(pattern.to_owned()), "{pattern}");
        }
    }
}
