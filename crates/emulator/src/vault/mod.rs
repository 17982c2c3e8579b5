//! The data plane: vaults and managed HSMs, from the token check to the answer's headers.
//!
//! What a request does to keys and secrets is in [`crate::keys`] and [`crate::secrets`]; the order of the
//! checks is here.

mod access;
mod action;
mod administrators;
mod authentication;
mod behalf;
mod error;
mod front_door;
mod geography;
mod headers;
mod kept;
mod limits;
mod meter;
mod network;
mod policy;
mod policy_history;
mod query;
mod registry;
mod reply;
mod route;
mod versions;
mod written;

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use http::Method;
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) use access::Access;
pub(crate) use action::Action;
pub(crate) use administrators::Administrators;
pub(crate) use behalf::OnBehalf;
pub(crate) use error::ServiceError;
pub(crate) use kept::LoadedVaults;
pub use limits::VaultLimits;
pub(crate) use meter::VaultMeter;
pub(crate) use network::{Ipv4Range, NetworkRules, PublicAccess};
pub(crate) use policy::{AccessPolicy, Permissions};
pub(crate) use policy_history::{FormerPolicies, PolicyHistory};
pub(crate) use query::Query;
pub(crate) use registry::{Found, Vault, VaultProperties, VaultSettings, Vaults};
pub(crate) use reply::Reply;
pub(crate) use route::{CertificateRoute, KeyRoute, ObjectRoute, Operation, SecretRoute};

use crate::{
    certificates,
    entra::Caller,
    faults,
    host::{Site, VaultKind, VaultSite},
    keys,
    message::{Body, Request, Response, max_body, tell_empty},
    objects::ObjectKind,
    router::Router,
    secrets,
};
use geography::geography;
use headers::REGION;
use route::Route;

/// What the handlers of one request need to know.
pub(crate) struct Context<'a> {
    pub(crate) router: &'a Router,
    pub(crate) site: &'a VaultSite,
    pub(crate) vault: &'a Vault,
    /// The vault's settings when the request came.
    settings: &'a VaultSettings,
    pub(crate) properties: &'a VaultProperties,
    pub(crate) caller: &'a Caller,
    pub(crate) query: &'a Query,
    /// The role assignment that let the caller in, once it did.
    grant: &'a OnceLock<Uuid>,
}

/// Answers a request to a vault's or a managed HSM's host.
pub(crate) async fn answer(router: &Router, site: &VaultSite, request: &Request) -> Response {
    if let Some(page) = front_door::refuse(&request.path) {
        return page;
    }
    let id = Uuid::new_v4();
    let grant = OnceLock::new();
    let address = client_address(router, request);
    // Looked for once: the request goes by what it found.
    let (vault, gone) = match router.vaults.find(site) {
        Found::Open(vault) => (Some(vault), false),
        Found::Nothing => (None, false),
        Found::Gone => (None, true),
    };
    let settings = vault.as_ref().map(|vault| vault.settings());
    let of_vault = settings.as_ref().and_then(|settings| settings.tenant.as_deref());
    let tenant = of_vault.unwrap_or(&router.tokens.tenant_id);
    let mut response = if gone {
        // The service's name would not resolve any more: there is no challenge to give.
        ServiceError::vault_gone(&site.name).into_response(site.kind, &id)
    } else {
        match authentication::authenticate(&router.tokens, tenant, site, request, &id) {
            // Before anything else, as the service does: clients send their first request bare.
            Err(challenge) => *challenge,
            Ok(caller) => {
                if let Some(unanswered) = faults::meet(router, request, &caller) {
                    return unanswered;
                }
                let found = vault.zip(settings.clone());
                match authorized(router, site, found, &caller, request, &grant).await {
                    Ok(reply) => reply.into_response(),
                    Err(error) => error.into_response(site.kind, &id),
                }
            }
        }
    };
    let region = settings.as_ref().map_or(REGION, |settings| settings.location.as_str());
    headers::add(&mut response, site.kind, region, address, request, &id);
    headers::add_grant(&mut response, grant.get());
    if request.method == Method::HEAD {
        // A refusal too has no body then.
        *response.body_mut() = Bytes::new();
    } else {
        tell_empty(&mut response);
    }
    response
}

/// Gives a made-up answer the headers that the data plane's answers have.
pub(crate) fn dress(router: &Router, request: &Request, response: &mut Response) {
    if let Site::Vault(site) = Site::of(&request.host) {
        let settings = match router.vaults.find(&site) {
            Found::Open(vault) => Some(vault.settings()),
            Found::Nothing | Found::Gone => None,
        };
        let region = settings.as_ref().map_or(REGION, |settings| settings.location.as_str());
        let address = client_address(router, request);
        headers::add(response, site.kind, region, address, request, &Uuid::new_v4());
    }
}

/// `found` is the vault as the request found it; one that nobody has named yet comes into being here.
async fn authorized(
    router: &Router,
    site: &VaultSite,
    found: Option<(Arc<Vault>, Arc<VaultSettings>)>,
    caller: &Caller,
    request: &Request,
    grant: &OnceLock<Uuid>,
) -> Result<Reply, ServiceError> {
    let query = Query::parse(request.query.as_deref())?;
    if router.strict_api_versions {
        versions::check(&query.api_version)?;
    }
    let route = Route::parse(&request.method, &request.path)?;
    let body = match &request.body {
        Body::Whole(bytes) => bytes.as_ref(),
        Body::TooLarge => return Err(ServiceError::body_too_large(max_body(&request.path))),
    };
    let (vault, settings) = match found {
        Some(found) => found,
        None => {
            let new = router.vaults.open(site);
            let vault = new.ok_or_else(|| ServiceError::vault_gone(&site.name))?;
            let settings = vault.settings();
            (vault, settings)
        }
    };
    let context = Context {
        router,
        site,
        vault: &vault,
        settings: &settings,
        properties: &settings.properties,
        caller,
        query: &query,
        grant,
    };
    network::check(&context, client_address(router, request))?;
    router.vault_meter.count(&context, &route, body)?;
    perform(&context, &vault, route, request, body).await
}

