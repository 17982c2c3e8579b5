//! Settings of the connection: proxy, time-outs, trusted certificates.

use std::{fmt, time::Duration};

use azure_core::http::Transport;

#[cfg(feature = "reqwest")]
use super::http_client::ReqwestTransport;
use crate::{Error, Result};

/// Settings of the built-in transport. See `docs/defaults.md` for why each default is what it is.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use azvault_core::transport::TransportOptions;
///
/// let transport = TransportOptions::default()
///     .connect_timeout(Duration::from_secs(3))
///     .proxy("http://proxy.example:3128")
///     .build()?;
/// # let _ = transport;
/// # Ok::<(), azvault_core::Error>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct TransportOptions {
    connect_timeout: Duration,
    read_timeout: Duration,
    proxy: Option<String>,
    no_proxy: bool,
    trusted: Vec<Vec<u8>>,
}

// The proxy's URL may hold a password.
impl fmt::Debug for TransportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportOptions")
            .field("connect_timeout", &self.connect_timeout)
            .field("read_timeout", &self.read_timeout)
            .field("proxy", &self.proxy.as_ref().map(|_| "[REDACTED]"))
            .field("no_proxy", &self.no_proxy)
            .field("trusted", &self.trusted.len())
            .finish()
    }
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            proxy: None,
            no_proxy: false,
            trusted: Vec::new(),
        }
    }
}

impl TransportOptions {
    /// How long a connection may take to be made, TLS included; 10 s unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long the service may be silent within an answer; 30 s unless set.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_timeout = limit;
        self
    }

    /// Sends all requests through the HTTP proxy at `url`. Unless set, the variables
    /// `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` decide.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Uses no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.no_proxy = true;
        self
    }

    /// Trusts the certificate authorities in `pem` besides the machine's own.
    pub fn trust_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.trusted.push(pem.into());
        self
    }

    /// Builds the transport; its clones share one pool of connections.
    ///
    /// # Errors
    /// `InvalidInput` if the proxy's address or a certificate cannot be read, or if this crate was built without its
    /// feature `reqwest`.
    pub fn build(self) -> Result<Transport> {
        #[cfg(not(feature = "reqwest"))]
        return Err(Error::invalid_input(
            "no HTTP client is built in: azvault-core was built without its feature `reqwest`. Turn that on, or \
             give the client a transport of your own",
        ));
        #[cfg(feature = "reqwest")]
        self.over_reqwest()
    }

    #[cfg(feature = "reqwest")]
    fn over_reqwest(self) -> Result<Transport> {
        let invalid = |what: &str, error: reqwest::Error| {
            Error::invalid_input(format!("{what} cannot be used")).with_source(error.without_url())
        };
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout)
            .read_timeout(self.read_timeout)
            .pool_max_idle_per_host(32)
            .tcp_nodelay(true)
            .https_only(false) // managed identity endpoints speak plain HTTP; the vault's policy insists on TLS
            .referer(false);
        if self.no_proxy {
            builder = builder.no_proxy();
        }
        if let Some(url) = &self.proxy {
            let proxy = reqwest::Proxy::all(url).map_err(|e| invalid("the proxy", e))?;
            builder = builder.proxy(proxy);
        }
        let mut certificates = Vec::new();
        for pem in &self.trusted {
            let bundle = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|e| invalid("a trusted certificate", e))?;
            certificates.extend(bundle);
        }
        if !certificates.is_empty() {
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|e| {
            let words = if root_cause(&e).to_string().contains("No CA certificates") {
                "the HTTP client cannot be set up: this machine trusts no certificate authority. Install them (often a \
                 package `ca-certificates`), name a file of them in SSL_CERT_FILE, or give them to \
                 `TransportOptions::trust_pem`"
            } else {
                "the HTTP client cannot be set up"
            };
            Error::new(crate::ErrorKind::Other, words).with_source(e)
        })?;
        Ok(Transport::with_policy(std::sync::Arc::new(ReqwestTransport::new(client))))
    }
}

/// reqwest's own words say no more than that something went wrong.
#[cfg(feature = "reqwest")]
fn root_cause(error: &reqwest::Error) -> &dyn std::error::Error {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause
}

