//! The `WWW-Authenticate` header, read by its grammar (RFC 9110, 11.6.1).

/// One challenge: a scheme and its parameters, in the order sent.
///
/// # Examples
/// ```
/// use azvault_core::auth::Challenge;
///
/// let header = r#"Bearer authorization="https://login.windows.net/t", resource="https://vault.azure.net""#;
/// let challenge = Challenge::bearer(header).unwrap();
/// assert_eq!(challenge.parameter("resource"), Some("https://vault.azure.net"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    scheme: String,
    parameters: Vec<(String, String)>,
}

/// Longer headers are not read: no service sends them, nor do most servers take as much.
const LIMIT: usize = 64 * 1024;

impl Challenge {
    /// Reads all challenges in a header; repeated headers are joined by commas before. Stops at
    /// what does not follow the grammar, keeping what came before.
    pub fn parse_all(header: &str) -> Vec<Self> {
        let mut challenges: Vec<Self> = Vec::new();
        if header.len() > LIMIT {
            return challenges;
        }
        let mut rest = Cursor(header);
        loop {
            rest.skip(|c| c == ',' || c == ' ' || c == '\t');
            let Some(token) = rest.token() else {
                return challenges;
            };
            rest.skip(|c| c == ' ' || c == '\t');
            if rest.eat('=') {
                rest.skip(|c| c == ' ' || c == '\t');
                let (Some(value), Some(challenge)) = (rest.value(), challenges.last_mut()) else {
                    return challenges;
                };
                challenge.parameters.push((token.to_ascii_lowercase(), value));
            } else {
                challenges.push(Self { scheme: token.to_owned(), parameters: Vec::new() });
            }
        }
    }

    /// The `Bearer` challenge to answer: the one with claims if there is one (continuous access
    /// evaluation), else the first.
    pub fn bearer(header: &str) -> Option<Self> {
        let mut bearers: Vec<Self> = Self::parse_all(header)
            .into_iter()
            .filter(|challenge| challenge.scheme.eq_ignore_ascii_case("bearer"))
            .collect();
        let with_claims = bearers.iter().position(|c| c.parameter("claims").is_some());
        (!bearers.is_empty()).then(|| bearers.swap_remove(with_claims.unwrap_or(0)))
    }

    /// The value of a parameter; names are compared without case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn skip(&mut self, what: impl Fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(what);
    }

    fn eat(&mut self, c: char) -> bool {
        match self.0.strip_prefix(c) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn token(&mut self) -> Option<&'a str> {
        let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        let end = self.0.find(|c| !is_token(c)).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!token.is_empty()).then_some(token)
    }

    /// A quoted string with its escapes undone, or an unquoted value. The latter may hold the
    /// characters of a URL, which the grammar wants quoted but some services do not quote.
    fn value(&mut self) -> Option<String> {
        if !self.eat('"') {
            let end = self.0.find([',', ' ', '\t']).unwrap_or(self.0.len());
            let (value, rest) = self.0.split_at_checked(end)?;
            self.0 = rest;
            return Some(value.to_owned());
        }
        let mut value = String::new();
        let mut characters = self.0.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => value.push(characters.next()?),
                c => value.push(c),
            }
        }
        self.0 = characters.as_str();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(header: &str, name: &str) -> Option<String> {
        Challenge::bearer(header)?.parameter(name).map(ToOwned::to_owned)
    }

    #[test]
    fn the_services_own_form_is_read() {
        let header = r#"Bearer authorization="https://login.windows.net/t1", resource="https://vault.azure.net""#;
        assert_eq!(bearer(header, "authorization").unwrap(), "https://login.windows.net/t1");
        assert_eq!(bearer(header, "resource").unwrap(), "https://vault.azure.net");
    }

    #[test]
    fn commas_and_escapes_inside_quotes_belong_to_the_value() {
        let header = r#"Bearer realm="a, resource=\"x\", b", resource="https://r""#;
        assert_eq!(bearer(header, "realm").unwrap(), r#"a, resource="x", b"#);
        assert_eq!(bearer(header, "resource").unwrap(), "https://r");
    }

    #[test]
    fn other_schemes_are_passed_over_and_claims_win() {
        let header = r#"Basic realm="x", Bearer resource="https://a", Bearer error="insufficient_claims", claims="e30=""#;
        assert_eq!(bearer(header, "claims").unwrap(), "e30=");
        assert_eq!(bearer(r#"Basic resource="https://evil""#, "resource"), None);
    }

    #[test]
    fn unquoted_values_and_odd_spacing_are_read() {
        let header = "bearer  Resource = https://vault.azure.net ,authorization=https://l/t";
        assert_eq!(bearer(header, "resource").unwrap(), "https://vault.azure.net");
        assert_eq!(bearer(header, "authorization").unwrap(), "https://l/t");
    }

    #[test]
    fn what_breaks_the_grammar_ends_the_reading_without_a_panic() {
        for header in ["", ",,,", "=x", "Bearer resource=\"", "Bearer =", "\"", "Bearer a=\"\\"] {
            assert_eq!(bearer(header, "resource"), None, "{header}");
        }
    }

    #[test]
    fn a_header_of_64_kib_is_read_whole_and_a_longer_one_not_at_all() {
        let of = |length: usize| {
            let resource = r#"resource="https://r", padding=""#;
            let padding = "\\\"".repeat((length - 9 - resource.len()) / 2);
            format!(r#"Bearer   {resource}{padding}""#)
        };
        let longest = of(LIMIT - 2);
        assert!(longest.len() <= LIMIT && longest.len() > LIMIT - 4, "{}", longest.len());
        assert_eq!(bearer(&longest, "resource").unwrap(), "https://r");
        assert!(bearer(&longest, "padding").unwrap().len() > 32_000);
        assert_eq!(bearer(&of(LIMIT + 2), "resource"), None);
    }
}
