//! Role assignments, and what the data plane makes of them.

use std::time::Duration;

use azvault_emulator::{Emulator, Principal};
use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::{Answer, Vault},
};

pub(crate) const SECRETS_USER: &str = "4633458b-17de-408a-b874-0445c86b69e6";
pub(crate) const SECRETS_OFFICER: &str = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";
const ADMINISTRATOR: &str = "00482a5a-887f-4fb3-b363-3b7fe8e74483";
const READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";
const CRYPTO_OFFICER: &str = "14b46e9e-c2b7-41b4-b07b-48a6ebf60603";
const CONTRIBUTOR: &str = "f25e0fa2-a7c8-4377-a976-54943a77a395";
const OTHER: &str = "99999999-9999-9999-9999-999999999999";
const NAME: &str = "11111111-1111-1111-1111-111111111111";
const SECOND: &str = "22222222-2222-2222-2222-222222222222";

fn path(scope: &str, name: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}")
}

fn list_path(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments")
}

/// An assignment's body for the default principal.
fn body(arm: &Arm, role: &str) -> Value {
    json!({"properties": {
        "roleDefinitionId":
            format!("{}/providers/Microsoft.Authorization/roleDefinitions/{role}", arm.subscription()),
        "principalId": arm.emulator().default_principal().oid(),
    }})
}

pub(crate) async fn assign(arm: &Arm, scope: &str, name: &str, role: &str) -> Answer {
    arm.send("PUT", &path(scope, name), Some(body(arm, role))).await
}

/// A vault on Azure RBAC, and its scope.
pub(crate) async fn rbac(arm: &Arm, name: &str) -> (Vault, String) {
    arm.put(name, json!({"enableRbacAuthorization": true})).await.ok();
    (arm.data(name).await, arm.vault_path("rg", name))
}

async fn set(data: &Vault, name: &str) -> u16 {
    let body = Some(json!({"value": "v"}));
    data.send("PUT", &format!("/secrets/{name}"), body).await.status()
}

#[tokio::test]
async fn a_role_decides_at_the_subscription_the_group_the_vault_and_the_object() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "Kv-1").await;
    let (neighbour, _) = rbac(&arm, "kv-12").await;
    let group = format!("{}/resourceGroups/RG", arm.subscription());
    let secret = format!("{vault}/secrets/s");
    for (scope, own, other, neighbours) in [
        ("", 200, 200, 200),
        (arm.subscription().as_str(), 200, 200, 200),
        (group.as_str(), 200, 200, 200),
        (vault.to_uppercase().as_str(), 200, 200, 403),
        (secret.as_str(), 200, 403, 403),
    ] {
        let expected_id = path(scope, NAME);
        let made = assign(&arm, scope, NAME, SECRETS_OFFICER).await;
        assert_eq!(made.status(), 201, "{scope}: {}", made.text());
        assert_eq!(made.json()["id"], expected_id);
        let shown = if scope.is_empty() { "/" } else { scope };
        assert_eq!(made.json()["properties"]["scope"], shown);
        assert_eq!(set(&data, "s").await, own, "{scope}");
        assert_eq!(set(&data, "s2").await, other, "{scope}");
        assert_eq!(set(&neighbour, "s").await, neighbours, "{scope}");
        let stranger = arm.data_for("Kv-1", Principal::new(OTHER)).await;
        assert_eq!(set(&stranger, "s").await, 403, "{scope}");
        let removed = arm.send("DELETE", &path(scope, NAME), None).await;
        assert_eq!((removed.status(), removed.json()["name"].clone()), (200, json!(NAME)));
        assert_eq!(set(&data, "s").await, 403, "{scope}: the assignment is gone");
    }
}

