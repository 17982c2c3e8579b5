//! The version that follows from what changed.

use super::fragments::{Fragment, Kind};

/// A version without a pre-release part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    /// Reads `1.2.3`, with or without a `v`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.').map(str::parse);
        let mut part = || parts.next()?.ok();
        let version = Self { major: part()?, minor: part()?, patch: part()? };
        parts.next().is_none().then_some(version)
    }

    /// The next version as cargo reads compatibility: before 1.0 the minor number breaks.
    pub(super) fn after(self, fragments: &[Fragment]) -> Self {
        let has = |kinds: &[Kind]| fragments.iter().any(|change| kinds.contains(&change.kind));
        let breaking = has(&[Kind::Changed, Kind::Removed]);
        let Self { major, minor, patch } = self;
        match (breaking, has(&[Kind::Added])) {
            _ if fragments.is_empty() => self,
            (true, _) if major > 0 => Self { major: major + 1, minor: 0, patch: 0 },
            (true, _) => Self { major, minor: minor + 1, patch: 0 },
            (false, true) if major > 0 => Self { major, minor: minor + 1, patch: 0 },
            (false, _) => Self { major, minor, patch: patch + 1 },
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(version: &str, kinds: &[Kind]) -> String {
        let fragment = |kind: &Kind| Fragment {
            crates: vec![],
            kind: *kind,
            text: String::new(),
            path: String::new(),
        };
        let fragments: Vec<Fragment> = kinds.iter().map(fragment).collect();
        Version::parse(version).unwrap().after(&fragments).to_string()
    }

    #[test]
    fn the_strongest_change_decides() {
        use Kind::{Added, Changed, Fixed, Removed, Security};
        for (version, kinds, expected) in [
            ("v0.1.0", [Fixed, Fixed], "0.1.1"),
            ("0.1.2", [Added, Fixed], "0.1.3"),
            ("0.1.2", [Changed, Fixed], "0.2.0"),
            ("1.2.3", [Fixed, Security], "1.2.4"),
            ("1.2.3", [Fixed, Added], "1.3.0"),
            ("1.2.3", [Removed, Added], "2.0.0"),
        ] {
            assert_eq!(after(version, &kinds), expected, "{version} {kinds:?}");
        }
        assert_eq!(after("1.2.3", &[]), "1.2.3");
    }

    #[test]
    fn other_spellings_are_no_version() {
        for text in ["1.2", "1.2.3.4", "1.2.x", "1.2.3-rc.1"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
