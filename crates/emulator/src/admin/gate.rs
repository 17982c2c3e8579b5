//! Who may use the API: programs of this machine, and no web page that somebody looks at on it.
//!
//! A page can send requests to loopback from a browser, by its address or by a name that its owner made lead
//! here (DNS rebinding). So hosts are names of this machine alone, what a browser says of a page is refused, and
//! a change has what a page cannot send without asking first, which is answered to nobody.
//!
//! Source: <https://fetch.spec.whatwg.org/#cors-preflight-fetch>

use std::net::{IpAddr, Ipv4Addr};

use http::{HeaderMap, Method, header};

use super::refusal::Refusal;
use crate::{
    host,
    message::{self, Request},
};

/// With it a POST needs no body.
const MARK: &str = "x-azvault-admin";
/// What browsers say of where a request comes from.
const FETCH_SITE: &str = "sec-fetch-site";
/// How containers name the machine that they run on.
const CONTAINER_HOST: &str = "host.docker.internal";
/// That of the metadata service, which leads elsewhere on real machines.
const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// Refuses whoever is not to use the API; `anywhere` lets other machines in.
pub(super) fn admit(anywhere: bool, request: &Request) -> Result<(), Refusal> {
    if !anywhere && !is_loopback(request.peer) {
        return Err(Refusal::forbidden(
            "NotThisMachine",
            "The admin API serves programs on the emulator's own machine: connect to 127.0.0.1, or start the \
             emulator with --admin-from-anywhere.",
        ));
    }
    if !is_own_name(anywhere, &request.host) {
        return Err(Refusal::forbidden(
            "ForeignHost",
            "The admin API is at 'localhost' and at loopback addresses, so that no web page gets at it by a name of \
             its own: use http://127.0.0.1:PORT/admin/.",
        ));
    }
    let foreign = message::header(&request.headers, FETCH_SITE)
        .is_some_and(|site| site != "none" && site != "same-origin");
    if foreign || request.headers.contains_key(header::ORIGIN) {
        return Err(Refusal::forbidden("WebPage", "The admin API answers no web page."));
    }
    let marked = is_json(&request.headers) || request.headers.contains_key(MARK);
    if request.method == Method::POST && !marked {
        return Err(Refusal::forbidden(
            "NotMarked",
            "A POST needs the header 'Content-Type: application/json', or 'X-Azvault-Admin: 1' when it has no body.",
        ));
    }
    Ok(())
}

/// Whether the body is said to be JSON, as no web form can say.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let said = message::header(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = said.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether a host is this machine's: from other machines, also an address of it, or a name that is in no public DNS.
fn is_own_name(anywhere: bool, host: &str) -> bool {
    let (name, _) = host::split_port(host);
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) => is_loopback(address) || (anywhere && address != METADATA),
        Err(_) if name == "localhost" => true,
        Err(_) => anywhere && !name.is_empty() && (!name.contains('.') || name == CONTAINER_HOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_this_machines_by_address_or_as_localhost() {
        for host in ["localhost", "localhost:8444", "127.0.0.1:8444", "[::1]:8443", "127.1.2.3"] {
            assert!(is_own_name(false, host), "{host}");
        }
        for host in ["rebound.example:8444", "10.0.0.1", "azvault", "localhost.example", ""] {
            assert!(!is_own_name(false, host), "{host}");
        }
    }

    #[test]
    fn containers_name_it_by_a_bare_name_when_they_may() {
        for host in ["azvault:8444", "172.17.0.2:8444", "host.docker.internal:8444", "localhost"] {
            assert!(is_own_name(true, host), "{host}");
        }
        for host in ["rebound.example:8444", "169.254.169.254", ""] {
            assert!(!is_own_name(true, host), "{host}");
        }
    }

    #[test]
    fn another_machine_is_refused_unless_it_may() {
        let from = |peer: &str, anywhere| {
            let request = Request {
                method: Method::GET,
                peer: peer.parse().unwrap(),
                begun: 0,
                host: "localhost:8444".to_owned(),
                path: "/admin/info".to_owned(),
                query: None,
                headers: HeaderMap::new(),
                body: message::Body::Whole(bytes::Bytes::new()),
                notes: std::sync::Arc::default(),
            };
            admit(anywhere, &request).is_ok()
        };
        assert!(from("127.0.0.1", false) && from("::1", false));
        assert!(!from("172.17.0.1", false) && !from("::ffff:192.168.1.2", false));
        assert!(from("172.17.0.1", true));
    }

    #[test]
    fn loopback_is_loopback_in_ipv6_too() {
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert!(is_loopback(address.parse().unwrap()), "{address}");
        }
        assert!(!is_loopback("192.168.1.2".parse().unwrap()));
    }
}
