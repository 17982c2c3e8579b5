//! What fails, what is lost on the way, and what is told meanwhile.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_fleet::{
    DesiredKey, DesiredSecret, DesiredVault, ErrorKind, Outcome, SecretPermission, Step,
};
use futures::StreamExt;

use crate::support::{Place, STRANGER};

#[tokio::test(start_paused = true)]
async fn a_vault_that_fails_stops_no_other_and_the_report_says_after_what() {
    let place = Place::new();
    let with_key =
        |name: &str| place.vault(name).key("signing", DesiredKey::ec()).tag("team", "payments");
    let fleet =
        place.fleet().vault(with_key("pay-a")).vault(with_key("pay-b")).vault(with_key("pay-c"));
    place.emulator.faults().next(1).on("POST", "/keys/signing").on_host("pay-b").status(400);

    let report = place.apply(&fleet).await;
    let failed: Vec<_> = report.failed().collect();
    assert_eq!(failed.len(), 1, "{report}");
    assert_eq!((failed[0].name(), failed[0].steps()), ("pay-b", &[Step::VaultCreated][..]));
    let text = report.to_string();
    assert!(
        text.contains("pay-b: created, then failed at the key signing: create_key failed: 400"),
        "{text}"
    );
    assert!(
        text.ends_with("Done: 3 created, 0 recovered, 0 updated, 0 unchanged, 1 failed, 0 refused")
    );
    // Going on is planning again.
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.vaults().iter().filter(|it| !it.is_empty()).count(), 1, "{plan}");
    place.converge(&fleet).await;
}

#[tokio::test(start_paused = true)]
async fn vaults_of_a_group_that_cannot_be_made_fail_with_its_error() {
    let place = Place::new();
    let fleet =
        place.fleet().vault(place.vault("pay-a")).vault(place.vault("pay-b").resource_group("no"));
    place.emulator.faults().next(1).on("PUT", "/resourceGroups/no").status(400);
    let report = place.apply(&fleet).await;
    let failed: Vec<_> = report.failed().map(|it| it.name()).collect();
    assert_eq!(failed, ["pay-b"], "{report}");
    assert_eq!(report.vaults()[1].error().unwrap().kind(), ErrorKind::BadRequest, "{report}");
    assert!(!place.emulator.journal().iter().any(|it| it.path().contains("/vaults/pay-b")));
}

