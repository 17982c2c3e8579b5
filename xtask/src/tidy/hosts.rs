//! No file names a package registry's host: packages come through clients as each machine set
//! them up. The names here are in pieces, for the same reason.

use super::Problem;
use crate::tree::Tree;

const HOSTS: [&str; 12] = [
    concat!("crates", ".io"),
    concat!("crates", ".io-index"),
    concat!("pypi", ".org"),
    concat!("files.python", "hosted.org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("proxy.golang", ".org"),
    concat!("sum.golang", ".org"),
    concat!("maven", ".org"),
    concat!("repo.maven.apache", ".org"),
    concat!("deb.debian", ".org"),
    concat!("nuget", ".org"),
];

/// Written by cargo, sources and all.
const LOCK: &str = "Cargo.lock";

/// Lines that name a host.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        if path == LOCK || path.ends_with("/Cargo.lock") {
            continue;
        }
        for (line, number) in text.lines().zip(1..) {
            let line = line.to_ascii_lowercase();
            if let Some(host) = HOSTS.iter().find(|host| line.contains(**host)) {
                problems.push(format!("{path}:{number}: names {host}; say \"the registry\""));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_fails_anywhere_but_in_the_lock_file() {
        for host in HOSTS {
            let text = format!("see https://{}/x", host.to_ascii_uppercase());
            assert_eq!(check(&Tree::of(&[("docs/a.yml", &text)])).len(), 1, "{host}");
            assert!(check(&Tree::of(&[("Cargo.lock", &text)])).is_empty());
        }
    }
}
