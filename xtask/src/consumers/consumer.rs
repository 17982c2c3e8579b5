//! The programs, what each depends on, and what its lock file may hold.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::lock::Lock;
use super::registry::Entry;

/// What every program talks to; it uses none of our other crates.
pub(super) const EMULATOR: &str = "azvault-emulator";

/// A program of somebody's who depends on one of our crates.
#[derive(Debug)]
pub(super) struct Consumer {
    /// The crate that it depends on.
    pub(super) on: &'static str,
    every_feature: bool,
    /// The others of our crates that come with it, and no more.
    brings: &'static [&'static str],
    /// Dependencies that are not ours.
    others: &'static str,
    /// Its `main.rs`.
    pub(super) program: &'static str,
}

pub(super) const CONSUMERS: [Consumer; 4] = [
    Consumer {
        on: "azvault-secrets",
        every_feature: false,
        brings: &["azvault-core"],
        others: "",
        program: include_str!("programs/secrets.rs"),
    },
    Consumer {
        on: "azvault-management",
        every_feature: false,
        brings: &["azvault-core"],
        others: "",
        program: include_str!("programs/management.rs"),
    },
    Consumer {
        on: "azvault",
        every_feature: true,
        brings: &[
            "azvault-core",
            "azvault-crypto",
            "azvault-keys",
            "azvault-management",
            "azvault-secrets",
        ],
        others: "signature = \"3.0\"\n",
        program: include_str!("programs/facade.rs"),
    },
    Consumer {
        on: "azvault-fleet",
        every_feature: false,
        brings: &[
            "azvault-core",
            "azvault-crypto",
            "azvault-keys",
            "azvault-management",
            "azvault-secrets",
        ],
        others: "",
        program: include_str!("programs/fleet.rs"),
    },
];

impl Consumer {
    /// The name of its package and of its program.
    pub(super) fn name(&self) -> String {
        format!("consumer-of-{}", self.on)
    }

