//! The counts of `bench/instructions.toml`, and what is said of a new one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::count::Count;

/// How far a count may be from the one that is kept, of it. Runs of one build and of the next differed by 0.6%
/// at most (a signature's numbers have more or fewer bytes), most by 0.0%; this is five times that.
const TOLERANCE: f64 = 0.03;
/// The same where another compiler or valgrind counts than the one that the counts are of: what it inlines differs,
/// and a change of ours beyond that is still seen.
const TOLERANCE_OF_OTHERS: f64 = 0.10;

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Kept {
    /// The compiler that the counts are of.
    toolchain: String,
    valgrind: String,
    /// Whose instructions they are.
    arch: String,
    paths: BTreeMap<String, Row>,
}

/// A path's counts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    instructions: f64,
    allocations: f64,
    /// Another tolerance, with its reason.
    tolerance: Option<f64>,
    reason: Option<String>,
}

/// What became of a count.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Within the tolerance.
    Same,
    /// Nothing is kept to compare with.
    New,
    /// Out of it, above.
    More(String),
    /// Out of it, below.
    Fewer(String),
}

impl Kept {
    /// Reads the text of the file; of an absent one, the empty text.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let kept: Self = toml::from_str(text).context("reading the kept counts")?;
        for (name, row) in &kept.paths {
            let said = row.tolerance.is_some() == row.reason.is_some();
            ensure!(said, "{name}: another tolerance and its reason go together");
        }
        Ok(kept)
    }

    /// How far counts by these tools may be from those that are kept, and what to say of tools that are not those.
    pub(super) fn tolerance(&self, toolchain: &str, valgrind: &str) -> (f64, Option<String>) {
        let Self { toolchain: kept, valgrind: kept_by, .. } = self;
        if (kept.as_str(), kept_by.as_str()) == (toolchain, valgrind) {
            return (TOLERANCE, None);
        }
        let percent = TOLERANCE_OF_OTHERS * 100.0;
        let said = format!(
            "kept by {kept}, {kept_by}; this is {toolchain}, {valgrind}: {percent:.0}% are allowed"
        );
        (TOLERANCE_OF_OTHERS, Some(said))
    }

    pub(super) fn arch(&self) -> &str {
        &self.arch
    }

    pub(super) fn get(&self, name: &str) -> Option<Count> {
        let row = self.paths.get(name)?;
        Some(Count { instructions: row.instructions, allocations: row.allocations })
    }

    /// Compares a new count with the one that is kept, which may have a greater tolerance of its own.
    pub(super) fn judge(&self, name: &str, count: Count, tolerance: f64) -> Verdict {
        let Some(row) = self.paths.get(name) else { return Verdict::New };
        let tolerance = row.tolerance.unwrap_or(TOLERANCE).max(tolerance);
        let (mut more, mut fewer) = (Vec::new(), Vec::new());
        for (what, kept, now) in [
            ("instructions", row.instructions, count.instructions),
            ("allocations", row.allocations, count.allocations),
        ] {
            // Half an allocation more is none: a map that grows now and then.
            let within = (kept * tolerance).max(0.5);
            let said = format!("{now:.1} {what}, kept are {kept:.1}");
            if now > kept + within {
                more.push(said);
            } else if now < kept - within {
                fewer.push(said);
            }
        }
        match (more.is_empty(), fewer.is_empty()) {
            (false, _) => Verdict::More(more.join(", ")),
            (true, false) => Verdict::Fewer(fewer.join(", ")),
            (true, true) => Verdict::Same,
        }
    }

    /// Counts whose path is gone.
    pub(super) fn without_path(&self, names: &[&str]) -> Vec<String> {
        let gone = self.paths.keys().filter(|name| !names.contains(&name.as_str()));
        gone.map(|name| format!("{name}: no such path any more; keep what is there by --bless"))
            .collect()
    }

    /// Keeps a new count; what is within the tolerance stays as it was.
    pub(super) fn set(&mut self, name: &str, count: Count, verdict: &Verdict) {
        if *verdict == Verdict::Same {
            return;
        }
        let Count { instructions, allocations } = count;
        let old = self.paths.remove(name);
        let (tolerance, reason) = old.map_or((None, None), |row| (row.tolerance, row.reason));
        self.paths.insert(name.to_owned(), Row { instructions, allocations, tolerance, reason });
    }

    /// Drops the counts of other paths.
    pub(super) fn retain(&mut self, names: &[&str]) {
        self.paths.retain(|name, _| names.contains(&name.as_str()));
    }

    /// The file's text, with the tools that the counts are of.
    pub(super) fn text(&self, toolchain: &str, valgrind: &str, arch: &str) -> String {
        let mut text = format!(
            "# What a call of each hot path takes: instructions of the program itself without aws-lc's and the C\n\
             # library's, and how often it asks for memory. Written by `cargo xtask bench instructions --bless`;\n\
             # `tolerance` and `reason`, of a path whose counts differ more than by {:.0}% between runs, are kept.\n\
             toolchain = {toolchain:?}\nvalgrind = {valgrind:?}\narch = {arch:?}\n",
            TOLERANCE * 100.0
        );
        for (name, row) in &self.paths {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n[paths.{name}]\ninstructions = {:.0}\nallocations = {:.1}\n",
                row.instructions, row.allocations
            );
            if let (Some(tolerance), Some(reason)) = (row.tolerance, &row.reason) {
                let _ = write!(text, "tolerance = {tolerance}\nreason = {reason:?}\n");
            }
        }
        text
    }
}

