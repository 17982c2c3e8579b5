//! `cargo xtask conformance`: the official clients, unmodified, judge what is made here.
//! `tests/conformance/README.md` says how, and what a runner prints.

mod clients;
mod emulator;
mod exchange;
mod expected;
mod names;
mod place;
mod report;
mod runner;
mod slow;
mod ways;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Result, bail};

use self::clients::Client;
pub(crate) use self::emulator::program_of as emulator;
use self::expected::Expected;
use self::place::Place;
use self::report::Report;
use crate::{process, tree};

/// Who judges, how, and what.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Clients (python, js, …) [default: python js, as CI runs], and areas (keys, crypto, …) [default: all].
    #[arg(value_name = "CLIENT|AREA")]
    words: Vec<String>,
    /// Only this run of a client; may be given more than once [default: all that it has].
    #[arg(long, value_enum)]
    mode: Vec<Mode>,
}

/// The runs of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Mode {
    /// At `https://NAME.vault.localhost:PORT`.
    Direct,
    /// At the public cloud's names, through `azvault-emulator run`.
    Proxy,
    /// Resource Manager, as slow and as strict as Azure.
    Slow,
    /// What azvault-crypto made, and the other way round.
    Exchange,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Proxy => "proxy",
            Self::Slow => "slow",
            Self::Exchange => "exchange",
        }
    }
}

/// Installs the clients outside of the checkout and lets them judge.
pub(crate) fn run(options: &Options) -> Result<()> {
    let root = tree::root()?;
    let (clients, areas) = chosen(&options.words)?;
    let expected = Expected::load(&root)?;
    let mut passed = 0;
    let mut failures = Vec::new();
    for client in clients {
        let place = Place::of(&root, client.name)?;
        (client.install)(&place)?;
        let wanted = |mode: &Mode| options.mode.is_empty() || options.mode.contains(mode);
        let asked = |mode: &Mode| expected.concerns(client.name, mode.name(), &areas);
        for mode in client.modes.iter().copied().filter(wanted).filter(asked) {
            println!("\n=== {} {}", client.name, mode.name());
            let started = Instant::now();
            let report = judge(client, mode, &place, &areas);
            let missing = expected.missing(client.name, mode.name(), &areas, &report.passed);
            println!(
                "--- {} {}: {} in {}",
                client.name,
                mode.name(),
                report.counts(),
                process::human(started.elapsed())
            );
            passed += report.total();
            let of = format!("{} {}", client.name, mode.name());
            failures
                .extend(report.failed.into_iter().chain(missing).map(|why| format!("{of}: {why}")));
        }
    }
    for failure in &failures {
        println!("FAILED {failure}");
    }
    println!("\n{passed} passed, {} failed", failures.len());
    if !failures.is_empty() {
        bail!("the official clients do not agree");
    }
    if passed == 0 {
        bail!("no run of these clients has such a mode or area");
    }
    Ok(())
}

/// What CI runs.
pub(crate) fn ci() -> Result<()> {
    run(&Options::default())
}

/// The Python that has the official clients, installed if they are not there.
pub(crate) fn official_clients(root: &Path) -> Result<PathBuf> {
    let place = Place::of(root, clients::PYTHON.name)?;
    (clients::PYTHON.install)(&place)?;
    Ok(clients::python_of(&place))
}

/// The program `az`, installed if it is not there: that takes minutes.
pub(crate) fn azure_cli(root: &Path) -> Result<PathBuf> {
    let place = Place::of(root, clients::AZ.name)?;
    (clients::AZ.install)(&place)?;
    Ok(place.home.join("venv/bin/az"))
}

/// Where Go keeps modules and what it built, by the variables that name these folders.
pub(crate) fn go_folders(root: &Path) -> Result<[(&'static str, PathBuf); 2]> {
    let place = Place::of(root, clients::GO.name)?;
    Ok([("GOMODCACHE", place.home.join("modules")), ("GOCACHE", place.home.join("build"))])
}

/// One run; what keeps it from beginning or ending is a failure of it, and the next run goes on.
fn judge(client: &Client, mode: Mode, place: &Place, areas: &[String]) -> Report {
    let mut report = Report::default();
    let result = match mode {
        Mode::Direct => ways::direct(client, place, areas, &mut report),
        Mode::Proxy => ways::proxy(client, place, areas, &mut report),
        Mode::Slow => slow::run(place, &mut report),
        Mode::Exchange => exchange::run(place, &mut report),
    };
    if let Err(error) = result {
        report.failed.push(format!("{error:#}"));
    }
    report
}

/// The clients and the areas that the words name.
fn chosen(words: &[String]) -> Result<(Vec<&'static Client>, Vec<String>)> {
    let known = |word: &str| clients::ALL.into_iter().find(|client| client.name == word);
    let mut clients: Vec<_> = words.iter().filter_map(|word| known(word)).collect();
    if clients.is_empty() {
        clients = clients::IN_CI.to_vec();
    }
    let areas: Vec<_> = words.iter().filter(|word| known(word).is_none()).cloned().collect();
    if let Some(unknown) = areas.iter().find(|area| !report::AREAS.contains(&area.as_str())) {
        let names: Vec<_> = clients::ALL.iter().map(|client| client.name).collect();
        let areas = report::AREAS.join(", ");
        bail!("`{unknown}` is no client ({}) and no area ({areas})", names.join(", "));
    }
    Ok((clients, areas))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Result<(Vec<&'static str>, Vec<String>)> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        chosen(&words)
            .map(|(clients, areas)| (clients.iter().map(|client| client.name).collect(), areas))
    }

    #[test]
    fn words_are_clients_or_areas_and_ci_is_the_default() {
        assert_eq!(of(&[]).unwrap(), (vec!["python", "js"], vec![]));
        assert_eq!(of(&["js", "keys"]).unwrap(), (vec!["js"], vec!["keys".to_owned()]));
        assert_eq!(of(&["crypto"]).unwrap().0, ["python", "js"]);
    }

    #[test]
    fn a_word_that_is_neither_is_refused() {
        let error = of(&["perl"]).unwrap_err().to_string();
        assert!(error.starts_with("`perl` is no client"), "{error}");
    }
}
