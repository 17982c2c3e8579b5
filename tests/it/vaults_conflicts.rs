//! Several who make or change one vault at once: what each of them needs is there in the end.

use std::{sync::Arc, time::Duration};

use azure_core::http::Method;
use azvault::management::{
    AccessPolicyEntry, ErrorKind, KeyVaultManagementClient, Observed,
    VaultCreateOrUpdateParameters, VaultsClient,
};
use azvault_tests::{Answer, Clerk, Script, Seen};
use serde_json::json;

use crate::arm::{ARM_SUBSCRIPTION, ARM_TENANT, Arm, lock};

const ONE: &str = "11111111-1111-4111-8111-111111111111";
const TWO: &str = "22222222-2222-4222-8222-222222222222";

fn vaults(script: &Arc<Script>) -> VaultsClient {
    KeyVaultManagementClient::builder(ARM_SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
        .vaults()
}

fn wanted(object_id: &str) -> VaultCreateOrUpdateParameters {
    VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT)
        .access_policy(AccessPolicyEntry::secrets_reader(ARM_TENANT, object_id))
}

/// Each answer takes a while, so that requests of two callers alternate.
fn alternating(_: &Seen, answer: Answer) -> Answer {
    answer.after(Duration::from_millis(50))
}

fn methods(script: &Script) -> Vec<&'static str> {
    script.seen().iter().map(|seen| seen.method.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn two_that_ensure_one_new_vault_at_once_both_keep_their_policies() {
    for registering in [0, 8] {
        let arm = Arm { registering, ..Arm::default() };
        let (arm, script) = arm.script(alternating);
        let vaults = vaults(&script);
        let ensure = |object_id| vaults.ensure_vault("my-rg", "my-vault", wanted(object_id)).send();
        let (one, two) = futures::join!(ensure(ONE), ensure(TWO));
        // Both made it: the second creation took the first one's policy away.
        let puts = methods(&script);
        assert!(puts.iter().filter(|method| **method == "PUT").count() >= 3, "{puts:?}");
        assert_eq!(lock(&arm).principals(), [ONE, TWO]);
        assert!(one.unwrap().access_policies().iter().any(|it| it.object_id() == ONE));
        assert!(two.unwrap().access_policies().iter().any(|it| it.object_id() == TWO));
    }
}

#[tokio::test(start_paused = true)]
async fn two_that_change_one_vault_at_once_both_keep_their_policies() {
    let live = Some(Arm::vault(json!({})));
    let (arm, script) = Arm { live, ..Arm::default() }.script(alternating);
    let vaults = vaults(&script);
    let ensure = vaults.ensure_vault("my-rg", "my-vault", wanted(ONE)).send();
    let policy = AccessPolicyEntry::secrets_reader(ARM_TENANT, TWO);
    let add = vaults.ensure_access_policy("my-rg", "my-vault", policy).send();
    let (ensured, added) = futures::join!(ensure, add);
    assert!(ensured.is_ok() && added.is_ok(), "{ensured:?} {added:?}");
    assert_eq!(lock(&arm).principals(), [ONE, TWO]);
    assert!(script.seen().iter().all(|seen| match seen.method {
        Method::Put => seen.url.path().ends_with("/accessPolicies/add"),
        method => method == Method::Get,
    }));
}

#[tokio::test(start_paused = true)]
async fn a_conflict_with_somebody_elses_change_is_waited_out() {
    let live = Some(Arm::vault(json!({})));
    let (arm, script) = Arm { live, busy: 3, ..Arm::default() }.script(|_, answer| answer);
    let ensure = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE).tag("a", "1"));
    let vault = ensure.await.unwrap();
    assert_eq!(vault.tags().collect::<Vec<_>>(), [("a", "1")]);
    assert_eq!(lock(&arm).principals(), [ONE]);
    assert_eq!(script.clock().elapsed().as_secs(), 1 + 2 + 4);

    lock(&arm).busy = 2;
    let policy = AccessPolicyEntry::secrets_reader(ARM_TENANT, TWO);
    let added = vaults(&script).ensure_access_policy("my-rg", "my-vault", policy).await.unwrap();
    assert_eq!(added.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_does_not_end_is_told_in_the_services_words() {
    let live = Some(Arm::vault(json!({})));
    let (_, script) = Arm { live, busy: usize::MAX, ..Arm::default() }.script(|_, answer| answer);
    let ensure = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE));
    let error = ensure.await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, Some("ConflictError")));
    assert!(script.clock().elapsed() < Duration::from_secs(60));

    let ensure = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE));
    let began = script.clock().elapsed();
    let error = ensure.with_timeout(Duration::from_secs(5)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    assert!(error.to_string().contains("my-vault"), "{error}");
    assert_eq!((script.clock().elapsed() - began).as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_somebody_keeps_changing_back_is_told_of_and_not_fought_for() {
    let live = Some(Arm::vault(json!({})));
    let (_, script) = Arm { live, ..Arm::default() }.script(|seen, answer| match seen.method {
        // Whatever is sent, it is never there.
        Method::Get => Answer::ok(&Arm::vault(json!({}))),
        _ => answer,
    });
    let wanted = wanted(ONE).tag("team", "payments");
    let error = vaults(&script).ensure_vault("my-rg", "my-vault", wanted).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("tags.team, access_policies["), "{error}");
    assert!(script.count() < 30, "{}", script.count());
}

#[tokio::test(start_paused = true)]
async fn a_change_that_is_seen_late_is_sent_once() {
    let live = Some(Arm::vault(json!({})));
    let late = std::sync::atomic::AtomicUsize::new(0);
    let (_, script) = Arm { live, ..Arm::default() }.script(move |seen, answer| {
        // The second look is answered by a cache.
        let get = seen.method == Method::Get;
        match get.then(|| late.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            Some(1) => Answer::ok(&Arm::vault(json!({}))),
            _ => answer,
        }
    });
    let wanted = VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT).tag("a", "1");
    let vault = vaults(&script).ensure_vault("my-rg", "my-vault", wanted).await.unwrap();
    assert_eq!(vault.tags().count(), 1);
    assert_eq!(methods(&script), ["GET", "PATCH", "GET", "GET"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_lost_to_somebody_at_the_last_moment_is_looked_at_again() {
    let refusal = Some(Answer::error(409, "VaultAlreadyExists", "already in use"));
    let (arm, script) = Arm { refusal, ..Arm::default() }.script(|_, answer| answer);
    let plan = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE)).plan().await.unwrap();
    let mine = {
        let arm = arm.clone();
        async move {
            // Somebody of the same group was quicker.
            lock(&arm).live = Some(Arm::vault(json!({"accessPolicies": [{
                "tenantId": ARM_TENANT, "objectId": TWO, "permissions": {"secrets": ["get"]},
            }]})));
        }
    };
    let (vault, ()) = futures::join!(plan.apply(), mine);
    assert_eq!(vault.unwrap().access_policies().len(), 2);
    assert_eq!(lock(&arm).principals(), [ONE, TWO]);
}

#[tokio::test(start_paused = true)]
async fn a_planned_creation_is_one_write() {
    // Asking whether the name is free would be another, of the few that Resource Manager lets pass.
    let (_, script) = Arm::default().script(|_, answer| answer);
    let plan = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE)).plan().await.unwrap();
    let planned = script.count();
    plan.apply().await.unwrap();
    assert_eq!(methods(&script)[planned..], ["GET", "PUT", "GET"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_a_stranger_took_since_the_plan_is_refused_at_once_with_the_reason() {
    let refusal = Some(Answer::error(409, "VaultAlreadyExists", "already in use"));
    let (_, script) = Arm { refusal, ..Arm::default() }.script(|seen, answer| {
        match seen.url.path().ends_with("/checkNameAvailability") {
            true => Answer::ok(&json!({
                "nameAvailable": false, "reason": "AlreadyExists", "message": "it is taken",
            })),
            false if seen.method == Method::Get && seen.url.path().ends_with("/vaults") => {
                Answer::ok(&json!({"value": []}))
            }
            false if seen.url.path().ends_with("/deletedVaults") => {
                Answer::ok(&json!({"value": []}))
            }
            false => answer,
        }
    });
    let ensure = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE));
    let error = ensure.plan_from(Observed::absent()).unwrap().apply().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("somebody else has the name"), "{error}");
    assert!(error.to_string().contains("it is taken"), "{error}");
    assert_eq!(script.clock().elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_was_made_and_is_not_seen_at_once_is_waited_for_but_not_for_ever() {
    for (unseen, found) in [(3, true), (usize::MAX, false)] {
        let looks = std::sync::atomic::AtomicUsize::new(0);
        let (_, script) = Arm::default().script(move |seen, answer| {
            let look = seen.method == Method::Get && !seen.url.path().contains("deleted");
            match look.then(|| looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                Some(look) if look <= unseen => Answer::error(404, "ResourceNotFound", ""),
                _ => answer,
            }
        });
        let made = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE)).await;
        match found {
            true => assert_eq!(made.unwrap().name(), "my-vault"),
            false => assert_eq!(made.unwrap_err().kind(), ErrorKind::NotFound),
        }
        assert_eq!(methods(&script).iter().filter(|it| **it == "PUT").count(), 1);
        assert!(script.clock().elapsed() < Duration::from_secs(15));
    }
}

