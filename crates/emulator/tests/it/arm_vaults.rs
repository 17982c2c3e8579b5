//! Making and changing vaults.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::member_order,
};

const OTHER: &str = "99999999-9999-9999-9999-999999999999";

#[tokio::test]
async fn a_new_vault_is_answered_as_recorded() {
    let mut arm = Arm::new().await;
    arm.http.api_version = "2019-09-01";
    let answer = arm.put("Kv-1", json!({"accessPolicies": []})).await;
    let vault = answer.ok();
    let expected = json!({
        "id": arm.vault_path("rg", "Kv-1"), "name": "Kv-1", "type": "Microsoft.KeyVault/vaults",
        "location": "westus", "tags": {},
        "properties": {
            "sku": {"family": "A", "name": "standard"}, "tenantId": arm.emulator().tenant_id(),
            "accessPolicies": [], "enabledForDeployment": false, "enableSoftDelete": true,
            "vaultUri": "https://kv-1.vault.localhost:8443/", "provisioningState": "Succeeded",
        },
    });
    assert_eq!(vault, expected);
    let path = arm.vault_path("RG", "KV-1").to_uppercase();
    assert_eq!(arm.get(&path).await.ok(), expected, "in any case");
}

#[tokio::test]
async fn members_come_in_the_recorded_order() {
    let arm = Arm::new().await;
    let properties = json!({
        "accessPolicies": [arm.policy(json!({"secrets": ["Get"]}))],
        "vaultUri": "http://vaulturi.com/", "provisioningState": "Made",
        "enabledForDeployment": true, "enabledForDiskEncryption": true,
        "enabledForTemplateDeployment": true, "enableSoftDelete": true,
        "softDeleteRetentionInDays": 7, "enablePurgeProtection": true,
        "networkAcls": {"defaultAction": "Allow", "ipRules": [{"value": "1.2.3.4/32"}], "virtualNetworkRules": null},
    });
    let answer = arm.put("kv-1", properties).await;
    member_order(
        answer.text(),
        &[
            "id",
            "name",
            "type",
            "location",
            "tags",
            "systemData",
            "createdBy",
            "createdByType",
            "createdAt",
            "lastModifiedBy",
            "lastModifiedByType",
            "lastModifiedAt",
            "properties",
            "sku",
            "tenantId",
            "networkAcls",
            "bypass",
            "defaultAction",
            "ipRules",
            "virtualNetworkRules",
            "accessPolicies",
            "objectId",
            "permissions",
            "enabledForDeployment",
            "enabledForDiskEncryption",
            "enabledForTemplateDeployment",
            "enableSoftDelete",
            "softDeleteRetentionInDays",
            "enablePurgeProtection",
            "vaultUri",
            "provisioningState",
            "publicNetworkAccess",
        ],
    );
    let properties = &answer.ok()["properties"];
    assert_eq!(properties["vaultUri"], "https://kv-1.vault.localhost:8443/");
    assert_eq!(properties["provisioningState"], "Succeeded");
    assert_eq!(properties["networkAcls"]["bypass"], "AzureServices");
    assert_eq!(properties["networkAcls"]["virtualNetworkRules"], json!([]));
    assert_eq!(properties["accessPolicies"][0]["permissions"], json!({"secrets": ["Get"]}));
}

#[tokio::test]
async fn what_is_shown_goes_by_the_api_version() {
    let mut arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    for (version, system_data, state) in [
        ("2015-06-01", false, false),
        ("2019-09-01", false, true),
        ("2021-06-01-preview", true, true),
        ("2026-05-15", true, true),
    ] {
        arm.http.api_version = version;
        let vault = arm.get_vault("kv-1").await.ok();
        assert_eq!(vault.get("systemData").is_some(), system_data, "{version}");
        let properties = &vault["properties"];
        assert_eq!(properties.get("publicNetworkAccess").is_some(), system_data, "{version}");
        assert_eq!(properties.get("provisioningState").is_some(), state, "{version}");
        assert_eq!(properties.get("enableSoftDelete").is_some(), state, "{version}");
    }
}

