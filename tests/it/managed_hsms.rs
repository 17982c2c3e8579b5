//! Managed HSMs through Resource Manager, on answers as recorded: what takes minutes, and how it ends.

use std::{sync::Arc, time::Duration};

use azvault::management::{
    ErrorKind, KeyVaultManagementClient, ManagedHsm, ManagedHsmCreateOrUpdateParameters,
    ManagedHsmUpdateParameters, NetworkRuleAction, NetworkRuleSet, PollState, ResumeToken,
};
use azvault_tests::{Answer, Clerk, Script};
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "7f1c7e1a-1111-4c4c-9d9d-0123456789ab";
const TENANT: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";
const ADMIN: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
const HSM: &str = "/subscriptions/7f1c7e1a-1111-4c4c-9d9d-0123456789ab/resourceGroups/my-rg/providers/Microsoft.KeyVault/managedHSMs/my-hsm";
const RESULTS: &str = "/subscriptions/7f1c7e1a-1111-4c4c-9d9d-0123456789ab/providers/Microsoft.KeyVault/locations/eastasia/managedHsmOperationResults/6dedbbaa-1112-4106-b038-11185c76e672";

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn parameters() -> ManagedHsmCreateOrUpdateParameters {
    ManagedHsmCreateOrUpdateParameters::new("East Asia", TENANT, [ADMIN])
}

/// As recorded from azure-powershell's TestManagedHsmPurgeProtection: empty, and no `Retry-After`.
fn accepted() -> Answer {
    let url = format!("https://management.azure.com{RESULTS}?api-version=2026-05-15");
    Answer::status(202).header("location", &url).header("content-length", "0")
}

fn hsm(state: &str) -> Value {
    json!({
        "id": HSM, "name": "my-hsm", "type": "Microsoft.KeyVault/managedHSMs",
        "location": "East Asia", "tags": {}, "sku": {"family": "B", "name": "Standard_B1"},
        "properties": {
            "tenantId": TENANT, "hsmUri": "https://my-hsm.managedhsm.azure.net/",
            "initialAdminObjectIds": [ADMIN], "provisioningState": state,
            "statusMessage": "no room in the region", "regions": [],
            "securityDomainProperties": {"activationStatus": "NotActivated"},
        },
    })
}

fn paths(script: &Script) -> Vec<String> {
    script.seen().iter().map(|seen| format!("{} {}", seen.method, seen.url.path())).collect()
}

#[tokio::test(start_paused = true)]
async fn making_one_waits_at_its_location_and_then_reads_it() {
    let script = Script::of([
        accepted(),
        accepted(),
        accepted(),
        Answer::ok(&hsm("Succeeded")),
        Answer::ok(&hsm("Succeeded")),
    ]);
    let hsms = client(&script).managed_hsms();
    let made = hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap();
    assert_eq!(made.hsm_uri(), "https://my-hsm.managedhsm.azure.net");
    let look = format!("GET {RESULTS}");
    let all = [format!("PUT {HSM}"), look.clone(), look.clone(), look, format!("GET {HSM}")];
    assert_eq!(paths(&script), all);
    let sent: Value = serde_json::from_str(&script.seen()[0].text()).unwrap();
    assert_eq!(sent["properties"]["initialAdminObjectIds"], json!([ADMIN]));
    assert_eq!(sent["properties"].get("createMode"), None);
}

#[tokio::test(start_paused = true)]
async fn the_quarter_of_an_hour_that_making_one_takes_is_waited_for() {
    let script = Script::by(|seen| match seen.at.as_secs() {
        0 if seen.n == 0 => accepted(),
        _ if seen.url.path() == HSM => Answer::ok(&hsm("Succeeded")),
        ..900 => accepted(),
        _ => Answer::status(200),
    });
    let hsms = client(&script).managed_hsms();
    hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap();
    assert!(script.clock().elapsed() >= Duration::from_secs(900));
    assert!(script.count() < 120, "{} looks", script.count());
}

