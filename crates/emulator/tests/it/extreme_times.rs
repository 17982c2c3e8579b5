//! Lags that outlast the calendar, and clocks that are set back.

use std::time::Duration;

use azvault_emulator::{Emulator, EmulatorBuilder};
use serde_json::json;
use time::macros::datetime;

use crate::{
    arm::Arm,
    roles::{SECRETS_OFFICER, assign, rbac},
    support::Vault,
};

const ASSIGNMENT: &str = "44444444-4444-4444-4444-444444444444";

fn endless() -> EmulatorBuilder {
    Emulator::builder()
        .provisioning_lag(Duration::MAX)
        .registration_lag(Duration::MAX)
        .deletion_lag(Duration::MAX)
        .recovery_lag(Duration::MAX)
        .purge_lag(Duration::MAX)
        .access_lag(Duration::MAX)
}

#[tokio::test]
async fn a_lag_beyond_the_calendar_never_ends() {
    let arm = Arm::of(endless()).await;
    let made = arm.put("kv-1", json!({})).await.ok();
    assert_eq!(made["properties"]["provisioningState"], "RegisteringDns");
    let vault = arm.vault_path("rg", "kv-1");
    arm.emulator().connect_private_endpoint(&vault, "c").unwrap();
    let connection = format!("{vault}/privateEndpointConnections/c");
    let body = json!({"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}});
    assert_eq!(arm.send("PUT", &connection, Some(body)).await.status(), 200);
    assert_eq!(arm.send("DELETE", &connection, None).await.status(), 202);
    arm.emulator().clock().advance(Duration::from_secs(86_400 * 365 * 1000));
    assert_eq!(arm.get(&connection).await.ok()["properties"]["provisioningState"], "Deleting");
    assert_eq!(arm.delete("kv-1").await.status(), 200);
    assert_eq!(arm.purge("kv-1").await.status(), 202);
    let deleted = arm.provider("locations/westus/deletedVaults/kv-1");
    assert_eq!(arm.get(&deleted).await.status(), 200);
    let group = format!("{}/resourceGroups/rg", arm.subscription());
    assert_eq!(arm.send("DELETE", &group, None).await.status(), 202);
}

#[tokio::test]
async fn a_registration_beyond_the_calendar_never_ends() {
    let arm = Arm::of(endless().provider_registered(false)).await;
    let answer = arm.send("POST", &arm.provider("register"), None).await;
    assert_eq!(answer.ok()["registrationState"], "Registering");
}

#[tokio::test]
async fn a_vault_at_the_end_of_the_calendar_is_made_and_deleted() {
    let arm = Arm::of(Emulator::builder().purge_lag(Duration::from_secs(60))).await;
    arm.emulator().clock().set(datetime!(9999-12-31 23:59:59 UTC));
    arm.put("kv-1", json!({})).await.ok();
    assert_eq!(arm.delete("kv-1").await.status(), 200);
    assert_eq!(arm.purge("kv-1").await.status(), 202);
}

#[tokio::test]
async fn a_clock_that_is_set_back_takes_nobodys_role_away() {
    let arm = Arm::new().await;
    let (data, vault) = rbac(&arm, "kv-1").await;
    assert_eq!(assign(&arm, &vault, ASSIGNMENT, SECRETS_OFFICER).await.status(), 201);
    assert_eq!(data.get("/secrets").await.status(), 200);
    let clock = arm.emulator().clock();
    clock.set(clock.now() - time::Duration::days(30));
    assert_eq!(data.get("/secrets").await.status(), 200, "as it is with access policies");
}

#[tokio::test]
async fn what_takes_no_time_is_done_when_the_clock_is_set_back_too() {
    let arm = Arm::of(Emulator::builder().provider_registered(false)).await;
    arm.send("POST", &arm.provider("register"), None).await.ok();
    arm.put("kv-1", json!({})).await.ok();
    arm.put("kv-2", json!({})).await.ok();
    assert_eq!(arm.delete("kv-2").await.status(), 200);
    let purge = arm.purge("kv-2").await;
    let poll = purge.header("location").unwrap();
    let clock = arm.emulator().clock();
    clock.set(clock.now() - time::Duration::days(30));
    assert_eq!(arm.get(&arm.provider("")).await.ok()["registrationState"], "Registered");
    let vault = arm.get_vault("kv-1").await.ok();
    assert_eq!(vault["properties"]["provisioningState"], "Succeeded");
    let done = arm.http.send_to("GET", poll, Vec::new(), &[]).await.ok();
    assert_eq!(done["status"], "Succeeded");
    assert_eq!(done["lastActionDateTime"], done["createdDateTime"]);
    let deleted = arm.provider("locations/westus/deletedVaults/kv-2");
    assert_eq!(arm.get(&deleted).await.status(), 404);
}

#[tokio::test]
async fn a_deletion_beyond_the_calendar_never_ends() {
    let vault = Vault::of(endless()).await;
    vault.set("s", json!({"value": "v"})).await;
    assert_eq!(vault.delete("/secrets/s").await.status(), 200);
    assert_eq!(vault.get("/deletedsecrets/s").await.status(), 404);
}
