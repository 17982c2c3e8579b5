//! Microsoft Graph's few reads.

use azvault_emulator::{Application, Emulator, ManagedIdentity, Principal, Principals, User};
use serde_json::{Value, json};

use crate::support::{Answer, Vault, token};

const PUBLIC: &str = "https://graph.microsoft.com";
const CLIENT: &str = "11111111-1111-1111-1111-111111111111";
const OBJECT: &str = "99999999-9999-9999-9999-999999999999";

/// As the principal, with a token for the public cloud's Graph.
async fn as_one(builder: azvault_emulator::EmulatorBuilder, principal: Principal) -> Vault {
    let mut vault = Vault::of(builder).await;
    let scope = format!("{PUBLIC}/.default");
    vault.token = Some(token(&vault.emulator, principal, &scope).await);
    vault
}

async fn get(vault: &Vault, path: &str) -> Answer {
    vault.send_to("GET", &format!("{PUBLIC}/v1.0/{path}"), "", &[]).await
}

fn listed() -> Principals {
    Principals::new()
        .application(Application::new(CLIENT).name("ci"))
        .user(User::new("ada@contoso.com").name("Ada").object_id(OBJECT))
        .managed_identity(
            ManagedIdentity::user_assigned("mine").resource_id("/subscriptions/s/mine"),
        )
}