#[tokio::test(start_paused = true)]
async fn a_vault_whose_making_failed_is_an_error() {
    let (_, script) = Arm::default().script(|seen, answer| match seen.method {
        Method::Put => Answer::ok(&Arm::vault(json!({"provisioningState": "RegisteringDns"}))),
        Method::Get if seen.n > 2 => {
            Answer::ok(&Arm::vault(json!({"provisioningState": "Failed"})))
        }
        _ => answer,
    });
    let error = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationFailed, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_of_which_a_rest_is_left_is_taken_away_by_what_replaces_all() {
    let policy = |id: &str, words: &[&str]| json!({"tenantId": ARM_TENANT, "objectId": id, "permissions": {"secrets": words}});
    let both = json!([policy(ONE, &["get", "List"]), policy(TWO, &["get"])]);
    let live = Some(Arm::vault(json!({"accessPolicies": both})));
    let rest = json!([policy(ONE, &["List"]), policy(TWO, &["get"])]);
    let (arm, script) = Arm { live, ..Arm::default() }.script(move |seen, answer| {
        match seen.url.path().ends_with("/accessPolicies/remove") {
            true => Answer::ok(&json!({"properties": {"accessPolicies": rest}})),
            false => answer,
        }
    });
    let left = vaults(&script).remove_access_policy("my-rg", "my-vault", ONE).await.unwrap();
    assert_eq!(left.iter().map(|it| it.object_id()).collect::<Vec<_>>(), [TWO]);
    assert_eq!(lock(&arm).principals(), [TWO]);
    assert_eq!(methods(&script), ["GET", "PUT", "PATCH"]);
}

/// A live vault that goes by policies, of which each write is refused so.
fn refusing(refusal: Answer) -> Arc<Script> {
    Script::by(move |seen| match seen.method {
        Method::Get => Answer::ok(&Arm::vault(json!({}))),
        _ => refusal.clone(),
    })
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_no_waiting_ends_is_not_waited_out() {
    for (code, message) in [
        (
            "ScopeLocked",
            "The scope '…/my-rg' cannot perform write operation because following scope(s) are locked",
        ),
        (
            "ReadOnlyDisabledSubscription",
            "The subscription is disabled and therefore marked as read only.",
        ),
        (
            "MissingSubscriptionRegistration",
            "The subscription is not registered to use namespace 'Microsoft.Network'.",
        ),
    ] {
        let script = refusing(Answer::error(409, code, message));
        let policy = AccessPolicyEntry::secrets_reader(ARM_TENANT, ONE);
        let ensure = vaults(&script).ensure_access_policy("my-rg", "my-vault", policy.clone());
        assert_eq!(ensure.await.unwrap_err().code(), Some(code));
        let set = vaults(&script).set_access_policies("my-rg", "my-vault", [policy]);
        assert_eq!(set.await.unwrap_err().code(), Some(code));
        let ensure = vaults(&script).ensure_vault("my-rg", "my-vault", wanted(ONE));
        assert_eq!(ensure.await.unwrap_err().code(), Some(code));
        assert_eq!(methods(&script), ["GET", "PUT", "GET", "PATCH", "GET", "PUT"], "{code}");
        assert!(script.clock().elapsed() < Duration::from_secs(1), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_meets_a_conflict_with_a_vault_that_is_there_is_not_told_to_purge_one() {
    let locked = Answer::error(409, "ScopeLocked", "the scope is locked");
    let script = refusing(locked);
    let vaults = vaults(&script);
    let kind = azvault::management::AccessPolicyUpdateKind::Add;
    for error in [
        vaults.update("my-rg", "my-vault").tag("a", "1").await.unwrap_err(),
        vaults.delete("my-rg", "my-vault").await.unwrap_err(),
        vaults.update_access_policy("my-rg", "my-vault", kind, []).await.unwrap_err(),
    ] {
        let advice = error.explain().unwrap();
        assert!(!advice.contains("purge"), "{advice}");
        assert!(advice.contains("lock") && advice.contains("again"), "{advice}");
    }
    let new = VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT);
    let error = vaults.create_or_update("my-rg", "my-vault", new).await.unwrap_err();
    assert!(error.explain().unwrap().contains("begin_purge_deleted"));
}

#[tokio::test(start_paused = true)]
async fn policies_that_are_set_leave_it_to_the_vault_whether_it_goes_by_them() {
    // Who may not assign roles may not say by what a vault goes either, the same as now included;
    // and somebody may have made it go by roles since it was looked at.
    let policy = |id: &str| json!({"tenantId": ARM_TENANT, "objectId": id, "permissions": {"secrets": ["get"]}});
    let live = Some(Arm::vault(json!({"accessPolicies": [policy(ONE)]})));
    let rest = json!([policy(ONE)]);
    let (arm, script) = Arm { live, ..Arm::default() }.script(move |seen, answer| {
        match seen.url.path().ends_with("/accessPolicies/remove") {
            true => Answer::ok(&json!({"properties": {"accessPolicies": rest}})),
            false => answer,
        }
    });
    let reader = AccessPolicyEntry::secrets_reader(ARM_TENANT, ONE);
    vaults(&script).set_access_policies("my-rg", "my-vault", [reader]).await.unwrap();
    vaults(&script).remove_access_policy("my-rg", "my-vault", ONE).await.unwrap();
    assert!(lock(&arm).principals().is_empty());
    let patches = script.seen().into_iter().filter(|seen| seen.method == Method::Patch);
    let patches: Vec<String> = patches.map(|seen| seen.text()).collect();
    assert_eq!(patches.len(), 2);
    assert!(patches.iter().all(|sent| !sent.contains("enableRbacAuthorization")), "{patches:?}");
}
