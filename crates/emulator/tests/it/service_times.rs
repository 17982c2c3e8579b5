//! The service's times, all set at once.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::{arm::Arm, support::Vault};

#[tokio::test]
async fn keys_and_secrets_change_their_state_as_slowly_as_in_the_service() {
    let vault = Vault::of(Emulator::builder().service_times()).await;
    let pass = |seconds| vault.emulator.clock().advance(Duration::from_secs(seconds));
    vault.set("s", json!({"value": "v"})).await;
    vault.delete("/secrets/s").await.ok();
    pass(7);
    assert_eq!(vault.get("/deletedsecrets/s").await.status(), 404);
    pass(1);
    assert_eq!(vault.get("/deletedsecrets/s").await.status(), 200);
    vault.send("POST", "/deletedsecrets/s/recover", None).await.ok();
    pass(7);
    assert_eq!(vault.get("/secrets/s").await.status(), 404);
    pass(1);
    assert_eq!(vault.get("/secrets/s").await.status(), 200);
    vault.delete("/secrets/s").await.ok();
    pass(8);
    assert_eq!(vault.delete("/deletedsecrets/s").await.status(), 204);
    pass(9);
    let again =
        async || vault.send("PUT", "/secrets/s", Some(json!({"value": "v"}))).await.status();
    assert_eq!(again().await, 409);
    pass(1);
    assert_eq!(again().await, 200);
}

#[tokio::test]
async fn vaults_and_their_rights_take_as_long_as_in_the_service() {
    let arm = Arm::of(Emulator::builder().service_times()).await;
    let pass = |seconds| arm.emulator().clock().advance(Duration::from_secs(seconds));
    let data = arm.open_vault("kv-1", json!({})).await;
    let state =
        async || arm.get_vault("kv-1").await.ok()["properties"]["provisioningState"].clone();
    pass(29);
    assert_eq!(state().await, "RegisteringDns");
    pass(1);
    assert_eq!(state().await, "Succeeded");
    pass(269);
    assert_eq!(data.get("/secrets").await.status(), 403);
    pass(1);
    assert_eq!(data.get("/secrets").await.status(), 200);
    assert_eq!(arm.delete("kv-1").await.status(), 200);
    let purged = arm.purge("kv-1").await;
    assert_eq!(purged.status(), 202);
    let location = purged.header("location").unwrap().to_owned();
    let poll = async || arm.http.send_to("GET", &location, "", &[]).await.status();
    pass(89);
    assert_eq!(poll().await, 202);
    pass(1);
    assert_eq!(poll().await, 200);
}

#[tokio::test]
async fn what_is_set_after_them_overrides_the_services_times() {
    let builder = Emulator::builder().service_times().deletion_lag(Duration::ZERO);
    let vault = Vault::of(builder).await;
    vault.set("s", json!({"value": "v"})).await;
    vault.delete("/secrets/s").await.ok();
    assert_eq!(vault.get("/deletedsecrets/s").await.status(), 200);
}
