//! Discovery and the token endpoint.

use azvault_emulator::Emulator;
use serde_json::Value;

use crate::support::{Answer, Body, Vault};

async fn post_form(vault: &Vault, tenant: &str, form: &str) -> Answer {
    let url = format!("{}/{tenant}/oauth2/v2.0/token", vault.emulator.authority());
    vault
        .send_to("POST", &url, form, &[("content-type", "application/x-www-form-urlencoded")])
        .await
}

const GOOD: &str = "grant_type=client_credentials&client_id=app&client_secret=any&scope=https%3A%2F%2Fvault.azure.net%2F.default";

#[tokio::test]
async fn a_client_secret_gets_a_token_that_opens_the_vault() {
    let mut vault = Vault::new().await;
    let tenant = vault.emulator.tenant_id().to_owned();
    for tenant in [tenant.as_str(), "organizations", "contoso.com"] {
        let answer = post_form(&vault, tenant, GOOD).await.ok();
        assert_eq!(answer["token_type"], "Bearer");
        assert!((3500..=3600).contains(&answer["expires_in"].as_i64().unwrap()));
        vault.token = Some(answer["access_token"].as_str().unwrap().to_owned());
        assert_eq!(vault.get("/keys").await.status(), 200, "{tenant}");
    }
}

#[tokio::test]
async fn an_assertion_a_resource_and_the_adfs_path_are_accepted_too() {
    let vault = Vault::new().await;
    let token = vault.token.as_deref().unwrap();
    let assertion = format!(
        "grant_type=client_credentials&client_id=app&client_assertion={token}&client_assertion_type=y&scope=a/.default"
    );
    assert_eq!(post_form(&vault, "common", &assertion).await.status(), 200);
    let resource = "grant_type=client_credentials&client_id=app&client_secret=s&resource=https://vault.azure.net";
    let url = format!("{}/adfs/oauth2/token/?client-request-id=1", vault.emulator.authority());
    assert_eq!(vault.send_to("POST", &url, resource, &[]).await.status(), 200);
}

#[tokio::test]
async fn words_of_sign_in_beside_an_applications_scope_are_ignored() {
    let vault = Vault::new().await;
    let form = |scope: &str| {
        format!("grant_type=client_credentials&client_id=a&client_secret=s&scope={scope}")
    };
    for scope in ["https://a/.default+openid+offline_access+profile", "email+https://a/.default"] {
        assert_eq!(post_form(&vault, "common", &form(scope)).await.status(), 200, "{scope}");
    }
    for scope in ["not-a-scope+openid+profile", "openid", "https://a/.default+https://b/.default"] {
        let answer = post_form(&vault, "common", &form(scope)).await;
        assert_eq!((answer.status(), &answer.json()["error_codes"][0]), (400, &1_002_012.into()));
    }
}

