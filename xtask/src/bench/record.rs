//! What a bench prints with `--json`, and how its figures are written.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A row as a bench measured it. Who has no such thing has no value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) ours: Option<f64>,
    pub(crate) raw: Option<f64>,
    pub(crate) official: Option<f64>,
    pub(crate) ratio: Option<f64>,
    pub(crate) spread: Option<(f64, f64)>,
    pub(crate) bar: Option<Bar>,
    pub(crate) ok: Option<bool>,
}

/// The limits of a row, as in `bench/bars.toml`.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Bar {
    max: Option<f64>,
    min: Option<f64>,
    max_ratio: Option<f64>,
    min_ratio: Option<f64>,
}

impl Bar {
    /// The limits in words; a bar without limits only says that the row must be there.
    pub(crate) fn shown(&self) -> String {
        let limits = [
            (self.min, "≥"),
            (self.max, "≤"),
            (self.min_ratio, "ratio ≥"),
            (self.max_ratio, "ratio ≤"),
        ];
        let words = limits.iter().filter_map(|(limit, sign)| Some(format!("{sign} {}", (*limit)?)));
        let words: Vec<String> = words.collect();
        if words.is_empty() { "measured".into() } else { words.join(", ") }
    }
}

impl Record {
    /// The columns of a table: name, ours, beside, official, ratio, spread, bar, and what became of it.
    pub(super) fn cells(&self) -> [String; 8] {
        let spread =
            self.spread.map(|(least, most)| format!("{}..{}", number(least), number(most)));
        [
            self.name.clone(),
            figure(self.ours),
            figure(self.raw),
            figure(self.official),
            figure(self.ratio),
            spread.unwrap_or_else(|| "–".into()),
            self.bar.map_or_else(|| "none".into(), |bar| bar.shown()),
            match self.ok {
                None => "–",
                Some(true) => "met",
                Some(false) if self.ours.is_none() => "MISSING",
                Some(false) => "MISSED",
            }
            .into(),
        ]
    }
}

/// The rows of a bench that was asked for JSON.
pub(super) fn parse(lines: &str) -> Result<Vec<Record>> {
    let records = lines
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).with_context(|| format!("this is no row: {line}")));
    let records: Vec<Record> = records.collect::<Result<_>>()?;
    ensure!(!records.is_empty(), "it printed no row");
    Ok(records)
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".into(), number)
}

/// Counts as they are, small figures to three places.
fn number(value: f64) -> String {
    match value {
        whole if whole.fract() == 0.0 => format!("{whole:.0}"),
        large if large.abs() >= 100.0 => format!("{large:.1}"),
        small => format!("{small:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_benches_print_it() {
        let line = r#"{"name":"fast","ours":1.25,"raw":1.0,"official":null,"ratio":1.25,"spread":[1.2,1.3],"bar":{"max_ratio":1.2},"ok":false}"#;
        let records = parse(line).unwrap();
        assert_eq!(
            records.first().unwrap().cells(),
            ["fast", "1.250", "1", "–", "1.250", "1.200..1.300", "ratio ≤ 1.2", "MISSED"]
        );
    }

    #[test]
    fn a_bar_without_its_row_is_told_from_one_that_was_missed() {
        let missing = Record { ok: Some(false), bar: Some(Bar::default()), ..Record::default() };
        assert_eq!(missing.cells()[6..], ["measured", "MISSING"]);
    }

    #[test]
    fn what_is_no_row_and_no_row_at_all_are_errors() {
        assert!(parse("measuring …").is_err());
        assert!(parse("\n").unwrap_err().to_string().contains("no row"));
    }
}
