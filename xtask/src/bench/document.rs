//! `docs/performance.md`: a part a bench, each with where, when and how it was measured. A run replaces
//! its part and leaves the others.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Bar, Record};

/// Where it is, from the root.
pub(crate) const FILE: &str = "docs/performance.md";
/// What says who wrote it.
pub(crate) const MARKER: &str =
    "<!-- Written by `cargo xtask bench`. Do not edit: the next run replaces it. -->";

const HEAD: &str = "| row | ours | beside | official | ratio | spread | bar | |";
const RULE: &str = "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |";
const INTRODUCTION: &str = "\
Every bar of [bench/bars.toml](../bench/bars.toml) with what was measured last, missed ones included.
[bench/README.md](../bench/README.md) says what each row is and how the comparison is kept fair. *Beside* is the
same work without azvault, *official* Microsoft's own client or tool; the ratio is ours over beside, the median of
rounds that took turns, and the spread its least and its greatest round (of our value where there is no ratio).
`cargo xtask bench` measures everything again; `cargo xtask bench NAME --write` replaces one part.
";

/// The bars by bench and row, as in `bench/bars.toml`.
pub(crate) type Bars = BTreeMap<String, BTreeMap<String, Bar>>;

/// Where, when and how a bench was measured.
#[derive(Debug)]
pub(super) struct Circumstances {
    pub(super) machine: String,
    pub(super) date: String,
    pub(super) commit: String,
    pub(super) toolchain: String,
    pub(super) command: String,
    pub(super) took: String,
}

/// The document with the part of `bench` replaced, or added in the order of `benches`.
pub(super) fn with_part(old: &str, benches: &[&str], bench: &str, part: String) -> String {
    let mut parts = parts(old);
    parts.insert(bench.to_owned(), part);
    with_parts(&parts, benches)
}

fn with_parts(parts: &BTreeMap<String, String>, benches: &[&str]) -> String {
    let text: String = benches.iter().filter_map(|name| parts.get(*name)).cloned().collect();
    let rows = rows(&text);
    let missed: Vec<String> = rows
        .iter()
        .filter(|row| row.missed && row.measured)
        .map(|row| format!("`{}`", row.name))
        .collect();
    let missed = match missed.as_slice() {
        [] => "none is missed".to_owned(),
        [one] => format!("one is missed: {one}"),
        more => format!("{} are missed: {}", more.len(), more.join(", ")),
    };
    let unmeasured = match rows.iter().filter(|row| !row.measured).count() {
        0 => String::new(),
        some => format!("; {some} have no figures yet"),
    };
    let summary = format!("{} rows; {missed}{unmeasured}.", rows.len());
    format!("# Performance\n\n{MARKER}\n\n{INTRODUCTION}\n{summary}\n{text}")
}

/// The document with the rows of `bars` and no others: what has no figures, or has them for another bar,
/// stands there as missing.
pub(super) fn with_rows(old: &str, benches: &[&str], bars: &Bars) -> String {
    let mut parts = parts(old);
    let none = BTreeMap::new();
    for bench in benches {
        let part = parts
            .remove(*bench)
            .unwrap_or_else(|| format!("\n## {bench}\n\nNot measured yet.\n\n{HEAD}\n{RULE}\n"));
        let bars = bars.get(*bench).unwrap_or(&none);
        let mut text = String::new();
        let mut there = BTreeSet::new();
        for line in part.lines() {
            if let Some(row) = rows(line).first() {
                if bars.get(&row.name).is_none_or(|bar| bar.shown() != row.bar) {
                    continue;
                }
                there.insert(row.name.clone());
            }
            text.push_str(line);
            text.push('\n');
        }
        for (name, bar) in bars.iter().filter(|(name, _)| !there.contains(*name)) {
            let missing = Record {
                name: name.clone(),
                bar: Some(*bar),
                ok: Some(false),
                ..Record::default()
            };
            text.push_str(&row(&missing));
        }
        parts.insert((*bench).to_owned(), text);
    }
    with_parts(&parts, benches)
}

/// The part of one bench.
pub(super) fn part(bench: &str, how: &Circumstances, records: &[Record]) -> String {
    let Circumstances { machine, date, commit, toolchain, command, took } = how;
    let mut text = format!(
        "\n## {bench}\n\nMeasured on {date} at {commit} by `{command}`, in {took}.\n{machine}; {toolchain}.\n\n\
         {HEAD}\n{RULE}\n"
    );
    records.iter().for_each(|record| text.push_str(&row(record)));
    text
}

fn row(record: &Record) -> String {
    let [name, ours, beside, official, ratio, spread, bar, outcome] = record.cells();
    let outcome = if record.ok == Some(false) { format!("**{outcome}**") } else { outcome };
    format!(
        "| `{name}` | {ours} | {beside} | {official} | {ratio} | {spread} | {bar} | {outcome} |\n"
    )
}

