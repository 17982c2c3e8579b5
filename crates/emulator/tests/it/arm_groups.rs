//! Resource groups.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::{
    arm::{Arm, code, refused},
    support::member_order,
};

#[tokio::test]
async fn a_group_is_made_with_201_and_changed_with_200() {
    let arm = Arm::new().await;
    let path = format!("{}/resourcegroups/New-RG", arm.subscription());
    let body = json!({"location": "canadacentral", "tags": {"a": "1"}});
    let made = arm.send("PUT", &path, Some(body)).await;
    assert_eq!(made.status(), 201);
    member_order(made.text(), &["id", "name", "type", "location", "tags", "properties"]);
    let group = made.json();
    assert_eq!(group["id"], format!("{}/resourceGroups/New-RG", arm.subscription()));
    assert_eq!(group["type"], "Microsoft.Resources/resourceGroups");
    assert_eq!(group["properties"], json!({"provisioningState": "Succeeded"}));
    let body = json!({"location": "Canada Central"});
    let changed = arm.send("PUT", &path.to_lowercase(), Some(body)).await.ok();
    assert_eq!((&changed["id"], &changed["tags"]), (&group["id"], &json!({})));
    assert_eq!(arm.get(&path).await.ok(), changed);
    let moved = arm.send("PUT", &path, Some(json!({"location": "eastus"}))).await;
    assert_eq!(code(&moved), refused(409, "InvalidResourceGroupLocation"));
}

#[tokio::test]
async fn bad_groups_are_refused() {
    let arm = Arm::new().await;
    let path = |name: &str| format!("{}/resourcegroups/{name}", arm.subscription());
    let answer = arm.send("PUT", &path("new"), Some(json!({}))).await;
    assert_eq!(code(&answer), refused(400, "LocationRequired"));
    let answer = arm.http.send_to("PUT", &url(&arm, &path("new")), "{", &[]).await;
    assert_eq!(code(&answer), refused(400, "InvalidRequestContent"));
    for name in ["dot.", "a%20b"] {
        let answer = arm.send("PUT", &path(name), Some(json!({"location": "eastus"}))).await;
        assert_eq!(answer.status(), 400, "{name}");
    }
}

fn url(arm: &Arm, path: &str) -> String {
    format!("{}{path}?api-version=2024-11-01", arm.emulator().management_url())
}

#[tokio::test]
async fn groups_are_found_by_get_head_and_list_within_their_subscription() {
    let arm = Arm::new().await;
    arm.put_group("second").await;
    let path = |name: &str| format!("{}/resourceGroups/{name}", arm.subscription());
    let exists = arm.send("HEAD", &path("RG"), None).await;
    assert_eq!((exists.status(), exists.text()), (204, ""));
    let none = arm.send("HEAD", &path("none"), None).await;
    assert_eq!((none.status(), none.text()), (404, ""));
    assert_eq!(
        arm.get(&path("none")).await.refusal(),
        (
            404,
            "ResourceGroupNotFound".to_owned(),
            None,
            "Resource group 'none' could not be found.".to_owned()
        )
    );
    let list = arm.get(&path("")).await.ok();
    let names: Vec<_> = list["value"].as_array().unwrap().iter().map(|g| &g["name"]).collect();
    assert_eq!(names, ["rg", "second"]);
    let other = "/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups";
    assert_eq!(arm.get(other).await.ok(), json!({"value": []}));
}

#[tokio::test]
async fn deleting_a_group_soft_deletes_its_vaults_and_is_polled() {
    let lag = Duration::from_secs(10);
    let arm = Arm::of(Emulator::builder().deletion_lag(lag)).await;
    let data = arm.open_vault("kv-1", json!({})).await;
    data.set("s", json!({"value": "v"})).await;
    let group = format!("{}/resourcegroups/rg", arm.subscription());
    let accepted = arm.send("DELETE", &group, None).await;
    assert_eq!((accepted.status(), accepted.text()), (202, ""));
    assert_eq!(accepted.header("retry-after"), Some("1"));
    let location = accepted.header("location").unwrap().to_owned();
    assert!(location.starts_with(&arm.emulator().management_url()), "{location}");
    let running = arm.http.send_to("GET", &location, "", &[]).await;
    assert_eq!((running.status(), running.header("location")), (202, Some(location.as_str())));
    arm.emulator().clock().advance(lag);
    assert_eq!(arm.http.send_to("GET", &location, "", &[]).await.status(), 200);

    assert_eq!(code(&arm.get_vault("kv-1").await), refused(404, "ResourceGroupNotFound"));
    assert_eq!(data.get("/secrets/s").await.status(), 404);
    let deleted = arm.get(&arm.provider("deletedVaults")).await.ok();
    assert_eq!(deleted["value"][0]["name"], "kv-1");
    assert_eq!(code(&arm.put("kv-1", json!({})).await), refused(404, "ResourceGroupNotFound"));
    assert_eq!(arm.send("DELETE", &group, None).await.status(), 404);

    arm.put_group("rg").await;
    arm.put("kv-1", json!({"createMode": "recover"})).await.ok();
    assert_eq!(data.get("/secrets/s").await.ok()["value"], "v");
}

#[tokio::test]
async fn groups_are_filtered_by_one_tag_and_by_nothing_else() {
    let arm = Arm::new().await;
    let groups = format!("{}/resourcegroups", arm.subscription());
    for (name, tags) in
        [("blue", json!({"Team": "blue"})), ("red", json!({"team": "red", "x": "blue"}))]
    {
        let body = json!({"location": "westus", "tags": tags});
        assert_eq!(arm.send("PUT", &format!("{groups}/{name}"), Some(body)).await.status(), 201);
    }
    for (filter, expected) in [
        ("tagname%20eq%20%27team%27", vec!["blue", "red"]),
        ("tagname+eq+%27team%27+and+tagvalue+eq+%27blue%27", vec!["blue"]),
        ("tagName%20eq%20'none'", vec![]),
    ] {
        let list = arm.get(&format!("{groups}?$filter={filter}")).await.ok();
        let list = list["value"].as_array().unwrap();
        let names: Vec<_> = list.iter().map(|group| group["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{filter}");
    }
    let answer = arm.get(&format!("{groups}?$filter=name%20eq%20'a'")).await;
    assert_eq!(code(&answer), refused(400, "InvalidFilterInQueryString"));
}

#[tokio::test]
async fn a_patch_replaces_the_tags_of_a_group_that_is_there() {
    let arm = Arm::new().await;
    let path = format!("{}/resourcegroups/rg", arm.subscription());
    let tagged = arm.send("PATCH", &path, Some(json!({"tags": {"a": "1"}}))).await.ok();
    assert_eq!((&tagged["tags"], &tagged["location"]), (&json!({"a": "1"}), &json!("westus")));
    assert_eq!(arm.send("PATCH", &path, Some(json!({}))).await.ok(), tagged);
    assert_eq!(arm.get(&path).await.ok(), tagged);
    let none = arm.send("PATCH", &path.replace("/rg", "/none"), Some(json!({}))).await;
    assert_eq!(code(&none), refused(404, "ResourceGroupNotFound"));
}
