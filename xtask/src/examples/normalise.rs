//! What differs from run to run becomes a word in angle brackets.

use anyhow::Result;
use regex::Regex;

/// The replacements, in the order in which they apply.
const RULES: [(&str, &str); 5] = [
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "<guid>"),
    // Before the blobs: a date has only characters that a blob may have.
    (
        r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}(:[0-9]{2})?))?)?",
        "<date>",
    ),
    (r"\b[0-9a-f]{32}\b", "<version>"),
    (r"(://(?:[A-Za-z0-9-]+\.)*(?:localhost|127\.0\.0\.1|\[::1\])):[0-9]+", "${1}:<port>"),
    (r"[A-Za-z0-9_-]{41,}", "<base64url>"),
];

/// The rules, compiled.
#[derive(Debug)]
pub(crate) struct Normaliser(Vec<(Regex, &'static str)>);

impl Normaliser {
    /// Compiles the rules.
    pub(crate) fn new() -> Result<Self> {
        let rules = RULES.iter().map(|(pattern, word)| Ok((Regex::new(pattern)?, *word)));
        rules.collect::<Result<_>>().map(Self)
    }

    /// The text with what varies replaced, and the line ends of this platform made plain.
    pub(crate) fn apply(&self, text: &str) -> String {
        let text = text.replace("\r\n", "\n");
        self.0.iter().fold(text, |text, (regex, word)| regex.replace_all(&text, *word).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalised(text: &str) -> String {
        Normaliser::new().unwrap().apply(text)
    }

    #[test]
    fn a_version_is_32_hex_digits_and_no_more() {
        let version = "0123456789abcdef0123456789abcdef";
        assert_eq!(normalised(&format!("keys/a/{version}.")), "keys/a/<version>.");
        assert_eq!(normalised(&version[1..]), version[1..]);
    }

    #[test]
    fn tenants_and_principals_are_guids() {
        let text = "https://localhost/6819f86e-5d41-47b0-9297-334f33d7922d, and 6819f86e-5d41";
        assert_eq!(normalised(text), "https://localhost/<guid>, and 6819f86e-5d41");
    }

    #[test]
    fn ports_of_this_machine_only() {
        let text =
            "https://my-vault.vault.localhost:40123/keys http://127.0.0.1:1 https://a.net:8443";
        let expected = "https://my-vault.vault.localhost:<port>/keys http://127.0.0.1:<port> https://a.net:8443";
        assert_eq!(normalised(text), expected);
    }

    #[test]
    fn dates_in_each_spelling() {
        for date in [
            "2026-11-22",
            "2026-11-22T00:51:56Z",
            "2026-11-22T00:51:56.123+01:00",
            "2026-11-22 0:51:56.0 +00:00:00",
            "2026-11-22 00:51:56 UTC",
        ] {
            assert_eq!(normalised(&format!("made {date}, once")), "made <date>, once");
        }
    }

    #[test]
    fn long_blobs_go_and_words_stay() {
        assert_eq!(normalised(&"aB3_-".repeat(9)), "<base64url>");
        assert_eq!(normalised(&"a".repeat(40)), "a".repeat(40));
    }
}
