//! What the emulators of a test run wrote down.

use anyhow::{Context, Result};
use serde::Deserialize;

/// What the `User-Agent` of our clients holds.
const CLIENT: &str = "azvault-rust/";

/// One answered request, as an emulator or a test of it wrote it.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) path: String,
    status: u16,
    #[serde(default)]
    user_agent: Option<String>,
    #[serde(default)]
    judged: bool,
}

impl Line {
    fn successful(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether a method of our clients was answered with success by an emulator.
    pub(super) fn shows_client(&self) -> bool {
        self.successful()
            && !self.judged
            && self.user_agent.as_deref().is_some_and(|agent| agent.contains(CLIENT))
    }

    /// Whether a test of the emulator judged an answer of success.
    pub(super) fn shows_emulator(&self) -> bool {
        self.successful() && self.judged
    }
}

/// Reads a journal of one line a request.
pub(super) fn read(text: &str) -> Result<Vec<Line>> {
    text.lines()
        .enumerate()
        .map(|(number, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("line {} of the journal", number + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(rest: &str) -> Line {
        let text = format!(r#"{{"method":"GET","host":"v","path":"/keys/k",{rest}}}"#);
        read(&text).unwrap().remove(0)
    }

    #[test]
    fn only_our_clients_successes_count_for_the_client() {
        let agent = r#""user_agent":"mine azvault-rust/0.1.0 (linux; x86_64)""#;
        assert!(line(&format!(r#""status":200,{agent},"judged":false"#)).shows_client());
        assert!(!line(&format!(r#""status":404,{agent},"judged":false"#)).shows_client());
        assert!(!line(r#""status":200,"user_agent":"curl/8","judged":false"#).shows_client());
        assert!(!line(r#""status":200,"user_agent":null,"judged":false"#).shows_client());
    }

    #[test]
    fn only_judged_successes_count_for_the_emulator() {
        assert!(line(r#""status":204,"judged":true"#).shows_emulator());
        assert!(!line(r#""status":204,"judged":false"#).shows_emulator());
        assert!(!line(r#""status":409,"judged":true"#).shows_emulator());
        assert!(!line(r#""status":200,"judged":true"#).shows_client());
    }

    #[test]
    fn a_torn_line_is_an_error_that_names_it() {
        let error = read("{\"method\":\"GET\"").unwrap_err();
        assert!(error.to_string().contains("line 1"), "{error}");
    }
}
