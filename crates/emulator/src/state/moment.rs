//! Times in records: seconds since 1970 and nanoseconds, all that the calendar has.
//!
//! For `#[serde(with = "crate::state::moment")]`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use time::{Duration, OffsetDateTime};

pub(crate) fn serialize<S: Serializer>(
    time: &OffsetDateTime,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    (time.unix_timestamp(), time.nanosecond()).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<OffsetDateTime, D::Error> {
    let (seconds, nanoseconds) = <(i64, u32)>::deserialize(deserializer)?;
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|time| time.checked_add(Duration::nanoseconds(nanoseconds.into())))
        .ok_or_else(|| D::Error::custom("a time outside the calendar"))
}

/// A time that may be missing.
pub(crate) mod option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use time::OffsetDateTime;

    #[derive(Serialize, Deserialize)]
    struct At(#[serde(with = "super")] OffsetDateTime);

    #[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<OffsetDateTime>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        time.map(At).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        Ok(Option::<At>::deserialize(deserializer)?.map(|At(time)| time))
    }
}

#[cfg(test)]
mod tests {
    use time::{PrimitiveDateTime, macros::datetime};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct At(#[serde(with = "super")] OffsetDateTime);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Maybe(#[serde(with = "super::option")] Option<OffsetDateTime>);

    #[test]
    fn times_come_back_to_the_nanosecond_from_the_calendars_start_to_its_end() {
        for time in [
            PrimitiveDateTime::MIN.assume_utc(),
            datetime!(1969-12-31 23:59:59.999_999_999 UTC),
            datetime!(2026-11-22 16:30:00.000_000_001 UTC),
            PrimitiveDateTime::MAX.assume_utc(),
        ] {
            let json = serde_json::to_string(&At(time)).unwrap();
            assert_eq!(serde_json::from_str::<At>(&json).unwrap(), At(time), "{json}");
            for maybe in [None, Some(time)].map(Maybe) {
                let json = serde_json::to_string(&maybe).unwrap();
                assert_eq!(serde_json::from_str::<Maybe>(&json).unwrap(), maybe, "{json}");
            }
        }
    }
}
