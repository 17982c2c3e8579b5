//! Relative links in Markdown lead to files of the checkout, and to headings that these have.

use super::Problem;
use crate::tree::Tree;

/// Links to files that are not there, and to headings that their files have not.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts_ending(".md") {
        for (number, target) in targets(text) {
            if !is_relative(target) {
                continue;
            }
            let file = resolve(path, target).filter(|to| tree.exists(to));
            let Some(file) = file else {
                problems.push(format!("{path}:{number}: no file for the link `{target}`"));
                continue;
            };
            if let Some((_, anchor)) = target.split_once('#')
                && file.ends_with(".md")
                && let Some(text) = tree.text(&file)
                && !anchors(text).any(|it| it == anchor)
            {
                problems.push(format!("{path}:{number}: no heading for the link `{target}`"));
            }
        }
    }
    problems
}

/// What links may name in a Markdown file: its headings in lower case, with hyphens for spaces and
/// without punctuation.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|heading| {
        let kept = |at: &char| at.is_alphanumeric() || " -_".contains(*at);
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        heading.chars().filter(kept).map(|at| if at == ' ' { '-' } else { at }).collect()
    })
}

/// Every link's target with its line: inline links and definitions, outside of code.
fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut targets = Vec::new();
    let mut in_fence = false;
    for (line, number) in text.lines().zip(1..) {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        } else if !in_fence {
            let mut rest = line;
            while let Some((_, after)) = rest.split_once("](") {
                let (target, after) = after.split_once(')').unwrap_or((after, ""));
                targets.push((number, target));
                rest = after;
            }
            let definition = line.strip_prefix('[').and_then(|line| line.split_once("]: "));
            targets.extend(definition.map(|(_, target)| (number, target)));
        }
    }
    let bare = |(number, target): (usize, _)| {
        let target = str::split_whitespace(target).next().unwrap_or_default();
        (number, target.trim_matches(['<', '>']))
    };
    targets.into_iter().map(bare).collect()
}

/// Not an address, not an anchor of the same page, not a link to a Rust item.
fn is_relative(target: &str) -> bool {
    let item = target.contains("::") || !target.contains(['/', '.']);
    let elsewhere = target.contains("://") || target.starts_with("mailto:");
    let anchored = target.starts_with(['#', '/']);
    !(target.is_empty() || item || elsewhere || anchored)
}

/// The target as a path from the root; `None` when it leaves the checkout.
fn resolve(from: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or(target);
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Problem> {
        check(&Tree::of(&[
            ("docs/a/b.md", text),
            ("docs/c.md", "# A part, `x`\n"),
            ("README.md", ""),
        ]))
    }

    #[test]
    fn links_that_resolve_and_other_kinds_pass() {
        assert!(
            of("[c](../c.md#a-part-x) [r](../../README.md) [self](b.md) [dir](..)\n[x]: ../c.md")
                .is_empty()
        );
        assert!(of("[w](https://a.b/c.md) [p](#part) [i](crate::Item) [i](Item)").is_empty());
        assert!(of("```text\n[c](gone.md)\n```").is_empty());
    }

    #[test]
    fn links_that_lead_nowhere_fail() {
        for text in [
            "[c](c.md)",
            "[c](../../../README.md)",
            "[x]: gone.md",
            "[a](b.md) [c](gone/)",
            "[c](../c.md#another-part)",
        ] {
            assert_eq!(of(text).len(), 1, "{text}");
        }
    }
}
