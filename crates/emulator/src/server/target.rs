//! Whether a host that somebody asks the proxy for is answered here.

use std::net::IpAddr;

use http::uri::Authority;

use crate::host;

/// Port of HTTPS: clients that drop a local name's port ask for this one.
const HTTPS: u16 = 443;
/// The metadata service of a virtual machine.
const METADATA: &str = "169.254.169.254";

/// Why a host is not answered here.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is none of Azure's names.
    Elsewhere,
    /// A port of this machine that is somebody else's.
    OtherLocalPort,
}

/// Whether a tunnel to `authority` ends here; `port` is the number of our TLS port.
pub(super) fn tunnel(authority: &Authority, port: u16) -> Result<(), Refusal> {
    let name = authority.host().to_ascii_lowercase();
    if !host::is_served(&name) {
        return Err(Refusal::Elsewhere);
    }
    let asked = authority.port_u16().unwrap_or(HTTPS);
    if is_local(&name) && asked != port && asked != HTTPS {
        return Err(Refusal::OtherLocalPort);
    }
    Ok(())
}

/// Whether plain HTTP by way of the proxy to `authority` is answered here; `port` is the number of the proxy's.
///
/// Managed identity has no other hosts: that of a virtual machine, and this port.
pub(super) fn plain(authority: &Authority, port: u16) -> Result<(), Refusal> {
    let name = authority.host().to_ascii_lowercase();
    if name == METADATA {
        Ok(())
    } else if !is_local(&name) {
        Err(Refusal::Elsewhere)
    } else if authority.port_u16() == Some(port) {
        Ok(())
    } else {
        Err(Refusal::OtherLocalPort)
    }
}

/// Whether a request that comes to this port itself names it by address or as `localhost`.
///
/// A name that the owner of a web page made lead here is neither, so that no page can ask for a token.
pub(super) fn is_this_machine(host: &str) -> bool {
    let (name, _) = host::split_port(host);
    is_local(&name.to_ascii_lowercase())
}

fn is_local(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || bare.parse::<IpAddr>().is_ok()
}

impl Refusal {
    /// What the client is told; one line, since some show the reason phrase alone.
    pub(super) fn text(&self, name: &str) -> String {
        match self {
            Self::Elsewhere => format!(
                "azvault-emulator does not forward to {name}: its proxy answers for Key Vault, Entra, Resource Manager \
                 and Graph and for no other host"
            ),
            Self::OtherLocalPort => format!(
                "azvault-emulator does not forward to {name}: name hosts of your own in NO_PROXY (run --no-proxy)"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(authority: &str) -> Result<(), Refusal> {
        tunnel(&authority.parse().unwrap(), 8443)
    }

    #[test]
    fn served_names_are_answered_on_any_port() {
        for name in ["KV.vault.azure.net:443", "kv.vault.azure.net:8443", "graph.microsoft.com:443"]
        {
            assert_eq!(asked(name), Ok(()), "{name}");
        }
        for name in ["kv.vault.localhost:9", "localhost:8443", "[::1]:8443", "localhost:443"] {
            assert_eq!(asked(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for name in ["example.com:443", "vault.azure.net:443", "kv.vault.azure.net.evil.com:443"] {
            assert_eq!(asked(name), Err(Refusal::Elsewhere), "{name}");
        }
        assert_eq!(asked("localhost:5001"), Err(Refusal::OtherLocalPort));
        assert_eq!(asked("127.0.0.1:22"), Err(Refusal::OtherLocalPort));
    }

    #[test]
    fn plain_http_is_answered_for_managed_identity_alone() {
        let plain = |authority: &str| plain(&authority.parse().unwrap(), 8444);
        for name in ["169.254.169.254", "169.254.169.254:80", "127.0.0.1:8444", "localhost:8444"] {
            assert_eq!(plain(name), Ok(()), "{name}");
        }
        assert_eq!(plain("localhost:8080"), Err(Refusal::OtherLocalPort));
        assert_eq!(plain("127.0.0.1"), Err(Refusal::OtherLocalPort));
        assert_eq!(plain("kv.vault.azure.net"), Err(Refusal::Elsewhere));
    }

    #[test]
    fn this_port_is_named_by_address_or_as_localhost() {
        for name in ["169.254.169.254", "127.0.0.1:8444", "[::1]:8444", "LocalHost:8444"] {
            assert!(is_this_machine(name), "{name}");
        }
        for name in ["rebound.example", "localhost.example:8444", ""] {
            assert!(!is_this_machine(name), "{name}");
        }
    }
}
