//! Managed HSMs as resources of Resource Manager, and the data plane that each has.

use std::time::Duration;

use azvault_emulator::{Emulator, Principal};
use serde_json::{Value, json};

use crate::{
    arm::{Arm, code, refused},
    support::{Answer, Vault, token},
};

const LAG: Duration = Duration::from_secs(60);
const SCOPE: &str = "https://managedhsm.azure.net/.default";
const SOMEBODY: &str = "8e6d47e0-7969-4fde-a62c-4fea4f165e98";

pub(crate) fn path(arm: &Arm, name: &str) -> String {
    arm.vault_path("rg", name).replace("/vaults/", "/managedHSMs/")
}

/// A managed HSM's body: what is required, and `properties` besides.
pub(crate) fn body(arm: &Arm, properties: &Value) -> Value {
    let mut body = json!({
        "location": "West US", "sku": {"family": "B", "name": "Standard_B1"},
        "properties": {
            "tenantId": arm.emulator().tenant_id(),
            "initialAdminObjectIds": [arm.emulator().default_principal().oid()],
        },
    });
    for (name, value) in properties.as_object().unwrap() {
        body["properties"][name] = value.clone();
    }
    body
}

pub(crate) async fn put(arm: &Arm, name: &str, properties: Value) -> Answer {
    arm.send("PUT", &path(arm, name), Some(body(arm, &properties))).await
}

pub(crate) async fn patch(arm: &Arm, name: &str, body: Value) -> Answer {
    arm.send("PATCH", &path(arm, name), Some(body)).await
}

async fn delete(arm: &Arm, name: &str) -> Answer {
    arm.send("DELETE", &path(arm, name), None).await
}

async fn purge(arm: &Arm, name: &str) -> Answer {
    let path = arm.provider(&format!("locations/westus/deletedManagedHSMs/{name}/purge"));
    arm.send("POST", &path, None).await
}

/// What the `Location` of a 202 says now.
pub(crate) async fn look(arm: &Arm, accepted: &Answer) -> Answer {
    assert_eq!(accepted.status(), 202, "{accepted:?}");
    arm.http.send_to("GET", accepted.header("location").unwrap(), "", &[]).await
}

pub(crate) async fn make(arm: &Arm, name: &str, properties: Value) -> Value {
    let accepted = put(arm, name, properties).await;
    (*look(arm, &accepted).await.ok()).clone()
}

pub(crate) async fn data(arm: &Arm, name: &str) -> Vault {
    let emulator = arm.emulator().clone();
    let base = emulator.managed_hsm_url(name);
    Vault::at(emulator, base, SCOPE).await
}

