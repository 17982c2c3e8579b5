//! Vaults that let in some addresses alone, and what that means for whoever applies.

use std::time::Duration;

use azvault_core::time::{Clock, SystemClock};
use azvault_emulator::Emulator;
use azvault_fleet::{DesiredNetwork, DesiredSecret, DesiredVault, ErrorKind};

use crate::support::Place;

const OURS: &str = "203.0.113.9";

fn place() -> Place {
    let builder = Emulator::builder().client_address(OURS.parse().unwrap());
    Place::on(builder.in_memory(), |builder| builder)
}

fn with_secret(place: &Place, lets_in: &str) -> DesiredVault {
    let rules = DesiredNetwork::deny().ip_rule(lets_in);
    place.vault("pay-prod").network(rules).secret("db", DesiredSecret::generated(32))
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_keeps_us_out_is_told_at_once_with_its_reason() {
    let place = place();
    let fleet = place.fleet().vault(with_secret(&place, "198.51.100.7"));
    let clock = SystemClock::new();
    let before = clock.elapsed();
    let report = place.apply(&fleet).await;
    assert!(clock.elapsed() - before < Duration::from_secs(10), "nothing will pass");
    let failed = &report.vaults()[0];
    assert_eq!(failed.error().unwrap().kind(), ErrorKind::ForbiddenByFirewall, "{report}");
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    assert!(plan.to_string().contains("it could not be looked for: "), "{plan}");
    assert!(plan.to_string().contains("Client address: 203.0.113.9"), "{plan}");
}

#[tokio::test(start_paused = true)]
async fn rules_that_are_changed_are_waited_for_until_they_are_felt() {
    let place = place();
    let closed = with_secret(&place, "198.51.100.7");
    let report = place.apply(&place.fleet().vault(closed)).await;
    assert!(report.has_failures(), "{report}");

    let fleet = place.fleet().vault(with_secret(&place, OURS));
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    // The vault does not know its new rules for a minute.
    let refusal = r#"{"error":{"code":"Forbidden","message":"Client address is not authorized and caller is not a trusted service.","innererror":{"code":"ForbiddenByFirewall"}}}"#;
    let json = [("content-type", "application/json")];
    place.emulator.faults().next(6).on("GET", "/secrets/db/versions").respond(403, &json, refusal);
    let report = place.provisioner.apply(plan).await;
    assert!(!report.has_failures(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn rules_that_lock_us_out_are_not_waited_for() {
    let place = place();
    place.converge(&place.fleet().vault(place.vault("pay-prod"))).await;
    let fleet = place.fleet().vault(with_secret(&place, "198.51.100.7"));
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    let clock = SystemClock::new();
    let before = clock.elapsed();
    let report = place.provisioner.apply(plan).await;
    assert!(clock.elapsed() - before < Duration::from_secs(10), "nothing will pass");
    assert!(report.to_string().contains("updated, then failed at the secret db: "), "{report}");
    assert!(report.to_string().contains("ForbiddenByFirewall"), "{report}");
}
