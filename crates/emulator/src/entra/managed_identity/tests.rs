use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;
use uuid::Uuid;

use super::*;
use crate::{clock::Clock, entra::Secret, message::Body};

const APP_SERVICE: &str = "/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";
const IMDS: &str =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fvault.azure.net";

fn tokens(identity_header: Option<&str>) -> Tokens {
    Tokens {
        tenant_id: Uuid::new_v4().to_string(),
        lifetime: Duration::from_secs(3600),
        directory: Arc::default(),
        sign_ins: Arc::default(),
        signing_key: None,
        clock: Clock::default(),
        verified: Arc::default(),
        identity_header: identity_header.map(|value| Secret::new(value.to_owned())),
    }
}

fn send(tokens: &Tokens, url: &str, headers: &[(&'static str, &str)]) -> (u16, Value) {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect();
    let request = Request {
        notes: Arc::default(),
        method: Method::GET,
        peer: Ipv4Addr::LOCALHOST.into(),
        begun: 0,
        host: "localhost:1".to_owned(),
        path: path.to_owned(),
        query: Some(query.to_owned()),
        headers,
        body: Body::Whole(Bytes::new()),
    };
    let response = managed_identity(tokens, &request);
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

fn caller(tokens: &Tokens, body: &Value) -> Arc<crate::entra::Caller> {
    let token = body["access_token"].as_str().unwrap();
    tokens.check(token, &["https://vault.azure.net"]).unwrap()
}

#[test]
fn app_service_gives_a_token_whose_expiry_is_a_string_of_seconds() {
    let tokens = tokens(None);
    let (status, body) = send(&tokens, APP_SERVICE, &[("x-identity-header", "any")]);
    assert_eq!((status, &body["token_type"]), (200, &"Bearer".into()));
    assert!(body["expires_on"].as_str().unwrap().parse::<i64>().unwrap() > 1_700_000_000);
    assert_eq!(body["resource"], "https://vault.azure.net");
    assert_eq!(caller(&tokens, &body).appid, body["client_id"]);
}

#[test]
fn app_service_insists_on_its_header_and_on_the_value_that_was_set() {
    for (expected, sent, status) in [
        (None, None, 401),
        (None, Some("any"), 200),
        (Some("right"), Some("wrong"), 401),
        (Some("right"), Some("right"), 200),
    ] {
        let headers: Vec<_> = sent.map(|value| ("x-identity-header", value)).into_iter().collect();
        let (answered, body) = send(&tokens(expected), APP_SERVICE, &headers);
        assert_eq!(answered, status, "{expected:?} {sent:?}");
        assert_eq!(body["access_token"].is_string(), status == 200);
        assert!(!body.to_string().contains("right"), "{body}");
    }
}

#[test]
fn a_managed_identitys_token_lives_as_long_as_any() {
    let (_, body) = send(&tokens(None), IMDS, &[("metadata", "true")]);
    let seconds: i64 = body["expires_in"].as_str().unwrap().parse().unwrap();
    assert!((3500..=3600).contains(&seconds), "{seconds}");
}

#[test]
fn imds_gives_strings_alone_with_and_without_a_trailing_slash() {
    let tokens = tokens(None);
    for url in [IMDS.to_owned(), IMDS.replace("token?", "token/?")] {
        let (status, body) = send(&tokens, &url, &[("metadata", "true")]);
        assert_eq!(status, 200, "{body}");
        for name in ["expires_in", "expires_on", "ext_expires_in", "not_before", "client_id"] {
            assert!(body[name].is_string(), "{name} in {body}");
        }
        assert_eq!(caller(&tokens, &body).oid, Principal::system_assigned().oid());
    }
}

#[test]
fn a_probe_without_the_metadata_header_is_answered_400() {
    for url in ["/metadata/identity/oauth2/token?api-version=2018-02-01", IMDS] {
        let (status, body) = send(&tokens(None), url, &[]);
        assert_eq!((status, &body["error"]), (400, &"invalid_request".into()));
        assert_eq!(body["error_description"], "Required metadata header not specified");
    }
    let (status, _) =
        send(&tokens(None), "/metadata/identity/getplatformmetadata?cred-api-version=2.0", &[]);
    assert_eq!(status, 404);
    let forwarded = [("metadata", "true"), ("x-forwarded-for", "10.0.0.1")];
    assert_eq!(send(&tokens(None), IMDS, &forwarded).0, 400);
}

#[test]
fn an_identity_is_selected_by_client_object_or_resource_id() {
    let tokens = tokens(None);
    let of = |selector: &str| {
        let header = [("metadata", "true")];
        let (_, body) = send(&tokens, &format!("{IMDS}&{selector}"), &header);
        caller(&tokens, &body)
    };
    assert_eq!(of("client_id=app").oid, Principal::for_client_id("app").oid());
    let me = of("object_id=me");
    assert_eq!(me.oid, "me");
    assert_ne!(me.appid, me.oid);
    assert_eq!(of(&format!("object_id={}", of("client_id=app").oid)).appid, "app");
    assert_eq!(of("msi_res_id=/a/B").oid, of("mi_res_id=/A/b").oid);
    assert_ne!(of("msi_res_id=/a/b").oid, of("msi_res_id=/a/c").oid);
}

#[test]
fn what_is_missing_is_named() {
    let metadata = [("metadata", "true")];
    for (url, text) in [
        ("/metadata/identity/oauth2/token?resource=a", "api-version"),
        ("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=", "resource"),
    ] {
        let (status, body) = send(&tokens(None), url, &metadata);
        assert_eq!(status, 400);
        assert!(body["error_description"].as_str().unwrap().contains(text), "{body}");
    }
    let header = [("x-identity-header", "any")];
    assert_eq!(send(&tokens(None), "/msi/token?resource=a", &header).0, 400);
    assert_eq!(send(&tokens(None), "/msi/token?api-version=2019-08-01", &header).0, 400);
}
