//! Keys and secrets as resources: what templates make in a vault, kept by its data plane.
//!
//! <https://learn.microsoft.com/rest/api/keyvault/keyvault/keys> and `…/secrets`, and the keys of managed HSMs. ARM decides on access, not the
//! vault's policies or roles.

mod keys;
mod secrets;

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use super::{
    Context, error::ArmError, managed_hsms, names::is_object_name, page::Page, part::VaultPart,
    reply::Reply, vaults::connections::Target,
};
use crate::{objects::Described, vault::OnBehalf};

/// A vault or managed HSM whose contents a request is about.
struct Opened<'a> {
    context: &'a Context<'a>,
    /// The type of the owner.
    kind: &'static str,
    /// The owner's resource id.
    path: String,
    /// A managed HSM's keys do not tell it.
    location: Option<String>,
    behalf: OnBehalf<'a>,
}

/// A key or a secret, or a version of one.
#[derive(Serialize)]
struct Resource<'a, T> {
    id: String,
    name: &'a str,
    r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tags: BTreeMap<String, String>,
    properties: T,
}

/// What every body has.
#[derive(Deserialize)]
struct Body<T> {
    tags: Option<BTreeMap<String, Option<String>>>,
    properties: T,
}

/// `None` for what this emulator does not do.
pub(super) async fn answer(
    context: &Context<'_>,
    method: &Method,
    owner: &Target,
    part: &VaultPart,
) -> Option<Result<Reply, ArmError>> {
    let work = async {
        let opened = Opened::open(context, owner)?;
        let (router, vault) = (context.router, opened.behalf.vault());
        vault.able(router).await.map_err(ArmError::of_vault)?;
        secrets::catch_up(&opened, part).await?;
        let answer = match (method.as_str(), part) {
            ("GET", VaultPart::Keys) => keys::list(&opened).await,
            ("PUT", VaultPart::Key { name }) => keys::create_if_not_exist(&opened, name).await,
            ("GET", VaultPart::Key { name }) => keys::get(&opened, name, None).await,
            ("GET", VaultPart::KeyVersions { name }) => keys::list_versions(&opened, name).await,
            ("GET", VaultPart::KeyVersion { name, version }) => {
                keys::get(&opened, name, Some(version)).await
            }
            ("GET", VaultPart::Secrets) => secrets::list(&opened),
            ("PUT", VaultPart::Secret { name }) => secrets::put(&opened, name),
            ("PATCH", VaultPart::Secret { name }) => secrets::patch(&opened, name),
            ("GET", VaultPart::Secret { name }) => secrets::get(&opened, name),
            _ => Err(ArmError::internal()),
        };
        // What somebody does to the vault meanwhile, by its own address, was seen too.
        vault.written(router).await.map_err(ArmError::of_vault)?;
        answer
    };
    let known = match part {
        VaultPart::Key { .. } => method == Method::GET || method == Method::PUT,
        VaultPart::Secret { .. } => [Method::GET, Method::PUT, Method::PATCH].contains(method),
        _ => method == Method::GET,
    };
    if known { Some(work.await.map(Reply::by_provider)) } else { None }
}

impl<'a> Opened<'a> {
    fn open(context: &'a Context<'a>, owner: &Target) -> Result<Self, ArmError> {
        let state = context.state();
        let (path, location, data, authority) = match owner {
            Target::Vault(id) => {
                let vault = state.live(id)?;
                let authority = format!("{}.{}", id.key(), context.site.vault_suffix);
                (vault.id.path(), Some(vault.location.clone()), &vault.data, authority)
            }
            Target::ManagedHsm(id) => {
                let hsm = managed_hsms::live(&state, context.now, id)?;
                if hsm.is_being_deleted() {
                    return Err(ArmError::hsm_is_being_deleted(&id.name));
                }
                let authority = format!("{}.{}", id.key(), context.site.hsm_suffix);
                (hsm.id.path(), None, &hsm.data, authority)
            }
        };
        let data = std::sync::Arc::clone(data);
        let behalf = OnBehalf::of(context.router, context.caller, data, &authority)
            .ok_or_else(ArmError::internal)?;
        Ok(Self { context, kind: owner.kind_name(), path, location, behalf })
    }

    /// The address of something in the vault, without a slash at the end.
    fn uri(&self, rest: &str) -> String {
        self.behalf.context().url(rest)
    }

    /// A page of resources, with a link to those after `last` when there are more.
    fn page<T: Serialize>(
        &self,
        collection: &str,
        value: Vec<T>,
        last: Option<&str>,
    ) -> Result<Reply, ArmError> {
        let Context { site, query, .. } = self.context;
        let next_link = last.map(|last| {
            format!("{}{}/{collection}?{}", site.base, self.path, query.continued(last))
        });
        Reply::json(StatusCode::OK, &Page { value, next_link })
    }
}

/// Refuses what cannot be a key's or a secret's name.
fn check_name(name: &str) -> Result<(), ArmError> {
    if is_object_name(name) {
        return Ok(());
    }
    Err(ArmError::bad_request(
        "The name of a key or secret has 1 to 127 letters, digits and hyphens.",
    ))
}

/// What the data plane says of a version, as this plane reads it.
fn read<T: serde::de::DeserializeOwned>(described: &Described) -> Result<T, ArmError> {
    T::deserialize(&described.bundle).map_err(|_| ArmError::internal())
}

fn json_body(value: &serde_json::Value) -> Vec<u8> {
    value.to_string().into_bytes()
}