#[tokio::test]
async fn a_new_vault_registers_its_name_for_as_long_as_it_is_told() {
    let lag = Duration::from_secs(20);
    let arm = Arm::of(Emulator::builder().provisioning_lag(lag)).await;
    let made = arm.put("Kv-1", json!({})).await.ok();
    assert_eq!(made["properties"]["provisioningState"], "RegisteringDns");
    assert_eq!(made["properties"]["vaultUri"], "https://Kv-1.vault.localhost:8443");
    let read = arm.get_vault("kv-1").await.ok();
    assert_eq!(read["properties"]["provisioningState"], "RegisteringDns");
    assert_eq!(read["properties"]["vaultUri"], "https://kv-1.vault.localhost:8443/");
    arm.emulator().clock().advance(lag);
    let read = arm.get_vault("kv-1").await.ok();
    assert_eq!(read["properties"]["provisioningState"], "Succeeded");
    let changed = arm.put("kv-1", json!({})).await.ok();
    assert_eq!(changed["properties"]["provisioningState"], "Succeeded");
}

#[tokio::test]
async fn a_put_replaces_the_vault_but_not_what_cannot_be_undone() {
    let arm = Arm::new().await;
    let before = arm
        .put(
            "kv-1",
            json!({
                "enabledForDiskEncryption": true, "enablePurgeProtection": true,
                "enableRbacAuthorization": true, "softDeleteRetentionInDays": 9,
                "networkAcls": {"defaultAction": "Deny"},
            }),
        )
        .await
        .ok();
    arm.emulator().clock().advance(Duration::from_secs(5));
    let mut body = arm.body(json!({"sku": {"name": "Premium"}}));
    body["location"] = json!("West US");
    body["tags"] = json!({"a": "1"});
    let after = arm.send("PUT", &arm.vault_path("rg", "KV-1"), Some(body)).await.ok();
    assert_eq!((&after["id"], &after["name"]), (&before["id"], &before["name"]));
    assert_eq!(after["location"], "West US", "as it was spelled");
    assert_eq!(after["tags"], json!({"a": "1"}));
    assert_eq!(after["systemData"]["createdAt"], before["systemData"]["createdAt"]);
    assert_ne!(after["systemData"]["lastModifiedAt"], before["systemData"]["lastModifiedAt"]);
    let properties = &after["properties"];
    assert_eq!(properties["sku"], json!({"family": "A", "name": "premium"}));
    assert_eq!(properties["enablePurgeProtection"], true);
    assert_eq!(properties["enableRbacAuthorization"], true);
    assert_eq!(properties["softDeleteRetentionInDays"], 9);
    assert!(properties.get("enabledForDiskEncryption").is_none());
    assert!(properties.get("networkAcls").is_none());
}

#[tokio::test]
async fn the_whole_vault_read_back_can_be_put_again() {
    let arm = Arm::new().await;
    let policies = json!([arm.policy(json!({"keys": ["get"]}))]);
    let vault = arm.put("kv-1", json!({"accessPolicies": policies})).await.ok();
    let again = arm.send("PUT", &arm.vault_path("rg", "kv-1"), Some(vault.clone())).await.ok();
    assert_eq!(again["properties"], vault["properties"]);
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let arm = Arm::new().await;
    let policy = arm.policy(json!({"keys": ["get"]}));
    let first = json!({"accessPolicies": [policy], "enabledForDiskEncryption": true});
    let before = arm.put("kv-1", first).await.ok();
    assert_eq!(arm.patch("kv-1", json!({})).await.ok(), before);
    let other = json!({"tenantId": arm.emulator().tenant_id(), "objectId": OTHER, "permissions": {"keys": ["list"]}});
    let change = json!({"tags": {"a": "1"}, "properties": {"accessPolicies": [other]}});
    let after = arm.patch("kv-1", change).await.ok();
    assert_eq!(after["tags"], json!({"a": "1"}));
    assert_eq!(after["properties"]["accessPolicies"], json!([other]));
    assert_eq!(after["properties"]["enabledForDiskEncryption"], true);
    let answer = arm.patch("none", json!({})).await;
    assert_eq!(code(&answer), refused(404, "ResourceNotFound"));
}

