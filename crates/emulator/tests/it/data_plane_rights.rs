//! What each operation on keys and secrets needs: the permission of a policy, and the data action of a role.

use serde_json::{Value, json};

use crate::{
    arm::Arm,
    roles::{assign, rbac},
    support::Vault,
};

/// The request, the kind, the permission, and the data action below `Microsoft.KeyVault/vaults/`.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Source: the operations' descriptions, and the mapping of Microsoft's tool that compares both.
const ROWS: [Row; 37] = [
    ("POST", "/keys/k/create", "keys", "create", "keys/create/action"),
    ("POST", "/keys/k/rotate", "keys", "rotate", "keys/rotate/action"),
    ("PUT", "/keys/k", "keys", "import", "keys/import/action"),
    ("DELETE", "/keys/k", "keys", "delete", "keys/delete"),
    ("PATCH", "/keys/k/", "keys", "update", "keys/update/action"),
    ("GET", "/keys/k", "keys", "get", "keys/read"),
    ("GET", "/keys/k/versions", "keys", "list", "keys/read"),
    ("GET", "/keys", "keys", "list", "keys/read"),
    ("POST", "/keys/k/backup", "keys", "backup", "keys/backup/action"),
    ("POST", "/keys/restore", "keys", "restore", "keys/restore/action"),
    ("POST", "/keys/k//encrypt", "keys", "encrypt", "keys/encrypt/action"),
    ("POST", "/keys/k//decrypt", "keys", "decrypt", "keys/decrypt/action"),
    ("POST", "/keys/k//sign", "keys", "sign", "keys/sign/action"),
    ("POST", "/keys/k//verify", "keys", "verify", "keys/verify/action"),
    ("POST", "/keys/k//wrapkey", "keys", "wrapKey", "keys/wrap/action"),
    ("POST", "/keys/k//unwrapkey", "keys", "unwrapKey", "keys/unwrap/action"),
    ("POST", "/keys/k//release", "keys", "release", "keys/release/action"),
    ("GET", "/deletedkeys", "keys", "list", "keys/read"),
    ("GET", "/deletedkeys/k", "keys", "get", "keys/read"),
    ("DELETE", "/deletedkeys/k", "keys", "purge", "keys/purge/action"),
    ("POST", "/deletedkeys/k/recover", "keys", "recover", "keys/recover/action"),
    ("GET", "/keys/k/rotationpolicy", "keys", "getrotationpolicy", "keyrotationpolicies/read"),
    ("PUT", "/keys/k/rotationpolicy", "keys", "setrotationpolicy", "keyrotationpolicies/write"),
    ("GET", "/keys/k/0123456789abcdef0123456789abcdef/attestation", "keys", "get", "keys/read"),
    ("GET", "/keys/k/0123456789abcdef0123456789abcdef", "keys", "get", "keys/read"),
    ("PUT", "/secrets/s", "secrets", "set", "secrets/setSecret/action"),
    ("DELETE", "/secrets/s", "secrets", "delete", "secrets/delete"),
    ("PATCH", "/secrets/s/", "secrets", "set", "secrets/update/action"),
    ("GET", "/secrets/s", "secrets", "get", "secrets/getSecret/action"),
    ("GET", "/secrets", "secrets", "list", "secrets/readMetadata/action"),
    ("GET", "/secrets/s/versions", "secrets", "list", "secrets/readMetadata/action"),
    ("GET", "/deletedsecrets", "secrets", "list", "secrets/readMetadata/action"),
    ("GET", "/deletedsecrets/s", "secrets", "get", "secrets/getSecret/action"),
    ("DELETE", "/deletedsecrets/s", "secrets", "purge", "secrets/purge/action"),
    ("POST", "/deletedsecrets/s/recover", "secrets", "recover", "secrets/recover/action"),
    ("POST", "/secrets/s/backup", "secrets", "backup", "secrets/backup/action"),
    ("POST", "/secrets/restore", "secrets", "restore", "secrets/restore/action"),
];

const ROLE: &str = "33333333-3333-3333-3333-333333333333";
const ASSIGNMENT: &str = "44444444-4444-4444-4444-444444444444";

/// The status and inner code of the row's request, to a vault in which nothing is.
async fn ask(data: &Vault, (method, path, ..): Row) -> (u16, Option<String>) {
    let body = (method != "GET" && method != "DELETE").then(|| json!({"value": "AA"}));
    let answer = data.send(method, path, body).await;
    match answer.status() {
        status @ 400.. => (status, answer.refusal().2),
        status => (status, None),
    }
}

/// All permissions of a kind but one.
fn others(kind: &str, permission: &str) -> Vec<&'static str> {
    let all = ROWS.iter().filter(|row| row.2 == kind).map(|row| row.3);
    all.filter(|other| *other != permission).collect()
}

#[tokio::test]
async fn each_operation_needs_its_permission_and_no_other() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let data = arm.data("kv-1").await;
    let grant =
        |permissions: Value| json!({"properties": {"accessPolicies": [arm.policy(permissions)]}});
    for row in ROWS {
        let (_, _, kind, permission, _) = row;
        // Which is in capitals, as the portal writes it.
        arm.patch("kv-1", grant(json!({kind: [permission.to_uppercase()]}))).await.ok();
        let allowed = ask(&data, row).await;
        assert_ne!(allowed.0, 403, "{row:?} with its permission: {allowed:?}");
        let mut all_else = json!({"keys": ["all", "purge"], "secrets": ["all", "purge"]});
        all_else[kind] = json!(others(kind, permission));
        arm.patch("kv-1", grant(all_else)).await.ok();
        let denied = ask(&data, row).await;
        assert_eq!(denied, (403, Some("ForbiddenByPolicy".to_owned())), "{row:?} without it");
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
    for row in ROWS {
        let action = format!("microsoft.keyvault/vaults/{}", row.4);
        let one = role(json!({"dataActions": [action]}));
        assert_eq!(arm.send("PUT", &path, Some(one)).await.status(), 201);
        let allowed = ask(&data, row).await;
        assert_ne!(allowed.0, 403, "{row:?} with its action: {allowed:?}");
        // Whoever may read a key may use its public part.
        let public = ["keys/encrypt/action", "keys/wrap/action", "keys/verify/action"];
        let reading = public.contains(&row.4).then_some("*/keys/read");
        let but =
            role(json!({"dataActions": ["*"], "notDataActions": [action, reading.unwrap_or("-")]}));
        assert_eq!(arm.send("PUT", &path, Some(but)).await.status(), 201);
        let denied = ask(&data, row).await;
        assert_eq!(denied, (403, Some("ForbiddenByRbac".to_owned())), "{row:?} without it");
    }
}
