//! What is not as in the service, where no other test says so: each fails once it is mended, and then its row in
//! `docs/deviations.md` goes.

use std::time::Duration;

use azvault_emulator::{Emulator, Principal};
use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    roles::{SECRETS_USER, assign, rbac},
    support::{Vault, base64url, token},
};

const NAME: &str = "11111111-1111-1111-1111-111111111111";

#[tokio::test]
async fn the_operations_of_a_pools_key_keep_their_order() {
    let hsm = Vault::hsm().await;
    let made = hsm.create("k", json!({"kty": "RSA"})).await["key"]["key_ops"].clone();
    for _ in 0..3 {
        assert_eq!(hsm.get("/keys/k").await.ok()["key"]["key_ops"], made);
    }
}

/// No role is assigned to anybody here.
#[tokio::test]
async fn everybody_may_do_everything_in_a_managed_hsm() {
    let mut hsm = Vault::hsm().await;
    let scope = "https://managedhsm.azure.net/.default";
    let stranger = Principal::new("99999999-9999-9999-9999-999999999999");
    hsm.token = Some(token(&hsm.emulator, stranger, scope).await);
    hsm.create("k", json!({"kty": "EC"})).await;
    let digest = json!({"alg": "ES256", "value": base64url(&[7; 32])});
    assert_eq!(hsm.post("/keys/k/sign", digest).await.status(), 200);
    assert_eq!(hsm.post("/rng", json!({"count": 1})).await.status(), 200);
    assert_eq!(hsm.delete("/keys/k").await.status(), 200);
    assert_eq!(hsm.delete("/deletedkeys/k").await.status(), 204);
}

#[tokio::test]
async fn a_managed_hsm_cannot_be_administered() {
    let hsm = Vault::hsm().await;
    for (method, path) in [
        ("GET", "/providers/Microsoft.Authorization/roleDefinitions"),
        ("GET", "/providers/Microsoft.Authorization/roleAssignments"),
        ("GET", "/settings"),
        ("PATCH", "/settings/AllowKeyManagementOperationsThroughARM"),
        ("POST", "/backup"),
        ("PUT", "/restore"),
        ("POST", "/securitydomain/download"),
        ("GET", "/ekm"),
        ("GET", "/secrets"),
        ("GET", "/certificates"),
    ] {
        let (status, code, ..) = hsm.send(method, path, Some(json!({}))).await.refusal();
        assert_eq!((status, code.as_str()), (405, "NotSupportedByEmulator"), "{method} {path}");
    }
}

#[tokio::test]
async fn a_managed_hsm_misses_a_key_in_a_vaults_words() {
    let (hsm, vault) = (Vault::hsm().await, Vault::new().await);
    for path in ["/keys/none", "/deletedkeys/none", "/keys/none/rotationpolicy"] {
        assert_eq!(hsm.get(path).await.refusal(), vault.get(path).await.refusal(), "{path}");
    }
}

#[tokio::test]
async fn a_method_is_not_tunnelled_through_a_header() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let url = format!("{}/keys/k?api-version=7.6", vault.base);
    for header in ["x-http-method", "x-http-request"] {
        let answer = vault.send_to("POST", &url, "{}", &[(header, "DELETE")]).await;
        assert_eq!(answer.status(), 400, "{header}");
    }
    assert_eq!(vault.get("/keys/k").await.status(), 200);
}

#[tokio::test]
async fn a_callers_iv_of_twelve_bytes_is_used_for_gcm() {
    let hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "oct-HSM"})).await;
    let iv = base64url(&[7; 12]);
    let body = json!({"alg": "A256GCM", "value": "AQ", "iv": iv});
    assert_eq!(hsm.post("/keys/k/encrypt", body).await.ok()["iv"], iv);
    let short = json!({"alg": "A256GCM", "value": "AQ", "iv": "AQ"});
    assert_eq!(hsm.post("/keys/k/encrypt", short).await.status(), 400);
}

#[tokio::test]
async fn rsnull_signs_nothing() {
    let hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "RSA"})).await;
    assert_eq!(
        hsm.post("/keys/k/sign", json!({"alg": "RSNULL", "value": "AQ"})).await.status(),
        400
    );
}

