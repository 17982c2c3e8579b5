//! What another process needs to go on with an operation.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Endpoint, Error, Result};

/// Names an operation that was begun, as text that can be kept. It holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumeToken {
    operation: String,
    url: String,
    /// Where the result is, if that is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    result: Option<String>,
}

impl ResumeToken {
    /// A token for `operation`, whose state is told by `url`.
    pub fn new(operation: &str, url: &str) -> Self {
        Self { operation: operation.to_owned(), url: url.to_owned(), result: None }
    }

    /// Adds where the result is, if that is elsewhere.
    #[must_use]
    pub fn with_result(mut self, url: &Url) -> Self {
        self.result = Some(url.as_str().to_owned());
        self
    }

    /// Reads what [`Display`](fmt::Display) wrote.
    ///
    /// # Errors
    /// `InvalidInput` if the text is not a resume token.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|_| {
            Error::invalid_input("this is not a resume token as resume_token() gives it")
        })
    }

    /// The URL that tells the state of `operation`.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation.
    pub fn url_for(&self, operation: &str) -> Result<&str> {
        if self.operation == operation {
            return Ok(&self.url);
        }
        Err(Error::invalid_input(format!(
            "the resume token is for {}, not {operation}",
            self.operation
        )))
    }
}

impl ResumeToken {
    /// The same, which must be on the origin of `endpoint`: a token is sent there.
    ///
    /// # Errors
    /// `InvalidInput` if it is not, or the token is for another operation.
    pub fn url_on(&self, endpoint: &Endpoint, operation: &str) -> Result<Url> {
        on(endpoint, self.url_for(operation)?)
    }

    /// Where the result is, if the token says so; on the same origin.
    ///
    /// # Errors
    /// `InvalidInput` if it is not on the origin of `endpoint`.
    pub fn result_on(&self, endpoint: &Endpoint) -> Result<Option<Url>> {
        self.result.as_deref().map(|url| on(endpoint, url)).transpose()
    }
}

fn on(endpoint: &Endpoint, url: &str) -> Result<Url> {
    let url = Url::parse(url).map_err(|_| Error::invalid_input("the resume token holds no URL"))?;
    if endpoint.is_origin_of(&url) {
        return Ok(url);
    }
    Err(Error::invalid_input(format!("the resume token is for another service than {endpoint}")))
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_as_text_and_serves_only_its_operation() {
        let token = ResumeToken::new("delete_key", "https://v.vault.azure.net/deletedkeys/k");
        let again = ResumeToken::parse(&token.to_string()).unwrap();
        assert_eq!(again, token);
        assert!(again.url_for("delete_key").unwrap().ends_with("/deletedkeys/k"));
        assert!(again.url_for("recover_key").unwrap_err().to_string().contains("delete_key"));
        assert!(ResumeToken::parse("{}").is_err());
    }
}
