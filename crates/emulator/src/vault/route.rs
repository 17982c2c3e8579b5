//! Which operation a method and a path name.
//!
//! Doubled slashes collapse and a slash at the end is an empty version, as in the service.

mod certificates;

use http::Method;
use percent_encoding::percent_decode_str;

use super::ServiceError;
pub(crate) use certificates::CertificateRoute;

/// What a path names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Route {
    Keys(KeyRoute),
    Secrets(SecretRoute),
    Certificates(CertificateRoute),
    /// The service has it, this emulator does not.
    Unsupported,
}

/// An operation that every kind of object has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ObjectRoute {
    List,
    Versions { name: String },
    Get { name: String, version: Option<String> },
    Update { name: String, version: Option<String> },
    Delete { name: String },
    ListDeleted,
    GetDeleted { name: String },
    Recover { name: String },
    Purge { name: String },
    Backup { name: String },
    Restore,
}

/// An operation on keys.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeyRoute {
    Object(ObjectRoute),
    Create {
        name: String,
    },
    Crypto {
        name: String,
        version: Option<String>,
        operation: Operation,
    },
    Import {
        name: String,
    },
    Rotate {
        name: String,
    },
    RotationPolicy {
        name: String,
    },
    SetRotationPolicy {
        name: String,
    },
    Release {
        name: String,
        version: Option<String>,
    },
    SecureWrap {
        name: String,
        version: Option<String>,
    },
    SecureUnwrap {
        name: String,
        version: Option<String>,
    },
    Attestation {
        name: String,
        version: Option<String>,
    },
    /// Of a managed HSM, not of a key.
    RandomBytes,
}

/// An operation on secrets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SecretRoute {
    Object(ObjectRoute),
    Set { name: String },
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
            .enumerate()
            .map(|(place, segment)| known_word(place, segment))
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let Some((collection, rest)) = segments.split_first() else {
            return Ok(Self::Unsupported);
        };
        match collection.to_ascii_lowercase().as_str() {
            "keys" => keys(method, rest),
            "deletedkeys" => Ok(deleted(method, rest)?
                .map_or(Self::Unsupported, |route| Self::Keys(KeyRoute::Object(route)))),
            "secrets" => secrets(method, rest),
            "deletedsecrets" => Ok(deleted(method, rest)?
                .map_or(Self::Unsupported, |route| Self::Secrets(SecretRoute::Object(route)))),
            "certificates" => certificates::route(method, rest),
            "deletedcertificates" => Ok(deleted(method, rest)?
                .map_or(Self::Unsupported, |route| {
                    Self::Certificates(CertificateRoute::Object(route))
                })),
            "rng" => random_bytes(method, rest),
            _ => Ok(Self::Unsupported),
        }
    }
}

/// Words of operations are the same in either case; names stay as they are spelled.
fn known_word(place: usize, segment: String) -> String {
    const WORDS: [&str; 7] =
        ["versions", "create", "backup", "rotate", "rotationpolicy", "attestation", "recover"];
    let known = match place {
        0 => false,
        1 => segment.eq_ignore_ascii_case("restore"),
        _ => WORDS.iter().any(|word| segment.eq_ignore_ascii_case(word)),
    };
    if known { segment.to_ascii_lowercase() } else { segment }
}

fn keys(method: &Method, segments: &[&str]) -> Result<Route, ServiceError> {
    let no_operation = Err(ServiceError::bad_parameter("Operation not specified"));
    let route = match (method.as_str(), segments) {
        (_, []) if method != Method::GET => return Err(ServiceError::method_not_allowed(method)),
        ("PUT", [key]) => KeyRoute::Import { name: name(key)? },
        ("GET", [key, "rotationpolicy"]) => KeyRoute::RotationPolicy { name: name(key)? },
        ("PUT", [key, "rotationpolicy"]) => KeyRoute::SetRotationPolicy { name: name(key)? },
        ("GET", [key, "attestation"]) => KeyRoute::Attestation { name: name(key)?, version: None },
        ("GET", [key, version, "attestation"]) => {
            KeyRoute::Attestation { name: name(key)?, version: Some((*version).to_owned()) }
        }
        ("POST", [key]) if *key != "restore" => return no_operation,
        ("POST", [key, "create"]) => KeyRoute::Create { name: name(key)? },
        ("POST", [key, "rotate"]) => KeyRoute::Rotate { name: name(key)? },
        ("POST", [key, operation]) if *operation != "backup" => {
            match on_version(name(key)?, None, operation) {
                Some(route) => route,
                None => return no_operation,
            }
        }
        ("POST", [key, version, operation]) => {
            match on_version(name(key)?, Some((*version).to_owned()), operation) {
                Some(route) => route,
                None => return Ok(Route::Unsupported),
            }
        }
        _ => match live(method, segments)? {
            Some(route) => KeyRoute::Object(route),
            None if segments.len() > 2 => return Ok(Route::Unsupported),
            None => return Err(ServiceError::method_not_allowed(method)),
        },
    };
    Ok(Route::Keys(route))
}

/// What is posted to a version, or to the latest.
fn on_version(name: String, version: Option<String>, operation: &str) -> Option<KeyRoute> {
    if let Some(operation) = Operation::parse(operation) {
        return Some(KeyRoute::Crypto { name, version, operation });
    }
    Some(match operation.to_ascii_lowercase().as_str() {
        "release" => KeyRoute::Release { name, version },
        "securewrapkey" => KeyRoute::SecureWrap { name, version },
        "secureunwrapkey" => KeyRoute::SecureUnwrap { name, version },
        _ => return None,
    })
}

