//! The management plane (ARM): subscriptions, resource groups, and the vaults in them.
//!
//! A vault made here drives the data plane in [`crate::vault`] by its settings; nothing there calls back.

mod account;
mod actions;
mod authentication;
mod authorization;
mod contents;
mod error;
mod groups;
mod headers;
mod kept;
mod locations;
mod managed_hsms;
mod metering;
mod names;
mod odata;
mod operations;
mod page;
mod part;
mod private_endpoints;
mod providers;
mod query;
mod registration;
mod reply;
mod resources;
mod route;
mod site;
mod state;
mod tags;
mod vaults;
mod versions;

use std::{sync::MutexGuard, time::Duration};

use http::{HeaderValue, Method, header};
use serde::{Serialize, de::DeserializeOwned};
use time::OffsetDateTime;

use crate::{
    clock::Times,
    entra::Caller,
    faults,
    limits::ResourceManagerLimits,
    message::{Body, Request, Response, json_response, tell_empty},
    operation,
    router::Router,
};
use authentication::Unauthorized;
use error::ArmError;
use headers::By;
pub(crate) use kept::LoadedArm;
use metering::Remaining;
use part::VaultPart;
use providers::Provider;
use query::Query;
use reply::Reply;
use route::Route;
pub(crate) use route::is_management;
use site::ArmSite;
pub(crate) use state::Arm;
use state::State;
use vaults::connections::{self, Target};

/// What the management plane of an emulator goes by.
#[derive(Clone, Debug)]
pub(crate) struct ArmSettings {
    /// The one that the list of subscriptions shows.
    pub(crate) subscription_id: String,
    pub(crate) provisioning_lag: Duration,
    /// How long a managed HSM is made, changed and recovered, and how long deleted.
    pub(crate) hsm_provisioning_lag: Duration,
    pub(crate) hsm_deletion_lag: Duration,
    pub(crate) purge_lag: Duration,
    /// Whether subscriptions may use the provider without asking.
    pub(crate) provider_registered: bool,
    pub(crate) registration_lag: Duration,
    /// `None`: there is no limit.
    pub(crate) limits: Option<ResourceManagerLimits>,
    pub(crate) parallel_changes_conflict: bool,
}

/// What the handlers of one request need to know.
struct Context<'a> {
    router: &'a Router,
    site: &'a ArmSite,
    caller: &'a Caller,
    query: &'a Query,
    /// By the clock of the vault that the request is about, or by that of all.
    now: OffsetDateTime,
    times: &'a Times,
    /// How many changes of vaults there had been when the request began.
    begun: u64,
    body: &'a [u8],
}

/// Answers a request to the management plane.
pub(crate) async fn answer(router: &Router, request: &Request) -> Response {
    let site = ArmSite::of(&request.host);
    let mut challenge = None;
    let mut remaining = Remaining::unlimited(&request.method);
    let answer = match Route::parse(&request.path) {
        Err(error) => Err(error),
        // Read before anybody signs in: it tells where to.
        Ok(Route::MetadataEndpoints) if request.method == Method::GET => {
            Query::parse(request.query.as_deref())
                .and_then(|query| account::metadata_endpoints(&site, &query))
        }
        Ok(route) => match authentication::authenticate(&router.tokens, &site, request) {
            Ok(caller) => {
                if let Some(unanswered) = faults::meet(router, request, &caller) {
                    return unanswered;
                }
                match router.arm.count(request, &caller, router.clock.now()) {
                    Ok(counted) => {
                        remaining = counted;
                        authorized(router, &site, &caller, request, route).await
                    }
                    Err(error) => Err(error),
                }
            }
            Err(Unauthorized { error, challenge: value }) => {
                challenge = value;
                Err(error)
            }
        },
    };
    match answer {
        Ok(reply) => succeeded(reply, request, remaining),
        Err(error) => refused(&error, challenge, request, remaining),
    }
}

/// Does what a request of the emulator's operator asks for, whom no token check and no limit stops.
pub(crate) async fn operate(router: &Router, caller: &Caller, request: &Request) -> Response {
    let site = ArmSite::of(&request.host);
    let remaining = Remaining::unlimited(&request.method);
    let answer = match Route::parse(&request.path) {
        Ok(route) => authorized(router, &site, caller, request, route).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(reply) => succeeded(reply, request, remaining),
        Err(error) => refused(&error, None, request, remaining),
    }
}

