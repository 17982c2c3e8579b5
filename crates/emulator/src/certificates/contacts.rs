//! Whom to tell of certificates: one list for a vault. Nobody is told here.

use serde::{Deserialize, Serialize};

use super::CertificateContent;
use crate::{
    locks::lock,
    objects::{Content, json},
    vault::{Action, Context, Reply, ServiceError},
};

/// The key of the one list that a vault has.
const LIST: &str = "";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    contacts: Option<Vec<Contact>>,
}

#[derive(Serialize)]
struct View<'a> {
    id: String,
    contacts: &'a [Contact],
}

pub(super) fn get(context: &Context<'_>) -> Result<Reply, ServiceError> {
    authorize(context)?;
    let contacts = lock(&context.vault.certificates.contacts);
    view(context, contacts.get(LIST).ok_or_else(ServiceError::contacts_not_found)?)
}

/// Replaces the whole list.
pub(super) fn set(context: &Context<'_>, body: &[u8]) -> Result<Reply, ServiceError> {
    authorize(context)?;
    let body: Body = json(body)?;
    let contacts = body.contacts.ok_or_else(|| ServiceError::required("contacts"))?;
    if contacts.iter().any(|contact| contact.email.as_deref().unwrap_or_default().is_empty()) {
        return Err(ServiceError::required("email"));
    }
    let reply = view(context, &contacts);
    let mut held = lock(&context.vault.certificates.contacts);
    // An empty list is none.
    if contacts.is_empty() {
        held.remove(LIST);
    } else {
        held.insert(LIST.to_owned(), contacts);
    }
    reply
}

pub(super) fn delete(context: &Context<'_>) -> Result<Reply, ServiceError> {
    authorize(context)?;
    let contacts = lock(&context.vault.certificates.contacts).remove(LIST);
    view(context, &contacts.ok_or_else(ServiceError::contacts_not_found)?)
}

fn authorize(context: &Context<'_>) -> Result<(), ServiceError> {
    context.authorize(CertificateContent::KIND, Action::ManageContacts, None)
}

fn view(context: &Context<'_>, contacts: &[Contact]) -> Result<Reply, ServiceError> {
    let id = context.url("certificates/contacts");
    Reply::json(context.site.kind, &View { id, contacts })
}
