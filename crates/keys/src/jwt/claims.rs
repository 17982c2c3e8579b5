//! The registered claims that decide whether a token holds now and here (RFC 7519, section 4.1).

use std::time::Duration;

use azure_core::time::OffsetDateTime;
use azvault_core::{Error, Result};
use serde::Deserialize;

/// What a token must say.
#[derive(Clone, Debug)]
pub(super) struct Expectations {
    pub(super) issuer: Option<String>,
    pub(super) audiences: Vec<String>,
    pub(super) any_audience: bool,
    pub(super) expiry_required: bool,
    pub(super) leeway: Duration,
}

impl Default for Expectations {
    fn default() -> Self {
        Self {
            issuer: None,
            audiences: Vec::new(),
            any_audience: false,
            expiry_required: true,
            leeway: Duration::from_secs(60),
        }
    }
}

/// What a token says. A claim that comes twice is an error.
#[derive(Debug, Deserialize)]
pub(super) struct Registered {
    iss: Option<String>,
    aud: Option<Audience>,
    exp: Option<f64>,
    nbf: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn names(&self, wanted: &[String]) -> bool {
        match self {
            Self::One(one) => wanted.contains(one),
            Self::Several(several) => several.iter().any(|one| wanted.contains(one)),
        }
    }
}

fn refused(why: &str) -> Error {
    Error::invalid_input(format!("the token does not hold: {why}"))
}

impl Expectations {
    /// Refuses a token that holds not now, or not here, with the claim that says so.
    pub(super) fn check(&self, claims: &Registered, now: OffsetDateTime) -> Result<()> {
        let (now, leeway) = (now.unix_timestamp() as f64, self.leeway.as_secs_f64());
        match claims.exp {
            Some(exp) if now >= exp + leeway => return Err(refused("it has expired (`exp`)")),
            None if self.expiry_required => {
                return Err(refused("it never expires (no `exp`): without_expiry() allows that"));
            }
            _ => {}
        }
        if claims.nbf.is_some_and(|nbf| now + leeway < nbf) {
            return Err(refused("its time has not come (`nbf`)"));
        }
        if let Some(issuer) = &self.issuer
            && claims.iss.as_ref() != Some(issuer)
        {
            return Err(refused("another issuer than the one expected made it (`iss`)"));
        }
        match &claims.aud {
            _ if self.any_audience => Ok(()),
            Some(audience) if audience.names(&self.audiences) => Ok(()),
            None if self.audiences.is_empty() => Ok(()),
            // RFC 7519, 4.1.3: who does not find himself there must refuse.
            Some(_) => {
                Err(refused("it is for another audience (`aud`): audience(name) names yours"))
            }
            None => Err(refused("it names no audience (`aud`)")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn check(expect: &Expectations, json: &str) -> Result<(), String> {
        let claims: Registered = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
        expect.check(&claims, now).map_err(|error| error.to_string())
    }

    #[test]
    fn times_hold_with_the_leeway_and_not_beyond() {
        let expect = Expectations::default();
        assert!(check(&expect, &format!(r#"{{"exp":{}}}"#, NOW - 59)).is_ok());
        assert!(check(&expect, &format!(r#"{{"exp":{}}}"#, NOW - 60)).is_err());
        assert!(check(&expect, &format!(r#"{{"exp":{}.5,"nbf":{}}}"#, NOW, NOW + 60)).is_ok());
        assert!(check(&expect, &format!(r#"{{"exp":{},"nbf":{}}}"#, NOW + 99, NOW + 61)).is_err());
        assert!(check(&expect, "{}").unwrap_err().contains("`exp`"));
        let forever = Expectations { expiry_required: false, ..expect };
        assert!(check(&forever, "{}").is_ok());
        assert!(check(&forever, r#"{"exp":1}"#).is_err(), "one that is there still counts");
    }

    #[test]
    fn a_time_that_is_no_number_is_refused() {
        for exp in [r#""9999999999""#, "true", "[]", "1e999"] {
            assert!(
                check(&Expectations::default(), &format!(r#"{{"exp":{exp}}}"#)).is_err(),
                "{exp}"
            );
        }
    }

    #[test]
    fn a_token_for_somebody_else_is_refused() {
        let nobody = Expectations { expiry_required: false, ..Expectations::default() };
        let mine = Expectations { audiences: vec!["me".to_owned()], ..nobody.clone() };
        let anybody = Expectations { any_audience: true, ..nobody.clone() };
        for (aud, to_me) in
            [(r#""me""#, true), (r#"["x","me"]"#, true), (r#""x""#, false), ("[]", false)]
        {
            let json = format!(r#"{{"aud":{aud}}}"#);
            assert_eq!(check(&mine, &json).is_ok(), to_me, "{aud}");
            assert!(check(&nobody, &json).is_err(), "{aud}: nobody looked for");
            assert!(check(&anybody, &json).is_ok(), "{aud}");
        }
        assert!(check(&mine, "{}").is_err() && check(&nobody, "{}").is_ok());
    }

    #[test]
    fn an_issuer_is_compared_as_it_is() {
        let expect = Expectations {
            issuer: Some("https://i".to_owned()),
            expiry_required: false,
            ..Expectations::default()
        };
        assert!(check(&expect, r#"{"iss":"https://i"}"#).is_ok());
        for json in [r#"{"iss":"https://i/"}"#, r#"{"iss":"HTTPS://I"}"#, "{}"] {
            assert!(check(&expect, json).is_err(), "{json}");
        }
    }

    #[test]
    fn a_claim_that_comes_twice_is_refused() {
        assert!(check(&Expectations::default(), r#"{"exp":9999999999,"exp":1}"#).is_err());
    }
}