/// A row of the document.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) bench: String,
    pub(crate) name: String,
    pub(crate) bar: String,
    pub(crate) missed: bool,
    pub(crate) measured: bool,
}

/// The rows of all parts.
pub(crate) fn rows(text: &str) -> Vec<Shown> {
    let mut bench = String::new();
    let mut rows = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.clone_into(&mut bench);
        }
        let Some(cells) = line.strip_prefix("| `") else { continue };
        let cells: Vec<&str> = cells.trim_end_matches(" |").split(" | ").collect();
        if let [name, _, _, _, _, _, bar, outcome] = cells.as_slice() {
            rows.push(Shown {
                bench: bench.clone(),
                name: name.trim_end_matches('`').to_owned(),
                bar: (*bar).to_owned(),
                missed: outcome.contains("MISS"),
                measured: !outcome.contains("MISSING"),
            });
        }
    }
    rows
}

fn parts(text: &str) -> BTreeMap<String, String> {
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    for part in text.split("\n## ").skip(1) {
        let name = part.lines().next().unwrap_or_default().to_owned();
        parts.insert(name, format!("\n## {}\n", part.trim_end()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::record::parse;
    use super::*;

    fn how(date: &str) -> Circumstances {
        Circumstances {
            machine: "Example 9000, 2 cores".into(),
            date: date.into(),
            commit: "abc".into(),
            toolchain: "rustc 1".into(),
            command: "cargo xtask bench client --write".into(),
            took: "1.0 s".into(),
        }
    }

    fn record(name: &str, ok: bool) -> Vec<Record> {
        let line = format!(
            r#"{{"name":"{name}","ours":2.0,"raw":1.0,"ratio":2.0,"bar":{{"max_ratio":1.2}},"ok":{ok}}}"#
        );
        parse(&line).unwrap()
    }

    #[test]
    fn a_run_replaces_its_part_and_keeps_the_others() {
        let benches = ["client", "cache"];
        let text =
            with_part("", &benches, "cache", part("cache", &how("day 1"), &record("hit", true)));
        let text =
            with_part(&text, &benches, "client", part("client", &how("day 1"), &record("a", true)));
        let again = with_part(
            &text,
            &benches,
            "client",
            part("client", &how("day 2"), &record("b", false)),
        );
        assert!(again.contains(MARKER) && again.contains("day 2") && again.contains("`hit`"));
        assert_eq!(again.matches("## client").count(), 1);
        assert_eq!(again.matches("day 1").count(), 1, "{again}");
        assert!(again.find("## client") < again.find("## cache"));
        assert!(again.contains("2 rows; one is missed: `b`."), "{again}");
        let same = with_part(&again, &benches, "client", parts(&again)["client"].clone());
        assert_eq!(same, again);
    }

    #[test]
    fn rows_are_read_back_with_bench_bar_and_outcome() {
        let text = part("client", &how("day 1"), &record("warm", false));
        let shown = Shown {
            bench: "client".into(),
            name: "warm".into(),
            bar: "ratio ≤ 1.2".into(),
            missed: true,
            measured: true,
        };
        assert_eq!(rows(&text), [shown]);
    }

    #[test]
    fn a_part_says_machine_day_commit_compiler_and_command() {
        let text = part("client", &how("day 1"), &record("warm", false));
        for word in ["Example 9000", "day 1", "abc", "rustc 1", "cargo xtask bench client --write"]
        {
            assert!(text.contains(word), "{word}");
        }
        assert!(text.contains("**MISSED**"));
    }

    #[test]
    fn rows_without_figures_stand_there_as_missing_and_rows_of_no_bar_go() {
        let bars: Bars =
            toml::from_str("[client]\na = { max_ratio = 1.2 }\nb = { max = 3 }\n[cache]\nhit = {}")
                .unwrap();
        let benches = ["client", "cache"];
        let records = [record("a", true), record("gone", true)].concat();
        let old = with_part("", &benches, "client", part("client", &how("day 1"), &records));
        let text = with_rows(&old, &benches, &bars);
        let shown: Vec<_> = rows(&text).into_iter().map(|row| (row.name, row.missed)).collect();
        assert_eq!(shown, [("a".into(), false), ("b".into(), true), ("hit".into(), true)]);
        assert!(text.contains("day 1") && text.contains("Not measured yet."), "{text}");
        assert!(text.contains("3 rows; none is missed; 2 have no figures yet."), "{text}");
        assert_eq!(with_rows(&text, &benches, &bars), text);

        let bars: Bars = toml::from_str("[client]\na = { max_ratio = 1.1 }").unwrap();
        let text = with_rows(&text, &benches, &bars);
        assert!(rows(&text).first().unwrap().missed, "figures were for another bar: {text}");
    }
}