#[cfg(test)]
#[cfg(not(feature = "reqwest"))]
mod tests {
    use super::*;

    #[test]
    fn without_an_http_client_the_error_names_the_feature_and_the_way_out() {
        let error = TransportOptions::default().build().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::InvalidInput);
        let said = error.to_string();
        assert!(said.contains("`reqwest`") && said.contains("a transport of your own"), "{said}");
    }
}

#[cfg(test)]
#[cfg(feature = "reqwest")]
mod reqwest_tests {
    use super::*;

    /// A certificate whose key nobody has.
    const AUTHORITY: &str = "-----BEGIN CERTIFICATE-----\n\
            MIIBhTCCASugAwIBAgIUNwPmwpv5YcXWega7I81hTIxywK0wCgYIKoZIzj0EAwIw\n\
            FzEVMBMGA1UEAwwMYW4gYXV0aG9yaXR5MCAXDTI2MTEyMzAwMDE0OVoYDzIxMjYx\n\
            MDMwMDAwMTQ5WjAXMRUwEwYDVQQDDAxhbiBhdXRob3JpdHkwWTATBgcqhkjOPQIB\n\
            BggqhkjOPQMBBwNCAAQa/cU6+6hG0rk7vsm/pU/8o08oGWX86LCX4qsmWCZIrbCv\n\
            28i5KrcWHoldLlChzhLGrXtLmBvZe+79uw7Qfqdao1MwUTAdBgNVHQ4EFgQUCQQf\n\
            4zGFtd8djjYN31p76CMGpwcwHwYDVR0jBBgwFoAUCQQf4zGFtd8djjYN31p76CMG\n\
            pwcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAOou6+EhKrmdHs\n\
            /KUgXV0he1hGVPPUbXmXZK2Z5dgboQIhANUXnu5gJjNZDQHxOUf6f/sLeXhBOb1k\n\
            B5Vfl1XcQcun\n\
            -----END CERTIFICATE-----\n";

    #[test]
    fn the_password_of_a_proxy_is_in_no_debug_text() {
        let options = TransportOptions::default().proxy("http://user:canary@proxy.example:3128");
        let shown = format!("{options:?} {:?}", options.clone().build().unwrap());
        assert!(!shown.contains("canary") && shown.contains("REDACTED"), "{shown}");
    }

    #[test]
    fn a_wrong_proxy_or_certificate_is_named() {
        let error = TransportOptions::default().proxy("::").build().unwrap_err();
        assert!(error.to_string().contains("the proxy"), "{error}");
        let pem = "-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n";
        let error = TransportOptions::default().trust_pem(pem).build().unwrap_err();
        assert_eq!(error.attempts(), 0);
    }

    /// As in an image that holds a program alone. Looked at by a process of its own, since it is the environment that
    /// names the authorities.
    #[cfg(target_os = "linux")]
    #[expect(clippy::disallowed_methods, reason = "what the verifier reads cannot be injected")]
    #[test]
    fn without_a_certificate_authority_the_error_says_how_to_get_one() {
        const NOWHERE: &str = "/dev/null";
        if std::env::var_os("SSL_CERT_FILE").is_none_or(|file| file != NOWHERE) {
            let name = "without_a_certificate_authority_the_error_says_how_to_get_one";
            let again = std::process::Command::new(std::env::current_exe().unwrap())
                .args([
                    &format!("{}::{name}", module_path!().split_once("::").unwrap().1),
                    "--exact",
                ])
                .envs([("SSL_CERT_FILE", NOWHERE), ("SSL_CERT_DIR", NOWHERE)])
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&again.stdout).into_owned();
            assert!(again.status.success() && said.contains("1 passed"), "{said}");
            return;
        }
        let error = TransportOptions::default().build().unwrap_err().to_string();
        for words in ["no certificate authority", "ca-certificates", "SSL_CERT_FILE", "trust_pem"] {
            assert!(error.contains(words), "{words}: {error}");
        }
        TransportOptions::default().trust_pem(AUTHORITY).build().unwrap();
    }
}
