//! Resource providers: whether a subscription may have vaults at all.

mod registration;

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Client, Error, ErrorKind, Operation, Poller, Result, poller::ResumeToken,
};
pub(crate) use registration::{is_missing, with_registration};

use self::registration::Registration;
use crate::Provider;

static GET: Operation = Operation::idempotent("providers.get");
static REGISTER: Operation = Operation::idempotent("providers.begin_register").with_advice(advice);

fn advice(kind: ErrorKind) -> Option<&'static str> {
    matches!(kind, ErrorKind::Forbidden | ErrorKind::ForbiddenByRbac).then_some(
        "have somebody who may (an owner or a contributor of the subscription) register the provider, once",
    )
}

/// The provider that makes vaults.
pub(crate) const KEY_VAULT: &str = "Microsoft.KeyVault";

/// Reads and registers the resource providers of a subscription; made by
/// [`KeyVaultManagementClient::providers`](crate::KeyVaultManagementClient::providers).
#[derive(Clone, Debug)]
pub struct ProvidersClient {
    client: Client,
    subscription_id: String,
}

impl ProvidersClient {
    pub(crate) fn new(client: Client, subscription_id: String) -> Self {
        Self { client, subscription_id }
    }

    /// Gets a provider by its namespace, `Microsoft.KeyVault` for instance.
    ///
    /// Needs `Microsoft.Resources/subscriptions/providers/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a namespace that cannot be one; `NotFound`.
    ///
    /// Source: [Providers - Get](https://learn.microsoft.com/rest/api/resources/providers/get).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let provider = management.providers().get("Microsoft.KeyVault").await?;
    /// println!("{:?}", provider.registration_state());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, namespace: impl AsRef<str>) -> Call<Provider> {
        let request = self.request(Method::Get, namespace.as_ref(), None);
        Call::json(self.client.pipeline().clone(), &GET, request)
    }

    /// Begins to register a provider, so that the subscription may have its resources. Making a
    /// vault does so by itself where it must.
    ///
    /// Needs the provider's `register/action`, `Microsoft.KeyVault/register/action` for instance.
    ///
    /// # Errors
    /// `InvalidInput` for a namespace that cannot be one; `Forbidden`; `NotFound`.
    ///
    /// Source: [Providers - Register](https://learn.microsoft.com/rest/api/resources/providers/register).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let providers = management.providers();
    /// let token = providers.begin_register("Microsoft.KeyVault").await?.resume_token();
    /// // Perhaps in another process:
    /// let provider = providers.resume_register(&token)?.wait().await?;
    /// println!("{:?}", provider.registration_state());
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_register(&self, namespace: impl AsRef<str>) -> Call<Poller<Provider>> {
        let namespace = namespace.as_ref();
        let request = self.request(Method::Post, namespace, Some("register")).map(|mut request| {
            request.insert_header("content-length", "0");
            request
        });
        let look = self.request(Method::Get, namespace, None);
        let (client, pipeline) = (self.client.clone(), self.client.pipeline().clone());
        Call::new(pipeline.clone(), &REGISTER, request, move |answer| {
            let registration = Registration::new(client, REGISTER.name(), look?.url().clone());
            let poller = Poller::new(pipeline, &REGISTER, registration);
            Ok(match Registration::read(answer)? {
                Some(provider) => poller.ready(provider),
                None => poller,
            })
        })
    }

    /// Goes on with what [`begin_register`](Self::begin_register) began, perhaps in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_register(&self, token: &ResumeToken) -> Result<Poller<Provider>> {
        let (client, pipeline) = (self.client.clone(), self.client.pipeline().clone());
        let url = token.url_on(client.endpoint(), REGISTER.name())?;
        let registration = Registration::new(client, REGISTER.name(), url);
        Ok(Poller::new(pipeline, &REGISTER, registration))
    }

    fn request(&self, method: Method, namespace: &str, verb: Option<&str>) -> Result<Request> {
        let valid = !namespace.is_empty()
            && namespace.split('.').all(|part| {
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
        if !valid {
            return Err(Error::invalid_input(format!(
                "{namespace:?} is no resource provider's namespace, like {KEY_VAULT}"
            )));
        }
        let mut segments = vec!["subscriptions", &self.subscription_id, "providers", namespace];
        segments.extend(verb);
        self.client.request(method, &segments)
    }
}
