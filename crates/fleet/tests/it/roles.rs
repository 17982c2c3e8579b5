//! Vaults that go by Azure roles.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_fleet::{
    DesiredSecret, DesiredVault, ErrorKind, Fleet, KeyVaultRole, Principal, PrincipalType, Step,
};

use crate::support::{Place, STRANGER};

/// A vault in which the emulator's own principal may set secrets by its role.
fn fleet(place: &Place) -> Fleet {
    let me = place.emulator.default_principal();
    let stranger = Principal::new(STRANGER).kind(PrincipalType::ServicePrincipal);
    let vault = DesiredVault::new("pay-prod")
        .role(me.oid(), KeyVaultRole::SecretsOfficer)
        .role(stranger, KeyVaultRole::SecretsUser)
        .secret("db-password", DesiredSecret::generated(32));
    place.fleet().vault(vault)
}

#[tokio::test(start_paused = true)]
async fn roles_are_assigned_and_what_they_permit_is_done() {
    let place = Place::new();
    let fleet = fleet(&place);
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    let line = format!("+ role Key Vault Secrets User: {STRANGER}");
    assert!(plan.to_string().contains(&line), "{plan}");
    let report = place.report_of(&fleet).await;
    let steps = report.vaults()[0].steps();
    assert_eq!(steps.len(), 4, "{report}");
    assert!(matches!(steps[1], Step::RoleAssigned { role: KeyVaultRole::SecretsOfficer, .. }));
    let client = place.management();
    let vault = client.vaults().get("payments", "pay-prod").await.unwrap();
    assert!(vault.rbac_authorization());
    let all = client.role_assignments().list_for_subscription().try_collect().await.unwrap();
    let theirs = all.iter().find(|it| it.principal_id() == STRANGER).unwrap();
    assert_eq!(theirs.principal_type(), Some(&PrincipalType::ServicePrincipal));
    assert_eq!(theirs.scope(), Some(vault.id()));
}

#[tokio::test(start_paused = true)]
async fn a_plan_says_where_roles_do_not_open_what_is_in_a_vault() {
    let place = Place::new();
    place.converge(&place.fleet().vault(place.vault("by-policies"))).await;
    let by_roles = DesiredVault::new("by-roles").role(STRANGER, KeyVaultRole::SecretsUser);
    let by_policies = DesiredVault::new("by-policies").role(STRANGER, KeyVaultRole::SecretsUser);
    let plan = place.provisioner.plan(&place.fleet().vault(by_roles).vault(by_policies)).await;
    let plan = plan.unwrap();
    let flags: Vec<bool> = plan.vaults().iter().map(|vault| vault.goes_by_policies()).collect();
    assert_eq!(flags, [false, true]);
    assert_eq!(plan.to_string().matches("note: the vault goes by access policies").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_taken_away_is_given_again() {
    let place = Place::new();
    let fleet = fleet(&place);
    place.converge(&fleet).await;
    let client = place.management();
    let assignments = client.role_assignments();
    let all = assignments.list_for_subscription().try_collect().await.unwrap();
    let theirs = all.iter().find(|it| it.principal_id() == STRANGER).unwrap();
    let scope = theirs.scope().unwrap().parse().unwrap();
    assignments.delete(&scope, theirs.name()).await.unwrap();

    let report = place.report_of(&fleet).await;
    let role = KeyVaultRole::SecretsUser;
    let given = Step::RoleAssigned { role, principal: STRANGER.to_owned() };
    assert_eq!(report.vaults()[0].steps(), [given]);
}

#[tokio::test(start_paused = true)]
async fn a_recovered_vault_gets_its_roles_back() {
    let place = Place::new();
    let fleet = fleet(&place);
    place.converge(&fleet).await;
    place.management().vaults().delete("payments", "pay-prod").await.unwrap();
    let report = place.report_of(&fleet).await;
    assert_eq!(report.vaults()[0].steps().len(), 3, "{report}");
}

#[tokio::test(start_paused = true)]
async fn access_that_is_felt_late_is_waited_for() {
    let lag = Duration::from_secs(60);
    let place = Place::on(Emulator::builder().access_lag(lag).in_memory(), |builder| builder);
    let fleet = fleet(&place);
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    let apply = place.provisioner.apply(plan).finish();
    let report = place.advance_while(apply).await;
    assert!(!report.has_failures(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn access_that_never_comes_is_told_and_ends() {
    let place = Place::new();
    let vault = DesiredVault::new("pay-prod")
        .role(STRANGER, KeyVaultRole::SecretsUser)
        .secret("db-password", DesiredSecret::generated(32));
    let fleet = place.fleet().vault(vault);
    let report = place.apply(&fleet).await;
    let vault = &report.vaults()[0];
    assert_eq!(vault.failed_at(), Some("the secret db-password"));
    assert_eq!(vault.error().unwrap().kind(), ErrorKind::ForbiddenByRbac, "{report}");
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert!(plan.to_string().contains("? secret db-password: if it is not there; it could not be"));
}
