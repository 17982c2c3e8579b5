//! `cargo xtask fuzz`: each target of the `fuzz` package for a bounded time.
//!
//! Coverage alone guides the runs; no sanitizer is on, since these crates forbid `unsafe` code, and
//! without one the stable compiler will do.

use anyhow::{Context, Result, bail};

use crate::process::{cargo, run as go};
use crate::tools;
use crate::tree::{self, Tree};

/// The package's folder.
const FOLDER: &str = "fuzz";
/// An input that takes longer than this is a find of its own.
const SLOWEST_SECONDS: u32 = 10;
const MOST_MEGABYTES: u32 = 2048;
/// More than the longest header that is read.
const LONGEST_BYTES: u32 = 20_000;

/// Options of `cargo xtask fuzz`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The target; all of them unless given.
    target: Option<String>,
    /// How long each runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Builds the targets and runs those that are chosen; the first find ends it.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !tools::has_cargo_fuzz() {
        bail!("cargo-fuzz {} is missing: `cargo xtask tools --install`", tools::CARGO_FUZZ);
    }
    let targets = choose(targets(&Tree::load()?)?, options.target.as_deref())?;
    // cargo-fuzz would mend a lock file that does not fit; it must fail here.
    go(&mut cargo(&["fetch", "--locked", "--manifest-path", "fuzz/Cargo.toml"])?)
        .context("fuzz/Cargo.lock does not fit: cargo update --workspace in fuzz/ mends it")?;
    for target in &targets {
        // What is found is kept there between runs; the seeds are only read.
        let corpus = tree::root()?.join(FOLDER).join("corpus").join(target);
        std::fs::create_dir_all(corpus)?;
        let (corpus, seeds) = (format!("corpus/{target}"), format!("seeds/{target}"));
        let mut command = cargo(&["fuzz", "run", "--fuzz-dir", ".", "--sanitizer", "none"])?;
        command.args([target.as_str(), &corpus, &seeds, "--"]);
        command.arg(format!("-max_total_time={}", options.seconds));
        command.arg(format!("-timeout={SLOWEST_SECONDS}"));
        command.arg(format!("-rss_limit_mb={MOST_MEGABYTES}"));
        command.arg(format!("-max_len={LONGEST_BYTES}"));
        command.args(["-print_final_stats=1", "-verbosity=0"]);
        command.env_remove("CARGO_TARGET_DIR").current_dir(tree::root()?.join(FOLDER));
        go(&mut command).with_context(|| {
            format!("{target}: the input is in {FOLDER}/artifacts/{target}, and above in full")
        })?;
    }
    println!("fuzz: {} targets ran {} s each and found nothing", targets.len(), options.seconds);
    Ok(())
}

/// The names of the package's binaries.
fn targets(tree: &Tree) -> Result<Vec<String>> {
    let text = tree.text("fuzz/Cargo.toml").context("no fuzz/Cargo.toml")?;
    let manifest: toml::Table = text.parse()?;
    let bins = manifest.get("bin").and_then(toml::Value::as_array).context("no [[bin]]")?;
    let name = |bin: &toml::Value| Some(bin.get("name")?.as_str()?.to_owned());
    Ok(bins.iter().filter_map(name).collect())
}

fn choose(targets: Vec<String>, wanted: Option<&str>) -> Result<Vec<String>> {
    match wanted {
        None => Ok(targets),
        Some(wanted) if targets.iter().any(|target| target == wanted) => {
            Ok(vec![wanted.to_owned()])
        }
        Some(wanted) => bail!("no target `{wanted}`; there are {}", targets.join(", ")),
    }
}

/// All targets, as long as CI can spare.
pub(crate) fn briefly() -> Result<()> {
    run(&Options { target: None, seconds: 20 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_the_manifests_and_one_can_be_chosen() {
        let manifest = "[[bin]]\nname = \"a\"\n[[bin]]\nname = \"b\"\n";
        let all = targets(&Tree::of(&[("fuzz/Cargo.toml", manifest)])).unwrap();
        assert_eq!(all, ["a", "b"]);
        assert_eq!(choose(all.clone(), Some("b")).unwrap(), ["b"]);
        assert!(choose(all, Some("c")).unwrap_err().to_string().contains("a, b"));
    }
}
