//! The contenders around one server, each set up in the same way.

use std::sync::Arc;

use anyhow::Result;
use azure_core::http::Transport;
use tokio::runtime::Runtime;

use crate::{
    contenders::{Counting, Official, Ours, Raw, reqwest_client, token},
    harness::runtime,
    server::Server,
};

/// The contenders and what they talk to.
pub(super) struct Table {
    pub(super) ours: Ours,
    pub(super) raw: Raw,
    pub(super) official: Official,
    pub(super) runtime: Runtime,
    pub(super) server: Server,
}

impl Table {
    pub(super) fn set(http1: bool) -> Result<Self> {
        let server = Server::start(if http1 { &["--http1"] } else { &[] })?;
        let (url, ca_pem) = (server.vault_url(), server.ca_pem());
        let ours = Ours::new(&url, ca_pem, Counting::new())?;
        let raw = Raw::new(reqwest_client(ca_pem)?, &url, token());
        let transport = Transport::new(Arc::new(reqwest_client(ca_pem)?));
        let official = Official::over(&url, transport, Counting::new())?;
        Ok(Self { ours, raw, official, runtime: runtime()?, server })
    }
}
