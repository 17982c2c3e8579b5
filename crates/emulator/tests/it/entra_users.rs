//! Users: passwords, devices, browsers, and staying signed in.

use azvault_emulator::{Application, Emulator, Principals, User};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::support::{Answer, Vault};

const SCOPE: &str = "https%3A%2F%2Fvault.azure.net%2F.default+openid+profile+offline_access";
const DEVICE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

async fn post(vault: &Vault, path: &str, form: &str) -> Answer {
    let url = format!("{}/organizations/oauth2/v2.0/{path}", vault.emulator.authority());
    vault.send_to("POST", &url, form, &[]).await
}

fn claims(token: &Value) -> Value {
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The OAuth error and the AADSTS code of a refusal.
fn refused(answer: &Answer) -> (u16, String, u64) {
    let body = answer.json();
    let error = body["error"].as_str().unwrap_or_default().to_owned();
    (answer.status(), error, body["error_codes"][0].as_u64().unwrap_or_default())
}

fn ada() -> Principals {
    Principals::new()
        .application(Application::new("app"))
        .user(User::new("ada@contoso.com").name("Ada").password("right"))
        .user(User::new("bob@contoso.com").password("other"))
}

async fn begin(vault: &Vault) -> (String, String) {
    let answer = post(vault, "devicecode", &format!("client_id=app&scope={SCOPE}")).await.ok();
    assert_eq!(answer["expires_in"], 900);
    let message = answer["message"].as_str().unwrap();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    assert!(message.contains(&text("user_code")), "{message}");
    assert_eq!(text("verification_uri"), format!("{}/devicelogin", vault.emulator.authority()));
    (text("device_code"), text("user_code"))
}

async fn interval(vault: &Vault) -> u64 {
    let answer = post(vault, "devicecode", &format!("client_id=app&scope={SCOPE}")).await.ok();
    answer["interval"].as_u64().unwrap()
}

async fn poll(vault: &Vault, code: &str) -> Answer {
    let form = format!("grant_type={DEVICE}&client_id=app&device_code={code}&client_info=1");
    post(vault, "token", &form).await
}

#[tokio::test]
async fn a_password_gets_what_msal_keeps_of_a_user() {
    let mut vault = Vault::of(Emulator::builder().principals(ada())).await;
    let realm = format!(
        "{}/common/userrealm/ada%40contoso.com?api-version=1.0",
        vault.emulator.authority()
    );
    let realm = vault.send_to("GET", &realm, "", &[]).await.ok();
    assert_eq!(realm["account_type"], "Managed");
    let form = format!(
        "grant_type=password&client_id=app&username=ADA@contoso.com&password=right&client_info=1&scope={SCOPE}"
    );
    let answer = post(&vault, "token", &form).await.ok();
    let (id, access) = (claims(&answer["id_token"]), claims(&answer["access_token"]));
    let tenant = vault.emulator.tenant_id().to_owned();
    assert_eq!(id["preferred_username"], "ada@contoso.com");
    assert_eq!(
        (&id["name"], &id["aud"], &id["tid"]),
        (&"Ada".into(), &"app".into(), &tenant.clone().into())
    );
    assert_eq!(id["iss"], format!("{}/{tenant}/v2.0", vault.emulator.authority()));
    assert_eq!((&access["upn"], &access["idtyp"]), (&"ada@contoso.com".into(), &"user".into()));
    assert_eq!((&access["oid"], &access["appid"]), (&id["oid"], &"app".into()));
    let info = URL_SAFE_NO_PAD.decode(answer["client_info"].as_str().unwrap()).unwrap();
    let info: Value = serde_json::from_slice(&info).unwrap();
    assert_eq!((&info["uid"], &info["utid"]), (&id["oid"], &tenant.into()));
    let scope = answer["scope"].as_str().unwrap();
    assert!(scope.split(' ').any(|one| one == "https://vault.azure.net/.default"), "{scope}");
    vault.token = Some(answer["access_token"].as_str().unwrap().to_owned());
    assert_eq!(vault.get("/keys").await.status(), 200);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_told_apart_and_never_repeated() {
    let vault = Vault::of(Emulator::builder().principals(ada())).await;
    for (user, code) in [("ada@contoso.com", 50_126), ("eve@contoso.com", 50_034)] {
        let form = format!(
            "grant_type=password&client_id=app&username={user}&password=canary&scope={SCOPE}"
        );
        let answer = post(&vault, "token", &form).await;
        assert_eq!(refused(&answer), (400, "invalid_grant".to_owned(), code));
        assert!(!answer.text().contains("canary") && !answer.text().contains(user));
    }
    let realm = format!("{}/common/UserRealm/eve@contoso.com", vault.emulator.authority());
    assert_eq!(vault.send_to("GET", &realm, "", &[]).await.ok()["account_type"], "Unknown");
}

#[tokio::test]
async fn without_a_list_anybody_signs_in_and_is_the_same_each_time() {
    let vault = Vault::new().await;
    let mut seen = Vec::new();
    for user in ["eve@contoso.com", "EVE@contoso.com", "bob@contoso.com"] {
        let form =
            format!("grant_type=password&client_id=x&username={user}&password=p&scope={SCOPE}");
        seen.push(claims(&post(&vault, "token", &form).await.ok()["access_token"])["oid"].clone());
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
}

#[tokio::test]
async fn a_device_is_signed_in_at_once_as_the_first_listed_user() {
    let vault = Vault::of(Emulator::builder().principals(ada())).await;
    let (code, _) = begin(&vault).await;
    assert_eq!(interval(&vault).await, 1);
    let answer = poll(&vault, &code).await.ok();
    assert_eq!(claims(&answer["id_token"])["preferred_username"], "ada@contoso.com");
    assert_eq!(refused(&poll(&vault, &code).await).1, "bad_verification_code");
}

#[tokio::test]
async fn version_1_has_a_devices_sign_in_for_a_resource() {
    let vault = Vault::of(Emulator::builder().principals(ada())).await;
    let url = |path: &str| format!("{}/common/oauth2/{path}", vault.emulator.authority());
    let form = "client_id=app&resource=https%3A%2F%2Fvault.azure.net";
    let begun = vault.send_to("POST", &url("devicecode"), form, &[]).await.ok();
    assert!(
        begun["verification_url"].is_string() && begun["verification_uri"].is_null(),
        "{begun}"
    );
    let code = begun["device_code"].as_str().unwrap();
    let form = format!(
        "grant_type=device_code&client_id=app&code={code}&resource=https://vault.azure.net"
    );
    let answer = vault.send_to("POST", &url("token"), form, &[]).await.ok();
    assert_eq!(claims(&answer["access_token"])["aud"], "https://vault.azure.net");
    for name in ["expires_on", "refresh_token", "id_token"] {
        assert!(answer[name].is_string(), "{name} in {answer}");
    }
}

#[tokio::test]
async fn by_hand_a_device_waits_for_the_code_to_be_typed() {
    let vault = Vault::of(Emulator::builder().principals(ada()).sign_in_by_hand(true)).await;
    let (code, user_code) = begin(&vault).await;
    assert_eq!(interval(&vault).await, 5);
    let pending = poll(&vault, &code).await;
    assert_eq!(refused(&pending), (400, "authorization_pending".to_owned(), 70_016));
    let page = format!("{}/devicelogin", vault.emulator.authority());
    let form = vault.send_to("GET", &page, "", &[]).await;
    assert!(form.text().contains("name=\"code\""));
    let unknown = vault.send_to("GET", &format!("{page}?code=WRONG"), "", &[]).await;
    assert_eq!(unknown.status(), 400);
    let stranger = format!("code={user_code}&username=<eve>");
    let stranger = vault.send_to("POST", &page, stranger, &[]).await;
    assert_eq!((stranger.status(), stranger.text().contains("<eve>")), (400, false));
    let typed = format!("{page}?code={}&username=bob@contoso.com", user_code.to_lowercase());
    let typed = vault.send_to("GET", &typed, "", &[]).await;
    assert!(typed.text().contains("signed in as bob@contoso.com"), "{}", typed.text());
    let answer = poll(&vault, &code).await.ok();
    assert_eq!(claims(&answer["id_token"])["preferred_username"], "bob@contoso.com");

    let (code, user_code) = begin(&vault).await;
    let declined = format!("{page}?code={user_code}&decline=1");
    assert_eq!(vault.send_to("GET", &declined, "", &[]).await.status(), 200);
    assert_eq!(refused(&poll(&vault, &code).await).1, "authorization_declined");
}

#[tokio::test]
async fn a_refresh_token_serves_other_resources_and_nobody_else() {
    let vault = Vault::of(Emulator::builder().principals(ada())).await;
    let form = format!(
        "grant_type=password&client_id=app&username=ada@contoso.com&password=right&scope={SCOPE}"
    );
    let first = post(&vault, "token", &form).await.ok();
    let refresh = first["refresh_token"].as_str().unwrap();
    let scope = "https://management.azure.com//.default+offline_access+openid";
    let form = |client: &str, token: &str| {
        format!("grant_type=refresh_token&client_id={client}&refresh_token={token}&scope={scope}")
    };
    let second = post(&vault, "token", &form("app", refresh)).await.ok();
    let access = claims(&second["access_token"]);
    assert_eq!(access["aud"], "https://management.azure.com");
    assert_eq!(access["oid"], claims(&first["access_token"])["oid"]);
    assert_ne!(second["refresh_token"], refresh);

    let azure_cli = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    assert_eq!(refused(&post(&vault, "token", &form(azure_cli, refresh)).await).2, 70_000);
    let access = first["access_token"].as_str().unwrap();
    for wrong in [access, "canary"] {
        let answer = post(&vault, "token", &form("app", wrong)).await;
        assert_eq!(refused(&answer), (400, "invalid_grant".to_owned(), 9_002_313));
        assert!(!answer.text().contains(wrong));
    }
    // And it opens nothing by itself.
    let url = format!("{}/keys?api-version=7.6", vault.base);
    let bearer = format!("Bearer {refresh}");
    let mut vault = vault;
    vault.token = None;
    let answer = vault.send_to("GET", &url, "", &[("authorization", bearer.as_str())]).await;
    assert_eq!(answer.status(), 401);
}

#[tokio::test]
async fn a_refresh_token_outlives_its_emulator_but_not_its_tenant_or_its_user() {
    let builder = || Emulator::builder().principals(ada());
    let first = Vault::of(builder()).await;
    let tenant = first.emulator.tenant_id().to_owned();
    let form = format!(
        "grant_type=password&client_id=app&username=bob@contoso.com&password=other&scope={SCOPE}"
    );
    let answer = post(&first, "token", &form).await.ok();
    let refresh = answer["refresh_token"].as_str().unwrap().to_owned();
    drop(first);
    // Emulators of one process sign by one key, as those of one installation do.
    let form = format!("grant_type=refresh_token&client_id=app&refresh_token={refresh}");
    let second = Vault::of(builder().tenant_id(&tenant)).await;
    let again = post(&second, "token", &form).await.ok();
    assert_eq!(claims(&again["access_token"])["aud"], "https://vault.azure.net");
    let elsewhere = Vault::of(builder()).await;
    assert_eq!(refused(&post(&elsewhere, "token", &form).await).2, 70_000);
    let without_bob = Principals::new().application(Application::new("app"));
    let without_bob = Emulator::builder().principals(without_bob).tenant_id(tenant);
    assert_eq!(refused(&post(&Vault::of(without_bob).await, "token", &form).await).2, 50_034);
}

/// RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn authorize(vault: &Vault, redirect: &str, more: &str) -> String {
    format!(
        "{}/organizations/oauth2/v2.0/authorize?client_id=app&response_type=code&redirect_uri={redirect}\
         &scope={SCOPE}&state=st%26ate&nonce=n0nce&code_challenge={CHALLENGE}&code_challenge_method=S256{more}",
        vault.emulator.authority()
    )
}

#[tokio::test]
async fn a_browser_goes_straight_back_with_a_code_for_the_verifier() {
    let vault = Vault::of(Emulator::builder().principals(ada())).await;
    let redirect = "http%3A%2F%2Flocalhost%3A4000%2Fback";
    let url = authorize(&vault, redirect, "&login_hint=bob@contoso.com");
    let answer = vault.send_to("GET", &url, "", &[]).await;
    assert_eq!(answer.status(), 302);
    let location = url::Url::parse(answer.header("location").unwrap()).unwrap();
    assert!(location.as_str().starts_with("http://localhost:4000/back?"), "{location}");
    let field =
        |name: &str| location.query_pairs().find(|(n, _)| n == name).unwrap().1.into_owned();
    assert_eq!(field("state"), "st&ate");
    let redeem = |verifier: &str| {
        format!(
            "grant_type=authorization_code&client_id=app&code={}&redirect_uri={redirect}&code_verifier={verifier}",
            field("code")
        )
    };
    let answer = post(&vault, "token", &redeem(VERIFIER)).await.ok();
    let id = claims(&answer["id_token"]);
    assert_eq!(
        (&id["preferred_username"], &id["nonce"]),
        (&"bob@contoso.com".into(), &"n0nce".into())
    );
    let twice = post(&vault, "token", &redeem(VERIFIER)).await;
    assert_eq!(refused(&twice), (400, "invalid_grant".to_owned(), 54_005));
    assert!(!twice.text().contains(&field("code")));
    let made_up = redeem(VERIFIER).replace(&field("code"), "canary");
    let made_up = post(&vault, "token", &made_up).await;
    assert_eq!(refused(&made_up), (400, "invalid_grant".to_owned(), 9_002_313));
    assert!(!made_up.text().contains("canary"));
}

#[tokio::test]
async fn a_browser_can_post_the_code_and_takes_it_to_this_machine_alone() {
    let vault = Vault::of(Emulator::builder().principals(ada())).await;
    let url = authorize(&vault, "http%3A%2F%2F127.0.0.1%3A1", "&response_mode=form_post");
    let posted = vault.send_to("GET", &url, "", &[]).await;
    assert_eq!(posted.status(), 200);
    assert!(posted.text().contains("action=\"http://127.0.0.1:1\""), "{}", posted.text());
    assert!(posted.text().contains("name=\"state\" value=\"st&amp;ate\""));
    for elsewhere in
        ["https%3A%2F%2Fexample.com", "javascript%3Aalert", "http%3A%2F%2Flocalhost.example.com"]
    {
        let answer = vault.send_to("GET", &authorize(&vault, elsewhere, ""), "", &[]).await;
        assert_eq!(answer.status(), 400);
        assert!(answer.text().contains("AADSTS50011"), "{}", answer.text());
    }
    let stranger = authorize(&vault, "http%3A%2F%2Flocalhost", "&login_hint=eve@contoso.com");
    assert!(vault.send_to("GET", &stranger, "", &[]).await.text().contains("AADSTS50034"));
}

#[tokio::test]
async fn an_unknown_application_signs_nobody_in_but_the_azure_cli_does() {
    let vault = Vault::of(Emulator::builder().principals(ada())).await;
    for (client, code) in [("stranger", 700_016), ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", 0)] {
        let form = format!(
            "grant_type=password&client_id={client}&username=ada@contoso.com&password=right&scope={SCOPE}"
        );
        assert_eq!(refused(&post(&vault, "token", &form).await).2, code, "{client}");
        let answer = post(&vault, "devicecode", &format!("client_id={client}&scope={SCOPE}")).await;
        assert_eq!(refused(&answer).2, code, "{client}");
    }
}
