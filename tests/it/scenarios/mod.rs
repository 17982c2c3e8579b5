//! Credentials by data: each folder of `tests/scenarios` is a machine, and what must come of it.

mod assertion;
mod check;
mod format;
mod play;

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use format::Scenario;

/// All links, each with five scenarios at the least.
const LINKS: [&str; 13] = [
    "app-service",
    "azure-arc",
    "azure-cli",
    "azure-developer-cli",
    "azure-ml",
    "azure-powershell",
    "chain",
    "cloud-shell",
    "device-code",
    "environment-certificate",
    "environment-secret",
    "imds",
    "workload-identity",
];
const LEAST_A_LINK: usize = 5;
const LEAST: usize = 60;

/// One scenario's folder.
struct Folder {
    link: String,
    path: PathBuf,
    read: Mutex<BTreeSet<String>>,
}

impl Folder {
    fn name(&self) -> String {
        format!("{}/{}", self.link, name_of(&self.path))
    }

    /// A file of this folder, else one that all may use.
    fn data(&self, name: &str) -> Vec<u8> {
        self.read.lock().unwrap().insert(name.to_owned());
        let own = self.path.join(name);
        let path = if own.exists() { own } else { root().join("files").join(name) };
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {name}: {error}", self.name()))
    }

    /// What is wrong with the scenario, or with what came of it.
    fn run(&self) -> Vec<String> {
        let text = match fs::read_to_string(self.path.join("scenario.toml")) {
            Ok(text) => text,
            Err(error) => return vec![format!("scenario.toml: {error}")],
        };
        let scenario: Scenario = match toml::from_str(&text) {
            Ok(scenario) => scenario,
            Err(error) => return vec![error.to_string()],
        };
        let mut wrong = self.check_form(&scenario);
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer({
                let log = log.clone();
                move || log.clone()
            })
            .finish();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
        let played = tracing::subscriber::with_default(subscriber, || {
            runtime.unwrap().block_on(play::play(self, &scenario))
        });
        let log = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
        wrong.extend(check::check(self, &scenario, &played, &log));
        let unread = fs::read_dir(&self.path)
            .unwrap()
            .map(|entry| name_of(&entry.unwrap().path()))
            .filter(|name| name != "scenario.toml" && !self.read.lock().unwrap().contains(name));
        wrong.extend(unread.map(|name| format!("{name} is not used")));
        wrong
    }

    fn check_form(&self, scenario: &Scenario) -> Vec<String> {
        let expect = &scenario.expect;
        let outcomes = [
            expect.token.is_some(),
            expect.unavailable.is_some(),
            expect.failure.is_some(),
            expect.not_built.is_some(),
        ];
        let mut wrong = Vec::new();
        if outcomes.into_iter().filter(|expected| *expected).count() != 1 {
            wrong.push("one of token, unavailable, failure and not-built is expected".to_owned());
        }
        if scenario.about.split_whitespace().count() < 4 {
            wrong.push("'about' is no sentence".to_owned());
        }
        wrong
    }
}

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn all() -> Vec<Folder> {
    let links = folders(&root());
    let scenarios = links.iter().filter(|path| name_of(path) != "files").flat_map(|link| {
        folders(link).into_iter().map(|path| Folder {
            link: name_of(link),
            path,
            read: Mutex::default(),
        })
    });
    scenarios.collect()
}

#[test]
fn every_scenario_holds() {
    let mut wrong = Vec::new();
    for folder in all() {
        let name = folder.name();
        wrong.extend(folder.run().into_iter().map(|what| format!("{name}: {what}")));
    }
    assert!(wrong.is_empty(), "{} things are wrong\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn every_link_has_five_scenarios_and_all_have_sixty() {
    let all = all();
    for link in LINKS {
        let count = all.iter().filter(|folder| folder.link == link).count();
        assert!(count >= LEAST_A_LINK, "{link} has {count} scenarios");
    }
    for folder in &all {
        assert!(LINKS.contains(&folder.link.as_str()), "{} is of no link", folder.name());
    }
    assert!(all.len() >= LEAST, "there are {} scenarios", all.len());
}

#[test]
fn the_runner_refuses_what_it_does_not_understand() {
    let fine = "about = \"a b c d\"\n[expect]\ntoken = \"t\"\nnowhere = []\n";
    assert!(toml::from_str::<Scenario>(fine).is_ok());
    for odd in ["[surprise]\n", "[[exchange]]\nrequest = \"GET /\"\nanswer = { stauts = 200 }\n"] {
        assert!(toml::from_str::<Scenario>(&format!("{fine}{odd}")).is_err(), "{odd}");
    }
}