fn ids(list: &Value) -> Vec<String> {
    list["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_application_has_no_me_and_a_user_has() {
    let app = as_one(Emulator::builder(), Principal::default()).await;
    let (status, code, _, message) = get(&app, "me").await.refusal();
    assert_eq!((status, code.as_str()), (400, "BadRequest"));
    assert_eq!(message, "/me request is only valid with delegated authentication flow.");
    let ada = Principal::for_user("ada@contoso.com");
    let vault = as_one(Emulator::builder(), ada.clone()).await;
    let me = get(&vault, "me").await.ok();
    assert_eq!(
        (&me["id"], &me["userPrincipalName"]),
        (&ada.oid().into(), &"ada@contoso.com".into())
    );
}

#[tokio::test]
async fn a_client_id_leads_to_the_object_id_that_its_tokens_have() {
    let vault = as_one(Emulator::builder(), Principal::for_client_id("local")).await;
    let oid = Principal::for_client_id(CLIENT).oid().to_owned();
    let names = |id: &str| {
        format!("servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'{id}')")
    };
    assert_eq!(ids(&get(&vault, &names(CLIENT)).await.ok()), [oid.as_str()]);
    let local = get(&vault, &names("local")).await.ok();
    assert_eq!(ids(&local), [Principal::for_client_id("local").oid()]);
    assert_eq!(local["value"][0]["servicePrincipalNames"], json!(["local"]));
    let app_id = format!("servicePrincipals?%24filter=appId+eq+'{CLIENT}'");
    assert_eq!(ids(&get(&vault, &app_id).await.ok()), [oid.as_str()]);
    let by_key = get(&vault, &format!("servicePrincipals(appId='{CLIENT}')")).await.ok();
    assert_eq!(by_key["id"], oid.as_str());
    // An object id is nobody's client id, and nor is what is no GUID.
    for nobody in [oid.as_str(), "https://nobody.example"] {
        assert_eq!(get(&vault, &names(nobody)).await.ok()["value"], json!([]), "{nobody}");
    }
    assert_eq!(get(&vault, &format!("servicePrincipals/{oid}")).await.ok()["appId"], CLIENT);
}

#[tokio::test]
async fn the_listed_are_found_by_their_names_and_nobody_is_made_up() {
    let vault =
        as_one(Emulator::builder().principals(listed()), Principal::for_client_id(CLIENT)).await;
    for (path, name) in [
        ("servicePrincipals?$filter=displayName eq 'ci'", "ci"),
        ("users?$filter=userPrincipalName eq 'ADA@contoso.com'", "Ada"),
        ("servicePrincipals?$filter=appId eq 'mine'", "mine"),
    ] {
        let found = get(&vault, &path.replace(' ', "%20")).await.ok();
        assert_eq!(found["value"][0]["displayName"], name, "{path}");
        assert_eq!(found["value"].as_array().unwrap().len(), 1, "{path}");
    }
    let identity = get(&vault, "servicePrincipals?$filter=appId%20eq%20'mine'").await.ok();
    assert_eq!(identity["value"][0]["servicePrincipalType"], "ManagedIdentity");
    assert_eq!(identity["value"][0]["alternativeNames"], json!(["/subscriptions/s/mine"]));
    for nobody in [
        "servicePrincipals?$filter=appId%20eq%20'22222222-2222-2222-2222-222222222222'",
        "users?$filter=userPrincipalName%20eq%20'eve@contoso.com'",
        "groups?$filter=displayName%20eq%20'admins'",
    ] {
        assert_eq!(get(&vault, nobody).await.ok()["value"], json!([]), "{nobody}");
    }
    for path in [
        format!("users/{OBJECT}"),
        "users/ada%40contoso.com".to_owned(),
        format!("directoryObjects/{OBJECT}"),
    ] {
        assert_eq!(get(&vault, &path).await.ok()["id"], OBJECT, "{path}");
    }
}

#[tokio::test]
async fn objects_are_found_by_their_ids_with_their_types() {
    let vault = as_one(Emulator::builder().principals(listed()), Principal::default()).await;
    let app = Principal::for_client_id(CLIENT).oid().to_owned();
    let url = format!("{PUBLIC}/v1.0/directoryObjects/getByIds");
    let by_ids = |body: Value| {
        let (url, vault) = (&url, &vault);
        async move { vault.send_to("POST", url, body.to_string(), &[]).await }
    };
    let unknown = "33333333-3333-3333-3333-333333333333";
    let all = by_ids(
        json!({"ids": [OBJECT, app, unknown], "types": ["user", "group", "servicePrincipal"]}),
    )
    .await
    .ok();
    let mut types: Vec<&str> = all["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["@odata.type"].as_str().unwrap())
        .collect();
    types.sort_unstable();
    assert_eq!(types, ["#microsoft.graph.servicePrincipal", "#microsoft.graph.user"]);
    let users = by_ids(json!({"ids": [OBJECT, app], "types": ["user"]})).await.ok();
    assert_eq!(ids(&users), [OBJECT]);
    assert_eq!(by_ids(json!({"no": "ids"})).await.refusal().0, 400);
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_graphs_shape() {
    let vault = as_one(Emulator::builder(), Principal::default()).await;
    for path in [
        format!("users/{OBJECT}"),
        format!("servicePrincipals/{OBJECT}"),
        format!("groups/{OBJECT}"),
    ] {
        let answer = get(&vault, &path).await;
        let (status, code, _, message) = answer.refusal();
        assert_eq!((status, code.as_str()), (404, "Request_ResourceNotFound"));
        assert_eq!(
            message,
            format!(
                "Resource '{OBJECT}' does not exist or one of its queried reference-property objects are not present."
            )
        );
        let inner = &answer.json()["error"]["innerError"];
        assert!(inner["request-id"].is_string() && inner["date"].is_string(), "{inner}");
    }
    assert_eq!(
        get(&vault, "servicePrincipals?$filter=startswith(displayName,'a')").await.refusal().1,
        "Request_UnsupportedQuery"
    );
    assert_eq!(get(&vault, "nothing").await.refusal().0, 400);
    assert_eq!(get(&vault, "users/a/manager").await.refusal().1, "NotSupportedByEmulator");
    let version = vault.send_to("GET", &format!("{PUBLIC}/v9/me"), "", &[]).await;
    assert_eq!(version.refusal().0, 400);
}

#[tokio::test]
async fn the_local_graph_takes_tokens_for_itself_and_for_the_public_one_alone() {
    let mut vault = as_one(Emulator::builder(), Principal::default()).await;
    let base = format!("{}/graph", vault.emulator.authority());
    let url = format!("{base}/v1.0/users");
    for (scope, status) in [
        (format!("{PUBLIC}//.default"), 200),
        (format!("{base}/.default"), 200),
        ("https://vault.azure.net/.default".to_owned(), 401),
        (format!("{}/.default", vault.emulator.authority()), 401),
    ] {
        vault.token = Some(token(&vault.emulator, Principal::default(), &scope).await);
        let answer = vault.send_to("GET", &url, "", &[]).await;
        assert_eq!(answer.status(), status, "{scope}");
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    }
    vault.token = None;
    let (status, code, _, message) = vault.send_to("GET", &url, "", &[]).await.refusal();
    assert_eq!((status, code.as_str()), (401, "InvalidAuthenticationToken"));
    assert_eq!(message, "Access token is empty.");
}
