//! The version of a key that an operation is about.

use azure_core::http::{Method, Request};
use azvault_core::{Call, Client, Operation, Result, validate_name, validate_version};
use serde::{Serialize, de::DeserializeOwned};

/// A key by its name, and one version of it or the latest.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) version: Option<String>,
}

impl Target {
    pub(crate) fn latest(client: Client, name: String) -> Self {
        Self { client, name, version: None }
    }

    /// The segments of the key's URL, and what comes after them.
    ///
    /// # Errors
    /// `InvalidInput` for a name or a version that cannot be one.
    pub(super) fn segments<'a>(&'a self, rest: Option<&'a str>) -> Result<Vec<&'a str>> {
        validate_name("key", &self.name)?;
        if let Some(version) = &self.version {
            validate_version("key", version)?;
        }
        let version = self.version.as_deref();
        Ok(["keys", &self.name].into_iter().chain(version).chain(rest).collect())
    }

    /// A request with `parameters` to what is called `verb` below the key's URL.
    pub(super) fn request(
        &self,
        method: Method,
        verb: Option<&str>,
        parameters: &impl Serialize,
    ) -> Result<Request> {
        self.client.request_json(method, &self.segments(verb)?, parameters)
    }

    /// A cryptographic operation: posts `parameters` to `verb` and reads the answer as `W`.
    pub(super) fn post<W, T>(
        &self,
        operation: &'static Operation,
        verb: &str,
        parameters: Result<&impl Serialize>,
    ) -> Call<T>
    where
        W: DeserializeOwned + 'static,
        T: TryFrom<W, Error = azvault_core::Error> + 'static,
    {
        let request = parameters.and_then(|p| self.request(Method::Post, Some(verb), p));
        Call::json(self.client.pipeline().clone(), operation, request).map(W::try_into)
    }
}

/// The setter of the version, for builders with a `target`.
macro_rules! version_setter {
    ($($builder:ident),+) => {$(
        impl $builder {
            /// The version of the key, 32 hexadecimal digits, instead of the latest.
            pub fn version(mut self, version: impl Into<String>) -> Self {
                self.target.version = Some(version.into());
                self
            }
        }
    )+};
}
pub(crate) use version_setter;
