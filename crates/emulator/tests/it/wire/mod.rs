//! The recorded rows of the service's answers, by their ids, each played on the emulator.
//!
//! The rows stand in text files, a file an area, written from the record: what a client sent and what came back, to
//! the letter but for names, versions, GUIDs, hosts and times. `row` is their language.

mod forms;
mod pattern;
mod row;
mod rules;
mod world;

use std::collections::{BTreeMap, BTreeSet};

/// Every line of the record in these areas: area and id, and for what is no answer of a service, why.
const RECORD: &str = include_str!("rows/record.txt");

const AREAS: [(&str, &str); 9] = [
    ("auth", include_str!("rows/auth.txt")),
    ("headers", include_str!("rows/headers.txt")),
    ("keys", include_str!("rows/keys.txt")),
    ("crypto", include_str!("rows/crypto.txt")),
    ("secrets", include_str!("rows/secrets.txt")),
    ("paging", include_str!("rows/paging.txt")),
    ("errors", include_str!("rows/errors.txt")),
    ("management", include_str!("rows/management.txt")),
    ("reported", include_str!("rows/reported.txt")),
];

async fn play(area: &str) {
    let (_, text) = AREAS.iter().find(|(name, _)| *name == area).unwrap();
    let mut wrong = Vec::new();
    for row in row::read(text) {
        if let Err(error) = world::play(&row).await {
            wrong.push(format!("{}: {error}", row.ids.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{} rows are not as on record:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn challenges_are_as_recorded() {
    play("auth").await;
}

#[tokio::test]
async fn headers_are_as_recorded() {
    play("headers").await;
}

#[tokio::test]
async fn answers_about_keys_are_as_recorded() {
    play("keys").await;
}

#[tokio::test]
async fn answers_of_cryptography_are_as_recorded() {
    play("crypto").await;
}

#[tokio::test]
async fn answers_about_secrets_are_as_recorded() {
    play("secrets").await;
}

#[tokio::test]
async fn pages_are_as_recorded() {
    play("paging").await;
}

#[tokio::test]
async fn refusals_are_as_recorded() {
    play("errors").await;
}

#[tokio::test]
async fn answers_of_the_management_plane_are_as_recorded() {
    play("management").await;
}

#[tokio::test]
async fn refusals_are_as_users_reported_them() {
    play("reported").await;
}

#[test]
fn every_line_of_the_record_has_a_row_or_a_reason() {
    let record: BTreeMap<(&str, &str), &str> = RECORD
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let mut part = || parts.next().unwrap_or_default();
            ((part(), part()), part())
        })
        .collect();
    let mut rows = BTreeSet::new();
    for (area, text) in AREAS {
        for row in row::read(text) {
            for id in &row.ids {
                assert!(record.contains_key(&(area, id)), "{area} {id} is not in the record");
                assert!(rows.insert((area, id.clone())), "{area} {id} is there twice");
            }
            assert!(
                row.steps.iter().any(|step| matches!(step, row::Step::Exchange(..))),
                "{:?} expects nothing",
                row.ids
            );
        }
    }
    for ((area, id), reason) in record {
        let shown = rows.contains(&(area, id.to_owned()));
        assert!(shown || !reason.is_empty(), "{area} {id} has neither a row nor a reason");
        assert!(!shown || reason.is_empty(), "{area} {id} has a row: no reason is needed");
        if let Some((file, test)) = reason.split_whitespace().find_map(|word| word.split_once("::"))
        {
            let path = format!("{}/tests/it/{file}", env!("CARGO_MANIFEST_DIR"));
            let source = std::fs::read_to_string(path).unwrap();
            assert!(source.contains(&format!("fn {}(", test.trim_end_matches(','))), "{area} {id}");
        }
    }
}
