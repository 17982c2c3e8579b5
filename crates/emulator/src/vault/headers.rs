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

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

const VAULT: [(&str, &str); 6] = [
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    ("expires", "-1"),
    ("strict-transport-security", "max-age=31536000;includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-ms-keyvault-service-version", "1.9.3019.1"),
];

const MANAGED_HSM: [(&str, &str); 6] = [
    ("cache-control", "no-cache"),
    ("content-security-policy", "default-src 'self'"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "SAMEORIGIN"),
    ("x-ms-server-latency", "1"),
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
    for (name, value) in fixed {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // A managed HSM's refusals tell nothing of the network and the region.
    if !(refused && kind == VaultKind::ManagedHsm) {
        let network = network_info(kind, address);
        for (name, value) in
            [("x-ms-keyvault-network-info", network.as_str()), ("x-ms-keyvault-region", region)]
        {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
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
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-ms-request-id"), id);
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
    format!("conn_type={connection};addr={address};act_addr_fam={family};")
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
