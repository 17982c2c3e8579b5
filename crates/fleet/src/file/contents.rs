//! `[vault.secrets.NAME]` and `[vault.keys.NAME]`.

use std::collections::BTreeMap;

use azvault_keys::{KeyCurve, KeyType};

use super::reader::{Entry, Reader, Section};
use crate::{
    DesiredKey, DesiredSecret,
    model::{Alphabet, Source},
};

/// What a secret can be, in words.
const SOURCES: &str = "generate = { length = 32 } or from_env = \"VARIABLE\"";

/// Nothing here repeats a value: what is no source of one may be one.
pub(super) fn secrets(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
) -> BTreeMap<String, DesiredSecret> {
    let mut secrets = BTreeMap::new();
    for entry in reader.entries(section) {
        if entry.value.as_str().is_some() {
            reader.problem(&entry.path, literal(), entry.place);
            continue;
        }
        let wanted = format!("a table with {SOURCES}");
        let Some(table) = reader.as_table(&entry, &wanted) else { continue };
        if let Some(secret) = secret(reader, &table, &entry) {
            secrets.insert(entry.key.to_owned(), secret);
        }
    }
    secrets
}

fn literal() -> String {
    format!("a secret's value does not belong in a file: say where it comes from, {SOURCES}")
}

fn secret(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    entry: &Entry<'_>,
) -> Option<DesiredSecret> {
    for inner in reader.entries(section) {
        if inner.key.eq_ignore_ascii_case("value") {
            reader.problem(&inner.path, literal(), inner.key_place);
            return None;
        }
    }
    reader.only(section, &["generate", "from_env", "content_type", "tags"]);
    let before = reader.problems.len();
    let generate = reader.table(section, "generate", "a table: { length = 32 }");
    let generate = generate.map(|section| {
        reader.only(&section, &["length", "alphabet"]);
        let length = reader.number(&section, "length").map_or(32, |length| length.value);
        let words = Alphabet::ALL.map(Alphabet::as_str);
        let word = reader.word(&section, "alphabet", &words).map(|word| word.value);
        let alphabet = Alphabet::ALL.into_iter().find(|it| Some(it.as_str()) == word);
        Source::Generated { length, alphabet: alphabet.unwrap_or_default() }
    });
    let variable = reader.string(section, "from_env").map(|it| Source::Environment(it.value));
    let content_type = reader.string(section, "content_type").map(|it| it.value);
    let tags = reader.map(section, "tags");
    let source = match (generate, variable) {
        (Some(source), None) | (None, Some(source)) => source,
        (Some(_), Some(_)) => {
            let message = "has both generate and from_env: a value comes from one of them";
            reader.problem(&section.path, message, section.place);
            return None;
        }
        (None, None) => {
            if reader.problems.len() == before {
                let message = format!("has no source: add {SOURCES}");
                reader.problem(&section.path, message, section.place);
            }
            return None;
        }
    };
    Some(DesiredSecret { source, content_type, tags, place: Some(entry.key_place) })
}

pub(super) fn keys(reader: &mut Reader<'_>, section: &Section<'_>) -> BTreeMap<String, DesiredKey> {
    let mut keys = BTreeMap::new();
    for entry in reader.entries(section) {
        let Some(table) = reader.as_table(&entry, "a table: { type = \"RSA\", size = 3072 }")
        else {
            continue;
        };
        reader.only(&table, &["type", "size", "curve"]);
        let before = reader.problems.len();
        let kind = reader.word(&table, "type", &["RSA", "RSA-HSM", "EC", "EC-HSM"]);
        let curve = reader.word(&table, "curve", &["P-256", "P-384", "P-521", "P-256K"]);
        let size = reader.number(&table, "size");
        let Some(kind) = kind else {
            if reader.problems.len() == before {
                let message = "has no type: add type = \"RSA\" or \"EC\"";
                reader.problem(&table.path, message, table.place);
            }
            continue;
        };
        let key = DesiredKey {
            size: size.map(|size| size.value),
            curve: curve.map(|curve| KeyCurve::from(curve.value)),
            place: Some(entry.key_place),
            ..DesiredKey::of(KeyType::from(kind.value))
        };
        keys.insert(entry.key.to_owned(), key);
    }
    keys
}
