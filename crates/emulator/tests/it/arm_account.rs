//! Signing in to the management plane, what clients ask there first, and the headers of its answers.

use azvault_emulator::Principal;
use serde_json::json;

use crate::{
    arm::{Arm, code, refused},
    support::token,
};

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

#[tokio::test]
async fn without_a_token_the_challenge_names_the_authority() {
    let mut arm = Arm::new().await;
    arm.http.token = None;
    let answer = arm.get("/subscriptions").await;
    assert_eq!(code(&answer), refused(401, "AuthenticationFailed"));
    let tenant = arm.emulator().tenant_id();
    let challenge = answer.header("www-authenticate").unwrap();
    let expected = format!(
        "Bearer authorization_uri=\"https://localhost:8443/{tenant}\", error=\"invalid_token\", error_description="
    );
    assert!(challenge.starts_with(&expected), "{challenge}");
    assert_eq!(answer.header("x-ms-failure-cause"), Some("gateway"));
}

#[tokio::test]
async fn tokens_of_arms_audiences_are_good_and_others_are_not() {
    let mut arm = Arm::new().await;
    for scope in [
        "https://management.azure.com/.default",
        "https://management.azure.com//.default",
        "https://management.core.windows.net//.default",
        "https://localhost:8443/.default",
        "https://localhost:8443//.default",
    ] {
        arm.http.token = Some(token(arm.emulator(), Principal::default(), scope).await);
        assert_eq!(arm.get("/subscriptions").await.status(), 200, "{scope}");
    }
    let scope = "https://vault.azure.net/.default";
    arm.http.token = Some(token(arm.emulator(), Principal::default(), scope).await);
    let answer = arm.get("/subscriptions").await;
    assert_eq!(code(&answer), refused(401, "InvalidAuthenticationTokenAudience"));
    let foreign = Principal::default().with_tid(SUBSCRIPTION);
    let scope = "https://management.azure.com/.default";
    arm.http.token = Some(token(arm.emulator(), foreign, scope).await);
    let answer = arm.get("/subscriptions").await;
    assert_eq!(code(&answer), refused(401, "InvalidAuthenticationTokenTenant"));
}

#[tokio::test]
async fn an_api_version_is_required_and_any_is_accepted() {
    let arm = Arm::new().await;
    let base = arm.emulator().management_url();
    let answer = arm.http.send_to("GET", &format!("{base}/subscriptions"), "", &[]).await;
    assert_eq!(
        answer.refusal(),
        (
            400,
            "MissingApiVersionParameter".to_owned(),
            None,
            "The api-version query parameter (?api-version=) is required for all requests."
                .to_owned()
        )
    );
    for query in ["api-version=2015-11-01", "api%2Dversion=9999-01-01-preview"] {
        let url = format!("{base}/subscriptions?{query}");
        assert_eq!(arm.http.send_to("GET", &url, "", &[]).await.status(), 200, "{query}");
    }
}

#[tokio::test]
async fn the_list_of_subscriptions_has_the_emulators_own_and_any_guid_exists() {
    let arm = Arm::new().await;
    let list = arm.get("/subscriptions").await.ok();
    let own = arm.emulator().subscription_id();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
    assert_eq!(list["value"][0]["id"], format!("/subscriptions/{own}"));
    assert_eq!(list["value"][0]["state"], "Enabled");
    let other = arm.get(&format!("/subscriptions/{SUBSCRIPTION}")).await.ok();
    assert_eq!(other["subscriptionId"], SUBSCRIPTION);
    assert_eq!(other["tenantId"], arm.emulator().tenant_id());
    let answer = arm.get("/subscriptions/my-sub/resourcegroups").await;
    assert_eq!(code(&answer), refused(400, "InvalidSubscriptionId"));
    assert_eq!(
        answer.refusal().3,
        "The provided subscription identifier 'my-sub' is malformed or invalid."
    );
    let tenants = arm.get("/tenants").await.ok();
    assert_eq!(tenants["value"][0]["tenantId"], arm.emulator().tenant_id());
}

