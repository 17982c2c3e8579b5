//! The address of a vault, and URLs below it that nothing in a name can lead astray.

use std::fmt;

use url::{Host, Url};

use crate::{Error, Result};

/// The address of one vault or managed HSM: `https`, a host, perhaps a port, and nothing else.
///
/// # Examples
/// ```
/// use azvault_core::Endpoint;
///
/// let endpoint = Endpoint::parse("https://My-Vault.vault.azure.net:443/")?;
/// assert_eq!(endpoint.as_str(), "https://my-vault.vault.azure.net");
/// assert!(Endpoint::parse("https://user@my-vault.vault.azure.net").is_err());
/// # Ok::<(), azvault_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Reads a vault's address.
    ///
    /// # Errors
    /// `InvalidInput` if it is not an absolute `https` URL, or has credentials, a query, a
    /// fragment or a path other than `/`. The message does not repeat credentials.
    pub fn parse(vault_url: &str) -> Result<Self> {
        const RIGHT: &str =
            "a vault's address has the form https://my-vault.vault.azure.net, and nothing after it";
        let wrong =
            |what: &str| Err(Error::invalid_input(format!("the vault URL {what}: {RIGHT}")));
        // A URL parser drops these silently; a host with one is somebody's mistake or attack.
        if vault_url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return wrong("has a space, a backslash or a control character");
        }
        let Ok(url) = Url::parse(vault_url) else {
            return wrong("is not an absolute URL");
        };
        if url.scheme() != "https" {
            return wrong(&format!("has the scheme '{}', not https", url.scheme()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("has credentials in it");
        }
        match url.host() {
            Some(Host::Domain(host)) if host.ends_with('.') => {
                return wrong("ends its host with a dot");
            }
            Some(_) => {}
            None => return wrong("has no host"),
        }
        if url.query().is_some() {
            return wrong("has a query");
        }
        if url.fragment().is_some() {
            return wrong("has a fragment");
        }
        if url.path() != "/" {
            return wrong(&format!("has the path '{}'", url.path()));
        }
        Ok(Self(url))
    }

    /// The address without a slash at its end, and without a port that is the default.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, 443 if none is named.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// Whether `url` is on this very scheme, host and port, so that a token may be sent to it.
    pub fn is_origin_of(&self, url: &Url) -> bool {
        url.scheme() == "https"
            && url.host() == self.0.host()
            && url.port_or_known_default() == self.0.port_or_known_default()
            && url.username().is_empty()
            && url.password().is_none()
    }

    /// The URL of `segments` below this address. Each is percent-encoded whole, so none can add a
    /// segment, a query or a fragment.
    ///
    /// # Errors
    /// `InvalidInput` for an empty segment, `.` or `..`, which no encoding can carry.
    pub fn url(&self, segments: &[&str]) -> Result<Url> {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear();
            for segment in segments {
                if matches!(*segment, "" | "." | "..") {
                    return Err(Error::invalid_input(format!(
                        "'{segment}' cannot be part of a path"
                    )));
                }
                path.push(segment);
            }
        }
        Ok(url)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Checks the name of a key, secret or certificate: `^[0-9a-zA-Z-]{1,127}$`.
///
/// # Errors
/// `InvalidInput` naming `what`, the character or the length that is wrong, and the rule.
pub fn validate_name(what: &str, name: &str) -> Result<()> {
    const RIGHT: &str = "a name has 1 to 127 letters a-z or A-Z, digits and hyphens";
    if name.is_empty() {
        return Err(Error::invalid_input(format!("the {what} name is empty: {RIGHT}")));
    }
    if let Some(wrong) = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        return Err(Error::invalid_input(format!(
            "the {what} name {name:?} has the character {wrong:?}: {RIGHT}"
        )));
    }
    if name.len() > 127 {
        return Err(Error::invalid_input(format!(
            "the {what} name has {} characters: {RIGHT}",
            name.len()
        )));
    }
    Ok(())
}

/// Checks a version: 32 hexadecimal digits, as the service makes them.
///
/// # Errors
/// `InvalidInput` with the rule; leave the version out for the latest one.
pub fn validate_version(what: &str, version: &str) -> Result<()> {
    if version.len() == 32 && version.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "{version:?} is not a {what} version: a version has 32 hexadecimal digits; leave it out for the latest"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn addresses_that_are_not_a_vault_are_refused_with_the_right_form() {
        for (url, says) in [
            ("my-vault", "not an absolute URL"),
            ("http://v.vault.azure.net", "'http', not https"),
            ("ftp://v.vault.azure.net", "'ftp', not https"),
            ("https://u:hunter2@v.vault.azure.net", "credentials"),
            ("https://v.vault.azure.net?x=1", "query"),
            ("https://v.vault.azure.net/#f", "fragment"),
            ("https://v.vault.azure.net/keys", "path '/keys'"),
            ("https://v.vault.azure.net./", "dot"),
            ("https://v.vault\\.azure.net", "backslash"),
            ("https://v.vault.azure.net\n", "control"),
            ("https://", "not an absolute URL"),
        ] {
            let error = Endpoint::parse(url).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url}");
            let text = error.to_string();
            assert!(text.contains(says), "{url}: {text}");
            assert!(text.contains("https://my-vault.vault.azure.net"), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn only_the_same_scheme_host_and_port_is_the_origin() {
        let vault = Endpoint::parse("https://v.vault.azure.net").unwrap();
        let is_origin = |url: &str| vault.is_origin_of(&Url::parse(url).unwrap());
        assert!(is_origin("https://V.vault.azure.net:443/keys?x"));
        for url in [
            "http://v.vault.azure.net/",
            "https://v.vault.azure.net:8443/",
            "https://evil.example/",
            "https://v.vault.azure.net.evil.example/",
            "https://v.vault.azure.net@evil.example/",
            "https://x@v.vault.azure.net/",
        ] {
            assert!(!is_origin(url), "{url}");
        }
    }

    #[test]
    fn nothing_in_a_segment_leaves_it() {
        let vault = Endpoint::parse("https://v.vault.azure.net").unwrap();
        for segment in ["../x", "a/b", "%2f", "a?b", "a#b", "a\0b", "a b", "ä"] {
            let url = vault.url(&["keys", segment]).unwrap();
            assert_eq!(url.path_segments().unwrap().count(), 2, "{segment}: {url}");
            assert_eq!((url.query(), url.fragment()), (None, None), "{segment}");
        }
        for segment in ["", ".", ".."] {
            assert!(vault.url(&["keys", segment]).is_err(), "{segment:?}");
        }
    }

    #[test]
    fn names_and_versions_follow_the_rule() {
        assert!(validate_name("key", "my-Key-1").is_ok());
        assert!(validate_name("key", &"k".repeat(127)).is_ok());
        for name in ["", "../x", "a/b", "%2f", "?", "#", "\0", "a b", "ä", &"k".repeat(128)] {
            let error = validate_name("key", name).unwrap_err().to_string();
            assert!(error.contains("1 to 127 letters"), "{error}");
        }
        assert!(validate_version("key", "0123456789abcdef0123456789ABCDEF").is_ok());
        for version in ["", "latest", "../../x", "0123456789abcdef0123456789abcdeg"] {
            let error = validate_version("key", version).unwrap_err().to_string();
            assert!(error.contains("32 hexadecimal digits"), "{error}");
        }
    }
}
