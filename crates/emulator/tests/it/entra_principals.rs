//! A directory with a list of who may sign in.

use azvault_emulator::{Application, Emulator, ManagedIdentity, Principals, User};

use crate::support::{Answer, Vault};

async fn secret(vault: &Vault, tenant: &str, client: &str, secret: &str) -> Answer {
    let url = format!("{}/{tenant}/oauth2/v2.0/token", vault.emulator.authority());
    let form = format!(
        "grant_type=client_credentials&client_id={client}&client_secret={secret}&scope=https://vault.azure.net/.default"
    );
    vault.send_to("POST", &url, form, &[]).await
}

fn code(answer: &Answer) -> (u16, u64) {
    (answer.status(), answer.json()["error_codes"][0].as_u64().unwrap_or_default())
}

const OBJECT: &str = "99999999-9999-9999-9999-999999999999";

#[tokio::test]
async fn only_those_listed_get_a_token_and_for_their_object_id() {
    let app = Application::new("app").object_id(OBJECT).secret("one").secret("two");
    let principals = Principals::new().application(app);
    let vault = Vault::of(Emulator::builder().principals(principals)).await;
    let tenant = vault.emulator.tenant_id().to_owned();
    for good in ["one", "two"] {
        let answer = secret(&vault, &tenant, "APP", good).await.ok();
        let payload = answer["access_token"].as_str().unwrap().split('.').nth(1).unwrap().into();
        let claims: serde_json::Value =
            serde_json::from_slice(&crate::support::from_base64url(&payload)).unwrap();
        assert_eq!(claims["oid"], OBJECT);
    }
    let wrong = secret(&vault, &tenant, "app", "canary").await;
    assert_eq!(code(&wrong), (401, 7_000_215));
    assert!(!wrong.text().contains("canary"));
    let stranger = secret(&vault, &tenant, "stranger", "canary").await;
    assert_eq!(code(&stranger), (400, 700_016));
    assert!(!stranger.text().contains("canary") && stranger.text().contains("'stranger'"));
    let elsewhere = secret(&vault, OBJECT, "app", "one").await;
    assert_eq!(code(&elsewhere), (400, 90_002));
    let authority = vault.emulator.authority();
    let document = format!("{authority}/{OBJECT}/v2.0/.well-known/openid-configuration");
    let document = vault.send_to("GET", &document, "", &[]).await;
    assert_eq!(code(&document), (400, 90_002));
    assert_eq!(document.json()["error"], "invalid_tenant");
}

#[tokio::test]
async fn others_are_let_in_where_the_list_says_so() {
    let app = Application::new("app").secret("right");
    let principals = Principals::new().application(app).others(true);
    let vault = Vault::of(Emulator::builder().principals(principals)).await;
    assert_eq!(secret(&vault, "common", "stranger", "any").await.status(), 200);
    assert_eq!(secret(&vault, "common", "app", "any").await.status(), 401);
    assert_eq!(secret(&vault, OBJECT, "stranger", "any").await.status(), 200);
}

#[tokio::test]
async fn a_managed_identity_that_is_not_listed_is_not_found() {
    let principals = Principals::new().managed_identity(
        ManagedIdentity::user_assigned("mine")
            .object_id(OBJECT)
            .resource_id("/subscriptions/s/mine"),
    );
    let vault = Vault::of(Emulator::builder().principals(principals)).await;
    let url = format!(
        "{}/msi/token?api-version=2019-08-01&resource=https://vault.azure.net",
        vault.emulator.authority()
    );
    let header = [("x-identity-header", "any")];
    for (selector, status) in [
        ("", 400),
        ("&client_id=other", 400),
        ("&client_id=MINE", 200),
        ("&principal_id=99999999-9999-9999-9999-999999999999", 200),
        ("&mi_res_id=/Subscriptions/S/mine", 200),
    ] {
        let answer = vault.send_to("GET", &format!("{url}{selector}"), "", &header).await;
        assert_eq!(answer.status(), status, "{selector} {}", answer.text());
        assert_eq!(answer.json()["access_token"].is_string(), status == 200);
    }
}

#[tokio::test]
async fn a_file_lists_the_same_and_names_files_for_secrets() {
    let folder = std::env::temp_dir().join(format!("azvault-principals-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    write("ci.secret", "from-a-file\r\n");
    let toml = write(
        "people.toml",
        "[[applications]]\nclient_id = 'app'\nsecret_files = ['ci.secret']\n[[users]]\nupn = 'ada@contoso.com'\n",
    );
    let json = write(
        "people.json",
        r#"{"others": false, "applications": [{"client_id": "app", "secrets": ["from-a-file"]}],
            "managed_identities": [{"client_id": "mine"}]}"#,
    );
    for path in [&toml, &json] {
        let principals = Principals::read(path).unwrap();
        let vault = Vault::of(Emulator::builder().principals(principals)).await;
        assert_eq!(secret(&vault, "common", "app", "from-a-file").await.status(), 200);
        assert_eq!(code(&secret(&vault, "common", "app", "other").await), (401, 7_000_215));
        assert_eq!(code(&secret(&vault, "common", "ap", "from-a-file").await), (400, 700_016));
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_is_wrong_in_a_file_is_placed_and_no_value_is_repeated() {
    let told = |error: azvault_emulator::Error| format!("{error} {error:?}");
    for (text, says) in [
        ("[[applications]]\nclient_id = 'a'\nsecret = 'canary'", "line 3: unknown field `secret`"),
        ("[[applications]]\nclient_id = 'a'\nsecrets = 'canary'", "line 3: "),
        ("[[applications]]\nsecrets = ['canary']", "missing field `client_id`"),
        ("applications = 'canary", "line 1: "),
        ("[[applications]]\nclient_id='a'\ncertificates=['canary']", "there is no certificate"),
    ] {
        let told = told(Principals::from_toml(text).unwrap_err());
        assert!(told.contains(says) && !told.contains("canary"), "{text}: {told}");
    }
    let json = "{\"users\": [\n{\"upn\": \"u\", \"password\": 5, \"canary\": 1}]}";
    let told = told(Principals::from_json(json).unwrap_err());
    assert!(told.contains("line 2: ") && !told.contains("canary"), "{told}");
}

#[test]
fn no_secret_is_in_what_debug_prints() {
    let principals = Principals::new()
        .application(Application::new("app").secret("canary"))
        .user(User::new("ada@contoso.com").password("canary"));
    let builder = Emulator::builder().client_secret("other", "canary").principals(principals);
    assert!(!format!("{builder:?}").contains("canary"));
    assert!(!format!("{:?}", builder.in_memory()).contains("canary"));
}
