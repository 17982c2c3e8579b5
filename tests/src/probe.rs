//! A client with one operation of each sort.

use std::sync::Arc;

use azure_core::http::Method;
use azvault_core::{
    Call, Client, ClientBuilder, Operation, Pager, Poller, Result, ServiceClient,
    pager::Continuation,
    poller::{ResourceState, ResumeToken},
};
use serde_json::Value;

use crate::{Clerk, Script};

/// A vault whose audience is known.
pub const KNOWN: &str = "https://v.vault.azure.net";
/// A vault that must be asked what it requires; `https://vault.example:8443` is its resource.
pub const LOCAL: &str = "https://v.vault.example:8443";

static GET: Operation = Operation::idempotent("get_thing");
static LIST: Operation = Operation::idempotent("list_things");
static UPDATE: Operation = Operation::idempotent("update_thing");
static DELETE: Operation = Operation::idempotent("begin_delete_thing");
static CREATE: Operation = Operation::makes_version("create_thing");

/// A client over core alone. Its models are JSON as it came.
#[derive(Clone, Debug)]
pub struct ProbeClient(Client);

impl ServiceClient for ProbeClient {
    const API_VERSION: &'static str = "7.6";

    type Seed = ();

    fn from_client(client: Client, (): ()) -> Result<Self> {
        Ok(Self(client))
    }
}

impl ProbeClient {
    /// A builder for a client of `vault` that sends through `script` and asks `clerk` for tokens.
    pub fn builder(vault: &str, script: &Arc<Script>, clerk: &Arc<Clerk>) -> ClientBuilder<Self> {
        ClientBuilder::new(vault, ()).transport(script.transport()).credential(clerk.clone())
    }

    /// The shared part.
    pub fn client(&self) -> &Client {
        &self.0
    }

    /// Reads a thing.
    pub fn get(&self, name: &str) -> Call<Value> {
        let request = self.0.request(Method::Get, &["things", name]);
        Call::json(self.0.pipeline().clone(), &GET, request)
    }

    /// Makes a new version of a thing.
    pub fn create(&self, name: &str, body: &Value) -> Call<Value> {
        let request = self.0.request_json(Method::Post, &["things", name, "create"], body);
        Call::json(self.0.pipeline().clone(), &CREATE, request)
    }

    /// Changes a thing; the same when done twice.
    pub fn update(&self, name: &str, body: &Value) -> Call<Value> {
        let request = self.0.request_json(Method::Put, &["things", name], body);
        Call::json(self.0.pipeline().clone(), &UPDATE, request)
    }

    /// Lists things, from the start or from where an earlier list ended.
    pub fn list(&self, from: Option<Continuation>) -> Pager<Value> {
        let request = self.0.request(Method::Get, &["things"]);
        let list = Pager::new(self.0.clone(), &LIST, request);
        match from {
            Some(from) => list.continue_from(from),
            None => list,
        }
    }

    /// Begins to delete a thing.
    ///
    /// # Errors
    /// What the service reports.
    pub async fn begin_delete(&self, name: &str) -> Result<Poller<Value>> {
        let request = self.0.request(Method::Delete, &["things", name]);
        let begun = Call::json(self.0.pipeline().clone(), &DELETE, request).await?;
        let state =
            ResourceState::new(self.0.clone(), DELETE.name(), &["deletedthings", name], begun)?;
        Ok(Poller::new(self.0.pipeline().clone(), &DELETE, state))
    }

    /// Goes on with a deletion that perhaps another process began.
    ///
    /// # Errors
    /// `InvalidInput` for a token of another operation or vault.
    pub fn resume_delete(&self, token: &ResumeToken) -> Result<Poller<Value>> {
        let state = ResourceState::resume(self.0.clone(), DELETE.name(), token)?;
        Ok(Poller::new(self.0.pipeline().clone(), &DELETE, state))
    }
}
