//! Who may do what to certificates: by access policies and by roles.

use serde_json::{Value, json};

use crate::{
    arm::Arm,
    certificate_support::{issued, policy},
    roles::{assign, rbac},
    support::Vault,
};

const ROLE: &str = "33333333-3333-3333-3333-333333333333";
const ASSIGNMENT: &str = "44444444-4444-4444-4444-444444444444";
const CERTIFICATES_OFFICER: &str = "a4417e6f-fecd-4de8-b567-7b0420556985";
const CERTIFICATE_USER: &str = "db79e9a7-68ee-4b58-9aeb-b90e7c24fcba";
const SECRETS_OFFICER: &str = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7";

/// A request, the permission of a policy and the data action of a role that it needs.
///
/// Source: the operations' descriptions, and the mapping of Microsoft's tool that compares both.
const ROWS: [(&str, &str, &str, &str); 27] = [
    ("GET", "/certificates", "list", "certificates/read"),
    ("DELETE", "/certificates/c", "delete", "certificates/delete"),
    ("PUT", "/certificates/contacts", "managecontacts", "certificatecontacts/write"),
    ("GET", "/certificates/contacts", "managecontacts", "certificatecontacts/write"),
    ("DELETE", "/certificates/contacts", "managecontacts", "certificatecontacts/write"),
    ("GET", "/certificates/issuers", "listissuers", "certificatecas/read"),
    ("PUT", "/certificates/issuers/i", "setissuers", "certificatecas/write"),
    ("PATCH", "/certificates/issuers/i", "setissuers", "certificatecas/write"),
    ("GET", "/certificates/issuers/i", "getissuers", "certificatecas/read"),
    ("DELETE", "/certificates/issuers/i", "deleteissuers", "certificatecas/delete"),
    ("POST", "/certificates/c/create", "create", "certificates/create/action"),
    ("POST", "/certificates/c/import", "import", "certificates/import/action"),
    ("GET", "/certificates/c/versions", "list", "certificates/read"),
    ("GET", "/certificates/c/policy", "get", "certificates/read"),
    ("PATCH", "/certificates/c/policy", "update", "certificates/update/action"),
    ("PATCH", "/certificates/c/", "update", "certificates/update/action"),
    ("GET", "/certificates/c/", "get", "certificates/read"),
    ("PATCH", "/certificates/c/pending", "update", "certificates/update/action"),
    ("GET", "/certificates/c/pending", "get", "certificates/read"),
    ("DELETE", "/certificates/c/pending", "update", "certificates/update/action"),
    ("POST", "/certificates/c/pending/merge", "create", "certificates/create/action"),
    ("POST", "/certificates/c/backup", "backup", "certificates/backup/action"),
    ("POST", "/certificates/restore", "restore", "certificates/restore/action"),
    ("GET", "/deletedcertificates", "list", "certificates/read"),
    ("GET", "/deletedcertificates/c", "get", "certificates/read"),
    ("DELETE", "/deletedcertificates/c", "purge", "certificates/purge/action"),
    ("POST", "/deletedcertificates/c/recover", "recover", "certificates/recover/action"),
];

const PERMISSIONS: [&str; 15] = [
    "create",
    "delete",
    "get",
    "list",
    "import",
    "update",
    "managecontacts",
    "getissuers",
    "listissuers",
    "setissuers",
    "deleteissuers",
    "recover",
    "purge",
    "backup",
    "restore",
];

/// The request to a vault in which nothing is: its status, inner code and text.
async fn ask(data: &Vault, method: &str, path: &str) -> (u16, Option<String>, String) {
    let body = (method != "GET" && method != "DELETE").then(|| json!({}));
    let answer = data.send(method, path, body).await;
    match answer.status() {
        status @ 400.. => {
            let refusal = answer.refusal();
            (status, refusal.2, refusal.3)
        }
        status => (status, None, answer.text().to_owned()),
    }
}

async fn grant(arm: &Arm, permissions: Value) {
    let policies = json!([arm.policy(json!({"certificates": permissions}))]);
    let properties = json!({"accessPolicies": policies, "enableRbacAuthorization": false});
    arm.put("kv-1", properties).await.ok();
}

