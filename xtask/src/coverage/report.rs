//! The counts by area, as a table or as JSON, and beside the counts that must not fall.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{catalogue::Catalogue, journal::Line};

/// What the tests show of one area.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Area {
    area: String,
    total: usize,
    client: usize,
    emulator: usize,
    /// What the client or the emulator lacks.
    missing: Vec<String>,
}

/// The least that an area may count.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Least {
    client: usize,
    emulator: usize,
}

/// The least of each area, by its name.
pub(super) type Floor = BTreeMap<String, Least>;

pub(super) fn count(catalogue: &Catalogue, journal: &[Line]) -> Vec<Area> {
    let mut seen: BTreeMap<usize, (bool, bool)> = BTreeMap::new();
    for line in journal {
        let (client, emulator) = (line.shows_client(), line.shows_emulator());
        if client || emulator {
            for place in catalogue.named_by(&line.method, &line.host, &line.path) {
                let entry = seen.entry(place).or_default();
                *entry = (entry.0 || client, entry.1 || emulator);
            }
        }
    }
    let mut areas: Vec<Area> = Vec::new();
    for (place, operation) in catalogue.operations().enumerate() {
        let found = areas.iter().position(|area| area.area == operation.area);
        let at = found.unwrap_or(areas.len());
        if found.is_none() {
            let area = operation.area.clone();
            areas.push(Area { area, total: 0, client: 0, emulator: 0, missing: Vec::new() });
        }
        let Some(area) = areas.get_mut(at) else { continue };
        let (client, emulator) = seen.get(&place).copied().unwrap_or_default();
        area.total += 1;
        area.client += usize::from(client);
        area.emulator += usize::from(emulator);
        let lacks = match (client, emulator) {
            (true, true) => continue,
            (true, false) => " (emulator)",
            (false, true) => " (client)",
            (false, false) => "",
        };
        area.missing.push(format!("{}{lacks}", operation.name));
    }
    areas
}

pub(super) fn table(areas: &[Area]) -> String {
    let mut text = format!("{:<16}{:>6}{:>8}{:>10}\n", "area", "total", "client", "emulator");
    for Area { area, total, client, emulator, .. } in areas {
        text.push_str(&format!("{area:<16}{total:>6}{client:>8}{emulator:>10}\n"));
    }
    for Area { area, missing, .. } in areas.iter().filter(|area| !area.missing.is_empty()) {
        text.push_str(&format!("\n{area} lacks: {}\n", missing.join(", ")));
    }
    text
}

/// What fell below the floor, and what rose above it.
pub(super) fn compare(areas: &[Area], floor: &Floor) -> (Vec<String>, Vec<String>) {
    let (mut fell, mut rose) = (Vec::new(), Vec::new());
    for (name, least) in floor {
        let area = areas.iter().find(|area| area.area == *name);
        let counts = area.map_or((0, 0), |area| (area.client, area.emulator));
        for (what, count, least) in
            [("client", counts.0, least.client), ("emulator", counts.1, least.emulator)]
        {
            let line = format!("{name}: {what} counts {count}, floor.toml says {least}");
            match count.cmp(&least) {
                std::cmp::Ordering::Less => fell.push(line),
                std::cmp::Ordering::Greater => rose.push(line),
                std::cmp::Ordering::Equal => {}
            }
        }
    }
    (fell, rose)
}

pub(super) fn floor(text: &str) -> Result<Floor> {
    toml::from_str(text).context("xtask/coverage/floor.toml")
}

#[cfg(test)]
mod tests {
    use super::super::journal;
    use super::*;

    fn two() -> Catalogue {
        Catalogue::parse(
            r#"[{"area":"keys","operation":"A","method":"GET","path":"/a/{x}"},
                {"area":"keys","operation":"B","method":"GET","path":"/b"},
                {"area":"keys","operation":"C","method":"GET","path":"/c","preview":true}]"#,
        )
        .unwrap()
    }

    #[test]
    fn an_area_counts_what_was_seen_and_names_what_was_not() {
        let journal = journal::read(concat!(
            r#"{"method":"GET","host":"v","path":"/a/1","status":200,"user_agent":"azvault-rust/1","judged":false}"#,
            "\n",
            r#"{"method":"GET","host":"v","path":"/a/1","status":200,"user_agent":null,"judged":true}"#,
            "\n",
            r#"{"method":"GET","host":"v","path":"/b","status":200,"user_agent":null,"judged":true}"#,
        ))
        .unwrap();
        let areas = count(&two(), &journal);
        let [keys] = areas.as_slice() else { panic!("{areas:?}") };
        assert_eq!((keys.total, keys.client, keys.emulator), (2, 1, 2));
        assert_eq!(keys.missing, ["B (client)"]);
    }

    #[test]
    fn a_count_that_falls_is_told_from_one_that_rises() {
        let areas = count(&two(), &[]);
        let floor = floor("[keys]\nclient = 1\nemulator = 0").unwrap();
        let (fell, rose) = compare(&areas, &floor);
        assert_eq!(fell, ["keys: client counts 0, floor.toml says 1"]);
        assert!(rose.is_empty());
    }

    #[test]
    fn an_area_that_vanished_from_the_catalogue_has_fallen() {
        let floor = floor("[gone]\nclient = 1\nemulator = 1").unwrap();
        assert_eq!(compare(&count(&two(), &[]), &floor).0.len(), 2);
    }
}