#[tokio::test]
async fn the_provider_is_registered_and_managed_hsms_there_are_none_at_first() {
    let arm = Arm::new().await;
    let root = arm.provider("");
    for (method, path) in [
        ("GET", "/providers/Microsoft.KeyVault".to_owned()),
        ("GET", root.clone()),
        ("POST", format!("{root}register")),
    ] {
        let body = arm.send(method, &path, None).await.ok();
        assert_eq!(body["registrationState"], "Registered", "{method} {path}");
    }
    for path in [
        arm.provider("managedHSMs"),
        arm.provider("deletedManagedHSMs"),
        arm.vault_path("rg", "x").replace("/vaults/x", "/managedHSMs"),
    ] {
        assert_eq!(arm.get(&path).await.text(), r#"{"value":[]}"#, "{path}");
    }
}

#[tokio::test]
async fn the_clouds_endpoints_are_told_without_a_token() {
    let mut arm = Arm::new().await;
    arm.http.token = None;
    let base = arm.emulator().management_url();
    let url = |version| format!("{base}//metadata/endpoints?api-version={version}");
    let endpoints = arm.http.send_to("GET", &url("2022-09-01"), "", &[]).await.ok();
    assert_eq!(endpoints["resourceManager"], base);
    assert_eq!(
        endpoints["authentication"],
        json!({
            "loginEndpoint": base, "audiences": [base], "tenant": "common", "identityProvider": "AAD",
        })
    );
    assert_eq!(endpoints["suffixes"]["keyVaultDns"], "vault.localhost:8443");
    assert_eq!(endpoints["microsoftGraphResourceId"], format!("{base}/graph"));
    let old = arm.http.send_to("GET", &url("2019-05-01"), "", &[]).await.ok();
    assert_eq!(old, json!([endpoints]));
}

#[tokio::test]
async fn the_public_name_reaches_the_same_resources_with_public_uris() {
    let arm = Arm::new().await;
    arm.put("Kv-1", json!({})).await.ok();
    let path = arm.vault_path("rg", "kv-1");
    let url = format!("https://management.azure.com{path}?api-version=2023-07-01");
    let vault = arm.http.send_to("GET", &url, "", &[]).await.ok();
    assert_eq!(vault["properties"]["vaultUri"], "https://kv-1.vault.azure.net/");
    let url = url.replace(&path, "/metadata/endpoints");
    let endpoints = arm.http.send_to("GET", &url, "", &[]).await.ok();
    assert_eq!(endpoints["suffixes"]["keyVaultDns"], "vault.azure.net");
    assert_eq!(endpoints["microsoftGraphResourceId"], "https://graph.microsoft.com/");
    assert_eq!(
        endpoints["authentication"]["audiences"],
        json!(["https://management.core.windows.net/", "https://management.azure.com/"])
    );
}

#[tokio::test]
async fn a_sovereign_clouds_name_reaches_the_same_resources_with_uris_of_that_cloud() {
    let mut arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let path = arm.vault_path("rg", "kv-1");
    for (host, audience, uri) in [
        (
            "management.usgovcloudapi.net",
            "https://management.core.usgovcloudapi.net",
            "https://kv-1.vault.usgovcloudapi.net/",
        ),
        (
            "management.chinacloudapi.cn",
            "https://management.chinacloudapi.cn",
            "https://kv-1.vault.azure.cn/",
        ),
    ] {
        let scope = format!("{audience}//.default");
        arm.http.token = Some(token(arm.emulator(), Principal::default(), &scope).await);
        let url = format!("https://{host}{path}?api-version=2023-07-01");
        let vault = arm.http.send_to("GET", &url, "", &[]).await.ok();
        assert_eq!(vault["properties"]["vaultUri"], uri);
    }
}

#[tokio::test]
async fn entra_still_answers_beside_the_management_plane() {
    let arm = Arm::new().await;
    let url = format!(
        "{}/{}/v2.0/.well-known/openid-configuration",
        arm.emulator().authority(),
        arm.emulator().tenant_id()
    );
    assert!(arm.http.send_to("GET", &url, "", &[]).await.ok()["token_endpoint"].is_string());
}

#[tokio::test]
async fn provider_answers_and_gateway_answers_carry_their_own_headers() {
    let arm = Arm::new().await;
    let ids = [("x-ms-client-request-id", "mine"), ("x-ms-return-client-request-id", "true")];
    let url = |name: &str| {
        format!(
            "{}{}?api-version=2023-07-01",
            arm.emulator().management_url(),
            arm.vault_path("rg", name)
        )
    };
    let body = arm.body(json!({})).to_string();
    let made = arm.http.send_to("PUT", &url("kv-1"), body, &ids).await;
    assert_eq!(made.header("x-ms-keyvault-service-version"), Some("1.5.372.0"));
    assert_eq!(made.header("x-ms-ratelimit-remaining-subscription-writes"), Some("1199"));
    assert_eq!(made.header("x-ms-client-request-id"), Some("mine"));
    assert_ne!(made.header("x-ms-request-id"), made.header("x-ms-correlation-request-id"));
    for absent in ["location", "azure-asyncoperation", "retry-after", "x-ms-failure-cause"] {
        assert_eq!(made.header(absent), None, "{absent}");
    }
    let mine = ("x-ms-correlation-request-id", "correlated");
    let correlated = arm.http.send_to("GET", &url("kv-1"), "", &[mine]).await;
    assert_eq!(correlated.header(mine.0), Some(mine.1));
    let missing = arm.http.send_to("GET", &url("none"), "", &ids).await;
    assert_eq!(missing.header("x-ms-failure-cause"), Some("gateway"));
    assert_eq!(missing.header("x-ms-keyvault-service-version"), None);
    assert_eq!(missing.header("x-ms-client-request-id"), None);
    let correlation = missing.header("x-ms-correlation-request-id").unwrap();
    assert_eq!(missing.header("x-ms-request-id"), Some(correlation));
    assert!(missing.header("x-ms-routing-request-id").unwrap().ends_with(correlation));
    let deleted = arm.delete("kv-1").await;
    assert!(deleted.header("x-ms-ratelimit-remaining-subscription-deletes").is_some());
    assert_eq!(deleted.header("content-type"), None, "there is no body");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let arm = Arm::new().await;
    let url = format!(
        "{}{}?api-version=2023-07-01",
        arm.emulator().management_url(),
        arm.vault_path("rg", "kv-1")
    );
    let answer = arm.http.send_to("PUT", &url, vec![b' '; 2 * 1024 * 1024], &[]).await;
    assert_eq!(code(&answer), refused(413, "RequestContentTooLarge"));
}

#[tokio::test]
async fn what_is_not_supported_says_so() {
    let arm = Arm::new().await;
    for (method, path) in [
        ("DELETE", format!("{}/secrets/s", arm.vault_path("rg", "kv-1"))),
        ("PUT", arm.vault_path("rg", "x").replace("/vaults/x", "/managedHSMs/x/secrets/s")),
        ("POST", format!("{}/resourcegroups/rg", arm.subscription())),
        ("GET", "/providers/Microsoft.Web".to_owned()),
    ] {
        let answer = arm.send(method, &path, None).await;
        assert_eq!(code(&answer), refused(405, "NotSupportedByEmulator"), "{method} {path}");
    }
}
