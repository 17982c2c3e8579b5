//! Where resources are: the paths below a vault or a managed HSM.

use azure_core::http::{Method, Request};
use azvault_core::{Client, Result};
use serde::Serialize;

use crate::validate;

/// What keys, secrets and private endpoints belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parent {
    Vault,
    ManagedHsm,
}

impl Parent {
    fn collection(self) -> &'static str {
        match self {
            Self::Vault => "vaults",
            Self::ManagedHsm => "managedHSMs",
        }
    }

    fn deleted(self) -> &'static str {
        match self {
            Self::Vault => "deletedVaults",
            Self::ManagedHsm => "deletedManagedHSMs",
        }
    }

    fn check(self, name: &str) -> Result<()> {
        match self {
            Self::Vault => validate::vault_name(name),
            Self::ManagedHsm => validate::managed_hsm_name(name),
        }
    }
}

/// The vaults, or the managed HSMs, of a subscription.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) client: Client,
    subscription_id: String,
    parent: Parent,
}

impl Place {
    pub(crate) fn new(client: Client, subscription_id: String, parent: Parent) -> Self {
        Self { client, subscription_id, parent }
    }

    /// The path of the subscription's provider, and what comes after it.
    pub(crate) fn provider<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        let start = ["subscriptions", &self.subscription_id, "providers", PROVIDER];
        start.into_iter().chain(rest.iter().copied()).collect()
    }

    pub(crate) fn subscription_id(&self) -> &str {
        &self.subscription_id
    }

    /// The path of a deleted parent, and what comes after it.
    pub(crate) fn deleted<'a>(
        &'a self,
        location: &'a str,
        name: &'a str,
        rest: &[&'a str],
    ) -> Result<Vec<&'a str>> {
        validate::location(location)?;
        self.parent.check(name)?;
        let start = self.provider(&["locations", location, self.parent.deleted(), name]);
        Ok(start.into_iter().chain(rest.iter().copied()).collect())
    }

    /// The path of a resource group's parents.
    pub(crate) fn group<'a>(&'a self, group: &'a str) -> Result<Vec<&'a str>> {
        validate::resource_group(group)?;
        let start = ["subscriptions", &self.subscription_id, "resourceGroups", group];
        let provider = ["providers", PROVIDER, self.parent.collection()];
        Ok(start.into_iter().chain(provider).collect())
    }

    /// The path of a parent, and what comes after it.
    pub(crate) fn segments<'a>(
        &'a self,
        group: &'a str,
        name: &'a str,
        rest: &[&'a str],
    ) -> Result<Vec<&'a str>> {
        self.parent.check(name)?;
        let start = self.group(group)?.into_iter();
        Ok(start.chain([name]).chain(rest.iter().copied()).collect())
    }

    pub(crate) fn request(
        &self,
        method: Method,
        group: &str,
        name: &str,
        rest: &[&str],
    ) -> Result<Request> {
        self.client.request(method, &self.segments(group, name, rest)?)
    }

    pub(crate) fn request_json(
        &self,
        method: Method,
        group: &str,
        name: &str,
        rest: &[&str],
        body: &impl Serialize,
    ) -> Result<Request> {
        self.client.request_json(method, &self.segments(group, name, rest)?, body)
    }
}

const PROVIDER: &str = "Microsoft.KeyVault";