fn random_bytes(method: &Method, segments: &[&str]) -> Result<Route, ServiceError> {
    match (method.as_str(), segments) {
        ("POST", []) => Ok(Route::Keys(KeyRoute::RandomBytes)),
        (_, []) => Err(ServiceError::method_not_allowed(method)),
        _ => Ok(Route::Unsupported),
    }
}

fn secrets(method: &Method, segments: &[&str]) -> Result<Route, ServiceError> {
    if let Some(route) = live(method, segments)? {
        return Ok(Route::Secrets(SecretRoute::Object(route)));
    }
    match (method.as_str(), segments) {
        ("PUT", [secret]) => Ok(Route::Secrets(SecretRoute::Set { name: name(secret)? })),
        (_, [_, _, _, ..]) => Ok(Route::Unsupported),
        _ => Err(ServiceError::method_not_allowed(method)),
    }
}

/// What the live objects of every kind take; `None` for what this kind may still know.
fn live(method: &Method, segments: &[&str]) -> Result<Option<ObjectRoute>, ServiceError> {
    Ok(Some(match (method.as_str(), segments) {
        ("GET", []) => ObjectRoute::List,
        ("GET", [object]) => ObjectRoute::Get { name: name(object)?, version: None },
        ("PATCH", [object]) => ObjectRoute::Update { name: name(object)?, version: None },
        ("DELETE", [object]) => ObjectRoute::Delete { name: name(object)? },
        ("GET", [object, "versions"]) => ObjectRoute::Versions { name: name(object)? },
        ("GET", [object, version]) => {
            ObjectRoute::Get { name: name(object)?, version: Some((*version).to_owned()) }
        }
        ("PATCH", [object, version]) => {
            ObjectRoute::Update { name: name(object)?, version: Some((*version).to_owned()) }
        }
        ("POST", ["restore"]) => ObjectRoute::Restore,
        ("POST", [object, "backup"]) => ObjectRoute::Backup { name: name(object)? },
        _ => return Ok(None),
    }))
}

/// What the deleted objects of every kind take; `None` for what the emulator lacks.
fn deleted(method: &Method, segments: &[&str]) -> Result<Option<ObjectRoute>, ServiceError> {
    Ok(Some(match (method.as_str(), segments) {
        ("GET", []) => ObjectRoute::ListDeleted,
        ("GET", [object]) => ObjectRoute::GetDeleted { name: name(object)? },
        ("DELETE", [object]) => ObjectRoute::Purge { name: name(object)? },
        ("POST", [object, "recover"]) => ObjectRoute::Recover { name: name(object)? },
        (_, [_, _, ..]) => return Ok(None),
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
        let latest = KeyRoute::Object(ObjectRoute::Get { name: "k".to_owned(), version: None });
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
        assert_eq!(
            keys("DELETE", "/keys/%6b-1"),
            KeyRoute::Object(ObjectRoute::Delete { name: "k-1".to_owned() })
        );
        for path in ["/keys/a%2Fb", "/keys/a_b", "/keys/..", &format!("/keys/{}", "a".repeat(128))]
        {
            assert!(Route::parse(&Method::GET, path).is_err(), "{path}");
        }
    }

    #[test]
    fn every_operation_of_the_service_has_its_route() {
        let (name, version) = (|| "k".to_owned(), || Some("v".to_owned()));
        for (method, path, expected) in [
            ("PUT", "/keys/k", KeyRoute::Import { name: name() }),
            ("POST", "/keys/k/rotate", KeyRoute::Rotate { name: name() }),
            ("GET", "/keys/k/rotationpolicy", KeyRoute::RotationPolicy { name: name() }),
            ("PUT", "/keys/k/rotationpolicy", KeyRoute::SetRotationPolicy { name: name() }),
            ("POST", "/keys/restore", KeyRoute::Object(ObjectRoute::Restore)),
            ("POST", "/keys/k/backup", KeyRoute::Object(ObjectRoute::Backup { name: name() })),
            ("POST", "/keys/k//release", KeyRoute::Release { name: name(), version: None }),
            ("POST", "/keys/k/v/release", KeyRoute::Release { name: name(), version: version() }),
            (
                "POST",
                "/keys/k/v/securewrapkey",
                KeyRoute::SecureWrap { name: name(), version: version() },
            ),
            (
                "POST",
                "/keys/k/v/secureunwrapkey",
                KeyRoute::SecureUnwrap { name: name(), version: version() },
            ),
            (
                "GET",
                "/keys/k/v/attestation",
                KeyRoute::Attestation { name: name(), version: version() },
            ),
            ("POST", "/rng", KeyRoute::RandomBytes),
        ] {
            assert_eq!(keys(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn operations_of_later_issues_are_told_apart_from_mistakes() {
        for (method, path) in [("GET", "/storage"), ("POST", "/backup")] {
            let route = Route::parse(&method.parse().unwrap(), path).unwrap();
            assert_eq!(route, Route::Unsupported, "{method} {path}");
        }
        for (method, path) in [("GET", "/rng"), ("DELETE", "/keys"), ("PUT", "/keys/k/v")] {
            assert!(Route::parse(&method.parse().unwrap(), path).is_err(), "{method} {path}");
        }
    }
}
