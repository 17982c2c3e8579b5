//! Private endpoints that want to be connected to a vault: what people decide, and what comes of it.

use std::{sync::Arc, time::Duration};

use azvault::management::{
    ErrorKind, KeyVaultManagementClient, PrivateEndpointProvisioningState, PrivateEndpointStatus,
    PrivateLinkConnectionState, RetryPolicy,
};
use azvault_tests::{Answer, Clerk, Script};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "7f1c7e1a-1111-4c4c-9d9d-0123456789ab";
const VAULT: &str = "/subscriptions/7f1c7e1a-1111-4c4c-9d9d-0123456789ab/resourceGroups/my-rg/providers/Microsoft.KeyVault/vaults/my-vault";
const OPERATION: &str = "https://management.azure.com/subscriptions/7f1c7e1a-1111-4c4c-9d9d-0123456789ab/providers/Microsoft.KeyVault/locations/eastus/operationResults/7";

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn connection(status: &str, state: &str) -> Value {
    json!({
        "id": format!("{VAULT}/privateEndpointConnections/pe"), "name": "pe",
        "type": "Microsoft.KeyVault/vaults/privateEndpointConnections", "location": "eastus",
        "etag": "W/1",
        "properties": {
            "privateEndpoint": {"id": "/subscriptions/s/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/pe"},
            "privateLinkServiceConnectionState":
                {"status": status, "description": "by the script", "actionsRequired": "None"},
            "provisioningState": state,
        },
    })
}

fn paths(script: &Script) -> Vec<String> {
    script.seen().iter().map(|seen| format!("{} {}", seen.method, seen.url.path())).collect()
}

#[tokio::test(start_paused = true)]
async fn approving_sends_the_decision_alone_and_waits_until_it_holds() {
    let put = Answer::ok(&connection("Approved", "Updating"))
        .header("azure-asyncoperation", OPERATION)
        .header("retry-after", "5");
    let script = Script::of([
        put,
        Answer::ok(&connection("Approved", "Updating")),
        Answer::ok(&connection("Approved", "Succeeded")),
    ]);
    let connections = client(&script).private_endpoint_connections();
    let approved = connections.approve("my-rg", "my-vault", "pe").await.unwrap();
    assert_eq!(approved.status(), Some(&PrivateEndpointStatus::Approved));
    let state = approved.provisioning_state();
    assert_eq!(state, Some(&PrivateEndpointProvisioningState::Succeeded));
    let place = format!("{VAULT}/privateEndpointConnections/pe");
    let read = format!("GET {place}");
    assert_eq!(paths(&script), [format!("PUT {place}"), read.clone(), read]);
    assert_eq!(
        script.seen()[0].text(),
        r#"{"properties":{"privateLinkServiceConnectionState":{"status":"Approved"}}}"#
    );
}