#[tokio::test]
async fn a_role_allows_its_data_actions_and_no_others() {
    for (role, allowed, denied) in [
        (
            ADMINISTRATOR,
            vec![("GET", "/keys"), ("GET", "/secrets"), ("DELETE", "/deletedkeys/k")],
            vec![],
        ),
        (
            READER,
            vec![("GET", "/keys/k"), ("GET", "/secrets"), ("GET", "/keys/k/rotationpolicy")],
            vec![("GET", "/secrets/s"), ("DELETE", "/keys/k"), ("PUT", "/keys/k/rotationpolicy")],
        ),
        (
            CRYPTO_OFFICER,
            vec![
                ("POST", "/keys/k/create"),
                ("PUT", "/keys/k/rotationpolicy"),
                ("POST", "/keys/k/sign"),
            ],
            vec![("GET", "/secrets"), ("PUT", "/secrets/s")],
        ),
        (
            SECRETS_USER,
            vec![("GET", "/secrets/s"), ("GET", "/secrets")],
            vec![("PUT", "/secrets/s")],
        ),
        (CONTRIBUTOR, vec![], vec![("GET", "/keys"), ("GET", "/secrets"), ("GET", "/secrets/s")]),
    ] {
        let arm = Arm::new().await;
        let (data, vault) = rbac(&arm, "kv-1").await;
        assert_eq!(assign(&arm, &vault, NAME, role).await.status(), 201);
        for (method, path) in allowed {
            let answer = data.send(method, path, Some(json!({}))).await;
            assert_ne!(answer.status(), 403, "{role} {method} {path}: {}", answer.text());
        }
        for (method, path) in denied {
            let answer = data.send(method, path, Some(json!({}))).await;
            assert_eq!(
                answer.refusal().2.as_deref(),
                Some("ForbiddenByRbac"),
                "{role} {method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn whoever_may_read_a_key_may_use_its_public_part() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    assign(&arm, &vault, NAME, CRYPTO_OFFICER).await;
    data.create("k", json!({"kty": "RSA"})).await;
    arm.send("DELETE", &path(&vault, NAME), None).await;
    assign(&arm, &vault, NAME, READER).await;
    let encrypted = data.post("/keys/k/encrypt", json!({"alg": "RSA-OAEP", "value": "AAAA"})).await;
    let encrypted = encrypted.ok();
    for (operation, expected) in
        [("wrapkey", 200), ("decrypt", 403), ("unwrapkey", 403), ("sign", 403)]
    {
        let body = json!({"alg": "RSA-OAEP", "value": encrypted["value"]});
        let body =
            if operation == "wrapkey" { json!({"alg": "RSA-OAEP", "value": "AAAA"}) } else { body };
        let answer = data.post(&format!("/keys/k/{operation}"), body).await;
        assert_eq!(answer.status(), expected, "{operation}: {}", answer.text());
    }
    let digest = "A".repeat(43);
    let verify = json!({"alg": "RS256", "digest": digest, "value": "AAAA"});
    assert_eq!(data.post("/keys/k/verify", verify).await.ok()["value"], false);
    arm.send("DELETE", &path(&vault, NAME), None).await;
    let refusal = data.post("/keys/k/encrypt", json!({"alg": "RSA-OAEP", "value": "AAAA"})).await;
    let text = refusal.refusal().3;
    assert!(text.contains("Action: 'Microsoft.KeyVault/vaults/keys/encrypt/action'"), "{text}");
}

#[tokio::test]
async fn an_authorised_call_names_its_assignment_in_a_header() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    assert!(data.get("/secrets").await.header("x-ms-keyvault-rbac-assignment-id").is_none());
    assign(&arm, &vault, NAME, SECRETS_USER).await;
    for (path, status) in [("/secrets", 200), ("/secrets/none", 404)] {
        let answer = data.get(path).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.header("x-ms-keyvault-rbac-assignment-id"), Some(NAME), "{path}");
        // Of one recording, and not of any cache: the same for both.
        let ages = "ra_age=2458;da_age=8397;rd_age=8397;brd_age=8181;ra_notif_age=3038;dec_lev=2;";
        assert_eq!(answer.header("x-ms-keyvault-rbac-cache"), Some(ages));
    }
    let policies = arm.open_vault("kv-2", json!({"enableRbacAuthorization": false})).await;
    let answer = policies.get("/secrets").await;
    assert_eq!((answer.status(), answer.header("x-ms-keyvault-rbac-assignment-id")), (200, None));
}

#[tokio::test]
async fn roles_do_not_count_in_a_vault_of_another_tenant() {
    let arm = Arm::new().await;
    let properties = json!({"enableRbacAuthorization": true, "tenantId": OTHER});
    arm.put("kv-1", properties).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    assert_eq!(assign(&arm, &vault, NAME, ADMINISTRATOR).await.status(), 201);
    assert_eq!(arm.data("kv-1").await.get("/secrets").await.status(), 401);
}

#[tokio::test]
async fn an_assignment_is_shown_as_azure_shows_it() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    let oid = arm.emulator().default_principal().oid().to_owned();
    let mut wanted = body(&arm, SECRETS_USER);
    wanted["properties"]["principalType"] = json!("User");
    wanted["properties"]["description"] = json!("why");
    let made = arm.send("PUT", &path(&vault, NAME), Some(wanted)).await;
    assert_eq!(made.status(), 201);
    let made = made.json();
    let at = made["properties"]["createdOn"].as_str().unwrap().to_owned();
    assert_eq!((at.len(), at.ends_with('Z')), (28, true), "{at}");
    assert_eq!(
        made,
        json!({
            "properties": {
                "roleDefinitionId": format!(
                    "{}/providers/Microsoft.Authorization/roleDefinitions/{SECRETS_USER}",
                    arm.subscription()
                ),
                "principalId": oid, "principalType": "User", "scope": vault,
                "condition": null, "conditionVersion": null,
                "delegatedManagedIdentityResourceId": null, "description": "why",
                "createdOn": at, "updatedOn": at, "createdBy": oid, "updatedBy": oid,
            },
            "id": path(&vault, NAME),
            "type": "Microsoft.Authorization/roleAssignments",
            "name": NAME,
        })
    );
    assert_eq!(arm.get(&path(&vault, NAME)).await.ok(), made);
    let list = arm.get(&list_path(&vault)).await.ok();
    assert_eq!(list, json!({"value": [made]}));
    let old =
        format!("{}{}?api-version=2015-07-01", arm.emulator().management_url(), path(&vault, NAME));
    let old = arm.http.send_to("GET", &old, "", &[]).await.ok();
    assert!(old["properties"].get("principalType").is_none());
    assert!(old["properties"].get("condition").is_none());
}

