//! Resource groups: as much of them as provisioning a vault needs.

use std::collections::BTreeMap;

use azure_core::http::Method;
use azvault_core::{
    Call, Client, Operation, Poller, Result,
    call::CallOptions,
    call_builder,
    poller::{Location, ResumeToken},
};
use serde::Serialize;

use crate::{ResourceGroup, validate};

static CREATE: Operation = Operation::idempotent("resource_groups.create_or_update");
static GET: Operation = Operation::idempotent("resource_groups.get");
static DELETE: Operation = Operation::idempotent("resource_groups.begin_delete");

/// Creates, reads and deletes resource groups; made by
/// [`KeyVaultManagementClient::resource_groups`](crate::KeyVaultManagementClient::resource_groups).
#[derive(Clone, Debug)]
pub struct ResourceGroupsClient {
    client: Client,
    subscription_id: String,
}

impl ResourceGroupsClient {
    pub(crate) fn new(client: Client, subscription_id: String) -> Self {
        Self { client, subscription_id }
    }

    /// Creates a resource group in a region, or sets the tags of the one of that name: those that
    /// are given take the place of all, and **a group loses its tags where none are given**. Where
    /// it may be there already, ask [`get`](Self::get) first. It stays in its region.
    ///
    /// Needs `Microsoft.Resources/subscriptions/resourceGroups/write`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or region that cannot be one.
    ///
    /// Source: [ResourceGroups_CreateOrUpdate](https://learn.microsoft.com/rest/api/resources/resource-groups/create-or-update).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let groups = management.resource_groups();
    /// let group = groups.create_or_update("my-rg", "eastus").tag("team", "payments").await?;
    /// assert_eq!(group.tags().collect::<Vec<_>>(), [("team", "payments")]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_or_update(
        &self,
        name: impl Into<String>,
        location: impl Into<String>,
    ) -> CreateResourceGroup {
        let parameters = Parameters { location: location.into(), tags: None };
        let options = CallOptions::default();
        CreateResourceGroup { groups: self.clone(), name: name.into(), parameters, options }
    }

    /// Gets a resource group.
    ///
    /// Needs `Microsoft.Resources/subscriptions/resourceGroups/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [ResourceGroups_Get](https://learn.microsoft.com/rest/api/resources/resource-groups/get).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let groups = management.resource_groups();
    /// groups.create_or_update("my-rg", "eastus").await?;
    /// assert_eq!(groups.get("my-rg").await?.location(), "eastus");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, name: impl AsRef<str>) -> Call<ResourceGroup> {
        let request = self
            .segments(name.as_ref())
            .and_then(|segments| self.client.request(Method::Get, &segments));
        Call::json(self.client.pipeline().clone(), &GET, request)
    }

    /// Begins to delete a resource group with everything in it. Its vaults are soft-deleted, and
    /// keep their names.
    ///
    /// Needs `Microsoft.Resources/subscriptions/resourceGroups/delete`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [ResourceGroups_Delete](https://learn.microsoft.com/rest/api/resources/resource-groups/delete).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let groups = management.resource_groups();
    /// groups.create_or_update("my-rg", "eastus").await?;
    /// let token = groups.begin_delete("my-rg").await?.resume_token();
    /// // Perhaps in another process:
    /// groups.resume_delete(&token)?.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_delete(&self, name: impl AsRef<str>) -> Call<Poller<()>> {
        let request = self
            .segments(name.as_ref())
            .and_then(|segments| self.client.request(Method::Delete, &segments));
        let client = self.client.clone();
        Call::new(self.client.pipeline().clone(), &DELETE, request, move |answer| {
            Location::poller(client, &DELETE, answer)
        })
    }

    /// Goes on with what [`begin_delete`](Self::begin_delete) began, perhaps in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_delete(&self, token: &ResumeToken) -> Result<Poller<()>> {
        Location::resume_poller(self.client.clone(), &DELETE, token)
    }

    fn segments<'a>(&'a self, name: &'a str) -> Result<Vec<&'a str>> {
        validate::resource_group(name)?;
        Ok(vec!["subscriptions", &self.subscription_id, "resourceGroups", name])
    }
}

/// Creates a resource group; made by [`ResourceGroupsClient::create_or_update`].
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct CreateResourceGroup {
    groups: ResourceGroupsClient,
    name: String,
    parameters: Parameters,
    options: CallOptions,
}

#[derive(Clone, Debug, Serialize)]
struct Parameters {
    location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
}

impl CreateResourceGroup {
    /// Adds a tag.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.tags.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    fn call(self) -> Call<ResourceGroup> {
        let request = validate::location(&self.parameters.location)
            .and_then(|()| self.groups.segments(&self.name))
            .and_then(|segments| {
                self.groups.client.request_json(Method::Put, &segments, &self.parameters)
            });
        Call::json(self.groups.client.pipeline().clone(), &CREATE, request)
    }
}

call_builder!(CreateResourceGroup => ResourceGroup);
