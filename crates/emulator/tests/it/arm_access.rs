//! Access policies, and what the data plane makes of them.

use azvault_emulator::Principal;
use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::{Answer, Vault},
};

const OTHER: &str = "99999999-9999-9999-9999-999999999999";

async fn change(arm: &Arm, verb: &str, policies: Value) -> Answer {
    let path = format!("{}/accessPolicies/{verb}", arm.vault_path("rg", "kv-1"));
    let body = json!({"properties": {"accessPolicies": policies}});
    arm.send("PUT", &path, Some(body)).await
}

fn policy(arm: &Arm, oid: &str, permissions: Value) -> Value {
    json!({"tenantId": arm.emulator().tenant_id(), "objectId": oid, "permissions": permissions})
}

/// A vault that grants the default principal these permissions.
async fn granting(permissions: Value) -> (Arm, Vault) {
    let arm = Arm::new().await;
    let policies = json!([arm.policy(permissions)]);
    arm.put("kv-1", json!({"accessPolicies": policies})).await.ok();
    let data = arm.data("kv-1").await;
    (arm, data)
}

#[tokio::test]
async fn add_merges_and_answers_with_all_policies() {
    let (arm, _) = granting(json!({"keys": ["Get"], "secrets": ["get"]})).await;
    let principal = arm.emulator().default_principal();
    let added = json!([
        policy(
            &arm,
            &principal.oid().to_uppercase(),
            json!({"keys": ["get", "list"], "certificates": ["get"]})
        ),
        policy(&arm, OTHER, json!({"keys": ["sign"]})),
    ]);
    let answer = change(&arm, "add", added).await.ok();
    assert_eq!(
        answer,
        json!({
            "id": format!("{}/accessPolicies/", arm.vault_path("rg", "kv-1")),
            "type": "Microsoft.KeyVault/vaults/accessPolicies",
            "properties": {"accessPolicies": [
                arm.policy(json!({"keys": ["Get", "list"], "secrets": ["get"], "certificates": ["get"]})),
                policy(&arm, OTHER, json!({"keys": ["sign"]})),
            ]},
        })
    );
    let vault = arm.get_vault("kv-1").await.ok();
    assert_eq!(vault["properties"]["accessPolicies"], answer["properties"]["accessPolicies"]);
}

#[tokio::test]
async fn replace_overwrites_the_named_principals_only() {
    let (arm, _) = granting(json!({"keys": ["get"], "secrets": ["get"]})).await;
    change(&arm, "add", json!([policy(&arm, OTHER, json!({"keys": ["sign"]}))])).await.ok();
    let replacing = json!([arm.policy(json!({"keys": ["list"]}))]);
    let answer = change(&arm, "replace", replacing).await.ok();
    assert_eq!(
        answer["properties"]["accessPolicies"],
        json!([
            arm.policy(json!({"keys": ["list"]})),
            policy(&arm, OTHER, json!({"keys": ["sign"]}))
        ])
    );
}

#[tokio::test]
async fn remove_takes_permissions_and_then_entries_away() {
    let (arm, _) = granting(json!({"keys": ["get", "List"], "secrets": ["get"]})).await;
    change(&arm, "add", json!([policy(&arm, OTHER, json!({"keys": ["sign"]}))])).await.ok();
    let list = |answer: Answer| answer.ok()["properties"]["accessPolicies"].clone();
    let removed = change(&arm, "remove", json!([arm.policy(json!({"keys": ["list"]}))])).await;
    let left = arm.policy(json!({"keys": ["get"], "secrets": ["get"]}));
    assert_eq!(list(removed), json!([left, policy(&arm, OTHER, json!({"keys": ["sign"]}))]));
    let removed = change(&arm, "remove", json!([arm.policy(json!({}))])).await;
    assert_eq!(list(removed), json!([policy(&arm, OTHER, json!({"keys": ["sign"]}))]));
    let last = json!([policy(&arm, OTHER, json!({"keys": ["SIGN"]}))]);
    assert_eq!(list(change(&arm, "remove", last).await), json!([]));
}