#[tokio::test(start_paused = true)]
async fn a_set_whose_answer_is_lost_makes_no_second_version() {
    let place = Place::new();
    let wanted = place
        .vault("pay-prod")
        // By the first ones the clients learn what the vault wants of a token.
        .secret("a-first", DesiredSecret::generated(32))
        .secret("db-password", DesiredSecret::generated(32))
        .key("a-first", DesiredKey::ec())
        .key("signing", DesiredKey::ec());
    let fleet = place.fleet().vault(wanted);
    let faults = place.emulator.faults();
    faults.next(1).on("PUT", "/secrets/db-password").disconnect_after_processing();
    faults.next(1).on("POST", "/keys/signing").disconnect_after_processing();

    let report = place.report_of(&fleet).await;
    assert_eq!(report.vaults()[0].steps().len(), 5, "{report}");
    let secrets = place.secrets("pay-prod");
    let versions = secrets.list_secret_properties_versions("db-password").try_collect().await;
    assert_eq!(versions.unwrap().len(), 1);
    let keys = place.keys("pay-prod");
    assert_eq!(keys.list_key_properties_versions("signing").try_collect().await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_set_that_was_lost_on_its_way_there_is_done_again() {
    let place = Place::new();
    let wanted = place.vault("pay-prod").secret("db-password", DesiredSecret::generated(32));
    let fleet = place.fleet().vault(wanted);
    place.emulator.faults().next(2).on("PUT", "/secrets/db-password").disconnect();
    place.converge(&fleet).await;
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_somebody_made_after_the_plan_is_left_as_it_is() {
    let place = Place::new();
    place.converge(&place.fleet().vault(place.vault("pay-prod"))).await;
    let wanted = place.vault("pay-prod").secret("db-password", DesiredSecret::generated(32));
    let plan = place.provisioner.plan(&place.fleet().vault(wanted)).await.unwrap();
    let theirs = place.secrets("pay-prod").set_secret("db-password", "theirs").await.unwrap();

    let report = place.provisioner.apply(plan).await;
    assert_eq!(report.vaults()[0].steps(), []);
    assert!(matches!(report.vaults()[0].outcome(), Outcome::Done), "{report}");
    let secret = place.secrets("pay-prod").get_secret("db-password").await.unwrap();
    assert_eq!(secret.id(), theirs.id());
}

#[tokio::test(start_paused = true)]
async fn progress_tells_of_each_step_in_its_order_and_ends() {
    let place = Place::new();
    let wanted = place.vault("pay-prod").secret("db", DesiredSecret::generated(32));
    let plan = place.provisioner.plan(&place.fleet().vault(wanted)).await.unwrap();
    let mut apply = place.provisioner.apply(plan);
    let mut told = Vec::new();
    while let Some(progress) = apply.next().await {
        told.push(progress.to_string());
    }
    let expected = [
        "resource group payments: created",
        "pay-prod: begun",
        "pay-prod: created",
        "pay-prod: made the secret db",
        "pay-prod: done",
    ];
    assert_eq!(told, expected);
    assert!(!apply.await.has_failures());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_for_a_fleet_that_cannot_be() {
    let place = Place::new();
    let twice = place.fleet().vault(place.vault("pay")).vault(place.vault("PAY"));
    let nowhere = azvault_fleet::Fleet::new().vault(DesiredVault::new("pay"));
    let unset =
        place.fleet().vault(place.vault("pay").secret("a", DesiredSecret::from_env("NOT_SET")));
    for (fleet, says) in [
        (twice, "is there twice"),
        (nowhere, "has no subscription: set one here or in the defaults"),
        (unset, "the environment variable NOT_SET is not set"),
    ] {
        let error = place.provisioner.plan(&fleet).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(says), "{error}");
    }
    assert_eq!(place.emulator.journal().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_group_that_somebody_made_after_the_plan_keeps_its_tags() {
    let place = Place::new();
    let plan = place.provisioner.plan(&place.fleet().vault(place.vault("pay-prod"))).await.unwrap();
    let groups = place.management().resource_groups();
    groups.create_or_update("payments", "westeurope").tag("owner", "somebody").await.unwrap();
    let report = place.provisioner.apply(plan).await;
    assert!(!report.has_failures(), "{report}");
    let writes = place.writes().into_iter().filter(|it| it.path().ends_with("/payments"));
    assert_eq!(writes.count(), 1, "theirs alone");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_is_not_done_yet_is_seen_through_and_recovered() {
    let lag = Duration::from_secs(20);
    let emulator = Emulator::builder().deletion_lag(lag).recovery_lag(lag).in_memory();
    let place = Place::on(emulator, |builder| builder);
    let wanted = place
        .vault("pay-prod")
        .secret("db", DesiredSecret::generated(32))
        .key("signing", DesiredKey::ec());
    let fleet = place.fleet().vault(wanted);
    place.converge(&fleet).await;
    let first = place.secrets("pay-prod").get_secret("db").await.unwrap();
    let _deleting = place.secrets("pay-prod").begin_delete_secret("db").await.unwrap();
    let _deleting = place.keys("pay-prod").begin_delete_key("signing").await.unwrap();

    let report = place.advance_while(place.report_of(&fleet)).await;
    assert!(report.to_string().contains("recovered the secret db, recovered the key signing"));
    let second = place.secrets("pay-prod").get_secret("db").await.unwrap();
    assert_eq!(first.id(), second.id());
}

#[tokio::test(start_paused = true)]
async fn no_group_is_made_for_a_vault_that_is_refused() {
    let place = Place::new();
    place.converge(&place.fleet().vault(place.vault("pay-prod"))).await;
    let fleet = place.fleet().vault(place.vault("pay-prod").resource_group("other"));
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!((plan.refused().count(), plan.resource_groups().len()), (1, 0), "{plan}");
    place.emulator.clear_journal();
    let report = place.provisioner.apply(plan).await;
    assert!(report.has_failures() && place.writes().is_empty(), "{:?}", place.writes());
}

#[tokio::test(start_paused = true)]
async fn a_refused_vault_keeps_its_reason_where_its_group_cannot_be_made() {
    let place = Place::new();
    place.converge(&place.fleet().vault(place.vault("pay-prod"))).await;
    let fleet = place
        .fleet()
        .vault(place.vault("pay-prod").resource_group("other"))
        .vault(place.vault("pay-test").resource_group("other"));
    place.emulator.faults().next(1).on("PUT", "/resourceGroups/other").status(400);
    let report = place.apply(&fleet).await;
    assert!(matches!(report.vaults()[0].outcome(), Outcome::Refused(_)), "{report}");
    let why = report.vaults()[0].error().unwrap().to_string();
    assert!(why.contains("it is in the resource group payments, not in other"), "{why}");
    assert!(matches!(report.vaults()[1].outcome(), Outcome::Failed(_)), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_summary_counts_each_vault() {
    let place = Place::new();
    let bare = place.vault("pay-prod");
    place.converge(&place.fleet().vault(bare.clone())).await;
    let wanted = bare.secret("db", DesiredSecret::generated(32));
    let plan = place.provisioner.plan(&place.fleet().vault(wanted)).await.unwrap();
    let _theirs = place.secrets("pay-prod").set_secret("db", "theirs").await.unwrap();
    let report = place.provisioner.apply(plan).await.to_string();
    let summary = "Done: 0 created, 0 recovered, 0 updated, 1 unchanged, 0 failed, 0 refused";
    assert!(report.ends_with(summary), "{report}");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_recovers_meanwhile_is_not_said_to_be_made() {
    let lag = Duration::from_secs(20);
    let emulator = Emulator::builder().recovery_lag(lag).in_memory();
    let place = Place::on(emulator, |builder| builder);
    let wanted = place.vault("pay-prod").secret("db", DesiredSecret::generated(32));
    let fleet = place.fleet().vault(wanted);
    place.converge(&fleet).await;
    let secrets = place.secrets("pay-prod");
    let _deleted = secrets.begin_delete_secret("db").await.unwrap();
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    let _theirs = secrets.begin_recover_deleted_secret("db").await.unwrap();

    let report = place.advance_while(place.provisioner.apply(plan).finish()).await;
    assert!(!report.has_failures(), "{report}");
    assert_eq!(report.vaults()[0].steps(), [], "{report}");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_recovers_first_is_no_failure() {
    let place = Place::new();
    let wanted = place.vault("pay-prod").secret("db", DesiredSecret::generated(32));
    let fleet = place.fleet().vault(wanted);
    place.converge(&fleet).await;
    let secrets = place.secrets("pay-prod");
    secrets.begin_delete_secret("db").await.unwrap().wait().await.unwrap();
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    // Theirs is there before ours arrives, which is told that there is nothing to recover.
    let gone = r#"{"error":{"code":"SecretNotFound","message":"Deleted Secret not found: db"}}"#;
    let recovers = place.emulator.faults().next(1).on("POST", "/deletedsecrets/db/recover");
    recovers.respond(404, &[("content-type", "application/json")], gone);
    let report = place.provisioner.apply(plan).await;
    assert!(!report.has_failures(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn a_group_that_takes_long_holds_up_no_vault_of_another() {
    let place = Place::new();
    let slow = place.vault("pay-slow").resource_group("slow");
    let elsewhere = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
    let quick = place.vault("pay-quick").subscription(elsewhere);
    let fleet = place.fleet().vault(slow).vault(quick);
    let puts = place.emulator.faults().next(1).on("PUT", "/resourceGroups/slow");
    puts.throttle_with_retry_after(Duration::from_secs(240));
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    let mut apply = place.provisioner.apply(plan);
    let within = tokio::time::timeout(Duration::from_secs(60), async {
        while let Some(progress) = apply.next().await {
            if progress.to_string() == "pay-quick: done" {
                return;
            }
        }
    });
    assert!(within.await.is_ok(), "a minute is enough for another subscription");
    assert!(!apply.await.has_failures());
}

#[tokio::test(start_paused = true)]
async fn two_who_apply_at_once_both_come_to_an_end() {
    for conflict in [false, true] {
        let emulator = Emulator::builder().parallel_changes_conflict(conflict).in_memory();
        let place = Place::on(emulator, |builder| builder);
        let mut fleet = place.fleet();
        for n in 0..4 {
            let me = place.emulator.default_principal();
            let vault = place.vault(&format!("pay-{n}")).tag("a", "b").key("k", DesiredKey::ec());
            let vault = vault.role(me.oid(), azvault_fleet::KeyVaultRole::Reader);
            fleet = fleet.vault(vault.secret("db", DesiredSecret::generated(32)));
        }
        let other = Place::on(place.emulator.clone(), |builder| builder);
        let (one, two) =
            futures::join!(place.provisioner.plan(&fleet), other.provisioner.plan(&fleet));
        let one = place.provisioner.apply(one.unwrap()).finish();
        let two = other.provisioner.apply(two.unwrap()).finish();
        let (one, two) = place.advance_while(async { futures::join!(one, two) }).await;
        assert!(!one.has_failures(), "{one}");
        assert!(!two.has_failures(), "{two}");
        place.converge(&fleet).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_answers_404_for_the_versions_of_nothing_has_nothing() {
    let place = Place::new();
    let vault = place.vault("pay-prod").key("k", DesiredKey::ec());
    let fleet = place.fleet().vault(vault.secret("db", DesiredSecret::generated(32)));
    for (path, code) in
        [("/secrets/db/versions", "SecretNotFound"), ("/keys/k/versions", "KeyNotFound")]
    {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"It was not found."}}}}"#);
        let json = [("content-type", "application/json")];
        place.emulator.faults().next(1).on("GET", path).respond(404, &json, body);
    }
    place.converge(&fleet).await;
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_somebody_made_after_the_plan_keeps_what_they_gave_it() {
    let place = Place::new();
    place.converge(&place.fleet().vault(place.vault("pay-other"))).await;
    let plan = place.provisioner.plan(&place.fleet().vault(place.vault("pay-prod"))).await.unwrap();
    let theirs = place
        .vault("pay-prod")
        .tag("owner", "somebody")
        .policy(azvault_fleet::DesiredPolicy::new(STRANGER).secrets([SecretPermission::Get]));
    place.converge(&place.fleet().vault(theirs.clone())).await;

    let report = place.provisioner.apply(plan).await;
    assert!(!report.has_failures(), "{report}");
    let second = place.provisioner.plan(&place.fleet().vault(theirs)).await.unwrap();
    assert!(second.is_empty(), "{second}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_applied_twice_does_not_say_that_it_created_twice() {
    let place = Place::new();
    let plan = place.provisioner.plan(&place.fleet().vault(place.vault("pay-b"))).await.unwrap();
    let first = place.provisioner.apply(plan.clone()).await;
    assert_eq!(first.vaults()[0].steps(), [Step::VaultCreated], "{first}");
    let second = place.provisioner.apply(plan).await;
    assert_eq!(second.vaults()[0].steps(), [], "{second}");
}
