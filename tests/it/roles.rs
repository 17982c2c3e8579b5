//! Azure roles: assigning them once, to principals that may not have arrived yet.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::http::Method;
use azvault::management::{
    ErrorKind, KeyVaultManagementClient, KeyVaultRole, ObjectCollection, PrincipalType, Scope,
};
use azvault_tests::{Answer, Clerk, Script};
use serde_json::{Value, json};

use crate::arm::ARM_SUBSCRIPTION;

const PRINCIPAL: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
const NAME: &str = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9";
const SECRETS_USER: &str = "4633458b-17de-408a-b874-0445c86b69e6";

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(ARM_SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn scope() -> Scope {
    Scope::vault(ARM_SUBSCRIPTION, "my-rg", "my-vault").unwrap()
}

fn assignment(name: &str, scope: &str) -> Value {
    json!({
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"),
        "name": name, "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "scope": scope, "principalId": PRINCIPAL, "principalType": "ServicePrincipal",
            "roleDefinitionId": format!("/subscriptions/{ARM_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{SECRETS_USER}"),
        },
    })
}

/// Refuses so many creations with `code`, and holds what is created then.
fn refusing(times: usize, status: u16, code: &'static str) -> Arc<Script> {
    let state = Mutex::new((times, None::<Value>));
    Script::by(move |seen| {
        let (left, made) = &mut *state.lock().unwrap();
        let name = seen.url.path().rsplit('/').next().unwrap_or_default();
        match (seen.method, &made) {
            (Method::Get, _) if name == "roleAssignments" => {
                let above = format!("/subscriptions/{ARM_SUBSCRIPTION}");
                let all = [assignment(NAME, &above), assignment(NAME, &scope().to_string())];
                Answer::ok(&json!({"value": all}))
            }
            (Method::Get, Some(made)) => Answer::ok(made),
            (Method::Get, None) => Answer::error(404, "RoleAssignmentNotFound", ""),
            (Method::Put, _) if *left > 0 => {
                *left -= 1;
                Answer::error(status, code, "the principal does not exist, or has the role")
            }
            _ => {
                *made = Some(assignment(name, &scope().to_string()));
                Answer::new(201, assignment(name, &scope().to_string()).to_string())
            }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn an_assignment_names_role_principal_and_kind_of_principal() {
    let script = refusing(0, 0, "");
    let assignments = client(&script).role_assignments();
    let made = assignments
        .create(&scope(), KeyVaultRole::SecretsUser, PRINCIPAL)
        .name(NAME)
        .principal_type(PrincipalType::ServicePrincipal)
        .description("reads the database's password")
        .await
        .unwrap();
    assert_eq!((made.name(), made.role()), (NAME, Some(KeyVaultRole::SecretsUser)));
    assert_eq!(made.principal_type(), Some(&PrincipalType::ServicePrincipal));
    let sent = &script.seen()[0];
    assert_eq!(
        sent.url.as_str(),
        format!(
            "https://management.azure.com/subscriptions/{ARM_SUBSCRIPTION}/resourceGroups/my-rg/providers/Microsoft.KeyVault/vaults/my-vault/providers/Microsoft.Authorization/roleAssignments/{NAME}?api-version=2022-04-01"
        )
    );
    assert_eq!(
        sent.text(),
        format!(
            r#"{{"properties":{{"roleDefinitionId":"/subscriptions/{ARM_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{SECRETS_USER}","principalId":"{PRINCIPAL}","principalType":"ServicePrincipal","description":"reads the database's password"}}}}"#
        )
    );
}

#[tokio::test(start_paused = true)]
async fn ensuring_a_role_twice_assigns_it_once() {
    let script = refusing(0, 0, "");
    let assignments = client(&script).role_assignments();
    let ensure = || assignments.ensure(&scope(), KeyVaultRole::SecretsUser, PRINCIPAL);
    let first = ensure().await.unwrap();
    assert_eq!(first.name(), ensure().name());
    assert_eq!(ensure().await.unwrap(), first);
    let puts = script.seen().into_iter().filter(|seen| seen.method == Method::Put);
    assert_eq!(puts.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_assignment_of_another_name_counts_as_there_but_not_one_above() {
    let script = refusing(9, 409, "RoleAssignmentExists");
    let assignments = client(&script).role_assignments();
    let found = assignments.ensure(&scope(), KeyVaultRole::SecretsUser, PRINCIPAL).await.unwrap();
    assert_eq!((found.name(), found.scope()), (NAME, Some(&*scope().to_string())));
    // Created by hand it is a conflict, with the way out.
    let create = assignments.create(&scope(), KeyVaultRole::SecretsUser, PRINCIPAL);
    let error = create.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.explain().unwrap().contains("ensure"), "{:?}", error.explain());
}

#[tokio::test(start_paused = true)]
async fn a_principal_that_has_not_arrived_is_waited_for_until_its_time_is_over() {
    let script = refusing(3, 400, "PrincipalNotFound");
    let assignments = client(&script).role_assignments();
    let ensure = |script: &Arc<Script>| {
        let assignments = client(script).role_assignments();
        assignments.ensure(&scope(), KeyVaultRole::SecretsUser, PRINCIPAL)
    };
    assert_eq!(ensure(&script).await.unwrap().principal_id(), PRINCIPAL);
    assert_eq!(script.clock().elapsed().as_secs(), 1 + 2 + 4);
    drop(assignments);

    let script = refusing(usize::MAX, 400, "PrincipalNotFound");
    let error = ensure(&script).with_timeout(Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(error.code(), Some("PrincipalNotFound"));
    assert!((30..=60).contains(&script.clock().elapsed().as_secs()));

    let script = refusing(usize::MAX, 400, "SomethingElse");
    assert_eq!(ensure(&script).await.unwrap_err().code(), Some("SomethingElse"));
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_assignment_that_is_there_and_not_listed_yet_is_waited_for() {
    // Somebody has just made one of another name: the list is behind.
    for (behind, found) in [(2, true), (usize::MAX, false)] {
        let left = Mutex::new(behind);
        let script = Script::by(move |seen| {
            let name = seen.url.path().rsplit('/').next().unwrap_or_default();
            match seen.method {
                Method::Get if name == "roleAssignments" => {
                    let mut left = left.lock().unwrap();
                    *left = left.saturating_sub(1);
                    let there = assignment(NAME, &scope().to_string());
                    let all = if *left == 0 { vec![there] } else { Vec::new() };
                    Answer::ok(&json!({"value": all}))
                }
                Method::Get => Answer::error(404, "RoleAssignmentNotFound", ""),
                _ => Answer::error(
                    409,
                    "RoleAssignmentExists",
                    "The role assignment already exists.",
                ),
            }
        });
        let assignments = client(&script).role_assignments();
        let ensure = assignments.ensure(&scope(), KeyVaultRole::SecretsUser, PRINCIPAL);
        match ensure.with_timeout(Duration::from_secs(60)).await {
            Ok(there) if found => assert_eq!(there.name(), NAME),
            Err(error) if !found => assert_eq!(error.code(), Some("RoleAssignmentExists")),
            other => panic!("{other:?}"),
        }
        assert!(script.clock().elapsed() < Duration::from_secs(60));
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_of_which_little_is_told_does_not_hide_the_list_it_is_in() {
    let nulls = json!({
        "id": "/x", "name": NAME,
        "properties": {"roleName": null, "assignableScopes": null, "permissions": [
            {"actions": ["*/read"], "notActions": null, "dataActions": null, "notDataActions": null},
        ]},
    });
    let bare = json!({"id": "/y", "name": NAME, "properties": {"permissions": null}});
    let none = json!({"id": "/z", "name": NAME, "properties": null});
    let script = Script::always(Answer::ok(&json!({"value": [nulls, bare, none]})));
    let all = client(&script).role_definitions().list(&scope()).try_collect().await.unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].permissions()[0].actions().collect::<Vec<_>>(), ["*/read"]);
    assert!(all[1].permissions().is_empty() && all[2].assignable_scopes().next().is_none());
}

#[tokio::test(start_paused = true)]
async fn assignments_are_listed_for_a_scope_and_a_subscription_and_deleted() {
    let script = Script::by(|seen| match seen.method {
        Method::Delete => Answer::status(204),
        _ => Answer::ok(&json!({"value": [assignment(NAME, &scope().to_string())]})),
    });
    let assignments = client(&script).role_assignments();
    let secret = scope().object(ObjectCollection::Secrets, "db").unwrap();
    assert_eq!(assignments.list_for_scope(&secret).try_collect().await.unwrap().len(), 1);
    assert_eq!(assignments.list_for_subscription().try_collect().await.unwrap().len(), 1);
    assignments.delete(&scope(), NAME).await.unwrap();
    let paths: Vec<String> = script.seen().iter().map(|it| it.url.path().to_owned()).collect();
    assert!(paths[0].contains("/vaults/my-vault/secrets/db/providers/"), "{paths:?}");
    let subscription = format!("/subscriptions/{ARM_SUBSCRIPTION}");
    let all = format!("{subscription}/providers/Microsoft.Authorization/roleAssignments");
    assert_eq!(paths[1], all);
    assert!(paths[2].ends_with(&format!("/roleAssignments/{NAME}")), "{paths:?}");
}

#[tokio::test(start_paused = true)]
async fn roles_are_listed_and_read_with_what_they_permit() {
    let definition = json!({
        "id": format!("/subscriptions/{ARM_SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{SECRETS_USER}"),
        "name": SECRETS_USER, "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {
            "roleName": "Key Vault Secrets User", "type": "BuiltInRole", "description": "Read secrets",
            "assignableScopes": ["/"],
            "permissions": [{"actions": [], "notActions": [], "notDataActions": [],
                "dataActions": ["Microsoft.KeyVault/vaults/secrets/getSecret/action"]}],
        },
    });
    let script = Script::by(move |seen| match seen.url.path().ends_with("/roleDefinitions") {
        true => Answer::ok(&json!({"value": [definition.clone()]})),
        false => Answer::ok(&definition),
    });
    let definitions = client(&script).role_definitions();
    let role = definitions.get(&scope(), &KeyVaultRole::SecretsUser).await.unwrap();
    let all = definitions.list(&scope()).try_collect().await.unwrap();
    assert_eq!(all, std::slice::from_ref(&role));
    assert_eq!(role.key_vault_role(), Some(KeyVaultRole::SecretsUser));
    assert_eq!(role.role_name(), Some(KeyVaultRole::SecretsUser.name()));
    assert!(role.is_built_in());
    let permits: Vec<&str> = role.permissions().iter().flat_map(|it| it.data_actions()).collect();
    assert_eq!(permits, ["Microsoft.KeyVault/vaults/secrets/getSecret/action"]);
}

#[tokio::test(start_paused = true)]
async fn ids_that_cannot_be_reach_no_request() {
    let script = Script::always(Answer::fine());
    let client = client(&script);
    let assignments = client.role_assignments();
    for error in [
        assignments.create(&scope(), KeyVaultRole::Reader, "bob").await.unwrap_err(),
        assignments.ensure(&scope(), KeyVaultRole::Reader, "bob").await.unwrap_err(),
        assignments
            .ensure(&scope(), KeyVaultRole::Other("../x".to_owned()), PRINCIPAL)
            .await
            .unwrap_err(),
        assignments
            .create(&scope(), KeyVaultRole::Reader, PRINCIPAL)
            .name("../x")
            .await
            .unwrap_err(),
        assignments.get(&scope(), "x").await.unwrap_err(),
        assignments.delete(&scope(), "").await.unwrap_err(),
        client
            .role_definitions()
            .get(&scope(), &KeyVaultRole::Other("x".to_owned()))
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains("GUID"), "{error}");
    }
    assert_eq!(script.count(), 0);
}
