//! The header of a token: what is said of the signature.

use azvault_core::{Error, Result};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::object;
use crate::SignatureAlgorithm;

/// What we write, in this order.
#[derive(Serialize)]
pub(super) struct Written<'a> {
    pub(super) alg: &'a SignatureAlgorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) typ: Option<&'a str>,
    pub(super) kid: &'a str,
}

/// What we look at. A member that comes twice is an error. What could name a key of the sender's
/// choice (`jwk`, `jku`, `x5u`, `x5c`) is not looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Read {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    /// Whatever it is: also `null` is something that is not known here.
    #[serde(default, deserialize_with = "some")]
    crit: Option<Value>,
}

fn some<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

impl Read {
    pub(super) fn parse(json: &[u8]) -> Result<Self> {
        let header: Option<Self> = object(json);
        let header = header.ok_or_else(|| {
            Error::invalid_input("the token's header is not the JSON of one (RFC 7515)")
        })?;
        match header.crit {
            None => Ok(header),
            Some(_) => Err(Error::invalid_input(
                "the token's header has critical extensions (`crit`), none of which is known here",
            )),
        }
    }

    /// The algorithm, if it is one of those that are accepted: the token has no say in it.
    pub(super) fn algorithm(&self, accepted: &[SignatureAlgorithm]) -> Result<SignatureAlgorithm> {
        let found = accepted.iter().find(|algorithm| algorithm.as_str() == self.alg);
        found.cloned().ok_or_else(|| {
            let names: Vec<&str> = accepted.iter().map(SignatureAlgorithm::as_str).collect();
            Error::invalid_input(format!(
                "the token is signed with another algorithm than those accepted: {}",
                names.join(", ")
            ))
        })
    }

    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub(super) fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_comes_twice_is_refused() {
        assert!(Read::parse(br#"{"alg":"RS256","alg":"none"}"#).is_err());
        assert!(Read::parse(br#"{"alg":"RS256","kid":"a","kid":"b"}"#).is_err());
    }

    #[test]
    fn critical_extensions_are_refused() {
        let error = Read::parse(br#"{"alg":"RS256","crit":["b64"],"b64":false}"#).unwrap_err();
        assert!(error.to_string().contains("crit"), "{error}");
        assert!(Read::parse(br#"{"alg":"RS256","crit":[]}"#).is_err());
    }

    #[test]
    fn only_what_is_accepted_is_an_algorithm_whatever_its_case() {
        let accepted = [SignatureAlgorithm::RS256];
        for alg in ["none", "None", "NONE", "", "rs256", "HS256", "PS256"] {
            let json = format!(r#"{{"alg":"{alg}"}}"#);
            let header = Read::parse(json.as_bytes()).unwrap();
            assert!(header.algorithm(&accepted).is_err(), "{alg}");
        }
    }
}
