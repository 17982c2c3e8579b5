//! From a request to its outcome: journal, faults, then the service that the host names.

use std::{borrow::Cow, net::IpAddr, sync::Arc, time::Duration};

use http::StatusCode;
use tokio::sync::RwLock;

use crate::{
    admin::{self, Admin},
    arm::{self, Arm},
    attestation,
    backup::BackupKey,
    certificates::TestIssuer,
    clock::{Clock, wall_now},
    entra::{self, Caller, Tokens},
    faults::{self, Faults, Strike},
    graph,
    host::Site,
    journal::Records,
    journal_file::JournalFile,
    limits::ThrottleState,
    message::{Outcome, Request, Response, json_response},
    operation::{self, Service},
    principal::Principal,
    roles::Roles,
    state::{Ledger, NotWritten},
    vault::{self, VaultMeter, Vaults},
    whole,
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
    pub(crate) journal: Records,
    pub(crate) journal_file: Option<JournalFile>,
    pub(crate) ledger: Ledger,
    /// Whether api-versions that the service does not know are refused.
    pub(crate) strict_api_versions: bool,
    /// How long each answer is held back.
    pub(crate) latency: Duration,
    pub(crate) admin: Admin,
    pub(crate) keeping: whole::Keeping,
    /// Shared by all requests; whoever changes the state as a whole has it alone.
    pub(crate) gate: RwLock<()>,
}

/// Where a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Port {
    Tls,
    /// Plain HTTP, where there is nothing but managed identity.
    Plain,
}

impl Router {
    pub(crate) async fn answer(&self, request: Request) -> Outcome {
        self.answer_at(Port::Tls, request).await
    }

    pub(crate) async fn answer_at(&self, port: Port, request: Request) -> Outcome {
        if admin::concerns(port, &request) {
            // Boxed, as is what else is rare: each future is as large as the largest that it may wait for, and is moved.
            return Outcome::Answer(Box::pin(admin::answer(self, request)).await);
        }
        let vault_time = self.clock.now_for(|| {
            operation::vault(
                Service::of(port, &request.host, &request.path),
                &request.host,
                &request.path,
            )
        });
        let record = self.journal.begin(port, &request, wall_now(), vault_time);
        let line = self.journal_file.as_ref().map(|file| file.begin(&request));
        let notes = Arc::clone(&request.notes);
        let outcome = match self.faults.strike(port, &request) {
            None => self.process(port, &request).await,
            // Boxed, so that requests that nothing strikes do not carry it.
            Some(strike) => Box::pin(self.struck(port, notes.struck(strike), &request)).await,
        };
        faults::pause(self.latency).await;
        self.journal.end(record, &outcome, &notes);
        if let Some(line) = line {
            line.end(&outcome);
        }
        outcome
    }

    /// Answers a request of the emulator's operator, such as a seed: no fault strikes it and no journal has it.
    pub(crate) async fn operate(&self, request: Request) -> Response {
        let principal = Principal::default();
        let tenant = &self.tokens.tenant_id;
        let caller = Caller {
            oid: principal.oid().to_owned(),
            appid: principal.appid().to_owned(),
            tid: tenant.clone(),
            issuer: format!("https://sts.windows.net/{tenant}/"),
            upn: None,
        };
        let _shared = self.gate.read().await;
        let (response, ticket) = match Site::of(&request.host) {
            Site::Management => {
                (arm::operate(self, &caller, &request).await, whole::hand_over(self))
            }
            Site::Vault(site) => {
                let response = vault::operate(self, &site, &caller, &request).await;
                (response, whole::hand_over_rest(self))
            }
            _ => return unknown_host(&request.host),
        };
        if !self.ledger.is_kept() {
            return response;
        }
        match self.ledger.written(ticket).await {
            Ok(()) => response,
            Err(error) => not_written(&error),
        }
    }

    /// How the limits stand that were switched on.
    pub(crate) fn throttle_state(&self) -> Vec<ThrottleState> {
        let times = self.clock.times();
        let now = |vault: Option<&str>| vault.map_or(times.all(), |name| times.of(name));
        let mut state = self.vault_meter.state(now);
        state.extend(self.arm.throttle_state(times.all()));
        state
    }

    /// Forgets what was counted against limits.
    pub(crate) fn clear_throttling(&self) {
        self.vault_meter.clear();
        self.arm.clear_meter();
    }

    /// Processes a request that nothing has struck so far; it still may be, once its caller is known.
    async fn process(&self, port: Port, request: &Request) -> Outcome {
        let response = self.reach(port, request).await;
        match request.notes.strike() {
            None => {
                told(request, &response);
                Outcome::Answer(response)
            }
            // It has not been answered: what strikes it may wait, which is for nobody who holds the gate.
            Some(strike) => Box::pin(self.struck(port, strike, request)).await,
        }
    }

