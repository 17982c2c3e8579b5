//! `cargo xtask ci`: every check a change must pass, one named step each.
//!
//! All steps run even when one fails, so that one run tells everything; the summary comes last.

mod clippy;
mod deny;
mod doc;
mod fmt;
mod fuzz;
mod test;

pub(crate) use self::deny::{audit, run as deny};

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::bench::instructions;
use crate::{conformance, consumers, coverage, examples, guide, process, promises, release, tidy};

/// Options of `cargo xtask ci`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run only this step; may be given more than once.
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// List the steps and end.
    #[arg(long)]
    list: bool,
}

/// A check with a name.
#[derive(Debug)]
struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<()>,
}

/// Cheap ones first; `test` before what re-uses its build.
const STEPS: [Step; 17] = [
    Step { name: "fmt", what: "formatting", run: fmt::run },
    Step { name: "tidy", what: "sizes, manifests, arrows, docs, words", run: tidy::run },
    Step { name: "release-plan", what: "change fragments, next version", run: release::plan },
    Step { name: "deny", what: "licences, bans, sources", run: deny::run },
    Step { name: "clippy", what: "lints, default features", run: clippy::workspace },
    Step { name: "clippy-features", what: "lints, other feature sets", run: clippy::feature_sets },
    Step { name: "test", what: "README's test command, doctests included", run: test::run },
    Step { name: "coverage", what: "operations shown to work by `test`", run: coverage::check },
    Step { name: "conformance", what: "official clients: Python, JS", run: conformance::ci },
    Step { name: "examples", what: "each example against its golden file", run: examples::check },
    Step { name: "doc", what: "rustdoc with private items", run: doc::run },
    Step { name: "fuzz", what: "each fuzz target for 20 s", run: fuzz::run },
    Step { name: "release-verify", what: "each crate from its tarball", run: release::verify },
    Step { name: "consumers", what: "locks of programs on these", run: consumers::ci },
    Step { name: "guide", what: "the book, its links and blocks", run: guide::ci },
    Step { name: "promises", what: "what crates bring, foreign types", run: promises::run },
    Step { name: "instructions", what: "of hot paths, by valgrind", run: instructions::check },
];

/// Runs the chosen steps and fails when one of them did.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.list {
        for step in &STEPS {
            println!("{:<16} {}", step.name, step.what);
        }
        return Ok(());
    }
    let chosen = choose(&options.only)?;
    let outcomes: Vec<Outcome> =
        chosen.iter().zip(1..).map(|(step, number)| execute(step, number, chosen.len())).collect();
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    println!("{}", summary(&outcomes));
    if failed > 0 {
        bail!("{failed} of {} steps failed", outcomes.len());
    }
    Ok(())
}

/// How a step ended.
#[derive(Debug)]
struct Outcome {
    name: &'static str,
    passed: bool,
    took: Duration,
}

fn choose(only: &[String]) -> Result<Vec<&'static Step>> {
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        bail!("no step `{unknown}`; `cargo xtask ci --list` names them");
    }
    let wanted = |step: &&Step| only.is_empty() || only.iter().any(|name| name == step.name);
    Ok(STEPS.iter().filter(wanted).collect())
}

fn execute(step: &Step, number: usize, of: usize) -> Outcome {
    println!("\n=== [{number}/{of}] {}: {}", step.name, step.what);
    let started = Instant::now();
    let result = (step.run)();
    let took = started.elapsed();
    match &result {
        Ok(()) => println!("--- {}: ok in {}", step.name, process::human(took)),
        Err(error) => println!("--- {}: FAILED in {}: {error:#}", step.name, process::human(took)),
    }
    Outcome { name: step.name, passed: result.is_ok(), took }
}

fn summary(outcomes: &[Outcome]) -> String {
    let mut text = String::from("\n=== summary\n");
    for Outcome { name, passed, took } in outcomes {
        let word = if *passed { "ok" } else { "FAILED" };
        text.push_str(&format!("{name:<16} {word:<7} {:>12}\n", process::human(*took)));
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    text.push_str(&format!("{:<16} {:<7} {:>12}\n", "total", "", process::human(total)));
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    text.push_str(&format!("steps: {} passed, {failed} failed", outcomes.len() - failed));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keeps_the_order_of_the_table() {
        let names = |only: &[&str]| -> Vec<&str> {
            let only: Vec<String> = only.iter().map(|name| (*name).to_owned()).collect();
            choose(&only).unwrap().iter().map(|step| step.name).collect()
        };
        assert_eq!(names(&["test", "fmt"]), ["fmt", "test"]);
        assert_eq!(names(&[]).len(), STEPS.len());
        assert_eq!(names(&["instructions", "tidy"]), ["tidy", "instructions"]);
    }

    #[test]
    fn an_unknown_step_is_refused() {
        let error = choose(&["tests".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("`tests`"), "{error}");
    }

    #[test]
    fn the_summary_counts_what_failed() {
        let outcome = |name, passed| Outcome { name, passed, took: Duration::from_secs(1) };
        let text = summary(&[outcome("fmt", true), outcome("test", false)]);
        assert!(text.contains("test             FAILED         1.0 s"), "{text}");
        assert!(text.ends_with("steps: 1 passed, 1 failed"), "{text}");
    }

    #[test]
    fn a_failing_step_does_not_stop_the_run() {
        let step = Step { name: "x", what: "fails", run: || bail!("on purpose") };
        assert!(!execute(&step, 1, 1).passed);
    }
}
