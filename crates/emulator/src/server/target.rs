//! Whether a host that somebody asks the proxy for is answered here.

use std::net::IpAddr;

use http::uri::Authority;

use crate::host;

/// Port of HTTPS: clients that drop a local name's port ask for this one.
const HTTPS: u16 = 443;

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

/// Whether plain HTTP to `authority` is answered here: managed identity has no other names.
///
/// A name that was made to lead here by a web page's owner is not one, so that no page can ask for a token.
pub(super) fn is_metadata(authority: &str) -> bool {
    let (name, _) = host::split_port(authority);
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
    fn metadata_is_asked_by_address_or_as_localhost() {
        for name in ["169.254.169.254", "127.0.0.1:8444", "[::1]:8444", "LocalHost:8444"] {
            assert!(is_metadata(name), "{name}");
        }
        for name in ["rebound.example", "localhost.example:8444", ""] {
            assert!(!is_metadata(name), "{name}");
        }
    }
}