pub(crate) async fn names(arm: &Arm, list: &str) -> Vec<String> {
    let list = arm.get(list).await.ok();
    let names = list["value"].as_array().unwrap().iter();
    names.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_managed_hsm_is_provisioned_for_a_while_and_polled_until_it_is_ready() {
    let arm = Arm::of(Emulator::builder().provisioning_lag(LAG)).await;
    let accepted = put(&arm, "Pool-1", json!({})).await;
    assert_eq!(look(&arm, &accepted).await.status(), 202);
    let made = arm.get(&path(&arm, "pool-1")).await.ok();
    assert_eq!(made["properties"]["provisioningState"], "Provisioning");
    arm.emulator().clock().advance(LAG);
    let made = look(&arm, &accepted).await.ok();
    assert_eq!(made["properties"]["provisioningState"], "Succeeded");
    assert_eq!(made["properties"]["hsmUri"], "https://pool-1.managedhsm.localhost:8443/");
    assert_eq!(made["properties"]["softDeleteRetentionInDays"], 90);
    assert_eq!(*arm.get(&path(&arm, "pool-1")).await.ok(), *made);
    let unknown = arm.provider(&format!("locations/westus/managedHsmOperationResults/{SOMEBODY}"));
    assert_eq!(code(&arm.get(&unknown).await), refused(404, "OperationNotFound"));
}

#[tokio::test]
async fn with_the_services_times_it_takes_as_long_as_recorded() {
    let arm = Arm::of(Emulator::builder().service_times()).await;
    let pass = |seconds| arm.emulator().clock().advance(Duration::from_secs(seconds));
    for (begin, seconds) in [("PUT", 690), ("DELETE", 240)] {
        let body = (begin == "PUT").then(|| body(&arm, &json!({})));
        let accepted = arm.send(begin, &path(&arm, "pool1"), body).await;
        pass(seconds - 1);
        assert_eq!(look(&arm, &accepted).await.status(), 202, "{begin}");
        pass(1);
        assert_eq!(look(&arm, &accepted).await.status(), 200, "{begin}");
    }
    let accepted = purge(&arm, "pool1").await;
    pass(89);
    assert_eq!(look(&arm, &accepted).await.status(), 202);
    pass(1);
    assert_eq!(look(&arm, &accepted).await.status(), 200);
}

#[tokio::test]
async fn a_retention_may_be_a_text_as_the_azure_cli_sends_it() {
    let arm = Arm::new().await;
    let made = make(&arm, "pool1", json!({"softDeleteRetentionInDays": "30"})).await;
    assert_eq!(made["properties"]["softDeleteRetentionInDays"], 30);
}

#[tokio::test]
async fn its_keys_are_for_its_administrators_alone() {
    let arm = Arm::new().await;
    make(&arm, "pool1", json!({})).await;
    let mut hsm = data(&arm, "pool1").await;
    hsm.create("k", json!({"kty": "EC"})).await;
    hsm.post("/rng", json!({"count": 8})).await.ok();
    hsm.token = Some(token(arm.emulator(), Principal::new(SOMEBODY), SCOPE).await);
    for (method, path, action, scope) in [
        ("GET", "/keys/k", "keys/read/action", "/keys/k"),
        ("GET", "/keys", "keys/read/action", "/keys"),
        ("DELETE", "/keys/k", "keys/delete", "/keys/k"),
        ("POST", "/rng", "rng/action", "/"),
    ] {
        let answer = hsm.send(method, path, Some(json!({"count": 8}))).await;
        let (status, code, inner, message) = answer.refusal();
        assert_eq!((status, code.as_str(), inner), (403, "AccessDenied", None), "{method} {path}");
        let text = format!(
            "Not authorized to access Microsoft.KeyVault/managedHsm/{action} on {scope} (Activity ID: "
        );
        assert!(message.starts_with(&text), "{message}");
    }
    let admins = json!({"properties": {"initialAdminObjectIds": [SOMEBODY.to_uppercase()]}});
    assert_eq!(patch(&arm, "pool1", admins).await.status(), 202);
    hsm.get("/keys/k").await.ok();
}

#[tokio::test]
async fn it_computes_without_being_activated_and_says_that_it_is_not() {
    let arm = Arm::new().await;
    let made = make(&arm, "pool1", json!({"softDeleteRetentionInDays": 7})).await;
    let domain = &made["properties"]["securityDomainProperties"];
    assert_eq!(domain["activationStatus"], "NotActivated");
    let hsm = data(&arm, "pool1").await;
    let key = hsm.post("/keys/k/create", json!({"kty": "RSA"})).await.ok();
    assert_eq!(key["key"]["kty"], "RSA-HSM");
    assert_eq!(key["attributes"]["recoverableDays"], 7);
}

#[tokio::test]
async fn it_answers_while_it_is_being_provisioned() {
    let arm = Arm::of(Emulator::builder().provisioning_lag(LAG)).await;
    assert_eq!(put(&arm, "pool1", json!({})).await.status(), 202);
    data(&arm, "pool1").await.get("/keys").await.ok();
}

#[tokio::test]
async fn a_patch_changes_what_it_says_and_takes_a_while() {
    let arm = Arm::of(Emulator::builder().provisioning_lag(LAG)).await;
    let made = put(&arm, "pool1", json!({"publicNetworkAccess": "Disabled"})).await;
    assert_eq!(made.status(), 202);
    arm.emulator().clock().advance(LAG);
    let change = json!({"tags": {"team": "a"}, "properties": {"enablePurgeProtection": true}});
    let accepted = patch(&arm, "pool1", change).await;
    let shown = arm.get(&path(&arm, "pool1")).await.ok();
    assert_eq!(shown["properties"]["provisioningState"], "Updating");
    assert_eq!(look(&arm, &accepted).await.status(), 202);
    arm.emulator().clock().advance(LAG);
    let changed = look(&arm, &accepted).await.ok();
    assert_eq!(changed["tags"], json!({"team": "a"}));
    assert_eq!(changed["properties"]["enablePurgeProtection"], true);
    assert_eq!(changed["properties"]["publicNetworkAccess"], "Disabled");
    let missing = patch(&arm, "pool2", json!({})).await;
    assert_eq!(code(&missing), refused(404, "ResourceNotFound"));
}

#[tokio::test]
async fn a_put_of_one_that_is_there_resets_what_it_leaves_out() {
    let arm = Arm::new().await;
    let rules = json!({"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.7"}],
        "serviceTags": [{"tag": "AzureBackup"}]});
    let regions = json!([{"name": "eastus", "isPrimary": false}]);
    let first = json!({
        "networkAcls": rules, "regions": regions, "enablePurgeProtection": true,
        "softDeleteRetentionInDays": 30,
    });
    let made = make(&arm, "pool1", first).await;
    assert_eq!(
        made["properties"]["networkAcls"],
        json!({"bypass": "AzureServices", "defaultAction": "Deny",
            "ipRules": [{"value": "203.0.113.7/32"}], "virtualNetworkRules": [],
            "serviceTags": [{"tag": "AzureBackup"}]})
    );
    let listed = arm.get(&format!("{}/regions", path(&arm, "pool1"))).await.ok();
    let region = json!({"name": "eastus", "provisioningState": "Succeeded", "isPrimary": false});
    assert_eq!(*listed, json!({"value": [region]}));
    assert_eq!(made["properties"]["regions"], listed["value"]);
    let refusal = data(&arm, "pool1").await.get("/keys").await.refusal();
    assert_eq!((refusal.0, refusal.2.as_deref()), (403, Some("ForbiddenByFirewall")));

    let again = make(&arm, "pool1", json!({})).await;
    assert_eq!(again["properties"]["networkAcls"]["defaultAction"], "Allow");
    assert_eq!(again["properties"]["regions"], json!([]));
    assert_eq!(again["properties"]["enablePurgeProtection"], true, "cannot be undone");
    assert_eq!(again["properties"]["softDeleteRetentionInDays"], 30, "nor this");
    data(&arm, "pool1").await.get("/keys").await.ok();
}