#[tokio::test]
async fn rbac_is_the_default_of_new_vaults_since_2026_02_01() {
    let mut arm = Arm::new().await;
    let rbac = |vault: crate::support::Body| vault["properties"]["enableRbacAuthorization"].clone();
    assert_eq!(rbac(arm.put("old-1", json!({})).await.ok()), Value::Null);
    arm.http.api_version = "2026-02-01";
    assert_eq!(rbac(arm.put("new-1", json!({})).await.ok()), true);
    let off = json!({"enableRbacAuthorization": false});
    assert_eq!(rbac(arm.put("new-2", off).await.ok()), false);
    // Absent in an update, it stays what it was.
    assert_eq!(rbac(arm.put("old-1", json!({})).await.ok()), Value::Null);
    assert_eq!(rbac(arm.put("new-2", json!({})).await.ok()), false);
    assert_eq!(rbac(arm.patch("new-1", json!({"properties": {}})).await.ok()), true);
}

#[tokio::test]
async fn bad_vaults_are_refused() {
    let arm = Arm::new().await;
    let foreign = json!([{"tenantId": OTHER, "objectId": OTHER, "permissions": {}}]);
    for (properties, part) in [
        (json!({"sku": null}), "sku"),
        (json!({"sku": {"family": "A", "name": "gold"}}), "standard"),
        (json!({"tenantId": null}), "tenantId"),
        (json!({"tenantId": "me"}), "tenantId"),
        (json!({"softDeleteRetentionInDays": 6}), "between 7 and 90"),
        (json!({"softDeleteRetentionInDays": 91}), "between 7 and 90"),
        (json!({"enableSoftDelete": false}), "enableSoftDelete"),
        (json!({"enablePurgeProtection": false}), "enablePurgeProtection"),
        (json!({"createMode": "again"}), "createMode"),
        (json!({"accessPolicies": foreign}), "tenantId of the vault"),
    ] {
        let answer = arm.put("kv-1", properties.clone()).await;
        assert_eq!(code(&answer), refused(400, "BadRequest"), "{properties}");
        assert!(answer.refusal().3.contains(part), "{}", answer.text());
    }
    let path = arm.vault_path("rg", "kv-1");
    let answer = arm.send("PUT", &path, Some(json!({"properties": {}}))).await;
    assert_eq!(code(&answer), refused(400, "LocationRequired"));
    let answer = arm.send("PUT", &path, Some(json!([]))).await;
    assert_eq!(code(&answer), refused(400, "InvalidRequestContent"));
    assert_eq!(arm.get_vault("kv-1").await.status(), 404, "nothing was made");
}

#[tokio::test]
async fn names_are_checked_and_unique_everywhere() {
    let arm = Arm::new().await;
    let answer = arm.put("1-kv", json!({})).await;
    assert_eq!(code(&answer), refused(400, "VaultNameNotValid"));
    assert!(answer.refusal().3.starts_with("The vault name '1-kv' is invalid. A vault's name"));
    arm.put("kv-1", json!({})).await.ok();
    arm.put_group("rg2").await;
    let elsewhere = arm.vault_path("rg2", "KV-1");
    let answer = arm.send("PUT", &elsewhere, Some(arm.body(json!({})))).await;
    assert_eq!(code(&answer), refused(409, "VaultAlreadyExists"));
    assert!(answer.refusal().3.starts_with("The vault name 'KV-1' is already in use."));
    let mut body = arm.body(json!({}));
    body["location"] = json!("eastus");
    let answer = arm.send("PUT", &arm.vault_path("rg", "kv-1"), Some(body)).await;
    assert_eq!(code(&answer), refused(409, "InvalidResourceLocation"));
}

