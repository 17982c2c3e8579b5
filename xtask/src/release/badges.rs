//! The line below a README's title that tells the crate's version and the oldest Rust it needs, and the
//! sentence of the root's README that tells the latter.

use regex::Regex;

use super::bump::Version;

/// What the line starts with.
const START: &str = "![version ";

/// The line: pictures whose replacement text says the same.
fn line(version: &Version, rust: &str) -> String {
    // A hyphen separates the parts of such a picture's name, so one inside a part is doubled.
    let shown = version.to_string().replace('-', "--");
    let picture = "https://img.shields.io/badge";
    format!(
        "{START}{version}]({picture}/version-{shown}-blue) \
         ![Rust {rust} or newer]({picture}/Rust-{rust}%2B-blue)"
    )
}

/// A crate's README with its line in step; one without it gets it below the title.
pub(super) fn in_step(readme: &str, version: &Version, rust: &str) -> String {
    let line = line(version, rust);
    if let Some(present) = readme.lines().find(|it| it.starts_with(START)) {
        return readme.replacen(present, &line, 1);
    }
    match readme.split_once("\n") {
        Some((title, rest)) => format!("{title}\n\n{line}\n{rest}"),
        None => format!("{readme}\n\n{line}\n"),
    }
}

/// The root's README with the oldest Rust in step.
pub(super) fn root_in_step(readme: &str, rust: &str) -> anyhow::Result<String> {
    let sentence = Regex::new(r"Rust toolchain \(\d+\.\d+(\.\d+)? or newer\)")?;
    Ok(sentence.replace_all(readme, format!("Rust toolchain ({rust} or newer)")).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_put_below_the_title_once_and_kept_in_step() {
        let readme = "# a\n\nWords, `0.1.0`.\n";
        let first = in_step(readme, &Version::new(0, 1, 0), "1.88");
        let badges = "![version 0.1.0](https://img.shields.io/badge/version-0.1.0-blue) \
            ![Rust 1.88 or newer](https://img.shields.io/badge/Rust-1.88%2B-blue)";
        assert_eq!(first, format!("# a\n\n{badges}\n\nWords, `0.1.0`.\n"));
        assert_eq!(in_step(&first, &Version::new(0, 1, 0), "1.88"), first);
        let next = in_step(&first, &Version::new(0, 2, 0), "1.90");
        let expected = first.replacen("0.1.0", "0.2.0", 2).replace("1.88", "1.90");
        assert_eq!(next, expected);
    }

    #[test]
    fn the_roots_readme_tells_the_oldest_rust() {
        let readme = "a Rust toolchain (1.88 or newer) and";
        assert_eq!(
            root_in_step(readme, "1.90.1").unwrap(),
            "a Rust toolchain (1.90.1 or newer) and"
        );
    }
}