#[tokio::test]
async fn claims_that_are_asked_for_change_nothing() {
    let vault = Vault::new().await;
    let claims =
        "%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22cp1%22%5D%7D%7D%7D";
    let answer = post_form(&vault, "common", &format!("{GOOD}&claims={claims}")).await.ok();
    let payload = answer["access_token"].as_str().unwrap().split('.').nth(1).unwrap().into();
    let said: Value = serde_json::from_slice(&crate::support::from_base64url(&payload)).unwrap();
    assert_eq!((&said["aud"], &said["xms_cc"]), (&"https://vault.azure.net".into(), &Value::Null));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named_as_entra_does() {
    let vault = Vault::of(Emulator::builder().client_secret("strict", "right")).await;
    for (form, status, error, text) in [
        (
            "",
            400,
            "invalid_request",
            "AADSTS900144: The request body must contain the following parameter: 'grant_type'.",
        ),
        (
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=canary",
            400,
            "unsupported_grant_type",
            "AADSTS70003: ",
        ),
        (
            "grant_type=password&client_id=a&username=u",
            400,
            "invalid_request",
            "AADSTS900144: The request body must contain the following parameter: 'password'.",
        ),
        (
            "grant_type=client_credentials",
            400,
            "invalid_request",
            "AADSTS900144: The request body must contain the following parameter: 'client_id'.",
        ),
        ("grant_type=client_credentials&client_id=a", 401, "invalid_client", "AADSTS7000216: "),
        (
            "grant_type=client_credentials&client_id=a&client_assertion=x",
            400,
            "invalid_request",
            "AADSTS900144: The request body must contain the following parameter: 'client_assertion_type'.",
        ),
        (
            "grant_type=client_credentials&client_id=a&client_secret=s",
            400,
            "invalid_request",
            "AADSTS900144: The request body must contain the following parameter: 'scope'.",
        ),
        (
            "grant_type=client_credentials&client_id=a&client_secret=s&scope=https://vault.azure.net",
            400,
            "invalid_scope",
            "AADSTS1002012: ",
        ),
        (
            "grant_type=client_credentials&client_id=strict&client_secret=s&scope=a/.default",
            401,
            "invalid_client",
            "AADSTS7000215: Invalid client secret",
        ),
    ] {
        let answer = post_form(&vault, "common", form).await;
        let body = answer.json();
        assert_eq!((answer.status(), body["error"].as_str()), (status, Some(error)), "{form}");
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(text), "{form}: {description}");
        assert!(body["error_codes"][0].is_u64() && body["trace_id"].is_string());
        assert!(!description.contains("canary"), "{description}");
    }
    let right =
        "grant_type=client_credentials&client_id=strict&client_secret=right&scope=a/.default";
    assert_eq!(post_form(&vault, "common", right).await.status(), 200);
}

#[tokio::test]
async fn a_guid_tenant_in_the_path_is_the_tokens_tenant() {
    let mut vault = Vault::new().await;
    let other = "33333333-3333-3333-3333-333333333333";
    let answer = post_form(&vault, other, GOOD).await.ok();
    vault.token = Some(answer["access_token"].as_str().unwrap().to_owned());
    let (status, _, _, message) = vault.get("/keys").await.refusal();
    assert_eq!(status, 401);
    assert!(message.contains(&format!("found https://sts.windows.net/{other}/")), "{message}");
}

async fn document(vault: &Vault, url: &str) -> Body {
    vault.send_to("GET", url, "", &[]).await.ok()
}

#[tokio::test]
async fn discovery_leads_to_the_token_endpoint_and_its_keys() {
    let mut vault = Vault::new().await;
    vault.token = None;
    let (authority, tenant) = (vault.emulator.authority(), vault.emulator.tenant_id().to_owned());
    for segment in [tenant.as_str(), "organizations", "common"] {
        let url = format!("{authority}/{segment}/v2.0/.well-known/openid-configuration");
        let document = document(&vault, &url).await;
        assert_eq!(document["issuer"], format!("{authority}/{tenant}/v2.0"));
        assert_eq!(document["token_endpoint"], format!("{authority}/{tenant}/oauth2/v2.0/token"));
    }
    let adfs =
        document(&vault, &format!("{authority}/adfs/.well-known/openid-configuration")).await;
    assert_eq!(adfs["token_endpoint"], format!("{authority}/adfs/oauth2/token"));
    for keys in [
        format!("{authority}/{tenant}/discovery/v2.0/keys"),
        format!("{authority}/adfs/discovery/keys"),
    ] {
        let keys = document(&vault, &keys).await;
        assert_eq!(
            (&keys["keys"][0]["kty"], &keys["keys"][0]["e"]),
            (&"RSA".into(), &"AQAB".into())
        );
    }
    let instance =
        document(&vault, &format!("{authority}/common/discovery/instance?api-version=1.1")).await;
    assert_eq!(
        instance["tenant_discovery_endpoint"],
        format!("{authority}/{tenant}/v2.0/.well-known/openid-configuration")
    );
    let public = "https://login.microsoftonline.com/common/discovery/instance";
    let aliases = &document(&vault, public).await["metadata"][0]["aliases"];
    assert!(aliases.as_array().unwrap().contains(&"login.windows.net".into()), "{aliases}");
}

