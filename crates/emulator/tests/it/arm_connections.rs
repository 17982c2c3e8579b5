//! Private endpoint connections of vaults, and what a private endpoint can connect to.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::{Answer, member_order},
};

const LAG: Duration = Duration::from_secs(10);

/// A vault `kv-1` that the private endpoint `pe-1` asks to connect to.
async fn with_pending() -> Arm {
    let arm = Arm::of(Emulator::builder().provisioning_lag(LAG).deletion_lag(LAG)).await;
    arm.put("kv-1", json!({})).await.ok();
    let id = arm.emulator().connect_private_endpoint(&arm.vault_path("rg", "KV-1"), "pe-1");
    assert_eq!(id.unwrap(), path(&arm, "/pe-1"));
    arm
}

fn path(arm: &Arm, rest: &str) -> String {
    format!("{}/privateEndpointConnections{rest}", arm.vault_path("rg", "kv-1"))
}

async fn put(arm: &Arm, status: &str) -> Answer {
    let state = json!({"status": status, "description": format!("You are {status}!")});
    // As the Azure CLI sends it.
    let body = json!({"properties": {
        "privateEndpoint": {}, "privateLinkServiceConnectionState": state, "provisioningState": "Succeeded",
    }});
    arm.send("PUT", &path(arm, "/PE-1"), Some(body)).await
}

async fn follow(arm: &Arm, link: &str) -> Answer {
    arm.http.send_to("GET", link, "", &[]).await
}

fn state(connection: &Value) -> (&str, &str) {
    let properties = &connection["properties"];
    let state = &properties["privateLinkServiceConnectionState"];
    assert_eq!(state["actionsRequired"], "None");
    (properties["provisioningState"].as_str().unwrap(), state["status"].as_str().unwrap())
}

#[tokio::test]
async fn a_connection_that_a_private_endpoint_asked_for_is_pending() {
    let arm = with_pending().await;
    let answer = arm.get(&path(&arm, "/pe-1")).await;
    member_order(answer.text(), &["id", "name", "type", "location", "properties"]);
    let connection = answer.ok();
    assert_eq!(connection["id"], path(&arm, "/pe-1"));
    assert_eq!(connection["type"], "Microsoft.KeyVault/vaults/privateEndpointConnections");
    assert_eq!(state(&connection), ("Succeeded", "Pending"));
    assert!(connection.get("etag").is_none(), "nobody has changed it");
    let endpoint = connection["properties"]["privateEndpoint"]["id"].as_str().unwrap();
    assert!(
        endpoint.ends_with("/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe-1")
    );
    assert_eq!(arm.get(&path(&arm, "")).await.ok(), json!({"value": [connection]}));
    let vault = arm.get_vault("kv-1").await.ok();
    assert_eq!(
        vault["properties"]["privateEndpointConnections"],
        json!([{"id": connection["id"], "properties": connection["properties"]}])
    );
}

#[tokio::test]
async fn an_approval_is_updating_until_it_is_done_and_has_a_link_to_ask_at() {
    let arm = with_pending().await;
    let answer = put(&arm, "Approved").await;
    assert_eq!(answer.header("retry-after"), Some("1"));
    let link = answer.header("azure-asyncoperation").unwrap().to_owned();
    assert!(link.contains("/privateEndpointConnections/pe-1?api-version="), "{link}");
    let updating = answer.ok();
    assert_eq!(state(&updating), ("Updating", "Approved"));
    assert_eq!(
        updating["properties"]["privateLinkServiceConnectionState"]["description"],
        "You are Approved!"
    );
    assert_eq!(arm.get(&path(&arm, "/pe-1")).await.ok(), updating);
    assert_eq!(follow(&arm, &link).await.ok(), json!({"status": "InProgress"}));
    assert_eq!(code(&put(&arm, "Rejected").await), refused(409, "ConflictError"));
    arm.emulator().clock().advance(LAG);
    assert_eq!(follow(&arm, &link).await.ok(), json!({"status": "Succeeded"}));
    let done = arm.get(&path(&arm, "/pe-1")).await.ok();
    assert_eq!(state(&done), ("Succeeded", "Approved"));
    assert_ne!(done["etag"], updating["etag"], "the etag changes with the state");
    put(&arm, "Rejected").await.ok();
    arm.emulator().clock().advance(LAG);
    assert_eq!(state(&arm.get(&path(&arm, "/pe-1")).await.ok()), ("Succeeded", "Rejected"));
}

