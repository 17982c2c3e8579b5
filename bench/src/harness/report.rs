//! What is printed: a table for people, or one JSON object a line.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

use super::{
    Row,
    bars::{Bar, Bars},
};

/// A row with its bar, or a bar whose row is missing.
#[derive(Debug)]
pub(crate) struct Line {
    row: Row,
    bar: Option<Bar>,
    ok: Option<bool>,
}

/// The form that other programs read; the names are the issue's.
#[derive(Serialize)]
struct Record<'a> {
    name: &'a str,
    ours: Option<f64>,
    raw: Option<f64>,
    official: Option<f64>,
    ratio: Option<f64>,
    spread: Option<(f64, f64)>,
    bar: Option<Bar>,
    ok: Option<bool>,
}

/// Puts each row beside its bar. A bar whose name begins with `only` and that has no row is a line
/// that fails.
pub(crate) fn judge(rows: Vec<Row>, bars: &Bars, only: &str) -> Vec<Line> {
    let missing: Vec<Row> = bars
        .iter()
        .filter(|(name, _)| name.starts_with(only) && rows.iter().all(|row| row.name() != *name))
        .map(|(name, _)| Row::medians(name))
        .collect();
    let lines = rows.into_iter().chain(missing).map(|row| {
        let bar = bars.get(row.name());
        let ok = bar.map(|bar| bar.is_met(&row));
        Line { row, bar, ok }
    });
    lines.collect()
}

/// Whether no line fails.
pub(crate) fn passed(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.ok != Some(false))
}

/// One JSON object a line: `name`, `ours`, `raw`, `official`, `ratio`, `spread`, `bar`, `ok`.
///
/// # Errors
/// None that a row can give rise to.
pub(crate) fn json(lines: &[Line]) -> Result<String> {
    let mut text = String::new();
    for Line { row, bar, ok } in lines {
        let record = Record {
            name: row.name(),
            ours: row.value_ours(),
            raw: row.value_raw(),
            official: row.value_official(),
            ratio: row.ratio(),
            spread: row.ratio_spread().or(row.spread()),
            bar: *bar,
            ok: *ok,
        };
        writeln!(text, "{}", serde_json::to_string(&record)?)?;
    }
    Ok(text)
}

/// A table. The spread is that of the ratio, or of our value where there is no ratio.
pub(crate) fn table(lines: &[Line], rounds: usize) -> String {
    let head = ["", "ours", "raw", "official", "ratio", "spread", "off./raw", "bar", ""];
    let mut cells = vec![head.map(str::to_owned)];
    cells.extend(lines.iter().map(|line| line.cells()));
    let mut widths = [0; 9];
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &cells {
        let mut line = String::new();
        for (n, (cell, width)) in row.iter().zip(widths).enumerate() {
            let pad = " ".repeat(width - cell.chars().count());
            // Words to the left, figures to the right.
            let (before, after) =
                if n == 0 || n > 6 { ("", pad) } else { (pad.as_str(), String::new()) };
            line.push_str(&format!("{before}{cell}{after}  "));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let missed = lines.iter().filter(|line| line.ok == Some(false)).count();
    text.push_str(&format!("{rounds} rounds; {missed} bars missed\n"));
    text
}

impl Line {
    fn cells(&self) -> [String; 9] {
        let row = &self.row;
        let spread = row.ratio_spread().or(row.spread());
        [
            row.name().to_owned(),
            figure(row.value_ours()),
            figure(row.value_raw()),
            figure(row.value_official()),
            figure(row.ratio()),
            spread
                .map(|(least, most)| format!("{}..{}", number(least), number(most)))
                .unwrap_or_default(),
            figure(row.official_ratio()),
            self.bar.map(|bar| bar.to_string()).unwrap_or_default(),
            match self.ok {
                None => "",
                Some(true) => "ok",
                Some(false) if row.value_ours().is_none() => "MISSING",
                Some(false) => "MISSED",
            }
            .to_owned(),
        ]
    }
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

/// Counts as they are, small figures to two places.
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

    fn lines(rows: Vec<Row>, only: &str) -> Vec<Line> {
        let bars = "[b]\nfast = { max_ratio = 1.2 }\nfew = { max = 1 }\nthere = {}";
        judge(rows, &Bars::parse(bars, "b").unwrap(), only)
    }

    fn fast(ours: f64) -> Row {
        Row::medians("fast").ours(vec![ours]).raw(vec![1.0]).official(vec![1.5])
    }

    #[test]
    fn a_bar_without_its_row_fails() {
        let few = || Row::worst("few").ours(vec![1.0]);
        let there = || Row::medians("there").ours(vec![9.0]);
        assert!(passed(&lines(vec![fast(1.1), few(), there()], "")));
        let lines = lines(vec![fast(1.1), few()], "");
        assert!(!passed(&lines));
        assert!(table(&lines, 7).contains("MISSING"));
        assert!(json(&lines).unwrap().contains(
            r#"{"name":"there","ours":null,"raw":null,"official":null,"ratio":null,"spread":null,"bar":{},"ok":false}"#
        ));
    }

    #[test]
    fn rows_that_were_not_asked_for_are_not_missed() {
        assert!(passed(&lines(vec![fast(1.1)], "fast")));
        assert!(!passed(&lines(vec![], "fast")));
    }

    #[test]
    fn a_missed_bar_fails_and_a_row_without_a_bar_does_not() {
        let missed = lines(vec![fast(1.3)], "fast");
        assert!(!passed(&missed));
        assert!(
            table(&missed, 7).contains("MISSED") && table(&missed, 7).contains("1 bars missed")
        );
        let free = lines(vec![Row::medians("free").ours(vec![5.0])], "free");
        assert!(passed(&free));
    }

    #[test]
    fn json_is_one_object_a_line_with_eight_members() {
        let text = json(&lines(vec![fast(1.1), Row::medians("fast-too").ours(vec![2.0])], "fast"));
        assert_eq!(
            text.unwrap(),
            concat!(
                r#"{"name":"fast","ours":1.1,"raw":1.0,"official":1.5,"ratio":1.1,"spread":[1.1,1.1],"bar":{"max_ratio":1.2},"ok":true}"#,
                "\n",
                r#"{"name":"fast-too","ours":2.0,"raw":null,"official":null,"ratio":null,"spread":[2.0,2.0],"bar":null,"ok":null}"#,
                "\n",
            )
        );
    }

    #[test]
    fn the_table_shows_the_spread() {
        let row = Row::medians("fast").ours(vec![1.0, 1.2, 1.1]).raw(vec![1.0; 3]);
        let text = table(&lines(vec![row], "fast"), 3);
        assert!(text.contains("1..1.200"), "{text}");
        assert!(text.contains("–"), "the official client has no such row: {text}");
    }
}