#[tokio::test]
async fn every_clouds_authority_is_a_known_instance_and_a_strangers_is_not() {
    let mut vault = Vault::new().await;
    vault.token = None;
    let discovery = |about: &str| {
        format!(
            "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint={about}"
        )
    };
    let (local, port) = (vault.emulator.authority(), vault.emulator.port());
    for (about, alias) in [
        (
            "https://login.microsoftonline.us/t/oauth2/v2.0/authorize".to_owned(),
            "login.usgovcloudapi.net".to_owned(),
        ),
        (
            "https://login.chinacloudapi.cn/t/oauth2/v2.0/authorize".to_owned(),
            "login.chinacloudapi.cn".to_owned(),
        ),
        (format!("{local}/t/oauth2/v2.0/authorize"), format!("localhost:{port}")),
    ] {
        let document = document(&vault, &discovery(&about)).await;
        let known = document["metadata"]
            .as_array()
            .unwrap()
            .iter()
            .any(|cloud| cloud["aliases"].as_array().unwrap().contains(&alias.clone().into()));
        assert!(known, "{about}: {document}");
    }
    let stranger = vault.send_to("GET", &discovery("https://login.example.com/t"), "", &[]).await;
    assert_eq!((stranger.status(), &stranger.json()["error"]), (400, &"invalid_instance".into()));
}

#[tokio::test]
async fn the_documents_of_version_1_lead_to_its_endpoints() {
    let mut vault = Vault::new().await;
    vault.token = None;
    let (authority, tenant) = (vault.emulator.authority(), vault.emulator.tenant_id().to_owned());
    let v1 =
        document(&vault, &format!("{authority}/{tenant}/.well-known/openid-configuration")).await;
    assert_eq!(v1["issuer"], format!("https://sts.windows.net/{tenant}/"));
    assert_eq!(v1["token_endpoint"], format!("{authority}/{tenant}/oauth2/token"));
    let form = "grant_type=client_credentials&client_id=app&client_secret=s&resource=https://vault.azure.net/";
    let url = v1["token_endpoint"].as_str().unwrap().to_owned();
    let answer = vault.send_to("POST", &url, form, &[]).await.ok();
    for name in ["expires_in", "expires_on", "not_before"] {
        assert!(answer[name].is_string(), "{name} in {answer}");
    }
    assert_eq!(answer["resource"], "https://vault.azure.net");
}

#[tokio::test]
async fn a_tenant_that_is_neither_a_guid_nor_a_domain_is_refused() {
    let vault = Vault::new().await;
    let answer = post_form(&vault, "no_tenant", GOOD).await;
    let description = answer.json()["error_description"].as_str().unwrap().to_owned();
    assert_eq!(answer.status(), 400);
    assert!(
        description.starts_with("AADSTS900023: Specified tenant identifier 'no_tenant'"),
        "{description}"
    );
}

#[tokio::test]
async fn a_token_is_verifiable_with_the_published_keys() {
    let vault = Vault::new().await;
    let keys =
        document(&vault, &format!("{}/common/discovery/v2.0/keys", vault.emulator.authority()))
            .await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys.clone()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&keys.keys[0]).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.set_audience(&["https://vault.azure.net"]);
    let token = vault.token.as_deref().unwrap();
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims;
    assert_eq!(claims["tid"], vault.emulator.tenant_id());
    assert_eq!(claims["iss"], format!("https://sts.windows.net/{}/", vault.emulator.tenant_id()));
    for claim in ["oid", "sub", "appid", "exp", "nbf", "iat", "ver"] {
        assert!(!claims[claim].is_null(), "{claim}");
    }
}

#[tokio::test]
async fn what_the_authority_does_not_serve_is_said_so() {
    let vault = Vault::new().await;
    let url = format!("{}/common/oauth2/v2.0/logout", vault.emulator.authority());
    assert_eq!(vault.send_to("GET", &url, "", &[]).await.refusal().1, "NotSupportedByEmulator");
}