#[tokio::test]
async fn bad_policy_changes_are_refused() {
    let (arm, _) = granting(json!({})).await;
    let foreign = json!([{"tenantId": OTHER, "objectId": OTHER, "permissions": {}}]);
    assert_eq!(code(&change(&arm, "add", foreign).await), refused(400, "BadRequest"));
    assert_eq!(code(&change(&arm, "toggle", json!([])).await), refused(400, "BadRequest"));
    let nobody = json!([{"permissions": {}}]);
    assert_eq!(code(&change(&arm, "add", nobody).await), refused(400, "InvalidRequestContent"));
    arm.delete("kv-1").await;
    let answer = change(&arm, "add", json!([])).await;
    assert_eq!(code(&answer), refused(404, "ResourceNotFound"));
}

#[tokio::test]
async fn too_many_policies_and_two_for_one_principal_are_refused() {
    let arm = Arm::new().await;
    let policies = |count: u16| {
        let entry = |n| policy(&arm, &format!("99999999-9999-9999-9999-99999999{n:04}"), json!({}));
        json!({"accessPolicies": (0..count).map(entry).collect::<Vec<_>>()})
    };
    assert_eq!(code(&arm.put("kv-1", policies(1025)).await), refused(400, "BadRequest"));
    assert_eq!(arm.put("kv-1", policies(1024)).await.status(), 200);
    let more = change(&arm, "add", json!([arm.policy(json!({"keys": ["get"]}))])).await;
    assert_eq!(code(&more), refused(400, "BadRequest"), "one more than there may be");

    let twice =
        json!([policy(&arm, OTHER, json!({"keys": ["get"]})), policy(&arm, OTHER, json!({}))]);
    let answer = arm.put("kv-2", json!({"accessPolicies": twice})).await;
    assert_eq!(code(&answer), refused(400, "BadRequest"));
    let mut by_application = policy(&arm, OTHER, json!({}));
    by_application["applicationId"] = json!(OTHER);
    let apart = json!([policy(&arm, OTHER, json!({})), by_application]);
    assert_eq!(arm.put("kv-2", json!({"accessPolicies": apart})).await.status(), 200);
}

#[tokio::test]
async fn a_permission_that_is_not_granted_is_refused_in_the_recorded_words() {
    let (arm, data) = granting(json!({"keys": ["get", "create", "delete"]})).await;
    data.create("k", json!({"kty": "EC"})).await;
    data.delete("/keys/k").await.ok();
    let principal = arm.emulator().default_principal();
    let expected = format!(
        "The user, group or application 'appid={};oid={};numgroups=0;iss=https://sts.windows.net/{}/' does not have \
         keys purge permission on key vault 'kv-1;location=westus'. For help resolving this issue, please see \
         https://go.microsoft.com/fwlink/?linkid=2125287",
        principal.appid(),
        principal.oid(),
        arm.emulator().tenant_id()
    );
    assert_eq!(
        data.delete("/deletedkeys/k").await.refusal(),
        (403, "Forbidden".to_owned(), Some("ForbiddenByPolicy".to_owned()), expected)
    );
}

/// All permissions that a policy can name, one by one.
fn words(group: &str) -> impl Iterator<Item = &'static str> {
    let words = match group {
        "secrets" => "get list set delete backup restore recover purge",
        _ => {
            "encrypt decrypt wrapKey unwrapKey sign verify get list create update import delete backup restore \
             recover purge release rotate getrotationpolicy setrotationpolicy"
        }
    };
    words.split_whitespace()
}

