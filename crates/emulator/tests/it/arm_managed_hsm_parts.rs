//! What belongs to managed HSMs, and the lists and rules that they share with vaults.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::{
    arm::{Arm, code, refused},
    arm_managed_hsms::{body, data, look, make, names, patch, path, put},
};

const LAG: Duration = Duration::from_secs(60);
const SOMEBODY: &str = "8e6d47e0-7969-4fde-a62c-4fea4f165e98";

#[tokio::test]
async fn a_private_endpoint_connects_to_a_managed_hsm_as_to_a_vault() {
    let arm = Arm::of(Emulator::builder().provisioning_lag(LAG).deletion_lag(LAG)).await;
    assert_eq!(put(&arm, "pool1", json!({})).await.status(), 202);
    let hsm = path(&arm, "pool1");
    let asked = arm.emulator().connect_private_endpoint(&hsm, "pe-1").unwrap();
    assert_eq!(asked, format!("{hsm}/privateEndpointConnections/pe-1"));
    let connection = arm.get(&asked).await.ok();
    let kind = "Microsoft.KeyVault/managedHSMs/privateEndpointConnections";
    assert_eq!((&connection["type"], &connection["id"]), (&json!(kind), &json!(asked)));
    let approve = json!({"properties": {
        "privateLinkServiceConnectionState": {"status": "Approved", "description": "ok"},
    }});
    let answer = arm.send("PUT", &asked, Some(approve)).await;
    let link = answer.header("azure-asyncoperation").unwrap().to_owned();
    assert_eq!(answer.ok()["properties"]["provisioningState"], "Updating");
    assert_eq!(arm.http.send_to("GET", &link, "", &[]).await.ok()["status"], "InProgress");
    arm.emulator().clock().advance(LAG);
    assert_eq!(arm.http.send_to("GET", &link, "", &[]).await.ok()["status"], "Succeeded");
    let listed = arm.get(&format!("{hsm}/privateEndpointConnections")).await.ok();
    let shown = arm.get(&hsm).await.ok();
    let within = &shown["properties"]["privateEndpointConnections"][0];
    assert_eq!(within["properties"], listed["value"][0]["properties"]);
    let status = &within["properties"]["privateLinkServiceConnectionState"]["status"];
    assert_eq!(status, "Approved");
    let accepted = arm.send("DELETE", &asked, None).await;
    assert_eq!(look(&arm, &accepted).await.status(), 202);
    arm.emulator().clock().advance(LAG);
    assert_eq!(arm.get(&asked).await.status(), 204);

    let resources = arm.get(&format!("{hsm}/privateLinkResources")).await.ok();
    let resource = &resources["value"][0];
    assert_eq!(resource["properties"]["groupId"], "managedhsm");
    let zone = "privatelink.managedhsm.azure.net";
    assert_eq!(resource["properties"]["requiredZoneNames"], json!([zone]));
}

#[tokio::test]
async fn a_private_endpoint_asks_a_managed_hsm_for_its_own_group() {
    let arm = Arm::new().await;
    make(&arm, "pool1", json!({})).await;
    let hsm = path(&arm, "pool1");
    let endpoint = hsm
        .replace("Microsoft.KeyVault/managedHSMs/pool1", "Microsoft.Network/privateEndpoints/pe-1");
    let body = |group: &str| {
        json!({"location": "westus", "properties": {"privateLinkServiceConnections": [{
            "name": "c", "properties": {"privateLinkServiceId": hsm, "groupIds": [group]},
        }]}})
    };
    let wrong = arm.send("PUT", &endpoint, Some(body("vault"))).await;
    assert_eq!(code(&wrong), refused(400, "BadRequest"));
    let made = arm.send("PUT", &endpoint, Some(body("managedhsm"))).await;
    assert_eq!(made.status(), 201);
    let link = &made.json()["properties"]["privateLinkServiceConnections"][0]["properties"];
    assert_eq!(link["groupIds"], json!(["managedhsm"]));
    assert_eq!(link["privateLinkServiceConnectionState"]["status"], "Approved");
    let connection = arm.get(&format!("{hsm}/privateEndpointConnections/c")).await.ok();
    assert_eq!(connection["properties"]["privateEndpoint"]["id"], json!(endpoint));
    assert_eq!(arm.send("DELETE", &endpoint, None).await.status(), 200);
    assert_eq!(arm.get(&format!("{hsm}/privateEndpointConnections/c")).await.status(), 204);
}

#[tokio::test]
async fn its_keys_are_made_and_read_through_resource_manager_without_a_setting() {
    let arm = Arm::new().await;
    make(&arm, "pool1", json!({"initialAdminObjectIds": [SOMEBODY]})).await;
    let keys = format!("{}/keys", path(&arm, "pool1"));
    let body = json!({"tags": {"a": "1"}, "properties": {"kty": "RSA", "keyOps": ["sign"]}});
    let made = arm.send("PUT", &format!("{keys}/k"), Some(body)).await.ok();
    assert_eq!(made["type"], "Microsoft.KeyVault/managedHSMs/keys");
    assert!(made.get("location").is_none());
    assert_eq!(made["properties"]["kty"], "RSA-HSM");
    assert_eq!(made["properties"]["keyUri"], "https://pool1.managedhsm.localhost:8443/keys/k");
    let with_version = made["properties"]["keyUriWithVersion"].as_str().unwrap();
    let version = with_version.rsplit('/').next().unwrap();
    assert_eq!(*arm.get(&format!("{keys}/k")).await.ok(), *made);
    assert_eq!(names(&arm, &keys).await, ["k"]);
    assert_eq!(names(&arm, &format!("{keys}/k/versions")).await, [version]);
    let one = arm.get(&format!("{keys}/k/versions/{version}")).await.ok();
    assert_eq!(one["type"], "Microsoft.KeyVault/managedHSMs/keys/versions");
    assert_eq!(data(&arm, "pool1").await.get("/keys/k").await.status(), 403, "ARM's caller");
    let secret = path(&arm, "pool1") + "/secrets/s";
    assert_eq!(code(&arm.get(&secret).await), refused(405, "NotSupportedByEmulator"));
}

