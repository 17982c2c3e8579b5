//! An object of the directory, as Graph shows it.

use serde::{Deserialize, Serialize};

use crate::{
    entra::principals::{Application, ManagedIdentity, User},
    principal::Principal,
};

/// What kind of object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Kind {
    Application,
    ManagedIdentity,
    User,
}

/// An object of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) kind: Kind,
    /// Its object id.
    pub(crate) id: String,
    /// The client id of an application or identity, the principal name of a user.
    pub(crate) name: String,
    pub(crate) display_name: String,
    /// Of a managed identity, in Resource Manager.
    pub(crate) resource_id: Option<String>,
}

impl Entry {
    /// Of somebody who is not listed.
    pub(super) fn of(principal: &Principal) -> Self {
        let (kind, name) = match principal.upn() {
            Some(upn) => (Kind::User, upn),
            None => (Kind::Application, principal.appid()),
        };
        let display_name = match kind {
            Kind::User => local_part(name),
            Kind::Application | Kind::ManagedIdentity => name,
        };
        Self {
            kind,
            id: principal.oid().to_owned(),
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            resource_id: None,
        }
    }

    pub(super) fn of_application(application: &Application) -> Self {
        Self::of(&application.principal).named(application.name.as_ref())
    }

    pub(super) fn of_user(user: &User) -> Self {
        Self::of(&user.principal).named(user.name.as_ref())
    }

    pub(super) fn of_identity(identity: &ManagedIdentity) -> Self {
        Self {
            kind: Kind::ManagedIdentity,
            resource_id: identity.resource_id.clone(),
            ..Self::of(&identity.principal).named(identity.name.as_ref())
        }
    }

    fn named(self, name: Option<&String>) -> Self {
        match name {
            Some(name) => Self { display_name: name.clone(), ..self },
            None => self,
        }
    }

    pub(crate) fn has_id(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id)
    }

    pub(crate) fn is_service_principal(&self) -> bool {
        self.kind != Kind::User
    }
}

/// What is before the `@`.
fn local_part(upn: &str) -> &str {
    upn.split('@').next().unwrap_or(upn)
}
