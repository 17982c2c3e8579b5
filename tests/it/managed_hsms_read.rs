//! Managed HSMs through Resource Manager: lists, deleted ones, names, keys and private endpoints.

use std::sync::Arc;

use azvault::management::{
    ErrorKind, GeoReplicationProvisioningState, KeyCreateParameters, KeyCurve, KeyType,
    KeyVaultManagementClient, PrivateEndpointStatus, UnavailableReason,
};
use azvault_tests::{Answer, Clerk, Script};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "7f1c7e1a-1111-4c4c-9d9d-0123456789ab";
const PROVIDER: &str =
    "/subscriptions/7f1c7e1a-1111-4c4c-9d9d-0123456789ab/providers/Microsoft.KeyVault";
const HSMS: &str = "/subscriptions/7f1c7e1a-1111-4c4c-9d9d-0123456789ab/resourceGroups/my-rg/providers/Microsoft.KeyVault/managedHSMs";
const VERSION: &str = "0123456789abcdef0123456789abcdef";

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn list(items: Value) -> Answer {
    Answer::ok(&json!({"value": items}))
}

fn path(script: &Script) -> String {
    let seen = script.seen();
    let last = seen.last().unwrap();
    format!("{} {}", last.method, last.url.path())
}

fn key() -> Value {
    json!({
        "id": format!("{HSMS}/my-hsm/keys/my-key"), "name": "my-key",
        "type": "Microsoft.KeyVault/managedHSMs/keys", "tags": {"a": "1"},
        "properties": {
            "attributes": {"enabled": true, "created": 1_700_000_000, "exportable": false},
            "kty": "EC-HSM", "curveName": "P-384", "keyOps": ["sign"],
            "keyUriWithVersion": format!("https://my-hsm.managedhsm.azure.net/keys/my-key/{VERSION}"),
        },
    })
}

#[tokio::test(start_paused = true)]
async fn one_is_read_and_those_of_a_group_and_of_a_subscription_are_listed() {
    let hsm = json!({"name": "my-hsm", "properties": {"provisioningState": "Activated"}});
    let script = Script::of([Answer::ok(&hsm), list(json!([hsm])), list(json!([hsm, hsm]))]);
    let hsms = client(&script).managed_hsms();
    let read = hsms.get("my-rg", "my-hsm").await.unwrap();
    assert_eq!(path(&script), format!("GET {HSMS}/my-hsm"));
    let of_group = hsms.list_by_resource_group("my-rg").page_size(5).try_collect().await.unwrap();
    assert_eq!((of_group, path(&script)), (vec![read], format!("GET {HSMS}")));
    assert!(script.seen()[1].url.query().unwrap().ends_with("top=5"));
    assert_eq!(hsms.list_by_subscription().try_collect().await.unwrap().len(), 2);
    assert_eq!(path(&script), format!("GET {PROVIDER}/managedHSMs"));
}

#[tokio::test(start_paused = true)]
async fn a_page_may_be_empty_and_lead_on() {
    let next = format!("https://management.azure.com{PROVIDER}/managedHSMs?$skiptoken=x");
    let script = Script::of([
        Answer::ok(&json!({"value": [], "nextLink": next})),
        list(json!([{"name": "my-hsm"}])),
    ]);
    let hsms = client(&script).managed_hsms().list_by_subscription().try_collect().await.unwrap();
    assert_eq!(hsms[0].name(), "my-hsm");
    assert_eq!(script.seen()[1].url.as_str(), next);
}

#[tokio::test(start_paused = true)]
async fn the_regions_of_one_are_listed() {
    let region = json!({"name": "westus", "provisioningState": "Cleanup", "isPrimary": true});
    let script = Script::of([list(json!([region]))]);
    let regions = client(&script).managed_hsms().list_regions("my-rg", "my-hsm");
    let regions = regions.try_collect().await.unwrap();
    assert_eq!(path(&script), format!("GET {HSMS}/my-hsm/regions"));
    let state = regions[0].provisioning_state().unwrap();
    assert_eq!(state, &GeoReplicationProvisioningState::Cleanup);
    assert!(regions[0].is_primary());
}

#[tokio::test(start_paused = true)]
async fn deleted_ones_are_listed_read_and_purged() {
    let deleted = json!({"name": "my-hsm", "type": "Microsoft.Keyvault/deletedManagedHSMs",
        "properties": {"location": "westus", "purgeProtectionEnabled": false}});
    let results = format!("{PROVIDER}/locations/westus/managedHsmOperationResults/7");
    let accepted = Answer::status(202).header("location", &results);
    let script = Script::of([
        list(json!([deleted])),
        Answer::ok(&deleted),
        accepted.clone(),
        accepted.clone(),
        Answer::status(200),
        accepted,
        Answer::status(204),
    ]);
    let hsms = client(&script).managed_hsms();
    let listed = hsms.list_deleted().try_collect().await.unwrap();
    assert_eq!(path(&script), format!("GET {PROVIDER}/deletedManagedHSMs"));
    let read = hsms.get_deleted("West US", "my-hsm").await.unwrap();
    let place = format!("{PROVIDER}/locations/West%20US/deletedManagedHSMs/my-hsm");
    assert_eq!((listed, path(&script)), (vec![read], format!("GET {place}")));
    hsms.begin_purge_deleted("West US", "my-hsm").await.unwrap().await.unwrap();
    let purge = &script.seen()[2];
    assert_eq!(purge.url.path(), format!("{place}/purge"));
    assert_eq!(purge.header("content-length"), Some("0"));
    let begun = hsms.begin_purge_deleted("West US", "my-hsm").await.unwrap();
    hsms.resume_purge_deleted(&begun.resume_token()).unwrap().await.unwrap();
    assert_eq!(path(&script), format!("GET {results}"));
}

