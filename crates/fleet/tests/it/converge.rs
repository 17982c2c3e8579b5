//! From a desired state to vaults, and nothing left to do.

use azvault_fleet::{
    DesiredKey, DesiredNetwork, DesiredPolicy, DesiredSecret, ErrorKind, SecretPermission, SkuName,
    Step, VaultAction,
};
use azvault_management::{KeyVaultManagementClient, Vault};

use crate::support::{Place, STRANGER};

async fn vault(client: &KeyVaultManagementClient, name: &str) -> Vault {
    client.vaults().get("payments", name).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_fleet_is_made_and_the_second_plan_is_empty() {
    let place = Place::new();
    let prod = place
        .vault("pay-prod")
        .sku(SkuName::Premium)
        .retention_days(30)
        .purge_protection()
        .tag("team", "payments")
        .network(DesiredNetwork::allow())
        .key("signing", DesiredKey::rsa().size(3072));
    let test = place
        .vault("pay-test")
        .secret("db-password", DesiredSecret::generated(32))
        .secret("api-token", DesiredSecret::from_env("API_TOKEN").content_type("text/plain"))
        .key("device", DesiredKey::ec());
    let fleet = place.fleet().vault(prod).vault(test);

    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.count(VaultAction::Create), 2);
    assert_eq!(plan.resource_groups().len(), 1);
    let text = plan.to_string();
    assert!(text.contains("+ create resource group: payments (eastus)"), "{text}");
    assert!(text.contains("+ secret db-password: generated, 32 characters"), "{text}");
    assert!(text.ends_with("Plan: 2 to create, 0 to recover, 0 to update, 0 unchanged, 0 refused"));

    let report = place.provisioner.apply(plan).await;
    assert!(!report.has_failures(), "{report}");
    assert_eq!(report.vaults()[1].steps().len(), 4, "{report}");
    let second = place.provisioner.plan(&fleet).await.unwrap();
    assert!(second.is_empty(), "{second}");

    let prod = vault(&place.management(), "pay-prod").await;
    assert_eq!((prod.sku(), prod.retention_days()), (&SkuName::Premium, 30));
    assert!(prod.purge_protection() && !prod.rbac_authorization());
    let secrets = place.secrets("pay-test");
    assert_eq!(secrets.get_secret("api-token").await.unwrap().value().expose(), "canary-token");
    assert_eq!(secrets.get_secret("db-password").await.unwrap().value().expose().len(), 32);
    assert_eq!(
        place.keys("pay-prod").get_key("signing").await.unwrap().jwk().n().unwrap().len(),
        384
    );
}

#[tokio::test(start_paused = true)]
async fn applying_twice_writes_nothing_and_makes_no_second_version() {
    let place = Place::new();
    let wanted = place
        .vault("pay-prod")
        .secret("db-password", DesiredSecret::generated(32))
        .key("signing", DesiredKey::ec());
    let fleet = place.fleet().vault(wanted);
    place.converge(&fleet).await;
    let first = place.secrets("pay-prod").get_secret("db-password").await.unwrap();
    place.emulator.clear_journal();
    let report = place.report_of(&fleet).await;
    assert_eq!(place.writes().len(), 0, "{:?}", place.writes());
    assert!(report.to_string().contains("1 unchanged"), "{report}");
    let second = place.secrets("pay-prod").get_secret("db-password").await.unwrap();
    assert_eq!(first.id(), second.id());
}

