//! The headers that every answer of the data plane carries, as recorded from the service.

use std::net::IpAddr;

use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use uuid::Uuid;

use crate::{
    host::VaultKind,
    message::{Request, Response, header},
};

/// The region of a vault that came into being by its name.
pub(super) const REGION: &str = "westus2";

/// As many as most answers have: fewer would be moved as they grow.
const MOST: usize = 16;

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
const NETWORK_INFO: HeaderName = HeaderName::from_static("x-ms-keyvault-network-info");
const VAULT_REGION: HeaderName = HeaderName::from_static("x-ms-keyvault-region");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// Made once: the names and values of every answer are not looked at again.
const fn fixed(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

static VAULT: [(HeaderName, HeaderValue); 6] = [
    fixed("cache-control", "no-cache"),
    fixed("pragma", "no-cache"),
    fixed("expires", "-1"),
    fixed("strict-transport-security", "max-age=31536000;includeSubDomains"),
    fixed("x-content-type-options", "nosniff"),
    fixed("x-ms-keyvault-service-version", "1.9.3019.1"),
];

static MANAGED_HSM: [(HeaderName, HeaderValue); 6] = [
    fixed("cache-control", "no-cache"),
    fixed("content-security-policy", "default-src 'self'"),
    fixed("strict-transport-security", "max-age=31536000; includeSubDomains"),
    fixed("x-content-type-options", "nosniff"),
    fixed("x-frame-options", "SAMEORIGIN"),
    fixed("x-ms-server-latency", "1"),
];

pub(super) fn add(
    response: &mut Response,
    kind: VaultKind,
    region: &str,
    address: IpAddr,
    request: &Request,
    id: &Uuid,
) {
    // A managed HSM tells a type where it has nothing to tell.
    let no_content = kind == VaultKind::Vault && response.status() == StatusCode::NO_CONTENT;
    let refused = !response.status().is_success();
    let challenge = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    let fixed = match kind {
        VaultKind::Vault => &VAULT,
        VaultKind::ManagedHsm => &MANAGED_HSM,
    };
    headers.reserve(MOST);
    for (name, value) in fixed {
        headers.insert(name.clone(), value.clone());
    }
    // A managed HSM's refusals tell nothing of the network and the region.
    if !(refused && kind == VaultKind::ManagedHsm) {
        let network = network_info(kind, address);
        if let Ok(network) = HeaderValue::try_from(network) {
            headers.insert(NETWORK_INFO, network);
        }
        if let Ok(region) = HeaderValue::from_str(region) {
            headers.insert(VAULT_REGION, region);
        }
    }
    if !no_content {
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
    }
    if kind == VaultKind::ManagedHsm && !challenge && request.method == Method::GET {
        headers.insert(
            HeaderName::from_static("x-ms-build-version"),
            HeaderValue::from_static(concat!("azvault-emulator-", env!("CARGO_PKG_VERSION"))),
        );
    }
    let mut text = Uuid::encode_buffer();
    if let Ok(id) = HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)) {
        headers.insert(REQUEST_ID, id);
    }
    let echo = header(&request.headers, "x-ms-return-client-request-id")
        .is_some_and(|asked| asked.eq_ignore_ascii_case("true"));
    if let (true, Some(id)) = (echo, request.headers.get(CLIENT_REQUEST_ID)) {
        headers.insert(CLIENT_REQUEST_ID, id.clone());
    }
}

/// Where the call came from, in the words of a vault or a managed HSM.
fn network_info(kind: VaultKind, address: IpAddr) -> String {
    let (connection, vaults) = match address {
        IpAddr::V4(_) => ("Ipv4", "InterNetwork"),
        IpAddr::V6(_) => ("Ipv6", "InterNetworkV6"),
    };
    let family = match kind {
        VaultKind::Vault => vaults,
        VaultKind::ManagedHsm => connection,
    };
    let address = address.to_string();
    ["conn_type=", connection, ";addr=", &address, ";act_addr_fam=", family, ";"].concat()
}

/// What a vault on Azure RBAC adds when a role assignment let the caller in; the ages are one recording's.
pub(super) fn add_grant(response: &mut Response, assignment: Option<&Uuid>) {
    let Some(Ok(id)) = assignment.map(|id| HeaderValue::from_str(&id.to_string())) else {
        return;
    };
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("x-ms-keyvault-rbac-assignment-id"), id);
    headers.insert(
        HeaderName::from_static("x-ms-keyvault-rbac-cache"),
        HeaderValue::from_static(
            "ra_age=2458;da_age=8397;rd_age=8397;brd_age=8181;ra_notif_age=3038;dec_lev=2;",
        ),
    );
}
