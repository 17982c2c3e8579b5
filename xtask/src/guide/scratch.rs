//! Blocks in other languages than Rust, run in a folder of the chapter's own, on an emulator.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::blocks::{Block, Chapter};
use super::output::Printed;
use crate::{conformance, process};

/// Longer than any block takes on two busy cores.
const LIMIT: Duration = Duration::from_secs(300);

/// Where the guide tells people to find the project.
const REPOSITORY: &str = "https://github.com/azvault/azvault";

/// Runs what is to be run, in order, and gives what each printed. Blocks for `az` run if `az` says so,
/// those for Go where there is a `go` that reaches modules; else a shell reads them without doing anything.
pub(super) fn run(root: &Path, chapter: &Chapter, az: bool) -> Result<Vec<Printed>> {
    let ours = |block: &Block| !["rust", "output"].contains(&block.language.as_str());
    if !chapter.blocks.iter().any(ours) {
        return Ok(Vec::new());
    }
    let mut place = Place::new(root, &chapter.name, az)?;
    place.no_go = place.why_no_go(chapter)?;
    let mut printed = Vec::new();
    for block in chapter.blocks.iter().filter(|block| ours(block)) {
        let at = || format!("{}:{}", chapter.path, block.line);
        let text = place.go(block).with_context(at)?;
        if let Some(why) = place.no_go.as_ref().filter(|_| block.has("go")) {
            println!("{}: left out, since {why}", at());
        } else if block.runs() || (az && block.has("az")) {
            printed.push(Printed { path: chapter.path.clone(), line: block.line, text });
        }
    }
    Ok(printed)
}

/// A folder with a home in it, and the programs that blocks may use.
struct Place {
    root: PathBuf,
    folder: PathBuf,
    emulator: PathBuf,
    path: OsString,
    az: bool,
    /// Why Go's blocks are not run.
    no_go: Option<String>,
}

impl Place {
    fn new(root: &Path, name: &str, az: bool) -> Result<Self> {
        let emulator = conformance::emulator("dev")?;
        let python = conformance::official_clients(root)?;
        let mut folders = vec![emulator.clone(), python];
        if az {
            folders.push(conformance::azure_cli(root)?);
        }
        let mut folders: Vec<PathBuf> =
            folders.iter().filter_map(|program| Some(program.parent()?.to_owned())).collect();
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let path = std::env::join_paths(folders)?;
        let folder =
            std::env::temp_dir().join(format!("azvault-guide-{}-{name}", std::process::id()));
        std::fs::create_dir_all(folder.join("home"))?;
        Ok(Self { root: root.to_owned(), folder, emulator, path, az, no_go: None })
    }

    /// Why the chapter's blocks for Go, if it has any, cannot be judged here: that says nothing about them.
    fn why_no_go(&self, chapter: &Chapter) -> Result<Option<String>> {
        let mut blocks = chapter.blocks.iter().filter(|block| block.has("go"));
        let code = blocks.next().map(Block::code).unwrap_or_default();
        let Some(module) = code.split_whitespace().find(|word| word.contains("@v")) else {
            return Ok(None);
        };
        let there = std::env::split_paths(&self.path).any(|folder| {
            folder.join("go").with_extension(std::env::consts::EXE_EXTENSION).is_file()
        });
        if !there {
            return Ok(Some("there is no `go` here".to_owned()));
        }
        let mut download = self.command("go");
        download.args(["mod", "download", module]).envs(conformance::go_folders(&self.root)?);
        let reached = self.ran(&mut download);
        Ok(reached.err().map(|error| format!("`go` cannot get {module}: {error:#}")))
    }

    /// Does what a block of this language is for, and gives what it printed.
    fn go(&self, block: &Block) -> Result<String> {
        let code = block.code();
        if let Some(name) = block.value("file") {
            std::fs::write(self.folder.join(name), &code)?;
        }
        match block.language.as_str() {
            "sh" if (block.has("az") && !self.az) || (block.has("go") && self.no_go.is_some()) => {
                self.ran(self.command("sh").args(["-nc", &code]))
            }
            "sh" if block.has("az") => self.signed_in(&code),
            "sh" if block.has("go") => {
                let mut command = self.command("sh");
                let folders = conformance::go_folders(&self.root)?;
                self.ran(command.args(["-euc", &code]).envs(folders).env("GOTOOLCHAIN", "local"))
            }
            "sh" => self.ran(self.command("sh").args(["-euc", &code])),
            "python" if block.value("file").is_none() => {
                std::fs::write(self.folder.join("block.py"), &code)?;
                self.within(&["python", "-B", "block.py"])
            }
            "toml" => {
                let _: toml::Table = code.parse()?;
                self.seeded(block, "toml", &code)
            }
            "json" => {
                let _: serde_json::Value = serde_json::from_str(&code)?;
                self.seeded(block, "json", &code)
            }
            "yaml" if yaml_rust2::YamlLoader::load_from_str(&code)?.is_empty() => bail!("is empty"),
            _ => Ok(String::new()),
        }
    }

    /// Has an emulator begin with it, if it is a seed.
    fn seeded(&self, block: &Block, extension: &str, code: &str) -> Result<String> {
        if !block.has("seed") {
            return Ok(String::new());
        }
        let name = format!("seed.{extension}");
        std::fs::write(self.folder.join(&name), code)?;
        let mut run = self.command(&self.emulator);
        self.ran(run.args(["run", "--seed", &name, "--", "true"]))
    }

    /// Runs a command on an emulator of its own, where deletions take a while, as in Azure: a block
    /// that does not wait for one fails here too.
    fn within(&self, command: &[&str]) -> Result<String> {
        let lags = ["--deletion-lag", "1", "--recovery-lag", "1"];
        self.ran(self.command(&self.emulator).arg("run").args(lags).arg("--").args(command))
    }

    /// Runs lines for `az` on one emulator for the chapter, signed in.
    fn signed_in(&self, code: &str) -> Result<String> {
        let mut run = self.command(&self.emulator);
        run.args(["run", "--data-dir", "az", "--", "sh", "-euc"]);
        let login = "az account show >/dev/null 2>&1 || az login --output none --service-principal \
                     --username guide --password any --tenant \"$AZURE_TENANT_ID\"\n";
        self.ran(run.arg(format!("{login}{code}")))
    }

    /// A command in the folder that finds no account, proxy or home of this machine.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().current_dir(&self.folder).env("HOME", self.folder.join("home"));
        command.env("PATH", &self.path).env("RUST_LOG", "warn").env("LANG", "C.UTF-8");
        command.env("CARGO_TERM_QUIET", "true");
        // A clone of the project is one of this checkout.
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_VALUE_0", REPOSITORY);
        command.env("GIT_CONFIG_KEY_0", format!("url.{}.insteadOf", self.root.display()));
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            let folder = || Some(std::env::home_dir()?.join(folder));
            if let Some(folder) = std::env::var_os(name).map(PathBuf::from).or_else(folder) {
                command.env(name, folder);
            }
        }
        command
    }

    fn ran(&self, command: &mut Command) -> Result<String> {
        let finished = process::run_within(command, LIMIT)?;
        if !finished.success {
            bail!("it failed; it printed:\n{}", finished.stdout);
        }
        Ok(finished.stdout)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What a block left does not matter, and a folder in /tmp that stays does little harm.
        drop(std::fs::remove_dir_all(&self.folder));
    }
}
