//! Making a vault, and waiting until it is ready.

use std::{future::IntoFuture, time::Duration};

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Client, ErrorKind, Operation, Poller, Result,
    call::{CallFuture, CallOptions},
    call_builder,
    poller::{PollState, ProvisioningState, ResumeToken},
};

use super::{VaultsClient, advice};
use crate::{Vault, VaultCreateOrUpdateParameters, patience::within, providers::with_registration};

static CREATE: Operation =
    Operation::idempotent("vaults.begin_create_or_update").with_advice(create_advice);

fn create_advice(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::Conflict => Some(
            "look for the name in vaults().list_deleted(): recover the vault with create_mode(CreateMode::Recover), or purge it with begin_purge_deleted, which cannot be undone; a name that somebody else has taken needs another; what is locked, changed by somebody else or not registered for vaults, the message says",
        ),
        ErrorKind::NotFound => Some(
            "make the resource group first, with resource_groups().create_or_update(name, location); a vault to be recovered must be in list_deleted()",
        ),
        other => advice(other),
    }
}

/// Makes a vault; made by [`VaultsClient::begin_create_or_update`].
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct BeginCreateOrUpdate {
    vaults: VaultsClient,
    resource_group: String,
    name: String,
    parameters: VaultCreateOrUpdateParameters,
    options: CallOptions,
}

impl BeginCreateOrUpdate {
    pub(super) fn new(
        vaults: VaultsClient,
        resource_group: String,
        name: String,
        parameters: VaultCreateOrUpdateParameters,
    ) -> Self {
        Self { vaults, resource_group, name, parameters, options: CallOptions::default() }
    }

    pub(super) fn resume(client: Client, token: &ResumeToken) -> Result<Poller<Vault>> {
        let pipeline = client.pipeline().clone();
        let strategy = ProvisioningState::resume(client, CREATE.name(), token)?;
        Ok(Poller::new(pipeline, &CREATE, strategy))
    }

    /// The same, giving the vault as the first answer has it.
    pub(crate) fn put(self) -> Call<Vault> {
        Call::json(self.vaults.place.client.pipeline().clone(), &CREATE, self.request())
    }

    fn request(&self) -> Result<Request> {
        let segments = self.vaults.vault(&self.resource_group, &self.name, &[])?;
        let parameters = self.parameters.clone().settled()?;
        self.vaults.place.client.request_json(Method::Put, &segments, &parameters)
    }

    fn call(self) -> Call<Poller<Vault>> {
        let request = self.request();
        let pipeline = self.vaults.place.client.pipeline().clone();
        Call::new(pipeline.clone(), &CREATE, request, move |answer| {
            let segments = self.vaults.vault(&self.resource_group, &self.name, &[])?;
            let client = self.vaults.place.client.clone();
            let strategy = ProvisioningState::new(client, CREATE.name(), &segments)?;
            let poller = Poller::new(pipeline, &CREATE, strategy).begun_by(answer);
            Ok(match ProvisioningState::read(answer)? {
                PollState::Done(vault) => poller.ready(vault),
                _ => poller,
            })
        })
    }
}

call_builder!(BeginCreateOrUpdate => Poller<Vault>);

/// Makes a vault and waits for it; made by [`VaultsClient::create_or_update`].
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct CreateOrUpdate {
    begin: BeginCreateOrUpdate,
    limit: Option<Duration>,
    registers: bool,
}

impl CreateOrUpdate {
    pub(super) fn new(begin: BeginCreateOrUpdate) -> Self {
        Self { begin, limit: None, registers: true }
    }

    /// How long to wait for the vault to be ready, the call that begins included. Unless set, 10
    /// min after that call.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Whether to register the subscription for `Microsoft.KeyVault` where Resource Manager asks
    /// for it, which needs `Microsoft.KeyVault/register/action`, and then to go on. It is, unless
    /// set.
    pub fn with_registration(mut self, registers: bool) -> Self {
        self.registers = registers;
        self
    }

    /// Sends the call and waits; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(self) -> Result<Vault> {
        let vaults = self.begin.vaults.clone();
        let clock = vaults.place.client.pipeline().clock().clone();
        let Self { mut begin, limit, registers } = self;
        let subject = format!("the vault {}", begin.name);
        if let Some(limit) = limit {
            begin = begin.with_timeout(limit);
        }
        let work = async {
            let poller = match registers {
                true => with_registration(&vaults, || begin.clone().send()).await?,
                false => begin.clone().send().await?,
            };
            match limit {
                Some(limit) => poller.with_timeout(limit).wait().await,
                None => poller.wait().await,
            }
        };
        match limit {
            Some(limit) => within(&*clock, limit, &subject, work).await,
            None => work.await,
        }
    }
}

impl IntoFuture for CreateOrUpdate {
    type Output = Result<Vault>;
    type IntoFuture = CallFuture<Vault>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
