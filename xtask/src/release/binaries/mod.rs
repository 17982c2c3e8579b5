//! Archives of the emulator for those who have no Rust: the same bytes whoever makes them, wherever.

mod archive;
mod build;
#[cfg(test)]
mod consistency;
mod notices;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use self::archive::{Entry, checksum, packed};
use self::build::Place;
use super::verify::cargo_home;
use super::{EMULATOR, sbom, since};
use crate::process::{captured, output};
use crate::tidy::LICENCE_FILES;
use crate::tree::{self, Tree};

/// Options of `cargo xtask release binaries`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The target triple [default: this machine's].
    #[arg(long)]
    target: Option<String>,
    /// The folder for the archive and its checksum.
    #[arg(long, default_value = "target/dist")]
    out: PathBuf,
}

/// Builds the program, and packs it with what belongs to it.
pub(super) fn run(options: &Options) -> Result<()> {
    let tree = Tree::load()?;
    let root = tree::root()?;
    let target = match &options.target {
        Some(target) => target.clone(),
        None => host()?,
    };
    let place = Place {
        cargo_home: cargo_home().context("neither CARGO_HOME nor a home folder")?,
        epoch: output("git", &["log", "-1", "--format=%ct"])?.trim().parse()?,
        root: root.clone(),
        target,
    };
    let program = place.emulator()?;
    let bill = sbom::emulator(Some((&place.target, place.epoch)))?;
    let member = tree.members().iter().find(|member| member.name == EMULATOR);
    let member = member.context("no member azvault-emulator")?;
    let version = since::version(tree.text(&member.path("Cargo.toml")).unwrap_or_default())?;
    let folder = format!("{EMULATOR}-{version}-{}", place.target);
    let mut entries = beside(&tree, &member.dir)?;
    entries.push(Entry { name: place.program(), bytes: read(&program)?, program: true });
    entries.push(Entry { name: BILL.to_owned(), bytes: bill.json.into_bytes(), program: false });
    let notices = notices::collected(&place.target)?.into_bytes();
    entries.push(Entry { name: NOTICES.to_owned(), bytes: notices, program: false });
    let bytes = packed(&folder, entries, place.epoch)?;
    let out = root.join(&options.out);
    let name = format!("{folder}.tar.gz");
    std::fs::create_dir_all(&out)?;
    std::fs::write(out.join(&name), &bytes)?;
    let line = checksum(&name, &bytes);
    std::fs::write(out.join(format!("{name}.sha256")), &line)?;
    print!("{}: {} KiB\n{line}", out.join(&name).display(), bytes.len().div_ceil(1024));
    Ok(())
}

/// The bill of materials.
const BILL: &str = "azvault-emulator.cdx.json";

/// The licences of what others wrote.
const NOTICES: &str = "LICENSES-OF-OTHERS.txt";

/// The texts that go with the program, besides the licences.
const TEXTS: [&str; 2] = ["README.md", "CHANGELOG.md"];

fn beside(tree: &Tree, dir: &str) -> Result<Vec<Entry>> {
    let names = LICENCE_FILES.into_iter().chain(TEXTS);
    let entry = |name: &str| {
        let path = format!("{dir}/{name}");
        let text = tree.text(&path).with_context(|| format!("no {path}"))?;
        Ok(Entry { name: name.to_owned(), bytes: text.as_bytes().to_vec(), program: false })
    };
    names.map(entry).collect()
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| path.display().to_string())
}

/// This machine's target triple.
fn host() -> Result<String> {
    let told = captured(std::process::Command::new("rustc").arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}