#[tokio::test(start_paused = true)]
async fn purge_protection_refuses_a_purge_once_and_for_all() {
    let refusal = "Operation 'DeletedManagedHsmPurge' is not allowed.";
    let script = Script::of([Answer::error(405, "MethodNotAllowed", refusal)]);
    let hsms = client(&script).managed_hsms();
    let error = hsms.begin_purge_deleted("westus", "my-hsm").await.unwrap_err();
    assert!(error.message().contains("is not allowed"), "{error}");
    assert_eq!((error.status().map(u16::from), script.count()), (Some(405), 1));
}

#[tokio::test(start_paused = true)]
async fn a_name_is_asked_for_by_itself() {
    let taken = json!({"nameAvailable": false, "reason": "AlreadyExists", "message": "taken"});
    let script = Script::of([Answer::ok(&taken)]);
    let hsms = client(&script).managed_hsms();
    let availability = hsms.check_name_availability("my-hsm").await.unwrap();
    assert!(!availability.is_available());
    assert_eq!(availability.reason(), Some(&UnavailableReason::AlreadyExists));
    assert_eq!(path(&script), format!("POST {PROVIDER}/checkMhsmNameAvailability"));
    assert_eq!(script.seen()[0].text(), r#"{"name":"my-hsm"}"#);
}

#[tokio::test(start_paused = true)]
async fn keys_of_one_are_made_read_and_listed() {
    let script = Script::by(|seen| match seen.url.path().rsplit('/').next() {
        Some("keys" | "versions") => list(json!([key()])),
        _ => Answer::ok(&key()),
    });
    let keys = client(&script).managed_hsm_keys();
    let parameters = KeyCreateParameters::new(KeyType::EcHsm).curve(KeyCurve::P384);
    let made = keys.create_if_not_exist("my-rg", "my-hsm", "my-key", parameters).await.unwrap();
    assert_eq!(path(&script), format!("PUT {HSMS}/my-hsm/keys/my-key"));
    assert_eq!(script.seen()[0].text(), r#"{"properties":{"kty":"EC-HSM","curveName":"P-384"}}"#);
    assert_eq!((made.key_type(), made.version()), (Some(&KeyType::EcHsm), Some(VERSION)));
    assert_eq!(keys.get("my-rg", "my-hsm", "my-key").await.unwrap(), made);
    keys.get_version("my-rg", "my-hsm", "my-key", VERSION).await.unwrap();
    assert_eq!(path(&script), format!("GET {HSMS}/my-hsm/keys/my-key/versions/{VERSION}"));
    assert_eq!(keys.list("my-rg", "my-hsm").try_collect().await.unwrap().len(), 1);
    assert_eq!(path(&script), format!("GET {HSMS}/my-hsm/keys"));
    keys.list_versions("my-rg", "my-hsm", "my-key").try_collect().await.unwrap();
    assert_eq!(path(&script), format!("GET {HSMS}/my-hsm/keys/my-key/versions"));
}

#[tokio::test(start_paused = true)]
async fn an_hsm_that_lets_resource_manager_at_no_key_is_explained() {
    let script = Script::of([Answer::error(403, "Forbidden", "not through here")]);
    let error = client(&script).managed_hsm_keys().get("my-rg", "my-hsm", "k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    let advice = error.explain().unwrap();
    assert!(advice.contains("AllowKeyManagementOperationsThroughARM"), "{advice}");
}

#[tokio::test(start_paused = true)]
async fn private_endpoints_of_one_are_decided_of() {
    let connection = json!({"name": "pe", "etag": "e", "sku": {"family": "B", "name": "Custom_B6"},
        "identity": {"type": "SystemAssigned"},
        "properties": {"privateLinkServiceConnectionState": {"status": "Approved"},
            "provisioningState": "Succeeded"}});
    let answer = connection.clone();
    let script = Script::by(move |seen| match seen.method.as_str() {
        "DELETE" => Answer::status(200),
        _ if seen.url.path().ends_with("Connections") => list(json!([answer])),
        _ => Answer::ok(&answer),
    });
    let connections = client(&script).managed_hsm_private_endpoint_connections();
    let place = format!("{HSMS}/my-hsm/privateEndpointConnections");
    let listed = connections.list("my-rg", "my-hsm").try_collect().await.unwrap();
    assert_eq!(path(&script), format!("GET {place}"));
    let approved = connections.approve("my-rg", "my-hsm", "pe").await.unwrap();
    assert_eq!(path(&script), format!("PUT {place}/pe"));
    assert_eq!(approved.status(), Some(&PrivateEndpointStatus::Approved));
    assert_eq!(approved.managed_hsm_sku().unwrap().name().as_str(), "Custom_B6");
    assert_eq!(vec![connections.get("my-rg", "my-hsm", "pe").await.unwrap()], listed);
    connections.begin_delete("my-rg", "my-hsm", "pe").await.unwrap().await.unwrap();
    assert_eq!(path(&script), format!("DELETE {place}/pe"));
}

#[tokio::test(start_paused = true)]
async fn what_private_endpoints_of_one_connect_to_is_listed() {
    let resource = json!({"name": "managedhsm", "properties": {"groupId": "managedhsm",
        "requiredMembers": ["default"],
        "requiredZoneNames": ["privatelink.managedhsm.azure.net"]}});
    let script = Script::of([list(json!([resource]))]);
    let resources = client(&script).private_link_resources();
    let all = resources.list_by_managed_hsm("my-rg", "my-hsm").try_collect().await.unwrap();
    assert_eq!(all[0].group_id(), Some("managedhsm"));
    assert_eq!(all[0].required_zone_names(), ["privatelink.managedhsm.azure.net"]);
    assert_eq!(path(&script), format!("GET {HSMS}/my-hsm/privateLinkResources"));
}