/// On record is a value of 32 bytes, signed as the message that it is; of others nothing is known.
#[tokio::test]
async fn an_edwards_key_of_a_pool_signs_messages_of_any_length() {
    let hsm = Vault::hsm().await;
    hsm.create("k", json!({"kty": "OKP", "crv": "Ed25519"})).await;
    for message in [vec![], vec![7; 5], vec![7; 64], vec![7; 1000]] {
        let message = base64url(&message);
        let signed = hsm.post("/keys/k/sign", json!({"alg": "EdDSA", "value": message})).await.ok();
        let body = json!({"alg": "EdDSA", "digest": message, "value": signed["value"]});
        assert_eq!(hsm.post("/keys/k/verify", body).await.ok()["value"], true);
        let other = json!({"alg": "EdDSA", "digest": "AAAA", "value": signed["value"]});
        assert_eq!(hsm.post("/keys/k/verify", other).await.ok()["value"], false);
    }
    let body = json!({"kty": "OKP-HSM", "crv": "X25519"});
    assert_eq!(hsm.post("/keys/other/create", body).await.status(), 400);
    let ec = json!({"alg": "ES256", "value": base64url(&[7; 32])});
    assert_eq!(hsm.post("/keys/k/sign", ec).await.status(), 400);
    let vault = Vault::new().await;
    let body = json!({"kty": "OKP-HSM", "crv": "Ed25519"});
    assert_eq!(vault.post("/keys/k/create", body).await.status(), 400);
}

#[tokio::test]
async fn a_reference_to_an_external_key_is_ignored() {
    let hsm = Vault::hsm().await;
    let body = json!({"kty": "RSA", "attributes": {"external_key": {"id": "far-away"}}});
    let made = hsm.create("k", body).await;
    assert_eq!(made["attributes"].get("external_key"), None);
    assert!(made["key"]["n"].is_string(), "a key like any other");
}

#[tokio::test]
async fn rotating_ahead_of_an_expiry_that_is_not_there_never_happens() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let ahead = json!({"lifetimeActions": [
        {"trigger": {"timeBeforeExpiry": "P30D"}, "action": {"type": "Rotate"}},
    ], "attributes": {"expiryTime": "P90D"}});
    vault.send("PUT", "/keys/k/rotationpolicy", Some(ahead)).await.ok();
    vault.emulator.clock().advance(Duration::from_secs(1000 * 86_400));
    assert_eq!(vault.get("/keys/k/versions").await.ok()["value"].as_array().unwrap().len(), 1);
}

/// Somebody would have to subscribe to it first.
#[tokio::test]
async fn nobody_can_subscribe_to_the_events_of_a_vault() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    let vault = arm.vault_path("rg", "kv-1");
    let path = format!("{vault}/providers/Microsoft.EventGrid/eventSubscriptions/s");
    let answer = arm.send("PUT", &path, Some(json!({"properties": {}}))).await;
    assert_eq!(code(&answer), refused(405, "NotSupportedByEmulator"));
}

#[tokio::test]
async fn groups_and_conditions_do_not_count_and_nothing_can_be_denied() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    let oid = arm.emulator().default_principal().oid().to_owned();
    let path =
        |name: &str| format!("{vault}/providers/Microsoft.Authorization/roleAssignments/{name}");
    let role = format!(
        "{}/providers/Microsoft.Authorization/roleDefinitions/{SECRETS_USER}",
        arm.subscription()
    );
    let group = json!({"properties": {
        "roleDefinitionId": role, "principalId": "99999999-9999-9999-9999-999999999999", "principalType": "Group",
    }});
    assert_eq!(arm.send("PUT", &path(NAME), Some(group)).await.status(), 201);
    assert_eq!(data.get("/secrets").await.status(), 403, "nobody is a member of a group");
    // A condition that holds for no secret.
    let conditional = json!({"properties": {
        "roleDefinitionId": role, "principalId": oid, "principalType": "ServicePrincipal", "conditionVersion": "2.0",
        "condition": "(@Resource[Microsoft.KeyVault/vaults/secrets:name] StringEquals 'none')",
    }});
    let second = path("22222222-2222-2222-2222-222222222222");
    assert_eq!(arm.send("PUT", &second, Some(conditional)).await.status(), 201);
    assert_eq!(data.get("/secrets").await.status(), 200, "it is kept, and counts without it");
    let denials = format!("{vault}/providers/Microsoft.Authorization/denyAssignments/{NAME}");
    assert_eq!(arm.send("PUT", &denials, Some(json!({"properties": {}}))).await.status(), 405);
}

#[tokio::test]
async fn the_purge_operator_reads_and_purges_deleted_vaults_alone() {
    let arm = Arm::new().await;
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleDefinitions/a68e7c17-0ab2-4c09-9a58-125dae29748c",
        arm.subscription()
    );
    let role = arm.get(&path).await.ok();
    assert_eq!(role["properties"]["roleName"], "Key Vault Purge Operator");
    assert_eq!(
        role["properties"]["permissions"][0]["actions"],
        json!([
            "Microsoft.KeyVault/deletedVaults/read",
            "Microsoft.KeyVault/locations/deletedVaults/read",
            "Microsoft.KeyVault/locations/deletedVaults/purge/action",
            "Microsoft.KeyVault/locations/operationResults/read",
        ])
    );
}