#[tokio::test]
async fn an_assignment_is_made_once_and_stays_what_it_is() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    assert_eq!(assign(&arm, &vault, NAME, SECRETS_USER).await.status(), 201);
    assert_eq!(assign(&arm, &vault, NAME, SECRETS_USER).await.status(), 200, "the same again");

    let again = assign(&arm, &vault, SECOND, SECRETS_USER).await;
    let text = "The role assignment already exists. The ID of the existing role assignment is \
                11111111111111111111111111111111.";
    let expected = (409, "RoleAssignmentExists".to_owned(), None, text.to_owned());
    assert_eq!(again.refusal(), expected);

    let fixed = (
        400,
        "RoleAssignmentUpdateNotPermitted".to_owned(),
        None,
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
            .to_owned(),
    );
    assert_eq!(assign(&arm, &vault, NAME, READER).await.refusal(), fixed);
    assert_eq!(assign(&arm, &arm.subscription(), NAME, SECRETS_USER).await.refusal(), fixed);
    let mut other = body(&arm, SECRETS_USER);
    other["properties"]["principalId"] = json!(OTHER);
    assert_eq!(arm.send("PUT", &path(&vault, NAME), Some(other)).await.refusal(), fixed);

    let mut described = body(&arm, SECRETS_USER);
    described["properties"]["description"] = json!("new");
    arm.emulator().clock().advance(Duration::from_secs(60));
    let described = arm.send("PUT", &path(&vault, NAME), Some(described)).await.ok();
    assert_eq!(described["properties"]["description"], "new");
    assert_ne!(described["properties"]["createdOn"], described["properties"]["updatedOn"]);
}

#[tokio::test]
async fn bad_assignments_are_refused() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    let group = "/providers/Microsoft.Management/managementGroups/g";
    let mut nobody = body(&arm, READER);
    nobody["properties"]["principalId"] = json!("me");
    let mut bare = body(&arm, READER);
    bare["properties"]["roleDefinitionId"] = json!(READER);
    for (scope, name, body, status, expected) in [
        (vault.as_str(), "reader", body(&arm, READER), 400, "InvalidRoleAssignmentId"),
        (group, NAME, body(&arm, READER), 404, "ResourceNotFound"),
        (&vault, NAME, nobody, 400, "InvalidPrincipalId"),
        (&vault, NAME, bare, 400, "BadRequestFormat"),
        (&vault, NAME, json!({}), 400, "InvalidRequestContent"),
        (&vault, NAME, body(&arm, OTHER), 404, "RoleDefinitionDoesNotExist"),
        (&format!("{vault}9"), NAME, body(&arm, READER), 404, "ResourceNotFound"),
        (&format!("{vault}/disks/d"), NAME, body(&arm, READER), 404, "ResourceNotFound"),
        (
            &format!("{}/resourceGroups/none", arm.subscription()),
            NAME,
            body(&arm, READER),
            404,
            "ResourceGroupNotFound",
        ),
    ] {
        let answer = arm.send("PUT", &path(scope, name), Some(body)).await;
        assert_eq!(code(&answer), refused(status, expected), "{scope} {name}");
    }
    let missing = arm.get(&path(&vault, NAME)).await;
    assert_eq!(code(&missing), refused(404, "RoleAssignmentNotFound"));
    assert_eq!(arm.send("DELETE", &path(&vault, NAME), None).await.status(), 204);
}

