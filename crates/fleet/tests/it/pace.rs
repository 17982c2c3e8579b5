//! Resource Manager's limits, kept on this side.

use std::time::Duration;

use azvault_core::time::{Clock, SystemClock};

use azvault_emulator::{Emulator, RateLimit, ResourceManagerLimits};

use crate::support::Place;

fn throttled(place: &Place) -> usize {
    place.emulator.journal().iter().filter(|it| it.status() == Some(429)).count()
}

/// Applies a fleet of so many vaults; gives how many seconds it took.
async fn apply(place: &Place, vaults: usize) -> f64 {
    let mut fleet = place.fleet();
    for n in 0..vaults {
        fleet = fleet.vault(place.vault(&format!("pay-{n}")));
    }
    let clock = SystemClock::new();
    let before = clock.elapsed();
    let report = place.advance_while(place.apply(&fleet)).await;
    assert!(!report.has_failures(), "{report}");
    (clock.elapsed() - before).as_secs_f64()
}

/// The shortest time that the requests so far can take: reads at 25 a second after the first 250,
/// writes at 10 a second after `writes`.
fn floor(place: &Place, writes: f64) -> f64 {
    let sent = |reads: bool| {
        let journal = place.emulator.journal();
        journal.iter().filter(|it| (it.method() == "GET") == reads).count() as f64
    };
    f64::max((sent(false) - writes) / 10.0, (sent(true) - 250.0) / 25.0)
}

#[tokio::test(start_paused = true)]
async fn a_fleet_takes_the_limits_own_time_and_is_not_throttled() {
    let limits = ResourceManagerLimits::default();
    let emulator = Emulator::builder().resource_manager_limits(limits).in_memory();
    let place = Place::on(emulator, |builder| builder);
    let took = apply(&place, 250).await;
    let floor = floor(&place, 200.0);
    assert!(floor > 5.0, "the limit must matter: {floor}");
    assert!(took >= floor - 0.2 && took <= floor * 1.1, "took {took} s, and the floor is {floor}");
    assert_eq!(throttled(&place), 0);
}

#[tokio::test(start_paused = true)]
async fn what_others_have_used_of_the_limit_is_heeded() {
    let writes = RateLimit::new(200, 10).starting_with(20);
    let limits = ResourceManagerLimits::default().writes(writes);
    let emulator = Emulator::builder().resource_manager_limits(limits).in_memory();
    let place = Place::on(emulator, |builder| builder.concurrency(8));
    let took = apply(&place, 100).await;
    let floor = floor(&place, 20.0);
    assert!(took <= floor * 1.1, "took {took} s, and the floor is {floor}");
    assert!(throttled(&place) <= 8, "{} were throttled", throttled(&place));
}

#[tokio::test(start_paused = true)]
async fn a_delay_of_minutes_that_resource_manager_asks_for_is_kept() {
    let place = Place::new();
    let two_minutes = Duration::from_secs(120);
    let puts = place.emulator.faults().next(1).on("PUT", "/vaults/pay-0");
    puts.throttle_with_retry_after(two_minutes);
    let took = apply(&place, 1).await;
    assert!((120.0..130.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_throttles_holds_up_no_other() {
    let place = Place::new();
    let secret = || azvault_fleet::DesiredSecret::generated(32);
    let slow = place.vault("pay-slow").secret("db", secret());
    let quick = place.vault("pay-quick").secret("db", secret()).secret("other", secret());
    let plan = place.provisioner.plan(&place.fleet().vault(slow).vault(quick)).await.unwrap();
    let puts = place.emulator.faults().next(1).on("PUT", "/secrets/db").on_host("pay-slow");
    puts.throttle_with_retry_after(Duration::from_secs(25));
    let clock = SystemClock::new();
    let before = clock.elapsed();
    let mut apply = place.provisioner.apply(plan);
    let mut quick = None;
    while let Some(progress) = futures::StreamExt::next(&mut apply).await {
        if progress.to_string() == "pay-quick: done" {
            quick = Some(clock.elapsed() - before);
        }
    }
    assert!(!apply.await.has_failures());
    assert!(quick.unwrap() < Duration::from_secs(10), "{quick:?}");
    assert!(clock.elapsed() - before >= Duration::from_secs(25));
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_throttling_is_sat_out() {
    let place = Place::new();
    let secret = azvault_fleet::DesiredSecret::generated(32);
    let vault =
        place.vault("pay-prod").secret("db", secret).key("k", azvault_fleet::DesiredKey::ec());
    let fleet = place.fleet().vault(vault);
    let plan = place.provisioner.plan(&fleet).await.unwrap();
    place.emulator.faults().next(5).on("PUT", "/vaults/pay-prod").status(429);
    place.emulator.faults().next(8).on("PUT", "/secrets/db").status(429);
    place.emulator.faults().next(8).on("POST", "/keys/k").status(429);
    let report = place.provisioner.apply(plan).await;
    assert!(!report.has_failures(), "{report}");
}

#[tokio::test(start_paused = true)]
async fn several_long_delays_for_one_vault_are_kept() {
    let place = Place::new();
    let puts = place.emulator.faults().next(3).on("PUT", "/vaults/pay-0");
    puts.throttle_with_retry_after(Duration::from_secs(250));
    let took = apply(&place, 1).await;
    assert!((750.0..900.0).contains(&took), "{took}");
}
