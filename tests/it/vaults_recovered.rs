//! Deleted vaults: recovering one brings back what it was, and only then can it be made what is
//! wanted; one with purge protection is not purged.

use std::{sync::Arc, time::Duration};

use azvault::management::{
    AccessPolicyEntry, ErrorKind, KeyVaultManagementClient, RefusalReason, SkuName, VaultAction,
    VaultCreateOrUpdateParameters, VaultsClient,
};
use azvault_tests::{Answer, Clerk, Script};
use serde_json::{Value, json};

use crate::arm::{ARM_SUBSCRIPTION, ARM_TENANT, Arm, lock};

const OLD: &str = "11111111-1111-4111-8111-111111111111";
const NEW: &str = "22222222-2222-4222-8222-222222222222";

fn vaults(script: &Arc<Script>) -> VaultsClient {
    KeyVaultManagementClient::builder(ARM_SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
        .vaults()
}

fn deleted(properties: Value) -> Arm {
    let mut all = json!({"accessPolicies": [{
        "tenantId": ARM_TENANT, "objectId": OLD, "permissions": {"secrets": ["get"]},
    }]});
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    Arm { deleted: Some(Arm::vault(all)), ..Arm::default() }
}

#[tokio::test(start_paused = true)]
async fn a_recovered_vault_is_made_what_the_ignored_body_said() {
    let (arm, script) = deleted(json!({})).script(|_, answer| answer);
    let wanted = VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT)
        .sku(SkuName::Premium)
        .tag("team", "payments")
        .access_policy(AccessPolicyEntry::secrets_reader(ARM_TENANT, NEW));
    let ensure = vaults(&script).ensure_vault("my-rg", "my-vault", wanted);
    let plan = ensure.clone().plan().await.unwrap();
    assert_eq!(plan.action(), &VaultAction::Recover);
    let vault = plan.apply().await.unwrap();
    assert_eq!(lock(&arm).principals(), [OLD, NEW]);
    assert_eq!(vault.sku(), &SkuName::Premium);
    assert_eq!(vault.tags().collect::<Vec<_>>(), [("team", "payments")]);
    let writes: Vec<_> = script.seen().iter().map(|it| it.method.as_str()).collect();
    let writes: Vec<_> = writes.into_iter().filter(|it| !["GET", "POST"].contains(it)).collect();
    assert_eq!(writes, ["PUT", "PATCH", "PUT"]);
    assert!(ensure.plan().await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_recovered_vault_that_cannot_be_made_what_is_wanted_is_told_of() {
    let arm = deleted(json!({"softDeleteRetentionInDays": 7}));
    let (arm, script) = arm.script(|_, answer| answer);
    let wanted = VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT).retention_days(90);
    let ensure = vaults(&script).ensure_vault("my-rg", "my-vault", wanted);
    let error = ensure.clone().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("7 days, not 90"), "{error}");
    // It is back, with what was in it; planning again says the same.
    assert!(lock(&arm).live.is_some());
    let plan = ensure.plan().await.unwrap();
    assert_eq!(plan.refusals().first().map(|it| it.reason()), Some(RefusalReason::Retention));
}

#[tokio::test(start_paused = true)]
async fn a_purge_that_purge_protection_forbids_ends_at_once_with_the_way_out() {
    let message = "Operation 'DeletedVaultPurge' is not allowed.";
    let script = Script::always(Answer::error(405, "MethodNotAllowed", message));
    let purge = vaults(&script).begin_purge_deleted("eastus", "my-vault");
    let error = purge.await.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(405));
    assert_eq!(error.message(), message);
    let advice = error.explain().unwrap();
    assert!(advice.contains("purge protection") && advice.contains("get_deleted"), "{advice}");
    assert_eq!(script.count(), 1);
    assert!(script.clock().elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_planned_creation_recovers_a_vault_that_was_deleted_since() {
    // Recorded: a plain PUT in the same group and region recovers the vault, too, and is then a
    // change of it as a whole.
    let (arm, script) = Arm::default().script(|_, answer| answer);
    let wanted = VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT)
        .access_policy(AccessPolicyEntry::secrets_reader(ARM_TENANT, NEW));
    let plan = vaults(&script).ensure_vault("my-rg", "my-vault", wanted).plan().await.unwrap();
    assert_eq!(plan.action(), &VaultAction::Create);
    lock(&arm).deleted = Some(Arm::vault(json!({"accessPolicies": [{
        "tenantId": ARM_TENANT, "objectId": OLD, "permissions": {"secrets": ["get"]},
    }]})));
    plan.apply().await.unwrap();
    let seen = script.seen();
    let puts = seen.iter().filter(|it| it.method.as_str() == "PUT");
    for put in puts.filter(|it| it.url.path().ends_with("/my-vault")) {
        assert!(put.text().contains(r#""createMode":"recover""#), "a plain one: {}", put.text());
    }
    let mut both = [OLD.to_owned(), NEW.to_owned()];
    both.sort();
    assert_eq!(lock(&arm).principals(), both);
}