#[tokio::test]
async fn a_vault_is_found_in_its_own_group_and_subscription_only() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    arm.put_group("rg2").await;
    let elsewhere = arm.vault_path("rg2", "kv-1");
    assert_eq!(code(&arm.get(&elsewhere).await), refused(404, "ResourceNotFound"));
    assert_eq!(arm.send("DELETE", &elsewhere, None).await.status(), 204);
    let abroad = arm.vault_path("rg", "kv-1").replace(arm.emulator().subscription_id(), OTHER);
    assert_eq!(code(&arm.get(&abroad).await), refused(404, "ResourceGroupNotFound"));
    assert_eq!(arm.get_vault("kv-1").await.status(), 200);
}

#[tokio::test]
async fn name_availability_is_told() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({})).await.ok();
    arm.put("kv-2", json!({})).await.ok();
    arm.delete("kv-2").await;
    let check = async |name: &str| {
        let body = json!({"name": name, "type": "Microsoft.KeyVault/vaults"});
        arm.send("POST", &arm.provider("checkNameAvailability"), Some(body)).await
    };
    assert_eq!(check("kv-3").await.text(), r#"{"nameAvailable":true}"#);
    for taken in ["KV-1", "kv-2"] {
        assert_eq!(
            check(taken).await.ok(),
            json!({
                "nameAvailable": false, "reason": "AlreadyExists",
                "message": format!("The name '{taken}' is already in use."),
            })
        );
    }
    assert_eq!(check("no--good").await.ok()["reason"], "AccountNameInvalid");
}

#[tokio::test]
async fn irreversible_settings_stay() {
    let arm = Arm::new().await;
    arm.put("kv-1", json!({"enablePurgeProtection": true})).await.ok();
    for properties in [
        json!({"enablePurgeProtection": false}),
        json!({"enableSoftDelete": false}),
        json!({"softDeleteRetentionInDays": 30}),
    ] {
        let answer = arm.patch("kv-1", json!({"properties": properties})).await;
        assert_eq!(code(&answer), refused(400, "BadRequest"), "{properties}");
        assert_eq!(arm.put("kv-1", properties).await.status(), 400);
    }
    let same = json!({"properties": {"softDeleteRetentionInDays": 90}});
    assert_eq!(arm.patch("kv-1", same).await.status(), 200);
}

#[tokio::test]
async fn a_vaults_properties_drive_its_data_plane() {
    let arm = Arm::new().await;
    let data = arm.open_vault("kv-1", json!({"softDeleteRetentionInDays": 7})).await;
    let attributes = &data.set("s", json!({"value": "v"})).await["attributes"];
    assert_eq!(attributes["recoveryLevel"], "CustomizedRecoverable+Purgeable");
    assert_eq!(attributes["recoverableDays"], 7);
    assert_eq!(data.get("/secrets").await.header("x-ms-keyvault-region"), Some("westus"));
    let change = json!({"properties": {"enablePurgeProtection": true}});
    arm.patch("kv-1", change).await.ok();
    let attributes = &data.get("/secrets/s").await.ok()["attributes"];
    assert_eq!(attributes["recoveryLevel"], "CustomizedRecoverable");
    data.delete("/secrets/s").await.ok();
    let (status, _, _, message) = data.delete("/deletedsecrets/s").await.refusal();
    assert_eq!(status, 403);
    assert!(message.ends_with("Vault: kv-1;location=westus"), "{message}");
}

#[tokio::test]
async fn what_was_read_can_be_put_back_whole() {
    let mut arm = Arm::new().await;
    arm.http.api_version = "2026-05-15";
    let properties = json!({
        "accessPolicies": [arm.policy(json!({"keys": ["Get"], "certificates": []}))], "enableRbacAuthorization": false,
        "softDeleteRetentionInDays": 7, "enablePurgeProtection": true, "publicNetworkAccess": "Disabled",
        "networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "1.2.3.4"}]},
    });
    arm.put("Kv-1", properties).await.ok();
    arm.emulator().connect_private_endpoint(&arm.vault_path("rg", "Kv-1"), "c").unwrap();
    let read = arm.get_vault("kv-1").await.ok();
    let written = arm.send("PUT", &arm.vault_path("rg", "kv-1"), Some((*read).clone())).await.ok();
    assert_eq!(written, read, "as the Azure CLI changes vaults");
}
