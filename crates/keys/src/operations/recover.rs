//! Recovering deleted keys.

use azure_core::http::Method;
use azvault_core::{
    Call, Client, Operation, Poller, Result,
    call::CallOptions,
    call_builder,
    poller::{ResourceState, ResumeToken},
    validate_name,
};

use crate::{
    KeyBundle,
    client::{advice, poller},
};

static RECOVER: Operation = Operation::idempotent("begin_recover_deleted_key").with_advice(advice);

/// Begins to recover a deleted key; made by
/// [`KeyClient::begin_recover_deleted_key`](crate::KeyClient::begin_recover_deleted_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct BeginRecoverDeletedKey {
    client: Client,
    name: String,
    options: CallOptions,
}

impl BeginRecoverDeletedKey {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name, options: CallOptions::default() }
    }

    pub(crate) fn resume(client: Client, token: &ResumeToken) -> Result<Poller<KeyBundle>> {
        let pipeline = client.pipeline().clone();
        let strategy = ResourceState::resume(client, RECOVER.name(), token)?;
        Ok(Poller::new(pipeline, &RECOVER, strategy))
    }

    fn call(self) -> Call<Poller<KeyBundle>> {
        let request = validate_name("key", &self.name).and_then(|()| {
            self.client.request(Method::Post, &["deletedkeys", &self.name, "recover"])
        });
        let pipeline = self.client.pipeline().clone();
        Call::json(pipeline, &RECOVER, request)
            .map(move |begun| poller(self.client, &RECOVER, &["keys", &self.name], begun))
    }
}

call_builder!(BeginRecoverDeletedKey => Poller<KeyBundle>);
