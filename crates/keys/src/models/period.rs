//! A span of calendar time, as rotation policies have them.

use std::{fmt, str::FromStr};

use azvault_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// A span of calendar time, as ISO 8601 writes it: `P90D`, `P18M`, `P2Y`. It is kept exactly as it
/// was written; a month has no fixed length.
///
/// # Examples
/// ```
/// use azvault_keys::Period;
///
/// assert_eq!(Period::days(90).as_str(), "P90D");
/// assert_eq!("P1Y6M".parse::<Period>()?.to_string(), "P1Y6M");
/// assert!("90 days".parse::<Period>().is_err());
/// # Ok::<(), azvault_keys::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Period(String);

impl Period {
    /// So many days.
    pub fn days(days: u32) -> Self {
        Self(format!("P{days}D"))
    }

    /// So many months of the calendar.
    pub fn months(months: u32) -> Self {
        Self(format!("P{months}M"))
    }

    /// So many years of the calendar.
    pub fn years(years: u32) -> Self {
        Self(format!("P{years}Y"))
    }

    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many days this is; none if it has months, years or parts of a day.
    pub fn as_days(&self) -> Option<u64> {
        let number = |text: &str| text.parse::<u64>().ok();
        let body = self.0.strip_prefix('P')?;
        match body.strip_suffix('W') {
            Some(weeks) => number(weeks)?.checked_mul(7),
            None => number(body.strip_suffix('D')?),
        }
    }
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (date, time) = match text.strip_prefix('P').map(|body| body.split_once('T')) {
            Some(Some((date, time))) => (date, Some(time)),
            Some(None) => (text.get(1..).unwrap_or_default(), None),
            None => return Err(wrong(text)),
        };
        let date_parts = parts(date, "YMWD");
        let time_parts = time.map_or(Some(0), |time| parts(time, "HMS").filter(|n| *n > 0));
        match (date_parts, time_parts) {
            (Some(date), Some(time)) if date + time > 0 => Ok(Self(text.to_owned())),
            _ => Err(wrong(text)),
        }
    }
}

/// How many numbers with one of `units`, in their order and each once, `text` is made of.
fn parts(text: &str, units: &str) -> Option<usize> {
    let (mut count, mut units) = (0, units.chars());
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at_checked(digits)?;
        let mut after = after.chars();
        let unit = after.next()?;
        if number.is_empty() || !units.any(|it| it == unit) {
            return None;
        }
        count += 1;
        rest = after.as_str();
    }
    Some(count)
}

fn wrong(text: &str) -> Error {
    Error::invalid_input(format!(
        "'{text}' is not a period: write it as ISO 8601 does, P90D for 90 days or P18M for 18 months"
    ))
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_kept_as_written_and_nonsense_is_refused() {
        for text in ["P90D", "P18M", "P2Y", "P4W", "P1Y2M3D", "P0Y0M28D", "P1DT12H", "PT36H"] {
            assert_eq!(text.parse::<Period>().unwrap().as_str(), text);
        }
        for text in [
            "", "P", "PT", "90D", "P90", "PD", "P1D2D", "P1D2M", "P1.5D", "P-1D", "p90d", "P1DT",
            "P٣D",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    #[test]
    fn only_periods_of_a_fixed_length_have_days() {
        let days = |text: &str| text.parse::<Period>().unwrap().as_days();
        assert_eq!(
            (days("P90D"), days("P4W"), days("P3M"), days("P1DT1H")),
            (Some(90), Some(28), None, None)
        );
        assert_eq!(days(&format!("P{}W", u64::MAX)), None);
    }
}
