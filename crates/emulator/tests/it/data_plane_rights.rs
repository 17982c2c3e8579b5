//! The data action that each operation on keys and secrets needs of a role.

use serde_json::{Value, json};

use crate::{
    arm::Arm,
    roles::{assign, rbac},
    support::Vault,
};

/// The request, and the data action below `Microsoft.KeyVault/vaults/`.
type Row<'a> = (&'static str, &'a str, &'static str);

/// Source: the operations' descriptions, and the mapping of Microsoft's tool that compares both.
const ROWS: [Row<'static>; 37] = [
    ("POST", "/keys/k/create", "keys/create/action"),
    ("POST", "/keys/k/rotate", "keys/rotate/action"),
    ("PUT", "/keys/k", "keys/import/action"),
    ("DELETE", "/keys/k", "keys/delete"),
    ("PATCH", "/keys/k/", "keys/update/action"),
    ("GET", "/keys/k", "keys/read"),
    ("GET", "/keys/k/versions", "keys/read"),
    ("GET", "/keys", "keys/read"),
    ("POST", "/keys/k/backup", "keys/backup/action"),
    ("POST", "/keys/restore", "keys/restore/action"),
    ("POST", "/keys/k//encrypt", "keys/encrypt/action"),
    ("POST", "/keys/k//decrypt", "keys/decrypt/action"),
    ("POST", "/keys/k//sign", "keys/sign/action"),
    ("POST", "/keys/k//verify", "keys/verify/action"),
    ("POST", "/keys/k//wrapkey", "keys/wrap/action"),
    ("POST", "/keys/k//unwrapkey", "keys/unwrap/action"),
    ("POST", "/keys/k//release", "keys/release/action"),
    ("GET", "/deletedkeys", "keys/read"),
    ("GET", "/deletedkeys/k", "keys/read"),
    ("DELETE", "/deletedkeys/k", "keys/purge/action"),
    ("POST", "/deletedkeys/k/recover", "keys/recover/action"),
    ("GET", "/keys/k/rotationpolicy", "keyrotationpolicies/read"),
    ("PUT", "/keys/k/rotationpolicy", "keyrotationpolicies/write"),
    ("GET", "/keys/k/0123456789abcdef0123456789abcdef/attestation", "keys/read"),
    ("GET", "/keys/k/0123456789abcdef0123456789abcdef", "keys/read"),
    ("PUT", "/secrets/s", "secrets/setSecret/action"),
    ("DELETE", "/secrets/s", "secrets/delete"),
    ("PATCH", "/secrets/s/", "secrets/update/action"),
    ("GET", "/secrets/s", "secrets/getSecret/action"),
    ("GET", "/secrets", "secrets/readMetadata/action"),
    ("GET", "/secrets/s/versions", "secrets/readMetadata/action"),
    ("GET", "/deletedsecrets", "secrets/readMetadata/action"),
    ("GET", "/deletedsecrets/s", "secrets/getSecret/action"),
    ("DELETE", "/deletedsecrets/s", "secrets/purge/action"),
    ("POST", "/deletedsecrets/s/recover", "secrets/recover/action"),
    ("POST", "/secrets/s/backup", "secrets/backup/action"),
    ("POST", "/secrets/restore", "secrets/restore/action"),
];

const ROLE: &str = "33333333-3333-3333-3333-333333333333";
const ADMINISTRATOR: &str = "00482a5a-887f-4fb3-b363-3b7fe8e74483";
const ASSIGNMENT: &str = "44444444-4444-4444-4444-444444444444";

/// The status and inner code of the row's request, to a vault in which nothing is.
async fn ask(data: &Vault, (method, path, _): Row<'_>) -> (u16, Option<String>) {
    let body = (method != "GET" && method != "DELETE").then(|| json!({"value": "AA"}));
    let answer = data.send(method, path, body).await;
    match answer.status() {
        status @ 400.. => (status, answer.refusal().2),
        status => (status, None),
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
        let action = format!("microsoft.keyvault/vaults/{}", row.2);
        let one = role(json!({"dataActions": [action]}));
        assert_eq!(arm.send("PUT", &path, Some(one)).await.status(), 201);
        let allowed = ask(&data, row).await;
        assert_ne!(allowed.0, 403, "{row:?} with its action: {allowed:?}");
        // Whoever may read a key may use its public part.
        let public = ["keys/encrypt/action", "keys/wrap/action", "keys/verify/action"];
        let reading = public.contains(&row.2).then_some("*/keys/read");
        let but =
            role(json!({"dataActions": ["*"], "notDataActions": [action, reading.unwrap_or("-")]}));
        assert_eq!(arm.send("PUT", &path, Some(but)).await.status(), 201);
        let denied = ask(&data, row).await;
        assert_eq!(denied, (403, Some("ForbiddenByRbac".to_owned())), "{row:?} without it");
    }
}

#[tokio::test]
async fn a_role_for_objects_opens_what_names_them_and_nothing_else() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    for (scope, name) in [("KEYS/K", ASSIGNMENT), ("secrets/s", ROLE)] {
        let made = assign(&arm, &format!("{vault}/{scope}"), name, ADMINISTRATOR).await;
        assert_eq!(made.status(), 201, "{scope}");
    }
    for row @ (_, path, _) in ROWS {
        let named = path.contains("keys/k") || path.contains("secrets/s");
        let (status, inner) = ask(&data, row).await;
        if named {
            assert_ne!(status, 403, "{row:?}: {inner:?}");
        } else {
            assert_eq!((status, inner.as_deref()), (403, Some("ForbiddenByRbac")), "{row:?}");
        }
        let beside = path.replace("keys/k", "keys/k2").replace("secrets/s", "secrets/s2");
        let other = ask(&data, (row.0, &beside, row.2)).await;
        assert_eq!(other.0, 403, "{beside}");
    }
}
