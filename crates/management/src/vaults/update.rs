//! Changing a part of a vault.

use std::collections::BTreeMap;

use azure_core::http::{Method, Request};
use azvault_core::{Call, Operation, Result, call::CallOptions, call_builder};
use serde::Serialize;

use super::{VaultsClient, advice};
use crate::{
    AccessPolicyEntry, Vault,
    models::{Settings, check_tags, settings_setters},
    validate,
};

static UPDATE: Operation = Operation::idempotent("vaults.update").with_advice(advice);

/// Changes a part of a vault; made by [`VaultsClient::update`]. Access policies and tags that are
/// set replace all that the vault has.
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct UpdateVault {
    vaults: VaultsClient,
    resource_group: String,
    name: String,
    parameters: Parameters,
    policies_alone: bool,
    options: CallOptions,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
    properties: Properties,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    #[serde(flatten)]
    settings: Settings,
    #[serde(skip_serializing_if = "Option::is_none")]
    enable_soft_delete: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    soft_delete_retention_in_days: Option<u32>,
}

impl UpdateVault {
    pub(super) fn new(vaults: VaultsClient, resource_group: String, name: String) -> Self {
        let (parameters, options) = (Parameters::default(), CallOptions::default());
        Self { vaults, resource_group, name, parameters, policies_alone: false, options }
    }

    /// Sends these settings and, where there are any, all of these tags.
    pub(crate) fn told(
        mut self,
        settings: Settings,
        tags: Option<BTreeMap<String, String>>,
    ) -> Self {
        let properties = Properties { settings, ..Properties::default() };
        self.parameters = Parameters { tags, properties };
        self
    }

    /// Sends these policies, and not by what the vault goes: that is another permission, and may
    /// have changed since it was looked at.
    pub(crate) fn policies_alone(self, policies: Vec<AccessPolicyEntry>) -> Self {
        Self { policies_alone: true, ..self.access_policies(policies) }
    }

    /// The tenant whose principals may use the vault from now on, after its subscription has moved
    /// to another. Set the access policies, too: those of the old tenant mean nothing there.
    ///
    /// Source: [Moving a key vault to another subscription](https://learn.microsoft.com/azure/key-vault/general/move-subscription).
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.parameters.properties.tenant_id = Some(tenant_id.into());
        self
    }

    /// Turns soft delete on for a vault that was made before every vault had it. It cannot be undone.
    pub fn soft_delete(mut self) -> Self {
        self.parameters.properties.enable_soft_delete = Some(true);
        self
    }

    /// For how many days the vault, and what is in it, can be recovered when deleted: 7 to 90. The
    /// service takes it together with [`soft_delete`](Self::soft_delete) alone: it cannot be changed.
    pub fn retention_days(mut self, days: u32) -> Self {
        self.parameters.properties.soft_delete_retention_in_days = Some(days);
        self
    }

    fn request(&self) -> Result<Request> {
        let segments = self.vaults.vault(&self.resource_group, &self.name, &[])?;
        let mut parameters = self.parameters.clone();
        check_tags(parameters.tags.as_ref())?;
        let Properties { tenant_id, settings, soft_delete_retention_in_days: days, .. } =
            &mut parameters.properties;
        tenant_id.as_ref().map_or(Ok(()), |id| validate::guid("tenant id", id))?;
        days.map_or(Ok(()), validate::retention)?;
        settings.settle()?;
        if self.policies_alone {
            settings.enable_rbac_authorization = None;
        }
        self.vaults.place.client.request_json(Method::Patch, &segments, &parameters)
    }

    fn call(self) -> Call<Vault> {
        let request = self.request();
        Call::json(self.vaults.place.client.pipeline().clone(), &UPDATE, request)
    }
}

settings_setters!(UpdateVault, parameters.properties.settings, parameters.tags);
call_builder!(UpdateVault => Vault);