#[tokio::test]
async fn a_principal_whose_type_is_not_sent_is_taken_for_a_service() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    let role = format!(
        "{}/providers/Microsoft.Authorization/roleDefinitions/{SECRETS_USER}",
        arm.subscription()
    );
    let body = json!({"properties": {
        "roleDefinitionId": role, "principalId": "99999999-9999-9999-9999-999999999999",
    }});
    let path = format!("{vault}/providers/Microsoft.Authorization/roleAssignments/{NAME}");
    let made = arm.send("PUT", &path, Some(body)).await;
    assert_eq!(made.status(), 201);
    assert_eq!(made.json()["properties"]["principalType"], "ServicePrincipal");
}

#[tokio::test]
async fn answers_about_roles_carry_resource_managers_own_headers() {
    let arm = Arm::new().await;
    let (_, vault) = rbac(&arm, "kv-1").await;
    let made = assign(&arm, &vault, NAME, SECRETS_USER).await;
    assert_eq!(made.status(), 201);
    assert_eq!(made.header("x-ms-request-id"), made.header("x-ms-correlation-request-id"));
    assert_eq!(made.header("server"), None);
}

#[tokio::test]
async fn a_vault_answers_while_its_name_is_being_registered() {
    let arm = Arm::of(Emulator::builder().provisioning_lag(Duration::from_secs(30))).await;
    let data = arm.open_vault("kv-1", json!({})).await;
    let state = arm.get_vault("kv-1").await.ok()["properties"]["provisioningState"].clone();
    assert_eq!(state, "RegisteringDns");
    assert_eq!(data.get("/secrets").await.status(), 200);
}

#[tokio::test]
async fn network_rules_without_a_default_action_let_everybody_in() {
    let builder = Emulator::builder().client_address([203, 0, 113, 7].into());
    let arm = Arm::of(builder).await;
    let rules = json!({"networkAcls": {"ipRules": [{"value": "198.51.100.0/24"}]}});
    let data = arm.open_vault("kv-1", rules).await;
    assert_eq!(data.get("/secrets").await.status(), 200);
}

#[tokio::test]
async fn rules_for_addresses_that_nobody_calls_from_are_taken() {
    let arm = Arm::new().await;
    for range in ["169.254.0.0/16", "224.0.0.0/4", "8.0.0.0/6"] {
        let rules =
            json!({"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": range}]}});
        assert_eq!(arm.put("kv-1", rules).await.status(), 200, "{range}");
    }
}

#[tokio::test]
async fn a_policy_for_a_principal_that_is_in_no_directory_is_kept() {
    let arm = Arm::new().await;
    let entry = json!({
        "tenantId": arm.emulator().tenant_id(), "objectId": "99999999-9999-9999-9999-999999999999",
        "permissions": {"secrets": ["get"]},
    });
    let made = arm.put("kv-1", json!({"accessPolicies": [entry]})).await.ok();
    assert_eq!(made["properties"]["accessPolicies"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_subscription_cannot_be_unregistered() {
    let arm = Arm::new().await;
    let answer = arm.send("POST", &arm.provider("unregister"), Some(Value::Null)).await;
    assert_eq!(code(&answer), refused(405, "NotSupportedByEmulator"));
}

/// The real pages have line breaks and styles, too.
#[tokio::test]
async fn the_front_doors_pages_are_their_text_alone() {
    let vault = Vault::new().await;
    for path in ["/keys/k/not-hex", "/keys/k%0d"] {
        let page = vault.get(path).await;
        assert!(page.status() >= 400 && page.text().starts_with("<!DOCTYPE"), "{}", page.text());
        assert!(!page.text().contains('\n') && !page.text().contains("<style"), "{}", page.text());
    }
}

/// The sentence is on record, status and code are not.
#[tokio::test]
async fn a_standard_vault_refuses_keys_in_hardware_as_a_bad_parameter() {
    let arm = Arm::new().await;
    let data = arm.open_vault("kv-1", json!({})).await;
    let refusal = data.post("/keys/k/create", json!({"kty": "EC-HSM"})).await.refusal();
    let words = "Hardware key operation not allowed on standard vault";
    assert_eq!(refusal, (400, "BadParameter".to_owned(), None, words.to_owned()));
    let jwk: Value = serde_json::from_str(crate::test_keys::EC_P256).unwrap();
    let body = json!({"key": jwk, "Hsm": true});
    assert_eq!(data.send("PUT", "/keys/k", Some(body)).await.refusal(), refusal);
    assert_eq!(data.post("/keys/k/create", json!({"kty": "EC"})).await.status(), 200);
    let by_name = Vault::new().await;
    assert_eq!(by_name.post("/keys/k/create", json!({"kty": "EC-HSM"})).await.status(), 200);
}

/// Which versions they have is not looked at.
#[tokio::test]
async fn strict_versions_are_not_asked_of_roles_and_private_endpoints() {
    let mut arm = Arm::of(Emulator::builder().strict_api_versions(true)).await;
    let path = format!("{}/providers/Microsoft.Authorization/roleDefinitions", arm.subscription());
    arm.http.api_version = "1999-01-01";
    assert_eq!(arm.get(&path).await.status(), 200);
}
