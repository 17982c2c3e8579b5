//! A vault's answers, in the form and with the headers that were recorded from the service.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use http_body_util::Full;
use uuid::Uuid;

/// How many secrets the vault has: `s0` and so on.
pub(crate) const SECRETS: usize = 1000;
/// How many a page of a list holds, which is the most that the service gives.
const PAGE: usize = 25;
/// A secret that is deleted.
pub(crate) const DELETED_SECRET: &str = r#"{"recoveryId":"https://bench.vault.azure.net/deletedsecrets/s0","deletedDate":1763780000,"scheduledPurgeDate":1771556000,"id":"https://bench.vault.azure.net/secrets/s0/0123456789abcdef0123456789abcdef","attributes":{"enabled":true,"created":1648664000,"updated":1648664000,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}}"#;
/// What a vault says that has had enough.
pub(crate) const THROTTLED: &str = r#"{"error":{"code":"Throttled","message":"Request was not processed because too many requests were received."}}"#;

const FIXED: [(&str, &str); 8] = [
    ("cache-control", "no-cache"),
    ("pragma", "no-cache"),
    ("expires", "-1"),
    ("strict-transport-security", "max-age=31536000;includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-ms-keyvault-network-info", "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;"),
    ("x-ms-keyvault-service-version", "1.9.3019.1"),
    ("x-ms-keyvault-region", "westus2"),
];

/// The JSON of a secret with a value of 32 characters.
fn secret(vault_url: &str, name: &str) -> String {
    format!(
        r#"{{"value":"0123456789abcdef0123456789ABCDEF","contentType":"text/plain",{}"#,
        properties(vault_url, name)
    )
}

/// A signature of 64 bytes.
fn signature(vault_url: &str) -> String {
    let value = "0123456789abcdef".repeat(5) + "01234A";
    format!(r#"{{"kid":"{vault_url}/keys/k/0123456789abcdef0123456789abcdef","value":"{value}"}}"#)
}

/// What a secret is besides its value: members and the closing brace.
fn properties(vault_url: &str, name: &str) -> String {
    format!(
        r#""id":"{vault_url}/secrets/{name}/0123456789abcdef0123456789abcdef","attributes":{{"enabled":true,"created":1648664000,"updated":1648664000,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}},"tags":{{"environment":"test","owner":"team"}}}}"#
    )
}

/// What one vault answers.
pub(super) struct Answers {
    vault_url: String,
    challenge: HeaderValue,
}

impl Answers {
    pub(super) fn new(port: u16) -> Self {
        let challenge = HeaderValue::from_static(
            "Bearer authorization=\"https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47\", resource=\"https://vault.azure.net\"",
        );
        Self { vault_url: format!("https://localhost:{port}"), challenge }
    }

    pub(super) fn to<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        if !request.headers().contains_key(AUTHORIZATION) {
            let body = r#"{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}"#;
            let mut answer = with_headers(StatusCode::UNAUTHORIZED, body.to_owned());
            answer.headers_mut().insert(WWW_AUTHENTICATE, self.challenge.clone());
            return answer;
        }
        let path = request.uri().path();
        if path.starts_with("/keys/") && path.ends_with("/sign") {
            return with_headers(StatusCode::OK, signature(&self.vault_url));
        }
        match path.strip_prefix("/secrets").map(|rest| rest.trim_matches('/')) {
            Some("") => with_headers(StatusCode::OK, self.page(request.uri().query())),
            Some("headers") => with_headers(StatusCode::OK, self.headers(request)),
            Some(name) => with_headers(StatusCode::OK, secret(&self.vault_url, name)),
            None => {
                let body = r#"{"error":{"code":"NotFound","message":"There is no such thing."}}"#;
                with_headers(StatusCode::NOT_FOUND, body.to_owned())
            }
        }
    }

    /// A secret whose value is what was sent, so that a test can tell that all send the same.
    fn headers<B>(&self, request: &Request<B>) -> String {
        let mut sent: Vec<String> = request
            .headers()
            .iter()
            .map(|(name, value)| match name.as_str() {
                "x-ms-client-request-id" => format!("{name}: {} bytes", value.len()),
                _ => format!("{name}: {}", value.to_str().unwrap_or_default()),
            })
            .collect();
        sent.sort();
        let value = serde_json::Value::from(format!("{:?}\n{}", request.uri(), sent.join("\n")));
        format!(r#"{{"value":{value},{}"#, properties(&self.vault_url, "headers"))
    }

    fn page(&self, query: Option<&str>) -> String {
        let skip = query
            .and_then(|query| query.split('&').find_map(|pair| skip_in(pair)))
            .and_then(|skip| skip.parse().ok())
            .unwrap_or(0);
        let end = (skip + PAGE).min(SECRETS);
        let items: Vec<String> = (skip..end)
            .map(|n| format!("{{{}", properties(&self.vault_url, &format!("s{n}"))))
            .collect();
        let next = match end < SECRETS {
            true => {
                format!("\"{}/secrets?api-version=7.6&$skiptoken={end}\"", self.vault_url)
            }
            false => "null".to_owned(),
        };
        format!(r#"{{"value":[{}],"nextLink":{next}}}"#, items.join(","))
    }
}

/// A client may put the dollar sign in either way.
fn skip_in(pair: &str) -> Option<&str> {
    pair.strip_prefix("$skiptoken=").or_else(|| pair.strip_prefix("%24skiptoken="))
}

fn with_headers(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::try_from(Uuid::new_v4().to_string()) {
        headers.insert(HeaderName::from_static("x-ms-request-id"), id);
    }
    answer
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use azvault_secrets::{DeletedSecretBundle, SecretBundle};

    use super::*;

    #[test]
    fn what_the_vault_says_can_be_read() {
        let bundle: SecretBundle =
            serde_json::from_str(&secret("https://localhost", "s7")).unwrap();
        assert_eq!((bundle.name(), bundle.value().expose().len()), ("s7", 32));
        let deleted: DeletedSecretBundle = serde_json::from_str(DELETED_SECRET).unwrap();
        assert_eq!(deleted.name(), "s0");
    }

    #[test]
    fn the_pages_hold_each_secret_once() {
        let (answers, mut names, mut query) = (Answers::new(1), BTreeSet::new(), None);
        for _ in 0..SECRETS / PAGE {
            let page: serde_json::Value =
                serde_json::from_str(&answers.page(query.as_deref())).unwrap();
            let items = page["value"].as_array().unwrap();
            assert_eq!(items.len(), PAGE);
            names.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            query =
                page["nextLink"].as_str().map(|link| link.split_once('?').unwrap().1.to_owned());
        }
        assert_eq!((names.len(), query), (SECRETS, None));
    }

    #[test]
    fn who_has_no_token_is_challenged() {
        let mut request = Request::get("https://localhost/secrets/s0").body(()).unwrap();
        let answers = Answers::new(1);
        assert_eq!(answers.to(&request).status(), StatusCode::UNAUTHORIZED);
        assert!(answers.to(&request).headers().contains_key(WWW_AUTHENTICATE));
        request.headers_mut().insert(AUTHORIZATION, HeaderValue::from_static("Bearer t"));
        assert_eq!(answers.to(&request).status(), StatusCode::OK);
    }
}
