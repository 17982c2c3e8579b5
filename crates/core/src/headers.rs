//! Reading and naming headers without what azure_core's own ways cost: an error, with a backtrace
//! if those are on, for a header that is absent, and a copy and a check by character of each name.

#[cfg(feature = "reqwest")]
use std::collections::HashMap;

use azure_core::http::headers::{HeaderName, HeaderValue, Headers};

pub(crate) const ACCEPT: HeaderName = HeaderName::from_static("accept");
pub(crate) const AUTHORIZATION: HeaderName = HeaderName::from_static("authorization");
pub(crate) const AZURE_ASYNC_OPERATION: HeaderName =
    HeaderName::from_static("azure-asyncoperation");
pub(crate) const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");
pub(crate) const CONTENT_LENGTH: HeaderName = HeaderName::from_static("content-length");
pub(crate) const CONTENT_TYPE: HeaderName = HeaderName::from_static("content-type");
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const LOCATION: HeaderName = HeaderName::from_static("location");
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");
pub(crate) const USER_AGENT: HeaderName = HeaderName::from_static("user-agent");
pub(crate) const WWW_AUTHENTICATE: HeaderName = HeaderName::from_static("www-authenticate");

/// The value of a header, if it is there. There are few: to look at each costs less than a hash.
pub(crate) fn get<'a>(headers: &'a Headers, name: &HeaderName) -> Option<&'a str> {
    headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str())
}

/// Headers as azure_core holds them.
///
/// Repeated fields become one with their values joined by commas, which means the same (RFC 9110,
/// 5.3): two WWW-Authenticate fields would otherwise lose a challenge.
#[cfg(feature = "reqwest")]
pub(crate) fn from_http(map: &reqwest::header::HeaderMap) -> Headers {
    let mut headers: HashMap<HeaderName, HeaderValue> = HashMap::with_capacity(map.len());
    let texts = map.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    for (name, value) in texts {
        let first = headers.insert(named(name), HeaderValue::from(value.to_owned()));
        if let Some(first) = first {
            let joined = format!("{}, {value}", first.as_str());
            headers.insert(named(name), HeaderValue::from(joined));
        }
    }
    Headers::from(headers)
}

/// Those of a successful answer that core itself reads, for a call whose others nobody can see: to
/// carry them all over is a third of what a warm call costs above the bare HTTP.
#[cfg(feature = "reqwest")]
pub(crate) fn few_from_http(map: &reqwest::header::HeaderMap) -> Headers {
    let mut few = HashMap::with_capacity(2);
    for name in [CONTENT_LENGTH, REQUEST_ID] {
        if let Some(value) = map.get(name.as_str()).and_then(|value| value.to_str().ok()) {
            few.insert(name, HeaderValue::from(value.to_owned()));
        }
    }
    Headers::from(few)
}

/// Names that vaults and Resource Manager send; any other is copied.
#[cfg(feature = "reqwest")]
fn named(name: &str) -> HeaderName {
    macro_rules! named {
        ($($known:literal)*) => {
            match name {
                $($known => const { HeaderName::from_static($known) },)*
                other => HeaderName::from(other.to_owned()),
            }
        };
    }
    named!(
        "age" "allow" "azure-asyncoperation" "cache-control" "connection" "content-encoding"
        "content-length" "content-security-policy" "content-type" "date" "etag" "expires"
        "keep-alive" "last-modified" "location" "pragma" "retry-after" "retry-after-ms" "server"
        "set-cookie" "strict-transport-security" "transfer-encoding" "vary" "via"
        "www-authenticate" "x-aspnet-version" "x-cache" "x-content-type-options"
        "x-ms-client-request-id" "x-ms-correlation-request-id" "x-ms-keyvault-network-info"
        "x-ms-keyvault-rbac-assignment-id" "x-ms-keyvault-region" "x-ms-keyvault-service-version"
        "x-ms-operation-identifier" "x-ms-ratelimit-remaining-subscription-reads"
        "x-ms-ratelimit-remaining-subscription-writes" "x-ms-request-id" "x-ms-retry-after-ms"
        "x-ms-routing-request-id" "x-msedge-ref" "x-powered-by"
    )
}

#[cfg(test)]
#[cfg(feature = "reqwest")]
mod tests {
    use super::*;

    #[test]
    fn repeated_headers_are_joined_and_unknown_ones_kept() {
        let mut map = reqwest::header::HeaderMap::new();
        map.append("www-authenticate", "Basic realm=\"a\"".parse().unwrap());
        map.append("www-authenticate", "Bearer resource=\"b\"".parse().unwrap());
        map.append("x-of-tomorrow", "1".parse().unwrap());
        map.append("x-binary", reqwest::header::HeaderValue::from_bytes(b"\xff").unwrap());
        let headers = from_http(&map);
        let joined = "Basic realm=\"a\", Bearer resource=\"b\"";
        assert_eq!(get(&headers, &WWW_AUTHENTICATE), Some(joined));
        assert_eq!(get(&headers, &HeaderName::from_static("x-of-tomorrow")), Some("1"));
        assert_eq!(get(&headers, &HeaderName::from_static("x-binary")), None);
        assert_eq!(get(&headers, &LOCATION), None);
    }
}
