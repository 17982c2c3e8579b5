//! The Dockerfile and the release workflow fit the archives, and ask for nothing that is not there.

use clap::Parser;
use yaml_rust2::{Yaml, YamlLoader};

use super::*;
use crate::Cli;

const DOCKERFILE: &str = include_str!("../../../../Dockerfile");
const WORKFLOW: &str = include_str!("../../../../.github/workflows/release.yml");

/// The arguments of each instruction of that name.
fn instructions(name: &str) -> impl Iterator<Item = &str> {
    DOCKERFILE.lines().filter_map(move |line| line.strip_prefix(name)?.strip_prefix(' '))
}

fn workflow() -> Yaml {
    YamlLoader::load_from_str(WORKFLOW).unwrap().remove(0)
}

/// Every value of that key below a node.
fn values<'a>(node: &'a Yaml, key: &str) -> Vec<&'a Yaml> {
    match node {
        Yaml::Hash(map) => map
            .iter()
            .flat_map(|(name, value)| {
                let own = (name.as_str() == Some(key)).then_some(value);
                own.into_iter().chain(values(value, key)).collect::<Vec<_>>()
            })
            .collect(),
        Yaml::Array(list) => list.iter().flat_map(|node| values(node, key)).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn the_image_is_made_of_what_the_archives_have() {
    let mut packed = vec![EMULATOR, BILL, NOTICES];
    packed.extend(TEXTS.into_iter().chain(LICENCE_FILES));
    let sources = instructions("COPY").flat_map(str::split_whitespace);
    let sources: Vec<&str> =
        sources.filter_map(|word| word.strip_prefix("${TARGETPLATFORM}/")).collect();
    assert!(sources.contains(&EMULATOR) && sources.contains(&BILL) && sources.contains(&NOTICES));
    for licence in LICENCE_FILES {
        assert!(sources.contains(&licence), "{licence}");
    }
    for source in sources {
        assert!(packed.contains(&source), "{source} is in no archive");
    }
}

#[test]
fn the_image_runs_as_nobody_and_knows_whether_it_serves() {
    assert_eq!(instructions("FROM").collect::<Vec<_>>(), ["scratch"]);
    assert_eq!(instructions("USER").collect::<Vec<_>>(), ["65532:65532"]);
    assert_eq!(instructions("ENTRYPOINT").collect::<Vec<_>>(), ["[\"/azvault-emulator\"]"]);
    let health: Vec<&str> = instructions("HEALTHCHECK").collect();
    assert!(health.concat().ends_with("CMD [\"/azvault-emulator\", \"health\"]"));
    assert_eq!(instructions("EXPOSE").collect::<Vec<_>>(), ["8443 8444"]);
}

#[test]
fn the_workflow_runs_tasks_that_there_are() {
    let workflow = workflow();
    let mut tasks = Vec::new();
    for run in values(&workflow, "run") {
        let Some(rest) = run.as_str().and_then(|run| run.strip_prefix("cargo xtask ")) else {
            continue;
        };
        let words = rest.replace("${{ matrix.target }}", "x86_64-unknown-linux-musl");
        let words = std::iter::once("xtask").chain(words.split(' '));
        Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{rest}: {error}"));
        tasks.push(rest.to_owned());
    }
    for task in ["release verify --full", "release publish --execute"] {
        assert!(tasks.iter().any(|it| it == task), "{task}: {tasks:?}");
    }
    assert!(tasks.iter().any(|task| task.starts_with("release binaries ")));
}

#[test]
fn the_workflow_may_write_only_where_it_must_and_keeps_no_secret() {
    let workflow = workflow();
    assert!(!WORKFLOW.contains("secrets."));
    let top: Vec<_> = workflow["permissions"].as_hash().unwrap().iter().collect();
    assert_eq!(top, [(&Yaml::String("contents".into()), &Yaml::String("read".into()))]);
    let jobs = workflow["jobs"].as_hash().unwrap();
    let writing: Vec<&str> = jobs
        .iter()
        .filter(|(_, job)| !matches!(job["permissions"], Yaml::BadValue))
        .filter_map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(writing, ["archives", "image", "publish"]);
    let on = &workflow["on"]["push"]["tags"][0];
    assert_eq!(on.as_str(), Some(format!("{}*", since::TAG).as_str()));
}

#[test]
fn nothing_goes_out_that_was_not_verified() {
    let workflow = workflow();
    for job in ["archives", "image", "publish"] {
        let needs = workflow["jobs"][job]["needs"].as_vec().unwrap();
        assert!(needs.contains(&Yaml::String("verify".into())), "{job}");
    }
}

#[test]
fn each_system_gets_an_archive_and_one_is_built_twice() {
    let workflow = workflow();
    let built = &workflow["jobs"]["binaries"]["strategy"]["matrix"]["include"];
    let built = built.as_vec().unwrap();
    let targets: Vec<&str> = built.iter().filter_map(|it| it["target"].as_str()).collect();
    for part in ["x86_64-unknown-linux", "aarch64-unknown-linux", "apple-darwin", "windows"] {
        assert!(targets.iter().any(|target| target.contains(part)), "{part}");
    }
    let twice = targets.iter().filter(|target| **target == "x86_64-unknown-linux-musl").count();
    assert_eq!(twice, 2);
}
