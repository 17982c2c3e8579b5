//! A snapshot as JSON.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::state::{Kind, Record};

/// By which a snapshot is known.
const FORMAT: &str = "azvault-emulator-snapshot";
/// Goes up when a record changes its form.
const VERSION: u32 = 2;

/// Read before the rest, whose form depends on it.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    records: Vec<Item<'a>>,
}

#[derive(Deserialize)]
struct Item<'a> {
    kind: String,
    owner: String,
    key: String,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// Why bytes are no snapshot that can be read. Nothing of its content is told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    NoSnapshot,
    Newer(u32),
    Damaged { line: usize, column: usize },
    Unknown,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSnapshot => f.write_str("it is no snapshot of this emulator"),
            Self::Newer(version) => write!(
                f,
                "it is of version {version} and this emulator reads versions up to {VERSION}; take a newer emulator"
            ),
            Self::Damaged { line, column } => {
                write!(f, "it is damaged at line {line}, column {column}")
            }
            Self::Unknown => {
                f.write_str("it is damaged: it has a record of a kind that there is not")
            }
        }
    }
}

impl std::error::Error for Unreadable {}

/// A line for each record.
pub(super) fn write(records: &[Record]) -> Vec<u8> {
    let mut file = format!(r#"{{"format":"{FORMAT}","version":{VERSION},"records":["#).into_bytes();
    for (index, Record { kind, owner, key, body }) in records.iter().enumerate() {
        let [kind, owner, key] = [kind.name(), owner, key].map(Value::from);
        let separator = if index == 0 { "" } else { "," };
        let head = format!(r#"{separator}{{"kind":{kind},"owner":{owner},"key":{key},"body":"#);
        file.extend([b"\n", head.as_bytes(), body, b"}"].concat());
    }
    file.extend(b"\n]}\n");
    file
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Record>, Unreadable> {
    let Head { format, version } = serde_json::from_slice(bytes).map_err(|error| {
        // What ends too early, or breaks off, may have begun well.
        if error.is_data() { Unreadable::NoSnapshot } else { damaged(&error) }
    })?;
    match version {
        _ if format != FORMAT => return Err(Unreadable::NoSnapshot),
        0 => return Err(Unreadable::NoSnapshot),
        1..=VERSION => {}
        newer => return Err(Unreadable::Newer(newer)),
    }
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|error| damaged(&error))?;
    let record = |item: Item<'_>| {
        Some(Record {
            kind: Kind::of(&item.kind)?,
            owner: item.owner,
            key: item.key,
            body: item.body.get().as_bytes().to_vec(),
        })
    };
    let records: Option<Vec<_>> = file.records.into_iter().map(record).collect();
    records.ok_or(Unreadable::Unknown)
}

fn damaged(error: &serde_json::Error) -> Unreadable {
    Unreadable::Damaged { line: error.line(), column: error.column() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        let record = |kind, owner: &str, key: &str| {
            Record::of(kind, owner, key, &serde_json::json!({"value": "can\"ary\n"})).unwrap()
        };
        vec![record(Kind::Secret, "v", "s/\u{e9}\""), record(Kind::Clock, "", "")]
    }

    #[test]
    fn what_is_written_is_read_again() {
        let bytes = write(&records());
        assert_eq!(read(&bytes).unwrap(), records());
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.starts_with(r#"{"format":"azvault-emulator-snapshot","version":2,"#),
            "{text}"
        );
    }

    #[test]
    fn what_is_no_snapshot_is_refused_in_words_that_tell_nothing_of_it() {
        let text = String::from_utf8(write(&records())).unwrap();
        for (bytes, words) in [
            (String::new(), "damaged"),
            ("canary".to_owned(), "damaged"),
            ("{}".to_owned(), "no snapshot"),
            ("[1]".to_owned(), "no snapshot"),
            (text.replace("azvault", "other"), "no snapshot"),
            (text.replace(":2,", ":0,"), "no snapshot"),
            (text.replace(":2,", ":3,"), "take a newer emulator"),
            (text.replace("secret", "secrets"), "kind"),
            (text.replace("body", "bodies"), "damaged"),
            (text.replace(":[", ":{"), "damaged"),
        ] {
            let error = read(bytes.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(words), "{bytes}: {error}");
            assert!(!error.contains("ary"), "{error}");
        }
        for end in 0..text.trim_end().len() {
            assert!(read(&text.as_bytes()[..end]).is_err(), "cut at {end}");
        }
    }
}
