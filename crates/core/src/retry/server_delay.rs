//! The delay that a server asks for, in three headers and two forms.

use std::time::Duration;

use azure_core::http::headers::{HeaderName, Headers};
use time::{OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem};

use crate::headers;

const HEADERS: [(HeaderName, u64); 3] = [
    (HeaderName::from_static("retry-after-ms"), 1),
    (HeaderName::from_static("x-ms-retry-after-ms"), 1),
    (HeaderName::from_static("retry-after"), 1000),
];

const DATE: HeaderName = HeaderName::from_static("date");

// RFC 9110, 5.6.7: the one form that a sender may generate.
const IMF_FIXDATE: &[BorrowedFormatItem<'static>] = time::macros::format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);

/// The wait that `all` headers ask for at the time `now`; nothing for one that cannot be read, and
/// zero for one that has passed. It is not bounded here: the caller knows its deadline.
///
/// A date is compared with the answer's own `Date`, if it has one: the clocks need not agree.
pub fn server_delay(all: &Headers, now: OffsetDateTime) -> Option<Duration> {
    HEADERS.iter().find_map(|(name, unit)| {
        let value = headers::get(all, name)?.trim();
        // A header that was sent twice is joined by a comma; a date has one of its own.
        let first = value.split(',').next().unwrap_or(value).trim();
        if let Ok(amount) = first.parse::<u64>() {
            return Some(Duration::from_millis(amount.saturating_mul(*unit)));
        }
        if *unit == 1 {
            return None;
        }
        let then = date(value)?;
        let now = headers::get(all, &DATE).and_then(date).unwrap_or(now);
        Some((then - now).try_into().unwrap_or(Duration::ZERO))
    })
}

fn date(text: &str) -> Option<OffsetDateTime> {
    PrimitiveDateTime::parse(text.trim(), IMF_FIXDATE).ok().map(PrimitiveDateTime::assume_utc)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let mut all = Headers::new();
        for (name, value) in headers {
            all.insert(*name, *value);
        }
        server_delay(&all, time::macros::datetime!(2026-11-22 08:00:00 UTC))
    }

    #[test]
    fn seconds_milliseconds_and_dates_are_understood() {
        assert_eq!(delay(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(delay(&[("retry-after-ms", "150")]), Some(Duration::from_millis(150)));
        assert_eq!(delay(&[("x-ms-retry-after-ms", "20")]), Some(Duration::from_millis(20)));
        assert_eq!(delay(&[("retry-after", "5, 7")]), Some(Duration::from_secs(5)));
        assert_eq!(
            delay(&[("retry-after", "Sun, 22 Nov 2026 08:00:30 GMT")]),
            Some(Duration::from_secs(30))
        );
    }

    #[test]
    fn a_date_that_has_passed_means_now() {
        assert_eq!(
            delay(&[("retry-after", "Sun, 22 Nov 2026 07:00:00 GMT")]),
            Some(Duration::ZERO)
        );
    }

    #[test]
    fn a_date_is_read_by_the_servers_clock_and_not_by_ours() {
        let headers = [
            ("retry-after", "Sun, 22 Nov 2026 08:10:05 GMT"),
            ("date", "Sun, 22 Nov 2026 08:10:00 GMT"),
        ];
        assert_eq!(delay(&headers), Some(Duration::from_secs(5)));
        let headers = [("retry-after", "Sun, 22 Nov 2026 08:00:30 GMT"), ("date", "today")];
        assert_eq!(delay(&headers), Some(Duration::from_secs(30)));
    }

    #[test]
    fn nonsense_is_ignored_and_huge_values_do_not_overflow() {
        for value in ["-5", "soon", "", "1e9", "NaN"] {
            assert_eq!(delay(&[("retry-after", value)]), None, "{value}");
        }
        assert!(delay(&[("retry-after", "18446744073709551615")]).is_some());
    }
}