#[tokio::test]
async fn each_operation_needs_its_permission_and_no_other() {
    let arm = Arm::new().await;
    grant(&arm, json!([])).await;
    let data = arm.data("kv-1").await;
    for (method, path, permission, _) in ROWS {
        let others: Vec<_> = PERMISSIONS.iter().filter(|other| **other != permission).collect();
        grant(&arm, json!(others)).await;
        let (status, inner, text) = ask(&data, method, path).await;
        assert_eq!((status, inner.as_deref()), (403, Some("ForbiddenByPolicy")), "{method} {path}");
        let words =
            format!("does not have certificates {permission} permission on key vault 'kv-1;");
        assert!(text.contains(&words), "{text}");
        grant(&arm, json!([permission])).await;
        let allowed = ask(&data, method, path).await;
        assert_ne!(allowed.0, 403, "{method} {path}: {allowed:?}");
    }
}

#[tokio::test]
async fn managing_issuers_is_every_permission_on_them() {
    let arm = Arm::new().await;
    grant(&arm, json!(["ManageIssuers"])).await;
    let data = arm.data("kv-1").await;
    for (method, path, ..) in ROWS {
        let expected = path.contains("issuers");
        assert_eq!(ask(&data, method, path).await.0 != 403, expected, "{method} {path}");
    }
}

#[tokio::test]
async fn each_operation_needs_its_data_action_and_no_other() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    let path = format!("{vault}/providers/Microsoft.Authorization/roleDefinitions/{ROLE}");
    let role = |permission: Value| {
        json!({"properties": {
            "roleName": "One thing", "assignableScopes": [arm.subscription()], "permissions": [permission],
        }})
    };
    assert_eq!(arm.send("PUT", &path, Some(role(json!({})))).await.status(), 201);
    assert_eq!(assign(&arm, &vault, ASSIGNMENT, ROLE).await.status(), 201);
    for (method, asked, _, action) in ROWS {
        let action = format!("Microsoft.KeyVault/vaults/{action}");
        let one = role(json!({"dataActions": [action]}));
        assert_eq!(arm.send("PUT", &path, Some(one)).await.status(), 201);
        let allowed = ask(&data, method, asked).await;
        assert_ne!(allowed.0, 403, "{method} {asked}: {allowed:?}");
        let but = role(json!({"dataActions": ["*"], "notDataActions": [action]}));
        assert_eq!(arm.send("PUT", &path, Some(but)).await.status(), 201);
        let (status, inner, text) = ask(&data, method, asked).await;
        assert_eq!((status, inner.as_deref()), (403, Some("ForbiddenByRbac")), "{method} {asked}");
        assert!(text.contains(&format!("\r\nAction: '{action}'\r\n")), "{text}");
    }
}

#[tokio::test]
async fn roles_for_certificates_open_what_azure_says_they_open() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    let assigned =
        format!("{vault}/providers/Microsoft.Authorization/roleAssignments/{ASSIGNMENT}");
    assert_eq!(assign(&arm, &vault, ASSIGNMENT, CERTIFICATES_OFFICER).await.status(), 201);
    issued(&data, "c", policy()).await;
    assert_eq!(data.get("/secrets/c").await.status(), 403, "an officer reads no private key");
    assert_eq!(data.get("/keys/c").await.status(), 403);
    arm.send("DELETE", &assigned, None).await;
    assert_eq!(assign(&arm, &vault, ASSIGNMENT, CERTIFICATE_USER).await.status(), 201);
    for path in ["/certificates/c", "/secrets/c", "/keys/c"] {
        assert_eq!(data.get(path).await.status(), 200, "{path}: a user reads the whole");
    }
    let create = json!({"policy": policy()});
    assert_eq!(data.post("/certificates/d/create", create).await.status(), 403);
    arm.send("DELETE", &assigned, None).await;
    assert_eq!(assign(&arm, &vault, ASSIGNMENT, SECRETS_OFFICER).await.status(), 201);
    assert_eq!(data.get("/secrets/c").await.status(), 200);
    assert_eq!(data.get("/certificates/c").await.status(), 403);
    let managed = data.delete("/secrets/c").await.refusal();
    assert_eq!(managed.2.as_deref(), Some("SecretManagedByKeyVault"));
}
