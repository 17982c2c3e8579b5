//! The headers that every answer of the management plane carries, as recorded from it.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use time::macros::format_description;
use uuid::Uuid;

use super::metering::Remaining;
use crate::{
    clock::wall_now,
    message::{Request, header},
};

const COMMON: [(&str, &str); 5] = [
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    ("expires", "-1"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
];

const PROVIDER: [(&str, &str); 3] = [
    ("server", "Microsoft-IIS/10.0"),
    ("x-aspnet-version", "4.0.30319"),
    ("x-ms-keyvault-service-version", "1.5.372.0"),
];

/// Who answered, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Gateway,
    GatewayFailure,
    Provider,
}

pub(super) fn add(headers: &mut HeaderMap, by: By, request: &Request, remaining: Remaining) {
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    for (name, value) in COMMON {
        set(name, value);
    }
    let correlation = header(&request.headers, "x-ms-correlation-request-id")
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let time = wall_now()
        .format(format_description!("[year][month][day]T[hour][minute][second]Z"))
        .unwrap_or_default();
    set("x-ms-correlation-request-id", &correlation);
    set("x-ms-routing-request-id", &format!("WESTUS2:{time}:{correlation}"));
    if by == By::Provider {
        for (name, value) in PROVIDER {
            set(name, value);
        }
        set("x-ms-request-id", &Uuid::new_v4().to_string());
    } else {
        // ARM's own answers are known by this: both ids are the same.
        set("x-ms-request-id", &correlation);
    }
    if by == By::GatewayFailure {
        set("x-ms-failure-cause", "gateway");
        return;
    }
    set(remaining.header, &remaining.tokens.to_string());
    let echo = header(&request.headers, "x-ms-return-client-request-id")
        .is_some_and(|asked| asked.eq_ignore_ascii_case("true"));
    if let (true, Some(id)) = (echo, header(&request.headers, "x-ms-client-request-id")) {
        set("x-ms-client-request-id", id);
    }
}

pub(super) fn json(headers: &mut HeaderMap) {
    headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
}
