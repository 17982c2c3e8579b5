//! The challenge and the token check.

use azvault_emulator::{Emulator, Principal};
use serde_json::json;

use crate::support::{Vault, token};

const PUBLIC: &str = "https://vault.azure.net/.default";

#[tokio::test]
async fn a_request_without_a_token_gets_the_recorded_challenge() {
    let mut vault = Vault::new().await;
    vault.token = None;
    let answer = vault.send("POST", "/keys/k/create", None).await;
    assert_eq!(answer.status(), 401);
    let body = r#"{"error":{"code":"Unauthorized","message":"AKV10000: Request is missing a Bearer or PoP token."}}"#;
    assert_eq!(answer.text(), body);
    assert_eq!(answer.text().len(), 97); // the Content-Length of the recording
    let expected = format!(
        r#"Bearer authorization="https://localhost:8443/{}", resource="https://vault.localhost:8443""#,
        vault.emulator.tenant_id()
    );
    assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
}

#[tokio::test]
async fn a_public_name_gets_the_public_clouds_challenge() {
    let emulator = Emulator::in_memory();
    for (base, login, resource) in [
        ("https://kv.vault.azure.net", "https://login.windows.net", "https://vault.azure.net"),
        (
            "https://p.managedhsm.azure.net",
            "https://login.microsoftonline.com",
            "https://managedhsm.azure.net",
        ),
    ] {
        let mut vault = Vault::at(emulator.clone(), base.to_owned(), PUBLIC).await;
        vault.token = None;
        let answer = vault.get("/keys").await;
        let tenant = emulator.tenant_id();
        let expected = format!(r#"Bearer authorization="{login}/{tenant}", resource="{resource}""#);
        assert_eq!(answer.header("www-authenticate"), Some(expected.as_str()));
    }
}

#[tokio::test]
async fn the_token_is_checked_before_api_version_name_and_body() {
    let mut vault = Vault::new().await;
    vault.token = None;
    for path in ["/keys/not_a_name/create", "/keys//create", "/storage"] {
        let url = format!("{}{path}", vault.base);
        assert_eq!(vault.send_to("POST", &url, "{", &[]).await.status(), 401, "{path}");
    }
    let huge = vec![b' '; 2 * 1024 * 1024];
    let url = format!("{}/keys/k/create", vault.base);
    assert_eq!(vault.send_to("POST", &url, huge, &[]).await.status(), 401);
}

#[tokio::test]
async fn the_local_and_the_public_audience_are_both_accepted() {
    let emulator = Emulator::in_memory();
    for scope in
        [PUBLIC, "https://vault.azure.net//.default", "https://vault.localhost:8443/.default"]
    {
        let vault = Vault::at(emulator.clone(), emulator.vault_url("kv"), scope).await;
        assert_eq!(vault.get("/keys").await.status(), 200, "{scope}");
    }
}

#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let emulator = Emulator::in_memory();
    let scope = "https://management.azure.com/.default";
    let vault = Vault::at(emulator.clone(), emulator.vault_url("kv"), scope).await;
    let answer = vault.get("/keys").await;
    let (status, code, _, message) = answer.refusal();
    assert_eq!((status, code.as_str()), (401, "Unauthorized"));
    assert_eq!(
        message,
        "AKV10022: Invalid audience. Expected https://vault.localhost:8443, found: https://management.azure.com."
    );
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.contains(r#"resource="https://vault.localhost:8443", error="invalid_token""#),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_vault_token_does_not_open_a_managed_hsm() {
    let emulator = Emulator::in_memory();
    let hsm = Vault::at(emulator.clone(), emulator.managed_hsm_url("pool"), PUBLIC).await;
    assert_eq!(hsm.get("/keys").await.status(), 401);
}

#[tokio::test]
async fn a_token_of_another_tenant_is_refused_by_its_issuer() {
    let mut vault = Vault::new().await;
    let foreign = Principal::default().with_tid("22222222-2222-2222-2222-222222222222");
    vault.token = Some(token(&vault.emulator, foreign, PUBLIC).await);
    let (status, _, _, message) = vault.get("/keys").await.refusal();
    assert_eq!(status, 401);
    assert_eq!(
        message,
        format!(
            "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/{}/, found \
             https://sts.windows.net/22222222-2222-2222-2222-222222222222/.",
            vault.emulator.tenant_id()
        )
    );
    // So do the tokens of another emulator in the same process.
    vault.token = Some(token(&Emulator::in_memory(), Principal::default(), PUBLIC).await);
    assert_eq!(vault.get("/keys").await.status(), 401);
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let mut vault = Vault::new().await;
    let genuine = vault.token.clone().unwrap();
    let parts: Vec<&str> = genuine.split('.').collect();
    let signature = format!("{}AAAA", &parts[2][..parts[2].len() - 4]);
    for (token, text) in [
        (format!("{}.{}.{signature}", parts[0], parts[1]), "AKV10046: Unable to resolve"),
        (format!("{}.{}.", parts[0], parts[1]), "AKV10046: Unable to resolve"),
        ("opaque".to_owned(), "AKV10000: The Bearer token is not a well-formed"),
    ] {
        vault.token = Some(token);
        let (status, _, _, message) = vault.get("/keys").await.refusal();
        assert_eq!(status, 401);
        assert!(message.starts_with(text), "{message}");
    }
}

#[tokio::test]
async fn an_expired_token_is_refused_by_wall_time_alone() {
    let builder = || Emulator::builder().token_lifetime(std::time::Duration::ZERO);
    let vault = Vault::of(builder()).await;
    // Seconds are whole: the token is out of time once its second has passed, so it is tried until then.
    let refused = async {
        loop {
            let answer = vault.get("/keys").await;
            if answer.status() != 200 {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    let refused = tokio::time::timeout(std::time::Duration::from_secs(10), refused).await.unwrap();
    assert_eq!(refused.refusal().3, "The token has expired.");

    let vault = Vault::new().await;
    vault.emulator.clock().advance(std::time::Duration::from_secs(365 * 86_400));
    assert_eq!(vault.get("/keys").await.status(), 200, "the vaults' clock does not age tokens");
}

#[tokio::test]
async fn another_scheme_is_no_token() {
    let mut vault = Vault::new().await;
    vault.token = None;
    let url = format!("{}/keys?api-version=7.6", vault.base);
    for value in ["Basic dXNlcjpwYXNz", "Bearer", "Bearer "] {
        let answer = vault.send_to("GET", &url, "", &[("authorization", value)]).await;
        assert!(answer.refusal().3.starts_with("AKV10000"), "{value}");
    }
}

#[tokio::test]
async fn every_principal_may_use_a_vault_that_was_never_made() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let mut other = Vault::at(vault.emulator.clone(), vault.base.clone(), PUBLIC).await;
    other.token = Some(token(&vault.emulator, Principal::new("someone-else"), PUBLIC).await);
    assert_eq!(other.get("/keys/k").await.status(), 200);
}

#[tokio::test]
async fn a_vault_is_the_same_under_its_public_name() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let public =
        Vault::at(vault.emulator.clone(), "https://kv.vault.azure.net".to_owned(), PUBLIC).await;
    let kid = public.get("/keys/k").await.ok()["key"]["kid"].as_str().unwrap().to_owned();
    assert!(kid.starts_with("https://kv.vault.azure.net/keys/k/"), "{kid}");
}
