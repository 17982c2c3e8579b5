//! The headers that every answer of the data plane carries, as recorded from the service.

use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use uuid::Uuid;

use crate::{
    host::VaultKind,
    message::{Request, Response, header},
};

/// The region of a vault that came into being by its name.
pub(super) const REGION: &str = "westus2";

const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

const VAULT: [(&str, &str); 7] = [
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    ("expires", "-1"),
    ("strict-transport-security", "max-age=31536000;includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-ms-keyvault-network-info", "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;"),
    ("x-ms-keyvault-service-version", "1.9.3019.1"),
];

const MANAGED_HSM: [(&str, &str); 7] = [
    ("cache-control", "no-cache"),
    ("content-security-policy", "default-src 'self'"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "SAMEORIGIN"),
    ("x-ms-keyvault-network-info", "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=Ipv4;"),
    ("x-ms-server-latency", "1"),
];

pub(super) fn add(response: &mut Response, kind: VaultKind, region: &str, request: &Request) {
    let no_content = response.status() == StatusCode::NO_CONTENT;
    let challenge = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    let fixed = match kind {
        VaultKind::Vault => &VAULT,
        VaultKind::ManagedHsm => &MANAGED_HSM,
    };
    for (name, value) in fixed {
        // A managed HSM's challenge tells nothing of the network and the region.
        if challenge && kind == VaultKind::ManagedHsm && name.starts_with("x-ms-keyvault-") {
            continue;
        }
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let (false, Ok(region)) =
        (challenge && kind == VaultKind::ManagedHsm, HeaderValue::from_str(region))
    {
        headers.insert(HeaderName::from_static("x-ms-keyvault-region"), region);
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
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert(HeaderName::from_static("x-ms-request-id"), id);
    }
    let echo = header(&request.headers, "x-ms-return-client-request-id")
        .is_some_and(|asked| asked.eq_ignore_ascii_case("true"));
    if let (true, Some(id)) = (echo, request.headers.get(CLIENT_REQUEST_ID)) {
        headers.insert(CLIENT_REQUEST_ID, id.clone());
    }
}
