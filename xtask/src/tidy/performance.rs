//! `docs/performance.md` has every row of `bench/bars.toml` under its bench, with its bar, and no other; and
//! the tool wrote it.

use super::Problem;
use crate::bench::document::{Bars, FILE, MARKER, rows};
use crate::tree::Tree;

const BARS: &str = "bench/bars.toml";

/// Rows without figures, figures without a row, and bars that are others now.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let (Some(bars), Some(text)) = (tree.text(BARS), tree.text(FILE)) else {
        return vec![format!("{BARS} or {FILE} is missing: `cargo xtask bench` writes the latter")];
    };
    let bars: Bars = match toml::from_str(bars) {
        Ok(bars) => bars,
        Err(error) => return vec![format!("{BARS}: {error}")],
    };
    let mut problems = Vec::new();
    if !text.contains(MARKER) {
        problems.push(format!("{FILE}: no line `{MARKER}`: only the tool writes it"));
    }
    let shown = rows(text);
    for row in &shown {
        let name = &row.name;
        match bars.get(&row.bench).and_then(|bench| bench.get(name)) {
            None => problems.push(format!("{FILE}: `{name}` is no row of {BARS}, [{}]", row.bench)),
            Some(bar) if bar.shown() != row.bar => problems.push(format!(
                "{FILE}: the bar of `{name}` is `{}`, not `{}`: run `cargo xtask bench {} --write`",
                bar.shown(),
                row.bar,
                row.bench
            )),
            Some(_) => {}
        }
    }
    for (bench, rows) in &bars {
        for name in rows.keys() {
            let found = shown.iter().filter(|row| row.bench == *bench && row.name == *name).count();
            if found != 1 {
                problems.push(format!(
                    "{FILE}: `{name}` is there {found} times, not once: run `cargo xtask bench {bench} --write`, or `cargo xtask bench rows` without measuring"
                ));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "| `warm` | 2 | 1 | – | 2 | 2..2 | ratio ≤ 1.2 | **MISSED** |";

    fn of(bars: &str, text: &str) -> Vec<Problem> {
        check(&Tree::of(&[(BARS, bars), (FILE, text)]))
    }

    fn written(rows: &str) -> String {
        format!("# Performance\n{MARKER}\n## client\n{rows}\n")
    }

    #[test]
    fn every_row_with_its_bar_passes_met_or_not() {
        assert!(of("[client]\nwarm = { max_ratio = 1.2 }", &written(ROW)).is_empty());
    }

    #[test]
    fn a_row_that_is_missing_twice_there_or_of_no_bar_fails() {
        let bars = "[client]\nwarm = { max_ratio = 1.2 }";
        assert!(of(bars, &written("")).concat().contains("there 0 times"));
        assert!(of(bars, &written(&format!("{ROW}\n{ROW}"))).concat().contains("there 2 times"));
        assert!(of("[client]", &written(ROW)).concat().contains("no row of"));
        assert_eq!(of("[cache]\nwarm = { max_ratio = 1.2 }", &written(ROW)).len(), 2);
    }

    #[test]
    fn a_bar_that_is_another_now_fails() {
        let problems = of("[client]\nwarm = { max_ratio = 1.1 }", &written(ROW));
        assert!(problems.concat().contains("`ratio ≤ 1.1`, not `ratio ≤ 1.2`"), "{problems:?}");
    }

    #[test]
    fn a_file_that_the_tool_did_not_write_fails() {
        let text = written(ROW).replace(MARKER, "");
        assert!(
            of("[client]\nwarm = { max_ratio = 1.2 }", &text).concat().contains("only the tool")
        );
        assert_eq!(check(&Tree::of(&[(BARS, "")])).len(), 1);
    }
}