#[tokio::test]
async fn managed_hsms_are_among_the_resources() {
    let arm = Arm::new().await;
    make(&arm, "same", json!({})).await;
    arm.put("same", json!({})).await.ok();
    let url = |query: &str| {
        let (base, subscription) = (&arm.http.base, arm.subscription());
        format!("{base}{subscription}/resources?api-version=2021-04-01{query}")
    };
    let first = arm.http.send_to("GET", &url("&$top=1"), "", &[]).await.ok();
    assert_eq!(first["value"][0]["id"], path(&arm, "same"));
    let second = arm.http.send_to("GET", first["nextLink"].as_str().unwrap(), "", &[]).await.ok();
    assert_eq!(second["value"][0]["id"], arm.vault_path("rg", "same"));
    assert!(second.get("nextLink").is_none());
    let filter = "&$filter=resourceType%20eq%20'Microsoft.KeyVault/managedHSMs'";
    let found = arm.http.send_to("GET", &url(filter), "", &[]).await.ok();
    let kinds: Vec<_> = found["value"].as_array().unwrap().iter().map(|it| &it["type"]).collect();
    assert_eq!(kinds, ["Microsoft.KeyVault/managedHSMs"]);
}

#[tokio::test]
async fn where_strictness_is_asked_for_managed_hsms_have_versions_of_their_own() {
    let arm = Arm::of(Emulator::builder().strict_api_versions(true)).await;
    make(&arm, "pool1", json!({})).await;
    for (version, status) in [("2019-09-01", 400), ("2021-10-01", 200), ("2099-01-01", 400)] {
        let url = format!("{}{}?api-version={version}", arm.http.base, path(&arm, "pool1"));
        assert_eq!(arm.http.send_to("GET", &url, "", &[]).await.status(), status, "{version}");
    }
}

#[tokio::test]
async fn an_unregistered_subscription_makes_no_managed_hsm() {
    let arm = Arm::of(Emulator::builder().provider_registered(false)).await;
    let answer = put(&arm, "pool1", json!({})).await;
    assert_eq!(code(&answer), refused(409, "MissingSubscriptionRegistration"));
    assert!(names(&arm, &arm.provider("managedHSMs")).await.is_empty());
}

#[tokio::test]
async fn an_identity_is_kept_as_it_was_sent() {
    let arm = Arm::new().await;
    let identity =
        json!({"type": "UserAssigned", "userAssignedIdentities": {"/subscriptions/x": {}}});
    let mut body = body(&arm, &json!({}));
    body["identity"] = identity.clone();
    let accepted = arm.send("PUT", &path(&arm, "pool1"), Some(body)).await;
    assert_eq!(look(&arm, &accepted).await.ok()["identity"], identity);
    assert_eq!(patch(&arm, "pool1", json!({"tags": {}})).await.status(), 202);
    assert_eq!(arm.get(&path(&arm, "pool1")).await.ok()["identity"], identity);
    assert!(make(&arm, "pool1", json!({})).await.get("identity").is_none());
}

#[tokio::test]
async fn lists_are_by_group_and_subscription_and_paged() {
    let arm = Arm::new().await;
    assert_eq!(arm.put_group("other").await.status(), 201);
    for name in ["pool-b", "pool-a"] {
        make(&arm, name, json!({})).await;
    }
    let other = path(&arm, "pool-c").replace("/rg/", "/other/");
    let accepted = arm.send("PUT", &other, Some(body(&arm, &json!({})))).await;
    look(&arm, &accepted).await.ok();
    let of_group = path(&arm, "");
    assert_eq!(names(&arm, of_group.trim_end_matches('/')).await, ["pool-a", "pool-b"]);
    let all = arm.provider("managedHSMs");
    assert_eq!(names(&arm, &all).await, ["pool-a", "pool-b", "pool-c"]);
    let url = format!("{}{all}?api-version=2023-07-01&$top=2", arm.http.base);
    let first = arm.http.send_to("GET", &url, "", &[]).await.ok();
    assert_eq!(first["value"].as_array().unwrap().len(), 2);
    let second = arm.http.send_to("GET", first["nextLink"].as_str().unwrap(), "", &[]).await.ok();
    assert_eq!(second["value"][0]["name"], "pool-c");
    assert!(second.get("nextLink").is_none());

    let group = format!("{}/resourcegroups/other", arm.subscription());
    assert_eq!(arm.send("DELETE", &group, None).await.status(), 202);
    assert_eq!(names(&arm, &all).await, ["pool-a", "pool-b"]);
    assert_eq!(names(&arm, &arm.provider("deletedManagedHSMs")).await, ["pool-c"]);
}

#[tokio::test]
async fn roles_settings_security_domains_and_full_backups_are_not_offered() {
    let arm = Arm::new().await;
    make(&arm, "pool1", json!({})).await;
    let hsm = data(&arm, "pool1").await;
    for (method, path) in [
        ("GET", "/providers/Microsoft.Authorization/roleDefinitions"),
        ("GET", "/keys/k/providers/Microsoft.Authorization/roleAssignments"),
        ("GET", "/settings"),
        ("POST", "/securitydomain/download"),
        ("POST", "/backup"),
        ("PUT", "/restore"),
    ] {
        let answer = hsm.send(method, path, Some(json!({}))).await;
        assert_eq!(code(&answer), refused(405, "NotSupportedByEmulator"), "{method} {path}");
    }
}
