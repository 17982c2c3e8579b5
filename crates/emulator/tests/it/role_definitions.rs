//! Role definitions: those that Azure has for Key Vault, and custom ones.

use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    roles::{SECRETS_USER, assign, rbac},
    support::Answer,
};

const CUSTOM: &str = "33333333-3333-3333-3333-333333333333";
const ASSIGNMENT: &str = "44444444-4444-4444-4444-444444444444";

/// The path of all definitions at a scope, or of one of them.
fn path(scope: &str, rest: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleDefinitions{rest}")
}

fn custom(arm: &Arm, name: &str, data_actions: Value, not_data_actions: Value) -> Value {
    json!({"properties": {
        "roleName": name, "type": "CustomRole", "description": "d",
        "assignableScopes": [format!("{}/resourceGroups/rg", arm.subscription())],
        "permissions": [{
            "actions": null, "notActions": [],
            "dataActions": data_actions, "notDataActions": not_data_actions,
        }],
    }})
}

async fn put(arm: &Arm, id: &str, body: Value) -> Answer {
    arm.send("PUT", &path(&arm.subscription(), &format!("/{id}")), Some(body)).await
}

#[tokio::test]
async fn a_role_that_is_built_in_is_found_by_name_and_by_id_at_any_scope() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    let expected = |prefix: &str| {
        json!({
            "properties": {
                "roleName": "Key Vault Secrets User", "type": "BuiltInRole",
                "description": "Read secret contents. Only works for key vaults that use the 'Azure role-based \
                                access control' permission model.",
                "assignableScopes": ["/"],
                "permissions": [{
                    "actions": [], "notActions": [],
                    "dataActions": [
                        "Microsoft.KeyVault/vaults/secrets/getSecret/action",
                        "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
                    ],
                    "notDataActions": [],
                }],
            },
            "id": format!("{prefix}/providers/Microsoft.Authorization/roleDefinitions/{SECRETS_USER}"),
            "type": "Microsoft.Authorization/roleDefinitions",
            "name": SECRETS_USER,
        })
    };
    for (scope, prefix) in [
        (String::new(), String::new()),
        (arm.subscription(), arm.subscription()),
        (vault, arm.subscription()),
    ] {
        let filter = "?$filter=roleName eq 'Key Vault Secrets User'";
        let list = arm.get(&path(&scope, filter)).await.ok();
        assert_eq!(list, json!({"value": [expected(&prefix)]}), "{scope}");
        let one = arm.get(&path(&scope, &format!("/{SECRETS_USER}"))).await.ok();
        assert_eq!(one, expected(&prefix), "{scope}");
    }
}

#[tokio::test]
async fn azures_roles_for_key_vault_are_there() {
    let arm = Arm::new().await;
    let list = arm.get(&path(&arm.subscription(), "?$filter=type eq 'BuiltInRole'")).await.ok();
    let mut roles: Vec<_> = list["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&role["properties"]["roleName"]), text(&role["name"]))
        })
        .collect();
    roles.sort();
    let expected = [
        ("Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483"),
        ("Key Vault Certificate User", "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba"),
        ("Key Vault Certificates Officer", "a4417e6f-fecd-4de8-b567-7b0420556985"),
        ("Key Vault Contributor", "f25e0fa2-a7c8-4377-a976-54943a77a395"),
        ("Key Vault Crypto Officer", "14b46e9e-c2b7-41b4-b07b-48a6ebf60603"),
        ("Key Vault Crypto Service Encryption User", "e147488a-f6f5-4113-8e2d-b22465e65bf6"),
        ("Key Vault Crypto Service Release User", "08bbd89e-9f13-488c-ac41-acfcb10c90ab"),
        ("Key Vault Crypto User", "12338af0-0e69-4776-bea7-57ae8d297424"),
        ("Key Vault Data Access Administrator", "8b54135c-b56d-4d72-a534-26097cfdc8d8"),
        ("Key Vault Purge Operator", "a68e7c17-0ab2-4c09-9a58-125dae29748c"),
        ("Key Vault Reader", "21090545-7ca7-4776-b22c-e363652d74d2"),
        ("Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
        ("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6"),
    ];
    assert_eq!(roles, expected.map(|(name, id)| (name.to_owned(), id.to_owned())));
    let administrator = "8b54135c-b56d-4d72-a534-26097cfdc8d8";
    let role = arm.get(&path("", &format!("/{administrator}"))).await.ok();
    let permission = &role["properties"]["permissions"][0];
    assert_eq!(permission["conditionVersion"], "2.0");
    let condition = permission["condition"].as_str().unwrap();
    assert!(condition.contains("ForAnyOfAnyValues:GuidEquals{00482a5a-"), "{condition}");
}