/// Gives a made-up answer the headers that the management plane's answers have.
pub(crate) fn dress(request: &Request, response: &mut Response) {
    let remaining = Remaining::unlimited(&request.method);
    headers::add(response.headers_mut(), By::GatewayFailure, request, remaining);
}

fn succeeded(reply: Reply, request: &Request, remaining: Remaining) -> Response {
    let by = if reply.provider { By::Provider } else { By::Gateway };
    let has_body = !reply.body.is_empty();
    let mut response = Response::new(reply.body.into());
    *response.status_mut() = reply.status;
    headers::add(response.headers_mut(), by, request, remaining);
    if has_body {
        headers::json(response.headers_mut());
    } else if request.method != Method::HEAD {
        tell_empty(&mut response);
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn refused(
    error: &ArmError,
    challenge: Option<HeaderValue>,
    request: &Request,
    remaining: Remaining,
) -> Response {
    #[derive(Serialize)]
    struct Envelope<'a> {
        error: CloudError<'a>,
    }
    #[derive(Serialize)]
    struct CloudError<'a> {
        code: &'a str,
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        details: Option<[Detail<'a>; 1]>,
    }
    #[derive(Serialize)]
    struct Detail<'a> {
        code: &'a str,
        target: &'a str,
        message: &'a str,
    }
    let (code, message) = (error.code, &*error.message);
    let details = error.target.map(|target| [Detail { code, target, message }]);
    let envelope = Envelope { error: CloudError { code, message, details } };
    let mut response = json_response(error.status, &envelope);
    let by = if error.gateway { By::GatewayFailure } else { By::Provider };
    headers::add(response.headers_mut(), by, request, remaining);
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    authentication::add_challenge(response.headers_mut(), challenge);
    if request.method == Method::HEAD {
        *response.body_mut() = bytes::Bytes::new();
    }
    response
}

async fn authorized(
    router: &Router,
    site: &ArmSite,
    caller: &Caller,
    request: &Request,
    route: Route,
) -> Result<Reply, ArmError> {
    let query = Query::parse(request.query.as_deref())?;
    let body = match &request.body {
        Body::Whole(bytes) => bytes.as_ref(),
        Body::TooLarge => return Err(ArmError::body_too_large()),
    };
    if router.arm.settings.parallel_changes_conflict {
        // So that what was sent together has begun before the first of it is done.
        tokio::task::yield_now().await;
    }
    let times = &router.clock.times();
    let now = present(router, times, &request.path);
    let (query, begun) = (&query, request.begun);
    let context = Context { router, site, caller, query, now, times, begun, body };
    if router.strict_api_versions {
        versions::check(&context, &route)?;
    }
    registration::check(&context, &request.method, &route)?;
    let answer = match &route {
        Route::InVault { vault, part } if part.is_content() => {
            let owner = Target::Vault(vault.clone());
            contents::answer(&context, &request.method, &owner, part).await
        }
        Route::InHsm { hsm, part } if part.is_content() => {
            let owner = Target::ManagedHsm(hsm.clone());
            contents::answer(&context, &request.method, &owner, part).await
        }
        _ => dispatch(&context, &request.method, route),
    };
    answer.unwrap_or_else(|| Err(ArmError::unsupported(&request.method, &request.path)))
}

/// The time of the vault that `path` names, or that the operation at its end is about.
fn present(router: &Router, times: &Times, path: &str) -> OffsetDateTime {
    if times.are_one() {
        return times.all();
    }
    let token = || path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let vault = operation::named(path)
        .or_else(|| router.arm.state(&router.vaults, times).operation(token())?.vault.clone());
    vault.map_or(times.all(), |vault| times.of(&vault))
}

