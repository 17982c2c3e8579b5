//! The subscriptions that the caller can see, whichever one a client is for.

use azure_core::http::Method;
use azvault_core::{
    Call, Client, ClientBuilder, Credential, Endpoint, Operation, Pager, Result, ServiceClient,
    auth::{Cloud, Requirement},
};

use crate::{Subscription, validate};

static LIST: Operation = Operation::idempotent("subscriptions.list");
static GET: Operation = Operation::idempotent("subscriptions.get");

/// Lists and reads subscriptions; made by
/// [`KeyVaultManagementClient::subscriptions`](crate::KeyVaultManagementClient::subscriptions), or
/// alone where none is known yet.
#[derive(Clone, Debug)]
pub struct SubscriptionsClient {
    client: Client,
}

impl ServiceClient for SubscriptionsClient {
    const API_VERSION: &'static str = "2022-12-01";
    type Seed = ();

    fn from_client(client: Client, (): ()) -> Result<Self> {
        Ok(Self { client })
    }

    fn requirement(endpoint: &Endpoint, cloud: Option<&Cloud>) -> Option<Requirement> {
        Some(Requirement::of_resource_manager(endpoint, cloud))
    }

    fn address_in(cloud: &Cloud) -> Option<&str> {
        Some(cloud.resource_manager())
    }
}

impl SubscriptionsClient {
    /// A client in the public cloud, with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    /// `InvalidInput` if the credential cannot be used.
    ///
    /// # Examples
    /// ```
    /// use azvault_core::credentials::DefaultAzureCredential;
    /// use azvault_management::SubscriptionsClient;
    ///
    /// let subscriptions = SubscriptionsClient::new(DefaultAzureCredential::new()?)?;
    /// # let _ = subscriptions;
    /// # Ok::<(), azvault_management::Error>(())
    /// ```
    pub fn new(credential: impl Into<Credential>) -> Result<Self> {
        Self::builder().credential(credential).build()
    }

    /// A builder, to set the endpoint of another cloud, the transport, time limits, retry and
    /// more.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// use azvault_management::SubscriptionsClient;
    ///
    /// let subscriptions = SubscriptionsClient::builder()
    ///     .endpoint(emulator.management_url())
    ///     .credential(emulator.credential())
    ///     .transport(emulator.transport())
    ///     .build()?;
    /// assert_eq!(subscriptions.list().try_collect().await?.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> ClientBuilder<Self> {
        ClientBuilder::in_cloud(())
    }

    pub(crate) fn of(client: &Client) -> Self {
        Self { client: client.with_api_version(Self::API_VERSION) }
    }

    /// Lists the subscriptions that the caller can see.
    ///
    /// Source: [Subscriptions - List](https://learn.microsoft.com/rest/api/resources/subscriptions/list).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// use azvault_management::SubscriptionsClient;
    ///
    /// // On Azure: SubscriptionsClient::new(DefaultAzureCredential::new()?)?
    /// let subscriptions = SubscriptionsClient::builder()
    ///     .endpoint(emulator.management_url())
    ///     .credential(emulator.credential())
    ///     .transport(emulator.transport())
    ///     .build()?;
    /// for subscription in subscriptions.list().try_collect().await? {
    ///     println!("{}", subscription.subscription_id());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Pager<Subscription> {
        let first = self.client.request(Method::Get, &["subscriptions"]);
        Pager::new(self.client.clone(), &LIST, first)
    }

    /// Gets a subscription.
    ///
    /// # Errors
    /// `InvalidInput` for an id that is no GUID; `NotFound`, also for one that the caller may not
    /// see.
    ///
    /// Source: [Subscriptions - Get](https://learn.microsoft.com/rest/api/resources/subscriptions/get).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let subscription = management.subscriptions().get(management.subscription_id()).await?;
    /// assert_eq!(subscription.subscription_id(), management.subscription_id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, id: impl AsRef<str>) -> Call<Subscription> {
        let id = id.as_ref();
        let request = validate::guid("subscription id", id)
            .and_then(|()| self.client.request(Method::Get, &["subscriptions", id]));
        Call::json(self.client.pipeline().clone(), &GET, request)
    }
}
