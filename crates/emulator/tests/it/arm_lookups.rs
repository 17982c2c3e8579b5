//! What tools look up before they make something: regions, providers, names.

use azvault_emulator::Emulator;
use serde_json::json;

use crate::arm::Arm;

#[tokio::test]
async fn the_regions_have_the_names_that_people_and_paths_use() {
    let arm = Arm::new().await;
    let list = arm.get(&format!("{}/locations", arm.subscription())).await.ok();
    let regions = list["value"].as_array().unwrap();
    let region = regions.iter().find(|region| region["name"] == "westeurope").unwrap();
    let subscription = arm.subscription();
    assert_eq!(
        *region,
        json!({
            "id": format!("{subscription}/locations/westeurope"),
            "name": "westeurope",
            "type": "Region",
            "displayName": "West Europe",
            "regionalDisplayName": "(Europe) West Europe",
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended",
                "geography": "Europe",
                "geographyGroup": "Europe",
                "physicalLocation": "Netherlands",
                "pairedRegion": [{
                    "name": "northeurope", "id": format!("{subscription}/locations/northeurope"),
                }],
            },
        })
    );
}

#[tokio::test]
async fn providers_tell_which_types_they_have_in_which_versions_and_where() {
    let arm = Arm::new().await;
    let list = arm.get(&format!("{}/providers", arm.subscription())).await.ok();
    let list = list["value"].as_array().unwrap();
    let names: Vec<_> = list.iter().map(|one| one["namespace"].as_str().unwrap()).collect();
    assert_eq!(names, ["Microsoft.KeyVault", "Microsoft.Authorization", "Microsoft.Resources"]);
    let one = arm.get(&format!("{}/providers/microsoft.keyvault", arm.subscription())).await.ok();
    assert_eq!(one, list[0]);
    assert_eq!(one["registrationPolicy"], "RegistrationRequired");
    let vaults = &one["resourceTypes"][0];
    assert_eq!(vaults["resourceType"], "vaults");
    assert!(vaults["apiVersions"].as_array().unwrap().contains(&json!("2023-07-01")));
    assert_eq!(vaults["defaultApiVersion"], vaults["apiVersions"][0], "no preview is the newest");
    assert!(vaults["locations"].as_array().unwrap().contains(&json!("West Europe")));
    let tenant = arm.get("/providers/Microsoft.Authorization").await.ok();
    assert_eq!(tenant["id"], "/providers/Microsoft.Authorization");
    assert_eq!(tenant["registrationState"], "Registered");
}

#[tokio::test]
async fn providers_that_need_no_registration_are_registered_always() {
    let arm = Arm::of(Emulator::builder().provider_registered(false)).await;
    let state = async |method, path: &str| {
        let path = format!("{}/providers/{path}", arm.subscription());
        arm.send(method, &path, None).await.ok()["registrationState"].clone()
    };
    assert_eq!(state("GET", "Microsoft.Resources").await, "Registered");
    assert_eq!(state("POST", "Microsoft.Authorization/register").await, "Registered");
    assert_eq!(state("GET", "Microsoft.KeyVault").await, "NotRegistered");
}

#[tokio::test]
async fn names_of_managed_hsms_are_free_when_they_are_good() {
    let arm = Arm::new().await;
    let check = arm.provider("checkMhsmNameAvailability");
    // The example of the REST documentation.
    let answer = arm.send("POST", &check, Some(json!({"name": "sample-mhsm"}))).await;
    assert_eq!(answer.ok(), json!({"nameAvailable": true}));
    for name in ["my--pool", "1pool", "ab"] {
        let answer = arm.send("POST", &check, Some(json!({"name": name}))).await.ok();
        assert_eq!(answer["nameAvailable"], false, "{name}");
        assert_eq!(answer["reason"], "AccountNameInvalid", "{name}");
    }
}

#[tokio::test]
async fn a_subscription_is_in_lower_case_everywhere() {
    let capitals = "ABCDEF01-2345-4789-ABCD-EF0123456789";
    let arm = Arm::of(Emulator::builder().subscription_id(capitals)).await;
    let lower = capitals.to_lowercase();
    assert_eq!(arm.emulator().subscription_id(), lower);
    let list = arm.get("/subscriptions").await.ok();
    assert_eq!(list["value"][0]["subscriptionId"], lower);
    let made = arm.put("kv-1", json!({})).await.ok();
    let path = arm.vault_path("rg", "kv-1");
    assert_eq!(made["id"], path);
    let spelled = path.replace(&lower, capitals);
    assert_eq!(arm.get(&spelled).await.ok()["id"], path);
}

#[tokio::test]
async fn strict_versions_are_asked_of_lookups_too() {
    let mut arm = Arm::of(Emulator::builder().strict_api_versions(true)).await;
    let lookups = [
        ("2022-12-01", format!("{}/locations", arm.subscription()), "InvalidApiVersionParameter"),
        ("2024-11-01", format!("{}/providers", arm.subscription()), "InvalidApiVersionParameter"),
        ("2026-02-01", arm.provider("managedHSMs"), "InvalidResourceType"),
    ];
    for (version, path, code) in lookups {
        arm.http.api_version = version;
        assert_eq!(arm.get(&path).await.status(), 200, "{path}");
        arm.http.api_version = "2099-01-01";
        assert_eq!(arm.get(&path).await.refusal().1, code, "{path}");
    }
    let check = arm.provider("checkMhsmNameAvailability");
    let answer = arm.send("POST", &check, Some(json!({"name": "pool1"}))).await;
    assert_eq!(answer.refusal().1, "InvalidResourceType");
}
