//! What a server may ask a client to wait: understood or not, a call ends within its time.

use std::time::Duration;

use azure_core::http::headers::Headers;
use azvault_core::{retry::server_delay, time::Clock};
use futures::executor::block_on;
use time::macros::datetime;

use crate::service::{Service, Things};

const NAMES: [&str; 3] = ["retry-after", "retry-after-ms", "x-ms-retry-after-ms"];

/// Takes up to three lines as the values of the three headers, then makes a call to a service that
/// throttles for ever and says so each time.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut headers = Headers::new();
    for (name, value) in NAMES.into_iter().zip(text.lines()) {
        if !value.is_empty() {
            headers.insert(name, value.to_owned());
        }
    }
    let now = datetime!(2026-11-22 08:00:00 UTC);
    let asked = server_delay(&headers, now);
    let mut lines = text.lines().map(str::trim);
    let alone = lines.next().filter(|_| lines.all(str::is_empty));
    if let Some(Ok(seconds)) = alone.map(str::parse::<u32>) {
        assert_eq!(asked, Some(Duration::from_secs(seconds.into())));
    }
    let service = Service::by(move |_, _| (429, headers.clone(), Vec::new()));
    let (things, clock) = Things::of(&service);
    block_on(things.get().send()).expect_err("the service throttles for ever");
    let (requests, waited) = (service.seen().len(), clock.elapsed());
    assert!((1..=6).contains(&requests), "{requests} requests");
    // 120 s is the limit of a call: what does not fit into it is not waited for.
    assert!(waited <= Duration::from_secs(120), "{waited:?}");
    match asked {
        // More than a client accepts: it gives up at once.
        Some(asked) if asked > Duration::from_secs(60) => {
            assert_eq!((requests, waited), (1, Duration::ZERO));
        }
        // Nothing at all: its own backoff, of which the least is half a second, then a second, …
        None | Some(Duration::ZERO) => {
            assert!(waited >= Duration::from_millis(15_500), "{waited:?} is a hammer");
        }
        Some(_) => {}
    }
}
