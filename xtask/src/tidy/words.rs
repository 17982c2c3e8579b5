//! Words that must not be in source: disabled tests, unfinished code, bare exceptions, real sleeps.

use super::Problem;
use super::scan::{code_only, tests_begin};
use super::sizes::is_test_file;
use crate::tree::Tree;

const NOWHERE: [(&str, &str); 4] = [
    ("#[ignore", "a test runs or does not exist; gate a live one on its environment variable"),
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("dbg!(", "left over from debugging"),
];

/// Forbidden words, by line.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.texts_ending(".rs").flat_map(|(path, text)| problems(path, &code_only(text))).collect()
}

fn problems(path: &str, code: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let tests_from = if is_test_file(path) { Some(0) } else { tests_begin(code) };
    for (line, number) in code.lines().zip(1..) {
        for (word, why) in NOWHERE {
            if line.contains(word) {
                problems.push(format!("{path}:{number}: `{word}`: {why}"));
            }
        }
        if tests_from.is_some_and(|first| number > first) && sleeps(line) {
            problems.push(format!("{path}:{number}: a test must not sleep; inject the clock"));
        }
    }
    for (start, attribute) in exceptions(code) {
        if !attribute.contains("reason") {
            let number = code.get(..start).map_or(0, |before| before.matches('\n').count()) + 1;
            problems.push(format!("{path}:{number}: an exception to a lint needs a reason"));
        }
    }
    problems
}

fn sleeps(line: &str) -> bool {
    let imports = ["use tokio::time::", "use std::thread::"].iter().any(|path| line.contains(path));
    line.contains("time::sleep")
        || line.contains("thread::sleep")
        || imports && line.contains("sleep")
}

/// Every `#[allow(…)]` and `#[expect(…)]`, inner ones and those over several lines included.
fn exceptions(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let starts = code.match_indices("allow(").chain(code.match_indices("expect("));
    starts.filter_map(|(start, _)| {
        let before = code.get(..start)?;
        let opened = before.ends_with("#[") || before.ends_with("#![");
        let rest = code.get(start..)?;
        opened.then(|| (start, rest.split(']').next().unwrap_or(rest)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, text: &str) -> Vec<Problem> {
        check(&Tree::of(&[(path, text)]))
    }

    #[test]
    fn each_forbidden_word_fails_in_code() {
        for (word, _) in NOWHERE {
            assert_eq!(of("a.rs", &format!("fn a() {{}}\n{word}x)]")).len(), 1, "{word}");
            assert!(of("a.rs", &format!("// {word}\nconst A: &str = \"{word}\";")).is_empty());
        }
    }

    #[test]
    fn an_exception_needs_a_reason() {
        for attribute in
            ["#[allow(dead_code)]", "#![allow(dead_code)]", "#[expect(\n    dead_code\n)]"]
        {
            assert_eq!(of("a.rs", attribute).len(), 1, "{attribute}");
        }
        assert!(of("a.rs", "#[expect(\n    dead_code,\n    reason = \"x\"\n)]").is_empty());
        assert!(of("a.rs", "x.expect(\"[]\"); only.allow(1)").is_empty());
    }

    #[test]
    fn sleeping_fails_in_tests_only() {
        let inline = "fn a() { std::thread::sleep(d); }\n#[cfg(test)]\nmod tests {\n    \
            fn t() { tokio::time::sleep(d); }\n}\n";
        assert_eq!(of("a.rs", inline), ["a.rs:4: a test must not sleep; inject the clock"]);
        for text in ["tokio::time::sleep(d)", "use std::thread::{self, sleep};"] {
            assert_eq!(of("tests/it/a.rs", text).len(), 1, "{text}");
            assert_eq!(of("crates/a/src/b/tests.rs", text).len(), 1, "{text}");
        }
    }
}
