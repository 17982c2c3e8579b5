//! A vault's keys and secrets for the management plane, which decides on access by itself.

use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::{
    Access, Context, Query,
    registry::{Vault, VaultSettings},
};
use crate::{
    entra::Caller,
    host::{Site, VaultSite},
    router::Router,
};

/// What the management plane speaks to the data plane in.
const API_VERSION: &str = "7.6";

/// Somebody of the management plane, let into a vault whatever its policies and roles say.
pub(crate) struct OnBehalf<'a> {
    router: &'a Router,
    caller: &'a Caller,
    site: VaultSite,
    vault: Arc<Vault>,
    settings: VaultSettings,
    query: Query,
    /// Never one: no role lets anybody in here.
    grant: OnceLock<Uuid>,
}

impl<'a> OnBehalf<'a> {
    /// `None` when `authority`, a host with its port, is not that of a vault.
    pub(crate) fn of(
        router: &'a Router,
        caller: &'a Caller,
        vault: Arc<Vault>,
        authority: &str,
    ) -> Option<Self> {
        let Site::Vault(site) = Site::of(authority) else {
            return None;
        };
        let settings = VaultSettings { access: Access::Everyone, ..(*vault.settings()).clone() };
        let query = Query { api_version: API_VERSION.to_owned(), ..Query::default() };
        Some(Self { router, caller, site, vault, settings, query, grant: OnceLock::new() })
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            router: self.router,
            site: &self.site,
            vault: &self.vault,
            settings: &self.settings,
            properties: &self.settings.properties,
            caller: self.caller,
            query: &self.query,
            grant: &self.grant,
        }
    }
}
