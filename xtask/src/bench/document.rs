//! `docs/performance.md`: a part a bench, each with where, when and how it was measured. A run replaces
//! its part and leaves the others.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::record::Record;

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
    let text: String = benches.iter().filter_map(|name| parts.get(*name)).cloned().collect();
    let rows = rows(&text);
    let missed: Vec<String> =
        rows.iter().filter(|row| row.missed).map(|row| format!("`{}`", row.name)).collect();
    let missed = match missed.as_slice() {
        [] => "none is missed".to_owned(),
        [one] => format!("one is missed: {one}"),
        more => format!("{} are missed: {}", more.len(), more.join(", ")),
    };
    let summary = format!("{} rows; {missed}.", rows.len());
    format!("# Performance\n\n{MARKER}\n\n{INTRODUCTION}\n{summary}\n{text}")
}

/// The part of one bench.
pub(super) fn part(bench: &str, how: &Circumstances, records: &[Record]) -> String {
    let Circumstances { machine, date, commit, toolchain, command, took } = how;
    let mut text = format!(
        "\n## {bench}\n\nMeasured on {date} at {commit} by `{command}`, in {took}.\n{machine}; {toolchain}.\n\n\
         {HEAD}\n{RULE}\n"
    );
    for record in records {
        let [name, ours, beside, official, ratio, spread, bar, outcome] = record.cells();
        let outcome = if record.ok == Some(false) { format!("**{outcome}**") } else { outcome };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "| `{name}` | {ours} | {beside} | {official} | {ratio} | {spread} | {bar} | {outcome} |"
        );
    }
    text
}

/// A row of the document.
#[derive(Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) bench: String,
    pub(crate) name: String,
    pub(crate) bar: String,
    pub(crate) missed: bool,
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
}