/// Does it for a caller that is let in, and has written what it changed.
async fn perform(
    context: &Context<'_>,
    vault: &Vault,
    route: Route,
    request: &Request,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    let router = context.router;
    if !router.ledger.is_kept() {
        return act(context, route, request, body).await;
    }
    vault.able(router).await?;
    let answer = act(context, route, request, body).await;
    // Refusals and reads too: the clock may have changed something, and what another request changed was seen.
    vault.written(router).await?;
    answer
}

/// Does what a request of the emulator's operator asks for, whatever policies, roles, network rules and limits say.
pub(crate) async fn operate(
    router: &Router,
    site: &VaultSite,
    caller: &Caller,
    request: &Request,
) -> Response {
    match operated(router, site, caller, request).await {
        Ok(reply) => reply.into_response(),
        Err(error) => error.into_response(site.kind, &Uuid::new_v4()),
    }
}

async fn operated(
    router: &Router,
    site: &VaultSite,
    caller: &Caller,
    request: &Request,
) -> Result<Reply, ServiceError> {
    let route = Route::parse(&request.method, &request.path)?;
    let Body::Whole(body) = &request.body else {
        return Err(ServiceError::body_too_large(max_body(&request.path)));
    };
    let gone = || ServiceError::vault_gone(&site.name);
    let vault = router.vaults.open(site).ok_or_else(gone)?;
    let behalf =
        OnBehalf::of(router, caller, Arc::clone(&vault), &site.authority).ok_or_else(gone)?;
    perform(&behalf.context(), &vault, route, request, body).await
}

/// Does it to the vault's objects.
async fn act(
    context: &Context<'_>,
    route: Route,
    request: &Request,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    let kind = context.site.kind;
    match route {
        Route::Keys(route) => keys::answer(context, route, body).await,
        // A pool holds keys only.
        Route::Secrets(route) if kind == VaultKind::Vault => {
            secrets::catch_up(context, &route).await?;
            secrets::answer(context, route, body)
        }
        Route::Certificates(route) if kind == VaultKind::Vault => {
            // Boxed, so that other requests do not carry it.
            Box::pin(certificates::answer(context, route, body)).await
        }
        Route::Secrets(_) | Route::Certificates(_) | Route::Unsupported => {
            Err(ServiceError::unsupported(&request.method, &request.path))
        }
    }
}

/// Where the caller calls from, as the vault sees it.
fn client_address(router: &Router, request: &Request) -> IpAddr {
    network::seen(router.client_address.unwrap_or(request.peer))
}

impl Context<'_> {
    /// The vault's present time.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.router.clock.now_of(&self.vault.name)
    }

    /// Refuses the request unless its caller may do this to the objects of that kind.
    pub(crate) fn authorize(
        &self,
        kind: ObjectKind,
        action: Action,
        name: Option<&str>,
    ) -> Result<(), ServiceError> {
        access::authorize(self, kind, action, name)
    }

    /// Refuses to give random bytes to whom a managed HSM does not serve.
    pub(crate) fn authorize_random_bytes(&self) -> Result<(), ServiceError> {
        match &self.settings.access {
            Access::Administrators(administrators) => administrators.check(self, "rng/action", "/"),
            _ => Ok(()),
        }
    }

    /// The caller, as texts name it.
    fn caller_line(&self) -> String {
        let Caller { appid, oid, issuer, .. } = self.caller;
        format!("Caller: appid={appid};oid={oid};iss={issuer}")
    }

    /// The vault, as texts name it.
    fn vault_line(&self) -> String {
        format!("Vault: {};location={}", self.vault.name, self.region())
    }

    /// The region that texts name.
    pub(crate) fn region(&self) -> &str {
        &self.settings.location
    }

    /// Refuses keys in hardware in a vault of the standard tier.
    pub(crate) fn check_hardware(&self) -> Result<(), ServiceError> {
        let allowed = self.settings.premium || self.vault.kind == VaultKind::ManagedHsm;
        if allowed { Ok(()) } else { Err(ServiceError::hardware_needs_premium()) }
    }

    /// Whether keys may be made exportable here: not in the standard tier, nor before 7.3.
    pub(crate) fn can_export(&self) -> bool {
        self.vault.kind == VaultKind::ManagedHsm
            || (self.settings.premium && self.query.is_at_least_7_3())
    }

    /// Where a backup of this vault may be restored: vaults of the same subscription and geography, and of the
    /// managed HSMs only the same one, since each has a security domain of its own.
    pub(crate) fn backup_scope(&self) -> String {
        match self.vault.kind {
            VaultKind::Vault => {
                format!("{}/{}", self.settings.subscription, geography(&self.settings.location))
            }
            VaultKind::ManagedHsm => format!("pool/{}", self.vault.name),
        }
    }

    /// The URL of something in this vault, on the host that the client named.
    pub(crate) fn url(&self, path: &str) -> String {
        ["https://", &self.site.authority, "/", path].concat()
    }
}
