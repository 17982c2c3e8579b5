//! Resource Manager's limits, kept on this side.

use azvault_core::time::{Clock, SystemClock};

use crate::support::Place;

#[tokio::test(start_paused = true)]
async fn a_fleet_takes_the_limits_own_time() {
    let place = Place::new();
    let mut fleet = place.fleet();
    for n in 0..250 {
        fleet = fleet.vault(place.vault(&format!("pay-{n}")));
    }
    let clock = SystemClock::new();
    let before = clock.elapsed();
    let report = place.apply(&fleet).await;
    let took = (clock.elapsed() - before).as_secs_f64();
    assert!(!report.has_failures(), "{report}");

    let sent = |reads: bool| {
        let journal = place.emulator.journal();
        journal.iter().filter(|it| (it.method() == "GET") == reads).count() as f64
    };
    // 200 writes at once and then 10 a second; 250 reads and then 25 a second.
    let floor = f64::max((sent(false) - 200.0) / 10.0, (sent(true) - 250.0) / 25.0);
    assert!(floor > 5.0, "the limit must matter: {floor}");
    assert!(took >= floor - 0.2 && took <= floor * 1.1, "took {took} s, and the floor is {floor}");
}
