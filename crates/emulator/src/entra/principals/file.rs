//! The directory from a file, in TOML or JSON.

use std::{fs, ops::Range, path::Path};

use serde::Deserialize;

use super::{Application, ManagedIdentity, Principals, User};
use crate::{error::Error, principal::Principal};

const READ: &str = "read its principals";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    #[serde(default)]
    others: bool,
    #[serde(default)]
    applications: Vec<ListedApplication>,
    #[serde(default)]
    users: Vec<ListedUser>,
    #[serde(default)]
    managed_identities: Vec<ListedIdentity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedApplication {
    client_id: String,
    object_id: Option<String>,
    name: Option<String>,
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    secret_files: Vec<String>,
    #[serde(default)]
    certificates: Vec<String>,
    #[serde(default)]
    certificate_files: Vec<String>,
    #[serde(default)]
    federated: Vec<ListedFederated>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedFederated {
    issuer: String,
    subject: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedUser {
    upn: String,
    object_id: Option<String>,
    name: Option<String>,
    password: Option<String>,
    password_file: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListedIdentity {
    client_id: Option<String>,
    object_id: Option<String>,
    resource_id: Option<String>,
    name: Option<String>,
}

impl Principals {
    /// Reads a file: JSON when its name ends in `.json`, TOML otherwise. Files that it names are beside it.
    ///
    /// # Errors
    /// When it, or a file that it names, cannot be read, or it is not as [`Principals`] shows; the error repeats no value.
    ///
    /// ```
    /// let error = azvault_emulator::Principals::read("no/such/file.toml".as_ref()).unwrap_err();
    /// assert_eq!(error.to_string(), "the emulator could not read its principals");
    /// ```
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = text_of(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            json(&text)?.whole(folder)
        } else {
            toml(&text)?.whole(folder)
        }
    }

    /// Reads TOML; files that it names are looked for in the current folder.
    ///
    /// # Errors
    /// As of [`read`](Self::read).
    ///
    /// ```
    /// let error = azvault_emulator::Principals::from_toml("[[applications]]\nsecret = 's3cret'").unwrap_err();
    /// assert!(!format!("{error:?}").contains("s3cret"));
    /// ```
    pub fn from_toml(text: &str) -> Result<Self, Error> {
        toml(text)?.whole(Path::new(""))
    }

    /// Reads JSON with the same names; files that it names are looked for in the current folder.
    ///
    /// # Errors
    /// As of [`read`](Self::read).
    ///
    /// ```
    /// let text = r#"{"applications": [{"client_id": "app", "secrets": ["s3cret"]}], "others": true}"#;
    /// let principals = azvault_emulator::Principals::from_json(text)?;
    /// # drop(principals);
    /// # Ok::<(), azvault_emulator::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self, Error> {
        json(text)?.whole(Path::new(""))
    }
}

fn json(text: &str) -> Result<Listed, Error> {
    serde_json::from_str(text).map_err(|error| wrong(error.line(), &error.to_string()))
}

fn toml(text: &str) -> Result<Listed, Error> {
    toml::from_str(text).map_err(|error| wrong(line(text, error.span()), error.message()))
}

fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// Says where it is wrong. Only names of fields are repeated: a value may be a secret.
fn wrong(line: usize, message: &str) -> Error {
    let about_fields = message.starts_with("unknown field") || message.starts_with("missing field");
    let what = if about_fields { message } else { "a syntax error, or a value of a wrong type" };
    Error::new(READ, format!("line {line}: {what}"))
}

fn text_of(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path)
        .map_err(|error| Error::new(READ, format!("{}: {error}", path.display())))
}

/// The secret in a file; an editor's line end is not part of it.
fn secret_of(path: &Path) -> Result<String, Error> {
    text_of(path).map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
}

impl Listed {
    pub(crate) fn whole(self, folder: &Path) -> Result<Principals, Error> {
        let mut principals = Principals::new().others(self.others);
        for application in self.applications {
            principals = principals.application(application.whole(folder)?);
        }
        for user in self.users {
            principals = principals.user(user.whole(folder)?);
        }
        let identities = self.managed_identities.into_iter().map(ListedIdentity::whole);
        Ok(identities.fold(principals, Principals::managed_identity))
    }
}

impl ListedApplication {
    fn whole(self, folder: &Path) -> Result<Application, Error> {
        let mut application = Application::new(self.client_id);
        if let Some(object_id) = self.object_id {
            application = application.object_id(object_id);
        }
        if let Some(name) = self.name {
            application = application.name(name);
        }
        for secret in self.secrets {
            application = application.secret(secret);
        }
        for file in self.secret_files {
            application = application.secret(secret_of(&folder.join(file))?);
        }
        for pem in self.certificates {
            application = application.certificate_pem(&pem)?;
        }
        for file in self.certificate_files {
            application = application.certificate_pem(&text_of(&folder.join(file))?)?;
        }
        let federated = self.federated.into_iter();
        Ok(federated.fold(application, |application, federated| {
            application.federated(federated.issuer, federated.subject)
        }))
    }
}

impl ListedUser {
    fn whole(self, folder: &Path) -> Result<User, Error> {
        let mut user = User::new(self.upn);
        if let Some(object_id) = self.object_id {
            user = user.object_id(object_id);
        }
        if let Some(name) = self.name {
            user = user.name(name);
        }
        if let Some(password) = self.password {
            user = user.password(password);
        }
        if let Some(file) = self.password_file {
            user = user.password(secret_of(&folder.join(file))?);
        }
        Ok(user)
    }
}

impl ListedIdentity {
    fn whole(self) -> ManagedIdentity {
        let mut identity = match (&self.client_id, &self.resource_id) {
            (Some(client_id), _) => ManagedIdentity::user_assigned(client_id),
            (None, Some(id)) => {
                ManagedIdentity::user_assigned(Principal::for_resource_id(id).appid())
            }
            (None, None) => ManagedIdentity::system_assigned(),
        };
        if let Some(object_id) = self.object_id {
            identity = identity.object_id(object_id);
        }
        if let Some(resource_id) = self.resource_id {
            identity = identity.resource_id(resource_id);
        }
        if let Some(name) = self.name {
            identity = identity.name(name);
        }
        identity
    }
}
