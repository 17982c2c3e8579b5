//! The version of an object that an operation is about.

use azure_core::http::{Method, Request};
use serde::Serialize;

use super::ObjectKind;
use crate::{Client, Error, ResourceId, Result, validate_name, validate_version};

/// An object by its name, and one version of it or the latest.
#[derive(Clone, Debug)]
pub struct Target {
    client: Client,
    kind: &'static ObjectKind,
    name: String,
    version: Option<String>,
}

impl Target {
    /// The latest version of the object of that name.
    pub fn latest(client: Client, kind: &'static ObjectKind, name: impl Into<String>) -> Self {
        Self { client, kind, name: name.into(), version: None }
    }

    /// The object that an identifier names: one of this kind, in this client's vault, and not
    /// deleted. Its latest version if the identifier has none.
    ///
    /// # Errors
    /// `InvalidInput` for any other identifier.
    pub fn of_id(client: Client, kind: &'static ObjectKind, id: &str) -> Result<Self> {
        let id: ResourceId = id.parse()?;
        let refused = |why: String| Err(Error::invalid_input(format!("the id {id} {why}")));
        if id.vault_url() != client.endpoint() {
            return refused(format!(
                "is of another vault than {}: make a client of that vault",
                client.endpoint()
            ));
        }
        if id.collection() != kind.collection {
            return refused(format!("is of {}, not of {}", id.collection(), kind.collection));
        }
        if id.is_deleted() {
            let noun = kind.noun;
            return refused(format!(
                "is of a deleted {noun}: read it with get_deleted_{noun}(name), or recover it with begin_recover_deleted_{noun}(name)"
            ));
        }
        let (name, version) = (id.name().to_owned(), id.version().map(ToOwned::to_owned));
        Ok(Self { client, kind, name, version })
    }

    /// Chooses a version.
    pub fn set_version(&mut self, version: impl Into<String>) {
        self.version = Some(version.into());
    }

    /// The same object, its latest version.
    #[must_use]
    pub fn without_version(&self) -> Self {
        Self { version: None, ..self.clone() }
    }

    /// The identifier of the object.
    ///
    /// # Errors
    /// `InvalidInput` for a name or a version that cannot be one.
    pub fn id(&self) -> Result<ResourceId> {
        self.client.endpoint().url(&self.segments(None)?)?.as_str().parse()
    }

    /// The client that the object is reached by.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The object's name, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What kind of object it is.
    pub fn kind(&self) -> &'static ObjectKind {
        self.kind
    }

    /// The segments of the object's URL, and what comes after them.
    ///
    /// # Errors
    /// `InvalidInput` for a name or a version that cannot be one.
    pub fn segments<'a>(&'a self, rest: Option<&'a str>) -> Result<Vec<&'a str>> {
        validate_name(self.kind.noun, &self.name)?;
        if let Some(version) = &self.version {
            validate_version(self.kind.noun, version)?;
        }
        let version = self.version.as_deref();
        Ok([self.kind.collection, &self.name].into_iter().chain(version).chain(rest).collect())
    }

    /// The segments of the deleted object's URL, and what comes after them.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one.
    pub fn deleted_segments<'a>(&'a self, rest: Option<&'a str>) -> Result<Vec<&'a str>> {
        validate_name(self.kind.noun, &self.name)?;
        Ok([self.kind.deleted_collection, &self.name].into_iter().chain(rest).collect())
    }

    /// A request to the object, or to what is called `rest` below it.
    ///
    /// # Errors
    /// `InvalidInput` for a name or a version that cannot be one.
    pub fn request(&self, method: Method, rest: Option<&str>) -> Result<Request> {
        self.client.request(method, &self.segments(rest)?)
    }

    /// The same with `parameters` as its body.
    ///
    /// # Errors
    /// `InvalidInput` for a name or a version that cannot be one.
    pub fn request_json(
        &self,
        method: Method,
        rest: Option<&str>,
        parameters: &impl Serialize,
    ) -> Result<Request> {
        self.client.request_json(method, &self.segments(rest)?, parameters)
    }

    /// A request to the deleted object, or to what is called `rest` below it.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one.
    pub fn deleted_request(&self, method: Method, rest: Option<&str>) -> Result<Request> {
        self.client.request(method, &self.deleted_segments(rest)?)
    }
}