#[tokio::test]
async fn a_list_shows_what_is_at_above_and_below_its_scope_unless_filtered() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    let (_, neighbour) = rbac(&arm, "kv-2").await;
    let secret = format!("{vault}/secrets/s");
    let name = |number: u8| format!("00000000-0000-0000-0000-00000000000{number}");
    for (number, scope) in [(1, &arm.subscription()), (2, &vault), (3, &secret), (4, &neighbour)] {
        assert_eq!(assign(&arm, scope, &name(number), READER).await.status(), 201);
    }
    let mut other = body(&arm, READER);
    other["properties"]["principalId"] = json!(OTHER);
    arm.send("PUT", &path(&vault, &name(5)), Some(other)).await;
    let oid = arm.emulator().default_principal().oid().to_owned();
    for (filter, expected) in [
        (String::new(), vec![1, 2, 3, 5]),
        ("atScope()".to_owned(), vec![1, 2, 5]),
        (format!("principalId eq '{OTHER}'"), vec![5]),
        (format!("atScope() and assignedTo('{oid}')"), vec![1, 2]),
    ] {
        let query = if filter.is_empty() { filter } else { format!("?$filter={filter}") };
        let list = arm.get(&format!("{}{query}", list_path(&vault))).await.ok();
        let names: Vec<_> =
            list["value"].as_array().unwrap().iter().map(|a| a["name"].clone()).collect();
        let expected: Vec<_> = expected.into_iter().map(|number| json!(name(number))).collect();
        assert_eq!(names, expected, "{query}");
    }
    let odd = arm.get(&format!("{}?$filter=scope eq 'x'", list_path(&vault))).await;
    assert_eq!(code(&odd), refused(400, "UnsupportedFilter"));
}

#[tokio::test]
async fn a_deleted_vault_loses_its_role_assignments_for_good() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    for (name, scope) in [(NAME, vault.clone()), (SECOND, format!("{vault}/secrets/s"))] {
        assert_eq!(assign(&arm, &scope, name, SECRETS_OFFICER).await.status(), 201);
    }
    assert_eq!(set(&data, "s").await, 200);
    arm.delete("kv-1").await;
    arm.put("kv-1", json!({"createMode": "recover"})).await.ok();
    assert_eq!(arm.get(&list_path(&vault)).await.ok()["value"], json!([]));
    assert_eq!(set(&data, "s").await, 403);
    assert_eq!(assign(&arm, &vault, NAME, SECRETS_USER).await.status(), 201, "its name is free");
    assert_eq!(data.get("/secrets/s").await.ok()["value"], "v", "the secret came back");
}

#[tokio::test]
async fn a_deleted_group_takes_its_role_assignments_along() {
    let arm = Arm::new().await;
    let (data, _) = rbac(&arm, "kv-1").await;
    let group = format!("{}/resourceGroups/rg", arm.subscription());
    assert_eq!(assign(&arm, &group, NAME, SECRETS_OFFICER).await.status(), 201);
    assert_eq!(set(&data, "s").await, 200);
    arm.send("DELETE", &group, None).await;
    arm.put_group("rg").await;
    assert_eq!(arm.get(&path(&group, NAME)).await.status(), 404);
    arm.put("kv-1", json!({"createMode": "recover"})).await.ok();
    assert_eq!(set(&data, "s").await, 403);
}

#[tokio::test]
async fn changes_of_access_count_a_lag_later() {
    let lag = Duration::from_secs(300);
    let arm = Arm::of(Emulator::builder().access_lag(lag)).await;
    let clock = arm.emulator().clock().clone();
    let (data, vault) = rbac(&arm, "kv-1").await;
    assert_eq!(assign(&arm, &vault, NAME, SECRETS_OFFICER).await.status(), 201);
    assert_eq!(arm.get(&path(&vault, NAME)).await.status(), 200, "it is shown at once");
    assert_eq!(set(&data, "s").await, 403);
    clock.advance(lag);
    assert_eq!(set(&data, "s").await, 200);
    assert_eq!(arm.send("DELETE", &path(&vault, NAME), None).await.status(), 200);
    assert_eq!(arm.get(&path(&vault, NAME)).await.status(), 404);
    assert_eq!(set(&data, "s").await, 200, "it still counts");
    clock.advance(lag);
    assert_eq!(set(&data, "s").await, 403);

    let policies = arm.open_vault("kv-2", json!({})).await;
    assert_eq!(set(&policies, "s").await, 403, "what a vault is made with takes as long");
    clock.advance(lag);
    assert_eq!(set(&policies, "s").await, 200);
    arm.patch("kv-2", json!({"properties": {"accessPolicies": []}})).await.ok();
    assert_eq!(arm.get_vault("kv-2").await.ok()["properties"]["accessPolicies"], json!([]));
    assert_eq!(set(&policies, "s").await, 200);
    clock.advance(lag / 2);
    arm.patch("kv-2", json!({"tags": {"a": "b"}})).await.ok();
    clock.advance(lag / 2);
    assert_eq!(set(&policies, "s").await, 403, "another change does not put it off");
}