#[tokio::test(start_paused = true)]
async fn drift_is_repaired_and_what_the_fleet_does_not_mention_stays() {
    let place = Place::new();
    let reader = DesiredPolicy::new(STRANGER).secrets([SecretPermission::Get]);
    let wanted = place.vault("pay-prod").policy(reader).tag("team", "payments");
    let fleet = place.fleet().vault(wanted);
    place.converge(&fleet).await;

    let client = place.management();
    let other = "1c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d91";
    let tenant = place.emulator.tenant_id();
    let policy = |id: &str, permission| {
        azvault_management::AccessPolicyEntry::new(tenant, id).secrets([permission])
    };
    client
        .vaults()
        .update("payments", "pay-prod")
        .tag("team", "somebody")
        .tag("cost", "42")
        .enabled_for_deployment(true)
        .access_policies([
            policy(STRANGER, SecretPermission::List),
            policy(other, SecretPermission::Get),
        ])
        .await
        .unwrap();
    place.secrets("pay-prod");

    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.count(VaultAction::Update), 1, "{plan}");
    assert!(plan.to_string().contains("~ tags.team: somebody -> payments"), "{plan}");
    place.converge(&fleet).await;

    let vault = vault(&client, "pay-prod").await;
    let tags: Vec<_> = vault.tags().collect();
    assert_eq!(tags, [("cost", "42"), ("team", "payments")]);
    assert!(vault.enabled_for_deployment());
    let permitted = |id: &str| {
        let policy = vault.access_policies().iter().find(|it| it.object_id() == id).unwrap();
        policy.secret_permissions().len()
    };
    assert_eq!((permitted(STRANGER), permitted(other)), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_vault_is_recovered_with_what_is_in_it_and_then_converged() {
    let place = Place::new();
    let wanted = place.vault("pay-prod").secret("db-password", DesiredSecret::generated(32));
    place.converge(&place.fleet().vault(wanted.clone())).await;
    let first = place.secrets("pay-prod").get_secret("db-password").await.unwrap();
    place.management().vaults().delete("payments", "pay-prod").await.unwrap();

    let wanted = wanted.tag("team", "payments").key("signing", DesiredKey::ec());
    let fleet = place.fleet().vault(wanted);
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.count(VaultAction::Recover), 1, "{plan}");
    let text = plan.to_string();
    assert!(text.contains("↺ recover: payments/pay-prod"), "{text}");
    assert!(text.contains("? secret db-password: if it is not there once the vault is back"));

    let report = place.report_of(&fleet).await;
    let key = Step::ObjectCreated { kind: azvault_fleet::ObjectKind::Key, name: "signing".into() };
    assert_eq!(report.vaults()[0].steps(), [Step::VaultRecovered, key]);
    let second = place.secrets("pay-prod").get_secret("db-password").await.unwrap();
    assert_eq!(first.id(), second.id());
    let tags = vault(&place.management(), "pay-prod").await;
    assert_eq!(tags.tags().collect::<Vec<_>>(), [("team", "payments")]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_secret_and_a_deleted_key_are_recovered_and_never_purged() {
    let place = Place::new();
    let wanted = place
        .vault("pay-prod")
        .secret("db-password", DesiredSecret::generated(32))
        .key("signing", DesiredKey::ec());
    let fleet = place.fleet().vault(wanted);
    place.converge(&fleet).await;
    let (secrets, keys) = (place.secrets("pay-prod"), place.keys("pay-prod"));
    let first = secrets.get_secret("db-password").await.unwrap();
    secrets.begin_delete_secret("db-password").await.unwrap().wait().await.unwrap();
    keys.begin_delete_key("signing").await.unwrap().wait().await.unwrap();

    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert!(plan.to_string().contains("↺ secret db-password"), "{plan}");
    assert!(plan.to_string().starts_with("~ update in place: payments/pay-prod"), "{plan}");
    let report = place.report_of(&fleet).await;
    assert!(report.to_string().contains("recovered the secret db-password, recovered the key"));
    let second = secrets.get_secret("db-password").await.unwrap();
    assert_eq!(first.id(), second.id());
    let purges = place.emulator.journal().into_iter();
    assert_eq!(
        purges.filter(|it| it.method() == "DELETE" && it.path().contains("deleted")).count(),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_cannot_be_made_so_is_refused_and_the_others_are_done() {
    let place = Place::new();
    let wanted = place.vault("pay-prod").retention_days(30);
    place.converge(&place.fleet().vault(wanted)).await;

    let refused = place.vault("pay-prod").retention_days(60).tag("team", "payments");
    let fleet = place.fleet().vault(refused).vault(place.vault("pay-test"));
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.refused().map(|it| it.name()).collect::<Vec<_>>(), ["pay-prod"]);
    assert!(plan.to_string().contains("! its retention is 30 days, not 60"), "{plan}");
    assert!(plan.to_string().ends_with("1 refused"), "{plan}");

    let report = place.provisioner.apply(plan).await;
    assert!(report.has_failures());
    assert!(
        report
            .to_string()
            .ends_with("1 created, 0 recovered, 0 updated, 0 unchanged, 0 failed, 1 refused"),
        "{report}"
    );
    let failed: Vec<_> = report.failed().collect();
    assert_eq!(failed[0].error().unwrap().kind(), ErrorKind::InvalidInput);
    assert_eq!(vault(&place.management(), "pay-prod").await.tags().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_vault_goes_only_if_it_is_named_and_can_be_recovered() {
    let place = Place::new();
    let both = place.fleet().vault(place.vault("pay-old")).vault(place.vault("pay-new"));
    place.converge(&both).await;
    // Left out is not deleted.
    place.emulator.clear_journal();
    place.converge(&place.fleet().vault(place.vault("pay-new"))).await;
    assert_eq!(place.writes().len(), 0);

    let fleet = place.fleet().vault(place.vault("pay-new")).delete_vault("Pay-Old");
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert!(plan.to_string().contains("- delete: payments/pay-old"), "{plan}");
    assert!(plan.to_string().ends_with("1 unchanged, 0 refused, 1 to delete"), "{plan}");
    let report = place.provisioner.apply(plan).await;
    assert!(report.to_string().ends_with(", 1 deleted"), "{report}");
    assert!(place.provisioner.plan(&fleet).await.unwrap().is_empty());
    let deleted = place.management().vaults().list_deleted().try_collect().await.unwrap();
    assert_eq!(deleted[0].name(), "pay-old");
}

#[tokio::test(start_paused = true)]
async fn vaults_of_many_groups_and_subscriptions_are_looked_at_by_few_requests() {
    let place = Place::new();
    let elsewhere = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
    let mut fleet = place.fleet();
    for n in 0..20 {
        fleet = fleet.vault(place.vault(&format!("here-{n}")));
        let there = place.vault(&format!("there-{n}")).subscription(elsewhere);
        fleet = fleet.vault(there.resource_group("other").location("westeurope"));
    }
    place.converge(&fleet).await;
    place.emulator.clear_journal();
    assert!(place.provisioner.plan(&fleet).await.unwrap().is_empty());
    // Two subscriptions, each: a page of vaults and the empty one that the service ends lists with,
    // deleted vaults, and the one group.
    assert_eq!(place.emulator.journal().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn network_rules_are_the_vaults_only_ones_and_compared_by_what_they_mean() {
    let place = Place::new();
    let rules = DesiredNetwork::deny().ip_rule("203.0.113.0/24").ip_rule("198.51.100.7");
    let fleet = |network| place.fleet().vault(place.vault("pay-prod").network(network));
    place.converge(&fleet(rules)).await;
    let client = place.management();
    let ranges = async || {
        let vault = vault(&client, "pay-prod").await;
        let rules = vault.network_rules().unwrap();
        rules.ip_rules().map(|it| it.trim_end_matches("/32").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ranges().await, ["203.0.113.0/24", "198.51.100.7"]);

    // The same in another order and spelling.
    let same = DesiredNetwork::deny().ip_rule("198.51.100.7/32").ip_rule("203.0.113.0/24");
    assert!(place.provisioner.plan(&fleet(same)).await.unwrap().is_empty());
    place.converge(&fleet(DesiredNetwork::deny().ip_rule("192.0.2.0/24"))).await;
    assert_eq!(ranges().await, ["192.0.2.0/24"]);
    place.converge(&fleet(DesiredNetwork::private())).await;
    // Not mentioned, they stay.
    place.converge(&place.fleet().vault(place.vault("pay-prod"))).await;
    assert_eq!(ranges().await, ["192.0.2.0/24"]);
}

#[tokio::test(start_paused = true)]
async fn purge_protection_is_not_taken_away() {
    let place = Place::new();
    place.converge(&place.fleet().vault(place.vault("pay-prod").purge_protection())).await;
    let fleet = place.fleet().vault(place.vault("pay-prod").without_purge_protection());
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.refused().count(), 1, "{plan}");
    assert!(plan.to_string().contains("! it has purge protection, which nothing takes away"));
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_else_has_fails_or_is_refused_if_names_are_checked() {
    let place = Place::new();
    let elsewhere = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
    let theirs = place.vault("pay-prod").subscription(elsewhere);
    place.converge(&place.fleet().vault(theirs)).await;
    let fleet = place.fleet().vault(place.vault("pay-prod")).vault(place.vault("pay-test"));
    let report = place.apply(&fleet).await;
    let failed: Vec<_> = report.failed().collect();
    assert_eq!(failed.len(), 1, "{report}");
    assert_eq!(failed[0].error().unwrap().kind(), ErrorKind::Conflict, "{report}");

    let asking = Place::on(place.emulator.clone(), |builder| builder.check_names());
    let plan = asking.provisioner.plan(&fleet).await.unwrap();
    assert_eq!(plan.refused().map(|it| it.name()).collect::<Vec<_>>(), ["pay-prod"], "{plan}");
}