#[tokio::test]
async fn a_custom_role_grants_what_it_says_where_it_may_be_assigned() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    let not = json!(["Microsoft.KeyVault/vaults/secrets/getSecret/action"]);
    let body = custom(&arm, "Lister", json!(["Microsoft.KeyVault/*/secrets/*"]), not);
    let made = put(&arm, CUSTOM, body).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["properties"]["type"], "CustomRole");
    assert_eq!(made["properties"]["permissions"][0]["actions"], json!([]));
    assert_eq!(arm.get(&path(&vault, &format!("/{CUSTOM}"))).await.ok(), made);

    let outside = assign(&arm, &arm.subscription(), ASSIGNMENT, CUSTOM).await;
    assert_eq!(code(&outside), refused(404, "RoleDefinitionDoesNotExist"));
    assert_eq!(assign(&arm, &vault, ASSIGNMENT, CUSTOM).await.status(), 201);
    assert_eq!(data.get("/secrets").await.status(), 200);
    data.set("s", json!({"value": "v"})).await;
    assert_eq!(data.get("/secrets/s").await.status(), 403);
    assert_eq!(data.get("/keys").await.status(), 403);

    let wider = custom(&arm, "Lister", json!(["Microsoft.KeyVault/vaults/*"]), json!([]));
    assert_eq!(put(&arm, CUSTOM, wider).await.status(), 201);
    assert_eq!(data.get("/secrets/s").await.status(), 200, "a change counts");

    for (scope, filter, expected) in [
        (vault.as_str(), "roleName eq 'lister'", 1),
        (&vault, "type eq 'CustomRole'", 1),
        (&arm.subscription(), "type eq 'CustomRole'", 0),
        (&arm.subscription(), "atScopeAndBelow() and type eq 'CustomRole'", 1),
    ] {
        let list = arm.get(&path(scope, &format!("?$filter={filter}"))).await.ok();
        assert_eq!(list["value"].as_array().unwrap().len(), expected, "{scope} {filter}");
    }
}

#[tokio::test]
async fn a_custom_role_in_use_cannot_be_deleted() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    put(&arm, CUSTOM, custom(&arm, "R", json!(["*"]), json!([]))).await;
    assign(&arm, &vault, ASSIGNMENT, CUSTOM).await;
    let role = path(&arm.subscription(), &format!("/{CUSTOM}"));
    let refusal = arm.send("DELETE", &role, None).await;
    assert_eq!(code(&refusal), refused(400, "RoleDefinitionHasAssignments"));
    let assignment =
        format!("{vault}/providers/Microsoft.Authorization/roleAssignments/{ASSIGNMENT}");
    assert_eq!(arm.send("DELETE", &assignment, None).await.status(), 200);
    let deleted = arm.send("DELETE", &role, None).await.ok();
    assert_eq!(deleted["properties"]["roleName"], "R");
    assert_eq!(arm.send("DELETE", &role, None).await.status(), 204);
    assert_eq!(code(&arm.get(&role).await), refused(404, "RoleDefinitionDoesNotExist"));
}

#[tokio::test]
async fn bad_role_definitions_are_refused() {
    let arm = Arm::new().await;
    let good = custom(&arm, "R", json!([]), json!([]));
    let without = |member: &str| {
        let mut body = good.clone();
        body["properties"].as_object_mut().unwrap().remove(member);
        body
    };
    assert_eq!(put(&arm, CUSTOM, good.clone()).await.status(), 201);
    for (id, body, status, expected) in [
        ("reader", good.clone(), 400, "InvalidRoleDefinitionId"),
        (ASSIGNMENT, without("roleName"), 400, "InvalidRoleDefinition"),
        (ASSIGNMENT, without("assignableScopes"), 400, "InvalidRoleDefinition"),
        (ASSIGNMENT, good.clone(), 409, "RoleDefinitionWithSameNameExists"),
        (
            SECRETS_USER,
            custom(&arm, "R2", json!([]), json!([])),
            400,
            "RoleDefinitionUpdateNotPermitted",
        ),
    ] {
        assert_eq!(code(&put(&arm, id, body).await), refused(status, expected), "{id}");
    }
    let built_in = arm.send("DELETE", &path("", &format!("/{SECRETS_USER}")), None).await;
    assert_eq!(code(&built_in), refused(400, "RoleDefinitionUpdateNotPermitted"));
    let odd = arm.get(&path("", "?$filter=roleName ne 'x'")).await;
    assert_eq!(code(&odd), refused(400, "UnsupportedFilter"));
    let elsewhere = arm.get(&path("/providers/Microsoft.Management/managementGroups/g", "")).await;
    assert_eq!(code(&elsewhere), refused(404, "ResourceNotFound"));
}
