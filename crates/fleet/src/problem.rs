//! What is wrong with a fleet, said before anything is asked of Azure.

use std::fmt;

use azvault_core::Error;

use crate::Place;

/// Why a fleet cannot be planned: every problem that was found, each with its place if the fleet
/// is from a file. Nothing was sent.
///
/// `Display` gives a line for each problem, `fleet.toml:12:3: key: what is wrong: what is right`. It
/// holds no value of a secret.
///
/// # Examples
/// ```
/// use azvault_fleet::Fleet;
///
/// let text = "[[vault]]\nname = \"pay-prod\"\nretention-days = 30\n";
/// let error = Fleet::from_toml("fleet.toml", text).unwrap_err();
/// let problem = &error.problems()[0];
/// assert_eq!(problem.place().map(|place| place.line), Some(3));
/// assert!(problem.message().contains("did you mean \"retention_days\""), "{problem}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFleet {
    file: Option<String>,
    problems: Vec<Problem>,
}

/// One thing that is wrong with a fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    key: String,
    message: String,
    place: Option<Place>,
}

impl Problem {
    pub(crate) fn new(
        key: impl Into<String>,
        message: impl Into<String>,
        place: Option<Place>,
    ) -> Self {
        Self { key: key.into(), message: message.into(), place }
    }

    /// What is wrong, as a path of keys: `vault "pay-prod".retention_days` for instance.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong with it, and what would be right.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it was said, if that was in a file.
    pub fn place(&self) -> Option<Place> {
        self.place
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "{}: {}", self.key, self.message)
    }
}

impl InvalidFleet {
    /// `None` if nothing is wrong. In the order of the file.
    pub(crate) fn of(file: Option<&str>, mut problems: Vec<Problem>) -> Option<Self> {
        problems.sort_by_key(|problem| problem.place);
        let file = file.map(ToOwned::to_owned);
        (!problems.is_empty()).then_some(Self { file, problems })
    }

    /// What is wrong, in the order of the file; never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn lines(&self) -> impl Iterator<Item = String> {
        self.problems.iter().map(|problem| match (&self.file, problem.place) {
            (Some(file), Some(place)) => format!("{file}:{place}: {problem}"),
            (Some(file), None) => format!("{file}: {problem}"),
            _ => problem.to_string(),
        })
    }
}

impl fmt::Display for InvalidFleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().collect::<Vec<_>>().join("\n"))
    }
}

impl std::error::Error for InvalidFleet {}

impl From<InvalidFleet> for Error {
    /// `InvalidInput`, with all problems in one line.
    fn from(invalid: InvalidFleet) -> Self {
        Self::invalid_input(invalid.lines().collect::<Vec<_>>().join("; "))
    }
}

/// What may have been meant by `word`, as the end of a sentence; nothing if nothing is near.
pub(crate) fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let distance = |known: &str| {
        strsim::damerau_levenshtein(&word.to_ascii_lowercase(), &known.to_ascii_lowercase())
    };
    let nearest = known.into_iter().map(|known| (distance(known), known)).min();
    match nearest {
        Some((distance, known)) if distance <= 1 + word.chars().count() / 3 => {
            format!("; did you mean {known:?}?")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_suggested() {
        let known = ["name", "location", "retention_days"];
        assert_eq!(suggestion("nmae", known), "; did you mean \"name\"?");
        assert_eq!(suggestion("retention-days", known), "; did you mean \"retention_days\"?");
        assert_eq!(suggestion("zzzz", known), "");
    }
}
