//! Removing deleted vaults for good.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Client, ErrorKind, Operation, Poller, Result,
    call::CallOptions,
    call_builder,
    poller::{Location, ResumeToken},
};

use super::{VaultsClient, advice};

static PURGE: Operation =
    Operation::idempotent("vaults.begin_purge_deleted").with_advice(purge_advice);

fn purge_advice(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::BadRequest | ErrorKind::Forbidden => Some(
            "purge protection, if the vault has it, can only be waited for: vaults().get_deleted(location, name) says when the service itself will purge it; until then it can be recovered, by ensure_vault for instance",
        ),
        other => advice(other),
    }
}

/// Begins to purge a deleted vault; made by [`VaultsClient::begin_purge_deleted`].
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct BeginPurgeDeleted {
    vaults: VaultsClient,
    location: String,
    name: String,
    options: CallOptions,
}

impl BeginPurgeDeleted {
    pub(super) fn new(vaults: VaultsClient, location: String, name: String) -> Self {
        Self { vaults, location, name, options: CallOptions::default() }
    }

    pub(super) fn resume(client: Client, token: &ResumeToken) -> Result<Poller<()>> {
        Location::resume_poller(client, &PURGE, token)
    }

    fn request(&self) -> Result<Request> {
        let segments = self.vaults.place.deleted(&self.location, &self.name, &["purge"])?;
        let mut request = self.vaults.place.client.request(Method::Post, &segments)?;
        request.insert_header("content-length", "0");
        Ok(request)
    }

    fn call(self) -> Call<Poller<()>> {
        let request = self.request();
        let client = self.vaults.place.client;
        Call::new(client.pipeline().clone(), &PURGE, request, move |answer| {
            Location::poller(client, &PURGE, answer)
        })
    }
}

call_builder!(BeginPurgeDeleted => Poller<()>);
