//! The version that follows from what changed.

pub(super) use cargo_metadata::semver::{Version, VersionReq};

use super::fragments::Kind;

/// How much a change asks of those who use a crate, least first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Nothing: no release.
    #[default]
    None,
    /// To update.
    Fix,
    /// To update, for something new.
    Addition,
    /// To look at their own code.
    Break,
}

impl Level {
    /// What a change of that kind asks.
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Fixed | Kind::Security => Self::Fix,
            Kind::Added => Self::Addition,
            Kind::Changed | Kind::Removed => Self::Break,
        }
    }

    /// The word in the plan.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::None => "unchanged",
            Self::Fix => "fixes",
            Self::Addition => "additions",
            Self::Break => "breaking",
        }
    }

    /// The next version as cargo reads compatibility: before 1.0 the minor number breaks.
    pub(super) fn after(self, last: &Version) -> Version {
        let Version { major, minor, patch, .. } = *last;
        match (self, major) {
            (Self::None, _) => last.clone(),
            (Self::Break, 0) => Version::new(0, minor + 1, 0),
            (Self::Break, _) => Version::new(major + 1, 0, 0),
            (Self::Addition, 1..) => Version::new(major, minor + 1, 0),
            (Self::Addition | Self::Fix, _) => Version::new(major, minor, patch + 1),
        }
    }
}

/// Whether a program that asks for `last`, as cargo reads a bare version, gets `next` too.
pub(super) fn compatible(last: &Version, next: &Version) -> bool {
    VersionReq::parse(&last.to_string()).is_ok_and(|asked| asked.matches(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_version_is_compatible_unless_something_breaks() {
        use Level::{Addition, Break, Fix, None};
        for (last, level, expected) in [
            ("0.1.0", None, "0.1.0"),
            ("0.1.0", Fix, "0.1.1"),
            ("0.1.2", Addition, "0.1.3"),
            ("0.1.2", Break, "0.2.0"),
            ("1.2.3", Fix, "1.2.4"),
            ("1.2.3", Addition, "1.3.0"),
            ("1.2.3", Break, "2.0.0"),
        ] {
            let last = Version::parse(last).unwrap();
            let next = level.after(&last);
            assert_eq!(next.to_string(), expected, "{last} {level:?}");
            assert_eq!(compatible(&last, &next), level != Break, "{last} {level:?}");
        }
    }

    #[test]
    fn the_strongest_kind_of_change_decides() {
        let strongest = Kind::ALL.into_iter().map(Level::of).max();
        assert_eq!(strongest, Some(Level::Break));
        assert!(Level::of(Kind::Security) < Level::of(Kind::Added));
    }
}
