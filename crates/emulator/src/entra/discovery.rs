//! The documents that MSAL reads before it asks for a token.

use http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::{fields::Fields, refusal::Refusal, tenant::tenant_of, tokens::Tokens};
use crate::{
    host::Site,
    message::{Request, Response, json_response},
};

/// A cloud by its authority's names: the first is asked, the second is the key of caches.
struct Cloud {
    network: &'static str,
    cache: &'static str,
    aliases: &'static [&'static str],
    /// How documents name it, and where its Graph is.
    instance: &'static str,
    graph: &'static str,
}

const CLOUDS: [Cloud; 3] = [
    Cloud {
        network: "login.microsoftonline.com",
        cache: "login.windows.net",
        aliases: &[
            "login.microsoftonline.com",
            "login.windows.net",
            "login.microsoft.com",
            "sts.windows.net",
        ],
        instance: "microsoftonline.com",
        graph: "graph.microsoft.com",
    },
    Cloud {
        network: "login.partner.microsoftonline.cn",
        cache: "login.partner.microsoftonline.cn",
        aliases: &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        instance: "partner.microsoftonline.cn",
        graph: "microsoftgraph.chinacloudapi.cn",
    },
    Cloud {
        network: "login.microsoftonline.us",
        cache: "login.microsoftonline.us",
        aliases: &["login.microsoftonline.us", "login.usgovcloudapi.net"],
        instance: "microsoftonline.us",
        graph: "graph.microsoft.us",
    },
];

/// `issuer` is needed by msal-node besides the endpoints.
pub(super) fn openid_configuration(base: &str, tokens: &Tokens, segments: &[&str]) -> Response {
    let segment = segments.first().copied().unwrap_or_default();
    let is_adfs = segment.eq_ignore_ascii_case("adfs");
    let tenant = match tenant_of(tokens, segment) {
        Ok(tenant) => tenant,
        Err(refusal) => return refusal.called("invalid_tenant").into_response(),
    };
    let (issuer, oauth, keys) = if is_adfs {
        (
            format!("{base}/adfs"),
            format!("{base}/adfs/oauth2"),
            format!("{base}/adfs/discovery/keys"),
        )
    } else if segments.contains(&"v2.0") {
        (
            format!("{base}/{tenant}/v2.0"),
            format!("{base}/{tenant}/oauth2/v2.0"),
            format!("{base}/{tenant}/discovery/v2.0/keys"),
        )
    } else {
        (
            format!("https://sts.windows.net/{tenant}/"),
            format!("{base}/{tenant}/oauth2"),
            format!("{base}/common/discovery/keys"),
        )
    };
    let host = base.strip_prefix("https://").unwrap_or(base);
    let cloud = CLOUDS.iter().find(|cloud| cloud.aliases.contains(&host));
    json_response(
        StatusCode::OK,
        &json!({
            "token_endpoint": format!("{oauth}/token"),
            "token_endpoint_auth_methods_supported":
                ["client_secret_post", "private_key_jwt"],
            "jwks_uri": keys,
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer,
            "request_uri_parameter_supported": false,
            "authorization_endpoint": format!("{oauth}/authorize"),
            "device_authorization_endpoint": format!("{oauth}/devicecode"),
            "claims_supported": [
                "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name",
                "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name",
                "tid", "ver", "at_hash", "c_hash", "email",
            ],
            "tenant_region_scope": Value::Null,
            "cloud_instance_name": cloud.map_or("localhost", |cloud| cloud.instance),
            "msgraph_host": cloud.map_or(host, |cloud| cloud.graph),
        }),
    )
}

pub(super) fn key_set(tokens: &Tokens) -> Response {
    match tokens.key() {
        Ok(key) => json_response(
            StatusCode::OK,
            &json!({"keys": [{
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid, "x5t": key.kid,
                "n": key.n, "e": key.e,
            }]}),
        ),
        Err(error) => Refusal::internal(&error).into_response(),
    }
}

/// MSAL's instance discovery: tells whether the authority is a known one, and its other names.
pub(super) fn instance(tokens: &Tokens, request: &Request) -> Response {
    let query = Fields::of_query(request);
    // Asked of one authority about another, as a client does that was given an authority it does not know.
    let about = query.get("authorization_endpoint").and_then(|url| Url::parse(url).ok());
    let host = about.as_ref().and_then(authority).unwrap_or_else(|| request.host.clone());
    if !matches!(Site::of(&host), Site::Local | Site::Authority) {
        let refusal = Refusal::bad("invalid_instance", 50_049, "Unknown or invalid instance.");
        return refusal.into_response();
    }
    let mut metadata: Vec<Value> = CLOUDS.iter().map(Cloud::metadata).collect();
    if Site::of(&host) == Site::Local {
        let own = json!({"preferred_network": host, "preferred_cache": host, "aliases": [host]});
        metadata.insert(0, own);
    }
    let tenant = &tokens.tenant_id;
    json_response(
        StatusCode::OK,
        &json!({
            "tenant_discovery_endpoint":
                format!("https://{host}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": metadata,
        }),
    )
}

fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?.to_ascii_lowercase();
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    })
}

impl Cloud {
    fn metadata(&self) -> Value {
        let Self { network, cache, aliases, .. } = self;
        json!({"preferred_network": network, "preferred_cache": cache, "aliases": aliases})
    }
}