    async fn struck(&self, port: Port, strike: &Strike, request: &Request) -> Outcome {
        match strike.instead(self, port, request).await {
            Some(response) => strike.finish(response).await,
            None => {
                let response = self.route(port, request).await;
                self.finish(port, strike, request, response).await
            }
        }
    }

    async fn finish(
        &self,
        port: Port,
        strike: &Strike,
        request: &Request,
        response: Response,
    ) -> Outcome {
        let response = if strike.repeats() { self.route(port, request).await } else { response };
        strike.finish(response).await
    }

    async fn route(&self, port: Port, request: &Request) -> Response {
        let response = self.reach(port, request).await;
        told(request, &response);
        response
    }

    async fn reach(&self, port: Port, request: &Request) -> Response {
        // What changes the state as a whole has to be answered before this: it would wait for itself.
        let _shared = self.gate.read().await;
        self.kept(port, request).await.unwrap_or_else(|error| not_written(&error))
    }

    /// The answer, once what the request changed, or saw changed, is written. A vault sees to its own.
    async fn kept(&self, port: Port, request: &Request) -> Result<Response, NotWritten> {
        let site = Site::of(&request.host);
        if !self.ledger.is_kept() {
            return Ok(self.dispatch(port, site, request).await);
        }
        let in_vault = matches!(site, Site::Vault(_)) && port == Port::Tls;
        if !in_vault {
            self.ledger.able(whole::ticket(self)).await?;
        }
        let response = self.dispatch(port, site, request).await;
        let ticket = if in_vault { whole::hand_over_rest(self) } else { whole::hand_over(self) };
        self.ledger.written(ticket).await?;
        Ok(response)
    }

    async fn dispatch(&self, port: Port, site: Site, request: &Request) -> Response {
        match site {
            _ if port == Port::Plain => entra::managed_identity(&self.tokens, request),
            Site::Local if attestation::is_attestation(&request.path) => {
                Box::pin(attestation::answer(request)).await
            }
            Site::Local if arm::is_management(&request.path) => {
                Box::pin(arm::answer(self, request)).await
            }
            Site::Local if graph::is_graph(&request.path) => graph::answer(&self.tokens, request),
            Site::Graph => graph::answer(&self.tokens, request),
            Site::Management => Box::pin(arm::answer(self, request)).await,
            Site::Local | Site::Authority => entra::answer(&self.tokens, request),
            Site::Vault(site) => vault::answer(self, &site, request).await,
            Site::Unknown => unknown_host(&request.host),
        }
    }

    /// Waits until what was changed without a request is written.
    pub(crate) async fn written(&self) -> Result<(), NotWritten> {
        if self.ledger.is_kept() {
            self.ledger.written(whole::hand_over(self)).await?;
        }
        Ok(())
    }

    /// Has written what was changed without a request.
    pub(crate) fn hand_over(&self) {
        if self.ledger.is_kept() {
            whole::hand_over(self);
        }
    }
}

/// Neither query nor headers: they are where tokens and signatures travel.
fn told(request: &Request, response: &Response) {
    tracing::info!(
        method = %request.method,
        host = request.host,
        path = %without_people(&request.path),
        status = response.status().as_u16(),
        "answered"
    );
}

/// What was done could not be written: it may be gone after a restart, so nobody is told that it is done.
fn not_written(error: &NotWritten) -> Response {
    let message = format!("The emulator could not write its state: {error}");
    json_response(
        StatusCode::SERVICE_UNAVAILABLE,
        &serde_json::json!({"error": {"code": "ServiceUnavailable", "message": message}}),
    )
}

/// The path without the names of users, which Entra and Graph are asked about by their paths.
fn without_people(path: &str) -> Cow<'_, str> {
    let names = |segment: &str| segment.contains('@') || segment.contains("%40");
    if !path.contains('@') && !path.contains("%40") {
        return Cow::Borrowed(path);
    }
    let segments = path.split('/').map(|segment| if names(segment) { "{user}" } else { segment });
    Cow::Owned(segments.collect::<Vec<_>>().join("/"))
}

fn unknown_host(host: &str) -> Response {
    let message = format!("The host '{host}' is not served by this emulator.");
    json_response(
        StatusCode::MISDIRECTED_REQUEST,
        &serde_json::json!({"error": {"code": "UnknownHost", "message": message}}),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_users_name_is_logged() {
        assert_eq!(without_people("/common/userrealm/ada@contoso.com"), "/common/userrealm/{user}");
        assert_eq!(without_people("/v1.0/users/ada%40contoso.com/x"), "/v1.0/users/{user}/x");
        assert_eq!(without_people("/keys//k/"), "/keys//k/");
    }
}