#[tokio::test]
async fn a_deletion_is_polled_at_its_location_until_the_connection_is_gone() {
    let arm = with_pending().await;
    let answer = arm.send("DELETE", &path(&arm, "/pe-1"), None).await;
    assert_eq!(answer.status(), 202);
    let link = answer.header("location").unwrap().to_owned();
    assert_eq!(follow(&arm, &link).await.status(), 202);
    assert_eq!(state(&arm.get(&path(&arm, "/pe-1")).await.ok()), ("Deleting", "Pending"));
    arm.emulator().clock().advance(LAG);
    let gone = follow(&arm, &link).await;
    assert_eq!((gone.status(), gone.text()), (204, ""));
    assert_eq!(arm.get(&path(&arm, "/pe-1")).await.status(), 204, "there is none");
    assert_eq!(arm.send("DELETE", &path(&arm, "/pe-1"), None).await.status(), 204);
    assert_eq!(arm.get(&path(&arm, "")).await.ok(), json!({"value": []}));
    let vault = arm.get_vault("kv-1").await.ok();
    assert!(vault["properties"].get("privateEndpointConnections").is_none());
}

#[tokio::test]
async fn only_a_private_endpoint_makes_a_connection() {
    let arm = with_pending().await;
    let body = json!({"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}});
    let answer = arm.send("PUT", &path(&arm, "/other"), Some(body)).await;
    assert_eq!(code(&answer), refused(404, "PrivateEndpointConnectionNotFound"));
    assert_eq!(code(&put(&arm, "Maybe").await), refused(400, "BadRequest"));
    let empty = arm.send("PUT", &path(&arm, "/pe-1"), Some(json!({"properties": {}}))).await;
    assert_eq!(code(&empty), refused(400, "BadRequest"));
    let link = format!("{}?kv-operation=x", path(&arm, "/pe-1"));
    assert_eq!(code(&arm.get(&link).await), refused(404, "OperationNotFound"));
}

#[tokio::test]
async fn a_private_endpoint_finds_no_vault_that_is_not_there_and_connects_once() {
    let arm = with_pending().await;
    let connect = |id: &str| arm.emulator().connect_private_endpoint(id, "pe-1").unwrap_err();
    for id in [arm.vault_path("rg", "none"), arm.vault_path("rg", "kv-1"), "kv-1".to_owned()] {
        let error = connect(&id);
        assert_eq!(error.to_string(), "the emulator could not connect a private endpoint", "{id}");
    }
}

#[tokio::test]
async fn the_vault_is_all_that_a_private_endpoint_can_ask_for() {
    let arm = with_pending().await;
    let path = format!("{}/privateLinkResources", arm.vault_path("rg", "kv-1"));
    let resources = arm.get(&path).await.ok();
    assert_eq!(
        resources["value"][0]["properties"],
        json!({
            "groupId": "vault", "requiredMembers": ["default"],
            "requiredZoneNames": ["privatelink.vaultcore.azure.net"],
        })
    );
    assert_eq!(resources["value"].as_array().unwrap().len(), 1);
    assert_eq!(resources["value"][0]["id"], format!("{path}/vault"));
    let none = path.replace("kv-1", "none");
    assert_eq!(code(&arm.get(&none).await), refused(404, "ResourceNotFound"));
}

/// What a private endpoint sends that asks for one connection.
fn endpoint(arm: &Arm, list: &str, message: Option<&str>) -> Value {
    let vault = arm.vault_path("rg", "kv-1");
    let link = json!({"name": "link", "properties": {
        "privateLinkServiceId": vault, "groupIds": ["vault"], "requestMessage": message,
    }});
    json!({"location": "westus", "properties": {"subnet": {"id": "any"}, list: [link]}})
}

fn endpoint_path(arm: &Arm) -> String {
    arm.vault_path("rg", "pe-2")
        .replace("Microsoft.KeyVault/vaults", "Microsoft.Network/privateEndpoints")
}

#[tokio::test]
async fn a_private_endpoint_made_through_arm_connects_at_once_unless_somebody_has_to_approve() {
    for (list, message, status) in [
        ("privateLinkServiceConnections", None, "Approved"),
        ("manualPrivateLinkServiceConnections", Some("Please."), "Pending"),
    ] {
        let arm = with_pending().await;
        let body = endpoint(&arm, list, message);
        let made = arm.send("PUT", &endpoint_path(&arm), Some(body.clone())).await;
        assert_eq!(made.status(), 201, "{}", made.text());
        let made = made.json();
        assert_eq!(
            (&made["name"], &made["type"]),
            (&json!("pe-2"), &json!("Microsoft.Network/privateEndpoints"))
        );
        let connection = arm.get(&path(&arm, "/link")).await.ok();
        assert_eq!(state(&connection), ("Succeeded", status));
        let asked = &connection["properties"]["privateLinkServiceConnectionState"];
        assert_eq!(asked.get("description").and_then(Value::as_str), message);
        assert_eq!(connection["properties"]["privateEndpoint"]["id"], endpoint_path(&arm));
        let link = &made["properties"][list][0]["properties"];
        assert_eq!(link["privateLinkServiceConnectionState"], *asked);
        assert_eq!(arm.send("PUT", &endpoint_path(&arm), Some(body)).await.ok(), made);
    }
}

#[tokio::test]
async fn a_private_endpoint_sees_its_connection_end_and_ends_it() {
    let arm = with_pending().await;
    let list = "privateLinkServiceConnections";
    let endpoint_path = endpoint_path(&arm);
    let body = endpoint(&arm, list, None);
    assert_eq!(arm.send("PUT", &endpoint_path, Some(body.clone())).await.status(), 201);
    arm.send("DELETE", &path(&arm, "/link"), None).await;
    arm.emulator().clock().advance(LAG);
    let seen = arm.get(&endpoint_path).await.ok();
    let link = &seen["properties"][list][0]["properties"];
    assert_eq!(link["privateLinkServiceConnectionState"]["status"], "Disconnected");
    assert_eq!(arm.send("DELETE", &endpoint_path, None).await.status(), 200);
    assert_eq!(code(&arm.get(&endpoint_path).await), refused(404, "ResourceNotFound"));
    assert_eq!(arm.send("DELETE", &endpoint_path, None).await.status(), 204);

    assert_eq!(arm.send("PUT", &endpoint_path, Some(body)).await.status(), 201);
    assert_eq!(arm.send("DELETE", &endpoint_path, None).await.status(), 200);
    assert_eq!(arm.get(&path(&arm, "/link")).await.status(), 204, "gone with its endpoint");
    assert_eq!(arm.get(&path(&arm, "/pe-1")).await.ok()["name"], "pe-1", "others stay");
}

#[tokio::test]
async fn a_group_that_is_deleted_takes_its_private_endpoints_along() {
    let arm = with_pending().await;
    arm.put_group("other").await;
    let elsewhere = endpoint_path(&arm).replace("/resourceGroups/rg/", "/resourceGroups/other/");
    let body = endpoint(&arm, "privateLinkServiceConnections", None);
    assert_eq!(arm.send("PUT", &elsewhere, Some(body)).await.status(), 201);
    assert_eq!(arm.get(&path(&arm, "/link")).await.ok()["name"], "link");
    let group = format!("{}/resourcegroups/other", arm.subscription());
    assert_eq!(arm.send("DELETE", &group, None).await.status(), 202);
    assert_eq!(arm.get(&path(&arm, "/link")).await.status(), 204);
    assert_eq!(arm.get_vault("kv-1").await.ok()["name"], "kv-1");
}

#[tokio::test]
async fn a_private_endpoint_that_cannot_connect_is_not_made() {
    let arm = with_pending().await;
    let good = endpoint(&arm, "privateLinkServiceConnections", None);
    let link = "/properties/privateLinkServiceConnections/0";
    let with = |place: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(&format!("{link}{place}")).unwrap() = value;
        body
    };
    let none = arm.vault_path("rg", "none");
    let mut twice = good.clone();
    twice["properties"]["manualPrivateLinkServiceConnections"] =
        json!([good.pointer(link).unwrap().clone()]);
    for (body, expected) in [
        (with("/properties/privateLinkServiceId", json!(none)), refused(404, "ResourceNotFound")),
        (with("/properties/privateLinkServiceId", json!("/kv")), refused(400, "BadRequest")),
        (with("/properties/groupIds", json!(["blob"])), refused(400, "BadRequest")),
        (with("/name", json!("pe-1")), refused(400, "BadRequest")),
        (twice, refused(400, "BadRequest")),
    ] {
        let answer = arm.send("PUT", &endpoint_path(&arm), Some(body.clone())).await;
        assert_eq!(code(&answer), expected, "{body}");
    }
    assert_eq!(code(&arm.get(&endpoint_path(&arm)).await), refused(404, "ResourceNotFound"));
    assert_eq!(arm.get(&path(&arm, "/link")).await.status(), 204);
}

#[tokio::test]
async fn links_lead_to_groups_whose_names_have_any_letters() {
    let arm = Arm::new().await;
    let group = "caf\u{e9}-(1)";
    assert_eq!(arm.put_group(group).await.status(), 201);
    let vault = arm.vault_path(group, "kv-1");
    arm.send("PUT", &vault, Some(arm.body(json!({})))).await.ok();
    arm.emulator().connect_private_endpoint(&vault, "c").unwrap();
    let connection = format!("{vault}/privateEndpointConnections/c");
    let answer = arm.send("DELETE", &connection, None).await;
    assert_eq!(answer.status(), 202);
    let link = answer.header("location").unwrap_or_else(|| panic!("no link"));
    let done = arm.http.send_to("GET", link, Vec::new(), &[]).await;
    assert_eq!(done.status(), 204, "{link}");
}
