//! From a request to its outcome: journal, faults, then the service that the host names.

use std::{net::IpAddr, time::Duration};

use http::StatusCode;

use crate::{
    arm::{self, Arm},
    attestation,
    backup::BackupKey,
    certificates::TestIssuer,
    clock::Clock,
    entra::{self, Tokens},
    faults::{Fault, Faults},
    host::Site,
    journal::Journal,
    journal_file::JournalFile,
    message::{Outcome, Request, Response, json_response},
    roles::Roles,
    vault::{self, VaultMeter, Vaults},
};

/// Everything a request can reach; one per emulator, shared by all its connections.
#[derive(Debug)]
pub(crate) struct Router {
    pub(crate) tokens: Tokens,
    pub(crate) vaults: Vaults,
    pub(crate) vault_meter: VaultMeter,
    pub(crate) arm: Arm,
    pub(crate) roles: Roles,
    /// In place of the address that a request comes from.
    pub(crate) client_address: Option<IpAddr>,
    pub(crate) clock: Clock,
    pub(crate) backups: BackupKey,
    pub(crate) certificate_issuer: TestIssuer,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    pub(crate) journal_file: Option<JournalFile>,
    /// Whether api-versions that the service does not know are refused.
    pub(crate) strict_api_versions: bool,
    /// How long each answer is held back.
    pub(crate) latency: Duration,
}

impl Router {
    pub(crate) async fn answer(&self, request: Request) -> Outcome {
        let record = self.journal.begin(&request);
        let line = self.journal_file.as_ref().map(|file| file.begin(&request));
        let outcome = match self.faults.strike(&request) {
            None => Outcome::Answer(self.route(request).await),
            Some(Fault::Answer(response)) => Outcome::Answer(response),
            Some(Fault::Disconnect) => Outcome::Disconnect,
            Some(Fault::LoseAnswer) => {
                self.route(request).await;
                Outcome::Disconnect
            }
            Some(Fault::Truncate(len)) => Outcome::Truncated(self.route(request).await, len),
        };
        if !self.latency.is_zero() {
            hold_back(self.latency).await;
        }
        self.journal.end(record, &outcome);
        if let Some(line) = line {
            line.end(&outcome);
        }
        outcome
    }

    async fn route(&self, request: Request) -> Response {
        let (method, host, path) =
            (request.method.clone(), request.host.clone(), request.path.clone());
        let response = match Site::of(&request.host) {
            Site::Local if attestation::is_attestation(&request.path) => {
                attestation::answer(&request).await
            }
            Site::Local if arm::is_management(&request.path) => arm::answer(self, &request).await,
            Site::Management => arm::answer(self, &request).await,
            Site::Local | Site::Authority => entra::answer(&self.tokens, &request),
            Site::Vault(site) => vault::answer(self, &site, request).await,
            Site::Unknown => unknown_host(&request.host),
        };
        // Neither query nor headers: they are where tokens and signatures travel.
        tracing::info!(%method, host, path, status = response.status().as_u16(), "answered");
        response
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client waits by its own clock, not by that of the vaults, which a test moves"
)]
async fn hold_back(latency: Duration) {
    tokio::time::sleep(latency).await;
}

fn unknown_host(host: &str) -> Response {
    let message = format!("The host '{host}' is not served by this emulator.");
    json_response(
        StatusCode::MISDIRECTED_REQUEST,
        &serde_json::json!({"error": {"code": "UnknownHost", "message": message}}),
    )
}
