//! Which operation a method and a path name.
//!
//! Doubled slashes collapse and a slash at the end is an empty version, as in the service.

use http::Method;
use percent_encoding::percent_decode_str;

use super::ServiceError;

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    Keys(KeyRoute),
    /// The service has it, this emulator does not.
    Unsupported,
}

/// An operation on keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeyRoute {
    List,
    Versions { name: String },
    Create { name: String },
    Get { name: String, version: Option<String> },
    Update { name: String, version: Option<String> },
    Delete { name: String },
    Crypto { name: String, version: Option<String>, operation: Operation },
    ListDeleted,
    GetDeleted { name: String },
    Recover { name: String },
    Purge { name: String },
}

/// A cryptographic operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Encrypt,
    Decrypt,
    WrapKey,
    UnwrapKey,
    Sign,
    Verify,
}

impl Operation {
    /// As `key_ops` and the service's texts spell it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Encrypt => "encrypt",
            Self::Decrypt => "decrypt",
            Self::WrapKey => "wrapKey",
            Self::UnwrapKey => "unwrapKey",
            Self::Sign => "sign",
            Self::Verify => "verify",
        }
    }

    fn parse(segment: &str) -> Option<Self> {
        [Self::Encrypt, Self::Decrypt, Self::WrapKey, Self::UnwrapKey, Self::Sign, Self::Verify]
            .into_iter()
            .find(|operation| operation.name().eq_ignore_ascii_case(segment))
    }
}

impl Route {
    pub(super) fn parse(method: &Method, path: &str) -> Result<Self, ServiceError> {
        let segments: Vec<String> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.split_first() {
            Some((collection, rest)) if collection.eq_ignore_ascii_case("keys") => {
                keys(method, rest)
            }
            Some((collection, rest)) if collection.eq_ignore_ascii_case("deletedkeys") => {
                deleted_keys(method, rest)
            }
            _ => Ok(Self::Unsupported),
        }
    }
}

fn keys(method: &Method, segments: &[&str]) -> Result<Route, ServiceError> {
    let refused = Err(ServiceError::method_not_allowed(method));
    let no_operation = Err(ServiceError::bad_parameter("Operation not specified"));
    let route = match (method.as_str(), segments) {
        ("GET", []) => KeyRoute::List,
        (_, []) => return refused,
        ("POST", ["restore"]) => return Ok(Route::Unsupported),
        ("PUT", [key]) => {
            name(key)?;
            return Ok(Route::Unsupported);
        }
        ("GET", [key]) => KeyRoute::Get { name: name(key)?, version: None },
        ("PATCH", [key]) => KeyRoute::Update { name: name(key)?, version: None },
        ("DELETE", [key]) => KeyRoute::Delete { name: name(key)? },
        ("POST", [_]) => return no_operation,
        ("GET" | "PUT", [_, "rotationpolicy"]) => return Ok(Route::Unsupported),
        ("GET", [key, "versions"]) => KeyRoute::Versions { name: name(key)? },
        ("GET", [key, version]) => {
            KeyRoute::Get { name: name(key)?, version: Some((*version).to_owned()) }
        }
        ("PATCH", [key, version]) => {
            KeyRoute::Update { name: name(key)?, version: Some((*version).to_owned()) }
        }
        ("POST", [key, "create"]) => KeyRoute::Create { name: name(key)? },
        ("POST", [_, "backup" | "rotate" | "release" | "securewrapkey" | "secureunwrapkey"]) => {
            return Ok(Route::Unsupported);
        }
        ("POST", [key, last]) => match Operation::parse(last) {
            Some(operation) => KeyRoute::Crypto { name: name(key)?, version: None, operation },
            None => return no_operation,
        },
        ("POST", [key, version, last]) => match Operation::parse(last) {
            Some(operation) => KeyRoute::Crypto {
                name: name(key)?,
                version: Some((*version).to_owned()),
                operation,
            },
            None => return Ok(Route::Unsupported),
        },
        (_, [_, _, _, ..]) => return Ok(Route::Unsupported),
        _ => return refused,
    };
    Ok(Route::Keys(route))
}

fn deleted_keys(method: &Method, segments: &[&str]) -> Result<Route, ServiceError> {
    Ok(Route::Keys(match (method.as_str(), segments) {
        ("GET", []) => KeyRoute::ListDeleted,
        ("GET", [key]) => KeyRoute::GetDeleted { name: name(key)? },
        ("DELETE", [key]) => KeyRoute::Purge { name: name(key)? },
        ("POST", [key, "recover"]) => KeyRoute::Recover { name: name(key)? },
        (_, [_, _, ..]) => return Ok(Route::Unsupported),
        _ => return Err(ServiceError::method_not_allowed(method)),
    }))
}

/// 1 to 127 letters, digits and hyphens.
fn name(segment: &str) -> Result<String, ServiceError> {
    let valid = (1..=127).contains(&segment.len())
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if valid {
        Ok(segment.to_owned())
    } else {
        Err(ServiceError::bad_parameter(format!(
            "The request URI contains an invalid name: {segment}"
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(method: &str, path: &str) -> KeyRoute {
        match Route::parse(&method.parse().unwrap(), path) {
            Ok(Route::Keys(route)) => route,
            other => panic!("{method} {path}: {other:?}"),
        }
    }

    #[test]
    fn a_version_is_optional_and_an_empty_one_is_none() {
        let latest = KeyRoute::Get { name: "k".to_owned(), version: None };
        assert_eq!(keys("GET", "/keys/k"), latest);
        assert_eq!(keys("GET", "/keys/k/"), latest);
        assert_eq!(keys("GET", "//keys//k/"), latest);
        let sign =
            KeyRoute::Crypto { name: "k".to_owned(), version: None, operation: Operation::Sign };
        assert_eq!(keys("POST", "/keys/k/sign"), sign);
        assert_eq!(keys("POST", "/keys/k//sign"), sign);
    }

    #[test]
    fn operations_are_known_in_either_case() {
        for path in ["/keys/k/v/wrapkey", "/keys/k/v/wrapKey"] {
            let KeyRoute::Crypto { operation, version, .. } = keys("POST", path) else {
                panic!("{path}");
            };
            assert_eq!((operation, version.as_deref()), (Operation::WrapKey, Some("v")));
        }
    }

    #[test]
    fn names_are_percent_decoded_before_they_are_checked() {
        assert_eq!(keys("DELETE", "/keys/%6b-1"), KeyRoute::Delete { name: "k-1".to_owned() });
        for path in ["/keys/a%2Fb", "/keys/a_b", "/keys/..", &format!("/keys/{}", "a".repeat(128))]
        {
            assert!(Route::parse(&Method::GET, path).is_err(), "{path}");
        }
    }

    #[test]
    fn operations_of_later_issues_are_told_apart_from_mistakes() {
        for (method, path) in [
            ("PUT", "/keys/k"),
            ("POST", "/keys/k/rotate"),
            ("GET", "/keys/k/rotationpolicy"),
            ("POST", "/keys/restore"),
            ("POST", "/keys/k/backup"),
            ("POST", "/rng"),
            ("GET", "/secrets"),
        ] {
            let route = Route::parse(&method.parse().unwrap(), path).unwrap();
            assert_eq!(route, Route::Unsupported, "{method} {path}");
        }
    }
}