    /// Its manifest: requirements as a user writes them, and no path.
    pub(super) fn manifest(&self, published: &[Entry]) -> Result<String> {
        let entry = |name: &str| {
            let entry = published.iter().find(|entry| entry.name == name);
            entry.with_context(|| format!("{name} was not packaged"))
        };
        let (on, emulator) = (entry(self.on)?, entry(EMULATOR)?);
        let features = if self.every_feature { on.features() } else { Vec::new() };
        Ok(format!(
            "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
             [dependencies]\n{} = {{ version = \"{}\", features = {features:?} }}\n\
             {EMULATOR} = {{ version = \"{}\", default-features = false }}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n{}",
            self.name(),
            self.on,
            on.vers,
            emulator.vers,
            self.others,
        ))
    }

    /// Fails unless the lock holds the crates of ours that are promised and no other, each of them the
    /// tarball that was published.
    pub(super) fn judge(&self, lock: &Lock, published: &[Entry]) -> Result<()> {
        let promised: BTreeSet<&str> = self.brings.iter().copied().chain([self.on]).collect();
        let same = |what: &str, found: BTreeSet<&str>, expected: &BTreeSet<&str>| {
            if found != *expected {
                bail!("{what} {found:?}, not {expected:?}");
            }
            Ok(())
        };
        same(&format!("{} brings", self.on), lock.reached(self.on), &promised)?;
        same("the emulator brings", lock.reached(EMULATOR), &BTreeSet::from([EMULATOR]))?;
        let all = promised.iter().copied().chain([EMULATOR]).collect();
        same("the lock holds", lock.ours(), &all)?;
        for name in all {
            let locked = lock.find(name, None).with_context(|| format!("{name} is not there"))?;
            let entry = published
                .iter()
                .find(|entry| entry.name == name && entry.vers.to_string() == locked.version);
            if entry.map(|entry| entry.cksum.as_str()) != locked.checksum.as_deref() {
                bail!("{name} {} is not the tarball that was published", locked.version);
            }
        }
        Ok(())
    }
}

/// Fails unless every request of a program named this version of azvault-core.
pub(super) fn judge_user_agents(printed: &str, core: &str) -> Result<usize> {
    let agents = printed.lines().filter_map(|line| line.strip_prefix("User-Agent: "));
    let expected = format!("azvault-rust/{core} ");
    let mut count = 0;
    for agent in agents {
        if !agent.starts_with(&expected) {
            bail!("a request came from `{agent}`, not from {expected}");
        }
        count += 1;
    }
    if count == 0 {
        bail!("the program told of no request; it printed:\n{printed}");
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SECRETS: &Consumer = &CONSUMERS[0];

    fn entry(name: &str) -> Entry {
        let features = json!({ "default": ["a"], "a": [], "b": [] });
        serde_json::from_value(
            json!({ "name": name, "vers": "0.1.0", "cksum": name, "features": features }),
        )
        .unwrap()
    }

    /// A lock of packages with what they use; the checksum is the name.
    fn lock(packages: &[(&str, &[&str])]) -> Lock {
        let packages = packages.iter().map(|(name, uses)| {
            format!(
                "[[package]]\nname = {name:?}\nversion = \"0.1.0\"\nsource = \"registry\"\n\
                 checksum = {name:?}\ndependencies = {uses:?}\n"
            )
        });
        Lock::parse(&packages.collect::<String>()).unwrap()
    }

    fn judged(packages: &[(&str, &[&str])]) -> Result<()> {
        let published = ["azvault-core", "azvault-secrets", "azvault-keys", EMULATOR].map(entry);
        SECRETS.judge(&lock(packages), &published)
    }

    #[test]
    fn a_lock_with_what_is_promised_passes() {
        let secrets: (&str, &[&str]) = ("azvault-secrets", &["azvault-core"]);
        judged(&[secrets, ("azvault-core", &[]), (EMULATOR, &[])]).unwrap();
    }

    #[test]
    fn a_crate_that_was_not_promised_fails_whoever_brings_it() {
        let core = ("azvault-core", &[] as &[&str]);
        let keys = ("azvault-keys", &[] as &[&str]);
        let secrets: (&str, &[&str]) = ("azvault-secrets", &["azvault-core"]);
        let greedy: (&str, &[&str]) = ("azvault-secrets", &["azvault-core", "azvault-keys"]);
        let told = |packages: &[(&str, &[&str])]| judged(packages).unwrap_err().to_string();
        assert!(told(&[greedy, core, keys, (EMULATOR, &[])]).starts_with("azvault-secrets brings"));
        let emulator = (EMULATOR, &["azvault-keys"] as &[&str]);
        assert!(told(&[secrets, core, keys, emulator]).starts_with("the emulator brings"));
        assert!(told(&[secrets, core, keys, (EMULATOR, &[])]).starts_with("the lock holds"));
        assert!(told(&[secrets, core]).starts_with("the emulator brings"));
    }

    #[test]
    fn a_tarball_that_was_not_published_fails() {
        let secrets: (&str, &[&str]) = ("azvault-secrets", &["azvault-core"]);
        let lock = lock(&[secrets, ("azvault-core", &[]), (EMULATOR, &[])]);
        let mut published = ["azvault-core", "azvault-secrets", EMULATOR].map(entry);
        SECRETS.judge(&lock, &published).unwrap();
        published[0].cksum = "another".to_owned();
        let told = SECRETS.judge(&lock, &published).unwrap_err().to_string();
        assert_eq!(told, "azvault-core 0.1.0 is not the tarball that was published");
    }

    #[test]
    fn a_manifest_names_versions_alone_and_every_feature_where_that_is_asked() {
        for consumer in &CONSUMERS {
            let manifest = consumer.manifest(&[entry(consumer.on), entry(EMULATOR)]).unwrap();
            let manifest: toml::Table = manifest.parse().unwrap();
            let on = &manifest["dependencies"][consumer.on];
            assert_eq!(on["version"].as_str(), Some("0.1.0"));
            let features = if consumer.every_feature { 2 } else { 0 };
            assert_eq!(on["features"].as_array().unwrap().len(), features);
            let dependencies = manifest["dependencies"].as_table().unwrap();
            assert!(dependencies.values().all(|it| it.get("path").is_none()));
        }
        assert!(SECRETS.manifest(&[entry(EMULATOR)]).is_err());
    }

    #[test]
    fn every_request_must_come_from_that_version_of_core() {
        let printed =
            "User-Agent: azvault-rust/0.1.1 (linux; x86_64)\nUser-Agent: azvault-rust/0.1.1 (a)\n";
        assert_eq!(judge_user_agents(printed, "0.1.1").unwrap(), 2);
        assert!(judge_user_agents(printed, "0.1.10").is_err());
        assert!(judge_user_agents(printed, "0.1.0").is_err());
        assert!(judge_user_agents(&format!("{printed}User-Agent: \n"), "0.1.1").is_err());
        assert!(judge_user_agents("", "0.1.1").is_err());
    }
}