#[tokio::test]
async fn every_operation_asks_for_its_own_permission() {
    let sign = json!({"alg": "ES256", "value": "AA"});
    for (group, permission, method, path, body) in [
        ("keys", "create", "POST", "/keys/k/create", json!({"kty": "EC"})),
        ("keys", "get", "GET", "/keys/k", json!({})),
        ("keys", "list", "GET", "/keys", json!({})),
        ("keys", "list", "GET", "/keys/k/versions", json!({})),
        ("keys", "update", "PATCH", "/keys/k", json!({})),
        ("keys", "delete", "DELETE", "/keys/k", json!({})),
        ("keys", "get", "GET", "/deletedkeys/k", json!({})),
        ("keys", "list", "GET", "/deletedkeys", json!({})),
        ("keys", "recover", "POST", "/deletedkeys/k/recover", json!({})),
        ("keys", "purge", "DELETE", "/deletedkeys/k", json!({})),
        ("keys", "encrypt", "POST", "/keys/k/encrypt", json!({})),
        ("keys", "decrypt", "POST", "/keys/k/decrypt", json!({})),
        ("keys", "wrapKey", "POST", "/keys/k/wrapkey", json!({})),
        ("keys", "unwrapKey", "POST", "/keys/k/unwrapkey", json!({})),
        ("keys", "sign", "POST", "/keys/k/sign", sign.clone()),
        ("keys", "verify", "POST", "/keys/k/verify", json!({})),
        ("keys", "import", "PUT", "/keys/k", json!({})),
        ("keys", "backup", "POST", "/keys/k/backup", json!({})),
        ("keys", "restore", "POST", "/keys/restore", json!({})),
        ("keys", "rotate", "POST", "/keys/k/rotate", json!({})),
        ("keys", "getrotationpolicy", "GET", "/keys/k/rotationpolicy", json!({})),
        ("keys", "setrotationpolicy", "PUT", "/keys/k/rotationpolicy", json!({})),
        ("keys", "release", "POST", "/keys/k/release", json!({})),
        ("keys", "wrapKey", "POST", "/keys/k/securewrapkey", json!({})),
        ("keys", "unwrapKey", "POST", "/keys/k/secureunwrapkey", json!({})),
        ("keys", "get", "GET", "/keys/k/attestation", json!({})),
        ("secrets", "backup", "POST", "/secrets/s/backup", json!({})),
        ("secrets", "restore", "POST", "/secrets/restore", json!({})),
        ("secrets", "set", "PUT", "/secrets/s", json!({"value": "v"})),
        ("secrets", "set", "PATCH", "/secrets/s", json!({})),
        ("secrets", "get", "GET", "/secrets/s", json!({})),
        ("secrets", "list", "GET", "/secrets", json!({})),
        ("secrets", "delete", "DELETE", "/secrets/s", json!({})),
        ("secrets", "get", "GET", "/deletedsecrets/s", json!({})),
        ("secrets", "recover", "POST", "/deletedsecrets/s/recover", json!({})),
        ("secrets", "purge", "DELETE", "/deletedsecrets/s", json!({})),
    ] {
        let every: Vec<_> = words(group).filter(|other| *other != permission).collect();
        let (arm, data) = granting(json!({group: every})).await;
        let refusal = data.send(method, path, Some(body.clone())).await.refusal();
        assert_eq!(refusal.2.as_deref(), Some("ForbiddenByPolicy"), "{method} {path}");
        let part = format!("does not have {group} {permission} permission");
        assert!(refusal.3.contains(&part), "{}", refusal.3);

        let granted = json!([arm.policy(json!({group: [permission.to_uppercase()]}))]);
        change(&arm, "replace", granted).await.ok();
        let answer = data.send(method, path, Some(body)).await;
        assert_ne!(answer.status(), 403, "{method} {path}: {}", answer.text());
    }
}

#[tokio::test]
async fn all_is_every_permission_but_purge() {
    let (arm, data) = granting(json!({"keys": ["All"], "secrets": ["all"]})).await;
    data.create("k", json!({"kty": "EC"})).await;
    data.set("s", json!({"value": "v"})).await;
    data.delete("/keys/k").await.ok();
    data.delete("/secrets/s").await.ok();
    for path in ["/deletedkeys/k", "/deletedsecrets/s"] {
        assert_eq!(data.delete(path).await.status(), 403, "{path}");
    }
    let purge = json!([arm.policy(json!({"keys": ["purge"], "secrets": ["Purge"]}))]);
    change(&arm, "add", purge).await.ok();
    for path in ["/deletedkeys/k", "/deletedsecrets/s"] {
        assert_eq!(data.delete(path).await.status(), 204, "{path}");
    }
}

