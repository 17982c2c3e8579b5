//! Times as records keep them: `[seconds since 1970, nanoseconds]`, which holds every time that there is.
//!
//! Not RFC 3339, which ends at the year 0, where "at any time" is before; nor time's own form, which depends on
//! which of its features other crates of a build ask for.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use time::{Duration, OffsetDateTime};

type Parts = (i64, u32);

fn parts(at: OffsetDateTime) -> Parts {
    (at.unix_timestamp(), at.nanosecond())
}

fn of_parts<E: Error>((seconds, nanos): Parts) -> Result<OffsetDateTime, E> {
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .filter(|_| nanos < 1_000_000_000)
        .and_then(|at| at.checked_add(Duration::nanoseconds(nanos.into())))
        .ok_or_else(|| E::custom("a time is out of range"))
}

pub(crate) fn serialize<S: Serializer>(at: &OffsetDateTime, to: S) -> Result<S::Ok, S::Error> {
    parts(*at).serialize(to)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<OffsetDateTime, D::Error> {
    of_parts(Parts::deserialize(from)?)
}

/// A time that may be missing.
pub(crate) mod option {
    use super::{Deserialize, Deserializer, OffsetDateTime, Parts, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde gives a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(
        at: &Option<OffsetDateTime>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.map(super::parts).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<OffsetDateTime>, D::Error> {
        Option::<Parts>::deserialize(from)?.map(super::of_parts).transpose()
    }
}

#[cfg(test)]
mod tests {
    use time::PrimitiveDateTime;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Kept {
        #[serde(with = "super")]
        at: OffsetDateTime,
        #[serde(with = "super::option", default)]
        maybe: Option<OffsetDateTime>,
    }

    #[test]
    fn every_time_comes_back_to_the_nanosecond() {
        let late = OffsetDateTime::UNIX_EPOCH + Duration::nanoseconds(1_790_000_000_123_456_789);
        for at in [
            PrimitiveDateTime::MIN.assume_utc(),
            PrimitiveDateTime::MAX.assume_utc(),
            OffsetDateTime::UNIX_EPOCH - Duration::nanoseconds(1),
            late,
        ] {
            for maybe in [None, Some(at)] {
                let text = serde_json::to_string(&Kept { at, maybe }).unwrap();
                let back: Kept = serde_json::from_str(&text).unwrap();
                assert_eq!((back.at, back.maybe), (at, maybe), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [r#"{"at":[9223372036854775807,0]}"#, r#"{"at":[0,1000000000]}"#] {
            assert!(serde_json::from_str::<Kept>(text).is_err(), "{text}");
        }
    }
}
