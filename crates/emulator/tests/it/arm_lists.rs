//! Lists of vaults: by group, by subscription, and ARM's own list of resources.

use serde_json::{Value, json};

use crate::{arm::Arm, support::Answer};

const ELSEWHERE: &str = "/subscriptions/11111111-2222-3333-4444-555555555555";
const TYPE: &str = "$filter=resourceType%20eq%20'Microsoft.KeyVault/vaults'";

async fn with_vaults() -> Arm {
    let arm = Arm::new().await;
    arm.put_group("other").await;
    for (group, name) in [("rg", "kv-b"), ("rg", "kv-a"), ("other", "kv-c")] {
        arm.send("PUT", &arm.vault_path(group, name), Some(arm.body(json!({})))).await.ok();
    }
    arm
}

fn names(page: &Value) -> Vec<&str> {
    page["value"].as_array().unwrap().iter().map(|vault| vault["name"].as_str().unwrap()).collect()
}

async fn follow(arm: &Arm, page: &Value) -> Answer {
    arm.http.send_to("GET", page["nextLink"].as_str().unwrap(), "", &[]).await
}

#[tokio::test]
async fn a_page_with_vaults_has_a_link_and_the_empty_one_after_it_has_none() {
    let arm = with_vaults().await;
    let path = arm.vault_path("rg", "");
    let page = arm.get(&path).await.ok();
    assert_eq!(names(&page), ["kv-a", "kv-b"]);
    assert_eq!(page["value"][0], arm.get_vault("kv-a").await.ok());
    assert_eq!(
        page["nextLink"],
        format!(
            "https://localhost:8443{}?api-version=2023-07-01&$skiptoken=a3YtYg",
            path.trim_end_matches('/')
        )
    );
    assert_eq!(follow(&arm, &page).await.text(), r#"{"value":[]}"#);
}

#[tokio::test]
async fn top_limits_a_page_and_stays_in_the_link() {
    let arm = with_vaults().await;
    let first = arm.get(&arm.provider("vaults?$top=2")).await.ok();
    assert_eq!(names(&first), ["kv-a", "kv-b"]);
    assert!(first["nextLink"].as_str().unwrap().ends_with("&$top=2"), "{first}");
    let second = follow(&arm, &first).await.ok();
    assert_eq!(names(&second), ["kv-c"]);
    assert_eq!(follow(&arm, &second).await.ok(), json!({"value": []}));
    for query in ["$top=0", "$top=x", "$skiptoken=*"] {
        assert_eq!(
            arm.get(&arm.provider(&format!("vaults?{query}"))).await.status(),
            400,
            "{query}"
        );
    }
}

#[tokio::test]
async fn deleted_vaults_and_other_subscriptions_are_not_listed() {
    let arm = with_vaults().await;
    arm.delete("kv-a").await;
    assert_eq!(names(&arm.get(&arm.provider("vaults")).await.ok()), ["kv-b", "kv-c"]);
    let other = format!("{ELSEWHERE}/providers/Microsoft.KeyVault/vaults");
    assert_eq!(arm.get(&other).await.ok(), json!({"value": []}));
    let unknown = arm.get(&arm.vault_path("none", "")).await;
    assert_eq!(unknown.refusal().1, "ResourceGroupNotFound");
}

#[tokio::test]
async fn the_list_of_resources_finds_vaults_by_type_and_name() {
    let arm = with_vaults().await;
    let resources = format!("{}/resources", arm.subscription());
    let all = arm.get(&format!("{resources}?{TYPE}")).await.ok();
    assert_eq!(names(&all), ["kv-a", "kv-b", "kv-c"]);
    assert!(all.get("nextLink").is_none(), "there is one page");
    assert_eq!(
        all["value"][0],
        json!({
            "id": arm.vault_path("rg", "kv-a"), "name": "kv-a",
            "type": "Microsoft.KeyVault/vaults", "location": "westus", "tags": {},
        })
    );
    let one = arm.get(&format!("{resources}?{TYPE}%20and%20name%20eq%20'KV-C'")).await.ok();
    assert_eq!(names(&one), ["kv-c"]);
    let sites = format!("{resources}?$filter=resourceType%20eq%20'Microsoft.Web/sites'");
    assert_eq!(arm.get(&sites).await.ok(), json!({"value": []}));
    let answer = arm.get(&format!("{resources}?$filter=kind%20eq%20'a'")).await;
    assert_eq!(answer.refusal().1, "InvalidFilterInQueryString");
    assert_eq!(arm.get(&format!("{ELSEWHERE}/resources")).await.ok(), json!({"value": []}));
}

#[tokio::test]
async fn resources_are_filtered_by_place_tag_part_of_a_name_and_alternatives() {
    let arm = with_vaults().await;
    let mut body = arm.body(json!({}));
    body["location"] = json!("North Europe");
    body["tags"] = json!({"Team": "blue", "stage": "test"});
    arm.send("PUT", &arm.vault_path("other", "far-1"), Some(body)).await.ok();
    let resources = format!("{}/resources", arm.subscription());
    for (filter, expected) in [
        ("location eq 'northeurope'", vec!["far-1"]),
        (
            "location ne 'North Europe' and resourceType eq 'microsoft.keyvault/vaults'",
            vec!["kv-a", "kv-b", "kv-c"],
        ),
        (
            "resourceGroup eq 'OTHER' and resourceType eq 'Microsoft.KeyVault/vaults'",
            vec!["far-1", "kv-c"],
        ),
        ("tagname eq 'team' and tagvalue eq 'blue'", vec!["far-1"]),
        ("tagname eq 'team' and tagvalue eq 'test'", vec![]),
        ("startswith(tagname, 'st')", vec!["far-1"]),
        ("substringof('V-', name)", vec!["kv-a", "kv-b", "kv-c"]),
        ("name eq 'kv-a' or name eq 'far-1'", vec!["far-1", "kv-a"]),
        (
            "resourceType eq 'Microsoft.Web/sites' or resourceType ne 'Microsoft.Web/sites'",
            vec!["far-1", "kv-a", "kv-b", "kv-c"],
        ),
        ("name eq 'x or y'", vec![]),
    ] {
        let list = arm.get(&format!("{resources}?$filter={filter}")).await.ok();
        assert_eq!(names(&list), expected, "{filter}");
    }
}

#[tokio::test]
async fn times_and_states_of_resources_are_told_when_they_are_asked_for() {
    let arm = with_vaults().await;
    let resources = format!("{}/resources", arm.subscription());
    let expand = "%24expand=createdTime%2CchangedTime%2CprovisioningState&$top=1";
    let page = arm.get(&format!("{resources}?{expand}")).await.ok();
    let vault = &page["value"][0];
    assert_eq!(vault["provisioningState"], "Succeeded");
    for time in ["createdTime", "changedTime"] {
        let time = vault[time].as_str().unwrap();
        assert!(time.ends_with('Z') && time.len() > 19, "{time}");
    }
    let next = follow(&arm, &page).await.ok();
    assert_eq!(next["value"][0]["provisioningState"], "Succeeded", "{next}");
    let plain = arm.get(&resources).await.ok();
    assert!(plain["value"][0].get("createdTime").is_none(), "{plain}");
}

#[tokio::test]
async fn resources_are_paged_and_keep_their_filter() {
    let arm = with_vaults().await;
    let path = format!("{}/resourceGroups/rg/resources?{TYPE}&$top=1", arm.subscription());
    let first = arm.get(&path).await.ok();
    assert_eq!(names(&first), ["kv-a"]);
    let link = first["nextLink"].as_str().unwrap();
    assert!(link.contains("filter=resourceType%20eq"), "{link}");
    let second = follow(&arm, &first).await.ok();
    assert_eq!(names(&second), ["kv-b"]);
    assert!(second.get("nextLink").is_none());
}

#[tokio::test]
async fn the_list_of_all_vaults_keeps_the_old_api_version_of_the_request_in_its_links() {
    let arm = with_vaults().await;
    let base = arm.emulator().management_url();
    let url =
        format!("{base}{}/resources?{TYPE}&$top=2&api-version=2015-11-01", arm.subscription());
    let first = arm.http.send_to("GET", &url, "", &[]).await.ok();
    assert_eq!(names(&first), ["kv-a", "kv-b"]);
    let link = first["nextLink"].as_str().unwrap();
    assert!(link.contains("?api-version=2015-11-01&$skiptoken="), "{link}");
    let second = follow(&arm, &first).await.ok();
    assert_eq!(names(&second), ["kv-c"]);
}

#[tokio::test]
async fn deleted_vaults_come_a_hundred_to_a_page_and_the_links_dollar_is_escaped() {
    let arm = Arm::new().await;
    for number in 0..101 {
        let name = format!("kv-{number:03}");
        arm.put(&name, json!({})).await.ok();
        assert_eq!(arm.delete(&name).await.status(), 200);
    }
    let first = arm.get(&arm.provider("deletedVaults")).await.ok();
    assert_eq!(names(&first).len(), 100);
    let link = first["nextLink"].as_str().unwrap();
    assert!(link.contains("/deletedVaults?api-version=2023-07-01&%24skiptoken="), "{link}");
    let second = follow(&arm, &first).await.ok();
    assert_eq!(names(&second), ["kv-100"]);
    assert!(second.get("nextLink").is_none());
}

#[tokio::test]
async fn the_providers_operations_are_the_actions_that_roles_are_made_of() {
    let arm = Arm::new().await;
    let operations = arm.get("/providers/Microsoft.KeyVault/operations").await.ok();
    let operations = operations["value"].as_array().unwrap();
    let find = |name: &str, data: bool| {
        let known = |operation: &&Value| {
            operation["name"] == format!("Microsoft.KeyVault/{name}")
                && operation["isDataAction"] == data
        };
        operations.iter().find(known).unwrap_or_else(|| panic!("{name}"))
    };
    for name in [
        "register/action",
        "operations/read",
        "vaults/write",
        "vaults/deploy/action",
        "vaults/secrets/write",
        "vaults/accessPolicies/write",
        "checkNameAvailability/read",
        "locations/deletedVaults/purge/action",
        "managedHSMs/write",
    ] {
        find(name, false);
    }
    for name in [
        "vaults/keys/read",
        "vaults/keys/wrap/action",
        "vaults/keyrotationpolicies/write",
        "vaults/secrets/getSecret/action",
        "vaults/secrets/readMetadata/action",
        "vaults/certificatecas/delete",
        "vaults/certificatecontacts/write",
    ] {
        find(name, true);
    }
    assert_eq!(
        find("vaults/secrets/getSecret/action", true)["display"],
        json!({
            "provider": "Microsoft Key Vault", "resource": "Secret",
            "operation": "Get the Value of Secret", "description": "Get the Value of Secret.",
        })
    );
    let names: std::collections::BTreeSet<_> = operations
        .iter()
        .map(|operation| (operation["name"].to_string(), operation["isDataAction"].to_string()))
        .collect();
    assert_eq!(names.len(), operations.len(), "each is told once");
}