#[tokio::test]
async fn a_deleted_one_is_gone_with_its_keys_and_comes_back_with_them() {
    let arm = Arm::of(Emulator::builder().deletion_lag(LAG)).await;
    make(&arm, "pool1", json!({"softDeleteRetentionInDays": 7})).await;
    data(&arm, "pool1").await.create("k", json!({"kty": "EC"})).await;
    let deleted_path = arm.provider("locations/West%20US/deletedManagedHSMs/POOL1");
    let accepted = delete(&arm, "pool1").await;
    // Its name would not resolve any more.
    assert_eq!(data(&arm, "pool1").await.get("/keys/k").await.status(), 404);
    let shown = arm.get(&path(&arm, "pool1")).await.ok();
    assert_eq!(shown["properties"]["provisioningState"], "Deleting");
    for early in [patch(&arm, "pool1", json!({})).await, put(&arm, "pool1", json!({})).await] {
        assert_eq!(code(&early), refused(409, "ConflictError"));
    }
    let early = arm.get(&deleted_path).await;
    assert_eq!(code(&early), refused(404, "DeletedManagedHsmNotFound"));
    assert_eq!(look(&arm, &accepted).await.status(), 202);

    arm.emulator().clock().advance(LAG);
    let done = look(&arm, &accepted).await;
    assert_eq!((done.status(), done.text()), (200, ""));
    assert_eq!(code(&arm.get(&path(&arm, "pool1")).await), refused(404, "ResourceNotFound"));
    assert_eq!(delete(&arm, "pool1").await.status(), 204);
    let deleted = arm.get(&deleted_path).await.ok();
    assert_eq!(deleted["properties"]["mhsmId"], path(&arm, "pool1"));
    assert_eq!(names(&arm, &arm.provider("deletedManagedHSMs")).await, ["pool1"]);
    assert!(names(&arm, &arm.provider("managedHSMs")).await.is_empty());

    let recover = json!({"location": "westus", "properties": {"createMode": "Recover"}});
    let accepted = arm.send("PUT", &path(&arm, "pool1"), Some(recover)).await;
    let back = look(&arm, &accepted).await.ok();
    assert_eq!(back["properties"]["softDeleteRetentionInDays"], 7);
    data(&arm, "pool1").await.get("/keys/k").await.ok();
    assert!(names(&arm, &arm.provider("deletedManagedHSMs")).await.is_empty());
}

