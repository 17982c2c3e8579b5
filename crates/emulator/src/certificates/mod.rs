//! The Certificates operations. A certificate, its key and its secret are one: one key pair, one name, one version.
//!
//! The certificate leads: its operations make, change and delete the other two, which refuse all that is done to them
//! by their own operations. Nothing runs in the background: what the clock has brought about since, an issue or a
//! renewal, is done when somebody looks.

mod bundle;
mod contacts;
mod container;
mod content;
mod create;
mod import;
mod issuers;
mod keep_up;
mod kept;
mod lifecycle;
mod merge;
mod operation;
mod policy;
mod policy_route;
mod publish;
mod test_issuer;
mod x509;

use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use crate::{
    crypto::KeyMaterial,
    locks::lock,
    objects::{Object, ObjectKind, Store, Version},
    state::Table,
    vault::{CertificateRoute, Context, ObjectRoute, Reply, ServiceError},
};
use contacts::Contact;
pub(crate) use container::to_pem;
use issuers::Issuer;
pub(crate) use keep_up::{Looked, keep_up};
pub(crate) use kept::Held;
use operation::Operation;
use policy::Policy;
pub(crate) use test_issuer::TestIssuer;

/// What a vault holds of certificates.
#[derive(Debug)]
pub(crate) struct Certificates {
    store: Mutex<Store<CertificateContent>>,
    /// Held by whoever does something to a certificate and to its key and secret too, and by whoever makes a key or
    /// a secret that is nobody's, before any other lock.
    turn: Mutex<()>,
    issuers: Mutex<Table<Issuer>>,
    contacts: Mutex<Table<Vec<Contact>>>,
}

/// What a version of a certificate holds.
#[derive(Debug)]
pub(crate) struct CertificateContent {
    /// `None` until it is issued for the first time.
    issued: Option<Issued>,
}

/// A certificate, with all that its key and its secret are made of.
#[derive(Clone)]
struct Issued {
    /// In DER: its own certificate first.
    chain: Vec<Vec<u8>>,
    key: Arc<KeyMaterial>,
    hsm: bool,
    key_ops: Vec<String>,
    /// The file that the secret is.
    file: String,
    content_type: String,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// What all versions of a certificate have in common.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct CertificateSettings {
    policy: Policy,
    /// Whether the chain's order was to be kept, if that was said.
    #[serde(default)]
    preserve_order: Option<bool>,
    /// The latest one, until it is deleted; no backup has it, but it outlives a run.
    #[serde(skip)]
    operation: Option<Operation>,
}

type CertificateObject = Object<CertificateContent>;
type CertificateVersion = Version<CertificateContent>;

pub(crate) async fn answer(
    context: &Context<'_>,
    route: CertificateRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    let looked = match &route {
        CertificateRoute::UpdatePending { name } | CertificateRoute::DeletePending { name }
            if operation::is_late(context, name) =>
        {
            Looked::At(name)
        }
        route => looked(route),
    };
    keep_up(context, looked).await?;
    match route {
        CertificateRoute::Object(route) => lifecycle::answer(context, route, body),
        CertificateRoute::Create { name } => create::create(context, &name, body).await,
        CertificateRoute::Import { name } => import::import(context, &name, body),
        CertificateRoute::Policy { name } => policy_route::get(context, &name),
        CertificateRoute::UpdatePolicy { name } => policy_route::update(context, &name, body),
        CertificateRoute::Pending { name } => operation::get(context, &name),
        CertificateRoute::UpdatePending { name } => operation::update(context, &name, body),
        CertificateRoute::DeletePending { name } => operation::delete(context, &name),
        CertificateRoute::Merge { name } => merge::merge(context, &name, body),
        CertificateRoute::Contacts => contacts::get(context),
        CertificateRoute::SetContacts => contacts::set(context, body),
        CertificateRoute::DeleteContacts => contacts::delete(context),
        CertificateRoute::Issuers => issuers::list(context),
        CertificateRoute::Issuer { name } => issuers::get(context, &name),
        CertificateRoute::SetIssuer { name } => issuers::set(context, &name, body),
        CertificateRoute::UpdateIssuer { name } => issuers::update(context, &name, body),
        CertificateRoute::DeleteIssuer { name } => issuers::delete(context, &name),
    }
}

/// Refuses a name that a certificate has, be it one that is not issued yet.
pub(crate) fn check_free(
    context: &Context<'_>,
    kind: ObjectKind,
    name: &str,
    operation: &str,
) -> Result<(), ServiceError> {
    let now = context.now();
    match lock(&context.vault.certificates.store).readable(name, now) {
        Ok(_) => Err(ServiceError::managed(kind, operation)),
        Err(_) => Ok(()),
    }
}

/// Refuses such a name, and keeps certificates from taking it for as long as this is held.
pub(crate) fn claim<'a>(
    context: &'a Context<'_>,
    kind: ObjectKind,
    name: &str,
    operation: &str,
) -> Result<MutexGuard<'a, ()>, ServiceError> {
    let turn = take_turn(context);
    check_free(context, kind, name, operation)?;
    Ok(turn)
}

/// Keeps certificates from taking names, for as long as this is held.
pub(crate) fn take_turn<'a>(context: &'a Context<'_>) -> MutexGuard<'a, ()> {
    lock(&context.vault.certificates.turn)
}

/// Which certificates a request looks at; a cancellation comes before what it is to prevent.
fn looked(route: &CertificateRoute) -> Looked<'_> {
    match route {
        CertificateRoute::Object(route) => objects_looked(route),
        CertificateRoute::Create { name }
        | CertificateRoute::Import { name }
        | CertificateRoute::Policy { name }
        | CertificateRoute::UpdatePolicy { name }
        | CertificateRoute::Pending { name }
        | CertificateRoute::Merge { name } => Looked::At(name),
        CertificateRoute::UpdatePending { .. }
        | CertificateRoute::DeletePending { .. }
        | CertificateRoute::Contacts
        | CertificateRoute::SetContacts
        | CertificateRoute::DeleteContacts
        | CertificateRoute::Issuers
        | CertificateRoute::Issuer { .. }
        | CertificateRoute::SetIssuer { .. }
        | CertificateRoute::UpdateIssuer { .. }
        | CertificateRoute::DeleteIssuer { .. } => Looked::Nothing,
    }
}

/// The same for what every kind of object has.
pub(crate) fn objects_looked(route: &ObjectRoute) -> Looked<'_> {
    match route {
        ObjectRoute::List => Looked::AtAll,
        ObjectRoute::Get { name, .. }
        | ObjectRoute::Update { name, .. }
        | ObjectRoute::Versions { name }
        | ObjectRoute::Delete { name }
        | ObjectRoute::Backup { name } => Looked::At(name),
        ObjectRoute::ListDeleted
        | ObjectRoute::GetDeleted { .. }
        | ObjectRoute::Recover { .. }
        | ObjectRoute::Purge { .. }
        | ObjectRoute::Restore => Looked::Nothing,
    }
}