#[tokio::test(start_paused = true)]
async fn one_that_is_still_being_made_when_its_operation_has_ended_is_waited_for() {
    let script = Script::of([
        accepted(),
        Answer::status(200),
        Answer::ok(&hsm("Provisioning")),
        Answer::ok(&hsm("Activated")),
    ]);
    let hsms = client(&script).managed_hsms();
    hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap();
    assert_eq!(script.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_the_result_is_not_asked_again() {
    for state in ["Succeeded", "Activated"] {
        let script = Script::of([Answer::ok(&hsm(state))]);
        let change = ManagedHsmUpdateParameters::new().tag("team", "payments");
        client(&script).managed_hsms().update("my-rg", "my-hsm", change).await.unwrap();
        assert_eq!(script.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_says_nothing_is_no_failure_and_the_resource_is_read() {
    let script = Script::of([Answer::status(201), Answer::ok(&hsm("Succeeded"))]);
    let hsms = client(&script).managed_hsms();
    hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap();
    assert_eq!(paths(&script), [format!("PUT {HSM}"), format!("GET {HSM}")]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_somebody_else_is_told_and_not_taken_for_the_resource() {
    for (status, body) in [(202, ""), (200, "<html>canary</html>")] {
        let script = Script::of([Answer::new(status, body), Answer::ok(&hsm("Succeeded"))]);
        let hsms = client(&script).managed_hsms();
        let error = hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap_err();
        assert_eq!((error.kind(), script.count()), (ErrorKind::InvalidResponse, 1));
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_could_not_be_made_says_why() {
    let failed = json!({"status": "Failed", "error": {"code": "NoRoom", "message": "none left"}});
    for (answers, says) in [
        (vec![accepted(), Answer::ok(&failed)], "NoRoom none left"),
        (
            vec![accepted(), Answer::status(200), Answer::ok(&hsm("Failed"))],
            "no room in the region",
        ),
        (vec![Answer::ok(&hsm("Failed"))], "no room in the region"),
    ] {
        let hsms = client(&Script::of(answers)).managed_hsms();
        let error = hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OperationFailed);
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_location_on_another_host_gets_no_token() {
    let script = Script::of([
        Answer::status(202).header("location", "https://management.azure.com.evil.example/x"),
        Answer::ok(&hsm("Succeeded")),
    ]);
    let hsms = client(&script).managed_hsms();
    let error = hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert_eq!(script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn another_process_goes_on_at_the_location_and_at_the_resource() {
    let script = Script::of([
        accepted(),
        accepted(),
        Answer::status(200),
        Answer::ok(&hsm("Updating")),
        Answer::ok(&hsm("Succeeded")),
    ]);
    let hsms = client(&script).managed_hsms();
    let change = ManagedHsmUpdateParameters::new().purge_protection(true);
    let mut poller = hsms.begin_update("my-rg", "my-hsm", change).await.unwrap();
    let kept = |poller: &azvault::management::Poller<ManagedHsm>| {
        ResumeToken::parse(&poller.resume_token().to_string()).unwrap()
    };
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    let mut poller = hsms.resume_update(&kept(&poller)).unwrap();
    assert!(matches!(poller.poll_once().await, Ok(PollState::Ready)));
    assert!(matches!(poller.poll_once().await, Ok(PollState::InProgress)));
    let changed = hsms.resume_update(&kept(&poller)).unwrap().await.unwrap();
    assert_eq!(changed.name(), "my-hsm");
    let (look, read) = (format!("GET {RESULTS}"), format!("GET {HSM}"));
    assert_eq!(paths(&script)[1..], [look.clone(), look, read.clone(), read]);
    let error = hsms.resume_create_or_update(&kept(&poller)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test(start_paused = true)]
async fn a_crafted_token_leads_nowhere_else() {
    let script = Script::always(Answer::ok(&hsm("Succeeded")));
    let hsms = client(&script).managed_hsms();
    let operation = "managed_hsms.begin_update";
    let own = "https://management.azure.com/x";
    for text in [
        json!({"operation": operation, "url": own, "result": "https://evil.example/x"}),
        json!({"operation": operation, "url": "https://evil.example/x", "result": own}),
        json!({"operation": operation, "url": "https://evil.example/x"}),
    ] {
        let token = ResumeToken::parse(&text.to_string()).unwrap();
        let error = hsms.resume_update(&token).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{text}");
    }
    assert_eq!(script.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn deleting_one_ends_with_an_empty_answer() {
    let script = Script::of([accepted(), accepted(), Answer::status(200)]);
    client(&script).managed_hsms().delete("my-rg", "my-hsm").await.unwrap();
    let look = format!("GET {RESULTS}");
    assert_eq!(paths(&script), [format!("DELETE {HSM}"), look.clone(), look]);
}

#[tokio::test(start_paused = true)]
async fn deleting_one_that_is_not_there_is_done() {
    let script = Script::of([Answer::status(204)]);
    client(&script).managed_hsms().delete("my-rg", "my-hsm").await.unwrap();
    assert_eq!(script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_gone_on_with_and_waited_for_no_longer_than_said() {
    let script = Script::by(|seen| match seen.at.as_secs() {
        ..1200 => accepted(),
        _ => Answer::status(200),
    });
    let hsms = client(&script).managed_hsms();
    let token = hsms.begin_delete("my-rg", "my-hsm").await.unwrap().resume_token();
    hsms.resume_delete(&token).unwrap().await.unwrap();
    assert!(script.clock().elapsed() >= Duration::from_secs(1200));

    let script = Script::always(accepted());
    let deletion = client(&script).managed_hsms().delete("my-rg", "my-hsm");
    let error = deletion.with_timeout(Duration::from_secs(90)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(script.clock().elapsed() < Duration::from_secs(92), "{:?}", script.clock().elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_away_while_one_is_made_is_waited_for() {
    let script = Script::by(|seen| match (seen.n, seen.at.as_secs()) {
        (0, _) => accepted(),
        (_, ..120) => Answer::status(503),
        (_, ..240) => accepted(),
        _ if seen.url.path() == HSM => Answer::ok(&hsm("Succeeded")),
        _ => Answer::status(200),
    });
    let hsms = client(&script).managed_hsms();
    hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_204_is_one_that_is_not_there() {
    let script = Script::of([Answer::status(204)]);
    let error = client(&script).managed_hsms().get("my-rg", "my-hsm").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.explain().unwrap().contains("list_deleted"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn recovering_one_says_so_with_a_capital() {
    let script = Script::of([accepted(), Answer::status(200), Answer::ok(&hsm("Succeeded"))]);
    let recovering = ManagedHsmCreateOrUpdateParameters::recovering("eastasia", TENANT);
    let hsms = client(&script).managed_hsms();
    hsms.create_or_update("my-rg", "my-hsm", recovering).await.unwrap();
    let sent: Value = serde_json::from_str(&script.seen()[0].text()).unwrap();
    assert_eq!(sent["properties"], json!({"tenantId": TENANT, "createMode": "Recover"}));
}

#[tokio::test(start_paused = true)]
async fn what_the_inner_error_says_is_told() {
    let refused = json!({"error": {"code": "Conflict", "message": "the name is taken",
        "innererror": {"code": "SoftDeletedHsmExists", "message": "deleted yesterday"}}});
    let script = Script::of([Answer::new(409, refused.to_string())]);
    let hsms = client(&script).managed_hsms();
    let error = hsms.create_or_update("my-rg", "my-hsm", parameters()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Conflict, Some("Conflict")));
    assert_eq!(error.inner_code(), Some("SoftDeletedHsmExists"));
    assert!(error.explain().unwrap().contains("recovering"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_reaches_no_request() {
    let script = Script::always(accepted());
    let hsms = client(&script).managed_hsms();
    for name in ["", "ab", "1ab", "a--b", "ab-", "a_b", "..", "a/b", "abcdefghijklmnopqrstuvwxy"] {
        let nothing = ManagedHsmUpdateParameters::new;
        for error in [
            hsms.get("my-rg", name).await.unwrap_err(),
            hsms.create_or_update("my-rg", name, parameters()).await.unwrap_err(),
            hsms.update("my-rg", name, nothing()).await.unwrap_err(),
            hsms.delete("my-rg", name).await.unwrap_err(),
            hsms.get_deleted("eastus", name).await.unwrap_err(),
            hsms.begin_purge_deleted("eastus", name).await.unwrap_err(),
            hsms.list_regions("my-rg", name).try_collect().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name:?}");
            assert!(error.to_string().contains("a managed HSM's name has 3 to 24"), "{error}");
        }
    }
    let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("10.0.0.0/33");
    let change = ManagedHsmUpdateParameters::new().network_rules(rules);
    let error = hsms.update("my-rg", "my-hsm", change).await.unwrap_err();
    assert!(error.to_string().contains("10.0.0.0/33"), "{error}");
    let nobody: [&str; 0] = [];
    let unowned = ManagedHsmCreateOrUpdateParameters::new("eastus", TENANT, nobody);
    let error = hsms.create_or_update("my-rg", "my-hsm", unowned).await.unwrap_err();
    assert!(error.to_string().contains("nobody could ever use it"), "{error}");
    for error in [
        hsms.get_deleted("east/us", "my-hsm").await.unwrap_err(),
        hsms.list_by_resource_group("a/b").try_collect().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    assert_eq!(script.count(), 0);
}
