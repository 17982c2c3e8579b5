//! README.md's commands, read from its shell blocks, so that CI runs what a reader is told to run.

use anyhow::{Result, bail};

use crate::tree::Tree;

/// What the README must tell a newcomer to run.
const PROMISED: [&str; 2] = ["cargo test --workspace", "cargo run --example keys_quickstart"];

/// The commands of README.md that start with `prefix`; fails when a promised one is missing.
pub(crate) fn commands(tree: &Tree, prefix: &str) -> Result<Vec<String>> {
    let Some(text) = tree.text("README.md") else { bail!("README.md is missing") };
    let all = shell_lines(text);
    for promised in PROMISED {
        if !all.iter().any(|line| line == promised) {
            bail!("README.md has no shell block with the line `{promised}`");
        }
    }
    Ok(all.into_iter().filter(|line| line.starts_with(prefix)).collect())
}

/// The lines of every fenced shell block, without prompt and comment.
fn shell_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut shell = None;
    for line in text.lines().map(str::trim) {
        if let Some(info) = line.strip_prefix("```") {
            shell = match shell {
                None => Some(matches!(info.trim(), "sh" | "bash" | "shell" | "console")),
                Some(_) => None,
            };
        } else if shell == Some(true) {
            let line = line.strip_prefix("$ ").unwrap_or(line);
            let line = line.split(" #").next().unwrap_or(line).trim();
            if !line.is_empty() && !line.starts_with('#') {
                lines.push(line.to_owned());
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const README: &str = "# azvault\n```sh\n$ cargo run --example keys_quickstart  # no account\n\
        # all of it\ncargo test --workspace\n```\n```text\ncargo test --nowhere\n```\n";

    #[test]
    fn commands_come_from_shell_blocks_only() {
        let tree = Tree::of(&[("README.md", README)]);
        assert_eq!(commands(&tree, "cargo test").unwrap(), ["cargo test --workspace"]);
    }

    #[test]
    fn a_missing_promise_is_an_error() {
        let tree = Tree::of(&[("README.md", "```sh\ncargo test --workspace\n```")]);
        let error = commands(&tree, "cargo test").unwrap_err().to_string();
        assert!(error.contains("keys_quickstart"), "{error}");
    }
}
