//! What a hostile reader asks of `.github/workflows`: whose code runs there, with which rights, and who
//! may say what it does.

use yaml_rust2::{Yaml, YamlLoader};

use super::Problem;
use crate::tree::Tree;

const FOLDER: &str = ".github/workflows/";
/// All that a job may put into a script: what is written in the workflow itself. Anything else may hold
/// what a stranger chose (a branch, a title), and goes through `env`.
const WRITTEN_HERE: [&str; 2] = ["matrix.", "runner."];
const CHECKOUT: &str = "actions/checkout@";

/// Actions that are not pinned, and jobs that may do more, or run for longer, than they need.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| path.starts_with(FOLDER)) {
        for (line, number) in text.lines().zip(1..) {
            if used(line).is_some_and(|action| !is_pinned(action)) {
                problems.push(format!(
                    "{path}:{number}: pin the action, as `owner/name@COMMIT # v1.2.3`: a tag can be moved"
                ));
            }
        }
        let found = match YamlLoader::load_from_str(text).map(|it| it.into_iter().next()) {
            Ok(Some(workflow)) => {
                judge(&workflow, &text.lines().filter_map(used).collect::<Vec<_>>())
            }
            Ok(None) => vec!["it is empty".to_owned()],
            Err(error) => vec![error.to_string()],
        };
        problems.extend(found.into_iter().map(|problem| format!("{path}: {problem}")));
    }
    problems
}

/// The action that a line names, with what follows it.
fn used(line: &str) -> Option<&str> {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    Some(line.strip_prefix("uses:")?.trim())
}

/// Whether it is a commit, with the version in words; or of this repository.
fn is_pinned(action: &str) -> bool {
    let Some((name, version)) = action.split_once(" # ") else { return action.starts_with("./") };
    let commit = name.trim().rsplit_once('@').map_or("", |(_, commit)| commit);
    commit.len() == 40
        && commit.chars().all(|it| it.is_ascii_hexdigit())
        && version.starts_with('v')
}

/// `seen` are the actions that were looked at line by line, since a version in words is no part of the YAML.
fn judge(workflow: &Yaml, seen: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let by_strangers = ["pull_request_target", "workflow_run"];
    let on = &workflow["on"];
    for event in by_strangers {
        let listed = on.as_vec().is_some_and(|it| it.iter().any(|it| it.as_str() == Some(event)));
        if listed || on.as_str() == Some(event) || !on[event].is_badvalue() {
            problems.push(format!("`{event}` gives our rights to what strangers wrote"));
        }
    }
    let rights = workflow["permissions"].as_hash();
    if !rights.is_some_and(|it| it.values().all(|right| right.as_str() == Some("read"))) {
        problems.push("top-level `permissions` that only read are missing".to_owned());
    }
    for (name, job) in workflow["jobs"].as_hash().into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if job["timeout-minutes"].as_i64().is_none() {
            problems.push(format!("job `{name}` has no `timeout-minutes`"));
        }
        if job["permissions"].as_str().is_some_and(|it| it != "read-all") {
            problems.push(format!("job `{name}` may write everywhere"));
        }
        for step in job["steps"].as_vec().into_iter().flatten() {
            let action = step["uses"].as_str().unwrap_or_default();
            if !seen.iter().any(|it| it.starts_with(action)) {
                problems
                    .push(format!("job `{name}`: `uses: {action}` belongs on a line of its own"));
            }
            let keeps = step["with"]["persist-credentials"].as_bool() != Some(false);
            if action.to_ascii_lowercase().starts_with(CHECKOUT) && keeps {
                problems
                    .push(format!("job `{name}`: a checkout without `persist-credentials: false`"));
            }
            for put in put_into(step["run"].as_str().unwrap_or_default()) {
                problems.push(format!(
                    "job `{name}`: a script with `{put}` in it: hand it over by `env`"
                ));
            }
        }
    }
    problems
}

/// What is put into a script before a shell reads it, and was not written beside it.
fn put_into(script: &str) -> impl Iterator<Item = &str> {
    let put = script.split("${{").skip(1);
    let put = put.map(|rest| rest.split_once("}}").map_or(rest, |(put, _)| put).trim());
    put.filter(|put| !is_written_here(put))
}

/// Whether it is one such name and nothing else, no expression with others in it.
fn is_written_here(put: &str) -> bool {
    let is_name = |rest: &str| {
        rest.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.'))
    };
    WRITTEN_HERE.iter().any(|it| put.strip_prefix(it).is_some_and(is_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "on:\n  pull_request:\npermissions:\n  contents: read\njobs:\n  a:\n    timeout-minutes: 5\n    \
        steps:\n      - uses: actions/checkout@0123456789abcdef0123456789abcdef01234567 # v4.4.0\n        \
        with:\n          persist-credentials: false\n      - uses: ./.github/ours\n      \
        - run: echo ${{ matrix.os }} \"$TITLE\"\n        env:\n          TITLE: ${{ github.event.title }}\n";

    fn of(text: &str) -> Vec<Problem> {
        check(&Tree::of(&[(".github/workflows/a.yml", text)]))
    }

    #[test]
    fn a_pinned_job_with_rights_to_read_passes() {
        assert_eq!(of(GOOD), Vec::<Problem>::new());
    }

    #[test]
    fn each_lack_is_named() {
        for (from, to, problem) in [
            ("0123456789abcdef0123456789abcdef01234567 # v4.4.0", "v4", "a.yml:9: pin the action"),
            (" # v4.4.0", "", "pin the action"),
            ("89abcdef01234567 #", " #", "pin the action"),
            ("  pull_request:", "  pull_request_target:", "`pull_request_target` gives our rights"),
            ("on:\n  pull_request:", "on: [push, workflow_run]", "`workflow_run` gives our rights"),
            ("contents: read", "contents: write", "top-level `permissions`"),
            ("permissions:\n  contents: read\n", "", "top-level `permissions`"),
            ("    timeout-minutes: 5\n", "", "job `a` has no `timeout-minutes`"),
            ("    timeout", "    permissions: write-all\n    timeout", "may write everywhere"),
            ("credentials: false", "credentials: true", "a checkout without"),
            ("matrix.os", "github.event.title", "a script with `github.event.title` in it"),
            ("matrix.os", "matrix.os || github.head_ref", "a script with `matrix.os || github."),
            ("uses: ./.github/ours", "{ uses: a/b@v1 }", "`uses: a/b@v1` belongs on a line"),
        ] {
            let found = of(&GOOD.replacen(from, to, 1));
            assert!(found.len() == 1 && found[0].contains(problem), "{problem}: {found:?}");
        }
    }

    #[test]
    fn what_is_no_workflow_is_told() {
        assert!(of("jobs: [")[0].contains(".github/workflows/a.yml: "));
        assert_eq!(of(""), [".github/workflows/a.yml: it is empty"]);
    }
}
