//! Where the programs are built and run: a folder outside the workspace, a cargo home whose only
//! source of packages is the registry, and no network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, bail};

use super::registry::Registry;
use crate::process;

/// Longer than any of the programs takes on two busy cores.
const LIMIT: Duration = Duration::from_secs(300);

/// The folders.
#[derive(Debug)]
pub(super) struct Place {
    /// The programs, one folder each; removed in the end.
    folder: PathBuf,
    /// Cargo's own folder.
    home: PathBuf,
    /// Where all of them are built, so that what others wrote is built once.
    target: PathBuf,
    /// What a command is put behind to have no network but its own loopback interface.
    alone: Option<Vec<&'static str>>,
}

impl Place {
    /// Makes them. What others wrote stays built from run to run in `kept`; what is ours does not, since
    /// cargo would take it for the same whatever is in it.
    pub(super) fn new(kept: &Path, registry: &Registry) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("azvault-consumers-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (home, target) = (kept.join("home"), kept.join("build"));
        fs::create_dir_all(&home)?;
        fs::write(home.join("config.toml"), config(registry.root()))?;
        let sources = home.join("registry").join("src");
        for source in fs::read_dir(sources).into_iter().flatten() {
            forget_ours(&source?.path())?;
        }
        forget_ours(&target.join("debug").join(".fingerprint"))?;
        let alone = namespace();
        if alone.is_none() {
            println!(
                "no network namespace to be had (unshare, ip): only cargo is kept off the network"
            );
        }
        Ok(Self { folder, home, target, alone })
    }

    /// The folder outside the workspace.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where cargo puts what it builds.
    pub(super) fn target(&self) -> &Path {
        &self.target
    }

    /// Runs cargo in `folder`, offline.
    pub(super) fn cargo(&self, folder: &Path, args: &[&str]) -> Result<()> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        println!("$ cargo {} (in {name})", args.join(" "));
        process::captured(self.command(Path::new(&cargo), folder).args(args)).map(drop)
    }

    /// Runs a program that was built, and gives what it printed.
    pub(super) fn program(&self, name: &str, folder: &Path) -> Result<String> {
        let program = self.target.join("debug").join(name);
        let finished = process::run_within(&mut self.command(&program, folder), LIMIT)?;
        if !finished.success {
            bail!("{name} failed; it printed:\n{}", finished.stdout);
        }
        Ok(finished.stdout)
    }

    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match self.alone.as_deref() {
            Some([unshare, options @ ..]) => {
                let mut command = Command::new(unshare);
                command.args(options).arg(program);
                command
            }
            _ => Command::new(program),
        };
        command.current_dir(folder).stdin(Stdio::null());
        command.env("CARGO_HOME", &self.home).env("CARGO_NET_OFFLINE", "true");
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // A folder in /tmp that stays does little harm.
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// A cargo whose packages all come from the registry. Debug information would double what is built.
fn config(registry: &Path) -> String {
    format!(
        "[source.crates-io]\nreplace-with = \"packaged\"\n\n[source.packaged]\nlocal-registry = {:?}\n\n\
         [net]\noffline = true\n\n[profile.dev]\ndebug = false\nincremental = false\n",
        registry.display().to_string()
    )
}

/// The command for a network namespace of one's own, as root or as root of a user namespace.
fn namespace() -> Option<Vec<&'static str>> {
    const LOOPBACK: [&str; 4] = ["sh", "-c", "ip link set lo up && exec \"$0\" \"$@\"", "true"];
    for options in [&["--net"][..], &["--map-root-user", "--net"]] {
        let mut words = vec!["unshare"];
        words.extend(options);
        words.extend(LOOPBACK);
        let [program, rest @ ..] = words.as_slice() else { continue };
        let mut probe = Command::new(program);
        let probe = probe.args(rest).stdin(Stdio::null()).stderr(Stdio::null());
        if probe.status().is_ok_and(|status| status.success()) {
            // The program takes the place of `true`.
            words.pop();
            return Some(words);
        }
    }
    None
}

/// Removes what is in a folder by the name of one of our crates.
fn forget_ours(folder: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("azvault-") {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_is_told_of_one_source_alone() {
        let config: toml::Table = config(Path::new("/tmp/a b")).parse().unwrap();
        let named = config["source"]["crates-io"]["replace-with"].as_str().unwrap();
        assert_eq!(config["source"][named]["local-registry"].as_str(), Some("/tmp/a b"));
        assert_eq!(config["net"]["offline"].as_bool(), Some(true));
    }

    #[test]
    fn what_others_wrote_stays_built() {
        let folder = std::env::temp_dir().join(format!("azvault-forget-{}", std::process::id()));
        for name in ["azvault-0a1b", "azvault-core-0a1b", "serde-0a1b"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        forget_ours(&folder).unwrap();
        let left: Vec<_> =
            fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(left, ["serde-0a1b"]);
        fs::remove_dir_all(&folder).unwrap();
        forget_ours(&folder).unwrap();
    }
}
