//! Changing a part of a vault.

use std::collections::BTreeMap;

use azure_core::http::{Method, Request};
use azvault_core::{Call, Operation, Result, call::CallOptions, call_builder};
use serde::Serialize;

use super::{VaultsClient, advice};
use crate::{
    Vault,
    models::{Settings, settings_setters},
};

static UPDATE: Operation = Operation::idempotent("vaults.update").with_advice(advice);

/// Changes a part of a vault; made by [`VaultsClient::update`]. Access policies that are set
/// replace all that the vault has.
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct UpdateVault {
    vaults: VaultsClient,
    resource_group: String,
    name: String,
    parameters: Parameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
    properties: Settings,
}

impl UpdateVault {
    pub(super) fn new(vaults: VaultsClient, resource_group: String, name: String) -> Self {
        let (parameters, options) = (Parameters::default(), CallOptions::default());
        Self { vaults, resource_group, name, parameters, options }
    }

    /// Sends these settings and, where there are any, all of these tags.
    pub(crate) fn told(
        mut self,
        properties: Settings,
        tags: Option<BTreeMap<String, String>>,
    ) -> Self {
        self.parameters = Parameters { tags, properties };
        self
    }

    fn request(&self) -> Result<Request> {
        let segments = self.vaults.vault(&self.resource_group, &self.name, &[])?;
        let mut parameters = self.parameters.clone();
        parameters.properties.settle()?;
        self.vaults.client.request_json(Method::Patch, &segments, &parameters)
    }

    fn call(self) -> Call<Vault> {
        let request = self.request();
        Call::json(self.vaults.client.pipeline().clone(), &UPDATE, request)
    }
}

settings_setters!(UpdateVault, parameters.properties, parameters.tags);
call_builder!(UpdateVault => Vault);