#[tokio::test]
async fn a_policy_is_for_its_principal_and_application() {
    let arm = Arm::new().await;
    let mut entry = policy(&arm, OTHER, json!({"secrets": ["list"]}));
    entry["applicationId"] = json!("App-1");
    let vault = arm.put("kv-1", json!({"accessPolicies": [entry]})).await.ok();
    assert_eq!(vault["properties"]["accessPolicies"], json!([entry]));
    let list = async |principal: Principal| {
        arm.data_for("kv-1", principal).await.get("/secrets").await.status()
    };
    assert_eq!(list(Principal::new(OTHER).with_appid("app-1")).await, 200);
    assert_eq!(list(Principal::new(OTHER).with_appid("app-2")).await, 403);
    assert_eq!(list(Principal::default()).await, 403);
    let open = policy(&arm, OTHER, json!({"secrets": ["list"]}));
    change(&arm, "add", json!([open])).await.ok();
    assert_eq!(list(Principal::new(OTHER).with_appid("app-2")).await, 200, "an entry of its own");
}

#[tokio::test]
async fn a_vault_of_another_tenant_challenges_for_it_and_takes_no_token_from_here() {
    let arm = Arm::new().await;
    let mut entry = arm.policy(json!({"secrets": ["list"]}));
    entry["tenantId"] = json!(OTHER);
    arm.put("kv-1", json!({"tenantId": OTHER, "accessPolicies": [entry]})).await.ok();
    let answer = arm.data("kv-1").await.get("/secrets").await;
    assert_eq!(answer.status(), 401);
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(&format!("/{OTHER}\"")), "{challenge}");
    let there = arm.emulator().default_principal().with_tid(OTHER);
    assert_eq!(arm.data_for("kv-1", there).await.get("/secrets").await.status(), 200);
}

#[tokio::test]
async fn a_vault_on_rbac_refuses_in_the_recorded_words_whatever_its_policies() {
    let arm = Arm::new().await;
    let data = arm.open_vault("Kv-1", json!({"enableRbacAuthorization": true})).await;
    let principal = arm.emulator().default_principal();
    let expected = |action: &str, name: &str| {
        format!(
            "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role \
             definitions were changed recently, please observe propagation time.\r\nCaller: \
             appid={};oid={};iss=https://sts.windows.net/{}/\r\nAction: 'Microsoft.KeyVault/vaults/{action}'\r\n\
             Resource: '/subscriptions/{}/resourcegroups/rg/providers/microsoft.keyvault/vaults/kv-1{name}'\r\n\
             Assignment: (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\nVault: \
             kv-1;location=westus\r\n",
            principal.appid(),
            principal.oid(),
            arm.emulator().tenant_id(),
            arm.emulator().subscription_id()
        )
    };
    for (method, path, action, name) in [
        ("GET", "/secrets/s", "secrets/getSecret/action", "/secrets/s"),
        ("PATCH", "/secrets/s", "secrets/update/action", "/secrets/s"),
        ("GET", "/secrets", "secrets/readMetadata/action", ""),
        ("DELETE", "/keys/k", "keys/delete", "/keys/k"),
        ("POST", "/keys/k/wrapkey", "keys/wrap/action", "/keys/k"),
    ] {
        let refusal = data.send(method, path, Some(json!({}))).await.refusal();
        assert_eq!(refusal.2.as_deref(), Some("ForbiddenByRbac"), "{method} {path}");
        assert_eq!(refusal.3, expected(action, name), "{method} {path}");
    }
    let off = json!({"properties": {"enableRbacAuthorization": false}});
    arm.patch("kv-1", off).await.ok();
    assert_eq!(data.get("/secrets").await.status(), 200, "its policies count again");
}

#[tokio::test]
async fn a_vault_first_seen_by_its_name_is_open_until_arm_takes_it() {
    let arm = Arm::new().await;
    let data = arm.data("kv-1").await;
    data.set("s", json!({"value": "v"})).await;
    let stranger = arm.data_for("kv-1", Principal::new(OTHER)).await;
    assert_eq!(stranger.get("/secrets/s").await.status(), 200);
    assert_eq!(arm.get_vault("kv-1").await.status(), 404, "ARM does not know it");
    let policies = json!([arm.policy(json!({"secrets": ["get"]}))]);
    arm.put("kv-1", json!({"accessPolicies": policies})).await.ok();
    assert_eq!(stranger.get("/secrets/s").await.status(), 403);
    assert_eq!(data.get("/secrets/s").await.ok()["value"], "v", "its contents stay");
}
