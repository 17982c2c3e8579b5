//! Periods of time as ISO 8601 writes them: `P90D`, `P2M`, `P1Y10D`.

use serde::{Deserialize, Serialize};
use time::{Date, Duration, Month, OffsetDateTime};

/// A month, where a period is compared with another.
const DAYS_A_MONTH: i64 = 30;
const MONTHS_A_YEAR: u32 = 12;
const SECONDS_A_DAY: i64 = 86_400;

/// A period, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Period {
    pub(super) text: String,
    months: u32,
    seconds: i64,
}

impl Period {
    /// Reads years, months, weeks, days, hours, minutes and seconds, each once at most and in this order.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (date, time) = match text.strip_prefix('P')?.split_once('T') {
            Some((date, time)) if !time.is_empty() => (date, time),
            Some(_) => return None,
            None => (text.strip_prefix('P')?, ""),
        };
        if date.is_empty() && time.is_empty() {
            return None;
        }
        let [years, months, weeks, days] = numbers(date, ['Y', 'M', 'W', 'D'])?;
        let [hours, minutes, seconds] = numbers(time, ['H', 'M', 'S'])?;
        let days = i64::from(weeks) * 7 + i64::from(days);
        let of_day = i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
        Some(Self {
            text: text.to_owned(),
            months: years.checked_mul(MONTHS_A_YEAR)?.checked_add(months)?,
            seconds: days * SECONDS_A_DAY + of_day,
        })
    }

    /// How long it is, roughly: a month counts as 30 days.
    pub(super) fn roughly(&self) -> Duration {
        Duration::days(i64::from(self.months) * DAYS_A_MONTH) + Duration::seconds(self.seconds)
    }

    /// `None` past the calendar's end.
    pub(super) fn after(&self, time: OffsetDateTime) -> Option<OffsetDateTime> {
        shift(time, i64::from(self.months))?.checked_add(Duration::seconds(self.seconds))
    }

    /// `None` before the calendar's start.
    pub(super) fn before(&self, time: OffsetDateTime) -> Option<OffsetDateTime> {
        shift(time, -i64::from(self.months))?.checked_sub(Duration::seconds(self.seconds))
    }
}

/// So many months on; a day that the month does not have becomes its last.
fn shift(time: OffsetDateTime, months: i64) -> Option<OffsetDateTime> {
    let month = i64::from(time.year()) * 12 + i64::from(u8::from(time.month())) - 1 + months;
    let year = i32::try_from(month.div_euclid(12)).ok()?;
    let month = Month::try_from(u8::try_from(month.rem_euclid(12)).ok()? + 1).ok()?;
    let day = time.day().min(month.length(year));
    Some(time.replace_date(Date::from_calendar_date(year, month, day).ok()?))
}

/// The numbers before each of `units`, 0 for an absent one.
fn numbers<const N: usize>(mut text: &str, units: [char; N]) -> Option<[u32; N]> {
    let mut values = [0; N];
    for (value, unit) in values.iter_mut().zip(units) {
        if let Some((number, rest)) = text.split_once(unit) {
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            // Nobody plans for longer, and sums stay in range.
            *value = number.parse().ok().filter(|value| digits && *value <= 1_000_000)?;
            text = rest;
        }
    }
    text.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn periods_are_read_as_iso_8601_has_them() {
        let days = |text| Period::parse(text).unwrap().roughly().whole_days();
        assert_eq!(days("P90D"), 90);
        assert_eq!(days("P2M"), 60);
        assert_eq!(days("P1Y10D"), 370);
        assert_eq!(days("P4W"), 28);
        assert_eq!(days("PT48H"), 2);
        for text in ["", "P", "90D", "P90", "PD", "P1D2M", "PT", "P1DT", "P-1D", "P+1D", "P1.5D"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
    }

    #[test]
    fn months_are_those_of_the_calendar() {
        let month = Period::parse("P1M").unwrap();
        let january = datetime!(2026-01-31 12:00 UTC);
        assert_eq!(month.after(january), Some(datetime!(2026-02-28 12:00 UTC)));
        assert_eq!(month.before(january), Some(datetime!(2025-12-31 12:00 UTC)));
        let years = Period::parse("P9000Y").unwrap();
        assert_eq!(years.after(january), None);
    }
}