#[tokio::test]
async fn a_name_is_free_again_once_the_managed_hsm_is_purged() {
    let arm = Arm::of(Emulator::builder().purge_lag(LAG)).await;
    make(&arm, "pool1", json!({})).await;
    data(&arm, "pool1").await.create("k", json!({"kty": "EC"})).await;
    assert_eq!(code(&purge(&arm, "pool1").await), refused(404, "DeletedManagedHsmNotFound"));
    assert_eq!(delete(&arm, "pool1").await.status(), 202);
    let plain = put(&arm, "pool1", json!({})).await;
    assert_eq!(code(&plain), refused(409, "ManagedHsmAlreadyExists"), "it is not recovered");

    let accepted = purge(&arm, "pool1").await;
    assert_eq!(look(&arm, &accepted).await.status(), 202);
    let late = put(&arm, "pool1", json!({"createMode": "recover"})).await;
    assert_eq!(code(&late), refused(409, "ManagedHsmAlreadyExists"));
    arm.emulator().clock().advance(LAG);
    let done = look(&arm, &accepted).await;
    assert_eq!((done.status(), done.text()), (200, ""));
    let gone = put(&arm, "pool1", json!({"createMode": "recover"})).await;
    assert_eq!(code(&gone), refused(404, "DeletedManagedHsmNotFound"));
    make(&arm, "pool1", json!({})).await;
    assert_eq!(data(&arm, "pool1").await.get("/keys/k").await.status(), 404, "a new one is empty");
}

#[tokio::test]
async fn purge_protection_keeps_a_managed_hsm_until_its_retention_ends() {
    let arm = Arm::new().await;
    let kept = json!({"enablePurgeProtection": true, "softDeleteRetentionInDays": 7});
    make(&arm, "pool1", kept).await;
    let off = json!({"properties": {"enablePurgeProtection": false}});
    assert_eq!(code(&patch(&arm, "pool1", off).await), refused(400, "BadRequest"));
    assert_eq!(delete(&arm, "pool1").await.status(), 202);
    let deleted = arm.get(&arm.provider("locations/westus/deletedManagedHSMs/pool1")).await.ok();
    assert_eq!(deleted["properties"]["purgeProtectionEnabled"], true);
    assert_eq!(code(&purge(&arm, "pool1").await), refused(405, "MethodNotAllowed"));
    arm.emulator().clock().advance(Duration::from_secs(7 * 24 * 3600));
    assert!(names(&arm, &arm.provider("deletedManagedHSMs")).await.is_empty());
    make(&arm, "pool1", json!({})).await;
}