#[tokio::test(start_paused = true)]
async fn rejecting_may_say_why_and_is_done_at_once_where_the_service_is() {
    let script = Script::always(Answer::ok(&connection("Rejected", "Succeeded")));
    let connections = client(&script).private_endpoint_connections();
    let rejected = connections.reject("my-rg", "my-vault", "pe").await.unwrap();
    assert_eq!(rejected.connection_state().unwrap().description(), Some("by the script"));
    assert!(rejected.private_endpoint_id().unwrap().ends_with("/privateEndpoints/pe"));
    let state = PrivateLinkConnectionState::rejected().with_description("not ours");
    connections.put("my-rg", "my-vault", "pe", state).await.unwrap();
    assert_eq!(
        script.seen()[1].text(),
        r#"{"properties":{"privateLinkServiceConnectionState":{"status":"Rejected","description":"not ours"}}}"#
    );
    assert_eq!(script.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_whose_owner_has_left_is_not_waited_for() {
    let script = Script::of([Answer::ok(&connection("Disconnected", "Disconnected"))]);
    let connections = client(&script).private_endpoint_connections();
    let left = connections.approve("my-rg", "my-vault", "pe").await.unwrap();
    assert_eq!(left.status(), Some(&PrivateEndpointStatus::Disconnected));
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_fails_is_an_error_with_its_reason() {
    let script = Script::of([
        Answer::ok(&connection("Approved", "Updating")),
        Answer::ok(&connection("Approved", "Failed")),
    ]);
    let connections = client(&script).private_endpoint_connections();
    let error = connections.approve("my-rg", "my-vault", "pe").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationFailed);
    assert!(error.to_string().contains("by the script"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_decision_is_waited_for_no_longer_than_said() {
    let script = Script::always(Answer::ok(&connection("Approved", "Updating")));
    let connections = client(&script).private_endpoint_connections();
    let approval = connections.approve("my-rg", "my-vault", "pe");
    let error = approval.with_timeout(Duration::from_secs(9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(script.clock().elapsed() < Duration::from_secs(11), "{:?}", script.clock().elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_the_service_cannot_take_is_repeated_as_said() {
    let script = Script::of([
        Answer::status(503),
        Answer::ok(&connection("Approved", "Succeeded")),
        Answer::status(503),
    ]);
    let connections = client(&script).private_endpoint_connections();
    connections.approve("my-rg", "my-vault", "pe").await.unwrap();
    let never = RetryPolicy::none();
    let approval = connections.approve("my-rg", "my-vault", "pe").with_retry(never);
    assert_eq!(approval.await.unwrap_err().kind(), ErrorKind::Service);
    assert_eq!(script.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_204_is_one_that_is_not_there_and_says_where_to_look() {
    let script = Script::of([Answer::status(204)]);
    let connections = client(&script).private_endpoint_connections();
    let error = connections.get("my-rg", "my-vault", "pe").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.explain().unwrap().contains("list()"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn cutting_one_off_waits_at_its_location() {
    let accepted = || Answer::status(202).header("location", OPERATION);
    let script =
        Script::of([accepted(), accepted(), Answer::ok(&connection("Approved", "Deleting"))]);
    let connections = client(&script).private_endpoint_connections();
    connections.begin_delete("my-rg", "my-vault", "pe").await.unwrap().await.unwrap();
    assert_eq!(script.count(), 3);
    assert_eq!(script.seen()[2].url.as_str(), OPERATION);
}

#[tokio::test(start_paused = true)]
async fn another_process_goes_on_cutting_one_off_and_one_that_is_gone_is_done() {
    let script = Script::of([
        Answer::status(202).header("location", OPERATION),
        Answer::status(204),
        Answer::status(204),
    ]);
    let connections = client(&script).private_endpoint_connections();
    let begun = connections.begin_delete("my-rg", "my-vault", "pe").await.unwrap();
    connections.resume_delete(&begun.resume_token()).unwrap().await.unwrap();
    connections.begin_delete("my-rg", "my-vault", "pe").await.unwrap().await.unwrap();
    let hsms = client(&script).managed_hsm_private_endpoint_connections();
    let error = hsms.resume_delete(&begun.resume_token()).unwrap_err();
    assert_eq!((error.kind(), script.count()), (ErrorKind::InvalidInput, 3));
}

#[tokio::test(start_paused = true)]
async fn connections_and_what_they_connect_to_are_listed() {
    let resource = json!({"value": [{"name": "vault", "properties": {"groupId": "vault",
        "requiredMembers": ["default"], "requiredZoneNames": ["privatelink.vaultcore.azure.net"]}}]});
    let list = json!({"value": [connection("Pending", "Succeeded")], "nextLink": null});
    let script = Script::of([Answer::ok(&list), Answer::ok(&resource)]);
    let client = client(&script);
    let list = client.private_endpoint_connections().list("my-rg", "my-vault");
    assert_eq!(list.try_collect().await.unwrap()[0].name(), "pe");
    let list = client.private_link_resources().list_by_vault("my-rg", "my-vault");
    let resources = list.try_collect().await.unwrap();
    assert_eq!(resources[0].group_id(), Some("vault"));
    assert_eq!(resources[0].required_members(), ["default"]);
    assert_eq!(
        paths(&script),
        [
            format!("GET {VAULT}/privateEndpointConnections"),
            format!("GET {VAULT}/privateLinkResources")
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn names_that_cannot_be_reach_no_request() {
    let script = Script::always(Answer::ok(&connection("Approved", "Succeeded")));
    let client = client(&script);
    let connections = client.private_endpoint_connections();
    let resources = client.private_link_resources();
    for name in ["", ".", "..", "a/b", "a?b", "a#b", "a%2fb"] {
        for error in [
            connections.get("my-rg", "my-vault", name).await.unwrap_err(),
            connections.get("my-rg", name, "pe").await.unwrap_err(),
            connections.get(name, "my-vault", "pe").await.unwrap_err(),
            connections.approve("my-rg", "my-vault", name).await.unwrap_err(),
            connections.reject("my-rg", name, "pe").await.unwrap_err(),
            connections.begin_delete("my-rg", "my-vault", name).await.unwrap_err(),
            connections.list("my-rg", name).try_collect().await.unwrap_err(),
            resources.list_by_vault("my-rg", name).try_collect().await.unwrap_err(),
            resources.list_by_managed_hsm(name, "my-hsm").try_collect().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?}");
        }
    }
    let error = connections.list("my-rg", "my-vault").page_size(5).try_collect().await.unwrap_err();
    assert!(error.to_string().contains("takes no page size"), "{error}");
    assert_eq!(script.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_that_is_gone_while_it_is_waited_for_is_not_there() {
    // Its owner takes the endpoint away: the service then answers 204.
    let script = Script::of([Answer::ok(&connection("Approved", "Updating")), Answer::status(204)]);
    let connections = client(&script).private_endpoint_connections();
    let error = connections.approve("my-rg", "my-vault", "pe").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
}