impl Verdict {
    /// One word for the table.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Same => "ok",
            Self::New => "NEW",
            Self::More(_) => "MORE",
            Self::Fewer(_) => "FEWER",
        }
    }

    /// What is to be done about it.
    pub(super) fn problem(&self, name: &str) -> Option<String> {
        match self {
            Self::Same => None,
            Self::New => Some(format!("{name}: nothing is kept; keep its count by --bless")),
            Self::More(what) => {
                Some(format!("{name}: {what}: make it cheaper, or keep it by --bless and say why"))
            }
            Self::Fewer(what) => Some(format!(
                "{name}: {what}: it got cheaper; keep that by --bless, so that it stays so"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "toolchain = \"rustc 1\"\nvalgrind = \"v\"\n\
        [paths.hit]\ninstructions = 1000\nallocations = 10.0\n\
        [paths.map]\ninstructions = 1000\nallocations = 0.0\ntolerance = 0.2\nreason = \"seeds\"\n";

    fn judge(name: &str, instructions: f64, allocations: f64) -> Verdict {
        let count = Count { instructions, allocations };
        Kept::parse(FILE).unwrap().judge(name, count, TOLERANCE)
    }

    #[test]
    fn a_count_within_the_tolerance_is_the_same() {
        for instructions in [971.0, 1000.0, 1029.0] {
            assert_eq!(judge("hit", instructions, 10.4), Verdict::Same, "{instructions}");
        }
        assert_eq!(judge("map", 1190.0, 0.4), Verdict::Same);
    }

    #[test]
    fn a_count_above_the_tolerance_fails() {
        let verdict = judge("hit", 1031.0, 10.0);
        assert_eq!(verdict, Verdict::More("1031.0 instructions, kept are 1000.0".into()));
        assert!(verdict.problem("hit").unwrap().contains("make it cheaper"));
        assert_eq!(judge("hit", 1000.0, 11.0).word(), "MORE", "an allocation more");
        assert_eq!(judge("hit", 900.0, 11.0).word(), "MORE", "though fewer instructions");
        assert_eq!(judge("map", 1210.0, 0.0).word(), "MORE");
    }

    #[test]
    fn a_count_that_fell_by_more_than_the_tolerance_asks_to_be_blessed() {
        let verdict = judge("hit", 969.0, 10.0);
        assert_eq!(verdict.word(), "FEWER");
        assert!(verdict.problem("hit").unwrap().contains("--bless"));
        assert_eq!(judge("hit", 1000.0, 9.0).word(), "FEWER");
    }

    #[test]
    fn counts_by_other_tools_may_differ_more_and_it_is_said() {
        let kept = Kept::parse(FILE).unwrap();
        assert_eq!(kept.tolerance("rustc 1", "v"), (TOLERANCE, None));
        for (toolchain, valgrind) in [("rustc 2", "v"), ("rustc 1", "w")] {
            let (tolerance, said) = kept.tolerance(toolchain, valgrind);
            assert!(said.unwrap().contains(&format!("this is {toolchain}, {valgrind}")));
            let judge = |instructions| {
                kept.judge("hit", Count { instructions, allocations: 10.0 }, tolerance)
            };
            assert_eq!(judge(1090.0), Verdict::Same);
            assert_eq!((judge(1110.0).word(), judge(890.0).word()), ("MORE", "FEWER"));
        }
    }

    #[test]
    fn a_path_without_a_count_and_a_count_without_a_path_fail() {
        assert!(judge("new", 1.0, 0.0).problem("new").unwrap().contains("--bless"));
        let gone = Kept::parse(FILE).unwrap().without_path(&["map"]);
        assert_eq!(gone.len(), 1);
        assert!(gone.concat().starts_with("hit:"), "{gone:?}");
    }

    #[test]
    fn blessing_replaces_what_differs_and_keeps_tolerances() {
        let mut kept = Kept::parse(FILE).unwrap();
        for (name, instructions) in [("hit", 1010.0), ("map", 2000.0), ("new", 5.0)] {
            let count = Count { instructions, allocations: 0.0 };
            let verdict =
                if name == "hit" { Verdict::Same } else { kept.judge(name, count, TOLERANCE) };
            kept.set(name, count, &verdict);
        }
        kept.retain(&["hit", "map", "new"]);
        let again = Kept::parse(&kept.text("rustc 2", "v", "x86_64")).unwrap();
        assert_eq!(again.tolerance("rustc 2", "v"), (TOLERANCE, None));
        assert_eq!(again.arch(), "x86_64");
        assert_eq!(again.get("hit").unwrap().instructions, 1000.0, "it was the same");
        assert_eq!(again.get("new").unwrap().instructions, 5.0);
        let map = Count { instructions: 2390.0, allocations: 0.0 };
        assert_eq!(again.judge("map", map, TOLERANCE), Verdict::Same, "its tolerance is kept");
    }

    #[test]
    fn a_tolerance_needs_a_reason() {
        let error = Kept::parse(&FILE.replace("reason = \"seeds\"\n", "")).unwrap_err().to_string();
        assert!(error.contains("map"), "{error}");
    }
}
