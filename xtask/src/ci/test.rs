//! The test command, exactly as README.md gives it, and core without its features.

use anyhow::{Result, bail};

use crate::coverage::journaled;
use crate::process::{cargo, run as run_command, run_teed};
use crate::readme;
use crate::tree::Tree;

/// Runs each `cargo test` line of README.md; fails too when no test ran.
pub(super) fn run() -> Result<()> {
    for command in readme::commands(&Tree::load()?, "cargo test")? {
        let args: Vec<&str> = command.split_whitespace().skip(1).collect();
        let lines = run_teed(journaled(&mut cargo(&args)?)?)?;
        let passed = lines.iter().filter_map(|line| passed(line)).sum::<u32>();
        println!("{command}: {passed} tests and doctests passed");
        if passed == 0 {
            bail!("`{command}` ran no test");
        }
    }
    // What is said where a feature is left out can be tested only there.
    let bare = ["test", "-p", "azvault-core", "--lib", "--no-default-features"];
    run_command(&mut cargo(&bare)?)
}

/// How many tests a runner's closing line says passed.
fn passed(line: &str) -> Option<u32> {
    let rest = line.strip_prefix("test result: ok. ")?;
    rest.split(' ').next().and_then(|count| count.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_runners_closing_line_counts() {
        let line = "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(passed(line), Some(12));
        assert_eq!(passed("test retry::honours_delay ... ok"), None);
    }
}