#[tokio::test]
async fn a_name_is_one_managed_hsms_everywhere_and_a_vault_may_have_it_too() {
    let arm = Arm::new().await;
    assert_eq!(arm.put_group("other").await.status(), 201);
    let check = arm.provider("checkMhsmNameAvailability");
    let available = async |name: &str| {
        let answer = arm.send("POST", &check, Some(json!({"name": name}))).await.ok();
        (answer["nameAvailable"].as_bool().unwrap(), answer.get("reason").cloned())
    };
    assert_eq!(available("pool1").await, (true, None));
    make(&arm, "pool1", json!({})).await;
    let taken = (false, Some(json!("AlreadyExists")));
    assert_eq!(available("POOL1").await, taken);
    for (group, location) in [("other", "westus"), ("rg", "eastus")] {
        let mut body = body(&arm, &json!({}));
        body["location"] = json!(location);
        let place = path(&arm, "Pool1").replace("/rg/", &format!("/{group}/"));
        let answer = arm.send("PUT", &place, Some(body)).await;
        assert_eq!(code(&answer), refused(409, "ManagedHsmAlreadyExists"), "{group} {location}");
    }
    assert_eq!(delete(&arm, "pool1").await.status(), 202);
    assert_eq!(available("pool1").await, taken, "a deleted one keeps its name");
    arm.put("pool1", json!({})).await.ok();
    arm.get_vault("pool1").await.ok();
    assert_eq!(code(&arm.get(&path(&arm, "pool1")).await), refused(404, "ResourceNotFound"));
}

#[tokio::test]
async fn bad_managed_hsms_are_refused() {
    let arm = Arm::new().await;
    for wrong in [
        json!({"tenantId": null}),
        json!({"tenantId": "me"}),
        json!({"initialAdminObjectIds": null}),
        json!({"initialAdminObjectIds": []}),
        json!({"initialAdminObjectIds": ["me"]}),
        json!({"softDeleteRetentionInDays": 6}),
        json!({"softDeleteRetentionInDays": 91}),
        json!({"softDeleteRetentionInDays": "91"}),
        json!({"softDeleteRetentionInDays": "seven"}),
        json!({"enableSoftDelete": false}),
        json!({"createMode": "again"}),
        json!({"publicNetworkAccess": "Sometimes"}),
        json!({"networkAcls": {"defaultAction": "Ask"}}),
        json!({"networkAcls": {"ipRules": [{"value": "10.0.0.1"}]}}),
    ] {
        let answer = put(&arm, "pool1", wrong.clone()).await;
        assert_eq!(code(&answer), refused(400, "BadRequest"), "{wrong}");
    }
    for (member, wrong) in [
        ("sku", json!(null)),
        ("sku", json!({"family": "A", "name": "standard"})),
        ("sku", json!({"family": "B"})),
        ("properties", json!(null)),
    ] {
        let mut body = body(&arm, &json!({}));
        body[member] = wrong;
        let answer = arm.send("PUT", &path(&arm, "pool1"), Some(body.clone())).await;
        assert_eq!(code(&answer), refused(400, "BadRequest"), "{body}");
    }
    for name in ["1pool", "my--pool", "ab", "pool-"] {
        assert_eq!(code(&put(&arm, name, json!({})).await), refused(400, "BadRequest"), "{name}");
    }
    let nowhere = arm.send("PUT", &path(&arm, "pool1"), Some(json!({}))).await;
    assert_eq!(code(&nowhere), refused(400, "LocationRequired"));
    assert!(names(&arm, &arm.provider("managedHSMs")).await.is_empty(), "nothing was made");

    make(&arm, "pool1", json!({"softDeleteRetentionInDays": 7})).await;
    for wrong in [
        json!({"softDeleteRetentionInDays": 8}),
        json!({"tenantId": SOMEBODY}),
        json!({"initialAdminObjectIds": []}),
    ] {
        let answer = patch(&arm, "pool1", json!({"properties": wrong})).await;
        assert_eq!(code(&answer), refused(400, "BadRequest"), "{wrong}");
    }
}

#[tokio::test]
async fn one_that_was_first_used_by_its_name_keeps_its_keys_and_gets_administrators() {
    let arm = Arm::new().await;
    let mut hsm = data(&arm, "pool1").await;
    hsm.create("k", json!({"kty": "EC"})).await;
    hsm.token = Some(token(arm.emulator(), Principal::new(SOMEBODY), SCOPE).await);
    hsm.get("/keys/k").await.ok();
    assert!(names(&arm, &arm.provider("managedHSMs")).await.is_empty());
    make(&arm, "pool1", json!({})).await;
    assert_eq!(hsm.get("/keys/k").await.status(), 403);
    data(&arm, "pool1").await.get("/keys/k").await.ok();
}