/// `None` for what this emulator does not do.
fn dispatch(
    context: &Context<'_>,
    method: &Method,
    route: Route,
) -> Option<Result<Reply, ArmError>> {
    Some(match (method.as_str(), route) {
        ("GET", Route::Tenants) => account::tenants(context),
        ("GET", Route::Subscriptions) => account::subscriptions(context),
        ("GET", Route::Subscription(id)) => account::subscription(context, &id),
        ("GET", Route::Locations { subscription }) => locations::list(&subscription),
        ("GET", Route::Providers { subscription }) => {
            registration::list(context, subscription.as_deref())
        }
        ("GET", Route::Provider { subscription, namespace }) => {
            registration::show(context, subscription.as_deref(), Provider::find(&namespace)?)
        }
        ("POST", Route::RegisterProvider { subscription, namespace }) => {
            registration::register(context, subscription.as_deref(), Provider::find(&namespace)?)
        }
        ("GET", Route::Groups(subscription)) => groups::list(context, &subscription),
        ("PUT", Route::Group(id)) => groups::put(context, &id),
        ("PATCH", Route::Group(id)) => groups::patch(context, &id),
        ("GET", Route::Group(id)) => groups::get(context, &id),
        ("HEAD", Route::Group(id)) => groups::exists(context, &id),
        ("DELETE", Route::Group(id)) => groups::delete(context, &id),
        ("GET", Route::GroupOperation { subscription, token }) => {
            operations::poll_group(context, &subscription, &token)
        }
        ("GET", Route::Resources { subscription, group }) => {
            resources::list(context, &subscription, group.as_ref())
        }
        ("GET", Route::Vaults { subscription, group }) => {
            vaults::list(context, &subscription, group.as_ref())
        }
        ("PUT", Route::Vault(id)) => vaults::put(context, &id),
        ("PATCH", Route::Vault(id)) => vaults::patch(context, &id),
        ("GET", Route::Vault(id)) => vaults::get(context, &id),
        ("DELETE", Route::Vault(id)) => vaults::delete(context, &id),
        ("PUT", Route::AccessPolicies { vault, verb }) => {
            vaults::change_policies(context, &vault, &verb)
        }
        ("PUT", Route::PrivateEndpoint { group, name }) => {
            private_endpoints::put(context, &group, &name)
        }
        ("GET", Route::PrivateEndpoint { group, name }) => {
            private_endpoints::get(context, &group, &name)
        }
        ("DELETE", Route::PrivateEndpoint { group, name }) => {
            private_endpoints::delete(context, &group, &name)
        }
        ("GET", Route::Actions) => actions::list(),
        (_, Route::InVault { vault, part }) => {
            return connected(context, method, &Target::Vault(vault), part);
        }
        (_, Route::InHsm { hsm, part }) => {
            return connected(context, method, &Target::ManagedHsm(hsm), part);
        }
        ("POST", Route::CheckName { .. }) => vaults::check_name(context),
        ("POST", Route::CheckHsmName { .. }) => managed_hsms::check_name(context),
        ("GET", Route::DeletedVaults { subscription }) => {
            vaults::list_deleted(context, &subscription)
        }
        ("GET", Route::DeletedVault { subscription, location, name }) => {
            vaults::get_deleted(context, &subscription, &location, &name)
        }
        ("POST", Route::PurgeVault { subscription, location, name }) => {
            vaults::purge(context, &subscription, &location, &name)
        }
        ("GET", Route::VaultOperation { subscription, location, token }) => {
            operations::poll_vault(context, &subscription, &token, &location)
        }
        (_, Route::Authorization(target)) => {
            return authorization::answer(context, method, &target);
        }
        (_, route) => return managed_hsms::answer(context, method, route),
    })
}

/// What is done to private endpoint connections.
fn connected(
    context: &Context<'_>,
    method: &Method,
    target: &Target,
    part: VaultPart,
) -> Option<Result<Reply, ArmError>> {
    Some(match (method.as_str(), part) {
        ("GET", VaultPart::Connections) => connections::list(context, target),
        ("GET", VaultPart::Connection { name }) => connections::get(context, target, &name),
        ("PUT", VaultPart::Connection { name }) => connections::put(context, target, &name),
        ("DELETE", VaultPart::Connection { name }) => connections::delete(context, target, &name),
        ("GET", VaultPart::LinkResources) => connections::link_resources(context, target),
        _ => return None,
    })
}

impl Context<'_> {
    /// The resources, brought up to now.
    fn state(&self) -> MutexGuard<'_, State> {
        self.router.arm.state(&self.router.vaults, self.times)
    }

    fn settings(&self) -> &ArmSettings {
        &self.router.arm.settings
    }

    /// The body as JSON.
    fn json<T: DeserializeOwned>(&self) -> Result<T, ArmError> {
        serde_json::from_slice(self.body).map_err(|error| ArmError::invalid_content(&error))
    }
}
